// What of TempoNet's tables is drawn, and the answer in a sentence.

import { type Draw, columnLines, lines, rankedRow } from '../pictures.js';

/** Rows: load; a column an order of tasks, and what of them is simulated or counted. */
export const metPicture: Draw = (head, rows) => {
  const last = rows.at(-1)!;
  return lines('load', 'deadlines met', `At a load of ${last[0]!}: ${rankedRow(head, last)}.`, columnLines(head, rows));
};
