// Deadlines as a part of scenarios and results: where they come from, what they refuse, where they are told.

import { describe, expect, it } from 'vitest';
import { InputError, resolveScenario, Simulation, withMechanism, type ScenarioInput } from '../../src/index.js';
import { memoryHost } from '../../src/workload/text-source.js';
import { renderRun } from '../../src/report/run-table.js';
import { headlineFigures } from '../../src/result/replications.js';
import { run, scenarioOf } from './sets.js';

type VmInput = ScenarioInput['vms'][number];
type Workload = NonNullable<VmInput['workload']>;

const request = { stages: [{ tasks: 1, service: { dist: 'constant' as const, value: '2us' } }] };

function one(vm: Partial<VmInput>, workload: Partial<Workload> = {}, rest: Partial<ScenarioInput> = {}): ScenarioInput {
  return {
    version: 1,
    duration: '100us',
    host: { cores: 1 },
    mechanism: 'static',
    costs: 'none',
    ...rest,
    vms: [
      {
        name: 'a',
        vcpus: { min: 1, max: 1 },
        dispatch: 'single-queue',
        workload: { arrivals: { process: 'none' }, request, ...workload },
        ...vm,
      },
    ],
  };
}

function problems(input: ScenarioInput): string[] {
  try {
    resolveScenario(input);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.map(({ path, given, expected }) => `${path}: given ${given}, expected ${expected}`);
  }
}

