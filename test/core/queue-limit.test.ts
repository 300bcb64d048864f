// A VM with a bound on its requests: who is let in and who is dropped, to the request, under every mechanism; that a request
// is dropped as a whole and leaves the others' demands as they were; clients, forks and snapshots. Statistics: laws/bounded.test.ts.

import { describe, it, expect } from 'vitest';
import { VM_IN_FLIGHT } from '../../assembly/layout.js';
import { MECHANISM_KINDS, type ScenarioInput, Simulation, type Result, InputError } from '../../src/index.js';
import { assertLaws } from '../../src/result/laws.js';
import { resolveScenario } from '../../src/scenario/resolve.js';
import { essence } from '../support/bits.js';
import { type Variant, contended, VARIANTS } from '../support/contended.js';
import type { ArrivalsInput } from '../support/scenarios.js';

/** The contended host with a bound on each VM, 3 beyond its vCPUs, and perhaps other arrivals. */
function bounded(kind: (typeof MECHANISM_KINDS)[number], variant: Variant, arrivals?: ArrivalsInput): ScenarioInput {
  const input = contended(kind, variant);
  const vms = input.vms.map((vm) => ({
    ...vm,
    queueLimit: 3,
    workload: { ...vm.workload!, arrivals: arrivals ?? vm.workload!.arrivals },
  }));
  return { ...input, warmup: '0ns', duration: '4ms', vms };
}

/** `api` of the contended host has at most 6 vCPUs. */
const ROOM = 6 + 3;

async function finished(simulation: Simulation): Promise<Result> {
  await simulation.run();
  const result = simulation.metrics();
  assertLaws(result);
  simulation.close();
  return result;
}

const unbounded = (input: ScenarioInput): ScenarioInput => ({
  ...input,
  vms: input.vms.map((vm) => ({ ...vm, queueLimit: 'none' as const })),
});

describe('a burst into a bounded VM', () => {
  it.each(MECHANISM_KINDS.flatMap((kind) => VARIANTS.map((variant) => ({ kind, variant }))))(
    'fills it to the request under $kind, $variant',
    async ({ kind, variant }) => {
      const input = bounded(kind, variant, { process: 'none' });
      const simulation = await Simulation.create(input);
      const arrivals = [
        ...new Array<object>(20).fill({ atNs: 1_000 }),
        ...new Array<object>(20).fill({ atNs: 3_000_000 }),
      ];
      simulation.inject({ vm: 'api', arrivals });
      await simulation.runUntil(1_000);
      expect(simulation.metrics().vms[0]).toMatchObject({ arrived: 20, dropped: 20 - ROOM, inFlight: ROOM });
      // three milliseconds on all of them are done, and the room is free again
      const result = await finished(simulation);
      const { vms } = result;
      expect(vms[0]).toMatchObject({ arrived: 40, dropped: 2 * (20 - ROOM), completed: 2 * ROOM, inFlight: 0 });
      expect(vms[0]!.latencyNs.count).toBe(2 * ROOM);
      // What was dropped is offered load as well: one task by the service that it drew, which those behind it do not see; of a
      // fork-join request the widths that it drew, each task by the mean.
      const free = await Simulation.create(unbounded(input));
      free.inject({ vm: 'api', arrivals });
      const open = (await finished(free)).vms[0]!;
      expect(open).toMatchObject({ dropped: 0, completed: 40 });
      if (variant === 'fork-join') {
        const dropped = 2 * (20 - ROOM);
        const unserved = vms[0]!.offeredLoad! * result.manifest.measuredNs - 1e9 * vms[0]!.cpuSeconds.task;
        const widths = (unserved - dropped * 2 * 2_000) / 3_000; // of the first stages; two tasks in the second
        expect(widths).toBeCloseTo(Math.round(widths), 4);
        const spread = Math.sqrt(dropped * (35 / 12)); // uniform on 1 … 6
        expect(Math.abs(widths - 3.5 * dropped)).toBeLessThan(4 * spread);
      } else expect(vms[0]!.offeredLoad).toBe(open.offeredLoad);
      expect(vms[0]!.cpuSeconds.task).toBeLessThan(open.cpuSeconds.task);
    },
  );

  it('lets in the first, in order of time, and serves those as if the others had never been', async () => {
    const input = bounded('static', 'plain', { process: 'none' });
    const served = async (services: readonly number[]): Promise<Result> => {
      const simulation = await Simulation.create(input);
      simulation.inject({ vm: 'api', arrivals: services.map((serviceNs, i) => ({ atNs: 10 * i, serviceNs })) });
      return finished(simulation);
    };
    const services = Array.from({ length: 30 }, (_, i) => 50_000 + 1_000 * i);
    const [all, first] = [await served(services), await served(services.slice(0, ROOM))];
    expect(all.vms[0]!.dropped).toBe(30 - ROOM);
    expect(all.vms[0]!.latencyNs).toEqual(first.vms[0]!.latencyNs);
    expect(all.vms[0]!.cpuSeconds).toEqual(first.vms[0]!.cpuSeconds);
  });
});

