// caladan's two controllers: what each takes away, when, and gives back; what they leave alone; and that off they are not there.

import { describe, it, expect } from 'vitest';
import { type ScenarioInput, type Result, Simulation, resolveScenario } from '../../src/index.js';
import { HOST_IDLE_NS, VM_TASK_NS } from '../../assembly/layout.js';
import { assertLaws } from '../../src/result/laws.js';
import { withMechanism } from '../../src/scenario/mechanisms.js';
import { warningsOf } from '../../src/scenario/warnings.js';
import { essence } from '../support/bits.js';
import { BUILDS, moduleOf } from '../support/builds.js';
import { runOnce, saturating, type VmInput } from '../support/scenarios.js';

const INTERVAL_NS = 10_000;
/** From the decision to a core that is free, or runs somebody: caladan's moveLatency. */
const MOVE_NS = 5_000;

const run = async (input: ScenarioInput, module?: WebAssembly.Module): Promise<Result> =>
  (await runOnce(input, module)).result;

type Caladan = Readonly<Record<string, string | number>>;
const caladan = (knobs: Caladan = {}): ScenarioInput['mechanism'] => ({ kind: 'caladan', ...knobs });

interface Look {
  readonly atNs: number;
  /** What the last microsecond brought to the accounts: ns without a vCPU, and of each VM's tasks. */
  readonly idle: number;
  readonly task: readonly number[];
  readonly held: readonly number[];
  /** Cores that nobody holds and nobody can get. */
  readonly out: number;
}

/** Runs in steps of 1 us, looking after each. */
async function eachMicrosecond(input: ScenarioInput, look: (look: Look) => void): Promise<Result> {
  const simulation = await Simulation.create(input);
  const core = simulation['core'];
  const exports = core['exports'] as unknown as { coresHeld(vm: number): number; idleCores(): number };
  let idleBefore = 0;
  let taskBefore = input.vms.map(() => 0);
  while (!simulation.done) {
    await simulation.runFor(1_000);
    core.settle();
    const idle = core.hostCounters()[HOST_IDLE_NS]!;
    const task = input.vms.map((_, vm) => core.vmCounters(vm)[VM_TASK_NS]!);
    const held = input.vms.map((_, vm) => exports.coresHeld(vm));
    look({
      atNs: simulation.nowNs,
      idle: idle - idleBefore,
      task: task.map((ns, vm) => ns - taskBefore[vm]!),
      held,
      out: held.reduce((left, n) => left - n, input.host.cores - 1) - exports.idleCores(),
    });
    idleBefore = idle;
    taskBefore = task;
  }
  const result = simulation.metrics();
  assertLaws(result);
  simulation.close();
  return result;
}

