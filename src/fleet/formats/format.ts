// How a file of VMs is read: rows of named cells become VMs. A format says which columns it needs, whether the file has a header of its
// own, and what a row means; what is wrong in a cell is told with its line.

import { InputError } from '../../input/errors.js';
import { CellProblems, columnIndexes, csvBlocks, decimal } from '../../workload/csv-rows.js';
import { type TraceHost, readText } from '../../workload/text-source.js';
import type { Fleet } from '../types.js';
import { type VmTableBuilder } from '../vms.js';

export type TraceSpec = NonNullable<Fleet['vms']['trace']>;

/** More VMs than this need more memory than a process has. */
export const MOST_VMS = 50e6;
const MOST_CORES = 65_536;
const MOST_BYTES = 16 * 2 ** 40;

/** What a format may use. */
export interface Reading {
  readonly trace: TraceSpec;
  readonly fleet: Fleet;
  readonly host: TraceHost;
  readonly into: VmTableBuilder;
  /** What was done to the file, a line each. */
  readonly notes: string[];
}

export type Reader = (reading: Reading) => Promise<void>;

/** One row: its cells by the format's own names. */
class Row<Name extends string> {
  constructor(
    private readonly cells: readonly string[],
    private readonly at: Readonly<Record<Name, number>>,
    private readonly line: number,
    private readonly problems: CellProblems,
  ) {}

  text(name: Name): string {
    const index = this.at[name];
    return index < 0 ? '' : this.cells[index]!.trim();
  }

  refuse(name: Name, expected: string): void {
    this.problems.add(this.line, name, this.text(name), expected);
  }

  /** NaN, and a problem, for what is no number within the bounds. */
  number(name: Name, least: number, most: number, expected: string): number {
    const value = decimal(this.text(name));
    if (value >= least && value <= most) return value;
    this.refuse(name, expected);
    return NaN;
  }

  time(name: Name): number {
    return this.number(name, -Number.MAX_VALUE, Number.MAX_VALUE, 'a number, as a time');
  }

  cores(name: Name, unit = 1): number {
    return this.number(name, 1e-6 / unit, MOST_CORES / unit, `cores above 0, at most ${MOST_CORES / unit}`) * unit;
  }

  /** In bytes; `unit` is what the number 1 stands for. */
  bytes(name: Name, unit: number): number {
    return this.number(name, 0, MOST_BYTES / unit, `memory of 0 or more, at most ${MOST_BYTES / unit}`) * unit;
  }
}

/** Every row of a file. `optional` columns may be missing; `header` stands for one that the file lacks; `as` makes CSV of another text. */
export async function forEachRow<Name extends string>(
  { host, into }: Pick<Reading, 'host' | 'into'>,
  file: string,
  columns: {
    readonly names: readonly Name[];
    readonly optional?: readonly Name[];
    readonly header?: string;
    readonly as?: (text: AsyncIterable<string>) => AsyncIterable<string>;
  },
  each: (row: Row<Name>) => void,
): Promise<void> {
  const { names, optional = [], header, as } = columns;
  const read = as === undefined ? readText(host, file) : as(readText(host, file));
  const text = header === undefined ? read : withHeader(header, read);
  for await (const block of csvBlocks(text, file)) {
    const known = names.filter((name) => !optional.includes(name));
    const at = { ...columnIndexes(block.header, known, file) };
    for (const name of optional) at[name] = block.header.indexOf(name);
    const problems = new CellProblems(file);
    const before = header === undefined ? 0 : 1;
    block.rows.forEach((cells, i) => each(new Row(cells, at, block.line(i) - before, problems)));
    problems.throwIfAny();
    if (into.count > MOST_VMS)
      throw new InputError({ file, path: '', given: `more than ${MOST_VMS} VMs`, expected: 'at most 50 million' });
  }
}

async function* withHeader(header: string, text: AsyncIterable<string>): AsyncGenerator<string> {
  yield `${header}\n`;
  yield* text;
}

/** Where a file gives shares of a machine: the first type of host is meant. */
export const machineOf = ({ hosts }: Fleet): Fleet['hosts'][number] => hosts[0]!;
