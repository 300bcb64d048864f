// Forks: what does not depend on what was changed goes on bit by bit; a move goes on with the times of its decision whatever
// mechanism comes, and ends at once under ideal; from any mechanism to any other nothing is lost and no time is below zero.

import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  MECHANISM_KINDS,
  Simulation,
  resolveScenario,
  withMechanism,
  type Result,
  type Scenario,
  type ScenarioInput,
} from '../../src/index.js';
import { assertLaws } from '../../src/result/laws.js';
import { essence, injectInto } from '../support/bits.js';
import { moduleOf } from '../support/builds.js';
import { contended, paced, VARIANTS } from '../support/contended.js';

type Kind = (typeof MECHANISM_KINDS)[number];
/** What a running host can be handed over to. */
const SWITCHABLE = MECHANISM_KINDS.filter((kind) => kind !== 'nsdi22');

let checked: WebAssembly.Module;
beforeAll(async () => {
  checked = await moduleOf('checked');
});

async function finished(simulation: Simulation): Promise<Result> {
  await simulation.run();
  const result = simulation.metrics();
  assertLaws(result);
  simulation.close();
  return result;
}

/** All of a result but the scenario's own hash. */
const bits = (result: Result): string => essence({ ...result, manifest: { ...result.manifest, scenarioSha256: '' } });

/** The same without what tells how it was simulated: events, their hash, rounds. */
const outcome = (result: Result): string => {
  const { arbiter: _, ...reallocation } = result.reallocation;
  const manifest = { ...result.manifest, scenarioSha256: '', events: 0, fingerprint: '' };
  return essence({ ...result, manifest, reallocation } as Result);
};

const random = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
};

/** Contended hosts with more of the model switched on: spinning, hardware threads, memory bandwidth, bounds. */
function hostOf(kind: Kind, variant: number): Scenario {
  const base = contended(kind, VARIANTS[variant % VARIANTS.length]!);
  const extras = [{}, { smt: 2 }, { memoryBandwidth: '20GB' }][variant % 3]!;
  const vms = base.vms.map((vm) => ({
    ...vm,
    ...(variant % 3 === 2 ? { bandwidthPerVcpu: '8GB' } : {}),
    ...(variant % 5 === 4 && kind !== 'nsdi22' ? { queueLimit: 40 } : {}),
    workload: {
      ...vm.workload!,
      request: {
        ...vm.workload!.request!,
        ...(variant % 4 === 2 ? { lock: { probability: 0.3, hold: '2us', wait: 'spin' as const } } : {}),
      },
    },
  }));
  return resolveScenario({
    ...base,
    host: { ...base.host, ...extras },
    vms,
    warmup: '100us',
    duration: '900us',
    histogram: { precision: 0.1 }, // read often here
  });
}

describe('a fork that changes nothing', () => {
  it.each(MECHANISM_KINDS)('goes on bit by bit under %s, wherever cores are in motion', async (kind) => {
    const next = random(7);
    for (let variant = 0; variant < 5; variant++) {
      const scenario = hostOf(kind, variant);
      const expected = bits(await finished(await Simulation.create(scenario, { module: checked })));
      const running = await Simulation.create(scenario, { module: checked });
      for (let k = 0; k < 2; k++) {
        await (k === 1
          ? running.step(1 + Math.floor(next() * 200))
          : running.runUntil(running.nowNs + next() * 400_000));
        // what nobody pays under any of these mechanisms, and what is not of the core
        const costs = { ...scenario.costs, migrateTask: scenario.costs.migrateTask + 1 };
        const slo = { quantile: 0.9, latencyNs: 1 };
        const fork = await running.fork({ ...scenario, costs });
        const named = await fork.fork({ ...scenario, costs, vms: scenario.vms.map((vm) => ({ ...vm, slo })) });
        named.close();
        expect(bits(await finished(fork)), `variant ${variant} at ${running.nowNs}`).toBe(expected);
      }
      running.close();
    }
  });

  it.each(SWITCHABLE)('nor does one that is taken back in the same instant, under %s', async (kind) => {
    const next = random(11);
    for (let variant = 0; variant < 6; variant++) {
      const scenario = hostOf(kind, variant);
      const knobs = Object.fromEntries(
        Object.entries(scenario.mechanism).map(([name, value]) => [
          name,
          typeof value === 'number' && name.endsWith('Ns') && name !== 'periodNs' ? 2 * value + 1 : value,
        ]),
      );
      const { stealCheck, localCheck, ...others } = scenario.costs; // a search would walk anew
      const doubled = Object.fromEntries(Object.entries(others).map(([name, cost]) => [name, 2 * cost + 1]));
      const changed = {
        ...scenario,
        mechanism: knobs,
        costs: { stealCheck, localCheck, ...doubled },
        vms: scenario.vms.map((vm) => ({ ...vm, quantumNs: vm.quantumNs === 0 ? 0 : 2 * vm.quantumNs, queueLimit: 7 })),
      } as unknown as Scenario;
      const running = await Simulation.create(scenario, { module: checked });
      await running.runUntil(Math.floor(next() * 900_000));
      const other = await running.fork(changed);
      const back = await other.fork(scenario);
      other.close();
      expect(outcome(await finished(back)), `variant ${variant}`).toBe(outcome(await finished(running)));
    }
  });
});

