// How many cores a mechanism needs until every VM's SLO is attained, as `compare` prints it: host cores where cores move; under
// `static`, where VMs cannot influence each other, the vCPUs pinned by each VM; under `cgroup`, where quotas hold a VM back on
// any host, the quotas in whole cores. What is printed was run: the search ends in the run that confirms it. Leaves out how the
// SLO varies by seed; `fluxhost size` asks that.

import { vmNames } from '../core/compile.js';
import type { Result } from '../result/result.js';
import { dedicatedCores } from '../scenario/mechanisms.js';
import { quotaOf } from '../scenario/quota.js';
import type { Scenario, VmGroup } from '../scenario/types.js';
import { withFields } from '../scenario/written.js';
import { ladderOf, LIMIT_FACTOR } from './ladder.js';
import { type Trial, leastOf } from './search.js';
import { type Bound, whyNone } from './size.js';
import { bare, mostRequests, type Study } from './study.js';

export const MAX_SIZING_CORES = 65_536;

/** How many cores a mechanism needs for every VM's SLO. */
export interface Sizing {
  /** Which. */
  mechanism: string;
  /** What was varied: the host's cores, under `static` the vCPUs pinned by the VMs together, under `cgroup` the quotas of those with an SLO. */
  of: 'host.cores' | 'pinned vCPUs' | 'quotas';
  /** The least number found; null where not even `searchedTo` attains every SLO. */
  cores: number | null;
  /** The least number that was considered. */
  searchedFrom: number;
  /** The greatest. */
  searchedTo: number;
  /** Runs it took, those that tell the bound not counted. */
  runs: number;
  /** What keeps the number from being less, or any from being enough; absent where the load alone does. */
  bound?: Bound;
}

/** Simulates one candidate, `asWhole` only until one SLO of any VM is lost; null when interrupted. */
type Attempt = (scenario: Scenario, asWhole: boolean) => Promise<Result | null>;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function attained(result: Result, some: readonly string[]): boolean {
  return result.vms.every((vm) => !some.includes(vm.name) || vm.slo === null || vm.slo.attained !== false);
}

function everyAttained(result: Result): boolean {
  return result.vms.every((vm) => vm.slo === null || vm.slo.attained !== false);
}

const asTrial = (holds: boolean): Trial => ({ attainedIn: holds ? 1 : 0, of: 1 });

async function sizeHost(scenario: Scenario, base: Result, most: number, attempt: Attempt): Promise<Sizing | null> {
  const kept = dedicatedCores(scenario.mechanism.kind) + (scenario.host.memory?.cores ?? 0);
  const step = scenario.host.sockets * scenario.host.smt;
  const guaranteed = sum(scenario.vms.map((vm) => vm.vcpus.min * vm.count));
  const from = Math.ceil((Math.max(guaranteed, 1) + kept) / step) * step;
  // No mechanism can hand out more cores than the VMs can hold: beyond that a run would only repeat itself.
  const usable = Math.ceil((sum(scenario.vms.map((vm) => vm.vcpus.max * vm.count)) + kept) / step) * step;
  const to = Math.max(Math.min(most, usable), from);
  const ladder = ladderOf(scenario, { path: 'host.cores', low: String(from), high: String(to) });
  let runs = 0;
  const found = await leastOf(
    ladder.count,
    async (index) => {
      if (ladder.value(index) === scenario.host.cores) return asTrial(everyAttained(base));
      runs += 1;
      const result = await attempt(bare(withFields(scenario, [`host.cores=${ladder.text(index)}`])), true);
      return result === null ? null : asTrial(everyAttained(result));
    },
    ladder.own,
  );
  if (found === null) return null;
  const cores = found.index === null ? null : ladder.value(found.index);
  /** The greatest. */
  const searchedTo = ladder.value(ladder.count - 1);
  const sizing: Sizing = {
    mechanism: scenario.mechanism.kind,
    of: 'host.cores',
    cores,
    searchedFrom: from,
    searchedTo,
    runs,
  };
  if (cores !== from || guaranteed === 0) return sizing;
  const detail = `the guarantees of all VMs are ${guaranteed} cores${kept > 0 ? `, ${kept} more are kept apart` : ''}`;
  return { ...sizing, bound: { by: 'guarantees', detail } };
}

