// The memory part of the validation: golden miss counts, laws of replacement, identities of swapping, as rows.

import * as id from '../../assembly/memory/replacement/ids.js';
import { requiredOutShare, unitTimeNs } from '../../src/experiments/taiji/identities.js';
import { memoryOf } from '../../src/swap/result.js';
import { synReference, SYN_POLICIES } from '../memory/golden.js';
import { batchHits, meanAndError, cheHitRatio } from '../memory/irm.js';
import { missesOf, optimalMisses, seeded, newCore, make, feed, zipf } from '../memory/support.js';
import { small, run, ENTRY_NS, FINISH_NS } from '../memory/swap/support.js';
import { synV1 } from '../memory/syn-v1.js';

type Row = readonly string[];

export const MEMORY_HEAD: Row = ['law', 'figure', 'expected', 'got', 'verdict', 'command'];

const row = (law: string, figure: string, expected: string, got: string, holds: boolean, file: string): Row => [
  law,
  figure,
  expected,
  got,
  holds ? 'agrees' : '**differs**',
  `\`npm test -- test/memory/${file}.test.ts\``,
];
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

async function golden(): Promise<Row[]> {
  const reference = synReference();
  const trace = synV1();
  const capacities = `${reference.sizes.length} capacities from ${reference.sizes[0]} to ${reference.sizes.at(-1)}`;
  const found: (readonly [string, number[]])[] = [];
  for (const [name, policy, parameters] of SYN_POLICIES) {
    const misses: number[] = [];
    for (const size of reference.sizes) misses.push(await missesOf(policy, size, trace, parameters(size)));
    found.push([name, misses]);
  }
  const least: number[] = [];
  for (const size of reference.sizes) least.push(await optimalMisses(size, trace));
  const rows = [...found, ['belady', least] as const].map(([name, misses]) => {
    const expected = reference[name] as number[];
    const same = misses.every((count, index) => count === expected[index]);
    const law = `syn-v1 under ${name.replace('twoq_libcachesim_only', '2q')}, each of ${capacities} (libCacheSim)`;
    return row(law, 'misses, sum', String(sum(expected)), String(sum(misses)), same, 'reference');
  });
  const below = found.flatMap(([, misses]) => misses.filter((count, index) => count < least[index]!));
  const cells = found.length * reference.sizes.length;
  rows.push(
    row(
      `OPT is a lower bound, syn-v1, ${cells} counts`,
      'counts below it',
      '0',
      String(below.length),
      below.length === 0,
      'laws',
    ),
  );
  return rows;
}

/** Requests that hit with less room and miss with more. */
async function inclusion(): Promise<Row> {
  const draw = seeded(4);
  let [looked, broken] = [0, 0];
  for (let trace = 0; trace < 40; trace++) {
    const core = await newCore();
    const a = 1 + Math.floor(draw() * 30);
    const caches = [make(core, id.POLICY_LRU, a), make(core, id.POLICY_LRU, a + 1 + Math.floor(draw() * 30))];
    for (let request = 0; request < 400; request++) {
      const before = caches.map((cache) => core.exports.pagesHits(cache));
      feed(core, [Math.floor(draw() * 60)], (count) => {
        for (const cache of caches) core.exports.pagesReplay(cache, count);
      });
      const [small, large] = caches.map((cache, index) => core.exports.pagesHits(cache) - before[index]!);
      looked++;
      if (small! > large!) broken++;
    }
  }
  return row(
    `LRU: what fits in less fits in more, ${looked} requests`,
    'exceptions',
    '0',
    String(broken),
    broken === 0,
    'laws',
  );
}

async function independent(): Promise<Row[]> {
  const trace = zipf(2_100_000, 10_000, 0.9, 7);
  const rows: Row[] = [];
  for (const capacity of [100, 1000, 4000]) {
    const fifo = await batchHits(id.POLICY_FIFO, capacity, trace, 20);
    const random = await batchHits(id.POLICY_RANDOM, capacity, trace, 20, 3);
    const apart = meanAndError(fifo.map((value, batch) => value - random[batch]!));
    rows.push(
      row(
        `FIFO and RANDOM hit equally often under independent requests (Gelenbe 1973), ${capacity} pages`,
        'hit ratio, difference',
        '0',
        `${apart.mean.toExponential(1)} ± ${apart.error.toExponential(1)}`,
        Math.abs(apart.mean) <= 4 * apart.error,
        'laws',
      ),
    );
    const che = cheHitRatio(10_000, 0.9, capacity);
    const lru = meanAndError(await batchHits(id.POLICY_LRU, capacity, trace, 20));
    rows.push(
      row(
        `LRU by Che's approximation, Zipf(0.9) over 10,000 pages, ${capacity} pages`,
        'hit ratio',
        che.toFixed(5),
        `${lru.mean.toFixed(5)} ± ${lru.error.toFixed(5)}`,
        Math.abs(lru.mean - che) <= 4 * lru.error + 0.001 * che,
        'laws',
      ),
    );
  }
  return rows;
}

const METADATA_SHARE = 16 / 4096;
const [HIGH, LOW] = [0.03, 0.02];
/** A page on its way for each worker, and rounding to pages. */
const SLACK = 4 / (12 * 256);

async function swapping(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const ratio of [2, 2.63, 3, 3.37, 4]) {
    const access = { pattern: 'uniform', cold: 0.75, coldTouches: 0.02 } as const;
    const memory = { size: '8MiB', backends: { lz4: { ratio } } };
    const { result } = await run(small({ memory, guest: { size: '12MiB', access } }));
    const kept = 1 / ratio + METADATA_SHARE;
    const [least, most] = [LOW, HIGH].map((reserve) => requiredOutShare(1.5, kept, reserve)) as [number, number];
    const got = memoryOf(result)!.outShare!;
    rows.push(
      row(
        `what must be out for an expansion of 1.5, ratio ${ratio}, between the watermarks`,
        'share out',
        `${least.toFixed(3)} to ${most.toFixed(3)}`,
        got.toFixed(3),
        got >= least - SLACK && got <= most + SLACK,
        'swap/laws',
      ),
    );
  }
  for (const kib of [4, 16, 64, 2048]) {
    const { result } = await run(
      small({
        memory: { size: `${kib * 256}KiB`, page: `${kib}KiB`, content: { lz4: 1 } },
        guest: { size: `${kib * 384}KiB` },
        arrivals: {
          arrivals: { process: 'deterministic', rate: 2000 },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '5us' } }] },
        },
        rest: { duration: '200ms' },
      }),
    );
    const expected = ENTRY_NS + unitTimeNs(kib * 1024, 2000) + FINISH_NS;
    const got = memoryOf(result)!.swapInNs.min!;
    const law = `a unit of ${kib} KiB takes as long as its pages of 4 KiB`;
    rows.push(row(law, 'swap-in, ns', String(expected), String(got), got === expected, 'swap/laws'));
  }
  return rows;
}

export async function memoryRows(): Promise<Row[]> {
  return [...(await golden()), await inclusion(), ...(await independent()), ...(await swapping())];
}
