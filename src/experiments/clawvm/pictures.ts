// What of ClawVM's tables is drawn, and the answer in a sentence.

import { type Draw, columnLines, lines, spans } from '../pictures.js';

/** Rows: budget over floors, tokens, a column a policy. */
export const sweepPicture: Draw = (head, rows) =>
  lines(
    head[0]!,
    'references that find less than the floor',
    `From ${rows[0]![0]!} to ${rows.at(-1)![0]!} times the floors: ${spans(head, rows, [2, 3, 4])}.`,
    columnLines(head, rows, [2, 3, 4]),
  );

/** Rows: policy, below the floor, fetched again, tools called again, compactions, lost, rejected. */
export const sessionPicture: Draw = (head, rows) => ({
  mark: 'dot',
  x: head[0]!,
  panels: [
    { title: 'references', lines: columnLines(head, rows, [1, 2, 3]) },
    { title: 'changes', lines: columnLines(head, rows, [5, 6]) },
  ],
  answer:
    rows.map(([name, below, again]) => `${name!}: ${below!} below the floor, ${again!} fetched again`).join('; ') + '.',
});
