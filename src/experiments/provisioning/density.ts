// Claim (b): small VMs that boot fast. How many functions a host takes until p99 of the time to start passes an objective, with VMs of
// HyperFlux, with Firecracker's, booted or restored, and in containers. Functions need no runtime; what lies dormant goes when its
// memory is needed.

import type { FunctionSpec, LifecycleSpec } from '../../lifecycle/spec.js';
import { arrivals, exponential, greatest, type Greatest, stream } from '../draw.js';
import { mostFunctionsOf } from '../most-calls.js';
import { refuse, type Settings } from '../parameters.js';
import { base, runFunctions, tierOf } from './load.js';

const MS = 1e6;
const MIB = 2 ** 20;

/** What holds a function. */
export const VM_KINDS = ['hyperflux', 'firecracker', 'restored', 'container'] as const;
export type VmKind = (typeof VM_KINDS)[number];

export interface DensityPoint {
  readonly kind: VmKind;
  readonly sloMs: number;
  readonly functions: number;
  /** The least number tried above it, with which the objective is missed; null: none was found. */
  readonly misses: number | null;
}

interface Vm {
  readonly bytes: number;
  readonly startNs: number;
}

function vmOf(settings: Settings, kind: VmKind): Vm {
  const own = settings.number('density.function');
  const [memory, startMs] = {
    hyperflux: [settings.number('memory.vm'), settings.number('tier.vmBoot')],
    firecracker: [settings.number('memory.firecracker'), settings.number('firecracker.vmBoot')],
    restored: [settings.number('memory.restored'), settings.number('tier.restore')],
    container: [settings.number('memory.container'), settings.number('container.start')],
  }[kind] as [number, number];
  return { bytes: Math.round((memory + own) * MIB), startNs: Math.round(startMs * MS) };
}

/** p99 of a few functions needs as many calls as that of many; the first half of what is simulated does not count. */
const COUNTED_CALLS = 1000;
/** Core time of the largest host is whole nanoseconds still; of rare calls fewer count. */
const MOST_SECONDS = 2e6;

/** In the first half every function is called: one and a half times in the mean, if not more. */
function secondsFor(settings: Settings, count: number): number {
  const rate = settings.number('density.rate');
  const enough = Math.max(settings.number('density.duration'), (2 * COUNTED_CALLS) / (count * rate), 3 / rate);
  return Math.min(MOST_SECONDS, enough);
}

/** The most functions that are tried: each has calls of its own, and is an object of its own. */
const mostTried = (settings: Settings): number =>
  mostFunctionsOf(Math.max(3, settings.number('density.rate') * settings.number('density.duration')));

/** Poisson; in the first half in turns, so that a start that counts is cold for want of memory and never for being the first. */
function callsOf(settings: Settings, count: number) {
  const seconds = secondsFor(settings, count);
  const { at, fn } = arrivals(stream(settings.number('seed'), 0), count, settings.number('density.rate'), seconds);
  return { at, fn: fn.map((drawn, i) => (at[i]! < (seconds / 2) * 1e9 ? i % count : drawn)) };
}

function lifecycleOf(settings: Settings, { bytes, startNs }: Vm, count: number): LifecycleSpec {
  const seed = settings.number('seed');
  const { at, fn } = callsOf(settings, count);
  const next = stream(seed, 1);
  const mean = settings.number('service') * MS;
  const one: FunctionSpec = {
    name: 'f',
    tenant: 't',
    memoryBytes: bytes,
    memoryPerRequestBytes: 0,
    initNs: 0,
    maxVcpus: 1,
    concurrency: 1,
    minInstances: 0,
    confidential: false,
  };
  return {
    ...base(settings),
    order: ['active', 'dormant', 'restore', 'vm', 'full'],
    memoryBytes: Math.round(settings.number('density.memory') * 1024 * MIB),
    overflow: { kind: 'queue', timeoutNs: 0 },
    keepAlive: { policy: 'lru' },
    // whatever a cold one takes to start, restored, booted or created, is what tier vm takes here
    tier: { ...tierOf(settings), vmBootNs: startNs },
    functions: Array.from({ length: count }, (_, index) => ({ ...one, name: `f${index}` })),
    invocations: { atNs: at, fn, serviceNs: at.map(() => Math.round(exponential(next, mean))) },
  };
}

/** The most functions with which the objective holds. */
export function densityOf(
  settings: Settings,
  kind: VmKind,
  sloMs: number,
  module?: WebAssembly.Module,
): Promise<Greatest> {
  const vm = vmOf(settings, kind);
  if (vm.bytes < 1)
    refuse([
      {
        path: 'density.function',
        given: settings.number('density.function'),
        expected: `memory, where ${kind} takes none itself`,
      },
    ]);
  const fits = (settings.number('density.memory') * 1024 * MIB) / vm.bytes;
  const limit = mostTried(settings);
  if (fits > limit)
    refuse([
      {
        path: 'density.memory',
        given: settings.number('density.memory'),
        expected: `room for at most ${limit} functions, each with calls of its own; ${kind} takes ${vm.bytes} bytes`,
      },
    ]);
  return greatest(
    async (count) => {
      const lifecycle = lifecycleOf(settings, vm, count);
      const halfNs = Math.round((secondsFor(settings, count) / 2) * 1e9);
      const result = await runFunctions(settings.number('host.cores'), halfNs, lifecycle, module, halfNs);
      // a VM that is larger than the host serves nobody: what was never started meets no objective
      const { p99 } = result.startNs;
      return result.inFlight === 0 && result.dropped === 0 && p99 !== null && p99 <= sloMs * MS;
    },
    fits,
    settings.number('precision'),
    limit,
  );
}

export async function densities(
  settings: Settings,
  slosMs: readonly number[],
  module?: WebAssembly.Module,
): Promise<DensityPoint[]> {
  const points: DensityPoint[] = [];
  for (const sloMs of slosMs)
    for (const kind of VM_KINDS) {
      const { most, misses } = await densityOf(settings, kind, sloMs, module);
      points.push({ kind, sloMs, functions: most, misses });
    }
  return points;
}
