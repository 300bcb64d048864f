// Chance that both simulators take from the same streams is compared to the nanosecond. So two things are left to see: that the streams'
// numbers are uniform, and that a naive side whose numbers are 5 % too large differs, whatever they decide.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Stream, skewed } from '../chance.js';
import { compared } from '../compare.js';
import { FEATURES, genes, make, type Feature, type Made } from '../generate.js';
import { MAKERS, maker } from '../mechanisms-made.js';
import { BIAS } from './draws.js';
import { resolveScenario, type ScenarioInput } from '../../../src/index.js';

const DRAWS = 64_000;
const CLASSES = 64;
/** Of χ² with 63 degrees of freedom: exceeded with a chance of 3e-5. */
const MOST_CHI2 = 118;

function chi2(draw: () => number): number {
  const counts = new Array<number>(CLASSES).fill(0);
  for (let i = 0; i < DRAWS; i++) counts[draw()]!++;
  const expected = DRAWS / CLASSES;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

const used = FEATURES.filter((f) => !f.startsWith('fork') && f !== 'staleness');
const toScenario = maker(Object.keys(MAKERS));

/** Random scenarios that have these features, and whose memory has those. */
function random(on: readonly Feature[], memory: readonly string[] = []): Made[] {
  const features = used.filter((f) => f !== 'memory' || on.includes(f));
  const drawn = Object.fromEntries(memory.map((feature) => [feature, true]));
  return fc
    .sample(genes(features, on), { seed: 7, numRuns: 40 })
    .map((g) => make({ ...g, memory: { ...g.memory, on: { ...g.memory.on, ...drawn } } }, toScenario));
}

/** One VM of eight vCPUs, busy enough that it matters which of them a task comes to. */
function busy(vm: Partial<ScenarioInput['vms'][number]>): Made[] {
  const input: ScenarioInput = {
    version: 1,
    duration: '2ms',
    host: { cores: 8 },
    mechanism: 'static',
    histogram: { precision: 0.2 },
    fingerprint: false,
    vms: [
      {
        name: 'a',
        vcpus: { min: 8, max: 8 },
        workload: {
          arrivals: { process: 'none' },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '1us' } }] },
        },
        ...vm,
      },
    ],
  };
  const arrivals = Array.from({ length: 300 }, (_, i) => ({
    vm: 0,
    atNs: 5000 * i + 331 * (i % 7),
    serviceNs: 20_000 + 1700 * (i % 11),
    width: 1,
  }));
  return [{ scenario: resolveScenario(input), input, arrivals, memory: null }];
}

const CHOICES: Readonly<Record<string, () => Made[]>> = {
  'the vCPU that a task is dispatched to': () => busy({ dispatch: 'random', stealing: 'none' }),
  'the victim that a search begins with': () => busy({ stealing: { amount: 'one', victim: 'random' } }),
  'whether a task takes the lock, and where': () => random(['lock', 'lockPlace']),
  'pages, and which touch writes': () => random(['memory'], ['drawnPages', 'writes', 'touches']),
  'what servers take': () => random(['memory'], ['drawnTimes']),
  'how far pages are compressed': () => random(['memory'], ['drawnRatio', 'compressed']),
};

/** The first scenario in which a naive side differs whose numbers are too large. */
async function toldApart(scenarios: readonly Made[]): Promise<Made | undefined> {
  for (const made of scenarios) if ((await skewed(BIAS, () => compared(made))).length > 0) return made;
  return undefined;
}

describe('chance that both simulators take from the same streams', () => {
  it('is uniform', async () => {
    for (const seed of [1n, 2n, 3n]) {
      const stream = new Stream(seed, 17n, 3n);
      expect(chi2(() => Math.floor(stream.unit() * CLASSES))).toBeLessThan(MOST_CHI2);
      expect(chi2(() => stream.below(CLASSES))).toBeLessThan(MOST_CHI2);
    }
    const stream = new Stream(1n, 17n, 3n);
    await skewed(BIAS, async () => expect(chi2(() => stream.below(CLASSES))).toBeGreaterThan(MOST_CHI2));
  });
  it.each(Object.keys(CHOICES))('decides the same in both, and 5 % more differs: %s', async (name) => {
    const made = await toldApart(CHOICES[name]!());
    expect(made).toBeDefined();
    expect(await compared(made!)).toEqual([]);
  });
});
