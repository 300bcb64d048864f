// Every VM of every random fleet stands where the naive packing puts it: at first, and each time that its host fails or is drained.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { caseOf, naive, packed } from './fleets.js';

const FLEETS = Number(process.env['FLUXHOST_FLEETS'] ?? 3000);
/** Over the fingerprints of fleets 0 to 999: a change of any rule of placement moves it. */
const PINNED = 'fc3bcff1ada7ade1';

const seeds = (count: number): number[] => Array.from({ length: count }, (_, seed) => seed);

it(`places every VM of ${FLEETS} random fleets as a plain scan of all hosts does`, async () => {
  const seen = { rejected: 0, moved: 0, lost: 0 };
  for (const seed of seeds(FLEETS)) {
    const one = caseOf(seed);
    const expected = naive(one);
    const { result } = await packed(one);
    expect(result, `fleet ${seed} of ${one.fleet.placement}`).toEqual(expected);
    seen.rejected += expected.hosts.filter(([first]) => first === -1).length;
    seen.moved += expected.hosts.filter((list) => list.length > 1).length;
    seen.lost += expected.lost;
  }
  // the fleets reach what they are drawn for
  expect(Math.min(seen.rejected, seen.moved, seen.lost)).toBeGreaterThan(FLEETS / 10);
});

it('places alike in every build of the core', async () => {
  for (const build of ['debug', 'checked'] as const) {
    const path = new URL(`../../../build/fluxhost-memory.${build}.wasm`, import.meta.url);
    const module = await WebAssembly.compile(readFileSync(path));
    for (const seed of seeds(60)) {
      const one = caseOf(seed);
      expect(await packed(one, module), `fleet ${seed}, ${build}`).toEqual(await packed(one));
    }
  }
});

it('gives the results that are pinned', async () => {
  const hash = createHash('sha256');
  for (const seed of seeds(1000)) hash.update((await packed(caseOf(seed))).fingerprint);
  expect(hash.digest('hex').slice(0, 16)).toBe(PINNED);
});
