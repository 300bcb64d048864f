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

/** Rows: functions a tenant, kept VMs, Nanvix, Firecracker, ratio, by arithmetic. */
export const searchedPicture: Draw = (head, rows) => {
  const names = rows.map(([size, kept]) => `${size!} a tenant, ${kept!.startsWith('keep') ? 'kept' : 'giving way'}`);
  const line = (column: number) => ({
    name: head[column]!,
    points: rows.map((_, row) => ({ x: names[row]!, row, column })),
  });
  const said = rows.map((row, i) => {
    const by = row[5] === '' ? '' : `, ${row[5]!} by arithmetic`;
    return `with ${names[i]!} ${row[2]!} under Nanvix and ${row[3]!} under Firecracker (${row[4]!}${by})`;
  });
  return {
    mark: 'dot',
    x: 'functions a tenant, and how VMs are kept',
    panels: [
      { title: 'functions on one host', lines: [line(2), line(3)] },
      { title: 'times as many', lines: [{ ...line(4), name: 'simulated' }, line(5)] },
    ],
    answer: `${said.join('; ').replace(/^w/, 'W')}.`,
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
