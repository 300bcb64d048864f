// Whole replays: real traces, several policies in one pass, shares, curves, streams, and the promises of the result.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, test, expect } from 'vitest';
import { parseCapacity } from '../../src/pages/capacity.js';
import { traceFile, nodeDigest } from '../../src/pages/file.js';
import { parsePolicy, POLICY_NAMES } from '../../src/pages/policies.js';
import { type ReplayOptions, type TraceSource, replayTrace } from '../../src/pages/replay.js';
import type { PagesResult } from '../../src/pages/result.js';
import { InputError } from '../../src/input/errors.js';
import { zipf, sharedFile, BUILDS, moduleOf } from '../memory/support.js';
import { READ, format, oracleGeneral, bytesOf } from './helpers.js';

type Asked = Omit<Partial<ReplayOptions>, 'policies' | 'capacities' | 'format'> & {
  source: TraceSource;
  format: string;
  policies: string;
  capacities: string;
};

async function replay(asked: Asked): Promise<PagesResult> {
  return replayTrace({
    read: READ,
    ...asked,
    format: format(asked.format),
    policies: asked.policies.split(',').map((text) => parsePolicy(text, '--policy', [])!),
    capacities: asked.capacities.split(',').map((text) => parseCapacity(text, 4096, '--capacity', [])!),
  });
}

/** Bytes in memory, in pieces; `reopenable` as a file's or as a pipe's. */
function inMemory(bytes: Uint8Array, reopenable = true): TraceSource {
  return {
    name: 'trace',
    reopenable,
    async *open() {
      for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
    },
  };
}

async function refusal(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('was not refused');
}

const ALL = POLICY_NAMES.join(',');
const pages = [...zipf(60_000, 3000, 0.9, 2)];
const trace = inMemory(oracleGeneral(pages));
const requestsPerSecond = null;

describe('real traces', () => {
  // From the data's own description: requests and distinct pages.
  test.each([
    ['403.gcc', 45_675, 1306],
    ['435.gromacs', 218_625, 1645],
    ['445.gobmk', 107_852, 2104],
    ['458.sjeng', 71_977, 26_293],
    ['481.wrf', 27_328, 504],
  ])('SPEC 2006 %s', async (program, lines, distinctPages) => {
    const path = sharedFile(`traces/spec2006-ramulator/${program}.trace.gz`);
    const text = gunzipSync(readFileSync(path)).toString();
    const rows = text.trimEnd().split('\n');
    expect(rows).toHaveLength(lines);
    const source = await traceFile(path, format('ramulator'));
    const asked = { source, format: 'ramulator', policies: ALL, capacities: '10%,50%,100%', curveRate: 1 };
    const result = await replay(asked);
    const writes = rows.filter((row) => row.split(' ').length === 3).length;
    expect(result.trace.requests).toBe(lines + writes);
    expect(result.trace.distinctPages).toBe(distinctPages);
    const least = new Map(
      result.runs.filter(({ policy }) => policy === 'opt').map((run) => [run.capacityPages, run.misses]),
    );
    for (const run of result.runs) {
      expect(run.hits + run.misses).toBe(run.requests);
      expect(run.misses).toBeGreaterThanOrEqual(least.get(run.capacityPages)!);
      expect(run.swapOuts).toBe(run.misses - Math.min(run.capacityPages, distinctPages));
      expect(run.writebacks).toBeLessThanOrEqual(Math.min(run.swapOuts, writes));
    }
    const lru = result.runs.filter(({ policy }) => policy === 'lru');
    const points = new Map(result.mrc![0]!.points.map((point) => [point.capacityPages, point.missRatio]));
    for (const run of lru) expect(points.get(run.capacityPages)).toBeCloseTo(run.missRatio, 12);
    // Everything fits: each page is missed once.
    expect(lru.at(-1)!.misses).toBe(distinctPages);
  });

  test.each([
    ['web07', 76_118, 20_484],
    ['orm-busy', 2_000_000, 60_734],
  ])('cache2k %s', async (name, requests, distinctPages) => {
    const path = sharedFile(`traces/cache2k-ecommerce/${name}.be32.bin.gz`);
    const source = await traceFile(path, format('be32'));
    const result = await replay({
      source,
      format: 'be32',
      policies: 'lru,sieve,opt',
      capacities: '1000',
      digest: nodeDigest,
    });
    expect(result.trace).toMatchObject({ requests, distinctPages });
    // The digest, from the definition: page numbers, 8 little-endian bytes each.
    const raw = gunzipSync(readFileSync(path));
    const numbers = Buffer.alloc(2 * raw.length);
    for (let at = 0; at < raw.length; at += 4) numbers.writeUInt32LE(raw.readUInt32BE(at), 2 * at);
    expect(result.trace.sha256).toBe(createHash('sha256').update(numbers).digest('hex'));
    const [lru, sieve, opt] = result.runs;
    expect(opt!.misses).toBeLessThan(lru!.misses);
    expect(opt!.misses).toBeLessThan(sieve!.misses);
  });
});

