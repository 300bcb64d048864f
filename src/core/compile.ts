// A resolved scenario as the words that the core is laid out from (assembly/layout.ts). Nothing is decided here but what
// only the layout knows: how fine the histograms can be, how many task records to begin with.

import * as L from '../../assembly/layout.js';
import { directory, partCores, partSections } from '../parts.js';
import { dedicatedCores } from '../scenario/mechanisms.js';
import { quotaOf } from '../scenario/quota.js';
import { isOn, mechanismWords } from '../mechanisms/words.js';
import type { VmGroup, Scenario, Arrivals } from '../scenario/types.js';
import type { LaidFunctions } from '../lifecycle/words.js';
import { nameHash } from '../input/name-hash.js';
import { withSlots, type LaidScenario } from './slots.js';
import { Distributions, type EmpiricalTables } from './distributions.js';
import { vmsFed } from '../scenario/fed.js';

/** What a scenario becomes: words for the core, and what its counters mean. */
export interface CompiledScenario {
  readonly words: Float64Array;
  readonly scenario: Scenario;
  readonly vms: readonly CompiledVm[];
  /** Of functions' instances, behind the scenario's own. */
  readonly slots: readonly CompiledVm[];
  readonly laid?: LaidFunctions | undefined;
  readonly histogramBits: number;
  readonly histogramsShared: boolean;
  readonly taskLimit: number;
  readonly ringCapacity: number;
  readonly controllers: Controllers;
}

/** Which of caladan's controllers can have anything to do. */
export interface Controllers {
  readonly lanes: boolean;
  readonly bandwidth: boolean;
}

export interface CompiledVm {
  readonly name: string;
  readonly group: VmGroup;
}

const RING_ENTRIES = 4096;
const TASKS_AT_FIRST = 65_536;
const NO_LIMIT = 2 ** 32 - 1;

const CLASSES = { 'best-effort': L.CLASS_BEST_EFFORT, 'latency-critical': L.CLASS_LATENCY_CRITICAL } as const;
const VICTIMS = { random: L.VICTIM_RANDOM, 'round-robin': L.VICTIM_ROUND_ROBIN, policy: L.VICTIM_POLICY } as const;
const DISPATCHES = {
  random: L.DISPATCH_RANDOM,
  'round-robin': L.DISPATCH_ROUND_ROBIN,
  'shortest-queue': L.DISPATCH_SHORTEST,
  'single-queue': L.DISPATCH_SINGLE,
  policy: L.DISPATCH_POLICY,
} as const;

export function vmNames(group: VmGroup): string[] {
  return group.count === 1 ? [group.name] : Array.from({ length: group.count }, (_, i) => `${group.name}-${i}`);
}

/** Bytes of one histogram with 2^bits sub-buckets an octave. */
function histogramBytes(bits: number): number {
  return 64 + 8 * ((54 - bits) << bits);
}

/** As fine as asked for and as memory allows; per VM when that fits, else shared by the VMs of a group, else coarser. */
function planHistograms(scenario: LaidScenario, vmCount: number): { bits: number; shared: boolean } {
  const { precision, share, memoryBytes } = scenario.histogram;
  const wanted = Math.min(L.HISTOGRAM_MAX_BITS, Math.max(1, Math.ceil(Math.log2(1 / precision) - 1e-9)));
  const fits = (sets: number, bits: number): boolean => sets * L.VM_HISTOGRAMS * histogramBytes(bits) <= memoryBytes;
  const groups = scenario.vms.length;
  const shared =
    share === 'group' ||
    scenario.laid !== undefined ||
    (share === 'auto' && !fits(vmCount, wanted) && groups < vmCount);
  let bits = wanted;
  while (bits > 1 && !fits(shared ? groups : vmCount, bits)) bits--;
  return { bits, shared };
}

function arrivalWords(
  arrivals: Arrivals | undefined,
  states: number[],
  distributions: Distributions,
  ownDeadlineNs: number | undefined,
): Partial<Record<number, number>> {
  if (arrivals === undefined) return { [L.GROUP_ARRIVALS]: L.ARRIVALS_NONE };
  switch (arrivals.process) {
    case 'poisson':
      return { [L.GROUP_ARRIVALS]: L.ARRIVALS_POISSON, [L.GROUP_RATE]: arrivals.rate };
    case 'deterministic':
      return { [L.GROUP_ARRIVALS]: L.ARRIVALS_DETERMINISTIC, [L.GROUP_RATE]: arrivals.rate };
    case 'closed':
      return {
        [L.GROUP_ARRIVALS]: L.ARRIVALS_CLOSED,
        [L.GROUP_CLIENTS]: arrivals.clients,
        [L.GROUP_THINK]: distributions.add(arrivals.think),
      };
    case 'saturate':
      return { [L.GROUP_ARRIVALS]: L.ARRIVALS_SATURATE, [L.GROUP_CLIENTS]: arrivals.tasks };
    case 'periodic': {
      const from = states.length / L.STATE_WORDS;
      for (const { periodNs, serviceNs, deadlineNs, offsetNs } of arrivals.tasks)
        states.push(periodNs, serviceNs, deadlineNs ?? ownDeadlineNs ?? periodNs, offsetNs);
      return {
        [L.GROUP_ARRIVALS]: L.ARRIVALS_PERIODIC,
        [L.GROUP_STATES_FROM]: from,
        [L.GROUP_STATES]: 2 * arrivals.tasks.length,
      };
    }
    case 'mmpp':
    case 'onoff': {
      const from = states.length / L.STATE_WORDS;
      const list =
        arrivals.process === 'mmpp'
          ? arrivals.states
          : [
              { rate: arrivals.offRate, meanDwellNs: arrivals.meanOffNs },
              { rate: arrivals.onRate, meanDwellNs: arrivals.meanOnNs },
            ];
      for (const state of list) states.push(state.rate, state.meanDwellNs);
      const constant = arrivals.process === 'onoff' && arrivals.dwell === 'constant';
      return {
        [L.GROUP_ARRIVALS]: L.ARRIVALS_MODULATED,
        [L.GROUP_STATES_FROM]: from,
        [L.GROUP_STATES]: list.length,
        [L.GROUP_DWELL_CONSTANT]: Number(constant),
      };
    }
    default:
      return { [L.GROUP_ARRIVALS]: L.ARRIVALS_NONE }; // traces enter through the ring
  }
}

