// Virtuoso's datapath (assembly/systems/virtuoso.ts), behind names: tenants that send packets, who of them is served, and how long it
// takes. Times and costs are cycles. Rules: docs/virtuoso.md.

import * as S from '../../assembly/server/layout.js';
import * as L from '../../assembly/systems/layout.js';
import { compileCore, instantiateCore } from '../core/load.js';
import { DISCIPLINES, type Discipline, serverAccounts, type ServerAccount } from '../server/run.js';
import { coreLatency, type Latency } from './latency.js';

/** How a tenant's packets come. */
export type PacketProcess =
  /** As many as a batch takes always wait. */
  | { readonly process: 'full' }
  /** Every `gap` cycles from `first` on. */
  | { readonly process: 'deterministic'; readonly gap: number; readonly first: number }
  | { readonly process: 'poisson'; readonly gap: number }
  /** Poisson while it is on; on and off for exponential times. */
  | { readonly process: 'onoff'; readonly gap: number; readonly on: number; readonly off: number };

export interface PacketTenant {
  readonly weight: number;
  /** Packets of it that may wait at one stage; null: no bound but that of all. */
  readonly limit: number | null;
  readonly arrivals: PacketProcess;
  /** Mean cycles of a packet, all stages together; lognormal. */
  readonly cost: number;
  readonly cv: number;
  readonly bytes: number;
}

export interface FastPathSpec {
  readonly workers: number;
  /** Packets that a worker takes at once, of each stage. */
  readonly batches: readonly number[];
  readonly discipline: Discipline;
  /** In the discipline's unit: cycles, packets or bytes. */
  readonly cap: number;
  /** Cycles. */
  readonly period: number;
  /** Of the discipline's unit, a cycle that passes. */
  readonly boost: number;
  readonly replenish: 'period' | 'poll';
  /** Cycles between two polls of an idle worker; 0: it polls when a packet comes. */
  readonly idlePoll: number;
  /** Packets of all tenants that may wait at one stage. */
  readonly limit: number;
  readonly tenants: readonly PacketTenant[];
  /** Nothing comes and no batch is begun from then on. */
  readonly until: number;
  /** Latencies are of packets that came then or later. */
  readonly warmup: number;
  readonly seed: number;
}

export interface PacketAccount extends ServerAccount {
  readonly inFlight: number;
  /** Cycles from arrival to the end, of served packets; NaN where there are none. */
  readonly latency: Latency;
}

export interface FastPathRun {
  readonly used: number;
  readonly tenants: readonly PacketAccount[];
}

interface Exports {
  systemSettings(): number;
  fastpathTenants(count: number): number;
  fastpathRun(): number;
  fastpathServer(): number;
  fastpathHistogram(tenant: number): number;
  serverTenants(at: number): number;
  serverUsed(at: number): number;
}

const PROCESSES = { full: L.FULL, deterministic: L.DETERMINISTIC, poisson: L.POISSON, onoff: L.ON_OFF } as const;
const CHECKS: readonly (readonly [(spec: FastPathSpec) => boolean, string])[] = [
  [({ tenants }) => tenants.length > 0, 'at least one tenant'],
  [
    ({ workers, discipline, tenants }) => workers >= (discipline === 'siloed' ? tenants.length : 1),
    'workers for all tenants',
  ],
  [({ batches }) => batches.length > 0 && batches.length <= S.STAGES_MAX, `1 to ${S.STAGES_MAX} stages`],
  [({ batches }) => batches.every((size) => size >= 1 && size <= S.BATCH_MAX), `batches of 1 to ${S.BATCH_MAX}`],
  [({ period, limit }) => period >= 1 && limit >= 1, 'a period and a limit of at least 1'],
  [
    ({ tenants }) => tenants.every(({ weight, cost }) => weight > 0 && cost >= 1),
    'weights above 0, costs of at least 1',
  ],
  [
    ({ tenants }) =>
      tenants.every(({ arrivals }) => (arrivals.process === 'full') === (tenants[0]!.arrivals.process === 'full')),
    'either every tenant full or none',
  ],
];

function writeTenant(row: Float64Array, { weight, limit, arrivals, cost, cv, bytes }: PacketTenant): void {
  row[L.SOURCE_WEIGHT] = weight;
  row[L.SOURCE_LIMIT] = limit ?? 0;
  row[L.SOURCE_PROCESS] = PROCESSES[arrivals.process];
  row[L.SOURCE_GAP] = 'gap' in arrivals ? arrivals.gap : 0;
  row[L.SOURCE_PHASE] = 'first' in arrivals ? arrivals.first : 0;
  row[L.SOURCE_ON] = 'on' in arrivals ? arrivals.on : 0;
  row[L.SOURCE_OFF] = 'off' in arrivals ? arrivals.off : 0;
  row[L.SOURCE_COST] = cost;
  row[L.SOURCE_CV] = cv;
  row[L.SOURCE_SIZE] = bytes;
}

/** @throws RangeError for what cannot be simulated, or where memory does not reach */
export async function runFastPath(spec: FastPathSpec, module?: WebAssembly.Module): Promise<FastPathRun> {
  const wrong = CHECKS.find(([holds]) => !holds(spec));
  if (wrong !== undefined) throw new RangeError(`fast path: expected ${wrong[1]}`);
  const { exports: raw, memory } = instantiateCore(await compileCore(module));
  const exports = raw as unknown as Exports;
  const rows = exports.fastpathTenants(spec.tenants.length);
  const settings = exports.systemSettings();
  if (rows === 0) throw new RangeError('fast path: memory does not reach for the tenants');
  spec.tenants.forEach((tenant, i) =>
    writeTenant(new Float64Array(memory.buffer, rows + 8 * L.SOURCE_WORDS * i, L.SOURCE_WORDS), tenant),
  );
  const given = new Float64Array(memory.buffer, settings, L.SETTINGS);
  given[L.FASTPATH_WORKERS] = spec.workers;
  given[L.FASTPATH_STAGES] = spec.batches.length;
  spec.batches.forEach((size, stage) => (given[L.FASTPATH_BATCH + stage] = size));
  given[L.FASTPATH_DISCIPLINE] = DISCIPLINES[spec.discipline];
  given[L.FASTPATH_CAP] = spec.cap;
  given[L.FASTPATH_PERIOD] = spec.period;
  given[L.FASTPATH_BOOST] = spec.boost;
  given[L.FASTPATH_AT_POLL] = Number(spec.replenish === 'poll');
  given[L.FASTPATH_LIMIT] = spec.limit;
  given[L.FASTPATH_UNTIL] = spec.until;
  given[L.FASTPATH_WARMUP] = spec.warmup;
  given[L.FASTPATH_IDLE_POLL] = spec.idlePoll;
  given[L.FASTPATH_SEED] = spec.seed;
  if (exports.fastpathRun() !== L.SYSTEM_OK) throw new RangeError('fast path: memory does not reach for the packets');
  const server = exports.fastpathServer();
  const accounts = serverAccounts(new DataView(memory.buffer), exports.serverTenants(server), spec.tenants.length);
  return {
    used: exports.serverUsed(server),
    tenants: accounts.map((account, i) => ({
      ...account,
      inFlight: account.arrived - account.served - account.dropped.budget - account.dropped.queue,
      latency: coreLatency(memory, exports.fastpathHistogram(i)),
    })),
  };
}
