// What of the HyperFlux experiments' tables is drawn, and the answer in a sentence, both from the rows alone.

import { columnLine, type PictureLine, type TablePicture } from '../../report/claim-numbers.js';
import { formatDurationNs } from '../../report/units.js';

type Rows = readonly (readonly string[])[];

/** The mean of `4555 ± 3134 us`. */
const nsOf = (cell: string): number => Number.parseFloat(cell) * 1000;
const said = (cell: string): string => formatDurationNs(nsOf(cell));
const column = (rows: Rows, index: number): number[] => rows.map((row) => nsOf(row[index]!));
const span = (rows: Rows, index: number): string => {
  const [least, most] = [Math.min(...column(rows, index)), Math.max(...column(rows, index))].map(formatDurationNs);
  return least === most ? `at ${least}` : `between ${least} and ${most}`;
};

const against = (rows: Rows): TablePicture['panels'] => [
  {
    title: 'p99',
    lines: (['static', 'hyperflux'] as const).map((name, i) => columnLine(name, i + 1, rows, { mechanism: name })),
  },
];

/** The lower end of `8.51 ± 5.18`. */
const lowOf = (cell: string): number => {
  const [mean, half = 0] = cell.split(' ± ').map(Number.parseFloat);
  return mean! - half;
};

/** Rows: burst over what is pinned, static, hyperflux, static over hyperflux. */
export function tailsPicture(rows: Rows): TablePicture {
  // beyond chance: 1 lies below the interval of the ratio
  const from = rows.findIndex(([, , , ratio]) => lowOf(ratio!) > 1);
  const last = rows.at(-1)!;
  const then =
    from < 0
      ? 'that of static is nowhere longer beyond its interval'
      : `that of static is longer, beyond its interval, from bursts of ${rows[from]![0]} of what is pinned on, ${said(last[1]!)} at ${last[0]}`;
  return {
    mark: 'line',
    x: 'what a burst needs, of the cores that are pinned',
    panels: against(rows),
    answer: `Under hyperflux p99 stays ${span(rows, 2)}; ${then}.`,
  };
}

/** Rows: mechanism with its settings after a comma, short bursts, long bursts. */
export function stabilityPicture(rows: Rows): TablePicture {
  const worst = rows.map((row) => Math.max(nsOf(row[1]!), nsOf(row[2]!)));
  const best = rows[worst.indexOf(Math.min(...worst))]!;
  const short = rows.toSorted((a, b) => nsOf(a[1]!) - nsOf(b[1]!))[0]!;
  const also =
    short === best ? '' : ` ${short[0]} has the shorter one in short bursts only, ${said(short[1]!)} against`;
  return {
    mark: 'line',
    x: 'length of a burst',
    panels: [
      {
        title: 'p99',
        lines: rows.map(([name], row) => ({
          name: name!,
          mechanism: name!.replace(', ', ': '),
          points: ['10 ms', '100 ms'].map((x, i) => ({ x, row, column: i + 1 })),
        })),
      },
    ],
    answer:
      `That of ${best[0]}: ${said(best[1]!)} in short bursts, ${said(best[2]!)} in long ones.` +
      (also === '' ? '' : `${also} ${said(short[2]!)} in long ones.`),
  };
}

/** Rows: who steals, left, migrated, the difference. */
export const migratePicture = (rows: Rows): TablePicture => ({
  mark: 'dot',
  x: 'tasks that an idle vCPU steals',
  panels: [{ title: 'p99', lines: [columnLine('left', 1, rows), columnLine('migrated', 2, rows)] }],
  answer: `${rows.some((row) => nsOf(row[3]!) < 0) ? 'In part' : 'No'}: ${rows
    .map(
      ([stealing, left, migrated]) =>
        `where ${stealing} are stolen, p99 is ${said(left!)} left, ${said(migrated!)} migrated`,
    )
    .join('; ')}.`,
});

