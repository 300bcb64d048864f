// Can a result be trusted? What speaks against it, as warnings with stable codes (docs/trust.md): each is computed from the result, the
// scenario and how the run went over time. They change no figure. Leaves out mistakes of the scenario that show before it runs
// (src/scenario/warnings.ts), and everything that only several runs can tell.

import { batchMeans, BATCHES, mser5, type Intervals } from '../metrics/steady.js';
import { isThin, leastFor, QUANTILES } from '../metrics/support.js';
import { normalQuantile } from '../metrics/confidence.js';
import { meanOf } from '../input/distributions.js';
import { dedicatedCores } from '../mechanisms/kinds.js';
import { offeredLoad, usableCores } from '../scenario/warnings.js';
import type { Scenario, VmGroup } from '../scenario/types.js';
import { memoryOf } from '../swap/result.js';
import { idleTier } from './idle-tier.js';
import type { Result, VmResult, Warning } from './result.js';
import { time } from './time.js';

/** How far a trace has been read, and what its services are like. */
export interface TraceReach {
  /** Index of the VM that reads it. */
  readonly vm: number;
  readonly file: string;
  /** Whether nothing is left of it. */
  readonly ended: boolean;
  readonly arrivals: number;
  /** Time of the last of them in the simulation, in ns. */
  readonly lastNs: number;
  /** Share of its requests that take at most 1 ns, which is what readers make of shorter ones; 0 to 1. */
  readonly tinyShare: number;
  /** Where its blocks are drawn: how long they last in the simulation, in ns, and how many there are. */
  readonly blocks?: { readonly blockNs: number; readonly of: number } | undefined;
}

/** What is known of a run beside its result. */
export interface RunFacts {
  readonly scenario: Scenario;
  /** As in the result: the group of each, and its latencies by interval of the measured time where it was cut into any. */
  readonly vms: readonly { readonly group: VmGroup; readonly intervals: Intervals | undefined }[];
  readonly traces: readonly TraceReach[];
}

/** Of all intervals. */
const LEVEL = 0.95;
/** Burst cycles that a figure should rest on (assumed): one more or less then moves a mean by a tenth. */
const LEAST_CYCLES = 10;
/** What is worth a warning as a share of a mean (assumed): a half-width that is wider than it looks, a beginning that moves it. */
const WIDE_SHARE = 0.02;
/** So many times wider than independent values would make it (assumed). */
const WIDE_RATIO = 2;
/** A trace that ends within this share of the measured time before its end has lasted (assumed). */
const TRACE_SHARE = 0.01;
/** Mean gaps between arrivals after which another one is overdue: e^-10 of all gaps of a Poisson process are longer. */
const TRACE_GAPS = 10;
/** Of a VM's packets that find the queue full: what is worth a warning (assumed). */
const FULL_SHARE = 0.01;

const quantileName = (key: string): string => (key === 'p999' ? 'p99.9' : key);

function fewSamples(vm: VmResult): Warning[] {
  const { count } = vm.latencyNs;
  if (count === 0) return [];
  const warnings: Warning[] = [];
  const poor = QUANTILES.filter(([, q]) => isThin(q, count));
  const [first] = poor;
  if (first !== undefined) {
    const [key, quantile] = first;
    const detail = `${count} requests leave fewer than ten beyond ${poor.map(([name]) => quantileName(name)).join(', ')}; ${quantileName(key)} needs ${leastFor(quantile)}`;
    warnings.push({ code: 'few-samples', field: `${vm.name}.latencyNs.${key}`, detail });
  }
  const known = vm.completed + vm.dropped;
  if (vm.slo !== null && known > 0 && isThin(vm.slo.quantile, known)) {
    const detail = `judged by ${known} requests; its quantile needs ${leastFor(vm.slo.quantile)} for ten beyond it`;
    warnings.push({ code: 'few-samples', field: `${vm.name}.slo`, detail });
  }
  return warnings;
}

/** MSER-5 beside the warm-up. A cut that moves the mean by less than the run's own noise, or by next to nothing, says nothing. */
function shortWarmup(vm: VmResult, intervals: Intervals, { durationNs, warmupNs }: Scenario): Warning[] {
  const cut = mser5(intervals);
  if (cut === 0) return [];
  const all = batchMeans(intervals, LEVEL);
  const rest = batchMeans(intervals, LEVEL, { from: cut });
  if (all === undefined || rest === undefined || Math.abs(all.mean - rest.mean) <= rest.halfWidth) return [];
  if (Math.abs(all.mean - rest.mean) <= WIDE_SHARE * rest.mean) return [];
  const more = time((cut * durationNs) / intervals.counts.length);
  const given = warmupNs === 0 ? 'no warm-up was given' : `beyond the warm-up of ${time(warmupNs)}`;
  const detail = `MSER-5 leaves out the first ${more} (${given}): without them the mean is ${time(rest.mean)} instead of ${time(all.mean)}`;
  return [{ code: 'short-warmup', field: `${vm.name}.latencyNs.mean`, detail }];
}

