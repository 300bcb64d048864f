// The search for the least value against trying every one, on predicates that are monotone and on some that are not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leastOf, type Trial } from '../../src/study/search.js';

const of = 4;

async function search(attained: readonly number[], hint?: number, likely?: number, every?: boolean, above?: boolean) {
  const asked: number[] = [];
  const found = await leastOf(
    attained.length,
    async (index): Promise<Trial> => {
      asked.push(index);
      return { attainedIn: attained[index]!, of };
    },
    { hint, likely, ...(every === undefined ? {} : { every }), ...(above === undefined ? {} : { above }) },
  );
  return { found: found!, asked };
}

describe('the least value that holds', () => {
  it('is that of trying every one, wherever the search begins, and no value is run twice', async () => {
    const rising = fc
      .array(fc.integer({ min: 0, max: of }), { minLength: 1, maxLength: 40 })
      .map((list) => list.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(
        rising,
        fc.nat(50),
        fc.option(fc.nat(50), { nil: undefined }),
        async (attained, hint, likely) => {
          const { found, asked } = await search(attained, hint, likely);
          const first = (wanted: (n: number) => boolean): number | null => {
            const at = attained.findIndex(wanted);
            return at < 0 ? null : at;
          };
          expect(found.index).toBe(first((n) => n === of));
          expect(found.someIndex).toBe(first((n) => n > 0));
          expect(found.missedAbove).toEqual([]);
          expect(new Set(asked).size).toBe(asked.length);
          expect(found.tried.map(({ index }) => index)).toEqual([...asked].sort((a, b) => a - b));
        },
      ),
      { seed: 1 },
    );
  });

  it('was run, and so were its neighbours, also where more does not help', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(0, of), { minLength: 2, maxLength: 40 }), async (attained) => {
        const { found, asked } = await search(attained);
        if (found.index === null) {
          for (const index of asked) expect(attained[index]).toBe(0);
          return;
        }
        expect(attained[found.index]).toBe(of);
        for (const near of [found.index - 1, found.index, found.index + 1]) {
          if (near >= 0 && near < attained.length) expect(asked).toContain(near);
        }
        // nothing that was run below it holds; what was run above it and does not is told
        for (const index of asked) if (index < found.index) expect(attained[index]).toBe(0);
        expect(found.missedAbove).toEqual(
          asked.filter((i) => i > found.index! && attained[i] === 0).sort((a, b) => a - b),
        );
      }),
      { seed: 1 },
    );
  });

  it('is the same without the value above, which is then not run for its own sake', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(0, of), { minLength: 2, maxLength: 40 }), async (attained) => {
        const { found, asked } = await search(attained);
        const { found: without, asked: fewer } = await search(attained, undefined, undefined, false, false);
        expect([without.index, without.someIndex]).toEqual([found.index, found.someIndex]);
        expect(asked.filter((index) => !fewer.includes(index))).toEqual(
          asked.includes(found.index! + 1) && !fewer.includes(found.index! + 1) ? [found.index! + 1] : [],
        );
      }),
      { seed: 1 },
    );
  });

  it('takes about as many runs as halving', async () => {
    for (const size of [2, 10, 1000]) {
      for (let at = 0; at < size; at += Math.ceil(size / 7)) {
        const { asked } = await search(Array.from({ length: size }, (_, i) => (i >= at ? of : 0)));
        expect(asked.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)) + 4);
      }
    }
  });

  it('takes few runs where the likely answer is one, or nearly', async () => {
    const attained = Array.from({ length: 1000 }, (_, i) => (i >= 600 ? of : 0));
    expect((await search(attained, 999, 600)).asked).toEqual([999, 600, 599, 601]);
    expect((await search(attained, 999, 599)).asked).toEqual([999, 599, 600, 601]);
  });

  it('is the least of all where every value is run, whatever helps and whatever does not', async () => {
    const list = fc.array(fc.constantFrom(0, 1, of), { minLength: 1, maxLength: 32 });
    await fc.assert(
      fc.asyncProperty(list, fc.nat(31), async (attained, hint) => {
        const { found, asked } = await search(attained, hint, undefined, true);
        const least = attained.indexOf(of);
        expect(found.index).toBe(least < 0 ? null : least);
        expect([...asked].sort((a, b) => a - b)).toEqual(attained.map((_, i) => i));
      }),
      { seed: 1 },
    );
  });

  it('ends where a run is interrupted', async () => {
    let runs = 0;
    expect(
      await leastOf(100, async () => (++runs === 3 ? null : { attainedIn: runs === 1 ? 1 : 0, of: 1 })),
    ).toBeNull();
    expect(runs).toBe(3);
  });
});
