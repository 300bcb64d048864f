// Simulated time that stands still ends a run with a word on the loop; a great instant that ends by itself does not. What the
// manifest calls seeded is what another seed changes.

import { describe, expect, it, vi } from 'vitest';
import { LimitError, type Result, type ScenarioInput, Simulation } from '../../src/index.js';
import { Watchdog } from '../../src/core/watchdog.js';
import { seededStreams, type StreamPurpose } from '../../src/scenario/streams.js';
import { resolveScenario } from '../../src/scenario/resolve.js';

type Vm = ScenarioInput['vms'][number];

const scenario = (vm: Partial<Vm>, over: Partial<ScenarioInput> = {}): ScenarioInput => ({
  version: 1,
  seed: 1,
  duration: '2ms',
  host: { cores: 2 },
  mechanism: 'static',
  costs: 'none',
  ...over,
  vms: [{ name: 'api', vcpus: { min: 2, max: 2 }, dispatch: 'round-robin', stealing: 'none', ...vm }],
});

const constant = (value: string) => ({ dist: 'constant' as const, value });
const load = (service: object = constant('3us'), arrivals: object = { process: 'deterministic', rate: 4e5 }) =>
  ({ arrivals, request: { stages: [{ tasks: 1, service }] } }) as Vm['workload'];

async function run(input: ScenarioInput): Promise<Result> {
  const simulation = await Simulation.create(input);
  await simulation.run();
  const result = simulation.metrics();
  simulation.close();
  return result;
}

/** A core in which two entities call one another for ever, from the event `from` on; before it an event takes 1 ns. */
class Looping {
  nowNs = 0;
  events = 0;
  constructor(private readonly from: number) {}
  run(_untilNs: number, budget: number): 'budget' {
    this.nowNs += Math.max(Math.min(budget, this.from - this.events), 0);
    this.events += budget;
    return 'budget';
  }
  look(): { lastEvent: string } {
    return { lastEvent: this.events % 2 === 0 ? 'api vCPU 0' : 'core 1' };
  }
}

/** Loops of scenarios are refused before they run, so what the watchdog is for has to be made. */
describe('time that stands still', () => {
  it('ends the run some slices after it began to, and the error names the loop', () => {
    const core = new Looping(1e9);
    const watchdog = new Watchdog(core, { taskLimit: 1000 });
    expect(watchdog.limit).toBe(3e7);
    const slices = (): number => {
      for (let slice = 0; ; slice++) {
        core.run(Infinity, 1e7);
        try {
          watchdog.look();
        } catch (error) {
          expect(error).toBeInstanceOf(LimitError);
          const { message, value } = error as LimitError;
          expect(value).toBe(3e7);
          expect(message).toMatch(
            /^vms: simulated time stands still at 1000000000 ns, where 30000000 events took none/,
          );
          expect(message).toMatch(/: core 1, api vCPU 0 in a loop/);
          return slice;
        }
      }
    };
    // 100 slices that go on, and three that do not
    expect(slices()).toBe(102);
  });

  it('allows an instant as many events as many tasks may need', () => {
    const core = new Looping(0);
    const watchdog = new Watchdog(core, { taskLimit: 4e6 });
    core.run(Infinity, 6.3e7);
    watchdog.look();
    core.run(Infinity, 1e6);
    expect(() => watchdog.look()).toThrow('stands still at 0 ns, where 64000000 events');
  });

  it('is looked for in every run', async () => {
    const look = vi.spyOn(Watchdog.prototype, 'look');
    await run(scenario({ workload: load() }));
    expect(look).toHaveBeenCalled();
    look.mockRestore();
  });
});

describe('the streams of the manifest', () => {
  const exponential = { dist: 'exponential', mean: '3us' };
  const two = [{ tasks: 3, service: constant('1us') }];
  const lock = { probability: 0.5, hold: '1us' };
  const uneven = load({ dist: 'bimodal', short: '1us', long: '20us', longShare: 0.3 });
  const cases: [StreamPurpose[], ScenarioInput][] = [
    [[], scenario({ workload: load() })],
    [[], scenario({ workload: load(constant('3us'), { process: 'saturate', tasks: 2 }) })],
    [['arrivals'], scenario({ workload: load(constant('3us'), { process: 'poisson', rate: 4e5 }) })],
    [['services'], scenario({ workload: load(exponential) })],
    [['dispatch'], scenario({ dispatch: 'random', workload: load() })],
    [[], scenario({ dispatch: 'random', workload: load() }, { mechanism: 'ideal' })],
    [
      ['locks'],
      scenario({ workload: { ...load()!, request: { stages: two.map((s) => ({ ...s, tasks: 1 })), lock } } }),
    ],
    [
      ['services', 'stealing'],
      scenario({ vcpus: { min: 4, max: 4 }, stealing: { victim: 'random' }, workload: uneven }, { host: { cores: 4 } }),
    ],
    ...[{ dispatch: 'single-queue' as const }, {}].map((queue, i): [StreamPurpose[], ScenarioInput] => [
      [],
      scenario(
        { vcpus: { min: 4, max: 4 }, stealing: { victim: 'random' }, workload: load(), ...queue },
        { host: { cores: 4 }, ...(i === 0 ? {} : { mechanism: 'ideal' }) },
      ),
    ]),
  ];

  it.each(cases)(
    '%j: another seed changes the run where there are any, and nothing where there are none',
    async (purposes, input) => {
      const one = await run(input);
      const other = await run({ ...input, seed: 2 });
      expect(one.manifest.streams).toEqual(purposes.length === 0 ? [] : [{ of: 'api', purposes }]);
      expect(one.manifest.fingerprint !== other.manifest.fingerprint).toBe(purposes.length > 0);
    },
  );

  it('name the pages that tasks touch and what swapping takes', () => {
    const swapped = scenario(
      { workload: load(), memory: { size: '64MiB', touches: 2 } },
      { host: { cores: 4, memory: { size: '32MiB', workers: 1, cores: 1, content: { ssd: 1 } } } },
    );
    const of = seededStreams(resolveScenario(swapped));
    expect(of.find((streams) => streams.of === 'api')?.purposes).toEqual(['pages']);
  });
});
