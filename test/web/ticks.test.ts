// Ticks of axes: none outside the range, wherever that begins and ends, and never so few that it cannot be read.
import { describe, expect, it } from 'vitest';
import { countTicks, logarithmicTicks } from '../../src/web/ticks.js';

describe('ticks', () => {
  it('stand within a logarithmic range, two or more where it holds more than a digit', () => {
    expect(logarithmicTicks(1e4, 1e7)).toEqual([1e4, 1e5, 1e6, 1e7]);
    // from 200 µs on: 100 µs would lie below the axis
    expect(logarithmicTicks(200_000, 2_000_000)).toEqual([200_000, 500_000, 1_000_000, 2_000_000]);
    expect(logarithmicTicks(200_000, 400_000)).toEqual([200_000, 300_000, 400_000]);
    for (let from = 1; from < 10; from++)
      for (let to = from + 1; to < 100; to++) {
        const ticks = logarithmicTicks(from * 1e4, to * 1e4);
        expect(ticks.length).toBeGreaterThan(1);
        expect(ticks.filter((tick) => tick < from * 1e4 || tick > to * 1e4)).toEqual([]);
      }
  });

  it('of counts end at the top of the range, and none stands close to that', () => {
    expect(countTicks(48, 4)).toEqual([0, 10, 48]);
    expect(countTicks(8, 4)).toEqual([0, 5, 8]);
    expect(countTicks(11, 4)).toEqual([0, 5, 11]);
    expect(countTicks(5000, 4)).toEqual([0, 10, 100, 1000, 5000]);
    for (let most = 8; most < 3000; most++) {
      const ticks = countTicks(most, 4);
      expect(ticks.at(-1)).toBe(most);
      const places = ticks.map((tick) => Math.asinh(tick / 4) / Math.asinh(most / 4));
      places.slice(1).forEach((place, i) => expect(place - places[i]!).toBeGreaterThan(0.15));
    }
  });
});