describe('a core in motion', () => {
  // one core for a task of `late` that best-effort work holds: the round of its arrival takes it, 4 us to issue, 13 us on its way
  const host = (mechanism: ScenarioInput['mechanism']): ScenarioInput => ({
    version: 1,
    seed: 1,
    duration: '1ms',
    host: { cores: 2 },
    mechanism,
    costs: { taskSwitch: '0ns', pollBase: '0ns', pollPerVm: '0ns', issue: '4us' },
    vms: [
      {
        name: 'late',
        vcpus: { min: 0, max: 1 },
        workload: {
          arrivals: { process: 'none' },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '1us' } }] },
        },
      },
      {
        name: 'batch',
        class: 'best-effort',
        vcpus: { min: 0, max: 1 },
        workload: {
          arrivals: { process: 'saturate', tasks: 1 },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '10ms' } }] },
        },
      },
    ],
  });
  const DECIDED = 100_000 + 4_000;
  const DONE = DECIDED + 13_000 + 1_000;

  const begin = async (atNs: number): Promise<Simulation> => {
    const simulation = await Simulation.create(host('hyperflux'), { module: checked });
    simulation.inject({ vm: 'late', arrivals: [{ atNs: 100_000 }] });
    await simulation.runUntil(atNs);
    return simulation;
  };

  it('arrives when it would have', async () => {
    const { vms, reallocation } = await finished(await begin(0));
    expect(vms[0]!.latencyNs.max).toBe(DONE - 100_000);
    expect(reallocation.grantNs.max).toBe(13_000);
  });

  // every nanosecond at which a step begins or ends, and between
  const instants = [-4_000, -1, 0, 500, 1_000, 2_999, 3_000, 4_000, 5_000, 7_999, 8_000, 10_000, 11_000, 12_999];

  it.each(SWITCHABLE.filter((kind) => kind !== 'ideal'))('goes on with its remaining times under %s', async (kind) => {
    for (const since of instants) {
      const running = await begin(DECIDED + since);
      const mechanism = resolveScenario(host(paced(kind))).mechanism;
      // costs of the change are for what begins after it
      const costs = { ...running.scenario.costs, wake: 77_000, suspend: 99_000, deschedule: 500_000 };
      const fork = await running.fork({ ...running.scenario, mechanism, costs });
      // who does not ask the guest when the notice ends saves no context and suspends nothing
      const saved = since < 1_000 && (kind === 'blind' || kind === 'cgroup') ? 4_000 : 0;
      await fork.runUntil(DONE - saved - 1);
      expect(fork.metrics().vms[0]!.completed, `${since} ns after the decision`).toBe(0);
      await fork.runUntil(DONE - saved);
      const { vms, reallocation } = fork.metrics();
      expect(vms[0]!.completed, `${since} ns after the decision`).toBe(1);
      expect([reallocation.grantNs.max, reallocation.parkNs.max]).toEqual([13_000 - saved, 8_000 - saved]);
      assertLaws(fork.metrics());
      fork.close();
      running.close();
    }
  });

  it('is there at once under ideal', async () => {
    for (const since of instants) {
      const running = await begin(DECIDED + since);
      const fork = await running.fork(withMechanism(running.scenario, 'ideal'));
      await fork.runUntil(DECIDED + since + 1_000);
      const { vms, reallocation } = fork.metrics();
      expect(vms[0]!.completed, `${since} ns after the decision`).toBe(1);
      expect(vms[1]!.inFlight).toBe(1);
      // batch had got its core in 5 us
      const took = Math.max(0, since);
      expect([reallocation.grantNs.min, reallocation.grantNs.max]).toEqual([
        Math.min(took, 5_000),
        Math.max(took, 5_000),
      ]);
      assertLaws(fork.metrics());
      fork.close();
      running.close();
    }
  });

  it('makes a fork to ideal no worse than one to any other mechanism', async () => {
    // one VM, constant service: the order of service changes no mean
    const scenario = resolveScenario({
      version: 1,
      seed: 3,
      duration: '2ms',
      host: { cores: 8 },
      mechanism: 'hyperflux',
      vms: [
        {
          name: 'api',
          vcpus: { min: 1, max: 7 },
          workload: {
            arrivals: { process: 'onoff', onRate: 2e6, offRate: 1e4, meanOn: '60us', meanOff: '150us' },
            request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '3us' } }] },
          },
        },
      ],
    });
    const next = random(5);
    for (const from of ['hyperflux', 'caladan', 'hotplug', 'cgroup'] as const) {
      const mechanism = resolveScenario({ ...host(paced(from)) }).mechanism;
      const running = await Simulation.create({ ...scenario, mechanism }, { module: checked });
      for (let k = 0; k < 3; k++) {
        await running.runUntil(running.nowNs + 1 + Math.floor(next() * 300_000));
        const mean = async (kind: Kind): Promise<number> => {
          const to = { ...scenario, mechanism: resolveScenario(host(paced(kind))).mechanism };
          return (await finished(await running.fork(to))).vms[0]!.latencyNs.mean!;
        };
        const ideal = await mean('ideal');
        for (const kind of SWITCHABLE)
          if (kind !== 'ideal') expect(await mean(kind), `${from} to ${kind}`).toBeGreaterThanOrEqual(ideal);
      }
      running.close();
    }
  });
});

