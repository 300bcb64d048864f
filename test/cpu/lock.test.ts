// What becomes of a lock when a core is taken away. First by hand: one core more or less, at instants that are known, so that every
// nanosecond of a wait can be named. Then the experiment's own scenario under several seeds: bounds that hold on every run.

import { describe, it, expect } from 'vitest';
import { type Way, locked, HOLD_NS } from '../../src/experiments/hyperflux/lock.js';
import { type ScenarioInput, Simulation, type Result, type VmResult, MECHANISM_KINDS } from '../../src/index.js';
import { assertLaws } from '../../src/result/laws.js';
import { withMechanism } from '../../src/scenario/mechanisms.js';
import { defaultMechanism } from '../../src/mechanisms/schema.js';
import type { MechanismKind } from '../../src/mechanisms/types.js';
import { type Build, moduleOf } from '../support/builds.js';
import { contended } from '../support/contended.js';

type Mechanism = ScenarioInput['mechanism'];
const FINISHED = { kind: 'hyperflux', finishSection: true } as const;
const TASK_SWITCH_NS = 50;
const SERVICE_NS = 100_000;

interface Arrival {
  readonly atNs: number;
  readonly serviceNs: number;
}

/** Two cores for VMs; `back` guards all of its work by one lock, `front` takes a core as soon as it has a task. */
function byHand(mechanism: Mechanism): ScenarioInput {
  const none = { process: 'none' } as const;
  const stages = [{ tasks: 1, service: { dist: 'constant' as const, value: '1us' } }];
  return {
    version: 1,
    duration: '5ms',
    host: { cores: 3 },
    mechanism,
    vms: [
      {
        name: 'front',
        class: 'latency-critical',
        priority: 20,
        vcpus: { min: 0, max: 1 },
        workload: { arrivals: none, request: { stages } },
      },
      {
        name: 'back',
        class: 'latency-critical',
        priority: 10,
        vcpus: { min: 1, max: 2 },
        workload: {
          arrivals: none,
          request: { stages, lock: { probability: 1, hold: '1ms', wait: 'spin' } },
        },
      },
    ],
  };
}

async function prepared(
  mechanism: Mechanism,
  back: readonly Arrival[],
  front: readonly Arrival[],
): Promise<Simulation> {
  const simulation = await Simulation.create(byHand(mechanism));
  simulation.inject({ vm: 'back', arrivals: [...back] });
  simulation.inject({ vm: 'front', arrivals: [...front] });
  return simulation;
}

async function finished(simulation: Simulation): Promise<Result> {
  await simulation.run();
  const result = simulation.metrics();
  simulation.close();
  assertLaws(result);
  return result;
}

const vm = (result: Result, name: string): VmResult => result.vms.find((one) => one.name === name)!;

