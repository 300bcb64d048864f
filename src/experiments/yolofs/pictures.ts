// What of YoloFS's tables is drawn, and the answer in a sentence.

import { type Draw, columnLines, greatest, least, lines } from '../pictures.js';

/** Rows: guard, lose, simulated, its interval, asked a task, simulated. */
export const guardsPicture: Draw = (head, rows) => {
  const [safe, unsafe] = [least(rows, 1), greatest(rows, 1)];
  const names = ['', 'by arithmetic', 'simulated', '', 'by arithmetic', 'simulated'];
  return {
    mark: 'dot',
    x: head[0]!,
    panels: [
      { title: 'tasks that lose something', lines: columnLines(names, rows, [1, 2]) },
      { title: 'asked a task', lines: columnLines(names, rows, [4, 5]) },
    ],
    answer:
      `${safe[1]!} lose something ${safe[0]!}, asked ${safe[4]!} times a task; ` +
      `${unsafe[1]!} with ${unsafe[0]!}, asked ${unsafe[4]!} times.`,
  };
};

/** Rows: share of operations that harm; a column a guard. */
export const harmPicture: Draw = (head, rows) => {
  const at = rows.find(([harmful]) => Number(harmful) >= 0.01) ?? rows.at(-1)!;
  const said = head.slice(1).map((name, i) => `${at[i + 1]!} (${name})`);
  return lines(
    'share of operations that harm',
    'tasks that lose something',
    `Where ${at[0]!} of operations harm: ${said.join(', ')}.`,
    columnLines(head, rows),
  );
};

/** Rows: what, seconds. */
export const timePicture: Draw = (head, rows) =>
  lines(
    'what',
    'seconds',
    `${rows.map(([what, s]) => `${s!} s for ${what!}`).join('; ')}.`,
    columnLines(head, rows),
    'dot',
  );
