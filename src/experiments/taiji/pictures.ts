// What of Taiji's tables is drawn, and the answer in a sentence, both from the rows alone.

import { columnLine, type PictureLine, type PicturePoint, type TablePicture } from '../../report/claim-numbers.js';

type Rows = readonly (readonly string[])[];

const share = (cell: string): number => Number.parseFloat(cell);

/** Rows: compression ratio, identity, with metadata and watermark, simulated. */
export function ratiosPicture(rows: Rows): TablePicture {
  const [first, last] = [rows[0]!, rows.at(-1)!];
  return {
    mark: 'line',
    x: 'compression ratio',
    panels: [
      {
        title: 'share of the memory that is out',
        lines: [
          columnLine('simulated', 3, rows),
          columnLine('identity', 1, rows, { theory: true }),
          columnLine('and metadata', 2, rows),
        ],
      },
    ],
    answer: `${first[3]} at a ratio of ${first[0]}, ${last[3]} with ${last[0]}: the better pages compress, the fewer.`,
  };
}

/** Rows: share of cold pages, falling, after a first one where nothing is out; lost is the fourth column. */
export function cliffPicture(rows: Rows): TablePicture {
  const swept = rows.slice(1);
  const steps = swept.slice(1).map((row, i) => share(row[3]!) - share(swept[i]![3]!));
  const at = steps.indexOf(Math.max(...steps));
  const [before, after] = [swept[at]!, swept[at + 1]!];
  const line = (name: string, column: number) => ({
    name,
    points: columnLine(name, column, rows).points.slice(1),
  });
  return {
    mark: 'line',
    x: 'share of pages that are cold',
    panels: [
      { title: 'share', lines: [line('throughput lost', 3), line('core time', 6), line('faults', 1)] },
      { title: 'swap-in', lines: [line('p90', 4), line('p99', 5)] },
    ],
    answer:
      `Between ${before[0]} and ${after[0]}: the throughput lost goes from ${before[3]} to ${after[3]}, ` +
      `p99 of a swap-in from ${before[5]} to ${after[5]}.`,
  };
}

const TARGET = { ns: 10_000, share: 0.1, text: 'claimed: p90 ≤ 10 µs' } as const;

const quantiles = (row: number, from: number, names: readonly string[]): PicturePoint[] =>
  names.map((x, i) => ({ x, row, column: from + i }));

const withCurve = (curve: PictureLine['curve']): Pick<PictureLine, 'curve'> => (curve === undefined ? {} : { curve });

/** Rows: backend, swap-ins, p50, p90, p99, share within 10 us; `curves`: of each, the whole distribution. */
export function latenciesPicture(rows: Rows, curves: readonly PictureLine['curve'][] = []): TablePicture {
  const enough = rows.filter((row) => share(row[5]!) >= 90);
  const others = rows.filter((row) => !enough.includes(row));
  const said = (some: Rows): string => some.map((row) => `${row[0]} (p90 ${row[3]})`).join('; ');
  return {
    mark: 'tail',
    x: 'time of a swap-in',
    panels: [
      {
        title: '',
        lines: rows.map(([name], row) => ({
          name: name!,
          points: quantiles(row, 2, ['p50', 'p90', 'p99']),
          ...withCurve(curves[row]),
        })),
      },
    ],
    objective: TARGET,
    answer: `Nine of ten take at most 10 us with ${said(enough)}. They take longer with ${said(others)}.`,
  };
}

/** Rows: `4 KiB, x86`, swap-ins, identity, p50, p90, share within 10 us. */
export function unitsPicture(rows: Rows): TablePicture {
  const parts = rows.map((row) => row[0]!.split(', ') as [string, string]);
  const cores = [...new Set(parts.map(([, on]) => on))];
  const line = (on: string, column: number): PicturePoint[] =>
    parts.flatMap(([x, own], row) => (own === on ? [{ x, row, column }] : []));
  const said = cores.map((on) => {
    const own = rows.filter((_, i) => parts[i]![1] === on);
    const [first, last] = [own[0]!, own.at(-1)!];
    return `on ${on} from ${first[4]} (${first[0]!.split(', ')[0]}) to ${last[4]} (${last[0]!.split(', ')[0]})`;
  });
  return {
    mark: 'line',
    x: 'unit that is swapped',
    panels: [
      {
        title: 'p90 of a swap-in',
        lines: cores.flatMap((on) => [
          { name: on, points: line(on, 4) },
          { name: `${on}, identity`, theory: true as const, points: line(on, 2) },
        ]),
      },
    ],
    answer: `p90 grows with the unit, ${said.join(', ')}.`,
  };
}

/** Rows: workers, watermarks, p50, p90, p99, p99.9, direct reclaims. */
export function tailPicture(rows: Rows, curves: readonly PictureLine['curve'][] = []): TablePicture {
  const names = rows.map(([workers, marks]) => {
    const many = `${workers} worker${workers === '1' ? '' : 's'}`;
    return marks === 'default' ? many : `${many}, watermark ${marks!.split(', ')[0]}`;
  });
  const reclaim = rows.flatMap((row, i) => (row[6] === '0' ? [] : [`${names[i]} (p99.9 ${row[5]})`]));
  const not = rows.flatMap((row, i) => (row[6] === '0' ? [`${names[i]} (p99.9 ${row[5]})`] : []));
  return {
    mark: 'tail',
    x: 'time of a swap-in',
    panels: [
      {
        title: '',
        lines: names.map((name, row) => ({
          name,
          points: quantiles(row, 2, ['p50', 'p90', 'p99', 'p99.9']),
          ...withCurve(curves[row]),
        })),
      },
    ],
    objective: TARGET,
    answer: `Touches have to reclaim by themselves with ${reclaim.join('; ')}. None has to with ${not.join('; ')}.`,
  };
}
