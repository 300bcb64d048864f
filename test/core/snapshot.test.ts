// Snapshot, restore and fork of a running host. Unchanged, it continues bit by bit, under every mechanism and wherever it was
// stopped; changed, it starts from the same instant and loses nothing. Debug and release cores, so that assertions watch.

import { expect, describe, it, beforeAll } from 'vitest';
import {
  MECHANISM_KINDS,
  type Scenario,
  resolveScenario,
  Simulation,
  type Result,
  InputError,
  memoryHost,
  type ScenarioInput,
  compileCore,
} from '../../src/index.js';
import { assertLaws } from '../../src/result/laws.js';
import { readFileSync } from 'node:fs';
import { essence, injectInto } from '../support/bits.js';
import { buildPath } from '../support/builds.js';
import { type Variant, contended, VARIANTS } from '../support/contended.js';

const END_NS = 4_000_000;
/** What a running host can be handed over to: nsdi22 lays its cores and queues out at the start, in its own way. */
const SWITCHABLE = MECHANISM_KINDS.filter((kind) => kind !== 'nsdi22');
const scenarioOf = (kind: (typeof MECHANISM_KINDS)[number], variant: Variant): Scenario =>
  resolveScenario({ ...contended(kind, variant), duration: '3500us', warmup: '500us' });

/** Before anything, in the warm-up, at its very end, in the middle of things, near the end. */
const INSTANTS = [0, 123_457, 500_000, 1_999_999, 3_987_654] as const;

async function finished(simulation: Simulation): Promise<Result> {
  await simulation.run();
  const result = simulation.metrics();
  assertLaws(result);
  simulation.close();
  return result;
}

async function problemsOf(work: Promise<unknown>): Promise<InputError['problems']> {
  const error: unknown = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).problems;
}

const arrivedIn = (result: Result): number[] => result.vms.map(({ arrived }) => arrived);

describe('unchanged, a simulation goes on bit by bit', () => {
  it.each(MECHANISM_KINDS)('restored and forked under %s', async (kind) => {
    for (const variant of ['fork-join', 'lock', 'quantum'] as const) {
      const scenario = scenarioOf(kind, variant);
      const expected = essence(await finished(await Simulation.create(scenario)));
      const first = await Simulation.create(scenario);
      for (const instant of INSTANTS) {
        await first.runUntil(instant);
        const bytes = first.snapshot();
        const fork = await first.fork();
        const restored = await Simulation.restore(bytes);
        expect([restored.nowNs, restored.events]).toEqual([instant, first.events]);
        expect(restored.scenario).toEqual(scenario);
        // What is restored and not run is the same snapshot again.
        expect(Buffer.compare(restored.snapshot(), bytes)).toBe(0);
        for (const other of [fork, restored])
          expect(essence(await finished(other)), `${variant} at ${instant}`).toBe(expected);
      }
      expect(essence(await finished(first)), `${variant}, the one that was copied`).toBe(expected);
    }
  });

  it('from between two events of one instant, again and again', async () => {
    const scenario = scenarioOf('hyperflux', 'fork-join');
    const expected = essence(await finished(await Simulation.create(scenario)));
    let simulation = await Simulation.create(scenario);
    for (let i = 0; i < 40; i++) {
      await simulation.step(1 + ((i * 37) % 101));
      const next = await Simulation.restore(simulation.snapshot());
      simulation.close();
      simulation = next;
    }
    expect(essence(await finished(simulation))).toBe(expected);
  });

  it('with the arrivals that were injected and wait, inside the core and outside of it', async () => {
    const scenario = scenarioOf('hyperflux', 'fork-join');
    const begin = async (): Promise<Simulation> => {
      const simulation = await Simulation.create(scenario);
      injectInto(simulation); // 300 arrivals up to 3.3 ms: the core's ring takes 256
      return simulation;
    };
    const expected = essence(await finished(await begin()));
    expect(expected).not.toBe(essence(await finished(await Simulation.create(scenario))));
    const simulation = await begin();
    for (const instant of INSTANTS) {
      await simulation.runUntil(instant);
      expect(essence(await finished(await Simulation.restore(simulation.snapshot()))), `at ${instant}`).toBe(expected);
    }
    // More can be injected after, into the past of what waits.
    const [a, b] = [await simulation.fork(), simulation];
    for (const one of [a, b]) one.inject({ vm: 'web', arrivals: [{ atNs: 3_990_000, serviceNs: 1_000, width: 1 }] });
    expect(essence(await finished(a))).toBe(essence(await finished(b)));
  });

  it('with traces at the place where they were, longer than the core takes at once', async () => {
    const rows = (count: number, gapNs: number): string =>
      `arrival,service\n${Array.from({ length: count }, (_, i) => `${i * gapNs},${500 + (i % 700)}`).join('\n')}\n`;
    const files = memoryHost({ 'api.csv': rows(9_000, 401), 'web.csv': rows(6_000, 611) });
    const traceOf = (file: string): NonNullable<ScenarioInput['vms'][number]['workload']> => ({
      arrivals: { process: 'trace', file, format: 'csv', columns: { service: 'service' } },
    });
    const input = contended('hyperflux', 'plain');
    const vms = input.vms.map((vm) => (vm.name === 'batch' ? vm : { ...vm, workload: traceOf(`${vm.name}.csv`) }));
    const scenario = resolveScenario({ ...input, vms, duration: '3500us', warmup: '500us' });
    const whole = await finished(await Simulation.create(scenario, { files }));
    expect(arrivedIn(whole)[0]).toBeGreaterThan(7_000);
    const simulation = await Simulation.create(scenario, { files });
    for (const instant of INSTANTS) {
      await simulation.runUntil(instant);
      const restored = await Simulation.restore(simulation.snapshot(), { files });
      // and taken up once more, so that the place is counted on from the place
      await restored.runUntil(Math.min(END_NS, instant + 300_000));
      const again = await Simulation.restore(restored.snapshot(), { files });
      for (const one of [restored, again]) expect(essence(await finished(one)), `at ${instant}`).toBe(essence(whole));
    }
    const lost = await problemsOf(Simulation.restore(simulation.snapshot()));
    expect(lost.map(({ path }) => path)).toEqual(['vms.api.workload.arrivals.file']);
  });
});

