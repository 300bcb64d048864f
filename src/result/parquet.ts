// Rows as a Parquet file (Snappy), written piece by piece: memory is that of one group of rows, whatever their number.
// DuckDB, pandas and hyparquet read it.

import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';

const GROUP_ROWS = 5000;

export interface Column<Row> {
  readonly name: string;
  readonly type: 'INT32' | 'INT64' | 'DOUBLE' | 'BYTE_ARRAY';
  readonly of: (row: Row) => number | string | null;
}

/** Takes rows, and hands bytes out as they are ready. */
export class ParquetTable<Row> {
  private readonly bytes = new ByteWriter();
  private readonly writer: ParquetWriter;
  private rows: Row[] = [];

  constructor(
    private readonly columns: readonly Column<Row>[],
    sink: (bytes: Uint8Array) => void,
  ) {
    const flush = (): void => {
      sink(new Uint8Array(this.bytes.buffer.slice(0, this.bytes.index)));
      this.bytes.index = 0;
    };
    Object.assign(this.bytes, { flush, finish: flush });
    const schema: SchemaElement[] = [
      { name: 'root', num_children: columns.length },
      ...columns.map(({ name, type }): SchemaElement => {
        const text = type === 'BYTE_ARRAY' ? ({ converted_type: 'UTF8' } as const) : {};
        return { name, type, repetition_type: 'OPTIONAL', ...text };
      }),
    ];
    this.writer = new ParquetWriter({ writer: this.bytes, schema, codec: 'SNAPPY', createdBy: 'fluxhost' });
  }

  add(row: Row): void {
    this.rows.push(row);
    if (this.rows.length === GROUP_ROWS) this.group();
  }

  private group(): void {
    const valueOf = (column: Column<Row>, row: Row): number | bigint | string | null => {
      const value = column.of(row);
      return column.type === 'INT64' && typeof value === 'number' ? BigInt(value) : value;
    };
    const columnData = this.columns.map((column) => ({
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
