// Random scenarios, small enough to read. Swarm-weighted: each scenario has most features switched off, others each time.
// Nothing in them is drawn by the program: arrivals, demands and widths are given, and choices are those without chance.

import fc from 'fast-check';
import { resolveScenario, type Scenario, type ScenarioInput } from '../../src/index.js';
import { memoryGenes, memoryOf, type MadeMemory, type MemoryGenes } from './memory/generate.js';
import { ordered, periodicOf } from './orders-made.js';
import type { Arrival } from './scenario.js';

/** What a scenario may have. Only what is switched on is read. */
export const FEATURES = [
  'mechanism',
  'knobs',
  'staleness',
  'guarantees',
  'classes',
  'stealing',
  'stealOne',
  'shortestQueue',
  'singleQueue',
  'quantum',
  'lock',
  'spin',
  'shortHold',
  'stages',
  'widths',
  'bounded',
  'closed',
  'saturate',
  'deterministic',
  'smt',
  'sockets',
  'moveTask',
  'bandwidth',
  'htPunish',
  'warmup',
  'costs',
  'localCheck',
  'coarse',
  'zero',
  'memory',
  'fork',
  'forkMechanism',
  'forkKnobs',
  'forkCosts',
  'forkQuantum',
  'forkMemory',
  'randomDispatch',
  'randomVictim',
  'lockPlace',
  'freeLooks',
  'series',
] as const;
/** What orders and deadlines add; apart from the others, whose seeds hang on how many there are. */
export const ORDER_FEATURES = ['order', 'bins', 'finish', 'decision', 'periodic', 'ownDeadlines'] as const;
export type Feature = (typeof FEATURES)[number] | (typeof ORDER_FEATURES)[number];

export interface Job {
  readonly gap: number;
  readonly service: number;
  readonly width: number;
}

export interface VmGenes {
  readonly min: number;
  readonly max: number;
  readonly latencyCritical: boolean;
  readonly priority: number;
  readonly dispatch: number;
  readonly quantum: number;
  readonly hold: number;
  readonly traffic: number;
  readonly limit: number;
  readonly process: number;
  readonly stages: readonly Job[];
  readonly jobs: readonly Job[];
}

export interface Genes {
  readonly on: Readonly<Record<Feature, boolean>>;
  readonly cores: number;
  readonly mechanism: number;
  readonly knobs: readonly number[];
  readonly costs: readonly number[];
  readonly warmup: number;
  readonly fork: {
    readonly at: number;
    readonly mechanism: number;
    readonly costs: readonly number[];
    readonly knobs: readonly number[];
    readonly quantum: number;
  };
  readonly vms: readonly VmGenes[];
  readonly memory: MemoryGenes;
}

export interface Fork {
  readonly atNs: number;
  readonly input: ScenarioInput;
  readonly scenario: Scenario;
}

export interface Made {
  /** Goes on as another scenario from an instant on. */
  readonly fork?: Fork | undefined;
  readonly scenario: Scenario;
  readonly input: ScenarioInput;
  readonly arrivals: readonly Arrival[];
  /** What its tasks touch. */
  readonly memory: MadeMemory | null;
}

const small = (max: number): fc.Arbitrary<number> => fc.nat({ max });

const job: fc.Arbitrary<Job> = fc.record({ gap: small(99), service: small(99), width: small(7) });

const vm: fc.Arbitrary<VmGenes> = fc.record({
  min: small(2),
  max: small(3),
  latencyCritical: fc.boolean(),
  priority: small(2),
  dispatch: small(3),
  quantum: small(9),
  hold: small(9),
  traffic: small(3),
  limit: small(3),
  process: small(5),
  stages: fc.array(job, { minLength: 1, maxLength: 3 }),
  jobs: fc.array(job, { maxLength: 14 }),
});

/** `always`: what every scenario has. */
export function genes(
  features: readonly Feature[],
  always: readonly Feature[] = [],
  share = 0.35,
): fc.Arbitrary<Genes> {
  const on = (feature: Feature): fc.Arbitrary<boolean> => {
    if (always.includes(feature)) return fc.constant(true);
    if (!features.includes(feature)) return fc.constant(false);
    return fc.oneof(
      { weight: 100 - 100 * share, arbitrary: fc.constant(false) },
      { weight: 100 * share, arbitrary: fc.constant(true) },
    );
  };
  return fc.record({
    on: fc.record(
      Object.fromEntries([...FEATURES, ...ORDER_FEATURES].map((f) => [f, on(f)])) as Record<
        Feature,
        fc.Arbitrary<boolean>
      >,
    ),
    cores: small(5),
    mechanism: small(999),
    knobs: fc.array(small(9), { minLength: 12, maxLength: 12 }),
    costs: fc.array(small(9), { minLength: 20, maxLength: 20 }),
    warmup: small(9),
    fork: fc.record({
      at: small(19),
      mechanism: small(999),
      costs: fc.array(small(9), { minLength: 20, maxLength: 20 }),
      knobs: fc.array(small(9), { minLength: 12, maxLength: 12 }),
      quantum: small(9),
    }),
    vms: fc.array(vm, { minLength: 1, maxLength: 3 }),
    memory: memoryGenes(),
  });
}

