// Nexus and Nanvix on one host (assembly/systems), behind names: requests as columns in, what became of each and of the host out.
// Times are whole nanoseconds, memory bytes. Rules: docs/nexus.md, docs/nanvix.md.

import * as L from '../../assembly/systems/layout.js';
import { compileCore, instantiateCore } from '../core/load.js';

/** In order of arrival. */
export interface RequestColumns {
  readonly at: Float64Array;
  /** Index of the function; of the tenant under Nanvix. */
  readonly fn: Uint32Array;
  readonly compute: Float64Array;
  /** Length of the fetch of the input; under Nanvix what each I/O call costs its system VM. 0: none. */
  readonly fetch: Float64Array;
  /** Length of the write of the output. 0: none. */
  readonly write: Float64Array;
}

/** The lifecycle's policies; gd by the uses of each instance, hist by both rules. */
export const SYSTEM_POLICIES = ['fixed', 'lru', 'gd', 'hist', 'hist-faascache', 'pool'] as const;
export type SystemPolicy = (typeof SYSTEM_POLICIES)[number];
const POLICIES: Readonly<Record<SystemPolicy, number>> = {
  fixed: L.KEEP_FIXED,
  lru: L.KEEP_LRU,
  gd: L.KEEP_GD,
  hist: L.KEEP_HIST,
  'hist-faascache': L.KEEP_HIST_FAASCACHE,
  pool: L.KEEP_POOL,
};

export interface NexusSpec {
  readonly cores: number;
  /** Cores of the shared backend, of those; 0: every guest has its own fabric. */
  readonly workers: number;
  /** The input is fetched while the VM restores. */
  readonly prefetch: boolean;
  /** The output is written after the answer. */
  readonly writeAfter: boolean;
  readonly restoreNs: number;
  readonly connectNs: number;
  readonly respondNs: number;
  /** What an operation takes of a worker of the backend. */
  readonly opNs: number;
  /** Under `fixed`. */
  readonly keepNs: number;
  /** Who is kept, and who goes for want of memory; absent: fixed, who lies dormant longest first. */
  readonly policy?: SystemPolicy;
  /** Under `pool`, of each function; absent: 1. */
  readonly instances?: number;
  /** Of all instances; null: no bound. */
  readonly memoryBytes: number | null;
  /** CPU time of a guest's own fabric, for the fetch and write of one request; to connect as much in proportion to its length. */
  readonly fabricNs: number;
  /** When the backend is away. */
  readonly down?: { readonly atNs: number; readonly forNs: number };
  /** Of an instance of each function. */
  readonly bytes: Float64Array;
}

export interface NanvixSpec {
  readonly cores: number;
  readonly userStartNs: number;
  readonly systemStartNs: number;
  readonly userBytes: number;
  readonly systemBytes: number;
  /** Under `fixed`. */
  readonly keepNs: number;
  /** Who is kept, and who goes for want of memory; absent: fixed, who lies dormant longest first. `pool`: every system VM. */
  readonly policy?: SystemPolicy;
  readonly crossingNs: number;
  /** Of a call to its system VM; its computation is split evenly around them. */
  readonly ioPerCall: number;
  /** User and system VM start at once. */
  readonly parallelStart: boolean;
  readonly memoryBytes: number | null;
  readonly tenants: number;
}

/** What became of the requests and of the host. */
export interface SystemRun {
  /** From arrival to answer, by request. */
  readonly latencyNs: Float64Array;
  /** When its VM was its own, by request. */
  readonly startedNs: Float64Array;
  readonly cold: Uint8Array;
  /** Its system VM had to be started. */
  readonly systemCold: Uint8Array;
  /** Answered, and its output lost afterwards. */
  readonly lost: number;
  readonly coreNs: number;
  /** Of the backend, or of the system VMs. */
  readonly backendNs: number;
  /** Integrals over the run. */
  readonly byteNs: number;
  readonly dormantByteNs: number;
  readonly systemByteNs: number;
  readonly peakBytes: number;
  readonly evicted: number;
  readonly expired: number;
  readonly systemStarts: number;
  /** Of all I/O calls together, at their system VM. */
  readonly systemWaitNs: number;
  readonly calls: number;
  readonly endedNs: number;
  readonly events: number;
}

interface Exports {
  systemRequests(count: number, functions: number): number;
  systemSettings(): number;
  systemAnswers(): number;
  nexusRun(functions: number): number;
  nanvixRun(owners: number): number;
}

const noMemory = (): never => {
  throw new RangeError('systems: memory does not reach for the requests');
};

