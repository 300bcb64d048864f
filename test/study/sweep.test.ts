// `sweep`: its axes are what was asked for, its rows are what `run` prints, its intervals hold what theory says.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { simulatorAt, threadEngine } from '../../src/cli/pool.js';
import { main } from '../../src/cli/program.js';
import {
  InputError,
  Simulation,
  replicate,
  resolveScenario,
  sweep,
  type Scenario,
  type SweepResult,
} from '../../src/index.js';
import { reportOf } from '../../src/report/html/document.js';
import { renderSweep, sweepCsv } from '../../src/report/sweep-table.js';
import { headlineFigures } from '../../src/result/replications.js';
import { withFields, writtenForm } from '../../src/scenario/written.js';
import type { Comparison } from '../../src/study/compare.js';
import { gridOf, latinOf, parseAxes } from '../../src/study/axes.js';
import { offeredCores } from '../../src/study/load.js';
import { seeded, Study } from '../../src/study/study.js';
import { alone, type RunRow } from '../../src/study/runs.js';
import { parseUntil, sweepAll } from '../../src/study/sweep.js';
import { variantsOf } from '../../src/study/variant.js';
import { captureIo } from '../cli/fake.js';
import { mmkWait } from '../support/queueing.js';
import { sample } from './sample.js';

/** Of api, in the seed that has the fewest, as runs of their own have them. */
async function fewestRequests(scenario: Scenario, seeds: number): Promise<number> {
  const runs = Array.from({ length: seeds }, async (_, r) => {
    const simulation = await Simulation.create(seeded(scenario, r));
    await simulation.run();
    const { completed, dropped } = simulation.metrics().vms.find(({ name }) => name === 'api')!;
    simulation.close();
    return completed + dropped;
  });
  return Math.min(...(await Promise.all(runs)));
}

const refusal = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof InputError)
      return error.problems.map(({ path, given, expected }) => `${path} ${given}: ${expected}`).join('; ');
    throw error;
  }
  return 'not refused';
};

describe('axes', () => {
  it('are lists and ranges, linear or by factors, whole where both ends are', () => {
    const axes = parseAxes([
      'host.cores=4..8:5',
      'load=0.5..0.8:4',
      'vms.api.quantum=1us..100us:3:log',
      'mechanism.signal=oldest,average',
    ]);
    expect(axes.map(({ values }) => values)).toEqual([
      ['4', '5', '6', '7', '8'],
      ['0.5', '0.6', '0.7', '0.8'],
      ['1us', '10us', '100us'],
      ['oldest', 'average'],
    ]);
    expect(gridOf(axes)).toHaveLength(5 * 4 * 3 * 2);
    expect(gridOf(axes)[1]).toEqual(['4', '0.5', '1us', 'average']);
    expect(new Set(gridOf(axes).map((point) => point.join())).size).toBe(120);
  });

  it.each([
    ['host.cores', 'PATH=V1,V2'],
    ['host.cores=', 'PATH=V1,V2'],
    ['host.cores=4..8', 'PATH=V1,V2'],
    ['host.cores=8..4:3', 'least value first'],
    ['host.cores=0..4:3:log', 'above 0'],
    ['host.cores=1us..4:3', 'of one kind'],
    ['host.cores=1..4:1', 'from 2'],
    ['host.cores=4,4', '4 once'],
    ['host.cores=4,,5', 'between commas'],
  ])('refuses %s', async (text, expected) => {
    expect(await refusal(() => parseAxes([text]))).toContain(expected);
  });

  it('refuses a field twice, no field, and too many points', async () => {
    expect(await refusal(() => parseAxes(['load=1,2', 'load=3']))).toContain('each field once');
    expect(await refusal(() => parseAxes([]))).toContain('PATH=V1,V2');
    expect(await refusal(() => gridOf(parseAxes(['a=1..10000:10000', 'b=1..11:11'])))).toContain('110000 points');
  });

  it('put one point of a Latin hypercube into each part of every range', () => {
    const axes = parseAxes(['load=0..1:2', 'host.x=1us..1000us:2:log', 'kind=a,b,c']);
    const points = latinOf(axes, 12, 7);
    const shares = points.map(([load]) => Math.floor(Number(load) * 12)).sort((a, b) => a - b);
    expect(shares).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(points.filter(([, , kind]) => kind === 'b')).toHaveLength(4);
    expect(latinOf(axes, 12, 7)).toEqual(points);
    const few = latinOf(parseAxes(['host.cores=4..6:3', 'mechanism=ideal,static']), 40, 7);
    expect(few.map((point) => point.join()).sort()).toEqual([
      '4,ideal',
      '4,static',
      '5,ideal',
      '5,static',
      '6,ideal',
      '6,static',
    ]);
    expect(latinOf(axes, 12, 8)).not.toEqual(points);
    // the orders of the axes are drawn apart
    expect(new Set(points.map(([load], i) => Math.floor(Number(load) * 12) - i)).size).toBeGreaterThan(3);
  });

  it('take the precision of --until with either sign', async () => {
    expect(parseUntil('p99±2%')).toEqual({ figure: 'p99', share: 0.02 });
    expect(parseUntil('mean+-0.5 %')).toEqual({ figure: 'mean', share: 0.005 });
    for (const text of ['p99', 'p98±2%', 'p99±0%', 'p99±2'])
      expect(await refusal(() => parseUntil(text))).toContain('p99±2%');
  });
});

