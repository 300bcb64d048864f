// The parts of a host: their numbers, which index the directory of sections, and where that directory says that each section is.

import { describe, expect, it } from 'vitest';
import * as L from '../../assembly/layout.js';
import { PARTS, directory } from '../../src/parts.js';

describe('parts', () => {
  it('have the numbers from 0 on, without a gap, as many as the core has room for', () => {
    expect(PARTS.map(({ number }) => number)).toEqual(Array.from({ length: L.PARTS }, (_, i) => i));
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
