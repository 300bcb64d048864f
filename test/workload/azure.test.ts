// The readers of the two Azure Functions traces against counts and quantiles taken from the files in another way.

import { describe, expect, it } from 'vitest';
import { spreadOverMinute } from '../../src/workload/azure-2019.js';
import { memoryHost, openTrace, type TraceOptions } from '../../src/workload/index.js';
import { nodeHost } from '../../src/workload/node-file.js';
import { inverseOfPercentiles } from '../../src/workload/percentiles.js';
import { SplitMix64 } from '../../src/workload/random.js';
import { cellsOf, collect, problemsOf, TRACES } from './helpers.js';

const host = nodeHost(TRACES);
const FILE_2019 = 'azure-functions-2019/paired_invocations.csv.gz';
const DURATIONS_2019 = 'azure-functions-2019/paired_durations.csv.gz';
const FILE_2021 = 'azure-functions-2021/invocations.csv.gz';
const azure2019 = (options: Partial<TraceOptions> = {}): TraceOptions => ({
  format: 'azure-2019',
  file: FILE_2019,
  durations: DURATIONS_2019,
  ...options,
});
const azure2021 = (options: Partial<TraceOptions> = {}): TraceOptions => ({
  format: 'azure-2021',
  file: FILE_2021,
  ...options,
});
const MINUTE_NS = 60e9;

