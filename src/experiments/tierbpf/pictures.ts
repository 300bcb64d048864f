// What of TierBPF's tables is drawn, and the answer in a sentence.

import { type Draw, type Rows, columnLines, greatest, least, lines, span } from '../pictures.js';

/** Rows: host, pages, time with all promoted, with admission, gain, promotions, admitted ones, best set without moves. */
export const timePicture: Draw = (head, rows) => {
  const names = rows.map(([host, size]) => `${host!}, ${size!}`);
  const line = (column: number) => ({
    name: head[column]!,
    points: names.map((x, row) => ({ x, row, column })),
  });
  const best = greatest(rows, 4);
  return {
    mark: 'dot',
    x: 'host and size of pages',
    panels: [
      { title: 'time of memory, of that without promotion', lines: [2, 3, 7].map(line) },
      { title: 'promotions', lines: [5, 6].map(line) },
    ],
    answer:
      `Admission gains most on ${best[0]!} with pages of ${best[1]!}: ${best[4]!}, ` +
      `with ${best[6]!} promotions in place of ${best[5]!}.`,
  };
};

/** Each column from its first to its last, and what is beyond both between them: gains are not monotone everywhere. */
const columns = (head: readonly string[], rows: Rows): string =>
  head
    .slice(1)
    .map((name, i) => {
      const ends = [rows[0]![i + 1]!, rows.at(-1)![i + 1]!];
      const beyond = [['least', least(rows, i + 1)] as const, ['most', greatest(rows, i + 1)] as const].flatMap(
        ([word, row]) => (ends.includes(row[i + 1]!) ? [] : [`, at ${word} ${row[i + 1]!} at ${row[0]!}`]),
      );
      return `${name} ${span(rows, i + 1)}${beyond.join('')}`;
    })
    .join('; ');

/** Rows: what is varied; a column a host and size. */
export const gainPicture =
  (x: string): Draw =>
  (head, rows) =>
    lines(
      x,
      'gain of admission',
      `From ${rows[0]![0]!} to ${rows.at(-1)![0]!}: ${columns(head, rows)}.`,
      columnLines(head, rows),
    );

/** Rows: pages, accesses, distinct, fast, time without promotion, break-even. */
export const accessesPicture: Draw = (head, rows) => ({
  mark: 'dot',
  x: head[0]!,
  panels: [{ title: 'pages', lines: columnLines(head, rows, [2, 3]) }],
  answer: rows
    .map((row) => `Of ${row[2]!} pages of ${row[0]!} that are accessed ${row[3]!} fit into fast memory.`)
    .join(' '),
});