describe('a holder whose core is taken', () => {
  // A holds from 50 ns on; B comes at 5 us, gets the second core and spins; the front's task takes A's core at some 57 us.
  const BACK = [
    { atNs: 0, serviceNs: SERVICE_NS },
    { atNs: 5_000, serviceNs: 10_000 },
  ];
  const FRONT = [{ atNs: 50_000, serviceNs: 300_000 }];
  const run = async (mechanism: Mechanism): Promise<Result> => finished(await prepared(mechanism, BACK, FRONT));

  it('keeps its waiters for the rest of its section and no longer where it may finish it', async () => {
    const result = await run(FINISHED);
    const { locks, preemptions, longestOffCoreNs, latencyNs } = vm(result, 'back');
    expect(locks).toMatchObject({ waits: 1, holderPreemptions: 0 });
    expect(preemptions).toBe(0);
    expect(longestOffCoreNs).toBeUndefined();
    // A starts after one switch, and B takes over when it is done, after another
    expect(latencyNs.min).toBe(TASK_SWITCH_NS + SERVICE_NS);
    expect(latencyNs.max).toBe(2 * TASK_SWITCH_NS + SERVICE_NS + 10_000 - 5_000);
    // parking waits for the section, at most as long as it is, and then takes its steps
    const ordinary = await run('hyperflux');
    expect(result.reallocation.parkNs.max).toBeGreaterThan(ordinary.reallocation.parkNs.max!);
    expect(result.reallocation.parkNs.max).toBeLessThan(ordinary.reallocation.parkNs.max! + SERVICE_NS);
  });

  it('keeps them for as long as the vCPU is off its core where the core is taken blindly, to the nanosecond', async () => {
    const undisturbed = vm(await run(FINISHED), 'back').locks!.longestWaitNs!;
    const { locks, longestOffCoreNs, preemptions, completed } = vm(await run('blind'), 'back');
    expect(completed).toBe(2);
    expect(preemptions).toBe(1);
    expect(locks).toMatchObject({ waits: 1, longestConvoy: 1, holderPreemptions: 1 });
    // off until the front's task is done, and back in a second switch of tasks
    expect(longestOffCoreNs).toBeGreaterThan(300_000);
    expect(locks!.longestWaitNs).toBe(undisturbed + longestOffCoreNs! + TASK_SWITCH_NS);
    expect(locks!.spinSeconds).toBeCloseTo(locks!.longestWaitNs! / 1e9, 12);
  });

  it('is stolen and goes on where it is parked safely: the wait is longer by a look, not by an absence', async () => {
    const undisturbed = vm(await run(FINISHED), 'back').locks!.longestWaitNs!;
    const { locks, longestOffCoreNs, stranded } = vm(await run('hyperflux'), 'back');
    expect(locks).toMatchObject({ waits: 1, holderPreemptions: 1 });
    expect(longestOffCoreNs).toBeUndefined();
    expect(stranded).toBe(0);
    expect(locks!.longestWaitNs).toBeGreaterThan(undisturbed);
    // at most: preempted, one more round of the arbiter and the grant of a core
    expect(locks!.longestWaitNs).toBeLessThan(undisturbed + 2_000 + 10_000 + 5_000);
  });
});

describe('a waiter whose core is taken', () => {
  // A, then B hold the lock for 100 us each; C spins on the core that the front takes at some 127 us; D comes at 150 us.
  const BACK = [
    { atNs: 0, serviceNs: SERVICE_NS },
    { atNs: 5_000, serviceNs: SERVICE_NS },
    { atNs: 60_000, serviceNs: 10_000 },
    { atNs: 150_000, serviceNs: 10_000 },
  ];
  const FRONT = [{ atNs: 120_000, serviceNs: 300_000 }];
  const run = async (mechanism: Mechanism): Promise<VmResult> =>
    vm(await finished(await prepared(mechanism, BACK, FRONT)), 'back');

  it('gets the lock while it is away where its guest cannot know, and all behind it wait for its return', async () => {
    const { locks, longestOffCoreNs, completed } = await run('blind');
    expect(completed).toBe(4);
    expect(locks!.holderPreemptions).toBe(1); // C, by the hand-over: no running holder was taken
    // D waits from B's end until C is back and done; C had been off since some 75 us before
    expect(locks!.longestWaitNs).toBeGreaterThan(longestOffCoreNs! - 80_000);
    expect(locks!.longestWaitNs).toBeLessThan(longestOffCoreNs!);
  });

  it.each(['hyperflux', FINISHED] as const)(
    'leaves its core to come back into the line under %j',
    async (mechanism) => {
      const { locks, completed } = await run(mechanism);
      expect(completed).toBe(4);
      expect(locks!.holderPreemptions).toBe(0);
      expect(locks!.longestWaitNs).toBeLessThanOrEqual(SERVICE_NS);
    },
  );
});

describe('a fork while the holder is off its core', () => {
  it.each(['static', 'hyperflux', 'ideal', 'cgroup', 'caladan'] as const)('goes on under %s', async (kind) => {
    const simulation = await prepared(
      'blind',
      [
        { atNs: 0, serviceNs: SERVICE_NS },
        { atNs: 5_000, serviceNs: 10_000 },
      ],
      [{ atNs: 50_000, serviceNs: 100_000_000 }], // longer than the run: under `blind` nothing goes on any more
    );
    await simulation.runFor(200_000);
    const fork = await simulation.fork(withMechanism(simulation.scenario, kind));
    expect(vm(await finished(fork), 'back').completed).toBe(2);
    expect(vm(await finished(simulation), 'back').completed).toBe(0);
  });
});

