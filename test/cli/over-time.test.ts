// Series and event log on the command line: in the JSON, as CSV files, as a drawing; the rest of the result stays as it is.

import { mkdtempSync, rmSync, writeFileSync, readFileSync, readdirSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, afterEach, describe, it, expect } from 'vitest';
import { checkSize } from '../../src/cli/out.js';
import { main } from '../../src/cli/program.js';
import type { Result } from '../../src/result/result.js';
import { renderSeries, overTimeFiles } from '../../src/report/series.js';
import { resolveScenario } from '../../src/scenario/resolve.js';
import { resultSchemas } from '../../src/result/result.js';
import { captureIo } from './fake.js';

const request = { stages: [{ tasks: 2, service: { dist: 'exponential', mean: '10us' } }] };
const SCENARIO = {
  version: 1,
  seed: 3,
  duration: '4ms',
  warmup: '1ms',
  host: { cores: 5 },
  mechanism: 'hyperflux',
  vms: [
    { name: 'api', vcpus: { min: 1, max: 4 }, workload: { arrivals: { process: 'poisson', rate: 1.2e5 }, request } },
    {
      name: 'pair',
      count: 2,
      class: 'best-effort',
      vcpus: { min: 0, max: 4 },
      workload: { arrivals: { process: 'saturate', tasks: 3 }, request },
    },
  ],
};
const SAMPLING = { series: { interval: '100us', samples: 32 }, log: { from: '2ms', until: '2100us', events: 20 } };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-time-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function written(extra: object): string {
  const file = join(folder, 'scenario.json');
  writeFileSync(file, JSON.stringify({ ...SCENARIO, ...extra }));
  return file;
}

