// How many cores a mechanism needs until every VM's SLO is attained, as `compare` prints it: host cores where cores move; under
// `static`, where a VM has what it is guaranteed and no more, the guarantees (vcpus.min) of the VMs with an SLO; under `cgroup`,
// where quotas hold a VM back on any host, the quotas in whole cores. What is printed was run, and `set` makes the scenario of that
// run: the search ends in the run that confirms it. Leaves out how the SLO varies by seed; `fluxhost size` asks that.

import { vmNames } from '../core/compile.js';
import type { Result } from '../result/result.js';
import { partCores } from '../parts.js';
import { dedicatedCores } from '../scenario/mechanisms.js';
import { quotaOf } from '../scenario/quota.js';
import type { Scenario, VmGroup } from '../scenario/types.js';
import { withFields } from '../scenario/written.js';
import { ladderOf, LIMIT_FACTOR } from './ladder.js';
import { type Trial, leastOf } from './search.js';
import { type Bound, whyNone } from './bound.js';
import { judge } from './objectives.js';
import { bare, mostRequests, type Study } from './study.js';

export const MAX_SIZING_CORES = 65_536;

/** How many cores a mechanism needs for every VM's SLO. */
export interface Sizing {
  /** Which. */
  mechanism: string;
  /**
   * What was varied: the host's cores, under `static` the guarantees (those of VMs without an SLO are counted, not varied), under
   * `cgroup` the quotas of the VMs with an SLO.
   */
  of: 'host.cores' | 'guarantees' | 'quotas';
  /** The least number found; null where none that was run attains every SLO, `searchedTo` among them. */
  cores: number | null;
  /** What `--set` must say, beside the mechanism, for the run that attains it; empty where none does. */
  set: string[];
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

/** SLOs without a request to judge by are left to the others, as `size` does. */
const everyAttained = (result: Result): boolean => judge(result, []).met;

const asTrial = (holds: boolean): Trial => ({ attainedIn: holds ? 1 : 0, of: 1 });

/** Where a search goes. */
interface Range {
  readonly most: number;
  /** What the VMs are likely to need, as they do under another mechanism. */
  readonly likely: number | undefined;
}

/** Cores that are none of the VMs'. */
const keptApart = (scenario: Scenario): number => dedicatedCores(scenario.mechanism.kind) + partCores(scenario);

/** The VMs' cores in a size that was found. */
export function ofTheVms(scenario: Scenario, { of, cores }: Sizing): number | undefined {
  if (cores === null || of === 'quotas') return undefined;
  return of === 'host.cores' ? cores - keptApart(scenario) : cores;
}

async function sizeHost(
  scenario: Scenario,
  base: Result,
  { most, likely }: Range,
  attempt: Attempt,
): Promise<Sizing | null> {
  const kept = keptApart(scenario);
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
    {
      hint: ladder.own,
      likely: likely === undefined ? undefined : Math.ceil((likely + kept - from) / step),
      above: false, // nobody is told
    },
  );
  if (found === null) return null;
  const cores = found.index === null ? null : ladder.value(found.index);
  /** The greatest. */
  const searchedTo = ladder.value(ladder.count - 1);
  const sizing: Sizing = {
    mechanism: scenario.mechanism.kind,
    of: 'host.cores',
    cores,
    set: found.index === null ? [] : [`host.cores=${ladder.text(found.index)}`],
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

/** What is varied for each group of VMs with an SLO by itself. */
interface Axis {
  readonly of: 'guarantees' | 'quotas';
  /** What those without one have, all together. */
  readonly others: number;
  /** The most that all may have together. */
  readonly most: number;
  /** The most for each VM of a group. */
  readonly high: (group: VmGroup) => number;
  /** What each has in the scenario, where its own run tells something. */
  readonly own: (group: VmGroup) => number;
  /** The fields that give each group its value, as `--set` takes them. */
  readonly fields: (values: ReadonlyMap<string, number>) => string[];
}

/** Those with an SLO, and any request to judge it by. */
function judgedGroups({ vms }: Scenario, base: Result): VmGroup[] {
  const silent = new Set(base.vms.filter(({ slo }) => slo?.attained === null).map(({ name }) => name));
  return vms.filter((vm) => vm.slo !== undefined && !vmNames(vm).every((name) => silent.has(name)));
}

function guaranteeAxis(scenario: Scenario, base: Result, most: number): Axis {
  const { host, vms } = scenario;
  const varied = judgedGroups(scenario, base);
  const others = sum(vms.filter((vm) => !varied.includes(vm)).map((vm) => vm.vcpus.min * vm.count));
  const step = host.sockets * host.smt;
  return {
    of: 'guarantees',
    others,
    most,
    high: ({ count }) => Math.max(Math.floor((most - others) / count), 1),
    own: ({ vcpus }) => vcpus.min,
    fields: (values) => {
      const wanted = vms.filter(({ name }) => values.has(name));
      const total = others + sum(wanted.map(({ name, count }) => values.get(name)! * count));
      const cores = Math.ceil((total + (host.memory?.cores ?? 0)) / step) * step;
      return [
        // the host as it is, as long as it can give what is guaranteed
        ...(cores > host.cores ? [`host.cores=${cores}`] : []),
        ...wanted.flatMap(({ name, vcpus }) => [
          ...(values.get(name)! > vcpus.max ? [`vms.${name}.vcpus.max=${values.get(name)!}`] : []),
          `vms.${name}.vcpus.min=${values.get(name)!}`,
        ]),
      ];
    },
  };
}

function quotaAxis(scenario: Scenario, most: number): Axis {
  return {
    of: 'quotas',
    others: 0,
    most: Infinity,
    high: ({ vcpus }) => Math.max(Math.min(vcpus.max, scenario.host.cores, most), 1),
    own: quotaOf,
    fields: (values) => [...values].map(([name, quota]) => `vms.${name}.quota=${quota}`),
  };
}

/** What a lane tries next: the likely answer and what lies below it; whether its upper end is enough at all; then half of what is left. */
function nextOf({ low, high, sure }: Lane, likely: number): number {
  if (low <= likely && likely < high) return likely;
  if (!sure) return high;
  return high === likely ? high - 1 : Math.floor((low + high) / 2);
}

async function sizeLanes(
  scenario: Scenario,
  base: Result,
  axis: Axis,
  attempt: Attempt,
  likely?: number,
): Promise<Sizing | null> {
  const { others, most } = axis;
  const lanes = judgedGroups(scenario, base).map((group): Lane => {
    const high = axis.high(group);
    const lane = { group, names: vmNames(group), low: 1, high, sure: false, reachable: true };
    const own = axis.own(group);
    if (!Number.isInteger(own) || own < 1 || own > high) return lane;
    return attained(base, lane.names) ? { ...lane, high: own, sure: true } : { ...lane, low: Math.min(own + 1, high) };
  });
  const widest = sum(lanes.map((lane) => axis.high(lane.group) * lane.group.count));
  const results = new Map<string, Result>();
  const run = async (values: ReadonlyMap<string, number>): Promise<Result | null> => {
    const key = [...values.values()].join();
    const known = results.get(key);
    if (known !== undefined) return known;
    // each lane has an answer of its own
    const result = await attempt(bare(withFields(scenario, axis.fields(values))), lanes.length === 1);
    if (result !== null) results.set(key, result);
    return result;
  };
  // of several lanes nobody knows how much of it is whose
  const each = likely === undefined || lanes.length !== 1 ? NaN : Math.ceil((likely - others) / lanes[0]!.group.count);
  const open = (lane: Lane): boolean => lane.reachable && (lane.low < lane.high || !lane.sure);
  while (lanes.some(open)) {
    const candidates = new Map(lanes.map((lane) => [lane.group.name, nextOf(lane, each)] as const));
    const result = await run(candidates);
    if (result === null) return null;
    for (const lane of lanes.filter(open)) {
      const candidate = candidates.get(lane.group.name)!;
      if (attained(result, lane.names)) [lane.high, lane.sure] = [candidate, true];
      else if (candidate === lane.high) lane.reachable = false;
      else lane.low = candidate + 1;
    }
  }
  const answer = (): Map<string, number> => new Map(lanes.map((lane) => [lane.group.name, lane.high]));
  let total = others + sum(lanes.map((lane) => lane.high * lane.group.count));
  let reachable = lanes.length > 0 && lanes.every((lane) => lane.reachable) && total <= most;
  // each lane was run beside other values of the others: the answer itself is run, and raised until it holds
  for (let confirmed = false; reachable && !confirmed;) {
    const result = await run(answer());
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
    set: reachable ? axis.fields(answer()) : [],
    searchedFrom: Math.min(from, most),
    searchedTo: Number.isFinite(most) ? most : widest,
    runs: results.size,
  };
}

/** Static gives what is guaranteed; under cgroup a quota holds back on any host, unless no VM with an SLO has one. */
function search(scenario: Scenario, base: Result, range: Range, attempt: Attempt): Promise<Sizing | null> {
  const { kind } = scenario.mechanism;
  const { most, likely } = range;
  if (kind === 'static') return sizeLanes(scenario, base, guaranteeAxis(scenario, base, most), attempt, likely);
  if (kind === 'cgroup' && scenario.vms.some((vm) => vm.slo !== undefined && quotaOf(vm) > 0))
    return sizeLanes(scenario, base, quotaAxis(scenario, most), attempt);
  return sizeHost(scenario, base, range, attempt);
}

const UNITS = { 'host.cores': 'cores', guarantees: 'guaranteed cores', quotas: 'whole cores of quota' } as const;

/** Host cores, which rank; and guarantees and quotas, which do not rank with them. Where no host was searched nothing is apart. */
export function apartFrom(sizing: readonly Sizing[]): [ranked: readonly Sizing[], apart: readonly Sizing[]] {
  const hosts = sizing.filter(({ of }) => of === 'host.cores');
  return hosts.length === 0 ? [sizing, []] : [hosts, sizing.filter(({ of }) => of !== 'host.cores')];
}

/** In words: `12 cores`, `1 guaranteed core`. */
export function amountOf({ of }: Pick<Sizing, 'of'>, amount: number): string {
  const unit = UNITS[of];
  return `${amount} ${amount === 1 ? unit.replace(/s(?= of|$)/, '') : unit}`;
}

/** 1 where the scenario's own run, which is in no search's count, is one of the host sizes considered. */
const ownRun = ({ host }: Scenario, { of, searchedFrom, searchedTo }: Sizing): number =>
  Number(of === 'host.cores' && host.cores >= searchedFrom && host.cores <= searchedTo);

/**
 * The least number of cores at which every VM's SLO is attained; null for an interrupted search. `base` is the scenario's own
 * run, which the search starts from; `likely`, a number of VMs' cores, is tried first. `cores` is null where `most` are not enough, and
 * then `bound` says what is in the way.
 */
export async function sizeFor(
  study: Study,
  scenario: Scenario,
  base: Result,
  most: number | undefined,
  likely?: number,
): Promise<Sizing | null> {
  const { kind } = scenario.mechanism;
  const limit = Math.min(most ?? LIMIT_FACTOR * scenario.host.cores, MAX_SIZING_CORES);
  const sizing = await search(scenario, base, { most: limit, likely }, async (candidate, asWhole) => {
    if (study.interrupted) return null;
    const label = `sizing ${kind} ${candidate.host.cores} cores`;
    const endWhenLost = asWhole ? mostRequests(candidate, base) : undefined;
    const result = await study.once(candidate, label, { overTime: false, endWhenLost, unread: asWhole });
    return study.interrupted ? null : result;
  });
  if (sizing === null || sizing.cores !== null) return sizing;
  // a search for a table looks no further where the most is not enough: it does not know what lies between
  const end = {
    of: 'amount',
    upTo: `up to ${amountOf(sizing, sizing.searchedTo)}`,
    ran: sizing.runs + ownRun(scenario, sizing),
  };
  const bound = await whyNone(study, scenario, kind, [], end);
  return bound === null ? null : { ...sizing, bound };
}