const seedWords = (seed: number) => ({
  [L.HOST_SEED_LO]: seed % 2 ** 32,
  [L.HOST_SEED_HI]: Math.floor(seed / 2 ** 32),
});

/** Whether a host would be laid out alike: another end of the run alone changes nothing in the core. */
export const sameWords = (a: Float64Array, b: Float64Array): boolean =>
  a.length === b.length && a.every((word, i) => Object.is(word, b[i]));

/** The same host with another seed. */
export function seededWords(words: Float64Array, seed: number): Float64Array {
  const seeded = words.slice();
  for (const [index, value] of Object.entries(seedWords(seed))) seeded[Number(index)] = value;
  return seeded;
}

function fill(words: number[], from: number, values: Partial<Record<number, number>>): void {
  for (const [index, value] of Object.entries(values)) words[from + Number(index)] = value ?? 0;
}

function controllersOf({ mechanism, host: { smt }, vms }: Scenario): Controllers {
  return {
    lanes: isOn(mechanism, 'htPunish') && smt > 1,
    bandwidth: isOn(mechanism, 'bandwidthLimit') && vms.some((vm) => (vm.bandwidthPerVcpuBytesPerSecond ?? 0) > 0),
  };
}

/** `policyBits`: which policies the program answers itself (layout.ts, POLICY_*). */
export function compileScenario(
  given: Scenario,
  tables: EmpiricalTables = new Map(),
  policyBits = 0,
  laid?: LaidFunctions,
): CompiledScenario {
  const scenario = withSlots(given, laid);
  const own = given.vms.reduce((sum, { count }) => sum + count, 0);
  const vms = scenario.vms.flatMap((group) => vmNames(group).map((name) => ({ name, group })));
  const { bits, shared } = planHistograms(scenario, vms.length);
  const distributions = new Distributions(tables);
  const states: number[] = [];
  const stages: number[] = [];
  const groups: number[] = [];
  const behind = vmsFed(scenario);
  for (const group of scenario.vms) {
    const from = groups.length;
    groups.push(...new Array<number>(L.GROUP_WORDS).fill(0));
    const request = group.workload?.request;
    const stagesFrom = stages.length / L.STAGE_WORDS;
    for (const stage of request?.stages ?? [])
      stages.push(distributions.add(stage.tasks), distributions.add(stage.service));
    fill(groups, from, {
      [L.GROUP_CLASS]: CLASSES[group.class],
      [L.GROUP_PRIORITY]: group.priority,
      [L.GROUP_MIN]: group.vcpus.min,
      [L.GROUP_QUOTA]: quotaOf(group),
      [L.GROUP_MAX]: group.vcpus.max,
      [L.GROUP_DISPATCH]: DISPATCHES[group.dispatch],
      [L.GROUP_STEAL_AMOUNT]:
        group.stealing === null ? L.STEAL_NONE : group.stealing.amount === 'one' ? L.STEAL_ONE : L.STEAL_HALF,
      [L.GROUP_STEAL_VICTIM]: VICTIMS[group.stealing?.victim ?? 'random'],
      [L.GROUP_QUANTUM]: group.quantumNs,
      [L.GROUP_ROOM]: group.queueLimit === undefined ? NO_LIMIT : group.vcpus.max + group.queueLimit,
      [L.GROUP_STAGES_FROM]: stagesFrom,
      [L.GROUP_STAGES]: request?.stages.length ?? 0,
      [L.GROUP_LOCK_PROBABILITY]: request?.lock?.probability ?? 0,
      [L.GROUP_LOCK_HOLD]: request?.lock?.holdNs ?? 0,
      [L.GROUP_LOCK_SPINS]: Number(request?.lock?.wait === 'spin'),
      [L.GROUP_BANDWIDTH]: group.bandwidthPerVcpuBytesPerSecond ?? 0,
      ...arrivalWords(
        behind.has(group.name) ? undefined : group.workload?.arrivals,
        states,
        distributions,
        group.workload?.deadlineNs,
      ),
    });
  }
  const vmWords = scenario.vms.flatMap((group, index) =>
    vmNames(group).flatMap((name) => {
      const { lo, hi } = nameHash(name);
      return [index, lo, hi];
    }),
  );
  const parts = partSections(scenario, distributions, tables);
  const host = new Array<number>(L.HOST_WORDS).fill(0);
  const { costs } = scenario;
  const traced =
    laid !== undefined || behind.size > 0 || scenario.vms.some((group) => group.workload?.arrivals.process === 'trace');
  const ringCapacity = RING_ENTRIES;
  fill(host, 0, {
    [L.HOST_CORES]: scenario.host.cores,
    ...seedWords(scenario.seed),
    [L.HOST_WARMUP]: scenario.warmupNs,
    [L.HOST_FINGERPRINT]: Number(scenario.fingerprint),
    [L.HOST_HISTOGRAM_BITS]: bits,
    [L.HOST_HISTOGRAM_SHARED]: Number(shared),
    [L.HOST_TASKS]: Math.min(scenario.limits.tasks, TASKS_AT_FIRST),
    [L.HOST_TASK_LIMIT]: scenario.limits.tasks,
    [L.HOST_WIDTH_LIMIT]: scenario.limits.width,
    [L.HOST_GROUPS]: scenario.vms.length,
    [L.HOST_VMS]: vms.length,
    [L.HOST_POLLED]: own + (laid?.spec.functions.length ?? 0),
    [L.HOST_STATES]: states.length / L.STATE_WORDS,
    [L.HOST_STAGES]: stages.length / L.STAGE_WORDS,
    [L.HOST_DISTRIBUTIONS]: distributions.count,
    [L.HOST_TABLE_WORDS]: distributions.table.length,
    [L.HOST_RING]: traced ? ringCapacity : Math.min(ringCapacity, 256),
    [L.HOST_STEAL_CHECK]: costs.stealCheck,
    [L.HOST_STEAL]: costs.steal,
    [L.HOST_TASK_SWITCH]: costs.taskSwitch,
    [L.HOST_MIN_SEARCH]: costs.minSearch,
    [L.HOST_LOCAL_CHECK]: costs.localCheck,
    [L.HOST_NOTIFY]: costs.notify,
    [L.HOST_PREEMPT]: costs.preempt,
    [L.HOST_SUSPEND]: costs.suspend,
    [L.HOST_DESCHEDULE]: costs.deschedule,
    [L.HOST_WAKE]: costs.wake,
    [L.HOST_DISPATCH]: costs.dispatch,
    [L.HOST_YIELD]: costs.yield,
    [L.HOST_ISSUE]: costs.issue,
    [L.HOST_POLL_BASE]: costs.pollBase,
    [L.HOST_POLL_PER_VM]: costs.pollPerVm,
    [L.HOST_MIGRATE_TASK]: costs.migrateTask,
    [L.HOST_MOVE_COST]: costs.moveTask,
    [L.HOST_MOVE_COST_SOCKET]: costs.moveTaskSocket,
    [L.HOST_SMT]: scenario.host.smt,
    [L.HOST_SMT_FACTOR]: scenario.host.smtFactor,
    [L.HOST_SOCKETS]: scenario.host.sockets,
    [L.HOST_SMT_SWITCH]: Number(scenario.host.smtSwitch),
    [L.HOST_SMT_SPIN]: Number(scenario.host.smtSpin),
    [L.HOST_MEMORY_BANDWIDTH]: scenario.host.memoryBandwidthBytesPerSecond ?? Infinity,
    [L.HOST_POLICY]: policyBits,
    [L.HOST_SAMPLE_INTERVAL]: scenario.series?.intervalNs ?? 0,
    [L.HOST_SAMPLE_CAPACITY]: scenario.series?.samples ?? 0,
    [L.HOST_LOG_FROM]: scenario.log?.fromNs ?? 0,
    [L.HOST_LOG_UNTIL]: scenario.log?.untilNs ?? 0,
    [L.HOST_LOG_CAPACITY]: scenario.log?.events ?? 0,
    [L.HOST_DEDICATED]: dedicatedCores(scenario.mechanism.kind) + partCores(scenario),
    ...mechanismWords(scenario.mechanism),
  });
  const before = [host, groups, vmWords, states, stages, distributions.words, distributions.table];
  const at = before.reduce((sum, { length }) => sum + length, 0);
  if (parts.size > 0) host[L.HOST_PARTS] = at;
  return {
    words: Float64Array.from([...before.flat(), ...directory(parts, at)]),
    scenario: given,
    vms: vms.slice(0, own),
    slots: vms.slice(own),
    ...(laid === undefined ? {} : { laid }),
    histogramBits: bits,
    histogramsShared: shared,
    taskLimit: scenario.limits.tasks,
    ringCapacity: traced ? ringCapacity : Math.min(ringCapacity, 256),
    controllers: controllersOf(scenario),
  };
}
