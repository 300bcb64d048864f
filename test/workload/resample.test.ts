// Days made of a trace's blocks: each block whole and where it belongs, drawn by the seed with replacement, and intervals over such
// days that hold the mean of the process behind the trace as often as they say.

import { describe, expect, it } from 'vitest';
import {
  Simulation,
  memoryHost,
  replicate,
  resolveScenario,
  sweep,
  type Result,
  type ScenarioInput,
} from '../../src/index.js';
import { meanInterval } from '../../src/metrics/confidence.js';
import { BATCH_CAPACITY } from '../../src/workload/arrival.js';
import { openTrace } from '../../src/workload/index.js';
import { SplitMix64 } from '../../src/workload/random.js';
import { MOST_BLOCKS, resampled } from '../../src/workload/resample.js';
import { withFields } from '../../src/scenario/written.js';

const BLOCK = 1000;
const csv = (atNs: readonly number[]): string => `arrival,service\n${atNs.map((at, i) => `${at},${i}\n`).join('')}`;
const PATH = 'vms.api.workload.arrivals.resample';

/** What is drawn: instants, and services, which number the arrivals of the trace. */
async function drawn(text: string, seed: number, untilNs: number, blockNs = BLOCK) {
  const host = memoryHost({ 'a.csv': text });
  const reader = resampled(openTrace({ file: 'a.csv', format: 'csv' }, host), { blockNs, untilNs, seed, path: PATH });
  const [atNs, serviceNs]: [number[], number[]] = [[], []];
  for await (const batch of reader) {
    expect(batch.count).toBeLessThanOrEqual(BATCH_CAPACITY);
    atNs.push(...batch.atNs.subarray(0, batch.count));
    serviceNs.push(...batch.serviceNs.subarray(0, batch.count));
  }
  return { atNs, serviceNs, blocks: reader.blocks };
}

describe('a resampled trace', () => {
  // block b has b + 1 arrivals, the k-th of them 10 k + b after its begin
  const trace = Array.from({ length: 8 }, (_, b) =>
    Array.from({ length: b + 1 }, (_, k) => b * BLOCK + 10 * k + b),
  ).flat();

  it('is made of whole blocks, one after the other, each as it was', async () => {
    const { atNs, serviceNs, blocks } = await drawn(csv([...trace, 8 * BLOCK - 1]), 3, 50 * BLOCK);
    expect(blocks).toBe(8);
    const order: number[] = [];
    for (let at = 0; at < atNs.length;) {
      const place = Math.floor(atNs[at]! / BLOCK);
      const block = Math.floor([...trace, 8 * BLOCK - 1][serviceNs[at]!]! / BLOCK);
      const own = [...trace, 8 * BLOCK - 1].filter((one) => Math.floor(one / BLOCK) === block);
      expect(atNs.slice(at, at + own.length)).toEqual(own.map((one) => one + (place - block) * BLOCK));
      expect(place).toBe(order.length);
      order.push(block);
      at += own.length;
    }
    expect(order).toHaveLength(51); // one more than the run takes
    expect(new Set(order).size).toBeGreaterThan(5);
    expect(new Set(order).size).toBeLessThan(order.length);
  });

  it('follows its seed, and goes on alike where a run is longer', async () => {
    const once = await drawn(csv(trace), 3, 20 * BLOCK);
    expect(await drawn(csv(trace), 3, 20 * BLOCK)).toEqual(once);
    expect((await drawn(csv(trace), 4, 20 * BLOCK)).atNs).not.toEqual(once.atNs);
    expect((await drawn(csv(trace), 3, 30 * BLOCK)).atNs.slice(0, once.atNs.length)).toEqual(once.atNs);
  });

  it('takes the same blocks of two traces that have as many', async () => {
    const [a, b] = [trace, trace.map((at) => at + 1)];
    const shift = (await drawn(csv(a), 9, 20 * BLOCK)).atNs.map((at) => at + 1);
    expect((await drawn(csv(b), 9, 20 * BLOCK)).atNs).toEqual(shift);
  });

  it('keeps blocks with nothing in them, and batches when blocks are long', async () => {
    const full = Array.from({ length: 10_000 }, (_, i) => i / 10);
    const gaps = [...full.map(Math.floor), 3 * BLOCK + 5, 4 * BLOCK];
    const { atNs } = await drawn(csv(gaps), 1, 400 * BLOCK);
    const places = new Set(atNs.map((at) => Math.floor(at / BLOCK)));
    expect(places.size).toBeGreaterThan(100);
    expect(places.size).toBeLessThan(350); // two blocks of four are empty
    expect(atNs.every((at, i) => i === 0 || atNs[i - 1]! <= at)).toBe(true);
  });

  it('of fewer than two blocks is refused by name', async () => {
    await expect(drawn(csv([0, 900, 1800]), 1, 5000, 2000)).rejects.toThrow(
      `${PATH}: given blocks that last 2us in the simulation, where the trace lasts 2700ns, expected blocks of which the trace has two or more`,
    );
    await expect(drawn('arrival\n', 1, 5000)).rejects.toThrow('two or more');
  });

  it('of blocks so short that a run takes more than it may is refused by name, and of as many as it may is not', async () => {
    const [text, untilNs] = [csv(trace), (MOST_BLOCKS - 1) * BLOCK];
    await expect(drawn(text, 1, untilNs + 1)).rejects.toThrow(
      `${PATH}: given blocks that last 1us in the simulation, of which the run takes 100001, expected blocks of which it takes 100000 or fewer`,
    );
    expect((await drawn(text, 1, untilNs)).blocks).toBe(7);
  });
});

