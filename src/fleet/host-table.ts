// One row a host as a Parquet file (Snappy), written piece by piece: memory is that of one group of rows, whatever the number of hosts.
// DuckDB, pandas and hyparquet read it.

import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { ClassSums, distributionOfWeighted, weighted } from './sums.js';
import { CLASSES, type VmClass } from './vms.js';
import type { HostRow } from './work.js';

const GROUP_ROWS = 5000;
const NS = 1e9;

interface Column {
  readonly name: string;
  readonly type: 'INT32' | 'INT64' | 'DOUBLE' | 'BYTE_ARRAY';
  readonly of: (row: HostRow) => number | string | null;
}

const snake = (name: VmClass): string => name.replace('-', '_');

function latency(row: HostRow, name: VmClass, figure: 'mean' | 'p50' | 'p99' | 'p999' | 'max'): number | null {
  const part = row.classes[name];
  if (part === undefined || part.latency.count === 0) return null;
  const sums = new ClassSums();
  sums.add(part);
  return distributionOfWeighted(weighted([{ sums, weight: 1 }]), true)[figure];
}

const COLUMNS: readonly Column[] = [
  { name: 'host', type: 'INT32', of: ({ host }) => host },
  { name: 'type', type: 'INT32', of: ({ type }) => type },
  { name: 'epochs', type: 'INT32', of: ({ epochs }) => epochs },
  { name: 'events', type: 'INT64', of: ({ events }) => events },
  { name: 'fingerprint', type: 'BYTE_ARRAY', of: ({ fingerprint }) => fingerprint },
  { name: 'error', type: 'BYTE_ARRAY', of: ({ error }) => error ?? null },
  ...(['task', 'steal', 'idlePoll', 'transition', 'idle', 'poll'] as const).map((use): Column => {
    const name = `${use.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_core_seconds`;
    return { name, type: 'DOUBLE', of: ({ cores }) => cores[use] / NS };
  }),
  ...CLASSES.flatMap((name): Column[] => [
    ...(['vms', 'arrived', 'completed', 'dropped', 'inFlight', 'attained', 'judged'] as const).map((count): Column => {
      const own = count.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      return { name: `${snake(name)}_${own}`, type: 'INT64', of: ({ classes }) => classes[name]?.[count] ?? 0 };
    }),
    ...(['mean', 'p50', 'p99', 'p999', 'max'] as const).map((figure): Column => {
      return { name: `${snake(name)}_latency_${figure}_ns`, type: 'DOUBLE', of: (row) => latency(row, name, figure) };
    }),
  ]),
];

const SCHEMA: SchemaElement[] = [
  { name: 'root', num_children: COLUMNS.length },
  ...COLUMNS.map(({ name, type }): SchemaElement => {
    const text = type === 'BYTE_ARRAY' ? ({ converted_type: 'UTF8' } as const) : {};
    return { name, type, repetition_type: 'OPTIONAL', ...text };
  }),
];

/** Takes rows, and hands bytes out as they are ready. */
export class HostTable {
  private readonly bytes = new ByteWriter();
  private readonly writer: ParquetWriter;
  private rows: HostRow[] = [];

  constructor(sink: (bytes: Uint8Array) => void) {
    const flush = (): void => {
      sink(new Uint8Array(this.bytes.buffer.slice(0, this.bytes.index)));
      this.bytes.index = 0;
    };
    Object.assign(this.bytes, { flush, finish: flush });
    this.writer = new ParquetWriter({ writer: this.bytes, schema: SCHEMA, codec: 'SNAPPY', createdBy: 'fluxhost' });
  }

  add(row: HostRow): void {
    this.rows.push(row);
    if (this.rows.length === GROUP_ROWS) this.group();
  }

  private group(): void {
    const valueOf = (column: Column, row: HostRow): number | bigint | string | null => {
      const value = column.of(row);
      return column.type === 'INT64' && typeof value === 'number' ? BigInt(value) : value;
    };
    const columnData = COLUMNS.map((column) => ({
      name: column.name,
      data: this.rows.map((row) => valueOf(column, row)),
    }));
    void this.writer.write({ columnData, rowGroupSize: GROUP_ROWS });
    this.rows = [];
  }

  end(): void {
    if (this.rows.length > 0) this.group();
    void this.writer.finish();
  }
}
