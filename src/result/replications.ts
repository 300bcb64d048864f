// Replications: seeds of their own, the headline figures of each run, and the intervals over them.
// Replication 0 has the scenario's seed, so its result is that of a plain run; the others' seeds follow from it.
// Leaves out running: the caller simulates each seed and hands the results over.

import { type Resample, meanInterval, pairedDifference, pairedRatio } from '../metrics/confidence.js';
import type { Interval } from '../metrics/figures.js';
import type { GpuResult } from '../gpu/result.js';
import type { LifecycleResult } from '../lifecycle/result.js';
import { type MemoryResult, memoryOf } from '../swap/result.js';
import type { Figures, Result, Replication, Confidence, ResampledTrace, VmResult } from './result.js';
import { tailIntervals } from './tails.js';

/** One mechanism against the first one named. */
export interface Difference {
  /** Which. */
  mechanism: string;
  /** The one that it is set against. */
  baseline: string;
  /** Of the intervals: 0.95. */
  level: number;
  /** Pairs of runs, each of one seed. */
  replications: number;
  /** By path. */
  figures: Record<string, FigureDifference>;
}

/** A figure under two mechanisms. */
export interface FigureDifference {
  /** Means over the replications. */
  baseline: number | null;
  /** Of the mechanism; its mean over the replications. */
  value: number | null;
  /** value − baseline, paired by seed. */
  difference: number | null;
  /** value / baseline; null where the baseline is 0. */
  ratio: number | null;
  /** Interval of the ratio, paired by seed; null as `low`. */
  ratioLow: number | null;
  /** Upper end of that interval. */
  ratioHigh: number | null;
  /** Interval of the difference; null with fewer than two replications, and where all replay one trace. */
  low: number | null;
  /** Upper end of that interval. */
  high: number | null;
}

export const CONFIDENCE_LEVEL = 0.95;

const MASK = (1n << 64n) - 1n;
const GOLDEN = 0x9e3779b97f4a7c15n;

/** The output function of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014). */
function mix(state: bigint): bigint {
  let z = state;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return z ^ (z >> 31n);
}

/**
 * The seed of a replication: the scenario's for 0, else the r-th SplitMix64 output of a generator started at it,
 * cut to its upper 53 bits so that it is a whole JSON number. The first r seeds stay when R grows.
 */
export function replicationSeed(seed: number, replication: number): number {
  if (replication === 0) return seed;
  // Mixing the seed first keeps the sequences of neighbouring seeds apart.
  const start = mix((BigInt(seed) + GOLDEN) & MASK);
  return Number(mix((start + BigInt(replication) * GOLDEN) & MASK) >> 11n);
}

/** Of swapped memory; their paths are those of the result. */
function memoryFigures(memory: MemoryResult): Figures {
  /** By path. */
  const figures: Figures = {};
  for (const key of ['outShare', 'faults', 'faultShare', 'withinTenUs', 'directReclaims', 'pauseWaits'] as const)
    figures[`memory.${key}`] = memory[key];
  for (const key of ['mean', 'p50', 'p90', 'p99', 'p999'] as const)
    figures[`memory.swapInNs.${key}`] = memory.swapInNs[key];
  figures['memory.stallNs.p99'] = memory.stallNs.p99;
  figures['memory.elasticityCoreSeconds.total'] = memory.elasticityCoreSeconds.total;
  figures['memory.overheadShare'] = memory.overheadShare;
  if (memory.tier !== undefined)
    for (const key of ['slowShare', 'slowSeconds', 'promotions', 'demotions', 'refused'] as const)
      figures[`memory.tier.${key}`] = memory.tier[key];
  return figures;
}

/** Of functions; their paths are those of the result. */
function lifecycleFigures(lifecycle: LifecycleResult): Figures {
  /** By path. */
  const figures: Figures = {};
  for (const key of [
    'arrived',
    'dropped',
    'timedOut',
    'completed',
    'coldStartRate',
    'evictions',
    'expirations',
  ] as const)
    figures[`lifecycle.${key}`] = lifecycle[key];
  for (const key of ['warmGibSecondsPer1000', 'usedMaxBytes', 'instancesMax'] as const)
    figures[`lifecycle.${key}`] = lifecycle[key];
  for (const [cause, instances] of Object.entries(lifecycle.gone)) figures[`lifecycle.gone.${cause}`] = instances;
  for (const which of ['startNs', 'latencyNs'] as const)
    for (const key of ['mean', 'p50', 'p99', 'p999'] as const)
      figures[`lifecycle.${which}.${key}`] = lifecycle[which][key];
  for (const [state, seconds] of Object.entries(lifecycle.cpuSeconds))
    figures[`lifecycle.cpuSeconds.${state}`] = seconds;
  return figures;
}

