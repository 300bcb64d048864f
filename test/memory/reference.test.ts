// Miss counts of libCacheSim on `syn-v1`, to the last miss, at every capacity, in all three builds. Its counts for 2Q are met as
// well, though written from the paper.
import { describe, expect, test } from 'vitest';
import { synReference, SYN_POLICIES } from './golden.js';
import { BUILDS, feed, make, newCore, optimalMisses } from './support.js';
import { fnv1a, SYN_REQUESTS, synV1 } from './syn-v1.js';

const reference = synReference();
const trace = synV1();

test('the trace is the one described', () => {
  expect([...trace.subarray(2048, 2056)]).toEqual([7, 0, 34, 63, 9, 27, 55, 43]);
  expect(new Set(trace).size).toBe(reference.unique);
  expect(fnv1a(trace)).toBe(reference.fnv1a64_over_ids_one_word_each);
});

describe.each(BUILDS)('%s', (build) => {
  test('every policy at every capacity, in one pass', async () => {
    const core = await newCore(build);
    const distances = core.exports.pagesDistances(2 ** 24);
    const history = core.exports.pagesHistory(false);
    const caches = SYN_POLICIES.map(([name, policy, parameters]) => ({
      name,
      handles: reference.sizes.map((size) => make(core, policy, size, ...parameters(size))),
    }));
    feed(core, trace, (count) => {
      expect(core.exports.pagesRecord(history, count)).toBe(1);
      expect(core.exports.pagesRecordDistances(distances, count)).toBe(1);
      for (const { handles } of caches) for (const cache of handles) core.exports.pagesReplay(cache, count);
    });
    for (const { name, handles } of caches) {
      const misses = handles.map((cache) => SYN_REQUESTS - core.exports.pagesHits(cache));
      expect({ name, misses }).toEqual({ name, misses: reference[name] });
    }
    expect(core.exports.pagesDistinct(history)).toBe(reference.unique);
    // The reuse distances say the same of LRU, all capacities at once.
    const histogram = core.histogram(distances);
    const fromDistances = reference.sizes.map(
      (size) => SYN_REQUESTS - histogram.subarray(0, size + 1).reduce((a, b) => a + b, 0),
    );
    expect(fromDistances).toEqual(reference['lru']);
  });
});

test('Belady', async () => {
  const misses = [];
  for (const size of reference.sizes) misses.push(await optimalMisses(size, trace));
  expect(misses).toEqual(reference['belady']);
});
