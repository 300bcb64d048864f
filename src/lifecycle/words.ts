// Functions and what keeps them warm, as the words that the core is laid out from (assembly/lifecycle/layout.ts). Nothing is decided
// here but how many VM slots there are to begin with.

import * as W from '../../assembly/lifecycle/layout.js';
import { InputError } from '../input/errors.js';
import { kindProblems } from './checks.js';
import type { DrawnBlocks } from './resample.js';
import type { FunctionSpec, KeepAlive, LifecycleSpec } from './spec.js';

/** VM slots of each class to begin with; a run that needs more is laid out anew with twice as many. */
const SLOTS_AT_FIRST = 256;
/** Samples of the memory over a run. */
const SAMPLES = 400;

/** Functions that are laid out on a host, and how many VMs of each class there are for them. */
export interface LaidFunctions {
  readonly spec: LifecycleSpec;
  readonly slots: number;
  /** What a person should be told of how they were read. */
  readonly notes?: readonly string[];
  /** Blocks that were drawn of their trace. */
  readonly drawn?: DrawnBlocks | undefined;
}

/** The vCPUs of the classes of VM slots, ascending. */
export function slotClasses({ functions }: LifecycleSpec): number[] {
  return [...new Set(functions.map(vcpusOf))].sort((a, b) => a - b);
}

/** No more than can run something. */
function vcpusOf({ maxVcpus, concurrency }: FunctionSpec): number {
  return Math.min(maxVcpus, concurrency);
}

/** As the core takes them: under `vertical` an instance takes as many requests as it has vCPUs. */
export function laidFunctions(spec: LifecycleSpec, slots = SLOTS_AT_FIRST): LaidFunctions {
  if (!spec.vertical) return { spec, slots };
  const functions = spec.functions.map((one) => ({ ...one, concurrency: one.maxVcpus }));
  return { spec: { ...spec, functions }, slots };
}

const OVERFLOWS = { drop: W.OVERFLOW_DROP, queue: W.OVERFLOW_QUEUE, timeout: W.OVERFLOW_TIMEOUT } as const;
const TIERS = {
  active: W.TIER_ACTIVE,
  dormant: W.TIER_DORMANT,
  restore: W.TIER_RESTORE,
  vm: W.TIER_VM,
  full: W.TIER_FULL,
} as const;

interface Keep {
  readonly policy: number;
  readonly timeNs?: number;
  readonly variant?: number;
  readonly instances?: number;
}

function keepOf(keep: KeepAlive): Keep {
  switch (keep.policy) {
    case 'fixed':
      return { policy: W.KEEP_FIXED, timeNs: keep.timeNs, variant: Number(keep.from === 'start') };
    case 'lru':
      return { policy: W.KEEP_LRU };
    case 'gd':
      return { policy: W.KEEP_GD, variant: Number(keep.frequency === 'instance') };
    case 'hist':
      return { policy: W.KEEP_HIST, variant: Number(keep.rules === 'faascache') };
    case 'pool':
      return { policy: W.KEEP_POOL, instances: keep.instances };
    case 'policy':
      return { policy: W.KEEP_OWN };
  }
}

function put(length: number, values: Readonly<Record<number, number>>): number[] {
  const words = new Array<number>(length).fill(0);
  for (const [index, value] of Object.entries(values)) words[Number(index)] = value;
  return words;
}

/** Nanoseconds between two starts that the gate lets through; 0: none. */
function bootPeriodNs({ boot }: LifecycleSpec, cores: number): number {
  const rate = boot.ratePerSecondPerCore * cores;
  return rate > 0 ? Math.round(1e9 / rate) : 0;
}

/** What the part looks at of a scenario that is being laid out. */
export interface ScenarioWithLaidFunctions {
  readonly durationNs: number;
  readonly warmupNs: number;
  readonly mechanism: { readonly kind: string };
  readonly host: { readonly cores: number };
  readonly vms: readonly { readonly count: number }[];
  readonly laid?: LaidFunctions | undefined;
}