describe('intervals over days made of a trace’s blocks', () => {
  const [MACROS, REPLICATIONS, BLOCKS, PER_BLOCK] = [400, 8, 40, 4];

  /** A trace of blocks of which every other one, on average, is twice as busy; the mean of the process is known. */
  function made(seed: number): number[] {
    const random = new SplitMix64(seed);
    return Array.from({ length: BLOCKS }, (_, block) => {
      const count = random.unit() < 0.5 ? PER_BLOCK / 2 : (3 * PER_BLOCK) / 2;
      return Array.from({ length: count }, (_, i) => block * BLOCK + Math.floor((i * BLOCK) / count));
    }).flat();
  }

  /** Shares of intervals that hold the truth: with the trace's own part in the variance, and without. */
  async function coverage(blocksEach: number): Promise<{ ours: number; naive: number }> {
    let [ours, naive] = [0, 0];
    for (let macro = 0; macro < MACROS; macro++) {
      const text = csv(made(1000 + macro));
      const counts: number[] = [];
      for (let r = 0; r < REPLICATIONS; r++) {
        const { atNs } = await drawn(text, macro * REPLICATIONS + r, blocksEach * BLOCK);
        counts.push(atNs.filter((at) => at < blocksEach * BLOCK).length / blocksEach);
      }
      const holds = ({ low, high }: { low: number | null; high: number | null }): number =>
        Number(low! <= PER_BLOCK && PER_BLOCK <= high!);
      ours += holds(meanInterval(counts, 0.95, { share: blocksEach / BLOCKS, blocks: BLOCKS }));
      naive += holds(meanInterval(counts, 0.95));
    }
    return { ours: ours / MACROS, naive: naive / MACROS };
  }

  it.each([20, 40])('hold the mean of the process behind it, days of %d blocks of 40', async (blocks) => {
    const { ours, naive } = await coverage(blocks);
    expect(ours).toBeGreaterThan(0.917);
    expect(ours).toBeLessThan(0.983);
    // the days alone would tell of this one trace
    expect(naive).toBeLessThan(0.75);
  });
});

