// One row a host as a Parquet file.

import { ParquetTable, type Column as ColumnOf } from '../result/parquet.js';
import type { Distribution } from '../metrics/figures.js';
import type { HostIdentity } from './simulate.js';
import { mappedOf } from './function-map.js';
import { FUNCTION_COUNTS } from './function-row.js';
import { distributionOfWeighted, type RowLatency, Tally, weighted } from './tally.js';
import { CLASSES, type VmClass } from './vms.js';
import type { HostRow } from './work.js';

const NS = 1e9;
type Column = ColumnOf<HostRow>;

const snake = (name: VmClass): string => name.replace('-', '_');

const FIGURES = ['mean', 'p50', 'p99', 'p999', 'max'] as const;

/** Of the latencies that were looked at last: a row is asked for one figure after the other. */
let last: { readonly of: RowLatency; readonly figures: Distribution } | undefined;

function figureOf(latency: RowLatency | undefined, figure: (typeof FIGURES)[number]): number | null {
  if (latency === undefined || latency.count === 0) return null;
  if (last?.of !== latency) {
    const sums = new Tally<never>([]);
    sums.add(latency, {});
    last = { of: latency, figures: distributionOfWeighted(weighted([], [{ sums, weight: 1 }]), true) };
  }
  return last.figures[figure];
}

/** Of the times that `of` takes from a row, a column a figure. */
const times = (name: string, of: (row: HostRow) => RowLatency | undefined): Column[] =>
  FIGURES.map((figure) => ({ name: `${name}_${figure}_ns`, type: 'DOUBLE', of: (row) => figureOf(of(row), figure) }));

const snaked = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const COLUMNS: readonly Column[] = [
  { name: 'host', type: 'INT32', of: ({ host }) => host },
  { name: 'type', type: 'INT32', of: ({ type }) => type },
  { name: 'epochs', type: 'INT32', of: ({ epochs }) => epochs },
  { name: 'events', type: 'INT64', of: ({ events }) => events },
  { name: 'fingerprint', type: 'BYTE_ARRAY', of: ({ fingerprint }) => fingerprint },
  { name: 'error', type: 'BYTE_ARRAY', of: ({ error }) => error ?? null },
  ...(['task', 'steal', 'idlePoll', 'transition', 'idle', 'poll'] as const).map((use): Column => {
    const name = `${snaked(use)}_core_seconds`;
    return { name, type: 'DOUBLE', of: ({ cores }) => cores[use] / NS };
  }),
  ...CLASSES.flatMap((name): Column[] => [
    ...(['vms', 'arrived', 'completed', 'dropped', 'inFlight', 'attained', 'judged'] as const).map((count): Column => {
      return {
        name: `${snake(name)}_${snaked(count)}`,
        type: 'INT64',
        of: ({ classes }) => classes[name]?.[count] ?? 0,
      };
    }),
    ...times(`${snake(name)}_latency`, ({ classes }) => classes[name]?.latency),
  ]),
  ...FUNCTION_COUNTS.map((count): Column => {
    return { name: `functions_${snaked(count)}`, type: 'INT64', of: ({ functions }) => functions?.counts[count] ?? 0 };
  }),
  { name: 'functions_used_max_bytes', type: 'INT64', of: ({ functions }) => functions?.usedMaxBytes ?? 0 },
  ...times('functions_start', ({ functions }) => functions?.starts),
  ...times('functions_latency', ({ functions }) => functions?.latency),
];

/** A row as the table has it: small, and enough to know which host did what. */
export type HostValues = readonly (number | string | null)[];

export const valuesOf = (row: HostRow): HostValues => COLUMNS.map(({ of }) => of(row));

const at = (name: string): number => COLUMNS.findIndex((column) => column.name === name);
const [HOST, EPOCHS, FINGERPRINT, ERROR] = ['host', 'epochs', 'fingerprint', 'error'].map(at) as [
  number,
  number,
  number,
  number,
];
const FUNCTIONS = new Map(FUNCTION_COUNTS.map((count) => [count, at(`functions_${snaked(count)}`)]));

export const identityOf = (values: HostValues): HostIdentity => ({
  host: Number(values[HOST]),
  epochs: Number(values[EPOCHS]),
  fingerprint: String(values[FINGERPRINT]),
  ...(values[ERROR] === null ? { mapped: mappedOf((count) => Number(values[FUNCTIONS.get(count)!])) } : {}),
});

const VALUES = COLUMNS.map(({ name, type }, i): ColumnOf<HostValues> => ({ name, type, of: (values) => values[i]! }));

/** Takes rows, and hands bytes out as they are ready. */
export const hostTable = (sink: (bytes: Uint8Array) => void): ParquetTable<HostValues> =>
  new ParquetTable(VALUES, sink);
