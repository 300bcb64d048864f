// The identities of a swapped memory as laws of the simulation: how much must be out for an expansion and a ratio, where hot
// pages have to go, what a larger unit costs, how faults queue for workers.

import { describe, expect, it } from 'vitest';
import { requiredOutShare, unitTimeNs } from '../../../src/experiments/taiji/identities.js';
import { ENTRY_NS, FINISH_NS, run, small } from './support.js';

const EXPANSION = 1.5;
const HIGH = 0.03;
const LOW = 0.02;
const METADATA = 16 / 4096;

describe('the feasibility identity', () => {
  it('has the values that arithmetic gives', () => {
    const shares = [2, 2.63, 3, 3.37, 4, Infinity].map((ratio) => requiredOutShare(EXPANSION, 1 / ratio));
    expect(shares.map((share) => Number((share * 100).toFixed(1)))).toEqual([66.7, 53.8, 50, 47.4, 44.4, 33.3]);
    expect(requiredOutShare(1, 0.4)).toBe(0);
  });

  it.each([2, 2.63, 3, 3.37, 4])('holds in the simulation at ratio %d', async (ratio) => {
    const { memory } = await run(
      small({
        memory: { size: '8MiB', backends: { lz4: { ratio } } },
        guest: { size: '12MiB', access: { cold: 0.75, coldTouches: 0.02 } },
      }),
    );
    // Between the watermarks: from what leaves `low` free to what leaves `high` free, and a page on its way for each worker.
    const slack = 4 / (12 * 256);
    expect(memory.expansion).toBe(EXPANSION);
    expect(memory.outShare).toBeGreaterThanOrEqual(requiredOutShare(EXPANSION, 1 / ratio + METADATA, LOW) - slack);
    expect(memory.outShare).toBeLessThanOrEqual(requiredOutShare(EXPANSION, 1 / ratio + METADATA, HIGH) + slack);
  });

  it('refuses what could not be held with every page out', async () => {
    const input = small({ memory: { backends: { lz4: { ratio: 1.2 } } } });
    await expect(run(input)).rejects.toThrow(/host\.memory: given "?1MiB"?, expected at least/);
  });
});

describe('the cliff', () => {
  it('is where the cold share falls below what must be out', async () => {
    const faults: number[] = [];
    for (const cold of [0.8, 0.7, 0.65, 0.5, 0.4]) {
      const { memory } = await run(
        small({
          memory: { size: '8MiB' },
          guest: { size: '12MiB', access: { cold, coldTouches: 0 } },
          rest: { warmup: '10ms' },
        }),
      );
      faults.push(memory.faults / memory.touches);
    }
    const [roomy, enough, just, short, shorter] = faults as [number, number, number, number, number];
    // ratio 2.5: 55.6 % must be out, 59.3 % with metadata and the high watermark. No touch goes to a cold page.
    expect([roomy, enough, just]).toEqual([0, 0, 0]);
    expect(short).toBeGreaterThan(0.05);
    expect(shorter).toBeGreaterThan(short);
  });
});

describe('the granularity identity', () => {
  it.each([4, 16, 64, 2048])('a unit of %d KiB takes as long as its pages of 4 KiB', async (kib) => {
    const input = small({
      memory: { size: `${kib * 256}KiB`, page: `${kib}KiB`, content: { lz4: 1 } },
      guest: { size: `${kib * 384}KiB` },
      arrivals: {
        arrivals: { process: 'deterministic', rate: 2000 },
        request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '5us' } }] },
      },
      rest: { duration: '200ms' },
    });
    const { memory } = await run(input);
    expect(memory.swapIns).toBeGreaterThan(5);
    expect(memory.swapInNs.min).toBe(ENTRY_NS + unitTimeNs(kib * 1024, 2000) + FINISH_NS);
  });
});

describe('workers', () => {
  const loaded = (workers: number) =>
    small({
      memory: { workers, watermarks: { high: 0.2, low: 0.15, min: 0.05 } },
      guest: { access: { cold: 0.5, coldTouches: 0.2 } },
      arrivals: {
        arrivals: { process: 'saturate', tasks: 64 },
        request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '3us' } }] },
      },
    });

  it('one more never lengthens the tail, and too few make faults queue', async () => {
    const tails: number[] = [];
    for (const workers of [1, 2, 4, 8]) tails.push((await run(loaded(workers))).memory.swapInNs.p99!);
    for (let i = 1; i < tails.length; i++) expect(tails[i]!).toBeLessThanOrEqual(tails[i - 1]!);
    expect(tails[0]!).toBeGreaterThan(4 * tails[3]!);
  });

  it('a single swap-in takes its steps and nothing else', async () => {
    // The second task comes long after the first, and no scan in the nanosecond of a touch: nobody waits for anybody.
    const { memory } = await run(
      small({
        memory: { content: { zstd: 1 }, scan: { interval: '1003us', perPage: '2ns' } },
        arrivals: {
          arrivals: { process: 'deterministic', rate: 1000 },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '5us' } }] },
        },
        guest: { access: { cold: 0.5, coldTouches: 1 } },
        rest: { duration: '100ms' },
      }),
    );
    expect(memory.swapIns).toBeGreaterThan(50);
    expect(memory.swapInNs.min).toBe(ENTRY_NS + 6000 + FINISH_NS);
    expect(memory.swapInNs.p90).toBe(memory.swapInNs.min);
    expect(memory.withinTenUs).toBe(1);
  });
});
