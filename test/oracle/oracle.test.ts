// The program against the naive simulator, on random scenarios. `npm run oracle -- --seeds A..B` runs more of them.

import { describe, expect, it } from 'vitest';
import { compared, simulated } from './compare.js';
import { FEATURES, type Feature, type Made } from './generate.js';
import { MAKERS } from './mechanisms-made.js';
import { check, text, type Options } from './seeds.js';
import { resolveScenario, type ScenarioInput } from '../../src/index.js';

/** Forks have seeds of their own below, in which every scenario has one. */
const LEFT_OUT = new Set<string>(['fork']);
const IGNORED = undefined;
const MECHANISMS: readonly string[] = [
  'ideal',
  'static',
  'shenango',
  'microvm',
  'blind',
  'hyperflux',
  'ditto',
  'caladan',
  'hotplug',
  'cgroup',
];

const SEEDS = 2000;
const STALE_SEEDS = 400;
/** What changes in a fork, how many seeds, what every scenario has, what none has. */
const FORKS: readonly (readonly [string, number, readonly Feature[], readonly Feature[]])[] = [
  ['knobs, costs or quanta', 300, [], ['memory', 'forkMechanism']],
  ['the mechanism', 300, ['forkMechanism'], ['memory']],
  ['anything, and memory is swapped', 100, ['memory', 'forkMemory'], []],
];
const AT_A_TIME = 250;

/** Mechanisms, what every scenario has, and what none has. */
const DIFFERED: readonly (readonly [number, string, Feature[], Feature | null])[] = [
  // two quanta end in one instant, and the one's switch changes the other's speed
  [123, 'static', ['smt', 'quantum', 'singleQueue', 'coarse', 'bandwidth', 'knobs', 'mechanism'], 'memory'],
  // a notice is over where a section goes on
  [998, 'blind,hyperflux', ['mechanism', 'knobs', 'staleness'], null],
  // a device passes over a rescued page, and a worker is idle
  [1471, MECHANISMS.filter((kind) => kind !== 'ideal' && kind !== 'cgroup').join(), [], null],
];

/** One VM that touches its pages one after the other; what is out is on a device that takes 25 ms. */
function swapped(duration: string, size: string, atNs: readonly number[], costs: ScenarioInput['costs'] = {}): Made {
  const input: ScenarioInput = {
    version: 1,
    duration,
    host: {
      cores: 1,
      memory: {
        size,
        workers: 1,
        scan: { interval: '2us' },
        content: { ssd: 1 },
        backends: { ssd: { in: { dist: 'constant', value: '25ms' }, out: { dist: 'constant', value: '1us' } } },
      },
    },
    mechanism: 'static',
    costs,
    histogram: { precision: 0.2 },
    fingerprint: false,
    vms: [
      {
        name: 'a',
        vcpus: { min: 1, max: 1 },
        workload: {
          arrivals: { process: 'none' },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '1us' } }] },
        },
        memory: { size: '128KiB', touches: 1, access: { pattern: 'scan', cold: 0 } },
      },
    ],
  };
  const arrivals = atNs.map((at) => ({ vm: 0, atNs: at, serviceNs: 0, width: 1 }));
  return { input, scenario: resolveScenario(input), arrivals, memory: null };
}

