// Whatever is put together, a host goes on: small hosts drawn from everything that touches cores, forked from mechanism to mechanism.
// The core recounts requests, core time and cores at every look; time passes; and who asks for less than it is guaranteed gets it.

import fc from 'fast-check';
import { expect, describe, it } from 'vitest';
import { type ScenarioInput, MECHANISM_KINDS, type Scenario, resolveScenario, Simulation } from '../../src/index.js';
import { assertLaws } from '../../src/result/laws.js';
import type { MechanismKind } from '../../src/mechanisms/types.js';
import { moduleOf } from '../support/builds.js';
import type { VmInput } from '../support/scenarios.js';

const RUNS = Number(process.env['FLUXHOST_LIVENESS'] ?? 150);
const SEED = 20_261_121;
const LENGTH_US = 40_000;
const SLICE_EVENTS = 20_000;
/** At their default pace some mechanisms move no core within such a run. */
const PACED: Partial<Record<MechanismKind, object>> = {
  hotplug: { latency: '100us', unplugLatency: '50us', interval: '50us', idleBefore: '300us' },
  microvm: { boot: '100us', restore: '50us', interval: '50us', keepAlive: '300us' },
  ditto: { interval: '50us' },
  cgroup: { period: '1ms' },
};

const knobs = fc.record({
  threshold: fc.constantFrom('0ns', '2us', '10us'),
  signal: fc.constantFrom('average', 'oldest', 'queue-length'),
  mode: fc.constantFrom('reactive', 'both'),
  staleness: fc.constantFrom('0ns', '7us'),
  grant: fc.constantFrom('one', 'drain'),
  migrate: fc.boolean(),
  batch: fc.boolean(),
  aggregate: fc.boolean(),
});
const mechanismOf = (kind: MechanismKind, drawn: object): ScenarioInput['mechanism'] => ({
  kind,
  ...(kind === 'hyperflux' ? drawn : PACED[kind]),
});

const PROCESSES = ['poisson', 'deterministic', 'onoff', 'mmpp', 'closed', 'saturate'] as const;
const vmSpec = fc.record({
  process: fc.constantFrom(...PROCESSES),
  class: fc.constantFrom('latency-critical' as const, 'best-effort' as const),
  priority: fc.constantFrom(undefined, 1, 7),
  min: fc.constantFrom(0, 1, 1, 2),
  more: fc.constantFrom(0, 2, 5),
  count: fc.constantFrom(1, 1, 2),
  /** Of the guarantee; tasks take 20 us, so that what a core's moves take leaves room. */
  load: fc.constantFrom(0.1, 0.4, 0.6),
  forkJoin: fc.boolean(),
  lock: fc.constantFrom(undefined, 'block' as const, 'spin' as const),
  quantum: fc.constantFrom(undefined, '5us'),
  dispatch: fc.constantFrom(
    'random' as const,
    'round-robin' as const,
    'shortest-queue' as const,
    'single-queue' as const,
  ),
  stealing: fc.constantFrom(
    'none' as const,
    { amount: 'half' as const },
    { amount: 'one' as const, victim: 'round-robin' as const },
  ),
  queueLimit: fc.constantFrom(undefined, undefined, 20),
});
type VmSpec = typeof vmSpec extends fc.Arbitrary<infer T> ? T : never;

const hostSpec = fc.record({
  seed: fc.nat(1000),
  cores: fc.constantFrom(6, 8, 12),
  smt: fc.constantFrom(1, 2),
  free: fc.boolean(),
  moveTask: fc.constantFrom('0ns', '500ns'),
  /** A VM that takes whatever it is let have. */
  hog: fc.constantFrom(undefined, 'latency-critical' as const, 'best-effort' as const, 'best-effort' as const),
  vms: fc.array(vmSpec, { minLength: 1, maxLength: 3 }),
  // twice as often what moves cores by itself
  kinds: fc.array(fc.constantFrom(...MECHANISM_KINDS, 'hyperflux' as const, 'ideal' as const), {
    minLength: 1,
    maxLength: 3,
  }),
  knobs,
  forkUs: fc.tuple(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 2_000 })),
});
type HostSpec = typeof hostSpec extends fc.Arbitrary<infer T> ? T : never;

const TASK_US = 20;
/** Tasks of a fork-join request: two, then one. */
const widthOf = (spec: VmSpec): number => (spec.forkJoin ? 3 : 1);
/** Siblings at work run at 0.65 of the speed each. Without stealing only vCPUs that have a core get tasks, and one may be all there is. */
const rateOf = ({ load, min, stealing, forkJoin }: VmSpec, smt: number): number =>
  (load * (stealing === 'none' ? 1 : Math.max(min, 1)) * 1e6) / (TASK_US * (forkJoin ? 3 : 1) * smt);

function arrivalsOf(spec: VmSpec, smt: number): NonNullable<NonNullable<VmInput['workload']>['arrivals']> {
  const rate = rateOf(spec, smt);
  switch (spec.process) {
    case 'onoff':
      return { process: 'onoff', onRate: 2 * rate, offRate: rate / 3, meanOn: '500us', meanOff: '1500us' };
    case 'mmpp':
      return {
        process: 'mmpp',
        states: [
          { rate: rate * 2, meanDwell: '100us' },
          { rate: rate / 2, meanDwell: '300us' },
        ],
      };
    case 'closed':
      return { process: 'closed', clients: 3, think: { dist: 'exponential', mean: '200us' } };
    case 'saturate':
      return { process: 'saturate', tasks: 6 };
    default:
      return { process: spec.process, rate };
  }
}

