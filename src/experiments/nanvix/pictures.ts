// What of Nanvix's tables is drawn, and the answer in a sentence.

import { type Draw, columnLines, lines, span, spans } from '../pictures.js';

/** Rows: functions a tenant; a column a time for which the system VM is kept. */
export const hostsPicture: Draw = (head, rows) =>
  lines(
    head[0]!,
    'hosts for one of Nanvix',
    `From ${rows[0]![0]!} to ${rows.at(-1)![0]!} functions a tenant: ${spans(head, rows)}.`,
    columnLines(head, rows),
  );

/** Rows: seconds that a VM is kept; Firecracker booted and restored. */
export const keptPicture: Draw = (head, rows) =>
  lines(
    'seconds that a VM is kept',
    'hosts for one of Nanvix',
    `Kept for ${rows[0]![0]!} to ${rows.at(-1)![0]!} s: ${spans(head, rows)}.`,
    columnLines(head, rows),
  );

/** Rows: functions a tenant, kept VMs, for how long, Nanvix, Firecracker, ratio, by arithmetic; drawn of the first two keep-alives. */
export const searchedPicture: Draw = (head, rows) => {
  const of = (way: string): number[] => {
    const among = rows.flatMap(([, kept], row) => (kept!.startsWith(way) ? [row] : []));
    const [, , system, others] = rows[among[0]!]!;
    return among.filter((row) => rows[row]![2] === system && rows[row]![3] === others);
  };
  const line = (among: readonly number[], column: number, name = head[column]!) => ({
    name,
    points: among.map((row) => ({ x: rows[row]![0]!, row, column })),
  });
  const ways = [
    ['VMs keep to their time', of('keep')],
    ['VMs give way', of('go')],
  ] as const;
  const said = ways.map(([way, among]) => {
    const each = among.map((row) => {
      const [size, , , , nanvix, firecracker, ratio] = rows[row]!;
      return `${ratio!} with ${size!} a tenant (${nanvix!} and ${firecracker!})`;
    });
    return `Where ${way} ${each.join(', ')}.`;
  });
  return {
    mark: 'line',
    x: 'functions a tenant',
    panels: [
      ...ways.map(([way, among]) => ({
        title: `functions on one host: ${way}`,
        lines: [line(among, 4), line(among, 5)],
      })),
      ...ways.map(([way, among]) => ({
        title: `times as many: ${way}`,
        lines: [line(among, 6, 'simulated'), ...(way.endsWith('time') ? [line(among, 7)] : [])],
      })),
    ],
    answer: said.join(' '),
  };
};

/** Rows: tenants, functions, starts, calls, Nanvix, Firecracker, factor. */
export const tracePicture: Draw = (head, rows) => ({
  mark: 'line',
  x: head[0]!,
  panels: [
    { title: 'memory, MiB', lines: columnLines(['', '', '', '', 'Nanvix', 'Firecracker'], rows, [4, 5]) },
    { title: 'times as much', lines: columnLines(head, rows, [6]) },
  ],
  answer: `With ${rows[0]![0]!} to ${rows.at(-1)![0]!} tenants Firecracker takes ${span(rows, 6)} the memory.`,
});