describe('changed, it goes on from the same instant', () => {
  const base = scenarioOf('hyperflux', 'fork-join');
  const at = 1_500_000;
  let simulation: Simulation;
  let unchanged: Result;
  beforeAll(async () => {
    simulation = await Simulation.create(base);
    await simulation.runUntil(at);
    unchanged = await finished(await simulation.fork());
  });
  const changedTo = async (change: Partial<Scenario>): Promise<Result> =>
    finished(await simulation.fork({ ...base, ...change }));

  it('under another mechanism, with the very same arrivals', async () => {
    for (const kind of SWITCHABLE.filter((other) => other !== 'hyperflux')) {
      const { mechanism } = scenarioOf(kind, 'fork-join');
      const result = await changedTo({ mechanism });
      expect(result.manifest.mechanism).toBe(kind);
      expect(arrivedIn(result), kind).toEqual(arrivedIn(unchanged));
      expect(result.manifest.fingerprint, kind).not.toBe(unchanged.manifest.fingerprint);
    }
  });

  it('with another seed: another future after the same past', async () => {
    const [a, b] = [await changedTo({ seed: 1 }), await changedTo({ seed: 2 })];
    expect(new Set([a, b, unchanged].map(({ manifest }) => manifest.fingerprint)).size).toBe(3);
    expect(essence(await changedTo({ seed: 1 }))).toBe(essence(a));
    const early = await simulation.fork({ ...base, seed: 1 });
    expect(arrivedIn(early.metrics())).toEqual(arrivedIn(simulation.metrics()));
    early.close();
  });

  it('with another rate, from the instant on', async () => {
    const steady = (rate: number): Scenario => {
      const vms = base.vms.map((vm) => ({
        ...vm,
        workload: { ...vm.workload!, arrivals: { process: 'deterministic' as const, rate } },
      }));
      return { ...base, warmupNs: 0, durationNs: END_NS, vms };
    };
    const slow = await Simulation.create(steady(50_000));
    await slow.runUntil(2_000_010); // just after an arrival
    const before = arrivedIn(slow.metrics());
    const fast = await finished(await slow.fork(steady(200_000)));
    const kept = await finished(slow);
    for (const [i, count] of before.entries()) {
      // 2 ms less 10 ns at one every 20 us and at one every 5 us; what the first gap starts from is the model's choice
      expect(Math.abs(arrivedIn(kept)[i]! - count - 100)).toBeLessThanOrEqual(1);
      expect(Math.abs(arrivedIn(fast)[i]! - count - 400)).toBeLessThanOrEqual(1);
    }
  });

  it('with the rates and dwell times of modulated arrivals, two states or more', async () => {
    // constant dwells: when a state ends, and how many come in it, is known
    const onOff = { process: 'onoff' as const, dwell: 'constant' as const };
    const arrivals = { ...onOff, onRate: 1e6, offRate: 0, meanOnNs: 1e6, meanOffNs: 1e6 };
    const states = [
      { rate: 1e5, meanDwellNs: 2e5 },
      { rate: 1e6, meanDwellNs: 1e5 },
    ];
    const modulated = (
      first: Partial<typeof arrivals>,
      second = states,
      change: Partial<Scenario> = { warmupNs: 0, durationNs: END_NS },
    ): Scenario => {
      const processes = [
        { ...arrivals, ...first },
        { process: 'mmpp' as const, states: second },
      ];
      const vms = base.vms.map((vm, i) => {
        const own = processes[i];
        return own === undefined ? vm : { ...vm, workload: { ...vm.workload!, arrivals: own } };
      });
      return { ...base, vms, ...change };
    };
    const running = await Simulation.create(modulated({}));
    await running.runUntil(1_500_000); // off until 1 ms, on until 2 ms, off until 3 ms
    const before = arrivedIn(running.metrics());
    const rest = async (scenario: Scenario): Promise<number[]> =>
      arrivedIn(await finished(await running.fork(scenario))).map((count, i) => count - before[i]!);
    const near = (count: number, mean: number): void =>
      expect(Math.abs(count - mean)).toBeLessThan(6 * Math.sqrt(mean));
    const [kept, other] = await rest(modulated({}));
    near(kept!, 1500);
    // nobody's arrivals but those that change
    const [changed, same] = await rest(modulated({ onRate: 2e5 }));
    near(changed!, 300);
    expect(same).toBe(other);
    // half of the present state is left, which is half of the new dwell: on until 2.5 ms, off until 3.5 ms
    near((await rest(modulated({ meanOnNs: 2e6 })))[0]!, 1500);
    // on until 1.625 ms, then 1 ms off and 0.25 ms on
    near((await rest(modulated({ meanOnNs: 250_000 })))[0]!, 625);
    expect((await rest(modulated({ onRate: 0 })))[0]).toBe(0);
    const faster = states.map(({ rate, meanDwellNs }) => ({ rate: 3 * rate, meanDwellNs }));
    const [still, tripled] = await rest(modulated({}, faster));
    expect(still).toBe(kept);
    expect(tripled! / other!).toBeGreaterThan(2);
    // and what changes nothing changes no bit
    expect(essence(await finished(await running.fork(modulated({}))))).toBe(
      essence(await finished(await running.fork())),
    );
    const problems = await problemsOf(running.fork(modulated({}, [...states, states[0]!])));
    expect(problems.map(({ path }) => path)).toEqual(['vms.1.workload.arrivals.states']);
    running.close();
  });

  it('with other costs and guarantees', async () => {
    const costs = Object.fromEntries(Object.keys(base.costs).map((name) => [name, 0])) as unknown as Scenario['costs'];
    const free = await changedTo({ costs });
    expect(arrivedIn(free)).toEqual(arrivedIn(unchanged));
    const steal = (result: Result): number => result.vms.reduce((sum, vm) => sum + vm.cpuSeconds.steal, 0);
    expect(steal(free)).toBeLessThan(steal(unchanged));
    const vms = base.vms.map((vm) => ({ ...vm, vcpus: { ...vm.vcpus, min: 0 } }));
    expect(arrivedIn(await changedTo({ vms }))).toEqual(arrivedIn(unchanged));
  });

  it('and the one that was forked goes on as if nothing had happened', async () => {
    const copy = await simulation.fork({ ...base, seed: 99 });
    await copy.run();
    expect(essence(await finished(await simulation.fork()))).toBe(essence(unchanged));
    copy.close();
  });

  it('refuses what is laid out already, every field at once', async () => {
    const [api, ...others] = base.vms;
    const vms = [{ ...api!, vcpus: { min: 1, max: 7 }, class: 'best-effort' as const }, ...others];
    const change = { ...base, host: { ...base.host, cores: 9 }, warmupNs: 1, vms };
    const problems = await problemsOf(simulation.fork(change));
    const paths = ['host.cores', 'vms.0.class', 'vms.0.vcpus.max', 'warmupNs'];
    expect(problems.map(({ path }) => path).sort()).toEqual(paths);
    for (const { expected } of problems) expect(expected).toContain('as in the simulation that is forked');
  });
});