function autocorrelated(vm: VmResult, intervals: Intervals): Warning[] {
  const estimate = batchMeans(intervals, LEVEL);
  const { count, stddev } = vm.latencyNs;
  if (estimate === undefined || stddev === null || estimate.mean === 0) return [];
  const naive = (normalQuantile(LEVEL) * stddev) / Math.sqrt(count);
  const { mean, halfWidth } = estimate;
  if (halfWidth <= WIDE_SHARE * mean || halfWidth <= WIDE_RATIO * naive) return [];
  const detail = `${time(mean)} ± ${time(halfWidth)} (95 %, ${BATCHES} batch means); requests taken as independent would give ± ${time(naive)}`;
  return [{ code: 'autocorrelated', field: `${vm.name}.latencyNs.mean`, detail }];
}

/** One of a group whose VMs are alike speaks for all where they share a distribution. */
function latencyWarnings(result: Result, facts: RunFacts): Warning[] {
  const told = new Set<string>();
  return result.vms.flatMap((vm, index) => {
    if (vm.latencyShared !== undefined) {
      if (told.has(vm.latencyShared)) return [];
      told.add(vm.latencyShared);
    }
    const intervals = facts.vms[index]?.intervals;
    // A backlog that grows is no transient, and its mean has no interval.
    const overTime =
      intervals === undefined || vm.unstable
        ? []
        : [...shortWarmup(vm, intervals, facts.scenario), ...autocorrelated(vm, intervals)];
    return [...fewSamples(vm), ...overTime];
  });
}

function unstable(result: Result, { scenario }: RunFacts): Warning[] {
  const available = scenario.host.cores - dedicatedCores(scenario.mechanism.kind);
  const loads = scenario.vms.map((vm) => offeredLoad(vm));
  const overloaded = new Map(
    scenario.vms.flatMap((vm, i) => {
      const load = loads[i];
      if (load === undefined || load === 0 || vm.queueLimit !== undefined) return [];
      const usable = usableCores(vm, scenario.mechanism.kind, available);
      return load >= usable ? [[vm.name, `${load.toFixed(2)} cores of work for at most ${usable}`]] : [];
    }),
  );
  const warnings = result.vms.flatMap((vm): Warning[] => {
    if (!vm.unstable) return [];
    const detail = `its backlog grew all along, to ${vm.inFlight} requests: a longer run gives longer latencies`;
    return [{ code: 'unstable', field: `${vm.name}.unstable`, detail }];
  });
  for (const [name, detail] of overloaded) {
    const seen = result.vms.some((vm) => vm.unstable && (vm.name === name || vm.name.startsWith(`${name}-`)));
    if (!seen)
      warnings.push({ code: 'unstable', field: `${name}.offeredLoad`, detail: `load of 1 or more: ${detail}` });
  }
  const bounded = scenario.vms.some((vm) => vm.queueLimit !== undefined);
  const total = scenario.vms.reduce((sum, vm, i) => sum + (loads[i] ?? 0) * vm.count, 0);
  if (warnings.length === 0 && !bounded && total >= available) {
    const detail = `load of 1 or more: all VMs together bring ${total.toFixed(2)} cores of work for ${available}`;
    warnings.push({ code: 'unstable', field: 'host.cores', detail });
  }
  return warnings;
}

/** Of SLOs that nothing can be said of; null where there is none. */
export function noRequestsText({ vms }: Pick<Result, 'vms'>): string | null {
  const names = vms.filter(({ slo }) => slo?.attained === null).map(({ name }) => name);
  if (names.length === 0) return null;
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `no request of ${names.slice(0, 3).join(', ')}${more} came in the measured time: there is nothing to judge an SLO by`;
}

function noRequests({ vms }: Result): Warning[] {
  return vms.flatMap(({ name, slo }): Warning[] =>
    slo?.attained === null
      ? [{ code: 'no-requests', field: `${name}.slo`, detail: 'no request came in the measured time: no data' }]
      : [],
  );
}

/** Mean time of one round through all states, in ns. */
function cycleNs({ workload }: VmGroup): number | undefined {
  const arrivals = workload?.arrivals;
  if (arrivals?.process === 'onoff') return arrivals.meanOnNs + arrivals.meanOffNs;
  if (arrivals?.process !== 'mmpp' || arrivals.states.length < 2) return undefined;
  return arrivals.states.reduce((sum, { meanDwellNs }) => sum + meanDwellNs, 0);
}

