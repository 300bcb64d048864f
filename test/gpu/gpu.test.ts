// A GPU before a VM: prompts are answered as arithmetic says, their tokens are what the VM gets, offline work has the time that it should, and a
// run goes on, forks and begins anew with the same bits.
import { describe, expect, it } from 'vitest';
import { InputError, parseScenario, Simulation, withFields, type ScenarioInput } from '../../src/index.js';
import { brokenLaws } from '../../src/result/laws.js';
import { lawful } from '../support/lawful.js';

type Input = ScenarioInput & Required<Pick<ScenarioInput, 'gpu'>>;
const chat = (process: 'poisson' | 'deterministic', rate: number): ScenarioInput['vms'][number] => ({
  name: 'chat',
  vcpus: { min: 1, max: 4 },
  workload: {
    arrivals: { process, rate },
    request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '100us' } }] },
  },
});
const scenario = (gpu: Partial<Input['gpu']> = {}, more: Partial<Input> = {}): Input => ({
  ...{ version: 1, seed: 3, duration: '5500ms', warmup: '0ns', host: { cores: 6 }, mechanism: 'static' },
  gpu: { vm: 'chat', prompt: 1264, promptCv: 0, output: 10, outputCv: 0, offline: {}, ...gpu },
  vms: [chat('deterministic', 1)],
  ...more,
});

describe('a GPU', () => {
  it('answers prompts that never meet in the time of their steps, and works offline in the rest', async () => {
    const { gpu, vms } = await lawful(scenario());
    // 78.764 ms of prompt, 10 times 5 ms between steps and 9.283 ms of a token; offline work stops within 0.5 ms and is back after 74 ms
    expect(gpu).toMatchObject({ vm: 'chat', arrived: 5, completed: 5, inFlight: 0, tokens: 50, preemptions: 5 });
    expect(gpu!.firstTokenNs).toMatchObject({ min: 79_264_000, max: 79_264_000 });
    expect(gpu!.tokenNs).toMatchObject({ min: 14_283_000, max: 14_283_000 });
    expect(gpu!.busySeconds).toBeCloseTo(5 * (0.078764 + 10 * 0.009283), 9);
    expect(gpu!.offlineSeconds).toBeCloseTo(5.5 - 5 * (0.0005 + 0.078764 + 0.14283 + 0.074), 9);
    expect(vms[0]).toMatchObject({ arrived: 50, completed: 50 });
  });

  it('stops nobody without offline work, and in every gap under a cooldown below it', async () => {
    const alone = await lawful(scenario({ offline: undefined }));
    expect(alone.gpu).toMatchObject({ preemptions: 0, offlineSeconds: 0, firstTokenNs: { max: 78_764_000 } });
    const often = await lawful(scenario({ cooldown: '4ms' }));
    expect(often.gpu).toMatchObject({ preemptions: 55, tokenNs: { max: 14_783_000 } });
    expect(often.gpu!.offlineSeconds).toBeGreaterThan((await lawful(scenario())).gpu!.offlineSeconds);
  });

  it('hands the tokens of a step over together, when it ends', async () => {
    const vm = { ...chat('deterministic', 100), vcpus: { min: 4, max: 4 } };
    const many = scenario({ prompt: 1, output: 1000, gap: '0ns', batch: 24 }, { duration: '1s', vms: [vm] });
    const { gpu, vms } = await lawful(many);
    expect(vms[0]!.arrived).toBe(gpu!.tokens);
    expect(gpu!.inFlight).toBeGreaterThan(24);
    // 24 tasks for 4 vCPUs: the last are done after six times 100 us, and some overhead of the host
    expect(vms[0]!.latencyNs.max!).toBeGreaterThan(600_000);
    expect(vms[0]!.latencyNs.max!).toBeLessThan(650_000);
  });

  it('gets its prompts when a datapath lets them through', async () => {
    const datapath = { workers: 1, tenants: [{ vm: 'chat', cost: '3ms' }] };
    const { datapath: through, gpu, vms } = await lawful(scenario({}, { datapath }));
    const direct = await lawful(scenario());
    expect(through!.tenants[0]).toMatchObject({ served: 5, latencyNs: { min: 3e6, max: 3e6 } });
    expect(gpu!.firstTokenNs).toEqual(direct.gpu!.firstTokenNs);
    expect(vms[0]!.latencyNs).toEqual(direct.vms[0]!.latencyNs);
    // the first offline stretch is 3 ms longer, the last as much shorter
    expect(gpu!.offlineSeconds).toBeCloseTo(direct.gpu!.offlineSeconds, 9);
    const full = { ...datapath, queue: 1, tenants: [{ vm: 'chat', cost: '2200ms' }] };
    const dropped = await lawful(scenario({}, { datapath: full }));
    expect(dropped.datapath!.tenants[0]!.droppedForQueue).toBeGreaterThan(0);
    expect(dropped.gpu!.arrived).toBe(dropped.datapath!.tenants[0]!.served);
  });
});