/** The search for one group of VMs; all groups' candidates share each run. */
interface Lane {
  readonly group: VmGroup;
  readonly names: readonly string[];
  low: number;
  high: number;
  /** Whether `high` is known to attain the SLO. */
  sure: boolean;
  reachable: boolean;
}

function pinned(scenario: Scenario, vcpus: ReadonlyMap<string, number>): Scenario {
  const vms = scenario.vms.map((vm) => {
    const count = vcpus.get(vm.name);
    return count === undefined ? vm : { ...vm, vcpus: { min: count, max: count } };
  });
  const cores = Math.max(sum(vms.map((vm) => vm.vcpus.min * vm.count)), 1);
  return bare({ ...scenario, vms, host: { ...scenario.host, cores, sockets: 1, smt: 1 } });
}

/** What is varied for each group of VMs with an SLO by itself. */
interface Axis {
  readonly of: 'pinned vCPUs' | 'quotas';
  /** What those without one have, all together. */
  readonly others: number;
  /** The most that all may have together. */
  readonly most: number;
  /** The most for each VM of a group. */
  readonly high: (group: VmGroup) => number;
  /** What each has in the scenario, where its own run tells something. */
  readonly own: (group: VmGroup) => number;
  readonly candidate: (values: ReadonlyMap<string, number>) => Scenario;
}

function pinnedAxis(scenario: Scenario, most: number): Axis {
  const others = sum(scenario.vms.filter((vm) => vm.slo === undefined).map((vm) => vm.vcpus.min * vm.count));
  // what a sibling thread takes away hangs on which cores there are: such a host's own run tells nothing about pinned ones
  const comparable = scenario.host.smt === 1;
  return {
    of: 'pinned vCPUs',
    others,
    most,
    high: ({ count }) => Math.max(Math.floor((most - others) / count), 1),
    own: ({ vcpus }) => (comparable && vcpus.max === vcpus.min ? vcpus.min : NaN),
    candidate: (values) => pinned(scenario, values),
  };
}

function quotaAxis(scenario: Scenario, most: number): Axis {
  return {
    of: 'quotas',
    others: 0,
    most: Infinity,
    high: ({ vcpus }) => Math.max(Math.min(vcpus.max, scenario.host.cores, most), 1),
    own: quotaOf,
    candidate: (values) =>
      bare({
        ...scenario,
        vms: scenario.vms.map((vm) => (values.has(vm.name) ? { ...vm, quota: values.get(vm.name)! } : vm)),
      }),
  };
}

