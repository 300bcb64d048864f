// What looks at the trace as a whole: distinct pages, next uses and reuse distances, small against naive ones and large enough
// to cross every boundary at which their memory grows.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as id from '../../assembly/memory/replacement/ids.js';
import { BUILDS, feed, missesOf, newCore, optimalMisses, seeded, zipf } from './support.js';

/** Of the traces that every build is given. */
const known = new Map<string, readonly number[]>();

/** Reuse distances from the definition: 1 + distinct pages since; 0 for a first use. */
function naiveDistances(trace: readonly number[]): readonly number[] {
  const key = trace.join();
  let found = known.get(key);
  found ??= trace.map((page, at) => {
    const before = trace.lastIndexOf(page, at - 1);
    return at === 0 || before < 0 ? 0 : new Set(trace.slice(before, at)).size;
  });
  known.set(key, found);
  return found;
}

test.each(BUILDS)('reuse distances are those of the definition (%s)', async (build) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(25), { minLength: 1, maxLength: 300 }),
      fc.array(fc.nat(300)),
      async (trace, cuts) => {
        const core = await newCore(build);
        const distances = core.exports.pagesDistances(2 ** 24);
        // Windows of any length: room is made between them.
        const ends = [...new Set([...cuts.filter((cut) => cut < trace.length), trace.length])].sort((a, b) => a - b);
        let from = 0;
        for (const to of ends) {
          feed(core, trace.slice(from, to), (count) => {
            expect(core.exports.pagesRecordDistances(distances, count)).toBe(1);
          });
          from = to;
        }
        const expected = new Float64Array(new Set(trace).size + 1);
        for (const distance of naiveDistances(trace)) if (distance > 0) expected[distance]! += 1;
        expect([...core.histogram(distances)]).toEqual([...expected]);
        expect(core.exports.pagesDistancesRequests(distances)).toBe(trace.length);
      },
    ),
    { numRuns: 60, seed: 4 },
  );
});

describe('across every boundary of growth', () => {
  // More pages than a chunk (65,536) and than the first heads; more requests than a chunk of next uses (2^20).
  const pages = 200_000;
  const draw = seeded(5);
  const trace = Float64Array.from({ length: 1_200_000 }, (_, i) =>
    i % 3 === 0 ? (i / 3) % pages : Math.floor(draw() ** 2 * pages) * 2 ** 30,
  );
  const distinct = new Set(trace).size;

  test('distinct pages are counted', async () => {
    const core = await newCore();
    const history = core.exports.pagesHistory(false);
    feed(core, trace, (count) => void core.exports.pagesRecord(history, count));
    expect(core.exports.pagesDistinct(history)).toBe(distinct);
  });

  test("reuse distances give LRU's misses at any capacity", async () => {
    const core = await newCore('checked');
    const distances = core.exports.pagesDistances(2 ** 24);
    feed(core, trace, (count) => {
      expect(core.exports.pagesRecordDistances(distances, count)).toBe(1);
    });
    const histogram = core.histogram(distances);
    for (const capacity of [1, 1000, 50_000, 150_000, distinct]) {
      const hits = histogram.subarray(0, capacity + 1).reduce((a, b) => a + b, 0);
      expect(trace.length - hits).toBe(await missesOf(id.POLICY_LRU, capacity, trace));
    }
  });

  test('next uses span chunks: Belady with room for all misses each page once', async () => {
    expect(await optimalMisses(distinct, trace)).toBe(distinct);
    const lru = await missesOf(id.POLICY_LRU, 50_000, trace);
    const optimal = await optimalMisses(50_000, trace);
    expect(optimal).toBeLessThan(lru);
    expect(optimal).toBeGreaterThan(distinct);
  });
});

test('a loop seen by Belady across two million requests', async () => {
  // Known in closed form: first n misses, then one for every n - 1 requests at one page too few.
  const n = 70_001;
  const length = 2_200_000;
  const loop = function* (): Generator<number> {
    for (let i = 0; i < length; i++) yield i % n;
  };
  expect(await optimalMisses(n - 1, loop())).toBe(n + Math.floor((length - n) / (n - 1)));
});

test('sampled reuse distances come from whole pages, chosen alike on every run', async () => {
  const trace = zipf(400_000, 20_000, 0.8, 3);
  const run = async (threshold: number): Promise<{ requests: number; pages: number; histogram: Float64Array }> => {
    const core = await newCore();
    const distances = core.exports.pagesDistances(threshold);
    feed(core, trace, (count) => void core.exports.pagesRecordDistances(distances, count));
    return {
      requests: core.exports.pagesDistancesRequests(distances),
      pages: core.exports.pagesDistancesPages(distances),
      histogram: core.histogram(distances),
    };
  };
  const tenth = await run(Math.round(0.1 * 2 ** 24));
  expect(await run(Math.round(0.1 * 2 ** 24))).toEqual(tenth);
  // 20,000 pages kept with chance 0.1 each: four standard deviations are 170.
  expect(Math.abs(tenth.pages - 0.1 * new Set(trace).size)).toBeLessThanOrEqual(170);
  // Every request but a page's first has a distance: a page is looked at always or never.
  expect(tenth.histogram.reduce((a, b) => a + b, 0)).toBe(tenth.requests - tenth.pages);
});
