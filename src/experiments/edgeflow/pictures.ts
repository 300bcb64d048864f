// What of EdgeFlow's tables is drawn, and the answer in a sentence.

import { type Draw, columnLines, lines, rowLines, spans, valueOf } from '../pictures.js';

/** Rows: what was changed, time, of the serial baseline. */
export const stepsPicture: Draw = (head, rows) => {
  const [first, last] = [rows.find((row) => valueOf(row[2]!) === 1) ?? rows[0]!, rows.at(-1)!];
  return {
    mark: 'dot',
    x: 'one change after the other',
    panels: [{ title: 'time', lines: columnLines(head, rows, [1]) }],
    answer: `From ${first[1]!} (${first[0]!}) to ${last[1]!} with all of it: ${last[2]!} as fast.`,
  };
};

/** Rows: bits, times by room, energy. */
export const roomPicture: Draw = (head, rows) => ({
  mark: 'line',
  x: 'bits',
  panels: [
    { title: 'time', lines: columnLines(head, rows, [1, 2, 3, 4]) },
    { title: head[5]!, lines: columnLines(head, rows, [5]) },
  ],
  answer: `From ${rows[0]![0]!} bits to ${rows.at(-1)![0]!}: ${spans(head, rows, [1, 2, 3, 4])}.`,
});

/** One row: channels; a column a number of bits. */
export const channelsPicture: Draw = (head, rows) => {
  const counts = rows[0]!.slice(1).map(valueOf);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const most = counts.indexOf(Math.max(...counts));
  const answer = `Most have ${head[most + 1]!} bits: ${counts[most]!} of ${all}.`;
  return lines('bits', 'channels', answer, rowLines(head, rows));
};
