// What came out, in one line a claim: the published figure, ours in few words, the verdict. First what a reader sees, then, with
// --verbose, what table.ts prints: assumptions, commands, tables.

import { argument, having } from '../input/argument.js';
import { controlsText, doubtsOfClaims, inALine, isControl } from '../report/claim-words.js';
import { type Look, fitted, paint, type Tone, widthOf, wrap } from '../report/table.js';
import { trustText } from '../report/trust.js';
import type { Reproduction } from './api.js';
import { sideOf } from './direction.js';
import { MOST_COLUMNS } from './columns.js';
import { numbersText } from './numbers-text.js';

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
  ['not reached', 'nowhere in the range that was tried, or at the parameters given where no range is printed'],
  ['refuted', "the opposite comes out within the paper's own conditions"],
  ['not testable here', 'it needs what is not modelled'],
  ['open question', 'the paper states no figure; ours is an answer, not a comparison'],
];

export function summaryOf({ name, claims }: Pick<Reproduction, 'name' | 'claims'>): ClaimSummary[] {
  return claims.map((said) => {
    const [claim, paper, ours] = inALine(said) as [string, string, string];
    return {
      ...{ claim, paper, ours },
      verdict: said.answer === undefined ? said.verdict : 'open question',
      command: said.command.startsWith('fluxhost reproduce') ? said.command : `fluxhost reproduce ${name}`,
    };
  });
}

const TONES: readonly (readonly [string, Tone])[] = [
  ['reproduced', 'good'],
  ['not reached', 'bad'],
  ['refuted', 'bad'],
];

/** Columns for each cell: as many as are meant for it, or its share of a terminal that is narrower. */
function within(most: readonly number[], look: Look): number[] {
  const gaps = 2 * (most.length - 1);
  const all = most.reduce((sum, wide) => sum + wide, 0);
  const room = widthOf(look, all + gaps) - gaps;
  return room >= all ? [...most] : most.map((wide) => Math.max(6, Math.floor((wide * room) / all)));
}

/** Rows whose cells go on below where they are too wide. */
function wrapped(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  asked: readonly number[],
  look: Look,
): string {
  const most = within(asked, look);
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

/** Of one experiment; of a part without a claim, its laws and figures. Ends in a line feed. */
export function renderSummary(
  found: Pick<Reproduction, 'name' | 'title' | 'claims' | 'tables' | 'parameters'> &
    Partial<Pick<Reproduction, 'laws' | 'figures' | 'remarks'>>,
  look: Look = false,
): string {
  having('found', found, ['name', 'claims', 'tables'], 'what reproduce yields');
  const summaries = summaryOf(found);
  const rows = summaries.map(({ claim, paper, ours, verdict }, i) => [
    `${i + 1}. ${claim}`,
    paper,
    ours,
    verdict + sideOf(found.claims[i]!),
  ]);
  const table =
    rows.length === 0
      ? fitted(numbersText(found, look), look)
      : wrapped(['claim', 'paper', 'ours', 'verdict'], rows, [40, 24, 33, 17], look);
  return `${fitted(wrap(found.title, widthOf(look, MOST_COLUMNS)), look)}\n\n${table}\n${fitted(legend(summaries), look)}${trustText([], doubtsOfClaims(found), look)}`;
}

/** Of all that were run. Ends in a line feed. */
export function renderFront(found: readonly Pick<Reproduction, 'name' | 'claims'>[], look: Look = false): string {
  argument('found', found, 'a list of mappings', 'a list of what reproduce yields');
  const rows = found.flatMap((one) =>
    summaryOf(one).map(({ claim, ours, verdict, command }, i) => [
      one.name,
      claim,
      ours,
      verdict + sideOf(one.claims[i]!),
      command,
    ]),
  );
  const summaries = found.flatMap(summaryOf);
  const table = wrapped(['system', 'claim', 'ours', 'verdict', 'command'], rows, [14, 34, 29, 15, 20], look);
  const [compared, controls] = [summaries.filter((one) => !isControl(one)), summaries.filter(isControl)];
  const counts = VERDICT_MEANINGS.map(
    ([start]) => [start, compared.filter(({ verdict }) => verdict.startsWith(start)).length] as const,
  );
  const told = counts.filter(([, count]) => count > 0).map(([word, count]) => `${count} ${word}`);
  const held = controlsText(controls.map(({ verdict }) => verdict));
  const all = `${compared.length} claims and questions: ${told.join(', ')}${held === '' ? '' : `; ${held}`}\n${legend(summaries)}`;
  return `${table}\n${fitted(all, look)}`;
}
