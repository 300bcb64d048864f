// Functions and their invocations from files (docs/model/lifecycle.md): rows of 2021 one by one, counts a minute of 2019 drawn.

import { InputError, show } from '../input/errors.js';
import { emptySummary, type TraceSummary } from '../workload/arrival.js';
import { MINUTE_NS, openAzure2019, type OpenedAzure2019 } from '../workload/azure-2019.js';
import { invocationRows } from '../workload/azure-2021.js';
import { detached } from '../workload/csv-rows.js';
import { chooseFunctions } from '../workload/functions.js';
import { TIME_MAX_NS, type TraceOptions } from '../workload/options.js';
import type { TraceHost } from '../workload/text-source.js';
import { Columns } from './columns.js';
import type { FunctionTrace } from './source.js';
import type { Invocations } from './spec.js';
import { type FunctionRow, MissingRows, readAzureMemory, readFunctionTable } from './table-files.js';

/** What a function is known by, and what its files say. */
export interface ReadFunction extends FunctionRow {
  readonly name: string;
  readonly tenant: string;
}

/** Functions with their invocations. */
export interface ReadTrace {
  readonly functions: readonly ReadFunction[];
  readonly invocations: Invocations;
  readonly summary: TraceSummary;
}

/** Start, scales and end applied to each call. */
class Window {
  readonly columns: Columns;
  #startNs: number;
  beforeStart = 0;

  constructor(
    private readonly trace: FunctionTrace,
    private readonly endNs: number,
    firstNs: number,
    calls: number,
  ) {
    this.columns = new Columns(calls);
    this.#startNs = trace.startNs === 'first' ? firstNs : (trace.startNs ?? 0);
  }

  /** False: it comes after the end. */
  add(traceNs: number, fn: number, serviceNs: number): boolean {
    const sinceNs = traceNs - this.#startNs;
    if (sinceNs < 0) {
      this.beforeStart++;
      return true;
    }
    const atNs = Math.round(sinceNs * this.trace.timeScale);
    if (atNs > this.endNs) return false;
    const scaledNs = Math.round(serviceNs * this.trace.serviceScale);
    if (scaledNs > TIME_MAX_NS)
      throw new InputError({
        file: this.trace.file,
        path: '',
        given: `a service time of ${show(scaledNs)} ns`,
        expected: 'at most 2^53 ns (104 days)',
      });
    this.columns.add(atNs, fn, scaledNs);
    return true;
  }
}

const optionsOf = (trace: FunctionTrace, seed: number): TraceOptions =>
  Object.fromEntries(
    Object.entries({ seed, ...trace, memory: undefined, table: undefined }).filter(([, value]) => value !== undefined),
  ) as unknown as TraceOptions;

/** Numbers functions in the order in which they first come. */
class Names {
  readonly indexes = new Map<string, number>();
  readonly names: string[] = [];
  readonly tenants: string[] = [];
  readonly lines: number[] = [];

  index(name: string, tenant: string, line: number): number {
    const known = this.indexes.get(name);
    if (known !== undefined) return known;
    const index = this.names.length;
    const own = detached(name);
    this.indexes.set(own, index);
    this.names.push(own);
    this.tenants.push(detached(tenant));
    this.lines.push(line);
    return index;
  }
}

