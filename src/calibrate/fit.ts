// Parameters out of a recording's part: the task switch, the wake-up latency, the quota's period and phase, the quota, and the slice after
// which Linux gives a CPU to another thread. Each with how many observations stand behind it; what cannot be told is left out.

import type { LimitNote } from '../recording/notes.js';
import type { Span } from '../recording/spans.js';
import type { RecordedTask, Run, Work } from '../recording/tasks.js';

export interface Fitted {
  readonly value: number;
  /** Observations. */
  readonly count: number;
}

/** Of one VM. */
export interface VmFit {
  /** From the wake-up to the CPU's queue, where nothing ran there, in ns: the median, and the range without the outer tenths. */
  readonly wakeUpNs: Fitted | undefined;
  readonly wakeUpRangeNs: readonly [number, number] | undefined;
  /** From the queue to the CPU, where nothing ran there. */
  readonly startNs: Fitted | undefined;
  /** How long a thread runs before another of its VM has the CPU. */
  readonly sliceNs: Fitted | undefined;
  /** Runs that another thread of the VM ended, at whatever length. */
  readonly earlier: number;
  /** Cores, and what was used at most in one period. */
  readonly quota: Fitted | undefined;
  readonly mostUsedNs: number | undefined;
}

export interface Fit {
  /** The shortest runs of any thread: no switch takes longer. */
  readonly taskSwitchNs: Fitted | undefined;
  readonly periodNs: Fitted | undefined;
  /** An instant at which a period begins. */
  readonly phaseNs: number | undefined;
  readonly vms: readonly VmFit[];
}

/** Fewer say nothing. */
const LEAST = 10;
/** Runs shorter than this are cut off by something else than a slice. */
const LEAST_SLICE_NS = 100_000;
const LEAST_CUT_OFF = 5;
/** Lengths that are taken as one. */
const BIN = Math.log(1.15);
/** At a slice's end at least so many of those that got there are cut off. */
const LEAST_SHARE = 0.1;

/** The value below which a share of them lies: the nearest rank. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

export const ascending = (values: Iterable<number>): Float64Array => Float64Array.from(values).sort();

function median(values: readonly number[]): Fitted | undefined {
  if (values.length < LEAST) return undefined;
  return { value: quantile(ascending(values), 0.5), count: values.length };
}

/**
 * The length at which runs are cut off most: of those that lasted so long, the greatest share ends there with another thread of the VM in
 * its place. (The most frequent length would be a short one, of threads that a wake-up preempts.)
 */
function sliceOf(cutOff: readonly number[], all: readonly number[]): Fitted | undefined {
  const lengths = ascending(all);
  const bins = new Map<number, number[]>();
  for (const ns of cutOff) {
    const bin = Math.round(Math.log(ns) / BIN);
    bins.set(bin, [...(bins.get(bin) ?? []), ns]);
  }
  let best: { readonly share: number; readonly bin: readonly number[] } | undefined;
  for (const bin of bins.values()) {
    if (bin.length < LEAST_CUT_OFF) continue;
    const least = Math.min(...bin);
    const share = bin.length / lengths.filter((ns) => ns >= least).length;
    if (share >= Math.max(LEAST_SHARE, best?.share ?? 0)) best = { share, bin };
  }
  return best === undefined ? undefined : { value: quantile(ascending(best.bin), 0.5), count: best.bin.length };
}

/** The period of instants that lie on a grid, and where the grid lies; `toldNs`: the period, where it is known. */
function gridOf(instants: readonly number[], toldNs: number | undefined): Pick<Fit, 'periodNs' | 'phaseNs'> {
  const gaps = instants.slice(1).map((at, i) => at - instants[i]!);
  if (gaps.length < LEAST) return { periodNs: undefined, phaseNs: undefined };
  const least = quantile(ascending(gaps), 0.05);
  const one = gaps.filter((gap) => gap > least * 0.5).map((gap) => gap / Math.max(1, Math.round(gap / least)));
  const fitted = quantile(ascending(one), 0.5);
  const period = toldNs ?? fitted;
  // How late after a beginning each came; the earliest tenth, since a timer is never early.
  const first = instants[0]!;
  const late = instants.map((at) => (at - first + period / 2) % period);
  const phaseNs = first - period / 2 + quantile(ascending(late), 0.1);
  return { periodNs: { value: fitted, count: gaps.length }, phaseNs };
}