describe('from any mechanism to any other', () => {
  it('at random instants nothing is lost, nothing waits for ever and no time is below zero', async () => {
    const kinds = fc.constantFrom(...SWITCHABLE);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...MECHANISM_KINDS),
        fc.array(fc.record({ to: kinds, afterNs: fc.nat(150_000), issue: fc.constantFrom(0, 100, 50_000) }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.nat(200),
        async (from, path, variant) => {
          const scenario = hostOf(from, variant);
          const quiet: Scenario = {
            ...scenario,
            warmupNs: 0,
            durationNs: 60_000_000,
            vms: scenario.vms.map((vm) => ({ ...vm, workload: { ...vm.workload!, arrivals: { process: 'none' } } })),
          };
          let simulation = await Simulation.create(quiet, { module: checked });
          const gapNs = 2_000 + 13 * variant;
          for (const { name } of quiet.vms)
            simulation.inject({ vm: name, arrivals: Array.from({ length: 60 }, (_, i) => ({ atNs: i * gapNs })) });
          for (const { to, afterNs, issue } of path) {
            await simulation.runUntil(simulation.nowNs + afterNs);
            const { mechanism } = hostOf(to, variant);
            const fork = await simulation.fork({ ...simulation.scenario, mechanism, costs: { ...quiet.costs, issue } });
            simulation.close();
            simulation = fork;
            assertLaws(simulation.metrics());
          }
          const result = await finished(simulation);
          for (const vm of result.vms) expect([vm.name, vm.inFlight]).toEqual([vm.name, 0]);
        },
      ),
      { numRuns: 40, seed: 20_261_128 },
    );
  });

  it('found by attack: moves that were being issued', async () => {
    const scenario = resolveScenario({
      ...contended('hyperflux', 'plain'),
      warmup: '0ns',
      duration: '1ms',
      costs: { issue: '50us' },
    });
    for (const from of ['blind', 'hyperflux', 'caladan'] as const) {
      const running = await Simulation.create(withMechanism(scenario, from), { module: checked });
      for (let k = 1; k <= 3; k++) {
        await running.runUntil(k * 270_001);
        for (const to of SWITCHABLE) await finished(await running.fork(withMechanism(scenario, to)));
      }
      running.close();
    }
  });
});

describe('reading', () => {
  it.each(MECHANISM_KINDS)('metrics and samples at random instants changes no bit under %s', async (kind) => {
    const next = random(13);
    for (let variant = 0; variant < 6; variant++) {
      const scenario = { ...hostOf(kind, variant), series: { intervalNs: 50_000, samples: 16 } };
      const begin = async (): Promise<Simulation> => {
        const simulation = await Simulation.create(scenario, { module: checked });
        if (variant % 2 === 0) injectInto(simulation);
        return simulation;
      };
      const left = await begin();
      const read = await begin();
      while (!read.done) {
        await (next() < 0.5
          ? read.step(1 + Math.floor(next() * 20))
          : read.runUntil(Math.min(read.endNs, read.nowNs + next() * 9_000)));
        read.metrics();
        read.series();
      }
      await left.run();
      expect(essence(read.metrics()), `variant ${variant}`).toBe(essence(left.metrics()));
      expect(isDeepStrictEqual(read.series(), left.series()), `variant ${variant}`).toBe(true);
      for (const simulation of [left, read]) simulation.close();
    }
  });
});

describe('done', () => {
  it('waits for the last of its instant, however it is reached', async () => {
    // found by attack: two VMs whose last arrivals and ends fall into the last nanosecond
    const input: ScenarioInput = {
      version: 1,
      duration: '10us',
      host: { cores: 2 },
      mechanism: 'static',
      costs: 'none',
      vms: [
        {
          name: 'a',
          count: 2,
          vcpus: { min: 1, max: 1 },
          workload: {
            arrivals: { process: 'deterministic', rate: 1e6 },
            request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '100ns' } }] },
          },
        },
      ],
    };
    const expected = await finished(await Simulation.create(input));
    expect(expected.vms.map(({ arrived }) => arrived)).toEqual([10, 10]);
    const stepped = await Simulation.create(input);
    while (!stepped.done) expect(await stepped.step(1)).toBe(1);
    expect(await stepped.step(1)).toBe(0);
    expect(bits(stepped.metrics())).toBe(bits(expected));
    stepped.close();
  });
});
