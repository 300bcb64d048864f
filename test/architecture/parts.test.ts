// The parts of a host: their numbers, which index the directory of sections, and where that directory says that each section is.

import { describe, expect, it } from 'vitest';
import * as L from '../../assembly/layout.js';
import { PARTS, directory } from '../../src/parts.js';

describe('parts', () => {
  it('have numbers of their own, for which the core has room', () => {
    const numbers = PARTS.map(({ number }) => number);
    expect(numbers).toContain(L.PART_SWAP);
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const number of numbers) expect(number).toBeLessThan(L.PARTS);
  });

  it('are found by the directory: each section begins where its word says, in words of the whole configuration', () => {
    const before = 1000;
    const last = L.PARTS - 1;
    const words = directory(new Map([[last, [7, 8, 9]]]), before);
    expect(words).toHaveLength(L.PARTS + 3);
    expect(words.slice(words[last]! - before)).toEqual([7, 8, 9]);
  });

  it('take no word where a host has none', () => {
    expect(directory(new Map(), 1000)).toEqual([]);
  });
});
