// What of Valve's tables is drawn, and the answer in a sentence.

import { type Draw, columnLines, lines, spans, valueOf } from '../pictures.js';

/** Rows: cooldown; a column a gap between a request's steps. */
export const preemptionsPicture: Draw = (head, rows) => {
  const said = head.slice(1).map((gap, i) => {
    const from = rows.find((row) => valueOf(row[i + 1]!) < 1);
    return from === undefined ? `${gap} at none of these` : `${gap} from a cooldown of ${from[0]!} ms on`;
  });
  const answer = `Less than one a request: ${said.join(', ')}.`;
  return lines('cooldown, ms', 'preemptions a request', answer, columnLines(head, rows));
};

/** The same, of offline work. */
export const offlinePicture: Draw = (head, rows) =>
  lines(
    'cooldown, ms',
    "offline work's share of the GPU",
    `With a cooldown of ${rows[0]![0]!} to ${rows.at(-1)![0]!} ms: ${spans(head, rows)}.`,
    columnLines(head, rows),
  );

/** Rows: requests a second, online, offline, of that for lost prompts. */
export const loadPicture: Draw = (head, rows) =>
  lines(
    'online requests a second',
    'share of the GPU',
    `From ${rows[0]![0]!} to ${rows.at(-1)![0]!} requests a second: ${spans(head, rows)}.`,
    columnLines(head, rows),
  );
