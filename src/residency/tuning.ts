// Tiers whose settings are chosen anew in every period of a trace, as a problem of decisions in rounds: which configuration of a detector
// next. What memory holds goes on through all of it, so that a change pays for what the configuration before has left behind.

import type { Play, Problem } from '../decide/frame.js';
import { type Accesses } from './accesses.js';
import { Tiers, type TierSettings } from './tiers.js';

/** One of those that a tuner may choose. */
export interface Configuration extends Pick<TierSettings, 'detector' | 'watermarks'> {
  readonly name: string;
}

export interface Tuning {
  readonly accesses: Accesses;
  readonly tiers: Omit<TierSettings, 'detector' | 'watermarks'>;
  /** The first is the default. */
  readonly configurations: readonly Configuration[];
  readonly periods: number;
  readonly module?: WebAssembly.Module | undefined;
}

/** The accesses of a period are those from this number on, to before that of the next one. */
export const beginOf = ({ accesses, periods }: Pick<Tuning, 'accesses' | 'periods'>, period: number): number =>
  Math.floor((accesses.count * period) / periods);

/** With one configuration from begin to end: ns of every period, with what passes between accesses. */
export async function fixedRun(tuning: Tuning, arm: number): Promise<number[]> {
  const { accesses, tiers, configurations, periods, module } = tuning;
  const world = await Tiers.create(accesses.units, { ...tiers, ...configurations[arm]! }, module);
  const ns: number[] = [];
  let before = 0;
  for (let period = 0; period < periods; period++) {
    world.run(accesses, beginOf(tuning, period), beginOf(tuning, period + 1));
    const { endedNs } = world.result();
    ns.push(endedNs - before);
    before = endedNs;
  }
  return ns;
}

/** What a period would take if all of its accesses were to fast memory. */
function floorNs(tuning: Tuning, period: number): number {
  const { fastNs, gapNs = 0 } = tuning.tiers;
  return (beginOf(tuning, period + 1) - beginOf(tuning, period)) * (fastNs + gapNs);
}

/** Of the speed of memory that is fast throughout, 0 to 1. */
export const speed = (tuning: Tuning, period: number, ns: number): number =>
  ns === 0 ? 1 : floorNs(tuning, period) / ns;

export interface TunedPlay extends Play {
  /** Of every period so far. */
  readonly ns: readonly number[];
  /** Memory that is gone through. */
  readonly tiers: Tiers;
}

/** To be played once: its memory is made here. An arm is a configuration, its gain the period's speed. */
export async function tuningProblem(tuning: Tuning): Promise<Problem<TunedPlay>> {
  const { accesses, tiers, configurations, periods, module } = tuning;
  const world = await Tiers.create(accesses.units, { ...tiers, ...configurations[0]! }, module);
  const ns: number[] = [];
  let [before, last] = [0, 0];
  const sums = new Float64Array(configurations.length);
  const times = new Float64Array(configurations.length);
  const act = (arm: number): number => {
    const period = ns.length;
    if (arm !== last) world.tune(configurations[arm]!);
    last = arm;
    world.run(accesses, beginOf(tuning, period), beginOf(tuning, period + 1));
    const { endedNs } = world.result();
    ns.push(endedNs - before);
    before = endedNs;
    const gained = speed(tuning, period, ns.at(-1)!);
    sums[arm]! += gained;
    times[arm]!++;
    return gained;
  };
  return {
    costs: configurations.map(() => 1),
    budget: periods,
    begin: () => ({
      ns,
      tiers: world,
      open: () => ns.length < periods,
      expected: (arm) => (times[arm] === 0 ? 1 : sums[arm]! / times[arm]!),
      act,
    }),
  };
}

/** What a tuner can see of a workload without knowing it. */
export interface Features {
  /** Accesses that were hits. */
  readonly hits: number;
  readonly writes: number;
  /** Of the units that were hottest in the first half, those that are not in the second. */
  readonly drift: number;
}

const WRITE_SHIFT = 20;

/** The hottest tenth of the units touched; among equals those touched first. */
function hottest(units: readonly number[]): Set<number> {
  const times = new Map<number, number>();
  for (const unit of units) times.set(unit, (times.get(unit) ?? 0) + 1);
  const sorted = [...times].sort(([, a], [, b]) => b - a);
  return new Set(sorted.slice(0, Math.ceil(sorted.length / 10)).map(([unit]) => unit));
}

/** Of the accesses from `from` to before `to`, under the default. */
export async function featuresOf(tuning: Tuning, from: number, to: number): Promise<Features> {
  const { accesses, tiers, configurations, module } = tuning;
  const world = await Tiers.create(accesses.units, { ...tiers, ...configurations[0]! }, module);
  world.run(accesses, 0, from);
  const before = world.result().hits;
  world.run(accesses, from, to);
  const units: number[] = [];
  let [begin, writes] = [0, 0];
  for (const { words, count } of accesses.windows) {
    for (let i = Math.max(0, from - begin); i < Math.min(count, to - begin); i++) {
      units.push(words[2 * i]!);
      writes += words[2 * i + 1]! >>> WRITE_SHIFT;
    }
    begin += count;
  }
  const half = units.length >> 1;
  const [first, second] = [hottest(units.slice(0, half)), hottest(units.slice(half))];
  const gone = [...first].filter((unit) => !second.has(unit)).length;
  return {
    hits: units.length === 0 ? 0 : (world.result().hits - before) / units.length,
    writes: units.length === 0 ? 0 : writes / units.length,
    drift: first.size === 0 ? 0 : gone / first.size,
  };
}

/** A workload that was tried before: its features, and what each configuration took. */
export interface TableEntry {
  readonly name: string;
  readonly features: Features;
  readonly ns: readonly number[];
}

/** The entry whose features are least far away; the first of equals. */
export function nearest(table: readonly TableEntry[], { hits, writes, drift }: Features): TableEntry {
  const far = ({ features }: TableEntry): number =>
    Math.hypot(features.hits - hits, features.writes - writes, features.drift - drift);
  return table.reduce((a, b) => (far(b) < far(a) ? b : a));
}

/** Configurations by what they took, the fastest first. */
export const ranked = (ns: readonly number[]): number[] =>
  ns.map((_, arm) => arm).sort((a, b) => ns[a]! - ns[b]! || a - b);