async function read2021(trace: FunctionTrace, seed: number, endNs: number, host: TraceHost): Promise<ReadTrace> {
  const summary = emptySummary();
  const options = optionsOf(trace, seed);
  const names = new Names();
  const rows = new Columns();
  let firstNs = Infinity;
  for await (const block of invocationRows(host, options, summary)) {
    for (const { app, func, endNs: endedNs, durationNs, line } of block) {
      const startNs = endedNs - durationNs;
      rows.add(startNs, names.index(func, app, line), durationNs);
      firstNs = Math.min(firstNs, startNs);
    }
  }
  summary.rows = rows.count;
  const table = await readFunctionTable(host, trace.table!);
  const chosen = chooseFunctions(names.names, options, trace.file);
  const missing = new MissingRows(trace.file, 'func', trace.table!);
  const renumbered = new Int32Array(names.names.length).fill(-1);
  const functions = chosen.map((index, i): ReadFunction => {
    const name = names.names[index]!;
    renumbered[index] = i;
    const row = table.get(name);
    if (row === undefined) missing.add(name, names.lines[index]!);
    return { name, tenant: names.tenants[index]!, ...(row ?? { memoryBytes: NaN }) };
  });
  missing.throwIfAny();
  const window = new Window(trace, endNs, firstNs, rows.count);
  rows.each((atNs, fn, serviceNs) => {
    const index = renumbered[fn]!;
    if (index >= 0) window.add(atNs, index, serviceNs);
  });
  summary.functionsRead = summary.functionsJoined = names.names.length;
  summary.functionsUsed = functions.length;
  summary.beforeStart = window.beforeStart;
  return { functions, invocations: window.columns.sorted(trace.limit), summary };
}

/** The first row of a function counts where arrivals alone are read; what says how long a function runs must say it once. */
function refuseRepeated({ durations }: OpenedAzure2019): void {
  const before = new Map<string, number>();
  const problems = durations.identities.flatMap((cells, row) => {
    const key = cells.join(' ');
    const line = durations.lines[row]!;
    const first = before.get(key);
    if (first === undefined) before.set(key, line);
    const expected = `each function once (line ${first} has it already)`;
    return first === undefined
      ? []
      : [{ file: durations.file, line, path: 'HashFunction', given: show(cells.at(-1)), expected }];
  });
  if (problems.length > 0) throw new InputError(problems.slice(0, 10));
}

async function read2019(trace: FunctionTrace, seed: number, endNs: number, host: TraceHost): Promise<ReadTrace> {
  const summary = emptySummary();
  const options = optionsOf(trace, seed);
  const opened = await openAzure2019(options, host, summary);
  refuseRepeated(opened);
  const memory =
    trace.table === undefined ? await readAzureMemory(host, trace.memory!) : await readFunctionTable(host, trace.table);
  const { durations, trace: joined, chosen } = opened;
  const owner = durations.identity.indexOf('HashOwner');
  const missing = new MissingRows(trace.file, 'HashFunction', trace.table ?? trace.memory!);
  const renumbered = new Uint32Array(joined.hashes.length);
  const functions = chosen.map((index, i): ReadFunction => {
    const name = joined.hashes[index]!;
    renumbered[index] = i;
    const row = memory.get(name);
    if (row === undefined) missing.add(name, joined.lines[index]!);
    const tenant = durations.identities[joined.durationRows[index]!]![owner] ?? name;
    return { name, tenant, ...(row ?? { memoryBytes: NaN }) };
  });
  missing.throwIfAny();
  const fromNs = typeof trace.startNs === 'number' ? trace.startNs : 0;
  const expected = opened.callsBetween(fromNs, fromNs + endNs / trace.timeScale);
  const window = new Window(trace, endNs, 0, Math.min(expected, trace.limit ?? Infinity));
  drawing: for (const { minute, calls, startNs } of opened.minutes) {
    for (let k = 0; k < calls; k++) {
      if (window.columns.count === trace.limit) break drawing;
      const call = minute.order[k]!;
      const atNs = startNs + minute.shares[call]! * MINUTE_NS;
      if (!window.add(atNs, renumbered[minute.fn[call]!]!, minute.serviceNs[call]!)) break drawing;
    }
  }
  return { functions, invocations: window.columns.sorted(), summary };
}

/** @param endNs when the simulation ends: what comes later is left out */
export function readTrace(trace: FunctionTrace, seed: number, endNs: number, host: TraceHost): Promise<ReadTrace> {
  return trace.format === 'azure-2021' ? read2021(trace, seed, endNs, host) : read2019(trace, seed, endNs, host);
}