describe('what does not go together is refused, with the reason', () => {
  const deadline = { deadline: '5us' };
  it.each<[string, ScenarioInput, RegExp]>([
    ['no deadline', one({ order: 'edf' }), /vms\.0\.order: given edf, expected fifo, or requests with deadlines/],
    [
      'dispatch',
      one({ order: 'edf', dispatch: 'random' }, deadline),
      /vms\.0\.dispatch: given random, expected single-queue/,
    ],
    ['abandon', one({ dispatch: 'random' }, deadline), /vms\.0\.dispatch: .*late: finish/],
    ['quantum', one({ order: 'edf', quantum: '5us' }, deadline), /no quantum beside it/],
    [
      'lock',
      one({ order: 'edf' }, { ...deadline, request: { ...request, lock: { probability: 1, hold: '1us' } } }),
      /without a lock/,
    ],
    ['smt', one({ order: 'edf' }, deadline, { host: { cores: 2, smt: 2 } }), /cores of one speed/],
    ['cgroup', one({ order: 'edf' }, deadline, { mechanism: 'cgroup' }), /another mechanism \(cgroup freezes a task/],
    ['blind', one({ order: 'llf' }, deadline, { mechanism: 'blind', host: { cores: 3 } }), /another mechanism \(blind/],
    [
      'nsdi22',
      one({ order: 'llf' }, deadline, { mechanism: 'nsdi22', host: { cores: 3 } }),
      /another mechanism \(nsdi22/,
    ],
    [
      'late without deadlines',
      one({}, { late: 'finish' }),
      /vms\.0\.workload\.late: given finish, expected requests with/,
    ],
    [
      'saturating',
      one({}, { ...deadline, arrivals: { process: 'saturate', tasks: 2 } }),
      /expected finish: arrivals that saturate/,
    ],
    [
      'bins',
      one({ order: { kind: 'qllf', bins: 0 } }, deadline),
      /order\.bins: given 0, expected a whole number from 1/,
    ],
    [
      'range',
      one({ order: { kind: 'qllf', range: '0ns' } }, deadline),
      /order\.range: given "0ns", expected a duration above 0/,
    ],
    [
      'period',
      one({}, { arrivals: { process: 'periodic', tasks: [{ period: '0ns', service: '1us' }] } }),
      /period: given "0ns", expected a duration above 0/,
    ],
    [
      'deadline below service',
      one({}, { arrivals: { process: 'periodic', tasks: [{ period: '9us', service: '3us', deadline: '2us' }] } }),
      /tasks\.0\.deadline: given "2us", expected at least the service \(3us\)/,
    ],
    [
      'range of a trace',
      one({ order: 'qllf' }, { arrivals: { process: 'trace', file: 'x', format: 'azure-2021', deadlineFactor: 3 } }),
      /order\.range: given nothing/,
    ],
  ])('%s', (_, input, expected) => {
    expect(problems(input).join('\n')).toMatch(expected);
  });
  it('a comparison names the mechanism that cannot take the order', () => {
    const scenario = resolveScenario(scenarioOf([{ service: 1, period: 3 }], 1, 9, { order: 'edf' }));
    expect(() => withMechanism(scenario, 'cgroup')).toThrow(/cgroup freezes a task/);
    expect(withMechanism(scenario, 'ideal').mechanism.kind).toBe('ideal');
  });
  it('what is late may finish under any dispatch, quantum or mechanism', () => {
    const input = one(
      { dispatch: 'random', quantum: '1us', order: 'fifo' },
      { deadline: '5us', late: 'finish' },
      { mechanism: 'cgroup' },
    );
    expect(problems(input)).toEqual([]);
  });
});

async function fed(input: ScenarioInput, file: string): Promise<Simulation> {
  const simulation = await Simulation.create(resolveScenario(input), { files: memoryHost({ trace: file }) });
  await simulation.run();
  return simulation;
}

describe('deadlines of a trace', () => {
  it('a column of a csv', async () => {
    const file = 'arrival,service,due\n0,10,25\n0,10,15\n0,10,30\n50,10,9\n';
    const arrivals = {
      process: 'trace' as const,
      file: 'trace',
      format: 'csv' as const,
      arrivalUnit: 'us' as const,
      serviceUnit: 'us' as const,
      columns: { service: 'service', deadline: 'due' },
    };
    // by deadline: 0-10 and 10-20 are met, the third is given up at 30 as it ends: done; the last at 59 with 1 us left
    const simulation = await fed(one({ order: 'edf' }, { arrivals }), file);
    const [vm] = simulation.metrics().vms;
    expect(vm!.deadlines).toEqual({ met: 3, late: 0, abandoned: 1, overtaken: 1, missed: 1, missedShare: 0.25 });
    expect(vm!.dropped).toBe(1);
    expect(vm!.cpuSeconds.task).toBeCloseTo(39e-6, 12);
    simulation.close();
  });
  it("azure-2021: a multiple of the median of the function's durations", async () => {
    // f lasts 1, 2 and 9 ms: its median is 2; g lasts 4
    const rows = ['a,f,0.001,0.001', 'a,f,0.022,0.002', 'a,g,0.044,0.004', 'a,f,0.069,0.009'];
    const arrivals = {
      process: 'trace' as const,
      file: 'trace',
      format: 'azure-2021' as const,
      serviceScale: 0.001,
      timeScale: 0.001,
    };
    const outcomes = [];
    for (const deadlineFactor of [0.4, 1, 4.4, 4.5]) {
      const simulation = await fed(
        one({ order: 'edf' }, { arrivals: { ...arrivals, deadlineFactor } }),
        `app,func,end_timestamp,duration\n${rows.join('\n')}\n`,
      );
      outcomes.push(simulation.metrics().vms[0]!.deadlines!.met);
      simulation.close();
    }
    expect(outcomes).toEqual([0, 3, 3, 4]);
  });
  it('a program gives them with what it injects', async () => {
    const simulation = await Simulation.create(resolveScenario(one({ order: 'edf' }, { deadline: '50us' })));
    const job = (deadlineNs: number) => ({ atNs: 0, serviceNs: 10_000, deadlineNs });
    simulation.inject({ vm: 'a', arrivals: [job(-1), job(20_000), job(10_000), job(15_000)] });
    await simulation.run();
    expect(simulation.metrics().vms[0]!.deadlines).toMatchObject({ met: 2, abandoned: 2 }); // 0-10, 10-15 in vain, 15-20 in vain, 20-30
    expect(() => simulation.inject({ vm: 'a', arrivals: [job(-2)] })).toThrow(/deadlineNs/);
    simulation.close();
  });
});

describe('what becomes of who is late', () => {
  // four jobs of 4 us each 10 us, on one core: the third and fourth end 2 and 6 us late
  const tasks = Array.from({ length: 4 }, () => ({ service: 4, period: 10 }));
  it('it finishes, counts as late, and nobody is dropped', async () => {
    const result = await run(scenarioOf(tasks, 1, 20, { order: 'fifo', late: 'finish' }));
    const [vm] = result.vms;
    expect(vm).toMatchObject({ arrived: 12, completed: 5, dropped: 0, inFlight: 7 });
    // 0-4, 4-8, 8-12, 12-16, 16-20: the second two of the first round miss 10, the first of the second round meets 20
    expect(vm!.deadlines).toMatchObject({ met: 3, late: 2, abandoned: 0, missed: 2, missedShare: 0.4 });
    expect(renderRun(result)).toContain('deadlines: jobs missed 2 of 5 (40.0 %): 2 late\n');
    expect(headlineFigures(result)).toMatchObject({ 'jobs.deadlines.missed': 2, 'jobs.deadlines.missedShare': 0.4 });
  });
  it('it is given up: dropped, and told with the deadlines', async () => {
    const result = await run(scenarioOf(tasks, 1, 19, { order: 'fifo' }));
    expect(result.vms[0]).toMatchObject({ arrived: 8, completed: 4, dropped: 2, inFlight: 2 });
    const text = renderRun(result);
    expect(text).toContain('deadlines: jobs missed 2 of 6 (33.3 %): 2 given up\n');
    expect(text).not.toContain('dropped:');
  });
  it('a request of several tasks ends as one: who waits, who runs and who is to come', async () => {
    const stages = [
      { tasks: 3, service: { dist: 'constant' as const, value: '4us' } },
      { tasks: 1, service: { dist: 'constant' as const, value: '1us' } },
    ];
    const arrivals = { process: 'closed' as const, clients: 1, think: { dist: 'constant' as const, value: '2us' } };
    const input = one({}, { deadline: '10us', arrivals, request: { stages } });
    // from 2 us on 10 us of work every 12, none of it of use
    const [vm] = (await run({ ...input, duration: '98us' })).vms;
    expect(vm).toMatchObject({ arrived: 9, completed: 0, dropped: 8, inFlight: 1 });
    expect(vm!.deadlines).toMatchObject({ met: 0, abandoned: 8, missed: 8 });
    expect(vm!.cpuSeconds.task).toBeCloseTo(80e-6, 12);
    const met = await run({
      ...input,
      vms: [{ ...input.vms[0]!, workload: { ...input.vms[0]!.workload!, deadline: '13us' } }],
    });
    expect(met.vms[0]!.deadlines).toMatchObject({ met: 6, missed: 0 });
  });
});

describe('no event is simulated in which nothing changes', () => {
  it('deadlines that nobody misses and ticks at which nobody changes places leave the trajectory', async () => {
    const loose = [
      { service: 1, period: 6, deadline: 40 },
      { service: 1, period: 6, deadline: 40 },
    ];
    const orders = ['fifo', 'edf', 'llf', 'qllf'] as const;
    const found = await Promise.all(orders.map((order) => run(scenarioOf(loose, 1, 120, { order }))));
    expect(new Set(found.map(({ manifest }) => manifest.fingerprint)).size).toBe(1);
    // 21 releases of two jobs, and their ends but for those of the last instant
    expect(found[0]!.manifest.events).toBe(2 * 21 + 2 * 20);
  });
});

describe('forks and snapshots', () => {
  const tasks = [
    { service: 3, period: 6 },
    { service: 2, period: 8 },
    { service: 5, period: 24 },
  ];
  it.each(['edf', 'llf', 'qllf'] as const)('a snapshot goes on as it would have: %s', async (order) => {
    const scenario = resolveScenario(scenarioOf(tasks, 2, 400, { order, kind: 'ideal' }));
    const whole = await Simulation.create(scenario);
    await whole.run();
    const half = await Simulation.create(scenario);
    await half.runUntil(150_500);
    const later = await Simulation.restore(half.snapshot());
    await later.run();
    expect(later.metrics().vms).toEqual(whole.metrics().vms);
    expect(later.metrics().manifest.fingerprint).toBe(whole.metrics().manifest.fingerprint);
    for (const one of [whole, half, later]) one.close();
  });
  it('a fork may change the mechanism, not the order', async () => {
    const scenario = resolveScenario(scenarioOf(tasks, 2, 400, { order: 'llf', kind: 'ideal' }));
    const simulation = await Simulation.create(scenario);
    await simulation.runUntil(100_500);
    const other = await simulation.fork(withMechanism(scenario, 'static'));
    await other.run();
    await simulation.run();
    expect(other.metrics().vms[0]!.deadlines).toEqual(simulation.metrics().vms[0]!.deadlines);
    const edf = resolveScenario(scenarioOf(tasks, 2, 400, { order: 'edf', kind: 'ideal' }));
    await expect(simulation.fork(edf)).rejects.toThrow(/order\.kind/);
    for (const one of [simulation, other]) one.close();
  });
});
