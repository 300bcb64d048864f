// Task records: whatever brings tasks (saturation, traces, injected and generated arrivals, later stages, forks, restored
// snapshots) finds room for them or ends with LimitError at exactly limits.tasks; the checked core watches every one.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, expect, describe, it } from 'vitest';
import {
  type SimulationOptions,
  Simulation,
  type Result,
  type ScenarioInput,
  parseScenario,
  memoryHost,
  withMechanism,
  resolveScenario,
} from '../../src/index.js';
import { LimitError } from '../../src/core/errors.js';
import { assertLaws } from '../../src/result/laws.js';
import { essence } from '../support/bits.js';
import { moduleOf } from '../support/builds.js';

const FAULTS = fileURLToPath(new URL('../../../shared/cases/faults/01/', import.meta.url));

let checked: WebAssembly.Module;
let release: WebAssembly.Module;
beforeAll(async () => {
  [checked, release] = await Promise.all([moduleOf('checked'), moduleOf('release')]);
});

/** Runs to the end on both cores, which must agree; the limit that it met, or the result. */
async function outcome(
  begin: (options: SimulationOptions) => Promise<Simulation>,
  options: SimulationOptions = {},
): Promise<LimitError | Result> {
  const ends: (LimitError | Result)[] = [];
  for (const module of [checked, release]) {
    let simulation: Simulation | undefined;
    try {
      simulation = await begin({ ...options, module, coreSha256: '0'.repeat(64) });
      await simulation.run();
      const result = simulation.metrics();
      assertLaws(result);
      ends.push(result);
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
      // what was simulated up to there can still be read, and going on says the same again
      if (simulation !== undefined) {
        assertLaws(simulation.metrics());
        await expect(simulation.step()).rejects.toThrow(error.message);
      }
      ends.push(error);
    } finally {
      simulation?.close();
    }
  }
  const told = (end: LimitError | Result): string => (end instanceof LimitError ? end.message : essence(end));
  expect(told(ends[1]!)).toBe(told(ends[0]!));
  return ends[0]!;
}

const request = (tasks: number, value = '1us') => ({
  stages: [{ tasks, service: { dist: 'constant' as const, value } }],
});

const vmOf = (over: Partial<ScenarioInput['vms'][number]>): ScenarioInput => ({
  version: 1,
  duration: '1ms',
  host: { cores: 4 },
  mechanism: 'ideal',
  vms: [
    { name: 'a', vcpus: { min: 1, max: 2 }, workload: { arrivals: { process: 'none' }, request: request(1) }, ...over },
  ],
});