/** Of a GPU; their paths are those of the result. */
function gpuFigures(gpu: GpuResult): Figures {
  /** By path. */
  const figures: Figures = {};
  for (const key of ['arrived', 'completed', 'tokens', 'preemptions', 'offlineLost'] as const)
    figures[`gpu.${key}`] = gpu[key];
  for (const key of ['busySeconds', 'offlineSeconds', 'otherSeconds'] as const) figures[`gpu.${key}`] = gpu[key];
  for (const which of ['firstTokenNs', 'tokenNs'] as const)
    for (const key of ['mean', 'p50', 'p99'] as const) figures[`gpu.${which}.${key}`] = gpu[which][key];
  return figures;
}

/** The figures of a result that replications and comparisons are about. */
export function headlineFigures(result: Result): Figures {
  /** By path. */
  const figures: Figures = {};
  for (const vm of result.vms) {
    const put = (path: string, value: number | null): void => {
      figures[`${vm.name}.${path}`] = value;
    };
    put('completed', vm.completed);
    put('dropped', vm.dropped);
    put('inFlight', vm.inFlight);
    for (const key of ['mean', 'p50', 'p90', 'p99', 'p999', 'max'] as const) put(`latencyNs.${key}`, vm.latencyNs[key]);
    for (const key of ['mean', 'p99'] as const) put(`queueDelayNs.${key}`, vm.queueDelayNs[key]);
    if (vm.slo !== null) put('slo.attained', vm.slo.attained === null ? null : Number(vm.slo.attained));
    for (const [state, seconds] of Object.entries(vm.cpuSeconds)) put(`cpuSeconds.${state}`, seconds);
    if (vm.deadlines !== undefined) {
      put('deadlines.missed', vm.deadlines.missed);
      put('deadlines.missedShare', vm.deadlines.missedShare);
    }
    put('steals', vm.steals);
    put('preemptions', vm.preemptions);
    put('grants', vm.grants);
  }
  figures['host.utilization'] = result.host.utilization;
  figures['host.idleCoreSeconds'] = result.host.idleCoreSeconds;
  figures['host.pollCoreSeconds'] = result.host.pollCoreSeconds;
  figures['reallocation.count'] = result.reallocation.count;
  figures['reallocation.grantNs.p99'] = result.reallocation.grantNs.p99;
  if (result.lifecycle !== undefined) Object.assign(figures, lifecycleFigures(result.lifecycle));
  if (result.gpu !== undefined) Object.assign(figures, gpuFigures(result.gpu));
  const memory = memoryOf(result);
  return memory === undefined ? figures : { ...figures, ...memoryFigures(memory) };
}

/** The entry of a run in the `replications` of a result. */
export function replicationOf(result: Result, replication: number): Replication {
  const entry: Replication = {
    replication,
    seed: result.manifest.seed,
    fingerprint: result.manifest.fingerprint,
    events: result.manifest.events,
    figures: headlineFigures(result),
  };
  if (result.incomplete === true) entry.incomplete = true;
  return entry;
}

function figuresAt(replications: readonly Replication[], path: string): (number | null)[] {
  return replications.map((replication) => replication.figures[path] ?? null);
}

/** An interrupted replication stands for another length of time; it is shown, but enters no interval. */
const finished = (replications: readonly Replication[]): Replication[] =>
  replications.filter((replication) => replication.incomplete !== true);

/** Blocks that a trace should have for the spread between days made of them to tell anything (assumed). */
export const LEAST_BLOCKS = 10;

/** Whether days drawn of the trace's blocks are a sample of other days: of enough blocks, each shorter than a day. */
export const isSample = ({ blockNs, blocks }: ResampledTrace, durationNs: number): boolean =>
  blocks >= LEAST_BLOCKS && blockNs <= durationNs;

/** Of a trace that is replayed as it is replications differ in what is drawn beside it only. */
const toldSameTrace = ({ warnings }: Result): boolean => warnings.some(({ code }) => code === 'same-trace');

/**
 * How replications stand to one another: independent (undefined), drawn from the blocks of traces, or no sample at all (null), so
 * that no interval says anything of other days.
 */