function vmInput(spec: VmSpec, index: number, smt: number): VmInput {
  const service = { dist: 'exponential' as const, mean: `${TASK_US}us` };
  return {
    name: `vm${index}x`,
    count: spec.count,
    class: spec.class,
    ...(spec.priority === undefined ? {} : { priority: spec.priority }),
    vcpus: { min: spec.min, max: Math.max(spec.min + spec.more, 1) },
    dispatch: spec.dispatch,
    stealing: spec.stealing,
    ...(spec.quantum === undefined ? {} : { quantum: spec.quantum }),
    ...(spec.queueLimit === undefined || spec.process === 'saturate' ? {} : { queueLimit: spec.queueLimit }),
    workload: {
      arrivals: arrivalsOf(spec, smt),
      request: {
        stages: spec.forkJoin
          ? [
              { tasks: 2, service },
              { tasks: 1, service },
            ]
          : [{ tasks: 1, service }],
        ...(spec.lock === undefined ? {} : { lock: { probability: 0.3, hold: '2us', wait: spec.lock } }),
      },
    },
  };
}

function scenarios(spec: HostSpec): Scenario[] {
  // what is guaranteed must fit beside a polling core
  const kept: VmInput[] = [];
  let room = spec.cores - 1;
  for (const [i, vm] of spec.vms.entries()) {
    if (vm.min * vm.count > room) continue;
    room -= vm.min * vm.count;
    kept.push(vmInput(vm, i, spec.smt));
  }
  if (spec.hog !== undefined)
    kept.push({
      name: 'hog',
      class: spec.hog,
      vcpus: { min: 0, max: spec.cores },
      workload: {
        arrivals: { process: 'saturate', tasks: 2 * spec.cores },
        request: { stages: [{ tasks: 1, service: { dist: 'uniform', min: '50us', max: '150us' } }] },
      },
    });
  // nsdi22 runs from the start or not at all
  const kinds = spec.kinds.filter((kind, i) => i === 0 || kind !== 'nsdi22');
  return kinds.map((kind) =>
    resolveScenario({
      version: 1,
      seed: spec.seed,
      duration: `${LENGTH_US - 2000}us`,
      warmup: '2ms',
      host: { cores: spec.cores, smt: spec.smt },
      mechanism: mechanismOf(kind, spec.knobs),
      costs: spec.free ? 'none' : { moveTask: spec.moveTask },
      vms: kept,
    }),
  );
}

/** Runs to the scenario's end, some events at a time, and looks: a look recounts everything. */
async function advance(simulation: Simulation): Promise<void> {
  while (!simulation.done) {
    const before = simulation.nowNs;
    await simulation.step(SLICE_EVENTS);
    // at the very end some events may be left of the last instant
    if (!simulation.done) expect(simulation.nowNs, 'the clock stands').toBeGreaterThan(before);
    assertLaws(simulation.metrics());
  }
}

/** Under these a waiter spins, and a holder waits, on a vCPU that is not there: a whole VM may stand still, as model.md says. */
const HAZARD: readonly MechanismKind[] = ['blind', 'cgroup'];

function served(spec: HostSpec, list: readonly Scenario[], simulation: Simulation): void {
  for (const result of simulation.metrics().vms) {
    if (result.name === 'hog') continue;
    const vm = spec.vms[Number(/^vm(\d+)x/.exec(result.name)![1])]!;
    const kinds = list.map(({ mechanism }) => mechanism.kind);
    if (vm.min === 0 || (vm.lock !== undefined && kinds.some((kind) => HAZARD.includes(kind)))) continue;
    const done = result.completed + result.dropped;
    const what = `${result.name} under ${kinds.join(', ')}: ${done} of ${result.arrived}`;
    if (vm.process === 'closed') expect(done, what).toBeGreaterThan(50);
    else if (vm.process === 'saturate')
      expect(done, what).toBeGreaterThan((0.3 * vm.min * LENGTH_US) / TASK_US / widthOf(vm));
    else expect(done, what).toBeGreaterThan(0.9 * result.arrived - 10);
  }
}

async function goThrough(spec: HostSpec, module: WebAssembly.Module): Promise<void> {
  const list = scenarios(spec);
  const [first, ...others] = list.map((scenario, i) => {
    const endUs = i === list.length - 1 ? LENGTH_US : spec.forkUs[0] + (i === 0 ? 0 : spec.forkUs[1]);
    return { ...scenario, durationNs: Math.max(endUs * 1000 - scenario.warmupNs, 1) };
  });
  let simulation = await Simulation.create(first!, { module });
  await advance(simulation);
  for (const next of others) {
    const fork = await simulation.fork(next);
    simulation.close();
    simulation = fork;
    assertLaws(simulation.metrics());
    await advance(simulation);
  }
  served(spec, list, simulation);
  simulation.close();
}

describe('any host', () => {
  it('goes on, conserves, and serves what is guaranteed', async () => {
    const module = await moduleOf('checked');
    await fc.assert(
      fc.asyncProperty(hostSpec, (spec) => goThrough(spec, module)),
      { seed: SEED, numRuns: RUNS },
    );
  });
});