test('the three builds give the same result', async () => {
  const results = [];
  for (const build of BUILDS) {
    const module = await moduleOf(build);
    results.push(
      await replay({
        source: trace,
        format: 'oracleGeneral',
        policies: ALL,
        capacities: '50,20%',
        curveRate: 0.2,
        module,
      }),
    );
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});

test('runs one after the other give what one pass gives, and twice the same', async () => {
  const together = await replay({ source: trace, format: 'oracleGeneral', policies: ALL, capacities: '10,500' });
  expect(await replay({ source: trace, format: 'oracleGeneral', policies: ALL, capacities: '10,500' })).toEqual(
    together,
  );
  for (const run of together.runs) {
    const { policy, capacityPages } = run;
    const alone = await replay({
      source: trace,
      format: 'oracleGeneral',
      policies: policy,
      capacities: String(capacityPages),
    });
    expect(alone.runs).toEqual([run]);
    expect(alone.trace).toEqual(together.trace);
  }
});

test('random follows its seed', async () => {
  const run = async (seed: number, policies = 'random') =>
    (await replay({ source: trace, format: 'oracleGeneral', policies, capacities: '100', seed })).runs[0]!;
  expect(await run(1)).toEqual(await run(1));
  expect((await run(1)).misses).not.toBe((await run(2)).misses);
  expect((await run(1, 'random:seed=2')).misses).toBe((await run(2)).misses);
});

test('the shape of the result', async () => {
  const source = inMemory(bytesOf('0 W\n1000 R\n2000 R\n0 R\n0 W\n3000 R\n'));
  const result = await replay({ source, format: 'addresses', policies: 'lru', capacities: '2', swapInNs: 10_000 });
  expect(result).toEqual({
    trace: {
      requests: 6,
      writes: true,
      distinctPages: 4,
      sha256: createHash('sha256')
        .update(new Uint8Array(new BigUint64Array([0n, 1n, 2n, 0n, 0n, 3n]).buffer))
        .digest('hex'),
    },
    runs: [
      {
        policy: 'lru',
        capacityPages: 2,
        parameters: {},
        requests: 6,
        hits: 1,
        misses: 5,
        missRatio: 5 / 6,
        swapInNs: { count: 5, mean: 1e4, stddev: 0, min: 1e4, p50: 1e4, p90: 1e4, p99: 1e4, p999: 1e4, max: 1e4 },
        swapOuts: 3,
        writebacks: 1,
        requestsPerSecond,
      },
    ],
  });
});

test('a clock that is handed in gives requests per second', async () => {
  let ticks = 0;
  const clock = () => (ticks += 5);
  const result = await replay({ source: trace, format: 'oracleGeneral', policies: 'lru', capacities: '10', clock });
  // Two windows of requests, 5 ms by this clock each.
  expect(result.runs[0]!.requestsPerSecond).toBe(6_000_000);
});

describe('miss-ratio curves', () => {
  test('the exact one goes through what LRU misses at every capacity', async () => {
    const capacities = '1,2,37,500,2000,2999,5000';
    const { runs, mrc } = await replay({
      source: trace,
      format: 'oracleGeneral',
      policies: 'lru',
      capacities,
      curveRate: 1,
    });
    const [curve] = mrc!;
    expect(curve).toMatchObject({ policy: 'lru', sampled: false, samplingRate: 1, sampledRequests: 60_000 });
    const points = new Map(curve!.points.map(({ capacityPages, missRatio }) => [capacityPages, missRatio]));
    for (const run of runs) expect(points.get(run.capacityPages)).toBeCloseTo(run.missRatio, 12);
    const ratios = curve!.points.map(({ missRatio }) => missRatio);
    expect(ratios).toEqual([...ratios].sort((a, b) => b - a));
  });

  test('a sampled one is marked and near', async () => {
    const many = inMemory(oracleGeneral([...zipf(400_000, 20_000, 0.8, 9)]));
    const asked = { source: many, format: 'oracleGeneral', policies: 'lru', capacities: '500,2000,5000,10000' };
    const exact = (await replay({ ...asked, curveRate: 1 })).mrc![0]!;
    const sampled = (await replay({ ...asked, curveRate: 0.1 })).mrc![0]!;
    expect(sampled.sampled).toBe(true);
    expect(sampled.samplingRate).toBeCloseTo(0.1, 6);
    expect(sampled.sampledRequests).toBeLessThan(60_000);
    // The published error at this rate is a few hundredths for traces of this size; 2,000 pages are looked at.
    const at = (points: typeof exact.points, capacity: number) =>
      points.find(({ capacityPages }) => capacityPages === capacity)!.missRatio;
    for (const capacity of [500, 2000, 5000, 10_000]) {
      expect(Math.abs(at(sampled.points, capacity) - at(exact.points, capacity))).toBeLessThan(0.03);
    }
  });
});

describe('streams', () => {
  test('everything but shares works on one', async () => {
    const asked = { format: 'oracleGeneral', policies: ALL, capacities: '50', curveRate: 1 };
    const file = await replay({ ...asked, source: trace });
    expect(await replay({ ...asked, source: inMemory(oracleGeneral(pages), false) })).toEqual(file);
  });

  test('a share of one is refused', async () => {
    const source = inMemory(oracleGeneral(pages), false);
    expect(await refusal(replay({ source, format: 'oracleGeneral', policies: 'lru', capacities: '5,10%' }))).toBe(
      'trace: --capacity: given 10% of a stream, expected a page count or a size: a share needs a file, which is read twice',
    );
  });
});

describe('refused', () => {
  test('a trace without a request', async () => {
    const asked = { policies: 'lru', capacities: '1' };
    expect(await refusal(replay({ ...asked, source: inMemory(new Uint8Array(0)), format: 'be32' }))).toBe(
      'trace: given no request, expected a trace of format be32',
    );
    expect(
      await refusal(replay({ ...asked, source: inMemory(bytesOf('# nothing\n')), format: 'addresses' })),
    ).toContain('no request');
  });

  test('more pages than memory holds', async () => {
    const run = replay({ source: trace, format: 'oracleGeneral', policies: 'lru', capacities: '1073741824' });
    expect(await refusal(run)).toBe(
      'trace: --capacity: given 1073741824 pages under lru, expected what fits in 4 GiB of memory: up to 32 bytes a page that the policy knows',
    );
  });

  test('a trace that changed between the two readings', async () => {
    let opened = 0;
    const source: TraceSource = {
      name: 'trace',
      reopenable: true,
      async *open() {
        yield oracleGeneral(pages.slice(0, 1000 + opened++));
      },
    };
    await expect(replay({ source, format: 'oracleGeneral', policies: 'lru', capacities: '10%' })).rejects.toThrow(
      'trace: had 1000 requests when it was counted and 1001 when it was replayed',
    );
  });
});