function header(scenario: ScenarioWithLaidFunctions, spec: LifecycleSpec, classes: number): number[] {
  const keep = keepOf(spec.keepAlive);
  const order = Array.from({ length: W.TIERS }, (_, i) => {
    const tier = spec.order[i];
    return [W.LIFE_ORDER + i, tier === undefined ? -1 : TIERS[tier]] as const;
  });
  return put(W.LIFE_HEADER, {
    [W.LIFE_MEMORY]: spec.memoryBytes ?? -1,
    [W.LIFE_POLICY]: keep.policy,
    [W.LIFE_TIME]: keep.timeNs ?? 0,
    [W.LIFE_VARIANT]: keep.variant ?? 0,
    [W.LIFE_OVERFLOW]: OVERFLOWS[spec.overflow.kind],
    [W.LIFE_TIMEOUT]: spec.overflow.timeoutNs,
    ...Object.fromEntries(order),
    [W.LIFE_BOOT_SLOTS]: spec.boot.slots,
    [W.LIFE_BOOT_PERIOD]: bootPeriodNs(spec, scenario.host.cores),
    [W.LIFE_EVICT_ALL]: Number(spec.evict === 'asFaasCache'),
    [W.LIFE_SNAPSHOTS]: Number(spec.snapshots === 'onExpiry'),
    [W.LIFE_ACTIVE]: spec.tier.activeNs,
    [W.LIFE_DORMANT]: spec.tier.dormantNs,
    [W.LIFE_RESTORE]: spec.tier.restoreNs,
    [W.LIFE_VM]: spec.tier.vmBootNs,
    [W.LIFE_ATTEST]: spec.attestNs,
    [W.LIFE_SAMPLE_INTERVAL]: Math.max(1, Math.ceil((scenario.warmupNs + scenario.durationNs) / SAMPLES)),
    [W.LIFE_BOOT_CPU]: spec.boot.cpu ?? 0,
    [W.LIFE_PROACTIVE]: Number(spec.proactive),
    [W.LIFE_CLASSES]: classes,
    [W.LIFE_FUNCTIONS]: spec.functions.length,
  });
}

/** The words of the part; undefined without functions. The VM slots are the scenario's last VMs, class by class. */
export function lifecycleWords(scenario: ScenarioWithLaidFunctions): number[] | undefined {
  const { laid, vms, mechanism } = scenario;
  if (laid === undefined) return undefined;
  const { spec, slots } = laid;
  const problems = kindProblems(mechanism.kind).map((one) => ({ ...one, path: one.path.join('.') }));
  if (problems.length > 0) throw new InputError(problems);
  const classes = slotClasses(spec);
  const least = keepOf(spec.keepAlive).instances ?? 0;
  const own = vms.reduce((sum, { count }) => sum + count, 0) - classes.length * slots;
  const slotWords = classes.map((_, index) =>
    put(W.CLASS_WORDS, { [W.CLASS_FIRST_VM]: own + index * slots, [W.CLASS_SLOTS]: slots }),
  );
  const functions = spec.functions.map((one) =>
    put(W.FUNCTION_WORDS, {
      [W.FUNCTION_MEMORY]: one.memoryBytes,
      [W.FUNCTION_PER_REQUEST]: one.memoryPerRequestBytes,
      [W.FUNCTION_INIT]: one.initNs,
      [W.FUNCTION_CONCURRENCY]: one.concurrency,
      [W.FUNCTION_MIN]: Math.max(one.minInstances, least),
      [W.FUNCTION_CONFIDENTIAL]: Number(one.confidential),
      [W.FUNCTION_CLASS]: classes.indexOf(vcpusOf(one)),
    }),
  );
  return [...header(scenario, spec, classes.length), ...slotWords.flat(), ...functions.flat()];
}