/** One of the two, over an instance of its own. */
async function simulate(
  requests: RequestColumns,
  settings: Readonly<Record<number, number>>,
  bytes: Float64Array,
  which: 'nexusRun' | 'nanvixRun',
  module: WebAssembly.Module | undefined,
): Promise<SystemRun> {
  const { exports: raw, memory } = instantiateCore(await compileCore(module));
  const exports = raw as unknown as Exports;
  const count = requests.at.length;
  const at = exports.systemRequests(count, bytes.length);
  if (at === 0) noMemory();
  const [ofAt, ofFn, ofCompute, ofFetch, ofWrite, ofDone, ofStarted, ofFlags, ofSizes] = new Uint32Array(
    memory.buffer,
    at,
    9,
  );
  const wide = (from: number | undefined, length = count): Float64Array =>
    new Float64Array(memory.buffer, from, length);
  wide(ofAt).set(requests.at);
  new Uint32Array(memory.buffer, ofFn, count).set(requests.fn);
  wide(ofCompute).set(requests.compute);
  wide(ofFetch).set(requests.fetch);
  wide(ofWrite).set(requests.write);
  wide(ofSizes, bytes.length).set(bytes);
  const given = wide(exports.systemSettings(), L.SETTINGS);
  for (const [index, value] of Object.entries(settings)) given[Number(index)] = value;
  if (exports[which](bytes.length) !== L.SYSTEM_OK) noMemory();
  const answers = wide(exports.systemAnswers(), L.ANSWERS);
  const answer = (index: number): number => answers[index]!;
  const flags = new Uint32Array(memory.buffer, ofFlags, count);
  return {
    latencyNs: wide(ofDone).map((done, i) => done - requests.at[i]!),
    startedNs: wide(ofStarted).slice(),
    cold: Uint8Array.from(flags, (bits) => Number((bits & L.COLD) !== 0)),
    systemCold: Uint8Array.from(flags, (bits) => Number((bits & L.SYSTEM_COLD) !== 0)),
    lost: flags.reduce((sum, bits) => sum + Number((bits & L.LOST) !== 0), 0),
    coreNs: answer(L.ANSWER_CORE_NS),
    backendNs: answer(L.ANSWER_BACKEND_NS),
    byteNs: answer(L.ANSWER_BYTE_NS),
    dormantByteNs: answer(L.ANSWER_DORMANT_BYTE_NS),
    systemByteNs: answer(L.ANSWER_SYSTEM_BYTE_NS),
    peakBytes: answer(L.ANSWER_PEAK_BYTES),
    evicted: answer(L.ANSWER_EVICTED),
    expired: answer(L.ANSWER_EXPIRED),
    systemStarts: answer(L.ANSWER_SYSTEM_STARTS),
    systemWaitNs: answer(L.ANSWER_SYSTEM_WAIT_NS),
    calls: answer(L.ANSWER_CALLS),
    endedNs: answer(L.ANSWER_ENDED_NS),
    events: answer(L.ANSWER_EVENTS),
  };
}

const KEEP_LIMIT = 2 ** 52;

/** @throws RangeError where one instance is larger than the budget, or memory does not reach */
export function runNexus(spec: NexusSpec, requests: RequestColumns, module?: WebAssembly.Module): Promise<SystemRun> {
  const largest = spec.bytes.reduce((most, size) => Math.max(most, size), 0);
  if (spec.memoryBytes !== null && largest > spec.memoryBytes)
    throw new RangeError(
      `memory: given ${spec.memoryBytes}, expected at least the largest function's ${largest} bytes`,
    );
  const settings = {
    [L.NEXUS_CORES]: spec.cores,
    [L.NEXUS_WORKERS]: spec.workers,
    [L.NEXUS_PREFETCH]: Number(spec.prefetch),
    [L.NEXUS_AFTER]: Number(spec.writeAfter),
    [L.NEXUS_RESTORE]: spec.restoreNs,
    [L.NEXUS_CONNECT]: spec.connectNs,
    [L.NEXUS_RESPOND]: spec.respondNs,
    [L.NEXUS_OP]: spec.opNs,
    [L.NEXUS_KEEP]: Math.min(spec.keepNs, KEEP_LIMIT),
    [L.NEXUS_BUDGET]: spec.memoryBytes ?? 0,
    [L.NEXUS_FABRIC]: spec.fabricNs,
    [L.NEXUS_DOWN_AT]: spec.down?.atNs ?? 0,
    [L.NEXUS_DOWN_FOR]: spec.down?.forNs ?? 0,
    [L.NEXUS_POLICY]: POLICIES[spec.policy ?? 'fixed'],
    [L.NEXUS_POOL]: spec.instances ?? 1,
  };
  return simulate(requests, settings, spec.bytes, 'nexusRun', module);
}

/** @throws RangeError where one call does not fit into the memory, or memory does not reach */
export function runNanvix(spec: NanvixSpec, requests: RequestColumns, module?: WebAssembly.Module): Promise<SystemRun> {
  const least = spec.userBytes + spec.systemBytes;
  if (spec.memoryBytes !== null && least > spec.memoryBytes)
    throw new RangeError(
      `memory: given ${spec.memoryBytes}, expected at least ${least} bytes, for a user VM and a system VM`,
    );
  const settings = {
    [L.NANVIX_CORES]: spec.cores,
    [L.NANVIX_USER_START]: spec.userStartNs,
    [L.NANVIX_SYSTEM_START]: spec.systemStartNs,
    [L.NANVIX_USER_BYTES]: spec.userBytes,
    [L.NANVIX_SYSTEM_BYTES]: spec.systemBytes,
    [L.NANVIX_KEEP]: Math.min(spec.keepNs, KEEP_LIMIT),
    [L.NANVIX_CROSSING]: spec.crossingNs,
    [L.NANVIX_CALLS]: spec.ioPerCall,
    [L.NANVIX_PARALLEL]: Number(spec.parallelStart),
    [L.NANVIX_BUDGET]: spec.memoryBytes ?? 0,
    [L.NANVIX_POLICY]: POLICIES[spec.policy ?? 'fixed'],
    [L.NANVIX_POOL]: 1,
  };
  return simulate(requests, settings, new Float64Array(spec.tenants), 'nanvixRun', module);
}