describe('a scenario with a resampled trace', () => {
  const files = memoryHost({
    'a.csv': `arrival\n${Array.from({ length: 2000 }, (_, i) => `${i * 5000 + ((i * i) % 4999)}\n`).join('')}`,
  });
  const scenario = (resample?: string, more: Partial<ScenarioInput> = {}) =>
    resolveScenario({
      version: 1,
      seed: 7,
      duration: '4ms',
      warmup: '500us',
      host: { cores: 4 },
      mechanism: 'ideal',
      vms: [
        {
          name: 'api',
          vcpus: { min: 1, max: 4 },
          workload: {
            arrivals: {
              process: 'trace',
              file: 'a.csv',
              format: 'csv',
              ...(resample === undefined ? {} : { resample }),
            },
            request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
          },
        },
      ],
      ...more,
    });
  const codes = ({ warnings }: Result): string[] => warnings.map(({ code }) => code);
  const noEnds = ({ confidence }: Result): boolean =>
    Object.values(confidence!.figures).every(({ low, high }) => low === null && high === null);

  it('has intervals, and every replication is a run of its seed', async () => {
    const result = await replicate(scenario('250us'), { replications: 3, files });
    expect(result.resampled).toEqual([{ vm: 'api', file: 'a.csv', blockNs: 250_000, blocks: 40 }]);
    expect(codes(result)).not.toContain('same-trace');
    const { low, high, mean, stddev } = result.confidence!.figures['api.latencyNs.mean']!;
    expect((high! - low!) / 2).toBeCloseTo(4.302653 * stddev! * Math.sqrt(1 / 3 + 4e6 / 10e6), 3);
    expect(low).toBeLessThan(mean!);
    for (const { seed, fingerprint } of result.replications!) {
      const simulation = await Simulation.create(withFields(scenario('250us'), [`seed=${seed}`]), { files });
      await simulation.run();
      expect(simulation.metrics().manifest.fingerprint).toBe(fingerprint);
    }
  });

  it('has none, and says why, as it is or in too few or too long blocks', async () => {
    const asItIs = await replicate(scenario(), { replications: 3, files });
    const few = await replicate(scenario('2ms'), { replications: 3, files });
    const long = await replicate(scenario('900us', { duration: '800us' }), { replications: 3, files });
    expect([asItIs, few, long].map(noEnds)).toEqual([true, true, true]);
    expect(codes(asItIs)).toContain('same-trace');
    for (const one of [few, long]) expect(codes(one)).toContain('few-blocks');
    expect(few.warnings.find(({ code }) => code === 'few-blocks')).toMatchObject({
      field: 'vms.api.workload.arrivals.resample',
      detail: 'a.csv has 5 blocks, too few to tell how days differ (10): no intervals are given',
    });
    const swept = await sweep(scenario(), { vary: ['host.cores=3,4'], replications: 3, files });
    for (const { figures } of swept.rows)
      expect(figures['api.latencyNs.mean']).toMatchObject({ low: null, high: null });
    await expect(sweep(scenario(), { vary: ['host.cores=3,4'], until: 'p99±5%', files })).rejects.toThrow('--until');
  });

  it('goes on after a snapshot, and starts anew with another seed', async () => {
    const whole = await Simulation.create(scenario('250us'), { files });
    await whole.run();
    const { fingerprint } = whole.metrics().manifest;
    const cut = await Simulation.create(scenario('250us'), { files });
    await cut.runUntil(2_000_000);
    const rest = await Simulation.restore(cut.snapshot(), { files });
    await rest.run();
    expect(rest.metrics().manifest.fingerprint).toBe(fingerprint);
    whole.reset(8);
    await whole.run();
    const other = await Simulation.create(withFields(scenario('250us'), ['seed=8']), { files });
    await other.run();
    expect(whole.metrics().manifest.fingerprint).toBe(other.metrics().manifest.fingerprint);
    expect(other.metrics().manifest.fingerprint).not.toBe(fingerprint);
  });
});
