// What of VeruSAGE's tables is drawn, and the answer in a sentence.

import { type Draw, columnLines, greatest, lines, valueOf } from '../pictures.js';

/** Rows: attempts that a task may have; a column a plan, cells with the attempts that were used. */
export const plansPicture: Draw = (head, rows) => {
  const most = (row: readonly string[]): string => {
    const cells = row.slice(1);
    const best = Math.max(...cells.map(valueOf));
    const names = head.slice(1).filter((_, i) => valueOf(cells[i]!) === best);
    return `with ${row[0]!} ${row[0] === '1' ? 'attempt' : 'attempts'} ${names.join(' and ')} (${best} %)`;
  };
  const answer = `Most are solved ${rows.map(most).join(', ')}.`;
  return lines('attempts that a task may have', 'tasks solved', answer, columnLines(head, rows));
};

/** Rows: policy, solved, half of its interval, attempts a task, hours. */
export const policiesPicture: Draw = (head, rows) => {
  const known = rows.slice(0, -1);
  const best = greatest(known, 1);
  const all = rows.at(-1)!;
  return {
    mark: 'dot',
    x: 'policy',
    panels: [
      { title: 'tasks solved', lines: columnLines(head, rows, [1]) },
      { title: head[3]!, lines: columnLines(head, rows, [3]) },
    ],
    answer:
      `${best[1]!} ± ${best[2]!} by ${best[0]!}, the most of those that do not know the classes, ` +
      `with ${best[3]!} attempts a task; ${all[1]!} by ${all[0]!}.`,
  };
};
