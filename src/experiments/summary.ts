// What came out, in one line a claim: the published figure, ours in few words, the verdict. First what a reader sees, then, with
// --verbose, what table.ts prints: assumptions, commands, tables.

import type { ClaimNumbers, OwnNumber } from '../report/claim-numbers.js';
import { type Look, paint, type Tone, wrap } from '../report/table.js';
import { formatDurationNs } from '../report/units.js';
import type { Reproduction } from './api.js';
import { MOST_COLUMNS } from './columns.js';
import type { Claim } from './experiment.js';

/** What a claim comes to. */
export interface ClaimSummary {
  readonly claim: string;
  readonly paper: string;
  readonly ours: string;
  readonly verdict: string;
  /** Runs the experiment behind it. */
  readonly command: string;
}

const VERDICT_MEANINGS: readonly (readonly [start: string, meaning: string])[] = [
  ['reproduced', 'within what is stated, with parameters that have a source'],
  ['reachable', 'only with parameters that are assumed: no sourced one carries it'],
  ['not reached', 'nowhere in the range that was tried'],
  ['refuted', "the opposite comes out within the paper's own conditions"],
  ['not testable here', 'it needs what is not modelled'],
  ['open question', 'the paper states no figure; ours is an answer, not a comparison'],
];

const signed = (share: number): string => `${share >= 0 ? '+' : '-'}${Math.abs(100 * share).toFixed(1)} %`;

const WRITTEN: Readonly<Record<ClaimNumbers['unit'], (value: number) => string>> = {
  ns: formatDurationNs,
  bytes: (bytes) => (bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${(bytes / 2 ** 20).toFixed(2)} MiB`),
  share: (share) => `${(100 * share).toFixed(1)} %`,
  change: signed,
  ratio: (ratio) =>
    !Number.isFinite(ratio) ? String(ratio) : `${ratio.toPrecision(ratio >= 100 ? Math.ceil(Math.log10(ratio)) : 3)}x`,
};

function oneNumber({ where, value, reach }: OwnNumber, write: (value: number) => string): string {
  const at = where === '' ? '' : ` (${where})`;
  if (reach === undefined) return `${write(value)}${at}`;
  return reach.kind === 'range'
    ? `${write(value)}${at}; ${write(reach.low)} to ${write(reach.high)} in range`
    : `${write(value)}${at}, ${write(reach.low)} to ${write(reach.high)}`;
}

function numbersText({ unit, ours }: ClaimNumbers): string {
  const write = WRITTEN[unit];
  if (ours.length <= 2) return ours.map((one) => oneNumber(one, write)).join('; ');
  const sorted = [...ours].sort((a, b) => a.value - b.value);
  return [sorted[0]!, sorted.at(-1)!].map(({ where, value }) => `${write(value)} (${where})`).join(' to ');
}

/** Ours in few words: those of the experiment, or its numbers. */
export const briefly = ({ brief, numbers, ours, unit }: Claim): string =>
  brief ?? (numbers === undefined ? `${ours}${unit === '' ? '' : ` ${unit}`}` : numbersText(numbers));

export function summaryOf({ name, claims }: Pick<Reproduction, 'name' | 'claims'>): ClaimSummary[] {
  return claims.map((claim) => ({
    claim: claim.claim,
    paper: claim.paper,
    ours: briefly(claim),
    verdict: claim.answer === undefined ? claim.verdict : 'open question',
    command: claim.command.startsWith('fluxhost reproduce') ? claim.command : `fluxhost reproduce ${name}`,
  }));
}

const TONES: readonly (readonly [string, Tone])[] = [
  ['reproduced', 'good'],
  ['not reached', 'bad'],
  ['refuted', 'bad'],
];

/** Rows whose cells go on below where they are too wide. */
function wrapped(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  most: readonly number[],
  look: Look,
): string {
  const widths = most.map((wide, i) =>
    Math.max(
      ...[head, ...rows].flatMap((row) =>
        wrap(row[i]!, wide)
          .split('\n')
          .map((line) => line.length),
      ),
    ),
  );
  const block = (row: readonly string[], tones: readonly (Tone | undefined)[]): string => {
    const cells = row.map((cell, i) => wrap(cell, most[i]!).split('\n'));
    const lines = Math.max(...cells.map(({ length }) => length));
    return Array.from({ length: lines }, (_, line) => {
      const parts = cells.map((cell, i) => paint((cell[line] ?? '').padEnd(widths[i]!), tones[i], look));
      return `${parts.join('  ').trimEnd()}\n`;
    }).join('');
  };
  const toned = (row: readonly string[]): (Tone | undefined)[] =>
    row.map((cell, i) => (i === 0 ? undefined : TONES.find(([word]) => cell.startsWith(word))?.[1]));
  return (
    block(
      head,
      head.map(() => 'strong'),
    ) + rows.map((row) => block(row, toned(row))).join('')
  );
}

/** The words that occur, each with what it means. */
function legend(summaries: readonly ClaimSummary[]): string {
  const words = VERDICT_MEANINGS.filter(([start]) => summaries.some(({ verdict }) => verdict.startsWith(start)));
  return words.map(([start, meaning]) => `${start}: ${meaning}\n`).join('');
}

/** Of one experiment. Ends in a line feed. */
export function renderSummary(found: Pick<Reproduction, 'name' | 'title' | 'claims'>, look: Look = false): string {
  const summaries = summaryOf(found);
  const rows = summaries.map(({ claim, paper, ours, verdict }, i) => [`${i + 1}. ${claim}`, paper, ours, verdict]);
  const table = wrapped(['claim', 'paper', 'ours', 'verdict'], rows, [40, 24, 33, 17], look);
  return `${wrap(found.title, MOST_COLUMNS)}\n\n${table}\n${legend(summaries)}`;
}

/** Of all that were run. Ends in a line feed. */
export function renderFront(all: readonly Pick<Reproduction, 'name' | 'claims'>[], look: Look = false): string {
  const rows = all.flatMap((one) =>
    summaryOf(one).map(({ claim, ours, verdict, command }) => [one.name, claim, ours, verdict, command]),
  );
  const summaries = all.flatMap(summaryOf);
  const table = wrapped(['system', 'claim', 'ours', 'verdict', 'command'], rows, [14, 34, 29, 15, 20], look);
  const counts = VERDICT_MEANINGS.map(
    ([start]) => [start, summaries.filter(({ verdict }) => verdict.startsWith(start)).length] as const,
  );
  const told = counts.filter(([, count]) => count > 0).map(([word, count]) => `${count} ${word}`);
  return `${table}\n${summaries.length} claims and questions: ${told.join(', ')}\n${legend(summaries)}`;
}
