// Calls of functions: in VMs that are kept, booted or restored, plain or confidential, with a system VM beside them, or with their I/O on
// a backend of the host. Times and memory are those of the experiments that they come from, at their defaults.

import type { FunctionSpec, LifecycleSpec } from '../../lifecycle/spec.js';
import { SERVED_TIERS } from '../../lifecycle/counters.js';
import { servedInAll, type LifecycleResult } from '../../lifecycle/result.js';
import { type RequestColumns, runNexus, type SystemRun } from '../../systems/run.js';
import { arrivals, exponential, quantile, stream } from '../draw.js';
import { baselineOf } from '../nanvix/arithmetic.js';
import { baselineHost, callsOf, nanvixHost } from '../nanvix/host.js';
import { NANVIX_PARAMETERS } from '../nanvix/parameters.js';
import { requestsOf, specOf } from '../nexus/host.js';
import { NEXUS_PARAMETERS } from '../nexus/parameters.js';
import { defaultsOf, type Settings } from '../parameters.js';
import { base, runFunctions, tierOf } from '../provisioning/load.js';
import { PROVISIONING_PARAMETERS } from '../provisioning/parameters.js';
import type { Isolation, Placed } from './families.js';

const MS = 1e6;
const GIB = 2 ** 30;
const CORES = 16;

interface Kind {
  readonly name: string;
  readonly isolation: Isolation;
  readonly memoryMiB: string;
  readonly startMs: string;
  readonly kept: boolean;
}

const KINDS: readonly Kind[] = [
  { name: 'HyperFlux VM, kept', isolation: 'vm', memoryMiB: 'memory.vm', startMs: 'tier.vmBoot', kept: true },
  { name: 'HyperFlux VM, booted', isolation: 'vm', memoryMiB: 'memory.vm', startMs: 'tier.vmBoot', kept: false },
  {
    name: 'Firecracker VM, kept',
    isolation: 'vm',
    memoryMiB: 'memory.firecracker',
    startMs: 'firecracker.vmBoot',
    kept: true,
  },
  {
    name: 'Firecracker VM, booted',
    isolation: 'vm',
    memoryMiB: 'memory.firecracker',
    startMs: 'firecracker.vmBoot',
    kept: false,
  },
  {
    name: 'Firecracker VM, restored',
    isolation: 'vm',
    memoryMiB: 'memory.restored',
    startMs: 'tier.restore',
    kept: false,
  },
  {
    name: 'confidential VM, kept',
    isolation: 'confidential',
    memoryMiB: 'memory.vm',
    startMs: 'tier.vmBoot',
    kept: true,
  },
  {
    name: 'confidential VM, booted',
    isolation: 'confidential',
    memoryMiB: 'memory.vm',
    startMs: 'tier.vmBoot',
    kept: false,
  },
];

function lifecycleOf(settings: Settings, own: Settings, kind: Kind): LifecycleSpec {
  const seed = settings.number('seed');
  const count = settings.number('calls.functions');
  const { at, fn } = arrivals(stream(seed, 0), count, settings.number('calls.rate'), settings.number('calls.duration'));
  const next = stream(seed, 1);
  const mean = own.number('service') * MS;
  const one: FunctionSpec = {
    name: 'f',
    tenant: 't',
    memoryBytes: Math.round((own.number(kind.memoryMiB) + own.number('density.function')) * 2 ** 20),
    memoryPerRequestBytes: 0,
    initNs: 0,
    maxVcpus: 1,
    concurrency: 1,
    minInstances: 0,
    confidential: kind.isolation === 'confidential',
  };
  return {
    ...base(own),
    keepAlive: { policy: 'fixed', timeNs: kind.kept ? settings.number('calls.keep') * 1e9 : 0, from: 'end' },
    tier: { ...tierOf(own), vmBootNs: Math.round(own.number(kind.startMs) * MS) },
    functions: Array.from({ length: count }, (_, index) => ({ ...one, name: `f${index}` })),
    invocations: { atNs: at, fn, serviceNs: at.map(() => Math.round(exponential(next, mean))) },
  };
}

/** Share of the starts within the objective: of each tier as much as its quantiles are known to be. */
function startedWithin({ startNsByTier, served }: LifecycleResult, limitNs: number): number {
  return SERVED_TIERS.reduce((sum, tier) => {
    const { min, p50, p90, p99, p999, max } = startNsByTier[tier];
    const known = [
      [max, 1],
      [p999, 0.999],
      [p99, 0.99],
      [p90, 0.9],
      [p50, 0.5],
    ] as const;
    if (served[tier] === 0 || min === null || min > limitNs) return sum;
    return sum + served[tier] * (known.find(([ns]) => ns !== null && ns <= limitNs)?.[1] ?? 0);
  }, 0);
}