const station = (cores: number): Scenario =>
  resolveScenario({
    version: 1,
    seed: 11,
    duration: '80ms',
    warmup: '20ms',
    host: { cores },
    mechanism: 'ideal',
    costs: 'none',
    vms: [
      {
        name: 'api',
        vcpus: { min: 0, max: cores },
        dispatch: 'single-queue',
        workload: {
          arrivals: { process: 'poisson', rate: 1000 },
          request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
        },
      },
    ],
  });

describe('a sweep', () => {
  it('of load over M/M/16 has the mean wait of Erlang C within its intervals, nine times of ten', async () => {
    const cores = 16;
    const { rows } = await sweep(station(cores), { vary: ['load=0.5..0.9:9'], replications: 8 });
    expect(rows).toHaveLength(9);
    const held = rows.filter(({ point, figures }) => {
      const { low, high } = figures['api.queueDelayNs.mean']!;
      const wait = mmkWait(cores, Number(point['load']), 10_000);
      return low! <= wait && wait <= high!;
    });
    expect(held.length).toBeGreaterThanOrEqual(8);
    const widths = rows.map(({ figures }) => figures['api.queueDelayNs.mean']!);
    // and the intervals are no excuse: at the highest load some percent
    expect((widths[8]!.high! - widths[8]!.low!) / widths[8]!.mean!).toBeLessThan(0.3);
  });

  it('offers the load that was asked for: by the laws of the scenario', () => {
    expect(offeredCores(withFields(station(4), ['vms.api.workload.arrivals.rate=200000']))).toBeCloseTo(2, 12);
    expect(offeredCores(resolveScenario({ ...input(), vms: [{ ...input().vms[0]!, count: 3 }] }))).toBeCloseTo(
      3 * 0.3,
      12,
    );
  });

  it('prints what run prints: each row by its own --set', async () => {
    const base = sample();
    const options = {
      vary: ['host.cores=6,12', 'load=0.4,0.7'],
      mechanisms: ['ideal', { kind: 'hyperflux', signal: 'oldest' }],
    } as const;
    const { rows } = await sweep(base, { ...options, mechanisms: [...options.mechanisms], vary: [...options.vary] });
    expect(rows).toHaveLength(8);
    for (const row of rows) {
      const simulation = await Simulation.create(withFields(base, row.set));
      await simulation.run();
      const result = simulation.metrics();
      const figures = headlineFigures(result);
      expect(row.warnings).toEqual(result.warnings);
      expect(Object.fromEntries(Object.entries(row.figures).map(([path, { mean }]) => [path, mean]))).toEqual(figures);
      expect(simulation.scenario.host.cores).toBe(row.point['host.cores']);
      simulation.close();
    }
    expect(new Set(rows.map(({ figures }) => figures['api.latencyNs.p99']!.mean)).size).toBeGreaterThan(6);
  });

  it('has rows with a reason where a point makes no scenario, and refuses where none does', async () => {
    const { rows } = await sweep(sample({ guaranteed: 4 }), { vary: ['host.cores=2,12'] });
    expect(rows.map(({ refused }) => refused === undefined)).toEqual([false, true]);
    expect(rows[0]!.refused).toMatch(/cores/);
    expect(sweepCsv({ axes: [{ path: 'host.cores', values: [2, 12] }], rows }).split('\n')[1]).toMatch(
      /^2,hyperflux,0,".*"/,
    );
    expect(await refusal(() => sweep(sample(), { vary: ['host.coers=2,12'] }))).toMatch(/host/);
    const closed = withFields(sample(), ['vms.api.workload.arrivals={process: saturate, tasks: 4}']);
    expect(
      await refusal(() =>
        sweep(withFields(closed, ['vms.batch.workload.arrivals={process: none}']), { vary: ['load=0.5'] }),
      ),
    ).toContain('arrivals that can be scaled');
  });

  it('has a row with its reason for a mechanism that is none, and calls rows by a mechanism that is varied', async () => {
    const io = captureIo();
    const file = join(mkdtempSync(join(tmpdir(), 'fluxhost-sweep-')), 's.json');
    writeFileSync(file, JSON.stringify(writtenForm(withFields(sample(), ['duration=2ms']))));
    const args = ['sweep', file, '--json', '--vary'];
    expect(await main([...args, 'host.cores=12', '--mechanisms', 'ideal,hyperfux,hyperflux:x=1'], io), io.err).toBe(1);
    const { rows } = JSON.parse(io.out) as SweepResult;
    expect(rows.map(({ mechanism, refused }) => [mechanism, refused === undefined])).toEqual([
      ['ideal', true],
      ['hyperfux', false],
      ['hyperflux:x=1', false],
    ]);
    // in the words of compare
    const compared = captureIo();
    const same = ['compare', file, '--json', '--no-sizing', '--mechanisms', 'ideal,hyperfux,hyperflux:x=1'];
    expect(await main(same, compared)).toBe(1);
    const { refused } = JSON.parse(compared.out) as Comparison;
    expect(refused!.map(({ why }) => why)).toEqual(rows.slice(1).map((row) => row.refused));
    const axis = captureIo();
    expect(await main([...args, 'mechanism=ideal,hyperfux'], axis)).toBe(1);
    expect(axis.err).toContain('hyperfux: no such mechanism or setting');
    // what only does not fit is no slip
    const small = ['--mechanisms', 'ideal,hyperflux'];
    const fits = captureIo();
    expect(await main([...args, 'host.cores=1', ...small], fits), fits.err).toBe(0);
    expect((JSON.parse(fits.out) as SweepResult).rows.map((row) => row.refused === undefined)).toEqual([true, false]);
    const varied = await sweep(sample(), { vary: ['mechanism=ideal,hyperflux:signal=oldest', 'host.cores=11,12'] });
    expect(varied.rows.map(({ mechanism, point }) => [mechanism, point['mechanism']])).toEqual(
      ['ideal', 'ideal', 'hyperflux:signal=oldest', 'hyperflux:signal=oldest'].map((name) => [name, name]),
    );
    const { vms } = await replicate(withFields(sample(), varied.rows[3]!.set), { replications: 1 });
    expect(varied.rows[3]!.figures['api.latencyNs.p99']!.mean).toBe(vms[0]!.latencyNs.p99);
    expect(renderSweep(varied)).toMatch(/^host\.cores +mechanism +api p99/);
    expect(sweepCsv(varied)).toMatch(/^host\.cores,mechanism,replications,/);
    await expect(
      sweep(sample(), { vary: ['mechanism=ideal,static'], mechanisms: ['ideal', 'static'] }),
    ).rejects.toThrow(/--vary: given mechanism beside ideal, static/);
  });

  it('says of each row what speaks against it, once for all seeds, and marks quantiles as run does', async () => {
    const base = withFields(station(40), [
      'duration=200us',
      'warmup=0us',
      'vms.api.slo={quantile: 0.99, latency: 80us}',
    ]);
    const vary = ['duration=60us,200us,50ms', 'load=0.3,1.3'];
    const result = await sweep(base, { vary, replications: 2 });
    const { rows } = result;
    const runs = await Promise.all(
      rows.map(async ({ set }) => await replicate(withFields(base, set), { replications: 2 })),
    );
    rows.forEach((row, i) => {
      const keys = row.warnings.map(({ code, field }) => `${code} ${field}`);
      expect(new Set(keys).size).toBe(keys.length);
      // those of replication 0 stand first, in its words
      expect(row.warnings.slice(0, runs[i]!.warnings.length)).toEqual(runs[i]!.warnings);
      expect(keys.some((key) => key.startsWith('unstable'))).toBe(row.point['load'] === 1.3);
    });
    const p99 = rows.map(({ support }) => support?.['api.latencyNs.p99']);
    // some 70 requests: not one lies beyond the p99; 368 give it an upper limit
    expect(p99).toEqual(['none', 'few', 'few', undefined, undefined, undefined]);
    // what is said of an SLO is said of all rows that it judges by fewer than ten beyond its quantile, in the words of `run`
    const few = rows.map((row) => row.few?.['api.slo']?.requests);
    const each = await Promise.all(rows.map(async ({ set }) => await fewestRequests(withFields(base, set), 2)));
    expect(few).toEqual(each.map((requests) => (requests < 1000 ? requests : undefined)));
    expect(few.filter((requests) => requests === undefined)).toHaveLength(2);
    const doubt = `judged by as few as ${Math.min(...each)} requests a seed, too few to rely on p99, in 4 of 6 rows`;
    expect(renderSweep(result).replace(/\n +/g, ' ')).toContain(`api: ${doubt}`);
    const report = reportOf(result);
    expect(report).toMatchObject({ good: null, verdict: expect.stringContaining(doubt) as string });

    const text = renderSweep(result);
    const lines = text.split('\n').filter((line) => /^ *(60us|200us|50ms) /.test(line));
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/ – .* few-samples/);
    expect(lines[1]).toMatch(/ ≥ [\d.]+ us ± .*unstable few-samples/);
    expect(lines[4]).not.toMatch(/≥|–|few-samples|unstable/);
    expect(text).toContain('≥ at least: too few requests');
    expect(text.replace(/\n +/g, ' ')).toMatch(/can this be trusted\? rows with warnings: .*few-samples in 4 of 6/);
    expect(text).toContain('unstable in 3 of 6');
    const [head, ...csv] = sweepCsv(result).trimEnd().split('\n');
    const at = head!.split(',').indexOf('warnings');
    expect(csv[3]!.split(',')[at]).toMatch(/^unstable few-samples/);
    expect(csv.map((line) => line.split(',')[at])).toEqual(
      rows.map(({ warnings }) => [...new Set(warnings.map(({ code }) => code))].join(' ')),
    );
  });

  it('says of a quiet row that nothing speaks against it, without a column', async () => {
    const result = await sweep(withFields(station(4), ['duration=400ms']), { vary: ['load=0.3'] });
    expect(result.rows[0]!.warnings).toEqual([]);
    expect(result.rows[0]).not.toHaveProperty('support');
    expect(renderSweep(result)).toContain('can this be trusted? one-seed: ');
    const several = { ...result, rows: result.rows.map((row) => ({ ...row, replications: 2 })) };
    const text = renderSweep(several);
    expect(text).toContain('can this be trusted? nothing was found that speaks against it');
    expect(text).not.toMatch(/warnings|≥/);
  });

  it('never takes a quantile as narrow that too few requests stand behind', async () => {
    // some 70 requests a run: their p99 is the greatest, which other seeds do not mend
    const base = withFields(station(4), ['duration=200us', 'warmup=50us']);
    const few = await sweep(base, { vary: ['load=0.7'], until: 'p99±200%' });
    expect(few.rows[0]).toMatchObject({ replications: 4, reached: false, support: { 'api.latencyNs.p99': 'none' } });
    expect(renderSweep(few).replace(/\n +/g, ' ')).toContain('not as narrow as --until asks in 1 of 1 rows');
    const mean = await sweep(base, { vary: ['load=0.7'], until: 'mean±200%' });
    expect(mean.rows[0]).toMatchObject({ replications: 4, reached: true });
    expect(renderSweep(mean)).not.toContain('--until');
    const wide = await sweep(base, { vary: ['load=0.7'], until: 'mean±0.1%', replications: 5 });
    expect(wide.rows[0]).toMatchObject({ replications: 5, reached: false });
  });

  it('goes on until an interval is narrow, and no further', async () => {
    const wide = await sweep(station(4), { vary: ['load=0.7'], until: 'mean±20%' });
    const narrow = await sweep(station(4), { vary: ['load=0.7'], until: 'mean±3%' });
    const width = ({ low, high, mean }: { low: number | null; high: number | null; mean: number | null }) =>
      (high! - low!) / 2 / mean!;
    const of = (result: typeof wide) => result.rows[0]!.figures['api.latencyNs.mean']!;
    expect(wide.rows[0]!.replications).toBe(4);
    expect(narrow.rows[0]!.replications).toBeGreaterThan(4);
    expect(width(of(narrow))).toBeLessThanOrEqual(0.03);
    expect(width(of(wide))).toBeGreaterThan(0.03);
  });

  it('keeps what has ended when it is interrupted', async () => {
    const controller = new AbortController();
    const { rows, incomplete } = await sweep(sample(), {
      vary: ['host.cores=8..12:5'],
      signal: controller.signal,
      onRows: (done) => done === 2 && controller.abort(),
    });
    expect(rows).toHaveLength(2);
    expect(incomplete).toBe(true);
  });

  it('keeps the seeds of a row that have ended when it is interrupted', async () => {
    const crew = alone(new Study({ create: (scenario) => Simulation.create(scenario) }));
    let made = 0;
    const question = { axes: parseAxes(['host.cores=12,11,10']), variants: variantsOf(['ideal']), replications: 5 };
    const result = await sweepAll(sample(), question, {
      width: 1,
      run: async (scenario, label) => (made++ < 7 ? crew.run(scenario, label) : null),
    });
    expect(result.incomplete).toBe(true);
    expect(result.rows.map(({ replications, incomplete }) => [replications, incomplete])).toEqual([
      [5, undefined],
      [2, true],
    ]);
    expect(renderSweep(result)).toMatch(/^ +11 +ideal .* 2, interrupted/m);
  });
});

