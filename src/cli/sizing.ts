// How many cores a mechanism needs until every VM's SLO is attained: bisection over runs with one seed.
// Host cores where cores move; under `static`, where VMs cannot influence each other, the vCPUs pinned by each VM.
// Bisection takes for granted that more cores never lengthen a tail; it leaves out how the SLO varies by seed.

import { dedicatedCores } from '../scenario/mechanisms.js';
import type { Scenario, VmGroup } from '../scenario/types.js';
import type { Result } from '../metrics/result.js';
import type { Sizing } from '../report/compare-table.js';

/** The search goes up to this many times the scenario's cores. */
export const LIMIT_FACTOR = 4;

/** Simulates one candidate; null when interrupted. */
export type Attempt = (scenario: Scenario) => Promise<Result | null>;

function names(group: VmGroup): string[] {
  return group.count === 1 ? [group.name] : Array.from({ length: group.count }, (_, i) => `${group.name}-${i}`);
}

function attained(result: Result, some: readonly string[]): boolean {
  return result.vms.every((vm) => !some.includes(vm.name) || vm.slo === null || vm.slo.attained);
}

function everyAttained(result: Result): boolean {
  return result.vms.every((vm) => vm.slo === null || vm.slo.attained);
}

/** Sizing decides by latencies alone, which neither fingerprint nor samples touch; sockets would have to divide the cores. */
function withCores(scenario: Scenario, cores: number, vms = scenario.vms): Scenario {
  return {
    ...scenario,
    fingerprint: false,
    series: null,
    log: null,
    host: { ...scenario.host, cores, sockets: 1 },
    vms,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

async function sizeHost(scenario: Scenario, base: Result, most: number, attempt: Attempt): Promise<Sizing | null> {
  const kept = dedicatedCores(scenario.mechanism.kind);
  const guaranteed = sum(scenario.vms.map((vm) => vm.vcpus.min * vm.count));
  const from = Math.max(guaranteed, 1) + kept;
  // No mechanism can hand out more cores than the VMs can hold: beyond that a run would only repeat itself.
  const usable = sum(scenario.vms.map((vm) => vm.vcpus.max * vm.count)) + kept;
  const to = Math.max(Math.min(most, usable), from);
  const found = { mechanism: scenario.mechanism.kind, of: 'host.cores', searchedFrom: from, searchedTo: to } as const;
  let runs = 0;
  const holds = async (cores: number): Promise<boolean | null> => {
    runs += 1;
    const result = await attempt(withCores(scenario, cores));
    return result === null ? null : everyAttained(result);
  };
  let low = from;
  let high = to;
  if (everyAttained(base)) {
    high = Math.min(high, scenario.host.cores);
  } else {
    if (scenario.host.cores >= to) return { ...found, cores: null, runs };
    low = Math.max(low, scenario.host.cores + 1);
    const reachable = await holds(to);
    if (reachable === null) return null;
    if (!reachable) return { ...found, cores: null, runs };
  }
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const enough = await holds(middle);
    if (enough === null) return null;
    if (enough) high = middle;
    else low = middle + 1;
  }
  return { ...found, cores: high, runs };
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

async function sizePinned(scenario: Scenario, base: Result, most: number, attempt: Attempt): Promise<Sizing | null> {
  const others = sum(scenario.vms.filter((vm) => vm.slo === undefined).map((vm) => vm.vcpus.min * vm.count));
  const lanes = scenario.vms
    .filter((vm) => vm.slo !== undefined)
    .map((group): Lane => {
      const high = Math.max(Math.floor((most - others) / group.count), 1);
      const lane = { group, names: names(group), low: 1, high, sure: false, reachable: true };
      const pinned = group.vcpus.min;
      if (pinned < 1 || pinned > high) return lane;
      return attained(base, lane.names)
        ? { ...lane, high: pinned, sure: true }
        : { ...lane, low: Math.min(pinned + 1, high) };
    });
  let runs = 0;
  const open = (lane: Lane): boolean => lane.reachable && (lane.low < lane.high || !lane.sure);
  while (lanes.some(open)) {
    // A lane asks first whether its upper end is enough at all, then halves what is left.
    const candidates = new Map(
      lanes.map((lane) => [lane.group.name, lane.sure ? Math.floor((lane.low + lane.high) / 2) : lane.high] as const),
    );
    const vms = scenario.vms.map((vm) => {
      const pinned = candidates.get(vm.name);
      return pinned === undefined ? vm : { ...vm, vcpus: { min: pinned, max: pinned } };
    });
    runs += 1;
    const cores = Math.max(sum(vms.map((vm) => vm.vcpus.min * vm.count)), 1);
    const result = await attempt(withCores(scenario, cores, vms));
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
  const total = others + sum(lanes.map((lane) => lane.high * lane.group.count));
  const reachable = lanes.every((lane) => lane.reachable) && total <= most;
  const from = others + sum(lanes.map((lane) => lane.group.count));
  return {
    mechanism: scenario.mechanism.kind,
    of: 'pinned vCPUs',
    cores: reachable ? total : null,
    searchedFrom: Math.min(from, most),
    searchedTo: most,
    runs,
  };
}

/**
 * The least number of cores at which every VM's SLO is attained, or null for an interrupted search. `base` is the
 * scenario's own run, which the search starts from. `cores` is null where `most` are not enough.
 */
export function sizeFor(scenario: Scenario, base: Result, most: number, attempt: Attempt): Promise<Sizing | null> {
  const search = scenario.mechanism.kind === 'static' ? sizePinned : sizeHost;
  return search(scenario, base, most, attempt);
}
