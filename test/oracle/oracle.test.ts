// The program against the naive simulator, on random scenarios. `npm run oracle -- --seeds A..B` runs more of them.

import { describe, expect, it } from 'vitest';
import { FEATURES } from './generate.js';
import { MAKERS } from './mechanisms-made.js';
import { check, text } from './seeds.js';

/** Not compared yet. */
const LEFT_OUT = new Set<string>(['fork', 'staleness']);
const IGNORED = undefined;
const MECHANISMS: readonly string[] = ['static', 'shenango', 'microvm', 'blind', 'hyperflux', 'ditto'];

const SEEDS = 2000;
const AT_A_TIME = 250;

describe('the program does what the naive simulator does', () => {
  const options = { features: FEATURES.filter((f) => !LEFT_OUT.has(f)), mechanisms: MECHANISMS, ignored: IGNORED };
  it('knows all mechanisms but nsdi22', () => {
    expect(Object.keys(MAKERS)).toHaveLength(10);
  });
  for (let from = 1; from <= SEEDS; from += AT_A_TIME) {
    it(`seeds ${from} to ${from + AT_A_TIME - 1}`, async () => {
      for (let seed = from; seed < from + AT_A_TIME; seed++) {
        const found = await check(seed, options);
        expect(found === null ? '' : text(found)).toBe('');
      }
    });
  }
});