export function samplingOf(result: Result, sameTrace = toldSameTrace(result)): Resample | null | undefined {
  const { resampled = [], manifest } = result;
  const { durationNs } = manifest;
  if (sameTrace || !resampled.every((trace) => isSample(trace, durationNs))) return null;
  if (resampled.length === 0) return undefined;
  return {
    share: Math.max(...resampled.map(({ blocks, blockNs }) => durationNs / (blocks * blockNs))),
    blocks: Math.min(...resampled.map(({ blocks }) => blocks)),
  };
}

const withoutEnds = (interval: Interval): Interval => ({ ...interval, low: null, high: null });

/** Student-t intervals of every headline figure over the finished replications; without ends where `sampling` is null. */
export function confidenceOf(
  replications: readonly Replication[],
  sampling?: Resample | null,
  level = CONFIDENCE_LEVEL,
): Confidence {
  const whole = finished(replications);
  /** By path. */
  const figures: Record<string, Interval> = {};
  for (const path of Object.keys(whole[0]?.figures ?? {})) {
    const interval = meanInterval(figuresAt(whole, path), level, sampling ?? undefined);
    figures[path] = sampling === null ? withoutEnds(interval) : interval;
  }
  return { level, method: 'student-t', replications: whole.length, figures };
}

/** In how many replications an SLO is attained, of those that ended and have a request to judge it by. */
function withShare(vm: VmResult, replications: readonly Replication[]): VmResult {
  if (vm.slo === null || replications.length < 2) return vm;
  const judged = figuresAt(finished(replications), `${vm.name}.slo.attained`).filter((value) => value !== null);
  return { ...vm, slo: { ...vm.slo, attainedIn: judged.filter((value) => value === 1).length, of: judged.length } };
}

/**
 * Replication 0's result with every replication's headline figures beside it. The body stays what a plain run
 * with that seed prints: asking for replications adds figures and changes none.
 */
export function withReplications(results: readonly Result[], level = CONFIDENCE_LEVEL): Result {
  const first = results[0];
  if (first === undefined) throw new RangeError('withReplications: given no result, expected at least one');
  /** Pairs of runs, each of one seed. */
  const replications = results.map(replicationOf);
  const sampling = samplingOf(first);
  const whole = results.filter((one) => one.incomplete !== true);
  const tails = sampling === null ? undefined : tailIntervals(whole, level, sampling);
  const confidence: Confidence = {
    ...confidenceOf(replications, sampling, level),
    ...(tails === undefined ? {} : { tails }),
  };
  const result: Result = {
    ...first,
    manifest: { ...first.manifest, replications: results.length },
    vms: first.vms.map((vm) => withShare(vm, replications)),
    replications,
    confidence,
  };
  if (results.some((one) => one.incomplete === true)) result.incomplete = true;
  return result;
}

/** Paired differences of one mechanism's replications against the baseline's, seed by seed. */
export function differenceOf(baseline: Result, value: Result, level = CONFIDENCE_LEVEL): Difference {
  const bases = baseline.replications ?? [replicationOf(baseline, 0)];
  const values = value.replications ?? [replicationOf(value, 0)];
  const pairs = bases.flatMap((base, i) => {
    const other = values[i];
    return other === undefined || base.incomplete === true || other.incomplete === true ? [] : [{ base, other }];
  });
  const sampling = samplingOf(baseline); // the workload is one
  const baseOf = pairs.map((pair) => pair.base);
  const otherOf = pairs.map((pair) => pair.other);
  /** By path. */
  const figures: Record<string, FigureDifference> = {};
  for (const path of Object.keys(baseOf[0]?.figures ?? {})) {
    const from = figuresAt(baseOf, path);
    const to = figuresAt(otherOf, path);
    const difference = pairedDifference(from, to, level, sampling ?? undefined);
    const ratio = pairedRatio(from, to, level, sampling ?? undefined);
    const bare = sampling === null;
    const base = meanInterval(from, level).mean;
    const mean = meanInterval(to, level).mean;
    figures[path] = {
      baseline: base,
      value: mean,
      difference: difference.mean,
      ratio: base === null || mean === null || base === 0 ? null : mean / base,
      ratioLow: bare ? null : ratio.low,
      ratioHigh: bare ? null : ratio.high,
      low: bare ? null : difference.low,
      high: bare ? null : difference.high,
    };
  }
  return {
    mechanism: value.manifest.mechanism,
    baseline: baseline.manifest.mechanism,
    level,
    replications: pairs.length,
    figures,
  };
}
