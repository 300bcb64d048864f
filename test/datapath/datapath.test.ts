// A datapath before VMs: packets pass it as they would a queue of theory, what it lets through is what the VMs get, budgets keep one tenant
// from another's tail, and a run goes on, forks and begins anew with the same bits.
import { describe, expect, it } from 'vitest';
import { InputError, parseScenario, Simulation, withFields, type ScenarioInput } from '../../src/index.js';
import { answersOf, answerText } from '../../src/report/datapath-table.js';
import { renderRun } from '../../src/report/run-table.js';
import { random } from '../support/chance.js';
import { mmkWait } from '../support/queueing.js';
import { lawful } from '../support/lawful.js';

type Input = ScenarioInput & Required<Pick<ScenarioInput, 'datapath'>>;
const vm = (
  name: string,
  rate: number,
  process: 'poisson' | 'deterministic' = 'poisson',
): ScenarioInput['vms'][number] => ({
  name,
  vcpus: { min: 1, max: 4 },
  workload: {
    arrivals: { process, rate },
    request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '2us' } }] },
  },
});
const scenario = (datapath: Input['datapath'], vms = [vm('a', 50_000), vm('b', 50_000)]): Input => ({
  version: 1,
  seed: 3,
  duration: '200ms',
  warmup: '20ms',
  host: { cores: 16 },
  mechanism: 'static',
  datapath,
  vms,
});
const exponential = (mean: string) => ({ dist: 'exponential', mean }) as const;

describe('packets', () => {
  it('wait as M/M/k says under fifo, packet by packet', async () => {
    const tenants = [
      { vm: 'a', cost: exponential('12us') },
      { vm: 'b', cost: exponential('12us') },
    ];
    const { datapath } = await lawful(scenario({ workers: 2, batch: 1, discipline: 'fifo', queue: 100_000, tenants }));
    const [a, b] = datapath!.tenants;
    const mean = (a!.latencyNs.mean! * a!.served + b!.latencyNs.mean! * b!.served) / (a!.served + b!.served);
    // 20,000 packets whose waits depend on each other: a tenth is some four standard errors
    expect(Math.abs(mean / (12_000 + mmkWait(2, 0.6, 12_000)) - 1)).toBeLessThan(0.1);
  });

  it('take their cost and no more where they never meet, and their VM does not tell', async () => {
    const vms = [vm('a', 50_000, 'deterministic')];
    const { datapath, ...through } = await lawful(
      scenario({ workers: 1, discipline: 'fifo', tenants: [{ vm: 'a', cost: '700ns' }] }, vms),
    );
    expect(datapath!.tenants[0]).toMatchObject({
      ...{ droppedForBudget: 0, droppedForQueue: 0 },
      latencyNs: { min: 700, max: 700, count: datapath!.tenants[0]!.served },
    });
    const { datapath: _, ...without } = scenario({ workers: 1, tenants: [] }, vms);
    const direct = await lawful(without);
    // the same services in the same order, 700 ns later each
    expect(through.vms[0]!.latencyNs).toEqual(direct.vms[0]!.latencyNs);
  });

  it('are requests of their VM when they are let through, and not before', async () => {
    const input = scenario({
      workers: 1,
      tenants: [
        { vm: 'a', cost: '9us' },
        { vm: 'b', cost: '12us' },
      ],
      queue: 16,
    });
    const { datapath, vms } = await lawful({ ...input, warmup: '0ns' });
    datapath!.tenants.forEach(({ served, droppedForQueue, droppedForBudget }, i) => {
      expect(vms[i]!.arrived).toBe(served);
      expect(droppedForQueue + droppedForBudget).toBeGreaterThan(0);
    });
  });

  it('of a tenant with a budget do not wait for those of one that has used its own up', async () => {
    const p99 = async (discipline: 'fifo' | 'cycles', cost: string): Promise<number> => {
      const tenants = [
        { vm: 'a', cost: '500ns' },
        { vm: 'b', cost },
      ];
      const vms = [vm('a', 100_000), vm('b', 120_000)];
      const { datapath } = await lawful(scenario({ workers: 1, discipline, queue: 1024, tenants }, vms));
      return datapath!.tenants[0]!.latencyNs.p99!;
    };
    expect(await p99('fifo', '9us')).toBeGreaterThan(5 * (await p99('cycles', '9us')));
  });

  it('follow their VM and the seed: another tenant changes nothing of them', async () => {
    const alone = scenario({ workers: 1, discipline: 'siloed', tenants: [{ vm: 'a', cost: exponential('3us') }] });
    const beside = scenario({
      ...{ workers: 2, discipline: 'siloed' },
      tenants: [
        { vm: 'a', cost: exponential('3us') },
        { vm: 'b', cost: '5us' },
      ],
    });
    const [one, two] = [await lawful(alone), await lawful(beside)];
    expect(two.datapath!.tenants[0]).toEqual(one.datapath!.tenants[0]);
    const other = await lawful({ ...alone, seed: 4 });
    expect(other.datapath!.tenants[0]!.arrived).not.toBe(one.datapath!.tenants[0]!.arrived);
  });
});