describe('a run with a GPU', () => {
  const input = scenario(
    { promptCv: 0.9, outputCv: 0.8, output: 60, memory: '2GiB' },
    { warmup: '700ms', vms: [chat('poisson', 2)] },
  );
  const ended = async (simulation: Simulation): Promise<unknown> => {
    await simulation.run();
    const { manifest, gpu, vms } = simulation.metrics();
    return { fingerprint: manifest.fingerprint, gpu, vms };
  };

  it('goes on from a snapshot, in a fork and after a reset with the same bits', async () => {
    const simulation = await Simulation.create(input);
    await simulation.runUntil(2_777_777_777);
    expect(brokenLaws(simulation.metrics())).toEqual([]);
    const [restored, fork] = [await Simulation.restore(simulation.snapshot()), await simulation.fork()];
    expect(restored.metrics().gpu).toEqual(simulation.metrics().gpu);
    const whole = await ended(simulation);
    expect(await ended(restored)).toEqual(whole);
    expect(await ended(fork)).toEqual(whole);
    simulation.reset(9);
    expect(await ended(simulation)).toEqual(await ended(await Simulation.create({ ...input, seed: 9 })));
  });

  it('adds up at every instant: what came before and after the warm-up is what came', async () => {
    const sums = async (warmup: string, duration: string) => {
      const { gpu } = await lawful({ ...input, warmup, duration });
      const { tokens, busySeconds, offlineSeconds, preemptions, offlineLost } = gpu!;
      return [tokens, busySeconds, offlineSeconds, preemptions, offlineLost] as const;
    };
    const whole = await sums('0ns', '6s');
    expect(whole.every((figure) => figure > 0)).toBe(true);
    for (const [ms, rest] of [
      [1, 5999],
      [1234, 4766],
      [3333, 2667],
    ]) {
      const [before, after] = [await sums('0ns', `${ms}ms`), await sums(`${ms}ms`, `${rest}ms`)];
      whole.forEach((figure, i) => expect(before[i]! + after[i]!).toBeCloseTo(figure, 9));
    }
  });

  it('cannot change its prompts any more', async () => {
    const simulation = await Simulation.create(input);
    await simulation.runUntil(1e6);
    for (const set of ['vms.chat.workload.arrivals.rate=1', 'gpu.cooldown=7ms'])
      await expect(simulation.fork(withFields(simulation.scenario, [set]))).rejects.toThrow('laid out already');
  });
});

describe('refused', () => {
  const text = (gpu: string): string =>
    `version: 1\nduration: 1ms\nhost: { cores: 4 }\nmechanism: hyperflux\ngpu: ${gpu}\nvms:\n` +
    `  - { name: a, vcpus: { min: 1, max: 2 }, workload: { arrivals: { process: poisson, rate: 1 }, request: { stages: [{ tasks: 1, service: { dist: constant, value: 1us } }] } } }\n` +
    `  - { name: s, vcpus: { min: 0, max: 2 }, workload: { arrivals: { process: saturate, tasks: 1 }, request: { stages: [{ tasks: 1, service: { dist: constant, value: 1us } }] } } }\n`;
  it.each([
    ['{ vm: b }', 'gpu.vm: given "b", expected the name of a VM'],
    ['{ vm: s }', 'not saturate: they are the prompts of the GPU'],
    ['{ vm: a, cooldown: 7 }', 'gpu.cooldown'],
    ['{ vm: a, up: 0.5 }', 'gpu.up: given 0.5, expected a number from 1 to 1000'],
    ['{ vm: a, memory: 1MiB }', 'gpu.memory: given "1MiB", expected at least two pages'],
    ['{ vm: a, memory: 640MiB, prompt: 641 }', 'gpu.prompt: given 641, expected at most 640 tokens'],
    ['{ vm: a, prompt: 100, output: 100, memory: 512MiB, offline: {} }', 'gpu.offline.prompt'],
    ['{ vm: a, offline: { prompt: 0 } }', 'gpu.offline.prompt: given 0'],
  ])('%s', (gpu, why) => {
    expect(() => parseScenario(text(gpu))).toThrow(InputError);
    expect(() => parseScenario(text(gpu))).toThrow(why);
  });

  it('nothing of a gap above the cooldown, of which it warns where something runs offline', () => {
    const warned = (gpu: string): readonly string[] => parseScenario(text(gpu)).warnings;
    expect(warned('{ vm: a, cooldown: 4ms, offline: {} }')).toEqual([
      'gpu.cooldown: 4ms is shorter than gpu.gap (5ms): offline work is let in and stopped between the tokens of an answer',
    ]);
    for (const fine of ['{ vm: a, cooldown: 5ms, offline: {} }', '{ vm: a, cooldown: 4ms }'])
      expect(warned(fine)).toEqual([]);
  });

  it('more tokens than memory holds', async () => {
    const many = scenario({ output: 1000 }, { duration: '10s', vms: [chat('deterministic', 2000)] });
    await expect(Simulation.create(many)).rejects.toThrow('expected at most 10000000');
  });
});