describe('azure-2019', () => {
  const [header, ...rows] = cellsOf(FILE_2019);
  const columns = header!.map((name, column) => ({ name, column })).filter(({ name }) => /^\d+$/.test(name));
  const callsOf = (row: string[], names = columns) => names.reduce((sum, { column }) => sum + Number(row[column]), 0);
  const busiest = rows.reduce((best, row) => (callsOf(row) > callsOf(best) ? row : best));

  it('has every minute of the file at its count, for every spread', async () => {
    const expected = columns.map((column) => rows.reduce((sum, row) => sum + callsOf(row, [column]), 0));
    expect(expected.reduce((sum, count) => sum + count)).toBeGreaterThan(100_000);
    for (const spread of ['poisson', 'uniform', 'even'] as const) {
      const read = await collect(azure2019({ spread }), host);
      const counted = new Array<number>(columns.length).fill(0);
      for (const at of read.atNs) counted[Math.floor(at / MINUTE_NS)]!++;
      expect(counted).toEqual(expected);
      expect(read.summary).toMatchObject({
        functionsRead: 250,
        functionsJoined: 250,
        functionsUsed: 250,
        functionsRepeated: 0,
      });
      expect(read.serviceNs.every((service) => service >= 1000)).toBe(true);
      expect(read.summary.servicesRaised).toBe(read.serviceNs.filter((service) => service === 1000).length);
    }
  });

  it('is the same for the same seed, other for another, and its counts stay', async () => {
    const options = { startMinute: 500, minutes: 5 };
    const first = await collect(azure2019({ ...options, seed: 3 }), host);
    const again = await collect(azure2019({ ...options, seed: 3 }), host);
    const other = await collect(azure2019({ ...options, seed: 4 }), host);
    expect(again).toEqual(first);
    expect(other.atNs.length).toBe(first.atNs.length);
    expect(other.atNs).not.toEqual(first.atNs);
    expect(other.serviceNs).not.toEqual(first.serviceNs);
  });

  it('takes some minutes only, the first of them as time 0, and scales time', async () => {
    const chosen = columns.filter(({ name }) => Number(name) >= 600 && Number(name) < 610);
    const expected = rows.reduce((sum, row) => sum + callsOf(row, chosen), 0);
    const read = await collect(azure2019({ startMinute: 600, minutes: 10 }), host);
    expect(read.atNs.length).toBe(expected);
    expect(read.atNs.at(-1)).toBeLessThan(10 * MINUTE_NS);
    const scaled = await collect(
      azure2019({ startMinute: 600, minutes: 10, timeScale: 0.001, serviceScale: 0.5 }),
      host,
    );
    expect(Math.max(...scaled.atNs.map((at, i) => Math.abs(at - read.atNs[i]! / 1000)))).toBeLessThan(0.502);
    // what is too short is raised once it is scaled, so that nothing is below the floor and nothing is scaled after it
    const differences = scaled.serviceNs.map((service, i) => {
      const half = read.serviceNs[i]! / 2;
      return read.serviceNs[i] === 1000 ? service - 1000 : service - Math.max(1000, half);
    });
    expect(Math.max(...differences.map(Math.abs))).toBeLessThan(0.76);
    const longer = await collect(azure2019({ startMinute: 600, minutes: 10, serviceScale: 1000 }), host);
    expect(read.summary.servicesRaised).toBeGreaterThan(0);
    // raised before it was scaled, it would be a whole millisecond
    const raised = longer.serviceNs.filter((_, i) => read.serviceNs[i] === 1000);
    expect(Math.min(...raised)).toBe(1000);
    expect(Math.max(...raised)).toBeLessThan(1e6);
  });

  it('takes named functions, whose calls do not depend on the others', async () => {
    const hash = busiest[header!.indexOf('HashFunction')]!;
    const alone = await collect(azure2019({ functions: [hash], minutes: 30 }), host);
    const first30 = columns.slice(0, 30);
    expect(alone.atNs.length).toBe(callsOf(busiest, first30));
    const other = rows.find((row) => callsOf(row, first30) > 0 && row !== busiest)!;
    const both = await collect(
      azure2019({ functions: [hash, other[header!.indexOf('HashFunction')]!], minutes: 30 }),
      host,
    );
    const pairs = new Set(both.atNs.map((at, i) => `${at} ${both.serviceNs[i]}`));
    expect(alone.atNs.every((at, i) => pairs.has(`${at} ${alone.serviceNs[i]}`))).toBe(true);
    expect(both.atNs.length).toBe(alone.atNs.length + callsOf(other, first30));
  });

  it('chooses a number of functions by the seed, the smaller choice a part of the larger', async () => {
    const small = await collect(azure2019({ functions: 10, seed: 5 }), host);
    const large = await collect(azure2019({ functions: 40, seed: 5 }), host);
    const other = await collect(azure2019({ functions: 10, seed: 6 }), host);
    expect([small.summary.functionsUsed, large.summary.functionsUsed]).toEqual([10, 40]);
    const largeTimes = new Set(large.atNs);
    expect(small.atNs.length).toBeGreaterThan(0);
    expect(small.atNs.every((at) => largeTimes.has(at))).toBe(true);
    expect(other.atNs).not.toEqual(small.atNs);
  });

  it('reproduces the percentiles of the busiest function', async () => {
    const [durationHeader, ...durationRows] = cellsOf(DURATIONS_2019);
    const hash = busiest[header!.indexOf('HashFunction')]!;
    const row = durationRows.find((cells) => cells.includes(hash))!;
    const percentileMs = (percent: number) => Number(row[durationHeader!.indexOf(`percentile_Average_${percent}`)]);
    const { serviceNs } = await collect(azure2019({ functions: [hash] }), host);
    expect(serviceNs.length).toBeGreaterThan(10_000);
    for (const percent of [1, 25, 50, 75, 99]) {
      // The share of samples at or below the published percentile: binomial, five standard deviations.
      const limit = 5 * Math.sqrt(((percent / 100) * (1 - percent / 100)) / serviceNs.length);
      const boundNs = Math.max(1000, percentileMs(percent) * 1e6);
      const below = serviceNs.filter((service) => service <= boundNs).length / serviceNs.length;
      expect(below, `percentile ${percent}`).toBeGreaterThan(percent / 100 - limit);
      if (percentileMs(percent) > 0) expect(below, `percentile ${percent}`).toBeLessThan(percent / 100 + limit);
    }
    expect(Math.max(...serviceNs.slice(0, 50_000))).toBeLessThanOrEqual(percentileMs(100) * 1e6);
  });

  it('joins by all the identity both files give, counts what is missing or repeated, and bridges missing minutes', async () => {
    const percentiles = [0, 1, 25, 50, 75, 99, 100].map((percent) => `percentile_Average_${percent}`).join(',');
    const files = {
      'i.csv': 'HashApp,HashFunction,3,1\na,f,1,0\nb,f,2,1\nc,f,5,5\n',
      'd.csv': `HashApp,HashFunction,${percentiles}\na,f${',1'.repeat(7)}\nb,f${',2'.repeat(7)}\nb,f${',9'.repeat(7)}\n`,
    };
    const read = await collect({ format: 'azure-2019', file: 'i.csv', durations: 'd.csv' }, memoryHost(files));
    expect(read.serviceNs.toSorted((a, b) => a - b)).toEqual([1e6, 2e6, 2e6, 2e6]);
    expect(read.atNs.map((at) => Math.floor(at / MINUTE_NS))).toEqual([0, 2, 2, 2]);
    expect(read.summary).toMatchObject({
      functionsRead: 3,
      functionsJoined: 2,
      functionsUsed: 2,
      functionsRepeated: 1,
    });
  });

  it('stops at the limit', async () => {
    const whole = await collect(azure2019({ minutes: 20 }), host);
    const cut = await collect(azure2019({ limit: 5000 }), host);
    expect(cut.atNs).toEqual(whole.atNs.slice(0, 5000));
  });
});