export type Maker = (g: Genes) => {
  readonly mechanism: ScenarioInput['mechanism'];
  readonly polls: number;
  readonly scale: number;
};

const COSTS = [
  'stealCheck',
  'steal',
  'taskSwitch',
  'minSearch',
  'notify',
  'preempt',
  'suspend',
  'deschedule',
  'wake',
  'dispatch',
  'yield',
  'issue',
  'pollBase',
  'pollPerVm',
  'migrateTask',
] as const;

function costsOf({ on, costs }: Genes): NonNullable<ScenarioInput['costs']> {
  const own: Record<string, string> = {};
  if (on.costs) {
    COSTS.forEach((name, i) => {
      const free = on.zero && costs[i] === 9 && name !== 'stealCheck';
      const unit = on.coarse ? 500 : 137;
      if (costs[i]! > 4) own[name] = `${free ? 0 : unit * (costs[i]! - 4)}ns`;
    });
  }
  if (on.freeLooks) own['stealCheck'] = '0ns';
  if (on.localCheck) own['localCheck'] = `${40 * (1 + costs[15]!)}ns`;
  if (on.moveTask) {
    own['moveTask'] = `${on.coarse ? 500 : 90 * (1 + costs[16]!)}ns`;
    own['moveTaskSocket'] = `${on.coarse ? 1000 : 190 * (1 + costs[17]!)}ns`;
  }
  return own;
}

/** The scenario that the genes stand for. */
export function make(g: Genes, maker: Maker): Made {
  const { on } = g;
  const { mechanism, polls: ownPolls, scale } = maker(g);
  const later = on.fork && on.forkMechanism ? forkGenes(g) : g;
  const polls = Math.max(ownPolls, maker(later).polls);
  const threads = on.smt ? 2 : 1;
  const sockets = on.sockets ? 2 : 1;
  const unit = threads * sockets;
  const cores = Math.max(polls + 1, Math.ceil((g.cores + 1 + polls) / unit) * unit);
  const room = cores - polls;
  const step = (on.coarse ? 500 : 211) * scale;
  const demand = (service: number): number => (on.zero && service === 0 ? 0 : step * (1 + service));
  let guaranteed = 0;
  let horizon = 0;
  const arrivals: Arrival[] = [];
  const vms = g.vms.map((v, i): ScenarioInput['vms'][number] => {
    const max = Math.min(1 + v.max, room);
    const must = g.on.guarantees ? v.min : 1;
    const min = Math.min(must, max, room - guaranteed);
    guaranteed += min;
    const dispatches = [
      'round-robin',
      ...(on.shortestQueue ? ['shortest-queue'] : []),
      ...(on.singleQueue ? ['single-queue'] : []),
      ...(on.randomDispatch ? ['random'] : []),
    ] as const;
    const shape = on.stages ? v.stages : v.stages.slice(0, 1);
    const process = processOf(g, v);
    // a saturating request of no length is a million events
    const least = process?.process === 'saturate' ? step : 1;
    const longest = Math.max(...[...v.jobs, ...shape].map(({ service }) => demand(service)));
    let at = 0;
    if (process === undefined) {
      for (const { gap, service, width } of v.jobs) {
        at += (on.coarse ? 500 : 173) * scale * gap;
        const ownDeadline = on.ownDeadlines ? { deadlineNs: demand(service) + step * width } : {};
        arrivals.push({
          vm: i,
          atNs: at,
          serviceNs: demand(service),
          width: on.widths ? Math.max(1, width - 2) : 1,
          ...ownDeadline,
        });
      }
    }
    horizon = Math.max(horizon, at);
    return {
      name: 'abc'[i]!,
      class: on.classes && !v.latencyCritical ? 'best-effort' : 'latency-critical',
      ...(on.classes ? { priority: 1 + v.priority } : {}),
      vcpus: { min, max },
      dispatch: dispatches[v.dispatch % dispatches.length] as 'round-robin',
      stealing: on.stealing
        ? { amount: on.stealOne ? 'one' : 'half', victim: on.randomVictim ? 'random' : 'round-robin' }
        : 'none',
      ...(on.quantum ? { quantum: `${step * (1 + v.quantum)}ns` } : {}),
      ...(on.bounded && process?.process !== 'saturate' ? { queueLimit: v.limit } : {}),
      ...(on.bandwidth ? { bandwidthPerVcpu: `${v.traffic}GB` } : {}),
      workload: {
        arrivals: process ?? { process: 'none' },
        request: {
          stages: shape.map((stage) => ({
            tasks: on.widths ? 1 + (stage.width % 4) : 1,
            service: { dist: 'constant', value: `${Math.max(least, demand(stage.service))}ns` },
          })),
          ...(on.lock ? { lock: lockOf(g, v, step, longest) } : {}),
        },
      },
    };
  });
  const swapped =
    on.memory && (!on.fork || on.forkMemory)
      ? memoryOf({ ...g.memory, guests: g.memory.guests.slice(0, vms.length) }, horizon + 60 * step)
      : null;
  const kept = swapped?.host.cores ?? 0;
  const input: ScenarioInput = {
    version: 1,
    seed: 1,
    duration: `${Math.ceil((horizon + 120 * step) / 1000)}us`,
    ...(on.warmup ? { warmup: `${Math.ceil(((horizon + 50 * step) * g.warmup) / 20)}ns` } : {}),
    host: {
      cores: cores + Math.ceil(kept / unit) * unit,
      ...(swapped === null ? {} : { memory: swapped.host }),
      ...(on.smt
        ? {
            smt: 2,
            smtFactor: 0.5 + (g.costs[18]! % 5) / 10,
            smtSwitch: g.knobs[10]! < 7,
            smtSpin: g.knobs[11]! < 7,
          }
        : {}),
      ...(on.sockets ? { sockets: 2 } : {}),
      ...(on.bandwidth ? { memoryBandwidth: `${1 + (g.costs[19]! % 4)}GB` } : {}),
    },
    mechanism,
    costs: costsOf(g),
    limits: { tasks: 4096, width: 16 },
    histogram: { precision: 0.2 },
    fingerprint: false,
    ...(on.series ? { series: { interval: `${step * (1 + g.warmup)}ns`, samples: [4, 8, 64][g.cores % 3]! } } : {}),
    vms: (on.order ? vms.map((own, i) => ordered(g, g.vms[i]!, own, step)) : vms).map((own, i) => ({
      ...own,
      ...(swapped === null ? {} : { memory: swapped.guests[i]! }),
    })),
  };
  const scenario = resolveScenario(input);
  const made = { scenario, input, arrivals, memory: swapped };
  if (!on.fork) return made;
  const atNs = Math.floor(((scenario.warmupNs + scenario.durationNs) * (1 + g.fork.at)) / 21);
  const changed = forked(g, input, maker);
  return { ...made, fork: { atNs, input: changed, scenario: resolveScenario(changed) } };
}

