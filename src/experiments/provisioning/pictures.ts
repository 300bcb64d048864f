// What of the provisioning tables is drawn, and the answer in a sentence.

import type { PictureLine, TablePicture } from '../../report/claim-numbers.js';
import { type Draw, type Rows, greatest, columnLines, least, lines, rowLines, spans, rankedRow } from '../pictures.js';

/** Rows: keep-alive; a column a size of the pool. */
export const byKeepPicture =
  (title: string): Draw =>
  (head, rows) =>
    lines(
      'keep-alive, s',
      title,
      `With a keep-alive of ${rows[0]![0]!} to ${rows.at(-1)![0]!} s: ${spans(head, rows)}.`,
      columnLines(head, rows),
    );

/** Policies in panels by what they decide; one in all of them, to compare with. */
const KINDS = [
  ['for a time', /^fixed/],
  ['until evicted', /^(lru|gd)/],
  ['histograms', /^hist/],
  ['pool', /^pool/],
] as const;
const BESIDE = 'lru';

/** Rows: policies; a column a budget. */
export const byBudgetPicture =
  (title: string): Draw =>
  (head, rows) => {
    const said = head.slice(1).map((budget, i) => {
      const best = least(rows, i + 1)[i + 1]!;
      const names = rows.filter((row) => row[i + 1] === best).map(([name]) => name!);
      return `${budget.startsWith('no ') ? 'without a budget' : `with ${budget}`} ${best} under ${names.join(', ')}`;
    });
    const all = rowLines(head, rows);
    const known = all.find(({ name }) => name === BESIDE);
    const panels = KINDS.flatMap(([kind, of]) => {
      const own = all.filter(({ name }) => of.test(name));
      if (own.length === 0) return [];
      const beside = known === undefined || own.includes(known) ? [] : [known];
      return [{ title: `${title}: ${kind}`, lines: [...own, ...beside] }];
    });
    return { mark: 'line', x: 'memory for VMs', panels, answer: `The least: ${said.join('; ')}.` };
  };

/** Rows: memory, cold starts and drops, policy, budget; along the front, which the picture of all points has drawn. */
export const frontPicture: Draw = (_, rows) => {
  const [first, last] = [rows[0]!, rows.at(-1)!];
  const at = (row: readonly string[]): string => `${row[1]!} at ${row[0]!} GiB s (${row[2]!}, ${row[3]!})`;
  return {
    mark: 'line',
    x: '',
    panels: [],
    answer: `${rows.length} points, from ${at(first)} to ${at(last)}.`,
  };
};

/** Rows: requests a VM, cold, joined, most memory. */
export const growingPicture: Draw = (head, rows) => {
  const [one, most] = [rows[0]!, rows.at(-1)!];
  const fewest = least(rows, 1);
  return {
    mark: 'line',
    x: head[0]!,
    panels: [
      { title: 'requests', lines: columnLines(head, rows, [1, 2]) },
      { title: head[3]!, lines: columnLines(head, rows, [3]) },
    ],
    answer:
      `With ${fewest[0]!} requests a VM ${fewest[1]!} start cold in place of ${one[1]!}, ` +
      `and ${most[3]!} MiB are needed at most in place of ${one[3]!}.`,
  };
};

/** Rows: objective; a column a kind of VM. */
export const densityPicture: Draw = (head, rows) =>
  lines(
    'p99 of the time to start, ms',
    'functions on one host',
    rows.map((row) => `Within ${row[0]!} ms ${rankedRow(head, row)}.`).join(' '),
    columnLines(head, rows, undefined, ['hyperflux']),
  );

/** Rows: time of the runtime, keep-alive, what a burst needs over what is pinned, microVMs, cold, HyperFlux, cold, ratio. */
export function tailPicture(rows: Rows): TablePicture {
  const [most, fewest] = [greatest(rows, 7), least(rows, 7)];
  const at = (row: readonly string[]): string =>
    `${row[7]!} with a runtime of ${row[0]!} ms, a keep-alive of ${row[1]!} s and bursts of ${row[2]!} times what is pinned`;
  const settings = [...new Set(rows.map(([init, keep]) => `${init!} ms of runtime, kept for ${keep!} s`))];
  return {
    mark: 'line',
    x: 'burst over what is pinned',
    panels: settings.map((setting) => {
      const line = (name: string, mechanism: string, column: number): PictureLine => ({
        ...{ name, mechanism },
        points: rows.flatMap(([init, keep, peak], row) =>
          setting === `${init!} ms of runtime, kept for ${keep!} s` ? [{ x: peak!, row, column }] : [],
        ),
      });
      return {
        title: `p99, ms: ${setting}`,
        lines: [line('microVMs', 'microvm', 3), line('HyperFlux', 'hyperflux', 5)],
      };
    }),
    answer: `p99 under microVMs over that under HyperFlux: ${at(most)}; ${at(fewest)}.`,
  };
}