describe('generated arrivals', () => {
  it.each(MECHANISM_KINDS)('never exceed the room under %s, and the others see the same demands', async (kind) => {
    const rates = [
      { process: 'poisson', rate: 8e5 },
      { process: 'onoff', onRate: 2e6, meanOn: '50us', meanOff: '50us' },
    ] as const;
    for (const arrivals of rates) {
      const input = bounded(kind, 'plain', arrivals);
      const simulation = await Simulation.create(input);
      const core = simulation['core'];
      let most = 0;
      while ((await simulation.step()) > 0) most = Math.max(most, core.vmCounters(0)[VM_IN_FLIGHT]!);
      const result = await finished(simulation);
      expect(most).toBe(ROOM);
      expect(result.vms[0]!.dropped).toBeGreaterThan(100);
      expect(result.vms[0]!.unstable).toBe(false);
      const open = await finished(await Simulation.create(unbounded(input)));
      for (const [i, vm] of open.vms.entries()) {
        expect(result.vms[i]!.arrived).toBe(vm.arrived);
        expect(result.vms[i]!.offeredLoad).toBe(vm.offeredLoad);
      }
    }
  });

  it('drop nothing, bit for bit, where the bound is never reached', async () => {
    for (const kind of MECHANISM_KINDS) {
      const input = contended(kind, 'fork-join');
      const wide = { ...input, vms: input.vms.map((vm) => ({ ...vm, queueLimit: 2 ** 31 })) };
      const [open, bound] = [
        await finished(await Simulation.create(input)),
        await finished(await Simulation.create(wide)),
      ];
      bound.manifest.scenarioSha256 = open.manifest.scenarioSha256;
      expect(essence(bound), kind).toBe(essence(open));
    }
  });
});

describe('closed clients', () => {
  it('that are turned away and do not think come back a nanosecond later', async () => {
    const clients: ArrivalsInput = { process: 'closed', clients: 12, think: { dist: 'constant', value: '0us' } };
    const input = { ...bounded('static', 'plain', clients), duration: '20us' };
    const result = await finished(
      await Simulation.create({ ...input, vms: [{ ...input.vms[0]!, vcpus: { min: 1, max: 1 } }] }),
    );
    const [api] = result.vms;
    // 4 are inside; each of the 8 others asks once in every nanosecond, the first and the last included. Who is done asks in
    // the same nanosecond, and one of the nine gets in.
    expect(api!.inFlight).toBe(4);
    expect(api!.dropped).toBe(8 * 20_001);
  });
});

describe('a fork', () => {
  it('may change the bound, and throws nobody out', async () => {
    const arrivals: ArrivalsInput = { process: 'poisson', rate: 8e5 };
    const simulation = await Simulation.create(bounded('hyperflux', 'plain', arrivals));
    await simulation.runUntil(1_000_000);
    const { scenario } = simulation;
    const before = simulation.metrics().vms[0]!;
    expect(before.inFlight).toBeGreaterThan(6);
    const change = (queueLimit: number | undefined): Promise<Simulation> =>
      simulation.fork({ ...scenario, vms: scenario.vms.map((vm) => ({ ...vm, queueLimit })) });
    const lower = await change(0);
    expect(lower.metrics().vms[0]!.inFlight).toBe(before.inFlight);
    let within = false;
    while ((await lower.step()) > 0) {
      const inFlight = lower['core'].vmCounters(0)[VM_IN_FLIGHT]!;
      within ||= inFlight <= 6;
      expect(inFlight).toBeLessThanOrEqual(within ? 6 : before.inFlight);
    }
    expect(within).toBe(true);
    const open = await finished(await change(undefined));
    expect(open.vms[0]!.dropped).toBe(before.dropped);
    const same = essence(await finished(await simulation.fork()));
    const restored = await Simulation.restore(simulation.snapshot());
    expect(essence(await finished(restored))).toBe(same);
    expect(essence(await finished(simulation))).toBe(same);
    lower.close();
  });
});

describe('what is refused', () => {
  const problems = (change: object): string[] => {
    const input = bounded('static', 'plain');
    try {
      resolveScenario({ ...input, vms: [{ ...input.vms[0]!, ...change }] });
    } catch (error) {
      if (error instanceof InputError)
        return error.problems.map(({ path, given, expected }) => `${path}: ${given}, ${expected}`);
      throw error;
    }
    return [];
  };

  it('a bound that is none, and one on arrivals that saturate', () => {
    const expected = 'none, or a whole number of requests from 0 to 2147483648';
    for (const [value, given] of [
      [-1, '-1'],
      [1.5, '1.5'],
      ['all', '"all"'],
      [2 ** 31 + 1, '2147483649'],
    ] as const)
      expect(problems({ queueLimit: value })).toEqual([`vms.0.queueLimit: ${given}, ${expected}`]);
    const workload = {
      arrivals: { process: 'saturate', tasks: 4 },
      request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '1us' } }] },
    };
    expect(problems({ workload })).toEqual([
      'vms.0.queueLimit: 3, none: arrivals that saturate are always as many as their tasks, and none of them is dropped',
    ]);
    expect(problems({ workload, queueLimit: 'none' })).toEqual([]);
  });

  it('nothing else: `none` is the same scenario as no field', () => {
    const input = contended('static', 'plain');
    const none = { ...input, vms: input.vms.map((vm) => ({ ...vm, queueLimit: 'none' as const })) };
    expect(resolveScenario(none)).toEqual(resolveScenario(input));
    expect('queueLimit' in resolveScenario(none).vms[0]!).toBe(false);
  });
});