/** The genes of what a fork goes on as. */
function forkGenes(g: Genes): Genes {
  const { on, fork } = g;
  return {
    ...g,
    on: {
      ...on,
      mechanism: on.forkMechanism || on.mechanism,
      knobs: on.forkKnobs || on.knobs,
      costs: on.forkCosts || on.costs,
    },
    mechanism: on.forkMechanism ? fork.mechanism : g.mechanism,
    knobs: on.forkKnobs ? fork.knobs : g.knobs,
    costs: on.forkCosts ? fork.costs : g.costs,
  };
}

function forked(g: Genes, input: ScenarioInput, maker: Maker): ScenarioInput {
  const { on, fork } = g;
  const later = forkGenes(g);
  const quantum = on.forkQuantum ? { quantum: `${(on.coarse ? 500 : 211) * fork.quantum}ns` } : {};
  return {
    ...input,
    mechanism: on.forkMechanism || on.forkKnobs ? maker(later).mechanism : input.mechanism,
    costs: costsOf(later),
    vms: input.vms.map((one) => ({ ...one, ...quantum })),
  };
}

function lockOf({ on }: Genes, v: VmGenes, step: number, longest: number) {
  const hold = on.lockPlace ? step * (1 + 4 * v.hold) : on.shortHold ? Math.max(1, longest - 1) : step * 101 + v.hold;
  return {
    probability: on.lockPlace && v.hold % 2 === 0 ? 0.6 : 1,
    hold: `${hold}ns`,
    wait: on.spin ? ('spin' as const) : ('block' as const),
  };
}

type Process = ScenarioInput['vms'][number]['workload'] extends infer W
  ? NonNullable<W> extends { arrivals: infer A }
    ? A
    : never
  : never;

function processOf(g: Genes, v: VmGenes): Process | undefined {
  const step = g.on.coarse ? 500 : 211;
  if (g.on.closed && v.process === 1) {
    return { process: 'closed', clients: 1 + v.limit, think: { dist: 'constant', value: `${step * (1 + v.hold)}ns` } };
  }
  if (g.on.saturate && v.process === 2) return { process: 'saturate', tasks: 1 + v.limit };
  if (g.on.periodic && v.process >= 4) return periodicOf(v, step);
  if (g.on.deterministic && v.process === 3) return { process: 'deterministic', rate: 20_000 * (1 + v.hold) };
  return undefined;
}