describe('from every mechanism to every other', () => {
  // Twice the load of the host in the queues is where a switch has most to carry over.
  const crowded = (scenario: Scenario): Scenario => ({
    ...scenario,
    warmupNs: 200_000,
    durationNs: 2_300_000,
    vms: scenario.vms.map((vm) => ({
      ...vm,
      workload: { ...vm.workload!, arrivals: { process: 'poisson', rate: 250_000 } },
    })),
  });

  async function switchAll(module: WebAssembly.Module, variant: Variant): Promise<Map<string, string>> {
    const ends = new Map<string, string>();
    for (const from of MECHANISM_KINDS) {
      const scenario = crowded(scenarioOf(from, variant));
      const simulation = await Simulation.create(scenario, { module });
      await simulation.runUntil(1_234_567);
      for (const to of SWITCHABLE) {
        const fork = await simulation.fork({ ...scenario, mechanism: scenarioOf(to, variant).mechanism });
        // At the very instant of the change nothing is lost either.
        assertLaws(fork.metrics());
        expect(arrivedIn(fork.metrics())).toEqual(arrivedIn(simulation.metrics()));
        ends.set(`${from} to ${to}`, essence(await finished(fork)));
      }
      simulation.close();
    }
    return ends;
  }

  it.each(VARIANTS)('conserves tasks and core time, in debug and release cores alike: %s', async (variant) => {
    const [release, debug] = await Promise.all(
      (['release', 'debug'] as const).map((build) => compileCore(new Uint8Array(readFileSync(buildPath(build))))),
    );
    const expected = await switchAll(release!, variant);
    expect(expected.size).toBe(MECHANISM_KINDS.length * SWITCHABLE.length);
    const watched = await switchAll(debug!, variant);
    for (const [pair, end] of expected) expect(watched.get(pair), pair).toBe(end);
  });

  it('through all of them in one run', async () => {
    const module = await compileCore(new Uint8Array(readFileSync(buildPath('debug'))));
    let simulation = await Simulation.create(crowded(scenarioOf('static', 'fork-join')), { module });
    // each three times: in the table's order, backwards, and every second one first
    const kinds = [
      ...SWITCHABLE,
      ...[...SWITCHABLE].reverse(),
      ...[1, 0].flatMap((odd) => SWITCHABLE.filter((_, i) => i % 2 === odd)),
    ];
    const { warmupNs, durationNs } = simulation.scenario;
    for (const [i, kind] of kinds.entries()) {
      await simulation.runUntil(warmupNs + Math.floor(((i + 1) * durationNs) / (kinds.length + 1)));
      const { mechanism } = scenarioOf(kind, 'fork-join');
      const next = await simulation.fork({ ...simulation.scenario, mechanism });
      simulation.close();
      simulation = next;
      assertLaws(simulation.metrics());
    }
    const result = await finished(simulation);
    expect(result.vms.every((vm) => vm.completed > 0)).toBe(true);
  });
});

