// What of Virtuoso's tables is drawn, and the answer in a sentence.

import { type Draw, columnLines, greatest, least, lines, rankedRow, spans } from '../pictures.js';

/** Rows: cycles that the aggressor's packets cost; a column a discipline. */
export const byCostPicture =
  (title: string): Draw =>
  (head, rows) => {
    const last = rows.at(-1)!;
    const answer = `At ${last[0]!} cycles a packet of the aggressor: ${rankedRow(head, last)}.`;
    return lines("cycles that the aggressor's packets cost", title, answer, columnLines(head, rows));
  };

/** Rows: tenants; a column a share of the time that bursts take. */
export const silosPicture: Draw = (head, rows) =>
  lines(
    'tenants',
    "silos' cores over shared ones",
    `From ${rows[0]![0]!} to ${rows.at(-1)![0]!} tenants: ${spans(head, rows)}.`,
    columnLines(head, rows),
  );

/** Rows: datapath, p99 there, dropped, p99 in the VM, mean of both, moves, batch tasks a second. */
export const hostPicture: Draw = (head, rows) => {
  const known = rows.filter((row) => row[1] !== 'none');
  const [best, worst] = [least(known, 1), greatest(known, 1)];
  return {
    mark: 'dot',
    x: 'discipline of the datapath',
    panels: [
      { title: "time of the victim's packets", lines: columnLines(head, rows, [1, 3, 4]) },
      { title: head[2]!, lines: columnLines(head, rows, [2]) },
      { title: head[6]!, lines: columnLines(head, rows, [6]) },
    ],
    answer: `p99 in the datapath is ${best[1]!} under ${best[0]!} and ${worst[1]!} under ${worst[0]!}.`,
  };
};
