// What of Vmem's tables is drawn, and the answer in a sentence, both from the rows alone.

import { columnLine, type PictureLine, type TablePicture } from '../../report/claim-numbers.js';

type Rows = readonly (readonly string[])[];

const number = (cell: string): number => Number.parseFloat(cell);

/** Rows: manager, sellable, page descriptors, tables, headroom, share. */
export function plansPicture(rows: Rows): TablePicture {
  const falling = rows.toSorted((a, b) => number(b[1]!) - number(a[1]!));
  const descriptors = rows.map((row) => row[2]!).toSorted((a, b) => number(a) - number(b));
  const said = falling.map((row) => `${row[1]} GiB (${row[5]}) under ${row[0]}`);
  return {
    mark: 'stack',
    x: 'manager',
    panels: [
      {
        title: 'GiB that cannot be sold, beside the host’s own',
        lines: [
          columnLine('page descriptors', 2, rows),
          columnLine('tables', 3, rows),
          columnLine('headroom', 4, rows),
        ],
      },
    ],
    answer: `For sale are ${said.join(', ')}. Page descriptors take ${descriptors[0]} to ${descriptors.at(-1)} GiB.`,
  };
}

/** Rows: memory asked for, then what each of the head's managers sells. */
export function soldPicture(head: readonly string[], rows: Rows): TablePicture {
  const last = rows.at(-1)!;
  const others = last.slice(2).toSorted((a, b) => number(a) - number(b));
  return {
    mark: 'line',
    x: 'memory asked for, of the server',
    panels: [
      {
        title: 'mean share sold',
        lines: head.slice(1).map((name, i) => columnLine(name, i + 1, rows, { mechanism: name.replace(', ', ': ') })),
      },
    ],
    answer:
      `Where ${last[0]} of it is asked for, ${last[1]} is sold under vmem and ${others[0]} to ${others.at(-1)} under hugetlb, ` +
      `by how its pools are split; where ${rows[0]![0]} is asked for, ${rows[0]![1]} under vmem.`,
  };
}

/** A variant of the ladder: how many threads zero, and when. */
function rungOf(variant: string): { manager: string; threads: string } {
  if (variant.endsWith('zeroed before')) return { manager: 'vmem, zeroed before', threads: 'none' };
  return { manager: /^\w+/.exec(variant)![0], threads: /by (\d+) thread/.exec(variant)?.[1] ?? '1' };
}

/** Rows: variant, boot, against the first, against what is reported. */
export function bootPicture(rows: Rows): TablePicture {
  const rungs = rows.map(([variant]) => rungOf(variant!));
  const managers = [...new Set(rungs.map(({ manager }) => manager))];
  const lines = managers.map((manager): PictureLine => ({
    name: manager,
    mechanism: manager.replace(', ', ': '),
    points: rungs.flatMap((rung, row) => (rung.manager === manager ? [{ x: rung.threads, row, column: 1 }] : [])),
  }));
  const of = (manager: string): readonly string[][] =>
    rows.filter((_, i) => rungs[i]!.manager === manager).map((row) => [...row]);
  const [slow, own, before] = [of('hugetlb'), of('vmem'), of('vmem, zeroed before')];
  const most = rungs.findLast(({ manager }) => manager === 'vmem')!.threads;
  return {
    mark: 'line',
    x: 'threads that zero',
    panels: [{ title: 'boot', lines }],
    answer:
      `Threads that zero: with one a boot takes ${slow[0]![1]} under hugetlb and ${own[0]![1]} under vmem, with ${most} ` +
      `${slow.at(-1)![1]} and ${own.at(-1)![1]}. With memory zeroed before it takes ${before[0]![1]}.`,
  };
}

/** Rows: buffers, then packets for each IOTLB size of the head. */
export function networkPicture(head: readonly string[], rows: Rows): TablePicture {
  const sizes = head.slice(1);
  const none = rows.filter((row) => row.slice(1).every((cell) => number(cell) <= 1));
  const all = rows.flatMap((row) => row.slice(1).map((cell, i) => ({ cell, buffers: row[0]!, entries: sizes[i]! })));
  const most = all.reduce((best, one) => (number(one.cell) > number(best.cell) ? one : best));
  const drawn = rows.flatMap((row, i) => (none.includes(row) && i > 0 ? [] : [{ name: row[0]!, row: i }]));
  return {
    mark: 'line',
    x: 'IOTLB entries',
    panels: [
      {
        title: 'packets, times those with 2 MiB mappings',
        lines: drawn.map(({ name, row }) => ({
          name,
          points: sizes.map((x, i) => ({ x, row, column: i + 1 })),
        })),
      },
    ],
    answer:
      `Up to ${most.cell} times as many packets, with buffers of ${most.buffers} and ${most.entries} IOTLB entries` +
      (none.length === 0
        ? '.'
        : `; none with ${none.map(([buffers]) => buffers).join(', ')}, which the entries reach anyway.`),
  };
}

/** Rows: kind of upgrade, operations, VMs failed, others failed, and so on. */
export const upgradePicture = (rows: Rows): TablePicture => ({
  mark: 'stack',
  x: 'way to upgrade',
  panels: [
    {
      title: 'operations that fail or wait',
      lines: [
        columnLine('VMs that fail', 2, rows),
        columnLine('others that fail', 3, rows),
        columnLine('wait', 6, rows),
      ],
    },
  ],
  answer: `${rows
    .map((row) => `${row[0]}: ${number(row[2]!) + number(row[3]!)} of ${row[1]} operations fail, ${row[6]} wait`)
    .join('; ')}.`,
});