function input() {
  return {
    version: 1 as const,
    seed: 1,
    duration: '1ms',
    host: { cores: 4 },
    mechanism: 'ideal' as const,
    vms: [
      {
        name: 'f',
        vcpus: { min: 0, max: 4 },
        workload: {
          arrivals: { process: 'onoff' as const, onRate: 1e5, offRate: 0, meanOn: '1ms', meanOff: '3ms' },
          request: {
            stages: [
              { tasks: 1, service: { dist: 'constant' as const, value: '4us' } },
              { tasks: 2, service: { dist: 'uniform' as const, min: '2us', max: '6us' } },
            ],
          },
        },
      },
    ],
  };
}

describe('the command', () => {
  it('prints a row a point and mechanism, and how to run the first', async () => {
    const io = captureIo();
    const args = ['sweep', 'examples/burst.yaml', '--vary', 'host.cores=12,17', '--mechanisms', 'ideal,hyperflux'];
    expect(await main([...args, '--set', 'duration=20ms', '--replications', '2'], io)).toBe(0);
    expect(io.out).toMatch(/host\.cores +mechanism +api p99 +SLO/);
    expect(io.out.split('\n').filter((line) => /^ +1[27] +(ideal|hyperflux)/.test(line))).toHaveLength(4);
    expect(io.out).toMatch(/^first row: fluxhost run .*--set mechanism=ideal --set host\.cores=12 --replications 2$/m);
    expect(io.out).toContain('of 2');
    const csv = captureIo();
    expect(await main([...args, '--set', 'duration=20ms', '--replications', '2', '--csv'], csv)).toBe(0);
    const [head, ...rows] = csv.out.trimEnd().split('\n');
    expect(head).toMatch(/^host\.cores,mechanism,replications,refused,warnings,/);
    expect(rows.map((row) => row.split(',').slice(0, 3).join())).toEqual([
      '12,ideal,2',
      '12,hyperflux,2',
      '17,ideal,2',
      '17,hyperflux,2',
    ]);
    const both = captureIo();
    expect(await main([...args, '--csv', '--json'], both)).toBe(2);
    expect(both.err).toContain('--csv: given beside --json');
  });
});

