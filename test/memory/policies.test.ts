// The policies in the core against the naive models, request by request, under random mixes of reads and writes, in all three
// builds; and how much memory they take.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as id from '../../assembly/memory/replacement/ids.js';
import { RequestSink } from '../../src/pages/request-sink.js';
import * as ghosts from './ghost-models.js';
import * as models from './models.js';
import { BUILDS, type Build, make, newCore, type Request, seeded, totalsOf, zipf } from './support.js';

interface Case {
  readonly name: string;
  readonly id: number;
  /** The core's two parameters. */
  readonly parameters: (capacity: number, draw: number) => [number?, number?];
  readonly model: (capacity: number, parameters: [number?, number?]) => models.Model;
  /** Bytes a resident page at most, from 64 pages up: of the page table, the records and what is remembered beyond them. */
  readonly bytesAPage: number;
  /** What it may take beyond that, going with the requests it has seen. */
  readonly growthBytes?: (requests: number) => number;
}

const none = (): [number?, number?] => [];

const CASES: readonly Case[] = [
  { name: 'lru', id: id.POLICY_LRU, parameters: none, model: (c) => new models.LruModel(c), bytesAPage: 32 },
  { name: 'fifo', id: id.POLICY_FIFO, parameters: none, model: (c) => new models.FifoModel(c), bytesAPage: 28 },
  {
    name: 'clock',
    id: id.POLICY_CLOCK,
    parameters: (_, draw) => [1 + (draw % 2)],
    model: (c, [bits]) => new models.ClockModel(c, bits!),
    bytesAPage: 28,
  },
  {
    name: 'random',
    id: id.POLICY_RANDOM,
    parameters: (_, draw) => [draw],
    model: (c, [seed]) => new models.RandomModel(c, seed!),
    bytesAPage: 24,
  },
  {
    name: 'lfu',
    id: id.POLICY_LFU,
    parameters: none,
    model: (c) => new models.LfuModel(c),
    bytesAPage: 28,
    growthBytes: (requests) => 8 * (Math.sqrt(2 * requests) + 512),
  },
  {
    name: '2q',
    id: id.POLICY_TWO_QUEUE,
    parameters: (c, draw) => [draw % (c + 2), Math.floor(draw / 64) % (2 * c)],
    model: (c, [kin, kout]) => new ghosts.TwoQueueModel(c, kin!, kout!),
    bytesAPage: 1.5 * 32,
  },
  { name: 'arc', id: id.POLICY_ARC, parameters: none, model: (c) => new ghosts.ArcModel(c), bytesAPage: 2 * 32 },
  { name: 'sieve', id: id.POLICY_SIEVE, parameters: none, model: (c) => new models.SieveModel(c), bytesAPage: 28 },
  {
    name: 's3fifo',
    id: id.POLICY_S3FIFO,
    parameters: (c, draw) => [draw % (c + 1), Math.floor(draw / 64) % (2 * c)],
    model: (c, [small, ghost]) => new ghosts.S3FifoModel(c, small!, ghost!),
    bytesAPage: 1.9 * 32,
  },
  {
    name: 'taiji',
    id: id.POLICY_TAIJI,
    parameters: (c, draw) => [1 + (draw % 5), 1 + (Math.floor(draw / 64) % (2 * c))],
    model: (c, [levels, interval]) => new models.TaijiModel(c, levels!, interval!),
    bytesAPage: 28,
  },
];

const capacities = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 24 }));

/** Pages few enough to come back, some of them far apart; phases and loops, as traces have them. */
const traces = fc
  .record({
    spread: fc.constantFrom(1, 4096, 2 ** 31, 2 ** 46 + 1),
    pieces: fc.array(
      fc.oneof(
        fc.array(fc.record({ page: fc.nat(40), write: fc.boolean() }), { maxLength: 120 }),
        fc
          .record({ from: fc.nat(20), length: fc.integer({ min: 1, max: 30 }), times: fc.integer({ min: 1, max: 4 }) })
          .map(({ from, length, times }) =>
            Array.from({ length: length * times }, (_, i) => ({ page: from + (i % length), write: i % 7 === 0 })),
          ),
      ),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ spread, pieces }) => pieces.flat().map(({ page, write }) => ({ page: page * spread, write })));

