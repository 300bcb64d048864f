// A slow tier that is read in place, in the program and in the naive simulator, on random hosts of which every page may lie there.
// FLUXHOST_RANDOM=n compares n of them.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveScenario } from '../../../src/index.js';
import { compared, simulated } from '../compare.js';
import { FEATURES, genes, make, type Made } from '../generate.js';
import { MAKERS, maker } from '../mechanisms-made.js';

const SEEDS = Number(process.env['FLUXHOST_RANDOM'] ?? 100);
const COUNTED = [
  'slowTouches',
  'fastTouches',
  'hintFaults',
  'limited',
  'refused',
  'noRoom',
  'promotions',
  'demotions',
  'rounds',
] as const;

/** The scenario that the seed means, with all of its memory in two tiers. */
function tiered(seed: number): Made {
  const features = FEATURES.filter((feature) => !feature.startsWith('fork'));
  const [drawn] = fc.sample(genes(features, ['mechanism', 'memory']), { seed, numRuns: 1 });
  const made = make(drawn!, maker(Object.keys(MAKERS)));
  const memory = made.input.host.memory as Exclude<typeof made.input.host.memory, string | undefined>;
  const input = {
    ...made.input,
    host: { ...made.input.host, memory: { ...memory, content: { slow: 1 } } },
    vms: made.input.vms.map((vm) => {
      if (vm.memory === undefined) return vm;
      const { content: _, ...rest } = vm.memory;
      return { ...vm, memory: rest };
    }),
  };
  return { ...made, input, scenario: resolveScenario(input) };
}

describe('a slow tier', () => {
  const sums = new Map<string, number>();
  it('is what the naive simulator makes of it', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const made = tiered(seed);
      expect([seed, ...(await compared(made))]).toEqual([seed]);
      const figures = await simulated(made);
      for (const name of COUNTED) sums.set(name, (sums.get(name) ?? 0) + (figures[`memory.tier.${name}`] ?? 0));
    }
  });
  it('is met in all that it counts', () => {
    expect(COUNTED.filter((name) => !(sums.get(name)! > 0))).toEqual([]);
  });
});
