// Latencies as files: what an independent library reads out of the HdrHistogram log is what the run counted.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeFromCompressedBase64, HistogramLogReader, type Histogram as Decoded } from 'hdr-histogram-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { Histogram, Simulation, type Result } from '../../src/index.js';
import { relativeErrorBound } from '../../src/metrics/histogram.js';
import { encodedHistogram, latencyFiles } from '../../src/report/hdr.js';
import { captureIo } from '../cli/fake.js';
import { sample } from '../study/sample.js';

let result: Result;
beforeAll(async () => {
  const simulation = await Simulation.create(sample());
  await simulation.run();
  result = simulation.metrics({ histograms: true });
  expect(simulation.metrics().vms[0]!.latencyNs.histogram).toBeUndefined();
  simulation.close();
});

describe('the buckets of a result', () => {
  it('ascend, add up, and give the quantiles that are printed', () => {
    for (const { latencyNs } of result.vms) {
      const { upTo, count } = latencyNs.histogram!;
      expect(count.reduce((sum, one) => sum + one, 0)).toBe(latencyNs.count);
      expect(upTo).toEqual([...new Set(upTo)].sort((a, b) => a - b));
      expect(upTo.at(-1)).toBe(latencyNs.max);
      let seen = 0;
      const p99 = upTo[count.findIndex((one) => (seen += one) >= Math.ceil(0.99 * latencyNs.count))]!;
      expect(Math.abs(p99 / latencyNs.p99! - 1)).toBeLessThanOrEqual(2 * result.histogram.precision);
    }
  });
});

describe('the HdrHistogram log', () => {
  it('is read by another library with the same counts, extremes and quantiles', () => {
    const log = latencyFiles(result).find(({ name }) => name === 'latency.hlog')!.text;
    const reader = new HistogramLogReader(log);
    for (const vm of result.vms) {
      const read = reader.nextIntervalHistogram() as Decoded;
      expect(read.tag).toBe(vm.name);
      const { latencyNs } = vm;
      expect(read.totalCount).toBe(latencyNs.count);
      const { precision } = result.histogram;
      const near = (value: number, wanted: number): void =>
        expect(Math.abs(value / wanted - 1)).toBeLessThanOrEqual(2 * precision);
      near(read.minNonZeroValue, latencyNs.min!);
      near(read.maxValue, latencyNs.max!);
      near(read.mean, latencyNs.mean!);
      for (const [percentile, wanted] of [
        [50, latencyNs.p50],
        [90, latencyNs.p90],
        [99, latencyNs.p99],
        [99.9, latencyNs.p999],
      ] as const)
        near(read.getValueAtPercentile(percentile), wanted!);
    }
    expect(reader.nextIntervalHistogram()).toBeNull();
  });

  it.each([
    ['one value', [[1234, 1]]],
    [
      'two',
      [
        [5, 1],
        [5_000_000_000, 3],
      ],
    ],
    ['the least', [[1, 7]]],
    [
      'counts beyond 32 bits',
      [
        [100, 2 ** 40],
        [2 ** 45, 2],
      ],
    ],
    ['many', Array.from({ length: 3000 }, (_, i) => [i * i + 1, (i % 5) + 1])],
  ] as [string, [number, number][]][])('round-trips %s', (_, values) => {
    for (const bits of [3, 6, 9, 12]) {
      const own = Histogram.create(bits);
      for (const [value, times] of values) own.record(value, times);
      const precision = relativeErrorBound(bits);
      const read = decodeFromCompressedBase64(encodedHistogram(own.buckets(), own.min, precision), 64, false);
      expect(read.totalCount).toBe(own.count);
      for (const q of [0.01, 0.25, 0.5, 0.75, 0.9, 0.999, 1]) {
        const [value, wanted] = [read.getValueAtPercentile(100 * q), own.quantile(q)!];
        expect(Math.abs(value / wanted - 1)).toBeLessThanOrEqual(3 * precision);
      }
    }
  });
});

describe('run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fluxhost-hdr-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = new URL('../../examples/policy.yaml', import.meta.url).pathname;

  it('prints buckets where they are asked for, and writes the distribution always', async () => {
    const printed = async (...args: string[]): Promise<Result> => {
      const io = captureIo();
      expect(await main(['run', file, '--json', ...args], io), io.err).toBe(0);
      return JSON.parse(io.out) as Result;
    };
    expect((await printed('--out', folder)).vms[0]!.latencyNs.histogram).toBeUndefined();
    const { vms } = await printed('--histograms');
    const rows = readFileSync(join(folder, 'cdf.csv'), 'utf8').trim().split('\n');
    expect(rows[0]).toBe('vm,latencyNs,share');
    expect(rows).toHaveLength(1 + vms.reduce((sum, vm) => sum + vm.latencyNs.histogram!.upTo.length, 0));
    const api = rows.filter((row) => row.startsWith('api,')).map((row) => row.split(',').map(Number));
    expect(api.at(-1)!.slice(1)).toEqual([vms[0]!.latencyNs.max, 1]);
    for (const [i, [, , share]] of api.entries()) expect(share).toBeGreaterThan(api[i - 1]?.[2] ?? 0);
    expect(
      new HistogramLogReader(readFileSync(join(folder, 'latency.hlog'), 'utf8')).nextIntervalHistogram(),
    ).not.toBeNull();
  });
});