async function sizeLanes(scenario: Scenario, base: Result, axis: Axis, attempt: Attempt): Promise<Sizing | null> {
  const { others, most } = axis;
  const lanes = scenario.vms
    .filter((vm) => vm.slo !== undefined)
    .map((group): Lane => {
      const high = axis.high(group);
      const lane = { group, names: vmNames(group), low: 1, high, sure: false, reachable: true };
      const own = axis.own(group);
      if (!Number.isInteger(own) || own < 1 || own > high) return lane;
      return attained(base, lane.names)
        ? { ...lane, high: own, sure: true }
        : { ...lane, low: Math.min(own + 1, high) };
    });
  const widest = sum(lanes.map((lane) => axis.high(lane.group) * lane.group.count));
  let runs = 0;
  const run = async (values: ReadonlyMap<string, number>): Promise<Result | null> => {
    runs += 1;
    return attempt(axis.candidate(values), lanes.length === 1); // each lane has an answer of its own
  };
  const open = (lane: Lane): boolean => lane.reachable && (lane.low < lane.high || !lane.sure);
  while (lanes.some(open)) {
    // A lane asks first whether its upper end is enough at all, then halves what is left.
    const candidates = new Map(
      lanes.map((lane) => [lane.group.name, lane.sure ? Math.floor((lane.low + lane.high) / 2) : lane.high] as const),
    );
    const result = await run(candidates);
    if (result === null) return null;
    for (const lane of lanes.filter(open)) {
      const candidate = candidates.get(lane.group.name)!;
      const enough = attained(result, lane.names);
      if (!lane.sure) {
        lane.sure = enough;
        lane.reachable = enough;
      } else if (enough) {
        lane.high = candidate;
      } else {
        lane.low = candidate + 1;
      }
    }
  }
  let total = others + sum(lanes.map((lane) => lane.high * lane.group.count));
  let reachable = lanes.every((lane) => lane.reachable) && total <= most;
  // each lane was run beside other values of the others: the answer itself is run, and raised until it holds
  for (let confirmed = false; reachable && !confirmed;) {
    const result = await run(new Map(lanes.map((lane) => [lane.group.name, lane.high])));
    if (result === null) return null;
    const late = lanes.filter((lane) => !attained(result, lane.names));
    confirmed = late.length === 0;
    for (const lane of late) lane.high += 1;
    total = others + sum(lanes.map((lane) => lane.high * lane.group.count));
    reachable = total <= most && lanes.every((lane) => lane.high <= axis.high(lane.group));
  }
  const from = others + sum(lanes.map((lane) => lane.group.count));
  return {
    mechanism: scenario.mechanism.kind,
    of: axis.of,
    cores: reachable ? total : null,
    searchedFrom: Math.min(from, most),
    searchedTo: Number.isFinite(most) ? most : widest,
    runs,
  };
}

/** Static pins vCPUs; under cgroup a quota holds back on any host, unless no VM with an SLO has one. */
function searchOf(scenario: Scenario): (base: Result, most: number, attempt: Attempt) => Promise<Sizing | null> {
  const { kind } = scenario.mechanism;
  if (kind === 'static') return (base, most, attempt) => sizeLanes(scenario, base, pinnedAxis(scenario, most), attempt);
  if (kind === 'cgroup' && scenario.vms.some((vm) => vm.slo !== undefined && quotaOf(vm) > 0))
    return (base, most, attempt) => sizeLanes(scenario, base, quotaAxis(scenario, most), attempt);
  return (base, most, attempt) => sizeHost(scenario, base, most, attempt);
}

const UNITS = { 'host.cores': 'cores', 'pinned vCPUs': 'pinned vCPUs', quotas: 'cores of quota' } as const;

/** In words: `12 cores`, `1 pinned vCPU`. */
export function amountOf({ of }: Pick<Sizing, 'of'>, amount: number): string {
  const unit = UNITS[of];
  return `${amount} ${amount === 1 ? unit.replace(/s(?= of|$)/, '') : unit}`;
}

/**
 * The least number of cores at which every VM's SLO is attained; null for an interrupted search. `base` is the scenario's own
 * run, which the search starts from. `cores` is null where `most` are not enough, and then `bound` says what is in the way.
 */
export async function sizeFor(
  study: Study,
  scenario: Scenario,
  base: Result,
  most: number | undefined,
): Promise<Sizing | null> {
  const { kind } = scenario.mechanism;
  const limit = Math.min(most ?? LIMIT_FACTOR * scenario.host.cores, MAX_SIZING_CORES);
  const sizing = await searchOf(scenario)(base, limit, async (candidate, asWhole) => {
    if (study.interrupted) return null;
    const label = `sizing ${kind} ${candidate.host.cores} cores`;
    const endWhenLost = asWhole ? mostRequests(candidate, base) : undefined;
    const result = await study.once(candidate, label, { overTime: false, endWhenLost });
    return study.interrupted ? null : result;
  });
  if (sizing === null || sizing.cores !== null) return sizing;
  const bound = await whyNone(study, scenario, kind, [], `amount up to ${amountOf(sizing, sizing.searchedTo)}`);
  return bound === null ? null : { ...sizing, bound };
}
