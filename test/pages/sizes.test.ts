// Byte miss ratios: what a trace's object sizes say of the same misses, under every policy.
import { describe, expect, test } from 'vitest';
import { missRatioCurve, replayPages } from '../../src/pages/api.js';
import { POLICY_NAMES } from '../../src/pages/policies.js';
import { memoryHost } from '../../src/workload/index.js';
import { oracleGeneral } from './helpers.js';

const PAGES = 40;
/** Skewed, with runs and returns. */
const trace = Array.from({ length: 6000 }, (_, i) => ((i * i * 31 + (i >> 4) * 7) % 97) % (1 + ((i * 13) % PAGES)));
const policies = [...POLICY_NAMES] as const;

function sizedTrace(sizeOf: (page: number, at: number) => number, pages = trace): Uint8Array {
  const bytes = oracleGeneral(pages);
  const view = new DataView(bytes.buffer);
  pages.forEach((page, at) => view.setUint32(24 * at + 12, sizeOf(page, at), true));
  return bytes;
}

async function replay(bytes: Uint8Array, capacities: number[] = [3, 12]) {
  const files = memoryHost({ t: bytes });
  return (await replayPages('t', { files, format: 'oracleGeneral', policies, capacities })).runs;
}

describe('byteMissRatio', () => {
  test('is the miss ratio where all objects are of one size, and null where that is 0', async () => {
    for (const { byteMissRatio, missRatio } of await replay(sizedTrace(() => 4096)))
      expect(byteMissRatio).toBe(missRatio);
    for (const { byteMissRatio } of await replay(sizedTrace(() => 0))) expect(byteMissRatio).toBeNull();
  });

  test('adds up over the pages, and leaves the misses as they are', async () => {
    const size = (page: number): number => 1 + ((page * page * 7919) % 100_003);
    const whole = await replay(sizedTrace(size));
    const total = trace.reduce((sum, page) => sum + size(page), 0);
    const missed = whole.map(() => 0);
    const misses = whole.map(() => 0);
    for (const only of new Set(trace)) {
      const requests = trace.filter((page) => page === only).length;
      const runs = await replay(sizedTrace((page) => (page === only ? 1 : 0)));
      runs.forEach(({ byteMissRatio }, at) => {
        const count = Math.round(byteMissRatio! * requests);
        missed[at]! += count * size(only);
        misses[at]! += count;
      });
    }
    whole.forEach((run, at) => {
      expect(run.misses, run.policy).toBe(misses[at]);
      expect(run.byteMissRatio! * total, run.policy).toBeCloseTo(missed[at]!, 3);
    });
    const unsized = await replay(sizedTrace(() => 512));
    expect(whole.map(({ hits, swapOuts, writebacks }) => [hits, swapOuts, writebacks])).toEqual(
      unsized.map(({ hits, swapOuts, writebacks }) => [hits, swapOuts, writebacks]),
    );
  });

  test('over windows, where sizes begin to differ late', async () => {
    const pages = Array.from({ length: 100_000 }, (_, i) => (i * 7) % 1000);
    const late = sizedTrace((_, at) => (at < 70_000 ? 10 : 30), pages);
    const total = 70_000 * 10 + 30_000 * 30;
    for (const run of await replay(late, [1000])) {
      expect(run.misses).toBe(1000);
      expect(run.byteMissRatio).toBeCloseTo((1000 * 10) / total, 12);
    }
    // OPT over a loop longer than memory: each pass misses alike
    const [opt] = (await replay(late, [100])).filter(({ policy }) => policy === 'opt');
    const early = (
      await replay(
        sizedTrace(() => 1, pages.slice(0, 70_000)),
        [100],
      )
    ).find(({ policy }) => policy === 'opt')!;
    const expected = (early.misses * 10 + (opt!.misses - early.misses) * 30) / total;
    expect(opt!.byteMissRatio).toBeCloseTo(expected, 2);
  });

  test('from a csv column, usual or named, and none without one', async () => {
    const run = async (text: string, options: object) => {
      const files = memoryHost({ t: text });
      const asked = { files, format: 'csv', policies: ['lru'], capacities: [2], ...options } as const;
      return (await replayPages('t', asked)).runs[0]!;
    };
    const text = 'page,size,bytes\n1,10,1\n2,20,1\n1,10,1\n3,60,7\n';
    expect(await run(text, {})).toMatchObject({ misses: 3, byteMissRatio: 0.9 });
    expect(await run(text, { sizeColumn: 'bytes' })).toMatchObject({ misses: 3, byteMissRatio: 0.9 });
    expect(await run(text, { sizeColumn: 'none' })).not.toHaveProperty('byteMissRatio');
    expect(await run('page\n1\n', {})).not.toHaveProperty('byteMissRatio');
    await expect(run('page,size\n1,big\n', {})).rejects.toThrow(
      't:2: size: given "big", expected a whole number of bytes below 2^32; --size-column none leaves sizes out',
    );
  });
});

describe('a sampled curve', () => {
  const told: string[] = [];
  const curve = (pages: number[], samplingRate: number) => {
    told.length = 0;
    const files = memoryHost({ t: `page\n${pages.join('\n')}\n` });
    return missRatioCurve('t', { files, format: 'csv', samplingRate, note: (text) => void told.push(text) });
  };

  test('has no point where no page was looked at', async () => {
    const { points, sampledPages } = await curve([1, 2, 3, 1, 2], 0.01);
    expect([points, sampledPages]).toEqual([[], 0]);
    expect(told).toEqual([
      't: the curve is from 0 distinct pages, of which some 300 are wanted; the trace has no more: take the curve without --shards',
    ]);
  });

  test('is never below the first uses', async () => {
    for (let shift = 0; shift < 20; shift++) {
      const pages = Array.from({ length: 4000 }, (_, i) => shift * 1000 + (i < 2000 ? i % 500 : i % 40));
      const { points } = await curve(pages, 0.02);
      for (const { missRatio } of points) expect(missRatio).toBeGreaterThanOrEqual(500 / 4000);
    }
  });

  test('from few pages says which rate has enough, and from enough says nothing', async () => {
    const pages = Array.from({ length: 20_000 }, (_, i) => i % 10_000);
    await curve(pages, 0.001);
    expect(told[0]).toMatch(/^t: the curve is from \d+ distinct pages, .* --shards 0\.03 has$/);
    await curve(pages, 0.05);
    expect(told).toEqual([]);
  });
});