describe('hyper-thread controller', () => {
  const TASK_NS = 200_000;
  const PUNISH_NS = 50_000;
  /** One physical core of two threads beside the polling one: a long task every 500 us, and work that fills the rest. */
  const pair = (knobs: Caladan): ScenarioInput => ({
    version: 1,
    duration: '2ms',
    host: { cores: 3, smt: 2 },
    mechanism: caladan(knobs),
    vms: [
      {
        name: 'long',
        vcpus: { min: 0, max: 1 },
        workload: {
          arrivals: { process: 'deterministic', rate: 2000 },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: `${TASK_NS}ns` } }] },
        },
      },
      saturating('batch', 4, { min: 0, max: 2 }),
    ],
  });

  it('empties the sibling within an interval of htPunish, and gives it back within one of the end', async () => {
    let began = 0;
    let ended = 0;
    let empty = 0;
    let full = 0;
    const result = await eachMicrosecond(pair({ htPunish: `${PUNISH_NS}ns` }), ({ atNs, idle, task, out }) => {
      const runs = task[0]! > 0;
      if (runs && began <= ended) began = atNs;
      if (!runs && began > ended) ended = atNs;
      const since = atNs - Math.max(began, ended);
      const where = `at ${atNs} ns, ${runs ? 'task' : 'none'} for ${since} ns`;
      if (runs && since < PUNISH_NS) expect(out, where).toBe(0);
      if (runs && since > PUNISH_NS + INTERVAL_NS + MOVE_NS) {
        expect([out, idle], where).toEqual([1, 1_000]);
        empty++;
      }
      if (!runs && ended > 0 && since > INTERVAL_NS) expect(out, where).toBe(0);
      // a VM is given one core a look, and not at two looks in a row
      if (!runs && ended > 0 && since > 5 * INTERVAL_NS) {
        expect(idle, where).toBe(0);
        full++;
      }
    });
    expect(empty).toBeGreaterThan(300);
    expect(full).toBeGreaterThan(300);
    expect(result.vms[0]!.completed).toBe(3);
    expect(result.reallocation.controllers).toEqual({ hyperthread: { punished: 3, relaxed: 3 } });
  });

  it('makes the long task as fast as alone from then on', async () => {
    const alone = (await run({ ...pair({}), vms: [pair({}).vms[0]!] })).vms[0]!;
    const beside = (await run(pair({}))).vms[0]!;
    const punished = (await run(pair({ htPunish: `${PUNISH_NS}ns` }))).vms[0]!;
    expect(beside.latencyNs.p50!).toBeGreaterThan(TASK_NS / 0.65);
    // until the sibling is empty it gets on at 0.65
    const lost = (PUNISH_NS + INTERVAL_NS + MOVE_NS) * 0.35;
    expect(punished.latencyNs.max!).toBeLessThan(alone.latencyNs.max! + lost + INTERVAL_NS + 2 * MOVE_NS);
  });

  const contended = (seed: number, knobs: Caladan): ScenarioInput => ({
    version: 1,
    seed,
    duration: '40ms',
    warmup: '1ms',
    host: { cores: 9, smt: 2 },
    mechanism: caladan(knobs),
    vms: [
      {
        name: 'api',
        vcpus: { min: 2, max: 8 },
        workload: {
          arrivals: { process: 'poisson', rate: 60_000 },
          request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '20us' } }] },
        },
      },
      saturating('batch', 16, { min: 0, max: 8 }),
    ],
  });

  it('shortens the tail of a latency-critical VM, and costs the best-effort one throughput', async () => {
    for (const seed of [1, 2, 3]) {
      const off = await run(contended(seed, {}));
      const on = await run(contended(seed, { htPunish: '10us' }));
      expect(on.vms[0]!.latencyNs.p99!, `seed ${seed}`).toBeLessThan(0.95 * off.vms[0]!.latencyNs.p99!);
      expect(on.vms[1]!.completed).toBeLessThan(off.vms[1]!.completed);
      expect(on.reallocation.controllers!.hyperthread!.punished).toBeGreaterThan(100);
    }
  });

  it('leaves a VM its guarantee, and tasks a place to go on, where every thread runs one', async () => {
    const all: ScenarioInput = {
      ...contended(1, { htPunish: '10us' }),
      host: { cores: 5, smt: 2 },
      vms: [
        {
          name: 'api',
          vcpus: { min: 4, max: 4 },
          workload: {
            arrivals: { process: 'saturate', tasks: 4 },
            request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '100us' } }] },
          },
        },
      ],
    };
    const result = await run(all);
    expect(result.reallocation.controllers).toEqual({ hyperthread: { punished: 0, relaxed: 0 } });
    expect(result.vms[0]!.revocations).toBe(0);
  });

  it('grants the emptied VM another core first, so by what it holds before it loses its own', async () => {
    const critical = (name: string, max: number, tasks: number, service: string, priority = 1): VmInput => ({
      name,
      class: 'latency-critical',
      priority,
      vcpus: { min: 1, max },
      workload: {
        arrivals: { process: 'saturate', tasks },
        request: { stages: [{ tasks: 1, service: { dist: 'constant', value: service } }] },
      },
    });
    // beside `long` lies `moved`; `two` holds one core above its guarantee, and `three` two of which it may lose one to an equal
    const result = await run({
      version: 1,
      duration: '150us',
      host: { cores: 10, smt: 2 },
      mechanism: caladan({ htPunish: '50us', threshold: '1us' }),
      vms: [
        critical('moved', 2, 1, '5us'),
        critical('two', 2, 2, '40us'),
        critical('three', 3, 3, '5us'),
        critical('other', 1, 1, '5us', 2),
        critical('last', 1, 1, '5us', 2),
        critical('long', 1, 1, '400us', 2),
      ],
    });
    expect(result.reallocation.controllers!.hyperthread!.punished).toBe(1);
    const [moved, two, three] = result.vms;
    expect([moved!.revocations, two!.revocations, three!.revocations]).toEqual([1, 0, 1]);
  });

  it('off, or without siblings, changes no bit', async () => {
    const fingerprint = async (input: ScenarioInput) => (await run(input)).manifest.fingerprint;
    const off = await run(contended(1, {}));
    expect(off.reallocation).not.toHaveProperty('controllers');
    expect(await fingerprint(contended(1, { htPunish: '0ns' }))).toBe(off.manifest.fingerprint);
    expect(await fingerprint(contended(1, { htPunish: '1s' }))).not.toBe(off.manifest.fingerprint);
    const single = (knobs: Caladan): ScenarioInput => ({ ...contended(1, knobs), host: { cores: 9 } });
    expect(await fingerprint(single({ htPunish: '10us' }))).toBe(await fingerprint(single({})));
    expect(warningsOf(resolveScenario(single({ htPunish: '10us' })))).toEqual([
      'mechanism.htPunish: host.smt is 1, so no hardware thread has a sibling to be emptied: it does nothing',
    ]);
    expect(warningsOf(resolveScenario(contended(1, { htPunish: '10us' })))).toEqual([]);
  });

  it('gives the same bits in all builds, and lets a fork go on under another mechanism', async () => {
    const input = contended(2, { htPunish: '10us' });
    // a move that takes no time is over before the controller has returned
    const both: readonly Caladan[] = [{ htPunish: '10us' }, { htPunish: '10us', moveLatency: '0ns' }];
    for (const knobs of both) {
      const texts = new Set<string>();
      const short = { ...contended(2, knobs), duration: '5ms' };
      for (const build of BUILDS) texts.add(essence(await run(short, await moduleOf(build))));
      expect(texts.size).toBe(1);
    }
    for (const kind of ['static', 'hyperflux', 'caladan'] as const) {
      const before = await Simulation.create(input, { module: await moduleOf('debug') });
      await before.runFor(3_333_333);
      const after = await before.fork(withMechanism(before.scenario, kind));
      await after.run();
      const { vms, host } = after.metrics();
      expect(vms[0]!.completed, kind).toBeGreaterThan(1000);
      expect(host.utilization, kind).toBeGreaterThan(kind === 'static' ? 0.1 : 0.6);
      before.close();
      after.close();
    }
  });
});