describe('what is no snapshot of this core is refused', () => {
  let bytes: Uint8Array;
  let module: WebAssembly.Module;
  beforeAll(async () => {
    module = await compileCore();
    const simulation = await Simulation.create(scenarioOf('ideal', 'plain'), { module });
    await simulation.runUntil(1_000_000);
    bytes = simulation.snapshot();
    simulation.close();
  });

  it('another core by naming both hashes', async () => {
    const other = await compileCore(new Uint8Array(readFileSync(buildPath('debug'))));
    const theirs = await Simulation.create(scenarioOf('ideal', 'plain'), { module: other });
    const mine = await Simulation.create(scenarioOf('ideal', 'plain'), { module });
    const hashes = [theirs, mine].map((simulation) => simulation.metrics().manifest.coreSha256);
    const [problem] = await problemsOf(Simulation.restore(theirs.snapshot(), { module, file: 'a.snapshot' }));
    expect(problem).toEqual({
      file: 'a.snapshot',
      path: 'snapshot',
      given: `a snapshot of core ${hashes[0]}`,
      expected: `one of this core, ${hashes[1]}`,
    });
    theirs.close();
    mine.close();
  });

  it('a cut or a lengthened one by naming both lengths', async () => {
    for (const length of [64, 65, 1_000, bytes.length - 1]) {
      const [problem] = await problemsOf(Simulation.restore(bytes.slice(0, length)));
      expect(problem!.given).toBe(`${length} bytes`);
      expect(problem!.expected).toBe(`${bytes.length} bytes: the file is cut or has grown`);
    }
    const grown = new Uint8Array(bytes.length + 1);
    grown.set(bytes);
    expect((await problemsOf(Simulation.restore(grown)))[0]!.given).toBe(`${bytes.length + 1} bytes`);
  });

  it('anything else, and other versions', async () => {
    for (const other of [new Uint8Array(0), bytes.slice(0, 63), new Uint8Array(100), new TextEncoder().encode('{}')])
      expect((await problemsOf(Simulation.restore(other)))[0]!.given).toContain('do not begin with "fluxhost"');
    const later = bytes.slice();
    later[8] = 3;
    expect((await problemsOf(Simulation.restore(later)))[0]).toMatchObject({
      given: 'version 3',
      expected: 'version 2',
    });
  });

  it('a simulation fed from a stream, which nobody can read again', async () => {
    const simulation = await Simulation.create(scenarioOf('ideal', 'plain'), { module });
    async function* nothing(): AsyncGenerator<never> {}
    simulation.inject({ vm: 'api', arrivals: nothing() });
    expect(() => simulation.snapshot()).toThrow(/a stream of arrivals, expected arrays or traces/);
    await expect(simulation.fork()).rejects.toThrow(/a stream of arrivals/);
    simulation.close();
  });
});
