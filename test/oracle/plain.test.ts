// Hosts whose pages are compressed by workers and nothing else, whose faults take a way of their own (assembly/memory/swap/plain.ts):
// one in thirty of all scenarios would be such.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compared, simulated } from './compare.js';
import { FEATURES, genes, make, type Made } from './generate.js';
import { MAKERS, maker } from './mechanisms-made.js';
import type { MemoryFeature } from './memory/generate.js';

const SEEDS = 300;
const MAKE = maker(Object.keys(MAKERS));
/** What happens often enough in all of them together. */
const MET = ['faults', 'swapIns', 'swapOuts', 'joined', 'rescued', 'directReclaims', 'scans'];
const ABSENT = new Set<MemoryFeature>([
  'devices',
  'mixed',
  'quota',
  'prefetch',
  'budget',
  'upgrade',
  'twoUpgrades',
  'hotSwitch',
  'failing',
  'drawnRatio',
]);

function made(seed: number): Made {
  const [g] = fc.sample(genes(FEATURES, ['memory']), { seed, numRuns: 1 });
  const { memory } = g!;
  const on = { ...memory.on, compressed: true, touches: true, plenty: false };
  for (const feature of ABSENT) on[feature] = false;
  return make({ ...g!, memory: { ...memory, on } }, MAKE);
}

describe('where pages are only compressed, the program does what the naive simulator does', () => {
  it(`seeds 1 to ${SEEDS}`, async () => {
    const met = new Map(MET.map((name) => [name, 0]));
    for (let seed = 1; seed <= SEEDS; seed++) {
      const one = made(seed);
      expect(await compared(one), `seed ${seed}`).toEqual([]);
      const figures = await simulated(one);
      for (const name of MET) met.set(name, met.get(name)! + (figures[`memory.${name}`] ?? 0));
    }
    for (const [name, times] of met) expect(times, name).toBeGreaterThan(10);
  });
});
