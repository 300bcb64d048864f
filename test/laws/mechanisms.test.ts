// Laws of moving cores: with every cost at nothing each mechanism becomes ideal, and comes closer on the way there; a cost
// that grows never improves the tail in paired runs; a VM's arrivals and demands do not depend on anybody else.

import { describe, expect, it } from 'vitest';
import { MECHANISM_KINDS, type ScenarioInput } from '../../src/index.js';
import { contended } from '../support/contended.js';
import { EXPONENTIAL, MEAN_US, meanLatency, replicate, runOnce, station, steady, us } from '../support/scenarios.js';
import { mmkWait } from '../support/queueing.js';
import { estimate, expectMean, expectNotBelow } from '../support/statistics.js';

const REPLICATIONS = 16;

/** The steps of a move, one of the searches and checks, all at `scale` of their defaults. */
function costsAt(scale: number): NonNullable<ScenarioInput['costs']> {
  if (scale === 0) return 'none';
  const ns = (value: number): string => `${Math.round(value * scale)}ns`;
  return {
    stealCheck: ns(120),
    steal: ns(120),
    taskSwitch: ns(50),
    minSearch: ns(2000),
    notify: ns(1000),
    preempt: ns(2000),
    suspend: ns(2000),
    deschedule: ns(3000),
    wake: ns(3000),
    dispatch: ns(2000),
    yield: ns(2000),
    issue: ns(100),
    pollPerVm: ns(55),
    migrateTask: ns(100),
  };
}

const mechanismAt = {
  hyperflux: (scale: number): ScenarioInput['mechanism'] => ({
    kind: 'hyperflux',
    interval: `${Math.max(1, 10_000 * scale)}ns`,
    threshold: `${10_000 * scale}ns`,
    grant: 'drain',
  }),
  hotplug: (scale: number): ScenarioInput['mechanism'] => ({
    kind: 'hotplug',
    latency: `${100_000 * scale}ns`,
    unplugLatency: `${100_000 * scale}ns`,
    interval: `${Math.max(1, 10_000 * scale)}ns`,
    threshold: `${10_000 * scale}ns`,
    idleBefore: '0ns',
    grant: 'drain', // a core that is kept would hide how long one takes to come
  }),
} as const;

describe('cost towards nothing', () => {
  const cores = 8;
  const load = 0.6;
  const onto = (mechanism: ScenarioInput['mechanism'], scale: number, dedicated: number): ScenarioInput => {
    const base = station({ cores, load, mechanism, costs: costsAt(scale), ...steady(cores, load, 30_000) });
    return { ...base, host: { cores: cores + dedicated }, vms: [{ ...base.vms[0]!, vcpus: { min: 0, max: cores } }] };
  };

  it.each(['hyperflux', 'hotplug'] as const)('%s converges to ideal', async (kind) => {
    const ideal = us(await replicate(onto('ideal', 0, 0), REPLICATIONS), meanLatency);
    const distances: number[] = [];
    for (const scale of [1, 0.25, 0.0625, 0]) {
      const runs = await replicate(onto(mechanismAt[kind](scale), scale, kind === 'hyperflux' ? 1 : 0), REPLICATIONS);
      const latency = us(runs, meanLatency);
      distances.push(estimate(latency.map((value, i) => value - ideal[i]!)).mean);
      // a core moves within the same nanosecond or the next: the means are those of M/M/8
      if (scale === 0) expectMean('W', latency, MEAN_US + mmkWait(cores, load, MEAN_US), { allowance: 0.01 });
    }
    expect(
      distances[0]! > distances[1]! && distances[1]! > distances[2]! && distances[2]! > distances[3]!,
      `distances ${distances.join(', ')} us`,
    ).toBe(true);
    expect(Math.abs(distances[3]!), `distances ${distances.join(', ')} us`).toBeLessThan(0.05 * distances[0]!);
  });
});