describe('a lock that is spun for', () => {
  // fewer cores than work: every vCPU spins, is taken or comes back at some time
  const crowded = (kind: MechanismKind): ScenarioInput => {
    const scenario = contended(kind, 'lock');
    return {
      ...scenario,
      warmup: '200us',
      duration: '2ms',
      vms: scenario.vms.map((one) => ({
        ...one,
        workload: {
          arrivals: { process: 'poisson', rate: 2.5e5 },
          request: { ...one.workload!.request!, lock: { probability: 0.6, hold: '2us', wait: 'spin' } },
        },
      })),
    };
  };

  async function through(build: Build, from: MechanismKind): Promise<string[]> {
    const module = await moduleOf(build);
    const simulation = await Simulation.create(crowded(from), { module });
    await simulation.runUntil(1_234_567);
    const fingerprints: string[] = [];
    for (const to of ['static', 'hyperflux', 'blind', 'cgroup', 'ideal'] as const) {
      const fork = await simulation.fork({ ...simulation.scenario, mechanism: defaultMechanism(to) });
      assertLaws(fork.metrics());
      fingerprints.push((await finished(fork)).manifest.fingerprint);
    }
    fingerprints.push((await finished(simulation)).manifest.fingerprint);
    return fingerprints;
  }

  it.each(MECHANISM_KINDS.filter((kind) => kind !== 'nsdi22'))(
    'conserves tasks and core time under %s, forked or not, and breaks no assertion of the debug core',
    async (kind) => {
      expect(await through('debug', kind)).toEqual(await through('release', kind));
    },
  );
});

describe('cores that go and come, seed by seed', () => {
  const SEEDS = [1, 2, 3, 4, 5] as const;
  const back = async (way: Way, wait: 'block' | 'spin', seed: number): Promise<VmResult> => {
    const simulation = await Simulation.create({ ...locked(way, wait, '500us'), duration: '500ms', seed });
    return vm(await finished(simulation), 'back');
  };

  it.each(SEEDS)('seed %i, blind: what waits for a lock waits for a vCPU that is gone', async (seed) => {
    const { locks, stranded, longestOffCoreNs } = await back('blind', 'spin', seed);
    const { holderPreemptions, longestWaitNs, longestConvoy } = locks!;
    expect(holderPreemptions).toBeGreaterThan(0);
    expect(stranded).toBeGreaterThan(0);
    // longer than any move of a core and every critical section before it …
    const sections = longestConvoy * (HOLD_NS + TASK_SWITCH_NS);
    expect(longestWaitNs).toBeGreaterThan(13_000 + sections);
    // … and no longer than these and the longest absence: absences within one burst end together
    expect(longestWaitNs).toBeLessThanOrEqual(longestOffCoreNs! + sections);
  });

  it.each(SEEDS)('seed %i, parked: nobody is off a core that the guest believes in', async (seed) => {
    for (const wait of ['block', 'spin'] as const) {
      const { locks, stranded, longestOffCoreNs } = await back('parked', wait, seed);
      expect(locks!.holderPreemptions).toBeGreaterThan(0); // as the paper has it: preempted, then stolen
      expect(stranded).toBe(0);
      expect(longestOffCoreNs).toBeUndefined();
    }
    const finishing = await back('section finished', 'spin', seed);
    expect(finishing.locks!.holderPreemptions).toBe(0);
    expect(finishing.stranded).toBe(0);
  });

  it.each(SEEDS)('seed %i, static: who spins waits for critical sections and for nothing else', async (seed) => {
    const { locks, longestOffCoreNs, revocations } = await back('static', 'spin', seed);
    const { longestConvoy, longestWaitNs, holderPreemptions } = locks!;
    expect({ revocations, holderPreemptions, longestOffCoreNs }).toEqual({ revocations: 0, holderPreemptions: 0 });
    expect(longestWaitNs).toBeLessThanOrEqual(longestConvoy * (HOLD_NS + TASK_SWITCH_NS));
  });
});