describe('workers', () => {
  // the built program: threads start it again
  const program = (args: readonly string[]): string =>
    execFileSync(process.execPath, [fileURLToPath(new URL('../../dist/cli.js', import.meta.url)), ...args], {
      encoding: 'utf8',
    });
  const args = [
    'sweep',
    'examples/burst.yaml',
    '--vary',
    'host.cores=2,16,18',
    '--set',
    'duration=5ms',
    '--replications',
    '2',
    '--json',
  ];

  it('give the same bytes as one thread, refused points among them', () => {
    const alone = program([...args, '--workers', '1']);
    expect(program([...args, '--workers', '3'])).toBe(alone);
    const { rows } = JSON.parse(alone) as { rows: { refused?: string; replications: number }[] };
    expect(rows.map(({ replications }) => replications)).toEqual([0, 2, 2]);
  });

  it('tell a run that fails with the words of one thread', () => {
    const few = [...args, '--set', 'limits.tasks=70'];
    const alone = program([...few, '--workers', '1']);
    expect(program([...few, '--workers', '2'])).toBe(alone);
    expect(alone).toContain('limits.tasks: 70 tasks are too few');
  });
});

/** Runs on two threads of a program that is none, each a chunk, and the same ones made one after the other. */
async function onThreadsOf(
  file: string,
  count: number,
  begun: () => Promise<void> = () => Promise.resolve(),
): Promise<{ made: unknown[]; expected: unknown[] }> {
  const where = { directory: '', setup: {} };
  const engine = await threadEngine(pathToFileURL(file), 2, where, { kind: 'runs' }, { silenceMs: Infinity });
  const chunks = Array.from({ length: count }, (_, r) => ({
    runs: [{ scenario: seeded(sample(), r), buckets: false }],
  }));
  await begun();
  const rows = [...(await Promise.all(chunks.map((chunk) => engine.run(chunk)))), await engine.run(chunks[0]!)];
  await engine.close();
  const expected = await Promise.all(chunks.map((chunk) => simulatorAt({ kind: 'runs' }, where)(chunk)));
  const fingerprints = (all: readonly (readonly RunRow[])[]): unknown[] =>
    all.map(([row]) => ('result' in row! ? row.result.manifest.fingerprint : row));
  return { made: fingerprints(rows), expected: fingerprints([...expected, expected[0]!]) };
}

