// Memory of a function, in the mean: what it takes to hold VMs that run, that are kept, and that tenants share. Poisson calls.

import type { Settings } from '../parameters.js';

const GIB = 1024;

/** Of the hosts that are compared. */
export interface Baseline {
  readonly memoryMiB: number;
  readonly startS: number;
}

export type BaselineName = 'firecracker' | 'snapshot';

export function baselineOf(settings: Settings, name: BaselineName): Baseline {
  const prefix = name === 'firecracker' ? 'baseline.' : 'baseline.snapshot.';
  return {
    memoryMiB: settings.number(`${prefix}memory`),
    startS: settings.number(`${prefix}start`) / 1000,
  };
}

/** MiB of a function whose instances are kept for `keepS`: those that lie dormant, those that serve or start. */
export function baselineMemory(settings: Settings, { memoryMiB, startS }: Baseline, keepS: number): number {
  const rate = settings.number('rate');
  const serviceS = settings.number('service') / 1000;
  const cold = Math.exp(-rate * keepS);
  return memoryMiB * (1 - cold + rate * (serviceS + cold * startS));
}

/** How long a user VM lives, s: start, computation, its I/O calls; on an idle system VM. */
function lifeS(settings: Settings): number {
  const call = 2 * settings.number('crossing') + settings.number('ioCost');
  return (
    (settings.number('userStart') + settings.number('service')) / 1000 + (settings.number('ioPerCall') * call) / 1e6
  );
}

/** MiB of a function under Nanvix, one of `functions` that share a system VM which is kept for `keepS`. */
export function nanvixMemory(settings: Settings, functions: number, keepS: number): number {
  const rate = settings.number('rate');
  const down = Math.exp(-functions * rate * keepS);
  // a system VM that is not kept is up while it starts and serves
  const system = 1 - down + (keepS === 0 ? functions * rate * lifeS(settings) : 0);
  return (
    rate * lifeS(settings) * settings.number('userMemory') +
    (Math.min(1, system) * settings.number('systemMemory')) / functions
  );
}

/** The same without the system VM, for what user VMs alone would take. */
export const userMemory = (settings: Settings): number =>
  settings.number('rate') * lifeS(settings) * settings.number('userMemory');

/** Functions that a host takes, by memory and by cores. */
export function functionsPerHost(
  settings: Settings,
  memoryMiB: number,
): { memory: number; cores: number; both: number } {
  const memory = (settings.number('host.memory') * GIB) / memoryMiB;
  const cores = settings.number('host.cores') / (settings.number('rate') * (settings.number('service') / 1000));
  return { memory, cores, both: Math.min(memory, cores) };
}

/** One point of the sweep: hosts of the baseline for every host of Nanvix. */
export interface Cell {
  readonly baseline: BaselineName;
  readonly sysKeepS: number;
  readonly functions: number;
  readonly keepAliveS: number;
  /** By memory alone, and where the host's cores bind, too. */
  readonly byMemory: number;
  readonly withCores: number;
}

export function sweep(settings: Settings): Cell[] {
  const lists = (path: string): number[] => settings.list(path).map(Number);
  return (['firecracker', 'snapshot'] as const).flatMap((baseline) =>
    lists('keepAlives').flatMap((keepAliveS) =>
      lists('tenantSizes').flatMap((functions) =>
        lists('sysKeeps').map((sysKeepS): Cell => {
          const base = functionsPerHost(settings, baselineMemory(settings, baselineOf(settings, baseline), keepAliveS));
          const nanvix = functionsPerHost(settings, nanvixMemory(settings, functions, sysKeepS));
          return {
            baseline,
            sysKeepS,
            functions,
            keepAliveS,
            byMemory: nanvix.memory / base.memory,
            withCores: nanvix.both / base.both,
          };
        }),
      ),
    ),
  );
}
