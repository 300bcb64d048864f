// No trap, no NaN and no silent repair under random parameters of each system. FLUXHOST_SETS=10000 npx vitest run test/systems/random.test.ts
// is the loop of a release.

import { describe, expect, it } from 'vitest';
import { experimentParameters, reproduce } from '../../src/experiments/api.js';
import { InputError } from '../../src/input/errors.js';
import { chance } from '../oracle/server/draw.js';
import { type Bounds, notFinite, randomSet, SETS } from './random.js';

/** What keeps a run short; everything else is as wide as what is taken. */
const SYSTEMS: readonly (readonly [name: string, bounds: Bounds])[] = [
  [
    'virtuoso/pair',
    {
      'victim.gap': [100, 1e12],
      'aggressor.gap': [100, 1e12],
      duration: [0.01, 0.2],
      clock: [1e6, 1e9],
      workers: [1, 8],
      queue: [1, 1e4],
    },
  ],
  [
    'gil/controller',
    {
      c: [1, 1e7],
      controlled: [0.1, 1],
      monitor: [0.001, 0.2],
      'pool.most': [1, 300],
      'pool.least': [1, 100],
      window: [1, 1000],
    },
  ],
  [
    'valve/gpu',
    {
      duration: [0.01, 100],
      rate: [1e-6, 50],
      output: [1, 1000],
      prompt: [1, 20_000],
      batch: [1, 256],
      memoryStep: [0.1, 1e4],
      prefixes: [0, 0], // no trace that tells them
    },
  ],
];

describe.each(SYSTEMS)('%s', (name, bounds) => {
  it(`ends with finite numbers or is refused, in ${SETS} random sets`, async () => {
    const parameters = await experimentParameters(name);
    let refused = 0;
    for (let seed = 1; seed <= SETS; seed++) {
      const set = randomSet(parameters, chance(seed), bounds);
      try {
        for await (const { figures, laws } of reproduce(name, { set }))
          expect(notFinite({ figures, laws }), set.join(' ')).toEqual([]);
      } catch (error) {
        if (!(error instanceof InputError))
          throw new Error(`${name} ${set.map((one) => `--set ${one}`).join(' ')}`, { cause: error });
        refused++;
      }
    }
    expect(refused).toBeLessThan(0.8 * SETS);
  }, 1e6);
});
