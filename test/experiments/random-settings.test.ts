// Settings drawn at random within their bounds, over the experiments on functions whose VMs come and go: each set has an answer in finite
// numbers, or is refused by name. Never a trap, a NaN or a RangeError. FLUXHOST_RANDOM=10000 draws so many of each, from seed
// FLUXHOST_RANDOM_FROM on; a set of provisioning
// simulates a hundred hosts or more (four kinds of VM are searched for each objective, of 2,000 calls at least) and takes a quarter of a second.

import { describe, expect, it } from 'vitest';
import { experimentParameters } from '../../src/experiments/api.js';
import { stream } from '../../src/experiments/draw.js';
import { drawSet, outcome, SIZES } from '../support/random-settings.js';
import { MOST_REFUSED } from '../support/watched-settings.js';

const ROUNDS = Number(process.env['FLUXHOST_RANDOM'] ?? 0);
const FROM = Number(process.env['FLUXHOST_RANDOM_FROM'] ?? 0);
/** Without that variable: half a second of each at most. */
const FEW: Readonly<Record<string, number>> = { provisioning: 1, nexus: 3, nanvix: 3 };

describe('random settings', () => {
  for (const [index, name] of Object.keys(SIZES).entries())
    it(`of ${name} have an answer, or are refused by name`, async () => {
      const parameters = await experimentParameters(name);
      const counts: Record<string, number> = { answered: 0, refused: 0 };
      const wrong: string[] = [];
      for (let seed = FROM; seed < FROM + (ROUNDS || FEW[name]!); seed++) {
        const set = drawSet(stream(seed, 50 + index), name, parameters);
        const became = await outcome(name, set);
        counts[became] = (counts[became] ?? 0) + 1;
        if (!/^(answered|refused)$/.test(became)) wrong.push(`seed ${seed}: ${became}: ${set.join(' ')}`);
        if (ROUNDS > 100 && (seed + 1) % 100 === 0) console.log(name, seed, counts, wrong.slice(0, 6));
      }
      expect(wrong.slice(0, 6)).toEqual([]);
      const refused = counts['refused']! / (counts['answered']! + counts['refused']!);
      expect(refused).toBeLessThanOrEqual(MOST_REFUSED);
    }, 14_400_000);
});
