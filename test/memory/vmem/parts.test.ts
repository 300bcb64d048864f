// The small parts by themselves: zeroing threads, the calendar, IOTLB reach against a simulated LRU.

import * as fc from 'fast-check';
import { describe, it, expect } from 'vitest';
import { Calendar } from '../../../src/reserve/calendar.js';
import { resolveReserve } from '../../../src/reserve/parse.js';
import { missShare, packetNs } from '../../../src/reserve/reach.js';
import { distributionOf } from '../../../src/reserve/result.js';
import { Zeroing } from '../../../src/reserve/zeroing.js';
import { SplitMix64 } from '../../../src/workload/random.js';

const GB = 1e9;
const scenarioOf = (when: 'create' | 'destroy') =>
  resolveReserve({ version: 1, server: { memory: '384GiB' }, zeroing: { threads: 5, when } }).scenario;

describe('zeroing', () => {
  // 125 ms per GB by five threads: 25 ms.
  it('at creation: one VM after the other', () => {
    const zeroing = new Zeroing(scenarioOf('create'), 100 * GB);
    expect(zeroing.claim(0, 4 * GB)).toBe(100e6);
    expect(zeroing.claim(40e6, GB)).toBe(60e6 + 25e6);
    expect(zeroing.claim(500e6, GB)).toBe(25e6);
    zeroing.release(0, 50 * GB);
    expect(zeroing.busyNs).toBe(150e6);
  });

  it('at destruction: nothing waits while there is clean memory, then for exactly what is missing', () => {
    const zeroing = new Zeroing(scenarioOf('destroy'), 10 * GB);
    expect(zeroing.claim(0, 10 * GB)).toBe(0);
    zeroing.release(0, 4 * GB); // clean at 100 ms
    zeroing.release(0, 2 * GB); // clean at 150 ms
    expect(zeroing.claim(10e6, 3 * GB)).toBe(90e6);
    expect(zeroing.claim(20e6, 2 * GB)).toBe(130e6);
    expect(zeroing.claim(200e6, GB)).toBe(0);
  });
});

describe('the calendar', () => {
  it('hands out by time, rank and order of entry', () => {
    const entry = fc.record({ atNs: fc.nat(20), rank: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 200 }), (entries) => {
        const calendar = new Calendar<number>();
        entries.forEach(({ atNs, rank }, i) => calendar.enter(atNs, rank, i));
        const order = entries.map((_, i) => i);
        order.sort((a, b) => entries[a]!.atNs - entries[b]!.atNs || entries[a]!.rank - entries[b]!.rank || a - b);
        expect(entries.map(() => calendar.next()!.what)).toEqual(order);
        expect(calendar.next()).toBeUndefined();
      }),
      { seed: 3 },
    );
  });
});

describe('IOTLB reach', () => {
  const MEGABYTES = { gigabyteShare: 0, megabyteShare: 1, pageShare: 0 };

  /** Uniform requests to `pages` pages through an LRU cache: what the formula stands for. */
  function simulatedMisses(pages: number, entries: number, requests: number): number {
    const random = new SplitMix64(11);
    const held = new Map<number, true>();
    let misses = 0;
    for (let i = -20 * pages; i < requests; i++) {
      const page = Math.floor(random.unit() * pages);
      if (held.delete(page)) {
        held.set(page, true);
        continue;
      }
      if (i >= 0) misses++;
      held.set(page, true);
      if (held.size > entries) held.delete(held.keys().next().value!);
    }
    return misses / requests;
  }

  it.each([
    [64, 16],
    [64, 63],
    [200, 50],
    [50, 50],
    [50, 80],
  ])('is that of LRU: %i pages, %i entries', (pages, entries) => {
    const expected = missShare(MEGABYTES, pages * 2 ** 21, entries);
    const requests = 200_000;
    // Five standard deviations of a binomial; LRU keeps the sequence correlated for no more than a few turns.
    const tolerance = 5 * Math.sqrt(Math.max(expected * (1 - expected), 1e-9) / requests);
    expect(Math.abs(simulatedMisses(pages, entries, requests) - expected)).toBeLessThanOrEqual(tolerance);
  });

  it('grows with the page: 1 GiB, then 2 MiB, then 4 KiB', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 36 }), fc.integer({ min: 1, max: 4096 }), (bytes, entries) => {
        const large = missShare({ gigabyteShare: 1, megabyteShare: 0, pageShare: 0 }, bytes, entries);
        const middle = missShare(MEGABYTES, bytes, entries);
        const small = missShare({ gigabyteShare: 0, megabyteShare: 0, pageShare: 1 }, bytes, entries);
        expect(large).toBeLessThanOrEqual(middle);
        expect(middle).toBeLessThanOrEqual(small);
        expect(small).toBeLessThan(1);
        expect(large).toBeGreaterThanOrEqual(0);
      }),
      { seed: 4 },
    );
  });

  it('adds the walk to the packet, shared by the walkers', () => {
    const scenario = resolveReserve({ version: 1, server: { memory: '384GiB' } }).scenario;
    expect(packetNs(scenario, 0)).toBe(300);
    expect(packetNs(scenario, 1)).toBe(300 + (2 * 300) / 4);
  });
});

describe('a distribution of kept values', () => {
  it('is exact', () => {
    const values = Array.from({ length: 1000 }, (_, i) => 1000 - i);
    const { count, min, mean, p50, p90, p99, p999, max, stddev } = distributionOf(values);
    expect([count, min, mean, p50, p90, p99, p999, max]).toEqual([1000, 1, 500.5, 500, 900, 990, 999, 1000]);
    expect(stddev).toBeCloseTo(Math.sqrt((1000 ** 2 - 1) / 12), 9);
    expect(distributionOf([]).p50).toBeNull();
  });
});
