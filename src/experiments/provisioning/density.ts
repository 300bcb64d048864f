// Claim (b): small VMs that boot fast. How many functions a host takes until p99 of the time to start passes an objective, with VMs of
// HyperFlux, and with Firecracker's, booted or restored. Functions need no runtime; what lies dormant goes when its memory is needed.

import type { FunctionSpec, LifecycleSpec } from '../../lifecycle/spec.js';
import { arrivals, exponential, greatest, stream } from '../draw.js';
import type { Settings } from '../parameters.js';
import { base, runFunctions, tierOf } from './load.js';

const MS = 1e6;
const MIB = 2 ** 20;

export type VmKind = 'hyperflux' | 'firecracker' | 'restored';
export const VM_KINDS: readonly VmKind[] = ['hyperflux', 'firecracker', 'restored'];

export interface DensityPoint {
  readonly kind: VmKind;
  readonly sloMs: number;
  readonly functions: number;
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
  }[kind] as [number, number];
  return { bytes: Math.round((memory + own) * MIB), startNs: Math.round(startMs * MS) };
}

function lifecycleOf(settings: Settings, { bytes, startNs }: Vm, count: number): LifecycleSpec {
  const seed = settings.number('seed');
  const { at, fn } = arrivals(
    stream(seed, 0),
    count,
    settings.number('density.rate'),
    settings.number('density.duration'),
  );
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
    // whatever a cold VM takes to start, restored or booted, is what tier vm takes here
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
): Promise<number> {
  const vm = vmOf(settings, kind);
  const durationNs = settings.number('density.duration') * 1e9;
  const fits = (settings.number('density.memory') * 1024 * MIB) / vm.bytes;
  return greatest(
    async (count) => {
      const lifecycle = lifecycleOf(settings, vm, count);
      const result = await runFunctions(
        settings.number('host.cores'),
        durationNs / 2,
        lifecycle,
        module,
        durationNs / 2,
      );
      return result.inFlight === 0 && !((result.startNs.p99 ?? 0) > sloMs * MS);
    },
    fits,
    settings.number('precision'),
  );
}

export async function densities(
  settings: Settings,
  slosMs: readonly number[],
  module?: WebAssembly.Module,
): Promise<DensityPoint[]> {
  const points: DensityPoint[] = [];
  for (const sloMs of slosMs)
    for (const kind of VM_KINDS)
      points.push({ kind, sloMs, functions: await densityOf(settings, kind, sloMs, module) });
  return points;
}