describe('more tasks than were laid out', () => {
  it.each(['many', 'saturate-width', 'trace-width'])('found by attack: %s.yaml runs', async (name) => {
    const { scenario } = parseScenario(readFileSync(`${FAULTS}${name}.yaml`, 'utf8'));
    const files = memoryHost({ 'wide.csv': readFileSync(`${FAULTS}wide.csv`, 'utf8') });
    const end = await outcome((options) => Simulation.create(scenario, options), { files });
    expect(end).not.toBeInstanceOf(LimitError);
  });

  it('found by attack: saturate-limit.yaml is stopped at the limit', async () => {
    const { scenario } = parseScenario(readFileSync(`${FAULTS}saturate-limit.yaml`, 'utf8'));
    const end = await outcome((options) => Simulation.create(scenario, options));
    expect(end).toMatchObject({ name: 'LimitError', limit: 'limits.tasks', value: 10 });
  });

  it('injected, wider than the arena', async () => {
    const arrivals = [40_000, 40_000].map((width) => ({ atNs: 10, width }));
    const end = await outcome(async (options) => {
      const simulation = await Simulation.create({ ...vmOf({}), limits: { width: 40_000 } }, options);
      simulation.inject({ vm: 'a', arrivals });
      return simulation;
    });
    expect((end as Result).vms[0]).toMatchObject({ arrived: 2, inFlight: 2 });
  });

  it('injected after a snapshot was restored, and into a fork', async () => {
    const wide = [{ atNs: 500_000, width: 60_000 }];
    const [straight, restored, forked] = [
      await outcome(async (options) => {
        const simulation = await Simulation.create(vmOf({}), options);
        await simulation.runUntil(400_000);
        simulation.inject({ vm: 'a', arrivals: [...wide, ...wide] });
        return simulation;
      }),
      await outcome(async (options) => {
        const first = await Simulation.create(vmOf({}), options);
        await first.runUntil(400_000);
        const simulation = await Simulation.restore(first.snapshot(), options);
        simulation.inject({ vm: 'a', arrivals: [...wide, ...wide] });
        return simulation;
      }),
      await outcome(async (options) => {
        const first = await Simulation.create(vmOf({}), options);
        await first.runUntil(400_000);
        const simulation = await first.fork(withMechanism(first.scenario, 'static'));
        const back = await simulation.fork(first.scenario);
        back.inject({ vm: 'a', arrivals: [...wide, ...wide] });
        return back;
      }),
    ];
    expect(straight).not.toBeInstanceOf(LimitError);
    expect(essence(restored as Result)).toBe(essence(straight as Result));
    expect((forked as Result).vms[0]).toMatchObject({ arrived: 2, inFlight: 2 });
  });

  it('is limits.tasks to the task, however they come', async () => {
    // of width w: the request's own record and w tasks; a request of one task is one record
    const records = (width: number): number => (width === 1 ? 1 : width + 1);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom('saturate', 'inject', 'trace', 'closed'),
        fc.integer({ min: -1, max: 1 }),
        async (vms, requests, width, way, spare) => {
          const need = vms * requests * records(width);
          const tasks = need + spare;
          if (tasks < requests) return; // refused before: more saturating tasks than may be
          const rows = 'arrival,width\n' + `0.00001,${width}\n`.repeat(requests);
          const arrivals = {
            saturate: { process: 'saturate', tasks: requests },
            inject: { process: 'none' },
            closed: { process: 'closed', clients: requests, think: { dist: 'constant', value: '10us' } },
            trace: { process: 'trace', file: 'a.csv', format: 'csv', columns: { arrival: 'arrival', width: 'width' } },
          } as const;
          const scenario = resolveScenario({
            ...vmOf({
              count: vms,
              vcpus: { min: 0, max: 2 },
              workload: { arrivals: arrivals[way], request: request(width, '10ms') }, // nobody is done
            }),
            limits: { tasks },
          });
          const end = await outcome(
            async (options) => {
              const simulation = await Simulation.create(scenario, options);
              for (let i = 0; way === 'inject' && i < vms; i++) {
                const vm = vms === 1 ? 'a' : `a-${i}`;
                simulation.inject({ vm, arrivals: new Array<object>(requests).fill({ atNs: 10, width }) });
              }
              return simulation;
            },
            { files: memoryHost({ 'a.csv': rows }) },
          );
          if (spare < 0) expect(end).toMatchObject({ name: 'LimitError', limit: 'limits.tasks', value: tasks });
          else expect((end as Result).vms.reduce((sum, vm) => sum + vm.inFlight, 0)).toBe(vms * requests);
        },
      ),
      { numRuns: 25, seed: 20_261_128 },
    );
  });
});

describe('the greatest times', () => {
  it('fit every histogram: boots of 104 days, tails without end', async () => {
    const workload = {
      arrivals: { process: 'poisson' as const, rate: 1e5 },
      request: {
        stages: [
          { tasks: 2, service: { dist: 'pareto' as const, shape: 0.05, min: '1ns', max: '9007199254740991ns' } },
        ],
      },
    };
    const longest = '9007199254740991ns';
    for (const mechanism of ['ideal', { kind: 'microvm', boot: longest, restore: longest }] as const) {
      const end = await outcome((options) =>
        Simulation.create({ ...vmOf({ workload }), mechanism, duration: '2501h', limits: { tasks: 5_000 } }, options),
      );
      expect(end).toMatchObject({ name: 'LimitError', limit: 'limits.tasks' });
    }
  });
});

describe('a request that is dropped', () => {
  it('draws no services, however wide it is', async () => {
    const stages = [
      { tasks: 60_000, service: { dist: 'lognormal' as const, mean: '5us', cv: 3 } },
      { tasks: 3, service: { dist: 'constant' as const, value: '1us' } },
    ];
    const simulation = await Simulation.create({
      ...vmOf({
        queueLimit: 0,
        workload: { arrivals: { process: 'deterministic', rate: 1e9 }, request: { stages } },
      }),
      host: { cores: 1 },
      duration: '300us',
    });
    // 300,000 requests of 60,000 tasks would draw for minutes
    await simulation.run();
    const result = simulation.metrics();
    const { arrived, dropped, offeredLoad } = result.vms[0]!;
    expect([arrived, dropped]).toEqual([300_000, 299_998]);
    // each asks for 0.300003 s, those let in for what they drew
    expect((offeredLoad! * 300_000) / (arrived * 300_003_000)).toBeCloseTo(1, 5);
    simulation.close();
  });
});
