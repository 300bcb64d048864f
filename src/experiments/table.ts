// An experiment's result as text: each claim with the published figure beside ours, what had to be assumed for it, whether
// parameters with a source carry it (an open question with its answer instead), and which command gives which figure; then the
// tables behind the claims.

import { argument, having } from '../input/argument.js';
import { type Look, type Cell, fitted, renderTable, wrap } from '../report/table.js';
import { MOST_COLUMNS } from './columns.js';
import type { Claim, ExperimentResult, Figure, JudgedClaim } from './experiment.js';

const strong = (text: string): Cell => ({ text, tone: 'strong' });

const VERDICTS: Readonly<Record<Claim['supported'], string>> = {
  yes: 'follows from parameters with a source',
  partly: 'follows in part; the rest is assumed',
  no: 'NOT supported: no sourced parameter carries it',
};

const INDENT = ' '.repeat(12);
const wordLines = (text: string, indent = INDENT): string[] => wrap(text, MOST_COLUMNS - indent.length).split('\n');

/** A command as a shell takes it, over several lines where it is long: they break where an option begins. */
function commandLines(command: string, indent = INDENT): string[] {
  const lines: string[] = [];
  for (const part of command.split(/ (?=--)/)) {
    const before = lines.at(-1);
    if (before !== undefined && `${indent}${before} ${part} \\`.length <= MOST_COLUMNS)
      lines[lines.length - 1] = `${before} ${part}`;
    else lines.push(before === undefined ? part : `  ${part}`);
  }
  return lines.map((line, i) => (i === lines.length - 1 ? line : `${line} \\`));
}

/** Every command once, with its figures: `57.2 % (memory.outShare)`. */
function byCommand(figures: readonly Figure[]): Map<string, string[]> {
  const commands = new Map<string, string[]>();
  for (const { figure, path, command } of figures)
    commands.set(command, [...(commands.get(command) ?? []), `${figure} (${path})`]);
  return commands;
}

function claimText(claim: JudgedClaim, index: number): string {
  const figures = claim.figures ?? [];
  const rows: readonly (readonly [string, string])[] = [
    [claim.answer === undefined ? 'claim' : 'paper', `${claim.paper} (${claim.source})`],
    ...(claim.answer === undefined ? [] : [['answer', claim.answer] as const]),
    [claim.answer === undefined ? 'ours' : 'figures', `${claim.ours}${claim.unit === '' ? '' : `  [${claim.unit}]`}`],
    ...(claim.answer === undefined ? [['verdict', `${claim.verdict}; ${VERDICTS[claim.supported]}`] as const] : []),
    ...claim.assumptions.map((text) => ['assumed', text] as const),
    ...(figures.length === 0 ? [['command', claim.command] as const] : []),
    ...[...byCommand(figures)].flatMap(([command, printed]) => [
      ['command', command] as const,
      ['', `gives ${printed.join(', ')}`] as const,
    ]),
  ];
  const line = ([label, text]: readonly [string, string]): string =>
    `   ${label.padEnd(8)} ${(label === 'command' ? commandLines : wordLines)(text).join(`\n${INDENT}`)}\n`;
  return `${wrap(`${index + 1}. ${claim.claim}`, MOST_COLUMNS)}\n${rows.map(line).join('')}`;
}

/** More commands than this under one table are told by two of them. */
const MOST_COMMANDS = 14;

function commandsText(figures: readonly Figure[]): string {
  const commands = [...byCommand(figures).keys()];
  if (commands.length === 0) return '';
  const shown = commands.length > MOST_COMMANDS ? commands.slice(0, 2) : commands;
  const rest = commands.length - shown.length;
  const more = rest === 0 ? '' : `  and ${rest} more like them; --json has each with its figures\n`;
  return `by\n${shown.map((command) => `  ${commandLines(command, '  ').join('\n  ')}\n`).join('')}${more}`;
}

const columnsOf = (look: Look): number => (typeof look === 'boolean' ? Infinity : (look.columns ?? Infinity));

/** What is told of an experiment. */
interface ToldExperiment extends Pick<ExperimentResult, 'tables'> {
  /** Its claims with their verdicts, in order. */
  readonly claims: readonly JudgedClaim[];
}

/** Ends in a line feed. */
export function renderExperiment(title: string, told: ToldExperiment, look: Look = false): string {
  argument('title', title, 'a text');
  const { claims, tables } = having('found', told, ['claims', 'tables'], 'what reproduce yields');
  const narrow = {
    colour: typeof look === 'boolean' ? look : look.colour,
    columns: Math.min(MOST_COLUMNS, columnsOf(look)),
  };
  const parts = [`${wrap(title, MOST_COLUMNS)}\n`, ...claims.map(claimText)];
  for (const { title: name, head, rows, figures = [] } of tables) {
    const table = renderTable([head.map(strong), ...rows.map((row) => [...row])], { look: narrow, align: ['left'] });
    parts.push(`${wrap(name, MOST_COLUMNS)}\n${table}${commandsText(figures)}`);
  }
  return fitted(parts.join('\n'), look);
}