describe('the program does what the naive simulator does', () => {
  const options = { features: FEATURES.filter((f) => !LEFT_OUT.has(f)), mechanisms: MECHANISMS, ignored: IGNORED };
  // what a seed means hangs on which features there are: those below were met without staleness
  const fresh = { ...options, features: options.features.filter((f) => f !== 'staleness') };
  it('knows all mechanisms but nsdi22', () => {
    expect(Object.keys(MAKERS)).toHaveLength(10);
  });
  for (let from = 1; from <= SEEDS; from += AT_A_TIME) {
    it(`seeds ${from} to ${from + AT_A_TIME - 1}`, async () => {
      for (let seed = from; seed < from + AT_A_TIME; seed++) {
        const found = await check(seed, { ...options, always: ['mechanism'] });
        expect(found === null ? '' : text(found)).toBe('');
      }
    });
  }
  it.each(DIFFERED)('where it differed: seed %i under %s', async (seed, mechanisms, always, without) => {
    const early = FEATURES.slice(0, FEATURES.indexOf('fork')).filter((f) => f !== without);
    const found = await check(seed, { ...options, features: early, mechanisms: mechanisms.split(','), always });
    expect(found === null ? '' : text(found)).toBe('');
  });
  it.each([
    ['5ms', 0],
    ['15ms', 1],
  ])('a fault is overdue behind 10 ms: %s', async (duration, overdue) => {
    const made = swapped(
      duration,
      '64KiB',
      Array.from({ length: 32 }, (_, i) => 1000 * i),
    );
    expect((await simulated(made))['memory.faultsOverdue']).toBe(overdue);
    expect(await compared(made)).toEqual([]);
  });
  it('a scan whose turn is over in the nanosecond of a touch comes an interval later', async () => {
    // a look, at the second multiple of the interval, finds what touches
    const made = swapped('5us', '1MiB', [4000], { taskSwitch: '0ns', localCheck: '40ns' });
    expect((await simulated(made))['memory.scans']).toBe(0);
    expect(await compared(made)).toEqual([]);
  });
  // of one mechanism alone, where the two differed
  it.each([
    ...[1, 6, 47, 92, 194, 227, 696, 1290, 1524, 3211].map((seed) => ['cgroup', seed] as const),
    ...[4235, 6463, 6951].map((seed) => ['ideal', seed] as const),
    // a vCPU that yields at no cost faults again and again in one instant: more faults under way than vCPUs
    [MECHANISMS.join(), 7324] as const,
  ])('%s, seed %i', async (mechanisms, seed) => {
    const found = await check(seed, { ...fresh, mechanisms: mechanisms.split(',') });
    expect(found === null ? '' : text(found)).toBe('');
  });
  it(`seeds 1 to ${STALE_SEEDS} where what rounds read is old in every scenario`, async () => {
    const stale: Options = {
      ...options,
      // a round reads nothing of the memory's
      features: FEATURES.filter((f) => f !== 'memory' && !f.startsWith('fork')),
      mechanisms: ['hyperflux', 'blind'],
      always: ['mechanism', 'knobs', 'staleness'],
    };
    for (let seed = 1; seed <= STALE_SEEDS; seed++) {
      const found = await check(seed, stale);
      expect(found === null ? '' : text(found)).toBe('');
    }
  });
  const forks = (always: readonly Feature[], without: readonly Feature[]): Options => ({
    ...options,
    features: FEATURES.filter((f) => !without.includes(f)),
    always: ['mechanism', 'knobs', 'fork', ...always],
  });
  it.each(FORKS)(
    'where a fork changes %s: seeds 1 to %i',
    async (_, seeds, always, without) => {
      for (let seed = 1; seed <= seeds; seed++) {
        const found = await check(seed, forks(always, without));
        expect(found === null ? '' : text(found)).toBe('');
      }
    },
    60_000,
  );
  // where it differed: the arbiter was busy with a round that was skipped; what rounds read from the fork on; quanta when tasks are
  // gathered, or are served from another queue; frozen tasks in their order; homes
  it.each([336, 755, 1209, 1398, 1495, 2832, 3203, 3262])(
    'where a fork to another mechanism differed: seed %i',
    async (seed) => {
      const found = await check(seed, forks(['forkMechanism'], ['memory', 'forkMemory']));
      expect(found === null ? '' : text(found)).toBe('');
    },
  );
  it('where a fork of knobs differed: seed 480', async () => {
    const late = FEATURES.slice(FEATURES.indexOf('randomDispatch'));
    const { features, ...rest } = forks(
      ['forkKnobs'],
      ['memory', 'forkMemory', 'forkMechanism', 'forkCosts', 'forkQuantum', ...late],
    );
    const found = await check(480, { ...rest, features, mechanisms: ['blind', 'hyperflux', 'caladan'] });
    expect(found === null ? '' : text(found)).toBe('');
  });
  it.each([11413, 12136, 14339, 50263])(
    'where a fork to another mechanism, of all features, differed: seed %i',
    async (seed) => {
      const found = await check(seed, forks(['forkMechanism'], []));
      expect(found === null ? '' : text(found)).toBe('');
    },
  );
  it.each([321, 541])('where a fork with memory differed: seed %i', async (seed) => {
    const found = await check(seed, forks(['forkMechanism', 'memory', 'forkMemory'], []));
    expect(found === null ? '' : text(found)).toBe('');
  });
});