/** Replays request by request; the answers are told from the hit counter. */
async function hitsInCore(
  build: Build,
  policy: Case,
  capacity: number,
  parameters: [number?, number?],
  trace: readonly Request[],
) {
  const core = await newCore(build);
  const cache = make(core, policy.id, capacity, ...parameters);
  const hits: boolean[] = [];
  const sink = new RequestSink((words, count) => core.fill(words, count));
  for (const request of trace) {
    const before = core.exports.pagesHits(cache);
    sink.put(request.page, request.write);
    sink.end();
    core.exports.pagesReplay(cache, 1);
    hits.push(core.exports.pagesHits(cache) > before);
  }
  expect(core.exports.pagesRequests(cache)).toBe(trace.length);
  return { hits, totals: totalsOf(core, cache) };
}

describe.each(CASES)('$name', (policy) => {
  test.each(BUILDS)('is its naive model, request by request (%s)', async (build) => {
    await fc.assert(
      fc.asyncProperty(capacities, fc.nat(4095), traces, async (capacity, draw, trace) => {
        const parameters = policy.parameters(capacity, draw);
        const model = policy.model(capacity, parameters);
        const expected = trace.map((request) => model.request(request));
        const { hits, totals } = await hitsInCore(build, policy, capacity, parameters, trace);
        expect(hits).toEqual(expected);
        expect(totals).toEqual(model.totals());
      }),
      { numRuns: build === 'release' ? 100 : 40, seed: 4 },
    );
  });

  test('is its naive model on long traces, where its queues find their sizes', async () => {
    for (const [capacity, exponent, seed] of [
      [40, 0.7, 1],
      [90, 1, 2],
    ] as const) {
      const popular = zipf(30_000, 400, exponent, seed);
      // Phases that want now recency and now frequency (a window that slides, popularity, a loop), so that targets move.
      const draw = seeded(seed);
      const trace = Array.from(popular, (page, i) => {
        const phase = Math.floor(i / 500) % 5;
        const slides = 1000 + Math.floor(i / 3) + Math.floor(draw() * 1.2 * capacity);
        return { page: phase === 4 ? 500 + (i % 130) : phase % 2 === 0 ? slides : page, write: i % 11 === 0 };
      });
      const defaults: Record<string, [number?, number?]> = {
        clock: [2],
        random: [5],
        '2q': [capacity / 4, capacity / 2].map(Math.floor) as [number, number],
        s3fifo: [capacity / 10, (capacity * 9) / 10].map(Math.floor) as [number, number],
        taiji: [4, capacity],
      };
      const parameters = defaults[policy.name] ?? [];
      const model = policy.model(capacity, parameters);
      for (const request of trace) model.request(request);
      const core = await newCore();
      const cache = make(core, policy.id, capacity, ...parameters);
      const sink = new RequestSink((words, count) => {
        core.fill(words, count);
        core.exports.pagesReplay(cache, count);
      });
      for (const { page, write } of trace) sink.put(page, write);
      sink.end();
      expect(totalsOf(core, cache)).toEqual(model.totals());
    }
  });

  test('takes no more memory a page than it says, and none while it replays', async () => {
    for (const capacity of [64, 100, 1000, 1025, 10_000, 65_537]) {
      const core = await newCore();
      const parameters: Record<string, [number?, number?]> = {
        clock: [1],
        '2q': [Math.floor(capacity / 4), Math.floor(capacity / 2)],
        s3fifo: [Math.floor(capacity / 10), Math.floor((capacity * 9) / 10)],
        taiji: [4, capacity],
      };
      const cache = make(core, policy.id, capacity, ...(parameters[policy.name] ?? []));
      const fixedBytes = 1024; // state, sentinels, the few records more
      expect(core.exports.pagesBytes(cache)).toBeLessThanOrEqual(capacity * policy.bytesAPage + fixedBytes);
      const before = core.memoryBytes;
      const sink = new RequestSink((words, count) => {
        core.fill(words, count);
        core.exports.pagesReplay(cache, count);
      });
      for (let i = 0; i < 3 * capacity; i++) sink.put((i * 7919) % (2 * capacity), i % 3 === 0);
      sink.end();
      const growthBytes = policy.growthBytes?.(3 * capacity) ?? 0;
      expect(core.memoryBytes - before).toBeLessThanOrEqual(Math.ceil(growthBytes / 65_536) * 65_536);
      expect(core.exports.pagesBytes(cache)).toBeLessThanOrEqual(
        capacity * policy.bytesAPage + growthBytes + fixedBytes,
      );
    }
  });
});

