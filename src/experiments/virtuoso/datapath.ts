// The fast path of the experiment's parameters: two tenants, or many that send in bursts.

import type { Discipline } from '../../server/run.js';
import {
  type FastPathRun,
  type FastPathSpec,
  type PacketProcess,
  type PacketTenant,
  runFastPath,
} from '../../systems/virtuoso.js';
import type { Settings } from '../parameters.js';

const BATCHES = { rx: 'batch', app: 'batch', kernel: 'kernelPoll', tx: 'txBuffer' } as const;

/** Cycles of so many microseconds. */
export const cyclesOf = (settings: Settings, us: number): number => Math.round((us * settings.number('clock')) / 1e6);
const usOf = (settings: Settings, cycles: number): number => (cycles * 1e6) / settings.number('clock');

/** Cycles. */
export const capOf = (settings: Settings): number =>
  settings.number('cap') < 0 ? cyclesOf(settings, settings.number('period')) : settings.number('cap');

/** Of a budget's unit, what a cycle stands for: a packet of the victim's kind. */
function perCycle(settings: Settings, discipline: Discipline): number {
  if (discipline !== 'packets' && discipline !== 'bytes') return 1;
  return (discipline === 'bytes' ? settings.number('packetBytes') : 1) / settings.number('victim.cost');
}

export function pathOf(
  settings: Settings,
  discipline: Discipline,
  changes: Partial<FastPathSpec> & { readonly tenants: readonly PacketTenant[] },
): FastPathSpec {
  const unit = perCycle(settings, discipline);
  return {
    workers: 1,
    batches: settings.list('stages').map((stage) => settings.number(BATCHES[stage as keyof typeof BATCHES])),
    discipline,
    cap: Math.floor(capOf(settings) * unit),
    period: cyclesOf(settings, settings.number('period')),
    replenish: 'poll',
    idlePoll: 0,
    limit: settings.number('queue'),
    until: cyclesOf(settings, settings.number('duration') * 1000),
    warmup: 0,
    seed: settings.number('seed'),
    ...changes,
    boost: (changes.boost ?? settings.number('boost')) * unit,
  };
}

export function tenantOf(
  settings: Settings,
  who: 'victim' | 'aggressor',
  arrivals: PacketProcess,
  cost?: number,
): PacketTenant {
  return {
    weight: settings.number(`${who}.weight`),
    limit: null,
    arrivals,
    cost: cost ?? settings.number(`${who}.cost`),
    cv: settings.number('costCv'),
    bytes: settings.number('packetBytes'),
  };
}

/** Both tenants with the gaps of the parameters. */
export const pair = (
  settings: Settings,
  process: 'poisson' | 'deterministic',
  aggressorCost?: number,
): PacketTenant[] =>
  (['victim', 'aggressor'] as const).map((who) => {
    const gap = settings.number(`${who}.gap`);
    const arrivals: PacketProcess = process === 'poisson' ? { process, gap } : { process, gap, first: gap };
    return tenantOf(settings, who, arrivals, who === 'aggressor' ? aggressorCost : undefined);
  });

export interface Point {
  readonly discipline: string;
  readonly cost: number;
  readonly p99Us: number | null;
  readonly victimServed: number;
  readonly victimDropped: number;
  readonly aggressorServed: number;
  readonly usedShare: number;
}

function pointOf(settings: Settings, { tenants, used }: FastPathRun, spec: FastPathSpec, cost: number): Point {
  const [victim, aggressor] = [tenants[0]!, tenants[1]!];
  const { p99, count } = victim.latency;
  return {
    discipline: spec.discipline,
    cost,
    p99Us: count === 0 ? null : usOf(settings, p99),
    victimServed: victim.served,
    victimDropped: victim.arrived === 0 ? 0 : (victim.dropped.budget + victim.dropped.queue) / victim.arrived,
    aggressorServed: aggressor.served,
    usedShare: used / (spec.until * spec.workers),
  };
}

/** One run of the two tenants, Poisson. */
export async function runPair(
  settings: Settings,
  discipline: Discipline,
  cost: number,
  module?: WebAssembly.Module,
): Promise<Point> {
  const tenants = pair(settings, 'poisson', cost);
  const until = cyclesOf(settings, settings.number('duration') * 1000);
  const spec = pathOf(settings, discipline, {
    tenants,
    workers: settings.number('workers'),
    warmup: Math.floor(until / 10),
  });
  return pointOf(settings, await runFastPath(ownQueues(spec), module), spec, cost);
}

/** Of silos, every tenant's own queue holds as many packets as the one that others share. */
const ownQueues = (spec: FastPathSpec): FastPathSpec =>
  spec.discipline !== 'siloed'
    ? spec
    : {
        ...spec,
        limit: spec.limit * spec.tenants.length,
        tenants: spec.tenants.map((tenant) => ({ ...tenant, limit: spec.limit })),
      };

export interface Burst {
  readonly tenants: number;
  /** Share of the time that a tenant is on. */
  readonly duty: number;
}

/** Whether every tenant meets the objective on so many workers. */
async function meets(
  settings: Settings,
  discipline: Discipline,
  workers: number,
  { tenants: count, duty }: Burst,
  module?: WebAssembly.Module,
) {
  const on = cyclesOf(settings, settings.number('burst.on'));
  const gap = settings.number('victim.cost') / settings.number('burst.peak');
  const arrivals: PacketProcess =
    duty >= 1 ? { process: 'poisson', gap } : { process: 'onoff', gap, on, off: (on * (1 - duty)) / duty };
  const tenants = Array.from({ length: count }, () => ({ ...tenantOf(settings, 'victim', arrivals), weight: 1 }));
  const until = cyclesOf(settings, settings.number('burst.duration') * 1000);
  const boost = settings.number('burst.boost');
  const spec = pathOf(settings, discipline, { tenants, workers, boost, until, warmup: Math.floor(until / 10) });
  const { tenants: accounts } = await runFastPath(ownQueues(spec), module);
  const slo = cyclesOf(settings, settings.number('burst.slo'));
  return accounts.every(
    ({ latency, arrived, dropped }) =>
      !(latency.p99 > slo) && dropped.budget + dropped.queue <= settings.number('burst.loss') * arrived,
  );
}

export interface Silos extends Burst {
  /** Least workers that do; null: not even as many as silos take. */
  readonly shared: number | null;
  readonly siloed: number | null;
  readonly factor: number | null;
}

const SILO_MOST = 4;

/** The least workers for bursts, shared under budgets and siloed. */
export async function silos(settings: Settings, burst: Burst, module?: WebAssembly.Module): Promise<Silos> {
  const { tenants, duty } = burst;
  let siloed: number | null = null;
  for (let each = 1; each <= SILO_MOST && siloed === null; each++)
    if (await meets(settings, 'siloed', tenants * each, burst, module)) siloed = tenants * each;
  const least = Math.max(1, Math.floor(tenants * duty * settings.number('burst.peak'))); // fewer are overloaded
  let shared: number | null = null;
  for (let workers = least; workers <= (siloed ?? SILO_MOST * tenants) && shared === null; workers++)
    if (await meets(settings, 'cycles', workers, burst, module)) shared = workers;
  return { ...burst, shared, siloed, factor: shared === null || siloed === null ? null : siloed / shared };
}
