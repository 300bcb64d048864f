// What a result says under `memory`, and the naive engine's figures, in one form.

import type { MemoryResult } from '../../../src/index.js';
import type { MemoryFigures } from './figures.js';

interface Summary {
  readonly count: number;
  readonly sum: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly stddev: number | null;
  readonly p50?: number;
  readonly p90?: number;
  readonly p99?: number;
  readonly p999?: number;
}

type Tree = { readonly [key: string]: Tree | number | string | boolean | null | readonly Tree[] };

/** Shares of core time are compared in figures.ts. */
const LEFT_OUT = new Set(['overheadShare', 'keptCoresUsed']);
const OVERDUE_NS = 10e6;
/** To so many digits: sums of squares in floating point. */
const STDDEV_DIGITS = 5;

/** Nearest rank. */
export function quantile(sorted: readonly number[], q: number): number {
  const exact = q * sorted.length;
  const rank = Math.abs(exact - Math.round(exact)) < 1e-9 ? Math.round(exact) : Math.ceil(exact);
  return sorted[Math.max(1, rank) - 1]!;
}

function summary(list: readonly number[]): Summary {
  const count = list.length;
  if (count === 0) return { count, sum: 0, min: null, max: null, stddev: null };
  const sum = list.reduce((total, value) => total + value, 0);
  const squares = list.reduce((total, value) => total + (value - sum / count) ** 2, 0);
  const stddev = Math.sqrt(squares / Math.max(1, count - 1));
  const [p50, p90, p99, p999] = [0.5, 0.9, 0.99, 0.999].map((q) => quantile(list, q)) as [
    number,
    number,
    number,
    number,
  ];
  return { count, sum, min: list[0]!, max: list.at(-1)!, stddev, p50, p90, p99, p999 };
}

const within = (list: readonly number[]): number | null =>
  list.length === 0 ? null : list.filter((ns) => ns <= 10_000).length / list.length;

/** As a result is written. */
export function asResult(figures: MemoryFigures): Tree {
  const { swapInNs, stallNs, pauseWaitNs, elasticityNs, backends, vms, upgrades, outPages, pages, tier, ...plain } =
    figures;
  const { swapIn, swapOut, scan, faultExit } = elasticityNs;
  return {
    ...plain,
    expansion: figures.virtualBytes / figures.physicalBytes,
    faultsOverdue: figures.oldestFaultNs > Math.max(OVERDUE_NS, stallNs.length === 0 ? 0 : quantile(stallNs, 0.999)),
    outShare: outPages / pages,
    faultShare: figures.touches === 0 ? null : figures.faults / figures.touches,
    swapInNs: { ...summary(swapInNs) },
    withinTenUs: within(swapInNs),
    stallNs: { ...summary(stallNs) },
    pauseWaitNs: { ...summary(pauseWaitNs) },
    elasticityCoreSeconds: { swapIn, swapOut, scan, faultExit, total: swapIn + swapOut + scan + faultExit },
    backends: Object.fromEntries(
      Object.entries(backends).map(([name, { swapInNs: own, ...rest }]) => [
        name,
        { ...rest, swapInNs: { ...summary(own) }, withinTenUs: within(own) },
      ]),
    ),
    ...(tier === undefined ? {} : { tier: { ...tier, vms: { ...tier.vms } as unknown as Tree } }),
    upgrades: upgrades.map((upgrade) => ({ ...upgrade })),
    vms: Object.fromEntries(
      Object.entries(vms).map(([name, { stallNs: stall, pauseNs, pausedStallNs, ...rest }]) => [
        name,
        { ...rest, stallSeconds: stall, pauseSeconds: pauseNs, pausedStallSeconds: pausedStallNs },
      ]),
    ),
  };
}

/** A result with sums for means, and nanoseconds for seconds. */
export function compared(memory: MemoryResult): Tree {
  return whole(memory as unknown as Tree) as Tree; // nothing asks for buckets here
}

function whole(tree: Tree[string], key = ''): Tree[string] {
  if (typeof tree === 'number' && (key.endsWith('Seconds') || key === 'total')) return Math.round(tree * 1e9);
  if (Array.isArray(tree)) return tree.map((each: Tree) => whole(each) as Tree);
  if (typeof tree !== 'object' || tree === null) return tree;
  const inside = key.endsWith('Seconds') ? 'Seconds' : '';
  const entries = Object.entries(tree).filter(([name]) => !LEFT_OUT.has(name));
  const made = Object.fromEntries(entries.map(([name, value]) => [name, whole(value, inside === '' ? name : inside)]));
  if (!('mean' in made)) return made;
  const { mean, count, ...rest } = made;
  return { ...rest, count: count!, sum: Math.round(((mean as number | null) ?? 0) * (count as number)) };
}

const OUTCOMES = ['not reached', 'in progress', 'done', 'rolled back', 'hot-upgrade', 'hot-switch'];

/** Every number by its path; what is null is left out. */
export function flat(path: string, tree: Tree[string]): Record<string, number> {
  if (typeof tree === 'number') {
    return { [path]: path.endsWith('.stddev') ? Number(tree.toPrecision(STDDEV_DIGITS)) : tree };
  }
  if (typeof tree === 'boolean') return { [path]: Number(tree) };
  if (typeof tree === 'string') return { [path]: OUTCOMES.indexOf(tree) };
  if (typeof tree !== 'object' || tree === null) return {};
  return Object.assign(
    {},
    ...Object.entries(tree)
      .filter(([key]) => !LEFT_OUT.has(key))
      .map(([key, value]) => flat(`${path}.${key}`, value)),
  ) as Record<string, number>;
}
