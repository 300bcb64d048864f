// What of Nexus's tables is drawn, and the answer in a sentence.

import { type Draw, columnLines, greatest, lines } from '../pictures.js';

/** Of columns without a backend, which no number of workers changes. */
export const IN_GUESTS = 'fabric in every guest';

/** Rows: workers; a column a transport and cost of an operation, then one a transport without a backend. */
export const densityPicture: Draw = (head, rows) => {
  const most = head.slice(1).map((name, i) => {
    const row = greatest(rows, i + 1);
    return name.endsWith(IN_GUESTS) ? `${row[i + 1]!} (${name})` : `${row[i + 1]!} with ${row[0]!} (${name})`;
  });
  return lines(
    'workers of the backend',
    'functions on one host',
    `Most, by workers of the backend: ${most.join('; ')}.`,
    columnLines(head, rows),
  );
};

/** Rows: fabric in every guest, shared backend; CPU, memory, warm, cold. */
export const nodePicture: Draw = (head, rows) => {
  const [before, after] = [rows[0]!, rows[1]!];
  const said = [1, 2, 3, 4].map((i) => `${head[i]!} ${after[i]!} in place of ${before[i]!}`);
  return {
    mark: 'dot',
    x: 'where the fabric is',
    panels: [
      { title: 'time', lines: columnLines(head, rows, [1, 3, 4]) },
      { title: 'memory, GiB', lines: columnLines(head, rows, [2]) },
    ],
    answer: `With a shared backend ${said.join(', ')}.`,
  };
};
