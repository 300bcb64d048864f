// What of the GIL's tables is drawn, and the answer in a sentence.

import { type Draw, columnLines, greatest, lines, rankedRow } from '../pictures.js';

/** Rows: threads; a column a cost of a waiter. */
export const ratePicture: Draw = (head, rows) => {
  const last = rows.at(-1)!;
  const most = head.slice(1).map((cost, i) => {
    const row = greatest(rows, i + 1);
    return `${row[i + 1]!} with ${row[0]!} where a waiter costs ${cost} (${last[i + 1]!} with ${last[0]!})`;
  });
  return lines('threads', 'tasks a second', `Most: ${most.join('; ')}.`, columnLines(head, rows));
};

/** Rows: seconds; a column a number of cores and a length of I/O. */
export const controllerPicture: Draw = (head, rows) => {
  const last = rows.at(-1)!;
  const answer = `After ${last[0]!} s: ${rankedRow(head, last, undefined, 'with')}.`;
  return lines('seconds', 'threads', answer, columnLines(head, rows));
};
