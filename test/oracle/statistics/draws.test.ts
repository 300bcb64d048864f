// Whatever the program draws has the mean and the shape that the page says, and 5 % more would be noticed, one kind at a time.

import { describe, expect, it } from 'vitest';
import { KINDS } from './draws.js';
import { beyond } from './welch.js';

describe('what the program draws', () => {
  describe.each(KINDS)('$name', ({ compared, biased }) => {
    it('is what the naive side draws', async () => {
      expect(beyond(await compared())).toEqual([]);
    });
    it.each(Object.keys(biased))('is told from 5 % more: %s', async (of) => {
      expect(beyond(await biased[of]!())).not.toEqual([]);
    });
  });
});