function fewCycles({ manifest }: Result, { scenario }: RunFacts): Warning[] {
  return scenario.vms.flatMap((vm): Warning[] => {
    const each = cycleNs(vm);
    if (each === undefined || manifest.measuredNs / each >= LEAST_CYCLES) return [];
    const cycles = (manifest.measuredNs / each).toFixed(1);
    const detail = `${cycles} burst cycles of ${time(each)} on average in the measured time; ${LEAST_CYCLES} take ${time(LEAST_CYCLES * each)}`;
    return [{ code: 'few-cycles', field: `vms.${vm.name}.workload.arrivals`, detail }];
  });
}

function traces({ vms, manifest }: Result, { traces: read, vms: known }: RunFacts): Warning[] {
  const endNs = manifest.warmupNs + manifest.durationNs;
  const told = new Set<string>();
  return read.flatMap(({ vm, file, ended, arrivals, lastNs, tinyShare }): Warning[] => {
    const { group } = known[vm]!;
    if (told.has(group.name)) return [];
    const warnings: Warning[] = [];
    const slack = Math.max(TRACE_SHARE * manifest.durationNs, (TRACE_GAPS * lastNs) / Math.max(arrivals, 1));
    if (ended && endNs - lastNs > slack && manifest.measuredNs >= manifest.durationNs) {
      const detail = `${file} ended at ${time(lastNs)} of ${time(endNs)}: nothing came after it`;
      warnings.push({ code: 'trace-ended', field: `vms.${group.name}.workload.arrivals.file`, detail });
    }
    if (tinyShare > 0.5) {
      const detail = `${(tinyShare * 100).toFixed(0)} % of the services that ${file} gives ${vms[vm]!.name} are 1 ns or less: is the unit right?`;
      warnings.push({ code: 'unit', field: `vms.${group.name}.workload.arrivals`, detail });
    }
    if (warnings.length > 0) told.add(group.name);
    return warnings;
  });
}

/** Requests that take at most 1 ns on average though not none was asked for: services in another unit than was meant. */
function units({ vms, manifest }: Result, facts: RunFacts): Warning[] {
  const told = new Set<string>();
  return vms.flatMap(({ arrived, offeredLoad: load }, index): Warning[] => {
    const { name, workload } = facts.vms[index]!.group;
    if (workload === null || workload.arrivals.process === 'trace' || arrived === 0 || load === null) return [];
    const meant = workload.request.stages.some(({ service }) => meanOf(service) !== 0);
    const meanNs = (load * manifest.measuredNs) / arrived;
    if (!meant || meanNs > 1 || told.has(name)) return [];
    told.add(name);
    const detail = `services take ${meanNs.toPrecision(2)} ns on average: is the unit right?`;
    return [{ code: 'unit', field: `vms.${name}.workload.request.stages`, detail }];
  });
}

function notSteady(result: Result): Warning[] {
  const memory = memoryOf(result);
  if (memory === undefined || (memory.outShare ?? 0) === 0) return [];
  const detail = (what: string): string =>
    `${what} in the measured time, though pages are out: memory is not in steady state yet`;
  if (memory.scans === 0) return [{ code: 'not-steady', field: 'memory.scans', detail: detail('no scan') }];
  if (memory.swapIns > 0 && memory.swapOuts === 0)
    return [{ code: 'not-steady', field: 'memory.swapOuts', detail: detail('pages came in and none went out') }];
  return [];
}

/** Packets that wait, or are dropped, before they are requests: neither is in a VM's latencies, nor in what its SLO is judged by. */
function datapath({ datapath: passed, vms }: Result): Warning[] {
  return (passed?.tenants ?? []).flatMap(({ vm, arrived, droppedForQueue, latencyNs: { mean } }): Warning[] => {
    const warnings: Warning[] = [];
    const slo = vms.find(({ name }) => name === vm)?.slo;
    if (slo && mean !== null && mean > slo.targetNs) {
      const detail = `until let through, packets take ${time(mean)} in the mean: longer than the SLO of ${time(slo.targetNs)}, which begins there`;
      warnings.push({ code: 'datapath-slow', field: `datapath.${vm}.latencyNs.mean`, detail });
    }
    const share = arrived === 0 ? 0 : droppedForQueue / arrived;
    if (share >= FULL_SHARE) {
      const detail = `${(100 * share).toFixed(1)} % of its packets found the queue full: they are in no latency, and in no SLO`;
      warnings.push({ code: 'datapath-full', field: `datapath.${vm}.droppedForQueue`, detail });
    }
    return warnings;
  });
}

/** What speaks against trusting a result; nothing before the statistics have begun. */
export function warningsOf(result: Result, facts: RunFacts): Warning[] {
  if (result.manifest.measuredNs === 0) return [];
  return [
    ...unstable(result, facts),
    ...noRequests(result),
    ...datapath(result),
    ...latencyWarnings(result, facts),
    ...fewCycles(result, facts),
    ...traces(result, facts),
    ...notSteady(result),
    ...idleTier(result, facts.scenario),
    ...units(result, facts),
  ];
}