describe('paired runs: a cost that grows does not improve the tail', () => {
  const p99 = async (
    costs: NonNullable<ScenarioInput['costs']>,
    mechanism: 'static' | 'hyperflux',
  ): Promise<number[]> => {
    const base = station({ cores: 8, load: 0.6, mechanism, costs, ...steady(8, 0.6, 30_000) });
    const input =
      mechanism === 'static'
        ? base
        : { ...base, host: { cores: 9 }, vms: [{ ...base.vms[0]!, vcpus: { min: 1, max: 8 } }] };
    return us(await replicate(input, REPLICATIONS), (run) => run.vm.latencyNs.p99);
  };
  const ladder = [
    { cost: 'steal', mechanism: 'static', values: ['0ns', '500ns', '2us'] },
    { cost: 'stealCheck', mechanism: 'static', values: ['0ns', '500ns', '2us'] },
    { cost: 'taskSwitch', mechanism: 'static', values: ['0ns', '500ns', '2us'] },
    { cost: 'wake', mechanism: 'hyperflux', values: ['0ns', '5us', '40us'] },
    { cost: 'dispatch', mechanism: 'hyperflux', values: ['0ns', '5us', '40us'] },
  ] as const;
  it.each(ladder)('$cost under $mechanism', async ({ cost, mechanism, values }) => {
    let before: number[] | undefined;
    for (const value of values) {
      const tail = await p99({ [cost]: value }, mechanism);
      if (before !== undefined) expectNotBelow(`${cost} ${value}`, tail, before);
      before = tail;
    }
  });

  it('static beats moving cores for 1 us tasks where every VM has cores enough', async () => {
    const vm = station({ cores: 4, load: 0.05, duration: '20ms' }).vms[0]!;
    const small = {
      ...vm,
      vcpus: { min: 4, max: 4 },
      workload: {
        arrivals: { process: 'poisson' as const, rate: 2e6 },
        request: { stages: [{ tasks: 1, service: { dist: 'exponential' as const, mean: '1us' } }] },
      },
    };
    const on = async (mechanism: 'static' | 'hyperflux', min: number): Promise<number[]> =>
      us(
        await replicate(
          {
            version: 1,
            duration: '20ms',
            warmup: '2ms',
            host: { cores: 9 },
            mechanism,
            vms: [
              { ...small, vcpus: { min, max: 4 } },
              { ...small, name: 'other', vcpus: { min, max: 4 } },
            ],
          },
          REPLICATIONS,
        ),
        (run) => run.vm.latencyNs.p99,
      );
    const { mean, halfWidth } = estimate(await on('hyperflux', 1));
    const fixed = estimate(await on('static', 4));
    expect(mean - halfWidth).toBeGreaterThan(fixed.mean + fixed.halfWidth);
  });
});

describe('streams', () => {
  const demand = ({ vms }: { vms: { name: string; arrived: number; offeredLoad: number | null }[] }, name: string) => {
    const vm = vms.find((one) => one.name === name)!;
    return { arrived: vm.arrived, offeredLoad: vm.offeredLoad };
  };

  it('a mechanism changes nobody’s arrivals nor, with one task a request, demands', async () => {
    const seen = new Set<string>();
    for (const kind of MECHANISM_KINDS) {
      const { result } = await runOnce({ ...contended(kind, 'plain'), warmup: '0ns' });
      seen.add(JSON.stringify(['api', 'web', 'batch'].map((name) => demand(result, name))));
    }
    expect(seen.size).toBe(1);
  });

  it('another VM, before or behind, changes neither; under static not even latencies', async () => {
    const base = contended('static', 'plain');
    const stranger = {
      ...base.vms[0]!,
      name: 'stranger',
      vcpus: { min: 2, max: 2 },
      workload: {
        arrivals: { process: 'poisson' as const, rate: 3e5 },
        request: { stages: [{ tasks: 1, service: EXPONENTIAL }] },
      },
    };
    for (const kind of MECHANISM_KINDS) {
      const input = { ...contended(kind, 'plain'), warmup: '0ns' };
      const alone = await runOnce(input);
      for (const vms of [[stranger, ...input.vms], [...input.vms, stranger], [...input.vms].reverse()]) {
        const { result } = await runOnce({ ...input, vms });
        for (const name of ['api', 'web', 'batch']) {
          expect(demand(result, name), `${kind}, ${name}`).toEqual(demand(alone.result, name));
          const latency = (of: typeof result) => of.vms.find((vm) => vm.name === name)!.latencyNs;
          if (kind === 'static') expect(latency(result), name).toEqual(latency(alone.result));
        }
      }
    }
  });

  it('of different seeds and of different names differ', async () => {
    const base = contended('static', 'plain');
    const first = await runOnce(base);
    const second = await runOnce({ ...base, seed: 2 });
    const renamed = await runOnce({ ...base, vms: base.vms.map((vm) => ({ ...vm, name: `x${vm.name}` })) });
    expect(second.vm.offeredLoad).not.toBe(first.vm.offeredLoad);
    expect(renamed.vm.offeredLoad).not.toBe(first.vm.offeredLoad);
  });
});
