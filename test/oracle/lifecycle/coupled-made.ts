// Small random hosts with functions: VMs, mechanism and costs as ../generate.ts draws them, and beside them functions whose starts, services
// and keep-alives are of the same length as what cores take. A part of the features each time.

import fc from 'fast-check';
import type { FunctionSpec, LifecycleSpec } from '../../../src/lifecycle/spec.js';
import { FEATURES, type Feature, genes, make, type Made } from '../generate.js';
import { maker } from '../mechanisms-made.js';

export interface MadeCoupled {
  readonly made: Made;
  readonly spec: LifecycleSpec;
}

/** Mechanisms that run functions. */
export const MECHANISMS = [
  'ideal',
  'hyperflux',
  'shenango',
  'blind',
  'caladan',
  'ditto',
  'hotplug',
  'microvm',
  'cgroup',
] as const;

/** What VMs of functions have no part in, or has comparisons of its own. */
const WITHOUT: readonly Feature[] = [
  'memory',
  'fork',
  'forkMechanism',
  'forkKnobs',
  'forkCosts',
  'forkQuantum',
  'forkMemory',
  'warmup',
  'series',
];

const KEEPS: readonly LifecycleSpec['keepAlive']['policy'][] = ['fixed', 'lru', 'gd', 'hist', 'pool'];
const small = (max: number): fc.Arbitrary<number> => fc.nat({ max });
const SWITCHES = [
  'budget',
  'queue',
  'timeout',
  'snapshots',
  'gate',
  'cpu',
  'tiers',
  'concurrent',
  'vcpus',
  'inits',
  'least',
  'announced',
] as const;
type Switch = (typeof SWITCHES)[number];

const lifecycleGenes = fc.record({
  on: fc.record(
    Object.fromEntries(SWITCHES.map((name) => [name, fc.boolean()])) as Record<Switch, fc.Arbitrary<boolean>>,
  ),
  keep: small(9),
  time: small(9),
  budget: small(9),
  tiers: fc.array(small(9), { minLength: 5, maxLength: 5 }),
  functions: fc.array(
    fc.record({ memory: small(3), init: small(9), vcpus: small(2), concurrency: small(2), least: small(2) }),
    { minLength: 1, maxLength: 4 },
  ),
  calls: fc.array(fc.record({ gap: small(14), fn: small(3), service: small(9), width: small(3) }), {
    minLength: 8,
    maxLength: 40,
  }),
});
type Genes = ReturnType<typeof lifecycleGenes.generate>['value'];

function keepOf(g: Genes, step: number): LifecycleSpec['keepAlive'] {
  const policy = KEEPS[g.keep % KEEPS.length]!;
  switch (policy) {
    case 'fixed':
      return { policy, timeNs: step * 4 * g.time, from: g.keep < 5 ? 'end' : 'start' };
    case 'gd':
      return { policy, frequency: g.keep < 5 ? 'function' : 'instance' };
    case 'hist':
      return { policy, rules: g.keep < 5 ? 'dslab' : 'faascache' };
    case 'pool':
      return { policy, instances: g.time % 3 };
    default:
      return { policy: 'lru' };
  }
}

function specOf(g: Genes, step: number): LifecycleSpec {
  const { on } = g;
  const functions = g.functions.map((f, i): FunctionSpec => ({
    name: `f${i}`,
    tenant: 't',
    memoryBytes: (1 + f.memory) * 2 ** 20,
    memoryPerRequestBytes: f.memory % 2 === 0 ? 0 : 2 ** 18,
    initNs: on.inits ? step * f.init : 0,
    maxVcpus: on.vcpus ? 1 + f.vcpus : 1,
    concurrency: on.concurrent ? 1 + f.concurrency : 1,
    minInstances: on.least ? f.least : 0,
    confidential: false,
  }));
  let at = 0;
  const rows = g.calls.flatMap(({ gap, fn, service, width }) => {
    at += step * gap;
    const of = fn % functions.length;
    const call = [at, of, step * (1 + service)] as const;
    return on.announced && width > 1 ? [[at, of, -width] as const, call] : [call];
  });
  const time = (i: number): number => (on.tiers ? step * g.tiers[i]! : 0);
  return {
    memoryBytes: on.budget ? (2 + g.budget) * 2 ** 20 : null,
    keepAlive: keepOf(g, step),
    overflow: {
      kind: on.timeout ? 'timeout' : on.queue ? 'queue' : 'drop',
      timeoutNs: on.timeout ? step * (1 + g.time) : 0,
    },
    order: ['active', 'dormant', 'restore', 'vm', 'full'],
    // what takes a core has no end that is known before, which the gate of naive.ts asks for
    boot: { slots: on.gate && !on.cpu ? 1 + (g.budget % 2) : 0, ratePerSecondPerCore: 0, cpu: on.cpu ? 0.5 : 0 },
    evict: 'asNeeded',
    snapshots: on.snapshots ? 'onExpiry' : 'none',
    tier: { activeNs: time(0), dormantNs: time(1), restoreNs: time(2), vmBootNs: time(3) },
    attestNs: 0,
    proactive: on.announced,
    vertical: false,
    functions,
    invocations: {
      atNs: Float64Array.from(rows, ([one]) => one),
      fn: Uint32Array.from(rows, ([, one]) => one),
      serviceNs: Float64Array.from(rows, ([, , one]) => one),
    },
  };
}

export const coupled = (
  kinds: readonly string[] = MECHANISMS,
  without: readonly string[] = [],
): fc.Arbitrary<MadeCoupled> => {
  const features = FEATURES.filter((one) => !WITHOUT.includes(one) && !without.includes(one));
  return fc.record({ host: genes(features, ['mechanism']), lifecycle: lifecycleGenes }).map(({ host, lifecycle }) => {
    const step = host.on.coarse ? 500 : 211;
    const made = make(host, maker(kinds));
    const spec = specOf(lifecycle, step);
    const last = spec.invocations.atNs.at(-1)!;
    const durationNs = Math.max(made.scenario.durationNs, last + 150 * step);
    return { made: { ...made, scenario: { ...made.scenario, durationNs } }, spec };
  });
};
