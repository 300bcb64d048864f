// Claim (c): the tail of functions that are called in bursts, with their cold starts. HyperFlux: VMs that grow, boot in `tier.vmBoot` and get
// their cores from a batch job that runs beside them. Static sharing with microVMs: a VM a request, which boots in `firecracker.vmBoot`,
// on cores that are pinned to them. Sharing those costs nothing here and waking takes no time, so that what is compared with errs to the good.

import { resolveScenario } from '../../scenario/resolve.js';
import type { FunctionSpec, Invocations, LifecycleSpec } from '../../lifecycle/spec.js';
import { coldStarts, type LifecycleResult, servedInAll } from '../../lifecycle/result.js';
import { exponential, stream } from '../draw.js';
import { refuse, type Settings } from '../parameters.js';
import { base, runFunctions, runOn } from './load.js';
import { keepFor } from './policies.js';

const MS = 1e6;
const MIB = 2 ** 20;
const BURST_SHARE = 0.1;

export interface Side {
  readonly p99Ms: number;
  readonly coldShare: number;
  readonly peakMiB: number;
}

export interface TailPoint {
  /** What a burst needs over what is pinned. */
  readonly peak: number;
  readonly keepAliveS: number;
  readonly initMs: number;
  readonly hyperflux: Side;
  readonly microvms: Side;
  /** p99 of microVMs over that of HyperFlux. */
  readonly ratio: number;
  /** The same where HyperFlux had a VM for each request, too: what is left are boots and cores. */
  readonly horizontalRatio: number;
}

/** How many calls the bursts make in the mean. */
export const burstCallsMean = (settings: Settings, peak: number): number =>
  (BURST_SHARE * settings.number('tail.duration') * peak * settings.number('tail.pinned')) /
  (settings.number('tail.service') / 1000);

/** Calls of bursts of exponential length, `peak` times what the pinned cores take, and silence between them. */
function burstCalls(settings: Settings, peak: number): Invocations {
  const seed = settings.number('seed');
  const [lengths, gaps, works, whose] = [3, 4, 5, 6].map((purpose) => stream(seed, purpose)) as [
    () => number,
    () => number,
    () => number,
    () => number,
  ];
  const serviceNs = settings.number('tail.service') * MS;
  const onNs = settings.number('tail.meanOn') * MS;
  const gapNs = serviceNs / (peak * settings.number('tail.pinned'));
  const untilNs = settings.number('tail.duration') * 1e9;
  const at: number[] = [];
  const silence = (): number => exponential(lengths, onNs * (1 / BURST_SHARE - 1));
  for (let from = silence(); from < untilNs; from += silence()) {
    const to = Math.min(untilNs, from + exponential(lengths, onNs));
    for (let time = from + exponential(gaps, gapNs); time < to; time += exponential(gaps, gapNs))
      at.push(Math.round(time));
    from = to;
  }
  const functions = settings.number('tail.functions');
  return {
    atNs: Float64Array.from(at),
    fn: Uint32Array.from(at, () => Math.floor(whose() * functions)),
    serviceNs: Float64Array.from(at, () => Math.round(exponential(works, serviceNs))),
  };
}

interface Vms {
  readonly memoryMiB: number;
  readonly bootMs: number;
  readonly concurrency: number;
}

function lifecycleOf(
  settings: Settings,
  invocations: Invocations,
  keepAliveS: number,
  initMs: number,
  { memoryMiB, bootMs, concurrency }: Vms,
): LifecycleSpec {
  const own = settings.number('memory') * MIB;
  const one: FunctionSpec = {
    name: 'f',
    tenant: 't',
    memoryBytes: Math.round(own + memoryMiB * MIB),
    memoryPerRequestBytes: Math.round(own * settings.number('memoryPerRequest')),
    initNs: Math.round(initMs * MS),
    maxVcpus: concurrency,
    concurrency,
    minInstances: 0,
    confidential: false,
  };
  const defaults = base(settings);
  return {
    ...defaults,
    order: ['active', 'dormant', 'restore', 'vm', 'full'],
    keepAlive: keepFor(keepAliveS),
    boot: { slots: 0, ratePerSecondPerCore: 0 },
    tier: { ...defaults.tier, vmBootNs: Math.round(bootMs * MS) },
    functions: Array.from({ length: settings.number('tail.functions') }, (_, i) => ({ ...one, name: `f${i}` })),
    invocations,
  };
}