async function ran(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const io = captureIo();
  const status = await main(args, io);
  return { status, out: io.out, err: io.err };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const rows = (name: string): string[] =>
  readFileSync(join(folder, 'out', name), 'utf8')
    .trimEnd()
    .split('\n');

describe('run --json', () => {
  it('carries samples, quantiles of every interval and the log, and changes nothing else', async () => {
    const plain = JSON.parse((await ran('run', written({}), '--json')).out) as Result;
    const { status, out } = await ran('run', written(SAMPLING), '--json');
    expect(status).toBe(0);
    const result = resultSchemas().resultSchema.parse(JSON.parse(out));
    expect(result.vms).toEqual(plain.vms);
    expect([plain.series, plain.log]).toEqual([undefined, undefined]);
    const series = result.series!;
    // 50 samples of 100 us in 32 places: halved once
    expect(series.intervalNs).toBe(200_000);
    expect(series.timeNs).toEqual(Array.from({ length: 25 }, (_, i) => (i + 1) * 200_000));
    expect(series.vms.map(({ name }) => name)).toEqual(['api', 'pair-0', 'pair-1']);
    expect(series.groups.map(({ name }) => name)).toEqual(['api', 'pair']);
    for (const { coresHeld, waiting, oldestDelayNs, completed } of series.vms) {
      expect([coresHeld, waiting, oldestDelayNs, completed].map(({ length }) => length)).toEqual([25, 25, 25, 25]);
      // nobody waits without an age, and no age is without somebody who waits
      waiting.forEach((tasks, i) => expect(oldestDelayNs[i]! > 0 ? tasks : 1).toBeGreaterThan(0));
    }
    const [api, pair0, pair1] = series.vms;
    expect(sum(series.groups[0]!.latencyNs.count)).toBe(sum(api!.completed));
    expect(sum(series.groups[1]!.latencyNs.count)).toBe(sum(pair0!.completed) + sum(pair1!.completed));
    expect(result.log!.events).toHaveLength(20);
    expect(result.log!.left).toBeGreaterThan(0);
  });

  it('counts every task that began in its interval: without warm-up the intervals are the whole distribution', async () => {
    const file = written({ ...SAMPLING, warmup: '0ns', series: { interval: '1ms', samples: 8 } });
    const result = JSON.parse((await ran('run', file, '--json')).out) as Result;
    // the last sample is at the very end, so that no task is left out
    const group = result.series!.groups[0]!;
    const api = result.vms[0]!;
    expect(sum(group.queueDelayNs.count)).toBe(api.queueDelayNs.count);
    expect(sum(group.latencyNs.count)).toBe(api.latencyNs.count);
    const mean = (of: typeof group.latencyNs): number =>
      sum(of.mean.map((value, i) => (value ?? 0) * of.count[i]!)) / sum(of.count);
    for (const [ours, exact] of [
      [mean(group.queueDelayNs), api.queueDelayNs.mean!],
      [mean(group.latencyNs), api.latencyNs.mean!],
      [Math.max(...group.queueDelayNs.max.map((value) => value ?? 0)), api.queueDelayNs.max!],
      [Math.max(...group.latencyNs.max.map((value) => value ?? 0)), api.latencyNs.max!],
    ] as const) {
      expect(Math.abs(ours - exact) / exact).toBeLessThan(1 / 32);
    }
  });

  it('is that of replication 0 where there are several', async () => {
    const one = JSON.parse((await ran('run', written(SAMPLING), '--json')).out) as Result;
    const three = JSON.parse((await ran('run', written(SAMPLING), '--json', '--replications', '3')).out) as Result;
    expect(three.series).toEqual(one.series);
    expect(three.log).toEqual(one.log);
  });
});

describe('--out', () => {
  it('writes one row a sample and VM, one an interval and group, one an event, as the JSON says', async () => {
    const { out } = await ran('run', written(SAMPLING), '--out', join(folder, 'out'));
    expect(out).toContain(`over time: 25 samples, one every 200 us, in series.csv and intervals.csv of ${folder}`);
    expect(out).toMatch(/log: 20 events \(\d+ more had no room: log\.events\), in events\.csv of /);
    expect(readdirSync(join(folder, 'out')).sort()).toEqual([
      'cdf.csv',
      'events.csv',
      'histograms.json',
      'intervals.csv',
      'latency.hlog',
      'origin.json',
      'report.html',
      'result.json',
      'series.csv',
    ]);
    const result = JSON.parse(readFileSync(join(folder, 'out/result.json'), 'utf8')) as Result;
    const samples = rows('series.csv');
    expect(samples[0]).toBe('mechanism,timeNs,vm,coresHeld,waitingTasks,oldestDelayNs,completedRequests');
    expect(samples).toHaveLength(1 + 25 * 3);
    const { vms, groups } = result.series!;
    const [api] = vms;
    expect(samples[1]).toBe(
      `hyperflux,200000,api,${api!.coresHeld[0]},${api!.waiting[0]},${api!.oldestDelayNs[0]},${api!.completed[0]}`,
    );
    const intervals = rows('intervals.csv');
    expect(intervals).toHaveLength(1 + 25 * 2);
    expect(intervals[2]!.split(',').slice(0, 5)).toEqual(
      ['hyperflux', 200_000, 'pair', groups[1]!.latencyNs.count[0], groups[1]!.latencyNs.mean[0]].map(String),
    );
    const events = rows('events.csv');
    expect(events).toHaveLength(1 + 20);
    const [event] = result.log!.events;
    expect(events[1]).toBe(`hyperflux,${event!.timeNs},${event!.entity},${event!.state ?? ''}`);
  });

  it('of compare holds every mechanism, and the document that --json prints', async () => {
    const args = [
      'compare',
      written(SAMPLING),
      '--mechanisms',
      'ideal,hyperflux',
      '--json',
      '--out',
      join(folder, 'out'),
    ];
    const { status, out } = await ran(...args);
    expect(status).toBe(0);
    expect(readFileSync(join(folder, 'out/comparison.json'), 'utf8')).toBe(out);
    const counted = rows('series.csv').map((row) => row.split(',')[0]);
    expect(counted.filter((name) => name === 'ideal')).toHaveLength(75);
    expect(counted.filter((name) => name === 'hyperflux')).toHaveLength(75);
  });

  it('of compare is not made where the scenario is refused', async () => {
    const { status } = await ran('compare', written({ duration: 4 }), '--out', join(folder, 'out'));
    expect([status, readdirSync(folder)]).toEqual([2, ['scenario.json']]);
  });

  it('is refused before anything runs where it cannot be made, also where mkdir would try for ever', async () => {
    for (const target of ['/proc/none', join(folder, 'scenario.json'), join(folder, 'scenario.json/x'), '']) {
      const { status, out, err } = await ran('run', written({}), '--out', target);
      expect({ status, out }).toEqual({ status: 2, out: '' });
      expect(err).toMatch(/^--out: given ".*" \(E\w+\), expected a folder that can be made and written to\n$/);
    }
    mkdirSync(join(folder, 'taken/result.json'), { recursive: true });
    const taken = await ran('run', written({}), '--out', join(folder, 'taken'));
    expect([taken.status, taken.out]).toEqual([2, '']);
    expect(taken.err).toContain('result.json", which is a folder, expected a file there, or nothing yet');
    const { status, err } = await ran('run', written({}), '--out', join(folder, 'b', 'c', 'd'));
    expect({ status, err }).toEqual({ status: 0, err: '' });
  });
});

describe('--series', () => {
  it('draws a line a VM for cores and one for its queue, sampling by itself where need be', async () => {
    const { status, out } = await ran('run', written({}), '--series');
    expect(status).toBe(0);
    expect(out).toMatch(/\npair-1 +cores +[▁▂▃▄▅▆▇█]+ +up to [\d.]+\n +waiting +[▁▂▃▄▅▆▇█]+ +up to \d+\n/);
    expect(out).toContain('over time: 50 samples, one every 100 us');
    for (const line of out.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(110);
  });

  it('is not drawn unasked, but told of', async () => {
    const { out } = await ran('run', written(SAMPLING));
    expect(out).not.toMatch(/[▁▂▃▄▅▆▇█]/);
    expect(out).toContain('--out DIR writes that as CSV, --json prints it, --series draws cores and queues');
  });

  it('goes on from a snapshot that samples, and refuses one that does not', async () => {
    const snapshot = join(folder, 'at.snapshot');
    expect((await ran('run', written(SAMPLING), '--snapshot', snapshot, '--at', '2ms')).status).toBe(0);
    const whole = await ran('run', written(SAMPLING), '--json');
    const rest = await ran('run', '--from', snapshot, '--json');
    expect((JSON.parse(rest.out) as Result).series).toEqual((JSON.parse(whole.out) as Result).series);
    expect((await ran('run', written({}), '--snapshot', snapshot, '--at', '2ms')).status).toBe(0);
    const { status, err } = await ran('run', '--from', snapshot, '--series');
    expect(status).toBe(2);
    expect(err).toMatch(/^--series: given a snapshot of a run without series, expected /);
  });

  it('says so where there is no sample yet, and draws zeros low', () => {
    const vm = { name: 'x', coresHeld: [0, 1], waiting: [0, 0], oldestDelayNs: [0, 0], completed: [0, 0] };
    expect(renderSeries({ intervalNs: 1e6, timeNs: [], vms: [], groups: [] })).toContain('no sample yet');
    expect(renderSeries({ intervalNs: 1e6, timeNs: [1e6, 2e6], vms: [vm], groups: [] })).toContain('▁█');
  });
});

it('writes no file for what was not asked for', () => {
  expect(overTimeFiles([{ manifest: { mechanism: 'ideal' } } as Result])).toEqual([]);
});

it('writes any number of rows', () => {
  const events = Array.from({ length: 2500 }, (_, i) => ({ timeNs: i, entity: 'arbiter', state: null }));
  const [file] = overTimeFiles([{ manifest: { mechanism: 'ideal' }, log: { events, left: 0 } } as unknown as Result]);
  const lines = [...file!.text].join('').split('\n');
  expect([file!.name, lines.length, lines[2500]]).toEqual(['events.csv', 2502, 'ideal,2499,arbiter,']);
});

describe('too much for one JSON document', () => {
  const sized = (extra: object) => resolveScenario({ ...SCENARIO, ...extra } as Parameters<typeof resolveScenario>[0]);

  it('is refused with what would do', () => {
    expect(() => checkSize(sized({ series: { samples: 1_000_000 } }), 1)).toThrow(
      /^series\.samples: given 1000000 of 3 VMs, expected at most (\d+) for --json and --out/,
    );
    expect(() => checkSize(sized({ log: { from: '0ns', until: '1ms', events: 2 ** 24 } }), 4)).toThrow(
      'log.events: given 16777216 of 3 VMs, 4 times, expected at most 1333333 for',
    );
    expect(() => checkSize(sized({ log: { from: '0ns', until: '1ms', events: 1_333_333 } }), 4)).not.toThrow();
    expect(() => checkSize(sized(SAMPLING), 8)).not.toThrow();
  });
});

describe('notes on traces', () => {
  it('go to standard error, each once, whatever the number of runs', async () => {
    writeFileSync(join(folder, 't.csv'), 'arrival,service\n100,1000\n200,1000');
    const [first] = SCENARIO.vms;
    const arrivals = { process: 'trace', format: 'csv', file: 't.csv' };
    const file = written({ vms: [{ ...first, count: 2, workload: { arrivals, request } }] });
    const { status, err, out } = await ran('run', file, '--json', '--replications', '2');
    expect({ status, err }).toEqual({
      status: 0,
      err: 'note: t.csv: the last line of t.csv has no newline: it may be cut\n',
    });
    expect((JSON.parse(out) as Result).vms[0]!.arrived).toBe(0); // both arrive in the warm-up
  });
});
