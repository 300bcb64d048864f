// What of PI-DLinear's tables is drawn, and the answer in a sentence.

import { type Draw, columnLines, least, lines, listed, spans, valueOf } from '../pictures.js';

/** Rows: condition, DLinear, with the balance, change, its interval, weight, throttled. */
export const conditionsPicture: Draw = (head, rows) => {
  const told = rows.filter((row) => {
    const [low, high] = row[4]!.split(' to ').map(valueOf) as [number, number];
    return low > 0 === high > 0;
  });
  const chance = rows.filter((row) => !told.includes(row)).map(([name]) => name!);
  const best = least(rows, 3);
  const rest =
    chance.length === 0 ? 'told from chance under every condition' : `not told from chance under ${listed(chance)}`;
  return {
    mark: 'dot',
    x: head[0]!,
    panels: [
      { title: 'change of the error', lines: columnLines(head, rows, [3]) },
      { title: 'mean squared error, variances', lines: columnLines(head, rows, [1, 2]) },
    ],
    answer: `Most under ${best[0]!}: ${best[3]!} (${best[4]!}); ${rest}.`,
  };
};

/** Rows: minutes, GPUs, memory. */
export const stepPicture: Draw = (head, rows) =>
  lines(
    'minutes after the step of power',
    '°C',
    `Within ${rows.at(-1)![0]!} minutes: ${spans(head, rows)}.`,
    columnLines(head, rows),
  );