/** @throws InputError where no call has ended: there is no tail */
function sideOf(settings: Settings, result: LifecycleResult): Side {
  const { p99 } = result.latencyNs;
  if (p99 === null || p99 === 0)
    refuse([
      {
        path: 'tail.duration',
        given: settings.number('tail.duration'),
        expected: 'long enough that calls end: VMs boot, runtimes start and calls compute within it',
      },
    ]);
  return {
    p99Ms: p99! / MS,
    coldShare: coldStarts(result) / Math.max(1, servedInAll(result)),
    peakMiB: result.usedMaxBytes / MIB,
  };
}

/** Half of the calls, which find nothing warm, are left out; what waits behind the last one ends. */
const spanOf = (settings: Settings) => {
  const half = Math.round((settings.number('tail.duration') * 1e9) / 2);
  return { warmupNs: half, durationNs: 3 * half };
};

/** Moving cores, a batch job beside that takes what is left and stands behind the functions. */
function movingHost(settings: Settings) {
  const cores = settings.number('tail.cores');
  const scenario = resolveScenario({
    version: 1,
    seed: settings.number('seed'),
    duration: '1s',
    host: { cores },
    mechanism: 'hyperflux',
    fingerprint: false,
    vms: [
      {
        name: 'batch',
        class: 'best-effort',
        priority: -10,
        vcpus: { min: 0, max: cores - 1 },
        workload: {
          arrivals: { process: 'saturate', tasks: 4 * cores },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '100ms' } }] },
        },
      },
    ],
  });
  return { ...scenario, ...spanOf(settings) };
}

/** Whether calls come in the half that counts. */
export const hasTail = (settings: Settings, peak: number): boolean =>
  (burstCalls(settings, peak).atNs.at(-1) ?? 0) > spanOf(settings).warmupNs;

/** Calls in VMs that grow, and in a VM each. */
async function hyperflux(
  settings: Settings,
  calls: Invocations,
  keepAliveS: number,
  initMs: number,
  module?: WebAssembly.Module,
) {
  const run = async (concurrency: number): Promise<Side> => {
    const vms = { memoryMiB: settings.number('memory.vm'), bootMs: settings.number('tier.vmBoot'), concurrency };
    const lifecycle = lifecycleOf(settings, calls, keepAliveS, initMs, vms);
    return sideOf(settings, await runOn(movingHost(settings), lifecycle, module));
  };
  return { grown: await run(settings.number('tail.cores') - 1), horizontal: await run(1) };
}

/** Negative control: calls of which none comes before the one before it has ended. */
export function oneAtATime(settings: Settings, module?: WebAssembly.Module) {
  const [serviceNs, count] = [Math.round(settings.number('tail.service') * MS), 200];
  const calls: Invocations = {
    atNs: Float64Array.from({ length: count }, (_, i) => (1 + i) * 20 * serviceNs),
    fn: new Uint32Array(count),
    serviceNs: new Float64Array(count).fill(serviceNs),
  };
  const half = settings.with({ 'tail.duration': (40 * count * serviceNs) / 1e9 });
  return hyperflux(half, calls, (10 * serviceNs) / 1e9, 0, module);
}

async function tailPoint(
  settings: Settings,
  peak: number,
  keepAliveS: number,
  initMs: number,
  module?: WebAssembly.Module,
): Promise<TailPoint> {
  const calls = burstCalls(settings, peak);
  const { grown, horizontal } = await hyperflux(settings, calls, keepAliveS, initMs, module);
  const fixed = lifecycleOf(settings, calls, keepAliveS, initMs, {
    memoryMiB: settings.number('memory.firecracker'),
    bootMs: settings.number('firecracker.vmBoot'),
    concurrency: 1,
  });
  const pinned = { ...fixed, tier: { ...fixed.tier, dormantNs: 0 } };
  const { durationNs, warmupNs } = spanOf(settings);
  const microvms = sideOf(
    settings,
    await runFunctions(settings.number('tail.pinned'), durationNs, pinned, module, warmupNs),
  );
  return {
    peak,
    keepAliveS,
    initMs,
    hyperflux: grown,
    microvms,
    ratio: microvms.p99Ms / grown.p99Ms,
    horizontalRatio: microvms.p99Ms / horizontal.p99Ms,
  };
}

export async function tailSweep(settings: Settings, module?: WebAssembly.Module): Promise<TailPoint[]> {
  const list = (name: string): number[] => settings.list(`tail.${name}`).map(Number);
  const points: TailPoint[] = [];
  for (const initMs of list('inits'))
    for (const keepAliveS of list('keepAlives'))
      for (const peak of list('peaks')) points.push(await tailPoint(settings, peak, keepAliveS, initMs, module));
  return points;
}