/** Core time that a VM used between two instants. */
function usedNs(work: Work, group: number, [fromNs, untilNs]: Span): number {
  let used = 0;
  for (const run of work.runs)
    if (run.group === group) used += Math.max(0, Math.min(run.untilNs, untilNs) - Math.max(run.fromNs, fromNs));
  return used;
}

/** Of periods that begin and end with waiting for quota: what was used in each. */
function quotaOf(work: Work, group: number, throttled: readonly Span[], periodNs: number | undefined) {
  const none = { quota: undefined, mostUsedNs: undefined };
  if (periodNs === undefined) return none;
  const used = throttled.slice(1).flatMap(([, until], i) => {
    const from = throttled[i]![1];
    return Math.abs(until - from - periodNs) < periodNs / 10 ? [usedNs(work, group, [from, until])] : [];
  });
  if (used.length < LEAST) return none;
  const mean = used.reduce((sum, one) => sum + one, 0) / used.length;
  return { quota: { value: mean / periodNs, count: used.length }, mostUsedNs: Math.max(...used) };
}

function vmFit(work: Work, group: number, throttled: readonly Span[], periodNs: number | undefined): VmFit {
  const own = work.tasks.filter((task) => task.group === group);
  const isFree = ({ wakeNs, startNs }: RecordedTask): boolean =>
    !throttled.some(([from, until]) => wakeNs < until && startNs > from);
  const idle = own.filter((task) => task.fromIdle && isFree(task));
  const wakeUps = idle.map(({ wakeNs, queuedNs }) => queuedNs - wakeNs);
  const sorted = ascending(wakeUps);
  const members = new Set(work.runs.filter((run) => run.group === group).map(({ thread }) => thread));
  const long = work.runs.filter(({ group: of, fromNs, untilNs }) => of === group && untilNs - fromNs >= LEAST_SLICE_NS);
  const cutOff = long.filter(({ blocked, after }) => !blocked && members.has(after));
  const lengths = (runs: readonly Run[]): number[] => runs.map(({ fromNs, untilNs }) => untilNs - fromNs);
  return {
    wakeUpNs: median(wakeUps),
    wakeUpRangeNs: wakeUps.length < LEAST ? undefined : [quantile(sorted, 0.1), quantile(sorted, 0.9)],
    startNs: median(idle.map(({ queuedNs, startNs }) => startNs - queuedNs)),
    sliceNs: sliceOf(lengths(cutOff), lengths(long)),
    earlier: cutOff.length,
    ...quotaOf(work, group, throttled, periodNs),
  };
}

/** `limit`: what a note says of a VM's cgroup; a period that is told is not fitted, but fitted beside it. */
export function fit(
  work: Work,
  throttled: readonly (readonly Span[])[],
  limits: readonly (LimitNote | undefined)[],
): Fit {
  const runs = ascending(work.runsNs);
  const resumed = throttled.flatMap((spans) => spans.map(([, until]) => until)).sort((a, b) => a - b);
  const told = limits.find((limit) => limit?.quotaUs !== undefined)?.periodUs;
  const toldNs = told === undefined ? undefined : told * 1000;
  const grid = gridOf(work.periodsNs.length > LEAST ? work.periodsNs : resumed, toldNs);
  const periodNs = toldNs ?? grid.periodNs?.value;
  return {
    taskSwitchNs: runs.length < LEAST ? undefined : { value: quantile(runs, 0.01), count: runs.length },
    ...grid,
    vms: work.names.map((_, group) => vmFit(work, group, throttled[group]!, periodNs)),
  };
}