it('runs of threads that end are made here, those that wait too', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'fluxhost-pool-')), 'ends.mjs');
  writeFileSync(file, 'throw new Error("no such program");');
  const { made, expected } = await onThreadsOf(file, 5);
  expect(made).toEqual(expected);
  expect(new Set(made).size).toBe(5);
});

it('runs are made here, too, where threads end before they are given any', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fluxhost-pool-'));
  const [file, log] = [join(folder, 'exits.mjs'), join(folder, 'log')];
  writeFileSync(
    file,
    `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(log)}, 'x'); process.exit(5);`,
  );
  const exited = async (): Promise<void> => {
    while (!existsSync(log) || readFileSync(log, 'utf8').length < 2)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const { made, expected } = await onThreadsOf(file, 3, exited);
  expect(made).toEqual(expected);
});

it('rows of chunks that are done are kept by nobody', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'fluxhost-pool-')), 'answers.mjs');
  writeFileSync(file, 'export const serveChunk = () => [{}];');
  const engine = await threadEngine(
    pathToFileURL(file),
    1,
    { directory: '', setup: {} },
    { kind: 'runs' },
    { silenceMs: Infinity },
  );
  const rows: WeakRef<object>[] = [];
  for (let i = 0; i < 8; i++) rows.push(new WeakRef((await engine.run({ runs: [] }))[0]!));
  setFlagsFromString('--expose-gc');
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    (runInNewContext('gc') as () => void)();
  }
  expect(rows.slice(0, -1).map((row) => row.deref())).toEqual(Array(7).fill(undefined));
  await engine.close();
});

it('runs are made here, too, where the last thread dies with a run', async () => {
  // Both threads are taken to be ready at first and have a run each; one dies at once, its successor is none, then the other dies.
  const folder = mkdtempSync(join(tmpdir(), 'fluxhost-pool-'));
  const file = join(folder, 'ends.mjs');
  writeFileSync(
    file,
    `import { appendFileSync, readFileSync } from 'node:fs';
    const log = ${JSON.stringify(join(folder, 'log'))};
    appendFileSync(log, 'x');
    if (readFileSync(log, 'utf8').length !== 1) throw new Error('no such program');
    export const serveChunk = () => {
      while (readFileSync(log, 'utf8').length < 3);
      return new Promise((_, reject) => setTimeout(() => process.exit(1), 500));
    };`,
  );
  const { made, expected } = await onThreadsOf(file, 4);
  expect(made).toEqual(expected);
});
