// Files that say what a function needs: a table of our own form, the memory file of Azure 2019, the settings of IBM Code Engine.
// Each key once, memory above 0: a row that is wrong is told with its line, all of a block at once.

import { show } from '../input/errors.js';
import { CellProblems, columnIndexes, csvBlocks, decimal, detached } from '../workload/csv-rows.js';
import { type TraceHost, readText } from '../workload/text-source.js';

const MIB = 2 ** 20;
const GB = 1e9;
const MS = 1e6;

/** What a row says. */
export interface FunctionRow {
  readonly memoryBytes: number;
  /** Undefined: the file has no such column. */
  readonly initNs?: number | undefined;
}

type Rows = ReadonlyMap<string, FunctionRow>;

/** A key that an earlier line has is told with that line. */
class Keys {
  readonly #lines = new Map<string, number>();

  first(key: string, line: number, column: string, problems: CellProblems): boolean {
    const before = this.#lines.get(key);
    if (before !== undefined) problems.add(line, column, key, `each once (line ${before} has it already)`);
    else this.#lines.set(detached(key), line);
    return before === undefined;
  }
}

function memoryOf(cell: string, unit: number, column: string, line: number, problems: CellProblems): number {
  const bytes = Math.round(decimal(cell) * unit);
  if (bytes >= 1 && bytes <= 2 ** 53) return bytes;
  problems.add(line, column, cell, `memory above 0 in ${unit === MIB ? 'MiB' : 'GB'}`);
  return NaN;
}

/** `func,memoryMiB[,initMs]`. */
export async function readFunctionTable(host: TraceHost, file: string): Promise<Rows> {
  const rows = new Map<string, FunctionRow>();
  const keys = new Keys();
  for await (const block of csvBlocks(readText(host, file), file)) {
    const at = columnIndexes(block.header, ['func', 'memoryMiB'], file);
    const init = block.header.indexOf('initMs');
    const problems = new CellProblems(file);
    block.rows.forEach((row, i) => {
      const line = block.line(i);
      const key = row[at.func]!;
      const fresh = keys.first(key, line, 'func', problems);
      const memoryBytes = memoryOf(row[at.memoryMiB]!, MIB, 'memoryMiB', line, problems);
      const initNs = init < 0 ? undefined : Math.round(decimal(row[init]!) * MS);
      if (initNs !== undefined && !(initNs >= 0 && initNs <= 2 ** 53))
        problems.add(line, 'initMs', row[init]!, 'milliseconds, 0 or more');
      if (fresh) rows.set(detached(key), { memoryBytes, initNs });
    });
    problems.throwIfAny();
  }
  return rows;
}

/** `HashFunction` and `AverageAllocatedMb`, whose megabytes are taken for MiB. */
export async function readAzureMemory(host: TraceHost, file: string): Promise<Rows> {
  const rows = new Map<string, FunctionRow>();
  const keys = new Keys();
  for await (const block of csvBlocks(readText(host, file), file)) {
    const at = columnIndexes(block.header, ['HashFunction', 'AverageAllocatedMb'], file);
    const problems = new CellProblems(file);
    block.rows.forEach((row, i) => {
      const line = block.line(i);
      const key = row[at.HashFunction]!;
      const fresh = keys.first(key, line, 'HashFunction', problems);
      const memoryBytes = memoryOf(row[at.AverageAllocatedMb]!, MIB, 'AverageAllocatedMb', line, problems);
      if (fresh) rows.set(detached(key), { memoryBytes });
    });
    problems.throwIfAny();
  }
  return rows;
}

/** Settings of an application on one day. */
export interface Configuration extends FunctionRow {
  readonly name: string;
  readonly tenant: string;
  readonly maxVcpus: number;
  readonly concurrency: number;
  readonly minInstances: number;
}

const IBM = [
  'namespace',
  'app',
  'first_day',
  'last_day',
  'cpu_vcpu',
  'memory_gb',
  'container_concurrency',
  'min_scale',
] as const;
const COUNT_MAX = 65_536;

/** IBM Code Engine: runs of days with equal settings; `day` chooses the run. */
export async function readConfigurations(host: TraceHost, file: string, day: number): Promise<Configuration[]> {
  const found: Configuration[] = [];
  const keys = new Keys();
  for await (const block of csvBlocks(readText(host, file), file)) {
    const at = columnIndexes(block.header, IBM, file);
    const problems = new CellProblems(file);
    block.rows.forEach((row, i) => {
      const line = block.line(i);
      const number = (column: (typeof IBM)[number], least: number, whole = true): number => {
        const value = decimal(row[at[column]]!);
        if (!(value >= least && value <= COUNT_MAX && (!whole || Number.isInteger(value))))
          problems.add(
            line,
            column,
            row[at[column]]!,
            `a ${whole ? 'whole ' : ''}number from ${least} to ${COUNT_MAX}`,
          );
        return value;
      };
      const [first, last] = [number('first_day', 0), number('last_day', 0)];
      const setting = {
        tenant: detached(row[at.namespace]!),
        name: detached(`${row[at.namespace]!}/${row[at.app]!}`),
        maxVcpus: Math.max(1, Math.ceil(number('cpu_vcpu', 0, false))),
        memoryBytes: memoryOf(row[at.memory_gb]!, GB, 'memory_gb', line, problems),
        concurrency: number('container_concurrency', 1),
        minInstances: number('min_scale', 0),
      };
      if (first <= day && day <= last && keys.first(setting.name, line, 'app', problems)) found.push(setting);
    });
    problems.throwIfAny();
  }
  return found;
}

/** What a row that is missing is told as: where the function is named, and where its row was looked for. */
export class MissingRows {
  readonly #problems: CellProblems;

  constructor(
    file: string,
    private readonly column: string,
    private readonly wanted: string,
  ) {
    this.#problems = new CellProblems(file);
  }

  add(key: string, line: number): void {
    this.#problems.add(line, this.column, key, `a function of ${show(this.wanted)}, which tells its memory`);
  }

  throwIfAny(): void {
    this.#problems.throwIfAny();
  }
}