describe('spread over the minute', () => {
  const gapVariation = (spread: 'poisson' | 'uniform' | 'even') => {
    const calls = 10_000;
    const shares = new Float64Array(calls + 2);
    spreadOverMinute(spread, calls, new SplitMix64(9), shares, 1);
    expect([shares[0], shares[calls + 1]]).toEqual([0, 0]);
    const inside = shares.subarray(1, calls + 1);
    expect(inside.every((share, i) => share >= (i === 0 ? 0 : inside[i - 1]!) && share < 1)).toBe(true);
    const gaps = Array.from(inside.subarray(1), (share, i) => share - inside[i]!);
    const mean = gaps.reduce((sum, gap) => sum + gap) / gaps.length;
    return Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length) / mean;
  };

  it('has the gaps of its name: exponential, uniform, equal', () => {
    expect(gapVariation('poisson')).toBeCloseTo(1, 1);
    expect(gapVariation('uniform')).toBeCloseTo(1 / Math.sqrt(3), 1);
    expect(gapVariation('even')).toBeCloseTo(0, 6);
  });
});

describe('percentiles', () => {
  it('are met exactly, and linear between', () => {
    const table = [99, 0, 10, 20, 30, 40, 50, 60];
    const probabilities = [0, 0.01, 0.25, 0.5, 0.75, 0.99, 1];
    expect(probabilities.map((unit) => inverseOfPercentiles(table, 1, unit))).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(inverseOfPercentiles(table, 1, 0.375)).toBe(25);
    expect(inverseOfPercentiles(table, 1, 0.995)).toBeCloseTo(55, 9);
  });
});

describe('azure-2021', () => {
  const [, ...rows] = cellsOf(FILE_2021);
  const invocations = rows.map(([, func, end, duration]) => ({
    func: func!,
    startNs: Math.round(Number(end) * 1e9) - Math.round(Number(duration) * 1e9),
    serviceNs: Math.max(1000, Math.round(Number(duration) * 1e9)),
  }));
  const sorted = invocations.toSorted((a, b) => a.startNs - b.startNs);

  it('starts every invocation at its end less its duration, in order', async () => {
    const read = await collect(azure2021(), host);
    expect(read.atNs).toEqual(sorted.map(({ startNs }) => startNs));
    expect(read.serviceNs).toEqual(sorted.map(({ serviceNs }) => serviceNs));
    expect(read.summary.servicesRaised).toBe(rows.filter((row) => Number(row[3]) < 1e-6).length);
    expect(read.summary.functionsRead).toBe(new Set(invocations.map(({ func }) => func)).size);
  });

  it('takes the file as it is where it stands by start, and reorders one that stands by end', async () => {
    // Measured: the 598 rows of the sample are sorted by start. Published as a whole the trace is sorted by end.
    expect((await collect(azure2021(), host)).summary.windowNs).toBe(0);
    const byEnd = rows.toSorted((a, b) => Number(a[2]) - Number(b[2]));
    const text = ['app,func,end_timestamp,duration', ...byEnd.map((row) => row.join(',')), ''].join('\n');
    const shuffled = memoryHost({ [FILE_2021]: text });
    const read = await collect(azure2021(), shuffled);
    expect(read.atNs).toEqual(sorted.map(({ startNs }) => startNs));
    expect(read.serviceNs).toEqual(sorted.map(({ serviceNs }) => serviceNs));
    const { windowNs } = read.summary;
    expect(windowNs).toBeGreaterThan(1e9);
    expect(windowNs).toBeLessThanOrEqual(Math.max(...rows.map((row) => Number(row[3]) * 1e9)));
    const onePass = await collect(azure2021({ windowNs }), shuffled);
    expect(onePass.atNs).toEqual(read.atNs);
    expect(await problemsOf(() => collect(azure2021({ windowNs: 1e9 }), shuffled))).toMatchObject([
      { file: FILE_2021, line: expect.any(Number) as number, expected: expect.stringContaining('window: ') as string },
    ]);
  });

  it('takes named and seeded functions', async () => {
    const func = invocations[0]!.func;
    const named = await collect(azure2021({ functions: [func] }), host);
    expect(named.atNs).toEqual(sorted.filter((row) => row.func === func).map(({ startNs }) => startNs));
    const chosen = await collect(azure2021({ functions: 5, seed: 2 }), host);
    expect(chosen.summary.functionsUsed).toBe(5);
    expect(await collect(azure2021({ functions: 5, seed: 2 }), host)).toEqual(chosen);
    const byCount = new Set(chosen.atNs);
    const functions = new Set(sorted.filter(({ startNs }) => byCount.has(startNs)).map((row) => row.func));
    expect(functions.size).toBe(5);
  });

  it('makes the first start time 0 on request', async () => {
    const read = await collect(azure2021({ startNs: 'first' }), host);
    expect(read.atNs).toEqual(sorted.map(({ startNs }) => startNs - sorted[0]!.startNs));
  });

  it('gives the same arrivals at every iteration of one reader', async () => {
    const trace = openTrace(azure2021({ limit: 100 }), host);
    const passes: number[][] = [[], []];
    for (const pass of passes) for await (const { count, atNs } of trace) pass.push(...atNs.subarray(0, count));
    expect(passes[0]!.length).toBe(100);
    expect(passes[1]).toEqual(passes[0]);
  });
});