describe('bandwidth controller', () => {
  const STEP = 5;
  const LIMIT = 25;
  /** 16 threads; `api` wants none of them, then 4 of `STEP` GB each for 2 ms, then none; `batch` takes what there is. */
  const shared = (knobs: Caladan, bandwidth: Partial<VmInput> = { bandwidthPerVcpu: `${STEP}GB` }): ScenarioInput => ({
    version: 1,
    duration: '6ms',
    host: { cores: 17 },
    mechanism: caladan(knobs),
    vms: [
      {
        name: 'api',
        vcpus: { min: 0, max: 4 },
        ...bandwidth,
        workload: {
          arrivals: { process: 'onoff', onRate: 2e6, meanOn: '2ms', meanOff: '2ms', dwell: 'constant' },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '2us' } }] },
        },
      },
      saturating('batch', 32, { min: 0, max: 16 }, bandwidth),
    ],
  });

  it('takes vCPUs from the best-effort VM down to the limit, and gives them back when the load goes', async () => {
    const looks: Look[] = [];
    const result = await eachMicrosecond(shared({}), (look) => looks.push(look));
    const between = (from: number, until: number) =>
      looks.filter(({ atNs }) => atNs > from * 1e6 && atNs <= until * 1e6);
    const mean = (list: readonly Look[], vm: number) =>
      list.reduce((sum, { held }) => sum + held[vm]!, 0) / list.length;
    // at the limit are five of them together; beyond it the controller takes one an interval, below it gives one
    const quiet = between(0.2, 2);
    const burst = between(2.1, 4);
    const again = between(4.2, 6);
    for (const { atNs, task } of [...quiet, ...burst, ...again]) {
      const traffic = ((task[0]! + task[1]!) / 1_000) * STEP;
      expect(traffic, `at ${atNs} ns`).toBeLessThanOrEqual(LIMIT + STEP);
    }
    expect(mean(quiet, 0)).toBe(0);
    expect(mean(burst, 0)).toBeGreaterThan(3.9);
    for (const list of [quiet, again]) expect(Math.abs(mean(list, 1) - LIMIT / STEP)).toBeLessThan(1);
    expect(mean(burst, 1)).toBeLessThan(1.5);
    const { punished, relaxed } = result.reallocation.controllers!.bandwidth!;
    expect(punished).toBeGreaterThan(50);
    // each look of 10 us does one thing at most
    expect(punished + relaxed).toBeLessThanOrEqual(600);
  });

  it('spares the latency-critical VM what it costs to share memory that is short', async () => {
    const short = (knobs: Caladan): ScenarioInput => ({
      ...shared(knobs),
      host: { cores: 17, memoryBandwidth: '30GB' },
    });
    const off = await run(short({ bandwidthLimit: '0B' }));
    const on = await run(short({}));
    expect(off.reallocation).not.toHaveProperty('controllers');
    expect(on.vms[0]!.latencyNs.p99!).toBeLessThan(0.8 * off.vms[0]!.latencyNs.p99!);
  });

  it('never takes what is guaranteed, nor anything from a latency-critical VM', async () => {
    const guaranteed = shared({});
    guaranteed.vms[1] = { ...guaranteed.vms[1]!, vcpus: { min: 8, max: 16 } };
    let least = Infinity;
    await eachMicrosecond(guaranteed, ({ atNs, held }) => {
      if (atNs > 200_000) least = Math.min(least, held[1]!);
    });
    expect(least).toBe(8);
    const critical = shared({});
    critical.vms[1] = { ...critical.vms[1]!, class: 'latency-critical' };
    expect((await run(critical)).reallocation.controllers).toEqual({ bandwidth: { punished: 0, relaxed: 0 } });
  });

  it('does nothing where the memory cannot move as much as the limit', async () => {
    const slow: ScenarioInput = { ...shared({}), host: { cores: 17, memoryBandwidth: '20GB' } };
    expect((await run(slow)).reallocation.controllers).toEqual({ bandwidth: { punished: 0, relaxed: 0 } });
  });

  it('off, or without traffic, changes no bit', async () => {
    const { manifest, reallocation } = await run(shared({}, {}));
    expect(reallocation).not.toHaveProperty('controllers');
    const same: ScenarioInput[] = [
      shared({ bandwidthLimit: '0B' }),
      shared({ bandwidthLimit: '0B' }, {}),
      shared({ bandwidthLimit: '1TB' }),
      { ...shared({ bandwidthLimit: '1TB' }), host: { cores: 17, memoryBandwidth: '1TB' } },
    ];
    for (const input of same) expect((await run(input)).manifest.fingerprint).toBe(manifest.fingerprint);
    expect((await run(shared({}))).manifest.fingerprint).not.toBe(manifest.fingerprint);
  });

  it('gives the same bits in all builds, and a fork lifts what it has denied', async () => {
    const input: ScenarioInput = {
      ...shared({ htPunish: '20us' }),
      host: { cores: 17, smt: 2, memoryBandwidth: '30GB' },
    };
    const texts = new Set<string>();
    for (const build of BUILDS) texts.add(essence(await run(input, await moduleOf(build))));
    expect(texts.size).toBe(1);
    const before = await Simulation.create(shared({}), { module: await moduleOf('debug') });
    await before.runFor(1_234_567);
    const after = await before.fork(withMechanism(before.scenario, 'hyperflux'));
    await after.runFor(500_000);
    const held = (after['core']['exports'] as unknown as { coresHeld(vm: number): number }).coresHeld(1);
    expect(held).toBe(16);
    before.close();
    after.close();
  });
});