/** Rows: VMs, mean, theory, p99, and the same aggregated. */
export const arbiterPicture = (rows: Rows): TablePicture => ({
  mark: 'line',
  x: 'VMs',
  panels: [
    {
      title: 'mean time to the decision',
      lines: [
        columnLine('one by one', 1, rows),
        columnLine('theory', 2, rows, { theory: true }),
        columnLine('aggregated', 4, rows),
        columnLine('theory of it', 5, rows, { theory: true }),
      ],
    },
  ],
  answer:
    `On average ${said(rows[0]![1]!)} with ${rows[0]![0]} VMs and ${said(rows.at(-1)![1]!)} with ${rows.at(-1)![0]}; ` +
    `with aggregated signals ${said(rows[0]![4]!)} and ${said(rows.at(-1)![4]!)}.`,
});

/** Rows: mean task, static, hyperflux, hyperflux over static. */
export function taskSizePicture(rows: Rows): TablePicture {
  const ratio = (row: readonly string[]): number => Number.parseFloat(row[3]!);
  const won = rows.filter((row) => ratio(row) < 1);
  const ends = [rows[0]!, rows.at(-1)!].map((row) => `${ratio(row)} times that of static at ${row[0]}`).join(', ');
  const from =
    won.length === rows.length
      ? 'At every size'
      : won.length === 0
        ? 'At none of these sizes'
        : `At ${won.map(([size]) => size).join(', ')}`;
  return {
    mark: 'line',
    x: 'mean task',
    panels: against(rows),
    answer: `${from}: p99 of hyperflux is ${ends}.`,
  };
}

/** Rows: one for each time that a plug takes, then without plugging, then hyperflux. */
export function hotplugPicture(rows: Rows): TablePicture {
  const plugs = rows.slice(0, -2);
  const [never, moved] = rows.slice(-2) as [readonly string[], readonly string[]];
  const enough = plugs.filter(([, p99]) => nsOf(p99!) <= 2 * nsOf(moved[1]!));
  const slow = plugs.find((row) => !enough.includes(row));
  return {
    mark: 'line',
    x: 'time that a plug takes',
    panels: [
      {
        title: 'p99',
        lines: [
          { ...columnLine('hotplug', 1, plugs), mechanism: 'hotplug' },
          ...([never, moved] as const).map(([name], i) => ({
            name: name!,
            mechanism: i === 0 ? 'static' : 'hyperflux',
            points: [{ x: name!, row: plugs.length + i, column: 1 }],
          })),
        ],
      },
    ],
    answer:
      (enough.length === 0 ? 'None is fast enough' : `Up to ${enough.at(-1)![0]} it keeps p99 near that of hyperflux`) +
      ` (${said(moved[1]!)})${slow === undefined ? '' : `; at ${slow[0]} p99 is ${said(slow[1]!)}`}; never plugged: ${said(never[1]!)}.`,
  };
}

/** Rows: lock, how cores go, and ten figures; longest wait is the sixth column, p99.9 the eleventh. */
export function lockPicture(rows: Rows): TablePicture {
  const locks = [...new Set(rows.map(([lock]) => lock!))];
  const line = (lock: string, index: number): PictureLine => ({
    name: `lock that ${lock}s`,
    points: rows.flatMap(([own, way], row) => (own === lock ? [{ x: way!, row, column: index }] : [])),
  });
  const at = (lock: string, way: string): string => {
    const row = rows.find((one) => one[0] === lock && one[1] === way);
    return row === undefined ? 'not run' : said(row[10]!);
  };
  const answer = locks.map(
    (lock) =>
      `with a lock that ${lock}s ${at(lock, 'static')} where no core goes, ${at(lock, 'section finished')} where holders finish first, ` +
      `${at(lock, 'blind')} where they are interrupted unasked`,
  );
  return {
    mark: 'dot',
    x: 'how cores go',
    panels: [
      { title: 'p99.9', lines: locks.map((lock) => line(lock, 10)) },
      { title: 'longest wait for the lock', lines: locks.map((lock) => line(lock, 5)) },
    ],
    answer: `p99.9: ${answer.join('; ')}.`,
  };
}
