// What of VCAO's tables is drawn, and the answer in a sentence.

import { type Draw, columnLines, lines, ranked, rowLines, spans } from '../pictures.js';

/** Rows: policies; a column a budget, the last one of false reports. */
export const findsPicture: Draw = (head, rows) => {
  const budgets = head.slice(1, -1).map((_, i) => i + 1);
  const middle = budgets[Math.floor(budgets.length / 2)]!;
  const found = ranked(rows.map((row) => [row[0]!, row[middle]!]));
  return lines(
    'spent',
    'vulnerable targets found',
    `After ${head[middle]!} is spent: ${found}.`,
    rowLines(head, rows, budgets),
  );
};

/** Rows: spread of the prior; a column another policy. */
export const spreadPicture: Draw = (head, rows) =>
  lines(
    'a + b of the prior: small where few targets are likely',
    'finds of VCAO over the other',
    `From ${rows[0]![0]!} to ${rows.at(-1)![0]!}: ${spans(head, rows)}.`,
    columnLines(head, rows),
  );