/** One VM for each call of a function, kept or not. */
export async function functionVms(settings: Settings, module?: WebAssembly.Module): Promise<Placed[]> {
  const own = defaultsOf(PROVISIONING_PARAMETERS);
  const placed: Placed[] = [];
  for (const kind of KINDS) {
    const durationNs = settings.number('calls.duration') * 1e9;
    const result = await runFunctions(CORES, durationNs, lifecycleOf(settings, own, kind), module);
    const served = servedInAll(result);
    const requests = served + result.dropped + result.timedOut;
    const bytes = result.warmByteSeconds + result.busyByteSeconds + result.startingByteSeconds;
    const seconds = Object.values(result.cpuSeconds).reduce((sum, one) => sum + one, 0);
    placed.push({
      family: 'functions',
      name: kind.name,
      isolation: kind.isolation,
      reactionNs: result.startNs.p99,
      requests,
      availability: requests === 0 ? 1 : startedWithin(result, settings.number('slo.start') * MS) / requests,
      coreSeconds: served === 0 ? 0 : (1000 * seconds) / served,
      gibSeconds: served === 0 ? 0 : (1000 * bytes) / GIB / served,
    });
  }
  return placed;
}

function placedOf(
  settings: Settings,
  { compute }: RequestColumns,
  run: SystemRun,
  given: Pick<Placed, 'family' | 'name' | 'isolation'>,
): Placed {
  // what a call takes beyond its computation
  const starts = run.latencyNs.map((ns, i) => Math.max(0, ns - compute[i]!));
  const n = starts.length;
  const limitNs = settings.number('slo.start') * MS;
  return {
    ...given,
    reactionNs: n === 0 ? null : quantile(starts, 0.99),
    requests: n,
    availability: n === 0 ? 1 : starts.filter((ns) => ns <= limitNs).length / n,
    coreSeconds: n === 0 ? 0 : (1000 * (run.coreNs + run.backendNs)) / 1e9 / n,
    gibSeconds: n === 0 ? 0 : (1000 * (run.byteNs + run.systemByteNs)) / 1e9 / GIB / n,
  };
}

/** A user VM for each call and a system VM for each tenant, beside VMs that are booted or restored. */
export async function systemVms(settings: Settings, module?: WebAssembly.Module): Promise<Placed[]> {
  const own = defaultsOf(NANVIX_PARAMETERS).with({
    seed: settings.number('seed'),
    rate: settings.number('calls.rate'),
  });
  const host = { cores: CORES, memoryBytes: null, durationS: settings.number('calls.duration') };
  const functions = settings.number('calls.functions');
  const calls = callsOf(own, functions, host.durationS);
  const keep = settings.number('calls.keep');
  const placed: Placed[] = [];
  for (const [name, keepS] of [
    ['kept', keep],
    ['started', 0],
  ] as const) {
    const run = await nanvixHost(own, host, functions, own.number('functionsPerTenant'), keepS, module);
    const given = { family: 'nanvix', name: `user and system VM, ${name}`, isolation: 'systemVm' } as const;
    placed.push(placedOf(settings, calls, run, given));
  }
  for (const baseline of ['firecracker', 'snapshot'] as const)
    for (const [name, keepS] of [
      ['kept', keep],
      ['started', 0],
    ] as const) {
      const run = await baselineHost(own, host, functions, baselineOf(own, baseline), keepS, module);
      const given = { family: 'nanvix', name: `${baseline}, ${name}`, isolation: 'vm' } as const;
      placed.push(placedOf(settings, calls, run, given));
    }
  return placed;
}

/** I/O in every guest, and on a backend of the host. */
export async function fabrics(settings: Settings, module?: WebAssembly.Module): Promise<Placed[]> {
  const own = defaultsOf(NEXUS_PARAMETERS).with({
    seed: settings.number('seed'),
    rate: settings.number('calls.rate'),
    duration: settings.number('calls.duration'),
    keepAlive: settings.number('calls.keep'),
  });
  const functions = settings.number('calls.functions');
  const calls = requestsOf(own, 'tcp', functions);
  const placed: Placed[] = [];
  for (const [name, workers] of [
    ['I/O in the guest', 0],
    ['I/O on a backend', own.number('workers')],
  ] as const) {
    const run = await runNexus(
      specOf(own, { transport: 'tcp', workers, opUs: own.number('opCost') }, functions),
      calls,
      module,
    );
    placed.push(placedOf(settings, calls, run, { family: 'nexus', name, isolation: 'vm' }));
  }
  return placed;
}