describe('from packet to answer', () => {
  it('is the wait and the latency together: exact where both are constant, and a bound else', async () => {
    const vms = [vm('a', 1000, 'deterministic')];
    const constant = { stages: [{ tasks: 1, service: { dist: 'constant' as const, value: '2us' } }] };
    const fixed = [{ ...vms[0]!, workload: { ...vms[0]!.workload!, request: constant } }];
    const { datapath, vms: ran } = await lawful(scenario({ workers: 1, tenants: [{ vm: 'a', cost: '7us' }] }, fixed));
    const [found] = answersOf({ datapath, vms: ran });
    expect(found!.meanNs).toBeCloseTo(7000 + ran[0]!.latencyNs.mean!, 6);
    expect(found!.most98Ns).toBe(7000 + ran[0]!.latencyNs.p99!);
    expect(answerText({ vm: 'a', meanNs: 9000, most98Ns: 9000, most998Ns: null })).toBe(
      'a 9.00 us in the mean, 98 % within 9.00 us',
    );
  });

  it('holds: of two exponential parts that were drawn no more than 2 % take longer', () => {
    const next = random(5);
    const draw = (): number => -Math.log(1 - next());
    const [first, second] = [0, 1].map(() => Array.from({ length: 20_000 }, draw)) as [number[], number[]];
    const p99 = (values: readonly number[]): number =>
      values.toSorted((a, b) => a - b)[Math.ceil(0.99 * values.length) - 1]!;
    const most = p99(first) + p99(second);
    const beyond = first.filter((one, i) => one + second[i]! > most).length;
    expect(beyond / first.length).toBeLessThanOrEqual(0.02);
  });

  it('is told by run, and of a GPU not: its packets are prompts', async () => {
    const found = await lawful(scenario({ workers: 1, tenants: [{ vm: 'a', cost: '2us' }] }));
    expect(renderRun(found)).toMatch(
      /from packet to answer: a [\d.]+ us in the mean, 98 % within [\d.]+ us, 99\.8 % within/,
    );
    expect(answersOf({ ...found, gpu: { vm: 'a' } as NonNullable<typeof found.gpu> })).toEqual([]);
  });
});

describe('a run with a datapath', () => {
  const input = scenario({
    workers: 2,
    tenants: [
      { vm: 'a', cost: exponential('9us') },
      { vm: 'b', cost: '14us' },
    ],
  });
  const ended = async (simulation: Simulation): Promise<unknown> => {
    await simulation.run();
    const { manifest, datapath, vms } = simulation.metrics();
    return { fingerprint: manifest.fingerprint, datapath, vms };
  };

  it('goes on from a snapshot, in a fork and after a reset with the same bits', async () => {
    const simulation = await Simulation.create(input);
    await simulation.runUntil(77_777_777);
    const [restored, fork] = [await Simulation.restore(simulation.snapshot()), await simulation.fork()];
    expect(restored.metrics().datapath).toEqual(simulation.metrics().datapath);
    const whole = await ended(simulation);
    expect(await ended(restored)).toEqual(whole);
    expect(await ended(fork)).toEqual(whole);
    expect(await ended(await Simulation.create(input))).toEqual(whole);
    simulation.reset(9);
    expect(await ended(simulation)).toEqual(await ended(await Simulation.create({ ...input, seed: 9 })));
  });

  it('keeps its cores from VMs, and cannot change its packets any more', async () => {
    const simulation = await Simulation.create(input);
    await simulation.runUntil(1e6);
    const { host } = simulation.metrics();
    expect(host.datapathCoreSeconds).toBeCloseTo(2 * 1e-3, 12);
    for (const set of ['vms.a.workload.arrivals.rate=1', 'datapath.queue=7'])
      await expect(simulation.fork(withFields(simulation.scenario, [set]))).rejects.toThrow('laid out already');
  });
});

describe('refused', () => {
  const text = (datapath: string, more = ''): string =>
    `version: 1\nduration: 1ms\nhost: { cores: 4 }\nmechanism: hyperflux\ndatapath: ${datapath}\nvms:\n` +
    `  - { name: a, vcpus: { min: 1, max: 2 }, workload: { arrivals: { process: poisson, rate: 1e5 }, request: { stages: [{ tasks: 1, service: { dist: constant, value: 1us } }] } } }\n` +
    `  - { name: s, vcpus: { min: 0, max: 2 }, workload: { arrivals: { process: saturate, tasks: 1 }, request: { stages: [{ tasks: 1, service: { dist: constant, value: 1us } }] } } }\n${more}`;
  it.each([
    ['{ workers: 1, tenants: [] }', 'datapath.tenants: given [], expected at least one tenant'],
    ['{ workers: 1, tenants: [{ vm: b, cost: 1us }] }', 'datapath.tenants.0.vm: given "b", expected the name of a VM'],
    [
      '{ workers: 1, tenants: [{ vm: a, cost: 1us }, { vm: a, cost: 1us }] }',
      'datapath.tenants.1.vm: given "a", expected each VM once',
    ],
    ['{ workers: 1, tenants: [{ vm: s, cost: 1us }] }', 'not saturate: they are the packets'],
    ['{ workers: 3, tenants: [{ vm: a, cost: 1us }] }', 'datapath.workers: given 3, expected at most 2'],
    [
      '{ workers: 1, discipline: packets, tenants: [{ vm: a, cost: 1us }] }',
      'datapath.rate: given nothing, expected packets a second',
    ],
    ['{ workers: 1, rate: 5, tenants: [{ vm: a, cost: 1us }] }', 'datapath.rate: given 5, expected nothing'],
    ['{ workers: 1, tenants: [{ vm: a, cost: 0ns }] }', 'datapath.tenants.0.cost'],
    ['{ workers: 1, period: 0s, tenants: [{ vm: a, cost: 1us, weight: 0 }] }', 'datapath.period'],
  ])('%s', (datapath, why) => {
    expect(() => parseScenario(text(datapath))).toThrow(InputError);
    expect(() => parseScenario(text(datapath))).toThrow(why);
  });

  it('more packets than memory holds', async () => {
    const many = { ...scenario({ workers: 1, tenants: [{ vm: 'a', cost: '1us' }] }), duration: '1h' };
    await expect(Simulation.create(many)).rejects.toThrow('expected at most 10000000');
  });
});
