// How many functions one simulated host takes under Nanvix and in VMs that are kept: the factor of hosts by search, to hold the arithmetic against.

import type { Settings } from '../parameters.js';
import { baselineMemory, baselineOf, nanvixMemory } from './arithmetic.js';
import { baselineHost, type Host, mostFunctions, nanvixHost } from './host.js';

/** Functions of a tenant: the given one, the least and the most of the sweep. */
function extremes(settings: Settings): number[] {
  const sizes = [...settings.list('tenantSizes').map(Number), settings.number('functionsPerTenant')];
  return [...new Set([Math.min(...sizes), settings.number('functionsPerTenant'), Math.max(...sizes)])];
}

export interface Searched {
  readonly functions: number;
  readonly sysKeepS: number;
  readonly keepAliveS: number;
  /** VMs go as soon as their memory is needed; else they keep to their time. */
  readonly early: boolean;
  readonly nanvix: number;
  /** The least numbers tried above, with which the objective is missed; null: none was found. */
  readonly nanvixMisses: number | null;
  readonly baseline: number;
  readonly baselineMisses: number | null;
  /** null: no function of the others meets the objective, or more functions do than a search tries. */
  readonly ratio: number | null;
  readonly arithmetic: number;
}

interface Grid {
  readonly early: boolean;
  readonly sizes: readonly number[];
  readonly sysKeeps: readonly number[];
  readonly keepAlives: readonly number[];
}

/** By how much arithmetic is off at the points that were searched where VMs keep to their time: arithmetic over search, the least and the most. */
export function arithmeticOff(found: readonly Searched[]): { points: number; low: number | null; high: number | null } {
  const off = found.flatMap(({ early, ratio, arithmetic }) => (early || ratio === null ? [] : [arithmetic / ratio]));
  const none = off.length === 0;
  return { points: off.length, low: none ? null : Math.min(...off), high: none ? null : Math.max(...off) };
}

/** With room that VMs keep to their time, and with those going early whose memory is needed. */
export async function searches(settings: Settings, module?: WebAssembly.Module): Promise<Searched[]> {
  const numbers = (path: string): number[] => settings.list(path).map(Number);
  const grids: readonly Grid[] = [
    {
      early: false,
      sizes: numbers('search.tenantSizes'),
      sysKeeps: numbers('search.sysKeeps'),
      keepAlives: numbers('search.keepAlives'),
    },
    {
      early: true,
      sizes: extremes(settings),
      sysKeeps: [settings.number('sysKeep')],
      keepAlives: [settings.number('baseline.keepAlive')],
    },
  ];
  const found: Searched[] = [];
  for (const grid of grids) found.push(...(await searchedGrid(settings, grid, module)));
  return found;
}

async function searchedGrid(
  settings: Settings,
  { early, sizes, sysKeeps, keepAlives }: Grid,
  module?: WebAssembly.Module,
): Promise<Searched[]> {
  const host: Host = {
    cores: settings.number('host.cores'),
    memoryBytes: settings.number('search.memory') * 2 ** 30,
    durationS: settings.number('search.duration'),
  };
  const mib = settings.number('search.memory') * 1024;
  const cores = host.cores / (settings.number('rate') * (settings.number('service') / 1000));
  const base = baselineOf(settings, 'firecracker');
  const bound = (memoryMiB: number): number => Math.min(cores, mib / memoryMiB);
  const baselines = [];
  for (const keepAliveS of keepAlives) {
    const most = bound(baselineMemory(settings, base, keepAliveS));
    const run = (n: number) => baselineHost(settings, host, n, base, keepAliveS, module);
    baselines.push({
      keepAliveS,
      bound: most,
      ...(await mostFunctions(settings, run, early || keepAliveS === 0, most)),
    });
  }
  const points: Searched[] = [];
  for (const functions of sizes)
    for (const sysKeepS of sysKeeps) {
      const most = bound(nanvixMemory(settings, functions, sysKeepS));
      const run = (n: number) => nanvixHost(settings, host, n, functions, sysKeepS, module);
      const nanvix = await mostFunctions(settings, run, early || sysKeepS === 0, most);
      for (const baseline of baselines)
        points.push({
          functions,
          sysKeepS,
          keepAliveS: baseline.keepAliveS,
          early,
          nanvix: nanvix.most,
          nanvixMisses: nanvix.misses,
          baseline: baseline.most,
          baselineMisses: baseline.misses,
          ratio:
            baseline.most === 0 || baseline.misses === null || nanvix.misses === null
              ? null
              : nanvix.most / baseline.most,
          arithmetic: most / baseline.bound,
        });
    }
  return points;
}