// As many frequencies at once as so many requests can bring about: page i is used i + 1 times.
test.each(BUILDS)('lfu has room for every frequency (%s)', async (build) => {
  const core = await newCore(build);
  const pages = 1500;
  const cache = make(core, id.POLICY_LFU, pages);
  const feedPages = (each: (put: (page: number) => void) => void): void => {
    const sink = new RequestSink((words, count) => {
      core.fill(words, count);
      expect(core.exports.pagesReplay(cache, count)).toBe(1);
    });
    each((page) => sink.put(page, false));
    sink.end();
  };
  feedPages((put) => {
    for (let page = 0; page < pages; page++) for (let use = 0; use <= page; use++) put(page);
  });
  expect(core.exports.pagesHits(cache)).toBe((pages * (pages - 1)) / 2);
  // Each new page throws out the one before it, the page used once first; all the others stay.
  feedPages((put) => {
    for (let i = 0; i < 100; i++) put(pages + i);
    for (let page = 1; page < pages; page++) put(page);
  });
  expect(core.exports.pagesEvictions(cache)).toBe(100);
  expect(core.exports.pagesHits(cache)).toBe((pages * (pages - 1)) / 2 + pages - 1);
});

describe('opt', () => {
  test.each(BUILDS)('is its naive model (%s)', async (build) => {
    await fc.assert(
      fc.asyncProperty(capacities, traces, async (capacity, trace) => {
        fc.pre(trace.length > 0);
        const model = new models.OptimalModel(capacity, trace);
        const expected = trace.map((request) => model.request(request));
        const core = await newCore(build);
        const history = core.exports.pagesHistory(true);
        const sink = new RequestSink((words, count) => {
          core.fill(words, count);
          expect(core.exports.pagesRecord(history, count)).toBe(1);
        });
        for (const { page, write } of trace) sink.put(page, write);
        sink.end();
        const cache = core.exports.pagesOptimal(history, capacity);
        const hits = trace.map(() => {
          const before = core.exports.pagesHits(cache);
          core.exports.pagesReplayOptimal(cache, 1);
          return core.exports.pagesHits(cache) > before;
        });
        expect(hits).toEqual(expected);
        expect(totalsOf(core, cache)).toEqual(model.totals());
        expect(core.exports.pagesRequests(cache)).toBe(trace.length);
        expect(core.exports.pagesDistinct(history)).toBe(new Set(trace.map(({ page }) => page)).size);
      }),
      { numRuns: build === 'release' ? 100 : 40, seed: 4 },
    );
  });

  test('keeps a quarter of a byte a request and little more', async () => {
    const core = await newCore();
    const history = core.exports.pagesHistory(true);
    const requests = 300_000;
    const sink = new RequestSink((words, count) => {
      core.fill(words, count);
      core.exports.pagesRecord(history, count);
    });
    for (let i = 0; i < requests; i++) sink.put(i % 1000, i % 5 === 0);
    sink.end();
    const cache = core.exports.pagesOptimal(history, 500);
    expect(core.exports.pagesBytes(cache)).toBeLessThanOrEqual(0.26 * requests + 1024);
  });
});
