// What theory says of the policies. Tolerances come from the statistics: four standard errors, estimated from batches where the
// requests are not independent of each other.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as id from '../../assembly/memory/replacement/ids.js';
import { batchHits, cheHitRatio, meanAndError } from './irm.js';
import { feed, make, missesOf, newCore, optimalMisses, seeded, zipf } from './support.js';

const ONLINE: readonly [string, number, (capacity: number) => [number?, number?]][] = [
  ['lru', id.POLICY_LRU, () => []],
  ['fifo', id.POLICY_FIFO, () => []],
  ['clock', id.POLICY_CLOCK, () => [1]],
  ['random', id.POLICY_RANDOM, () => [1]],
  ['lfu', id.POLICY_LFU, () => []],
  ['2q', id.POLICY_TWO_QUEUE, (c) => [Math.floor(c / 4), Math.floor(c / 2)]],
  ['arc', id.POLICY_ARC, () => []],
  ['sieve', id.POLICY_SIEVE, () => []],
  ['s3fifo', id.POLICY_S3FIFO, (c) => [Math.floor(c / 10), Math.floor((c * 9) / 10)]],
  ['taiji', id.POLICY_TAIJI, (c) => [4, c]],
];

describe('any trace', () => {
  const traces = fc.array(fc.nat(60), { minLength: 1, maxLength: 400 });

  test('LRU: what fits in less fits in more (inclusion)', async () => {
    await fc.assert(
      fc.asyncProperty(
        traces,
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        async (trace, a, more) => {
          const core = await newCore();
          const small = make(core, id.POLICY_LRU, a);
          const large = make(core, id.POLICY_LRU, a + more);
          for (const page of trace) {
            const before = [core.exports.pagesHits(small), core.exports.pagesHits(large)];
            feed(core, [page], (count) => {
              core.exports.pagesReplay(small, count);
              core.exports.pagesReplay(large, count);
            });
            const hit = [core.exports.pagesHits(small) - before[0]!, core.exports.pagesHits(large) - before[1]!];
            expect(hit[1]).toBeGreaterThanOrEqual(hit[0]!);
          }
        },
      ),
      { numRuns: 60, seed: 4 },
    );
  });

  test('no policy misses less than Belady, nor less than there are pages', async () => {
    await fc.assert(
      fc.asyncProperty(traces, fc.integer({ min: 1, max: 30 }), async (trace, capacity) => {
        const least = await optimalMisses(capacity, trace);
        expect(least).toBeGreaterThanOrEqual(new Set(trace).size);
        for (const [name, policy, parameters] of ONLINE) {
          const misses = await missesOf(policy, capacity, trace, parameters(capacity));
          expect({ name, atLeast: misses >= least }).toEqual({ name, atLeast: true });
        }
      }),
      { numRuns: 60, seed: 4 },
    );
  });

  test('with room for every page, each is missed once and none is thrown out', async () => {
    await fc.assert(
      fc.asyncProperty(traces, fc.integer({ min: 0, max: 9 }), async (trace, which) => {
        const [, policy, parameters] = ONLINE[which]!;
        const distinct = new Set(trace).size;
        const core = await newCore();
        const cache = make(core, policy, distinct, ...parameters(distinct));
        feed(core, trace, (count) => core.exports.pagesReplay(cache, count));
        expect(core.exports.pagesHits(cache)).toBe(trace.length - distinct);
        expect(core.exports.pagesEvictions(cache)).toBe(0);
      }),
      { numRuns: 100, seed: 4 },
    );
  });

  test('at one page only a repetition hits, whatever the policy', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { minLength: 1, maxLength: 200 }), async (trace) => {
        const repetitions = trace.filter((page, at) => at > 0 && trace[at - 1] === page).length;
        for (const [name, policy, parameters] of ONLINE) {
          const misses = await missesOf(policy, 1, trace, parameters(1));
          expect({ name, misses }).toEqual({ name, misses: trace.length - repetitions });
        }
      }),
      { numRuns: 40, seed: 4 },
    );
  });
});

test('a loop over one page more than fits: LRU and FIFO miss always, Belady does not', async () => {
  const trace = Array.from({ length: 5000 }, (_, i) => i % 101);
  expect(await missesOf(id.POLICY_LRU, 100, trace)).toBe(5000);
  expect(await missesOf(id.POLICY_FIFO, 100, trace)).toBe(5000);
  // After 101 first misses, one more miss for every 100 requests.
  expect(await optimalMisses(100, trace)).toBe(101 + Math.floor((5000 - 101) / 100));
});

describe('independent requests (IRM), Zipf', () => {
  const trace = zipf(2_100_000, 10_000, 0.9, 7);

  test.each([100, 1000, 4000])('FIFO and RANDOM hit equally often (Gelenbe 1973), %i pages', async (capacity) => {
    const fifo = await batchHits(id.POLICY_FIFO, capacity, trace, 20);
    const random = await batchHits(id.POLICY_RANDOM, capacity, trace, 20, 3);
    // The same requests: the difference within a batch has the smaller error.
    const { mean, error } = meanAndError(fifo.map((value, batch) => value - random[batch]!));
    expect(Math.abs(mean)).toBeLessThanOrEqual(4 * error);
  });

  test.each([100, 1000, 4000])("LRU's hit ratio is Che's approximation, %i pages", async (capacity) => {
    const che = cheHitRatio(10_000, 0.9, capacity);
    const { mean, error } = meanAndError(await batchHits(id.POLICY_LRU, capacity, trace, 20));
    // Its own error vanishes with the number of pages (Fricker, Robert & Roberts 2012: below 0.1 % of the ratio here).
    expect(Math.abs(mean - che)).toBeLessThanOrEqual(4 * error + 0.001 * che);
  });
});

test('uniform requests: every policy that does not look ahead hits capacity / pages of them', async () => {
  const draw = seeded(11);
  const trace = Uint32Array.from({ length: 420_000 }, () => Math.floor(draw() * 2000));
  for (const policy of [id.POLICY_LRU, id.POLICY_FIFO, id.POLICY_RANDOM]) {
    const { mean, error } = meanAndError(await batchHits(policy, 500, trace, 20));
    expect(Math.abs(mean - 0.25)).toBeLessThanOrEqual(4 * error);
  }
});

describe('levels of taiji', () => {
  const misses = (levels: number, trace: Iterable<number>, scan: number, capacity: number) =>
    missesOf(id.POLICY_TAIJI, capacity, trace, [levels, scan]);

  test('keep a page that was used again for one scan more each', async () => {
    // Page 0 is used again before the first scan and never after; two others pass between scans, in two frames beside it.
    for (const kept of [1, 2, 3, 4]) {
      const others = Array.from({ length: 4 * kept }, (_, index) => 1 + index);
      const trace = [0, 0, 1000, 1001, ...others, 0];
      const missed = await Promise.all([kept, kept + 1].map((levels) => misses(levels, trace, 4, 3)));
      expect(missed).toEqual([trace.length - 1, trace.length - 2]);
    }
  });

  test('more of them miss less where few pages are used often', async () => {
    const trace = zipf(200_000, 4000, 1, 9);
    const missed: number[] = [];
    for (const levels of [1, 2, 4, 8]) missed.push(await misses(levels, trace, 400, 400));
    for (let i = 1; i < missed.length; i++) expect(missed[i]!).toBeLessThan(0.995 * missed[i - 1]!);
  });
});
