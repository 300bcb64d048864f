// The folder of a sweep: any number of threads gives the same bits, a sweep that is killed goes on without making a run again, parts are put
// together, what nobody can simulate is a row with its reason.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Histogram, HistogramLogReader } from 'hdr-histogram-js';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import type { SweepResult } from '../../src/index.js';
import { captureIo } from '../cli/fake.js';
import { program } from '../cluster/support.js';
import { ROWS, RUNS, SWEEP, sweepBits, sweepScenario } from '../support/sweep.js';

let folder: string;
let file: string;
const at = (...names: string[]): string => join(folder, ...names);

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const io = captureIo();
  const status = await main(args, io);
  return { status, out: io.out, err: io.err };
}
const sweep = (out: string, ...more: string[]) => run('sweep', file, ...SWEEP, '--out', out, '--json', ...more);

async function spawned(env: NodeJS.ProcessEnv, ...args: string[]): Promise<{ status: number; err: string }> {
  const child = spawn(process.execPath, [program, 'sweep', file, ...args], { env: { ...process.env, ...env } });
  let err = '';
  child.stderr.on('data', (some: Buffer) => (err += some.toString()));
  const [status] = (await once(child, 'close')) as [number];
  return { status, err };
}

const linesIn = (out: string): number => readFileSync(join(out, 'rows.ndjson'), 'utf8').split('\n').length - 1;
const rowsIn = (out: string): SweepResult => JSON.parse(readFileSync(join(out, 'sweep.json'), 'utf8')) as SweepResult;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-sweep-'));
  file = at('s.yaml');
  writeFileSync(file, sweepScenario('10ms'));
  const { status, err } = await sweep(at('whole'));
  expect(status, err).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the folder of a sweep', () => {
  it('has a row a run that other programs read, whose figures are those of the rows', async () => {
    const bytes = readFileSync(at('whole', 'runs.parquet'));
    const runs = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
    });
    const { rows } = rowsIn(at('whole'));
    expect([rows.length, runs.length]).toEqual([ROWS, RUNS]);
    rows.forEach(({ point, mechanism, figures, refused }, row) => {
      const own = runs.filter((one) => one['row'] === row);
      expect(own.map((one) => Number(one['replication']))).toEqual(refused === undefined ? [0, 1, 2] : []);
      for (const one of own)
        expect([one['point.host.cores'], one['mechanism']]).toEqual([point['host.cores'], mechanism]);
      if (refused !== undefined) return;
      const p99 = own.map((one) => Number(one['api.latencyNs.p99']));
      expect(p99.reduce((sum, ns) => sum + ns, 0) / 3).toBeCloseTo(figures['api.latencyNs.p99']!.mean!, 6);
    });
  });

  it('has a histogram for each row and VM, of all of its seeds, that another library reads', () => {
    const { rows } = rowsIn(at('whole'));
    const reader = new HistogramLogReader(readFileSync(at('whole', 'latency.hlog'), 'utf8'));
    rows.forEach(({ figures, refused }, row) => {
      for (const vm of refused === undefined ? ['api', 'batch'] : []) {
        const read = reader.nextIntervalHistogram() as Histogram;
        expect(read.tag).toBe(`row-${row}/${vm}`);
        expect(read.totalCount).toBe(Math.round(3 * figures[`${vm}.completed`]!.mean!));
        const mean = figures[`${vm}.latencyNs.mean`]!.mean!;
        expect(read.mean / mean).toBeGreaterThan(0.97);
        expect(read.mean / mean).toBeLessThan(1.03);
      }
    });
    expect(reader.nextIntervalHistogram()).toBeNull();
  });

  it('is what the same sweep prints without one', async () => {
    const { rows } = JSON.parse((await run('sweep', file, ...SWEEP, '--json')).out) as SweepResult;
    const kept = rowsIn(at('whole')).rows;
    expect(kept[0]!.tails).toBeDefined(); // for the report
    expect(rows).toEqual(kept.map(({ tails: _, ...row }) => row));
  });

  it.each([1, 2, 7])('has the same bits with %i threads', async (workers) => {
    const out = at(`workers-${workers}`);
    const { status, err } = await spawned({}, ...SWEEP, '--workers', String(workers), '--out', out);
    expect(status, err).toBe(0);
    expect(sweepBits(out)).toEqual(sweepBits(at('whole')));
  });

  it('goes on after a kill at any instant, and makes no run again that is there', async () => {
    const { size } = statSync(at('whole', 'rows.ndjson'));
    for (const kept of [0, 1, Math.floor(size / 2), size - 1, size]) {
      const out = at(`killed-${kept}`);
      mkdirSync(out);
      for (const name of ['run.json', 'rows.ndjson']) copyFileSync(at('whole', name), join(out, name));
      truncateSync(join(out, 'rows.ndjson'), kept);
      writeFileSync(join(out, 'run.lock'), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }));
      const { status, err } = await sweep(out, '--resume');
      expect(status, err).toBe(0);
      expect(sweepBits(out), `${kept} bytes kept`).toEqual(sweepBits(at('whole')));
      expect(linesIn(out)).toBe(RUNS);
    }
  });

  it('goes on after a process that was killed by force', async () => {
    const out = at('forced');
    const slow = ['--set', 'duration=400ms'];
    const child = spawn(process.execPath, [program, 'sweep', file, ...SWEEP, ...slow, '--workers', '2', '--out', out]);
    const ended = once(child, 'exit');
    const rows = join(out, 'rows.ndjson');
    while ((statSync(rows, { throwIfNoEntry: false })?.size ?? 0) === 0 && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    await ended;
    const before = linesIn(out);
    expect(before).toBeLessThan(RUNS);
    expect((await sweep(out, ...slow, '--resume')).status).toBe(0);
    expect((await sweep(at('undisturbed'), ...slow)).status).toBe(0);
    expect(sweepBits(out)).toEqual(sweepBits(at('undisturbed')));
    expect(linesIn(out)).toBe(RUNS);
  });

  it('refuses another question, another seed, and files that have changed', async () => {
    const expectRefused = async (field: string, ...args: string[]): Promise<void> => {
      const { status, err } = await run('sweep', file, ...args, '--out', at('whole'), '--resume');
      expect(status).toBe(2);
      expect(err).toMatch(new RegExp(`of another ${field}.*: ".*", expected a run of the same sweep`));
    };
    await expectRefused('question', ...SWEEP.slice(0, -1), '2');
    await expectRefused('fleet, scenario or seed', ...SWEEP, '--seed', '4');
    const arrivals = 'vms.0.workload.arrivals={process: trace, format: csv, file: a.csv}';
    writeFileSync(at('a.csv'), 'arrival\n0.001\n');
    const replay = ['--vary', 'host.cores=4,5', '--set', arrivals, '--out', at('replay')];
    expect((await run('sweep', file, ...replay)).err).not.toContain('given');
    writeFileSync(at('a.csv'), 'arrival\n0.002\n');
    expect((await run('sweep', file, ...replay, '--resume')).err).toMatch(/of another content of traces/);
  });

  it('names a disk that is full', async () => {
    const out = at('full');
    mkdirSync(out);
    symlinkSync('/dev/full', join(out, 'rows.ndjson'));
    const { status, err } = await sweep(out);
    expect(status).toBe(1);
    expect(err).toContain('rows.ndjson cannot be written: no space is left on the disk (ENOSPC)');
    expect(statSync(join(out, 'run.lock'), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('has a row with its reason where a simulation never comes back, and makes that alone again', async () => {
    const out = at('hangs');
    const hang = new URL('../cluster/hang.mjs', import.meta.url).href;
    const env = { NODE_OPTIONS: `--import ${hang}`, HANG_SEED: '3' };
    const words = ['--vary', 'seed=3,4', '--workers', '1', '--hang-after', '300ms', '--out', out];
    const { status, err } = await spawned(env, ...words);
    expect(status, err).toBe(4);
    const [lost, other] = rowsIn(out).rows;
    expect(lost).toMatchObject({ failed: true, refused: 'the run failed: a simulation did not come back (twice)' });
    expect(other!.figures['api.completed']!.mean).toBeGreaterThan(1000);

    const [first, second] = readFileSync(join(out, 'rows.ndjson'), 'utf8').split('\n');
    const good = first!.includes('"lost"') ? second! : first!;
    expect((await run('sweep', file, '--vary', 'seed=3,4', '--out', out, '--resume')).status).toBe(0);
    expect((await run('sweep', file, '--vary', 'seed=3,4', '--out', at('calm'))).status).toBe(0);
    expect(sweepBits(out)).toEqual(sweepBits(at('calm')));
    const lines = readFileSync(join(out, 'rows.ndjson'), 'utf8').split('\n');
    expect([lines[0], lines.length]).toEqual([good, 3]);
  });
});

describe('parts of a sweep', () => {
  it('are put together to what one run gives', async () => {
    const parts = [1, 2, 3].map((part) => at(`part-${part}`));
    for (const [i, out] of parts.entries()) expect((await sweep(out, '--shard', `${i + 1}/3`)).status).toBe(0);
    expect(parts.map((out) => rowsIn(out).rows.length)).toEqual([2, 3, 3]);
    const { status, err } = await run('merge', parts[2]!, parts[0]!, parts[1]!, '--out', at('merged'));
    expect(status, err).toBe(0);
    expect(sweepBits(at('merged'))).toEqual(sweepBits(at('whole')));

    const first = await run('merge', parts[0]!, parts[1]!, '--partial', '--out', at('first'));
    expect(first.status, first.err).toBe(0);
    expect(rowsIn(at('first'))).toMatchObject({ incomplete: true, part: 'parts 1 to 2 of 3' });
    expect((await run('merge', parts[2]!, at('first'), '--out', at('again'))).status).toBe(0);
    expect(sweepBits(at('again'))).toEqual(sweepBits(at('whole')));

    expect((await run('merge', parts[0]!, parts[2]!)).err).toContain('expected the missing ones too: 2');
    truncateSync(join(parts[1]!, 'rows.ndjson'), 0);
    const open = await run('merge', ...parts);
    expect([open.status, open.out]).toEqual([2, '']);
    expect(open.err).toContain(`"${parts[1]!}", in which runs of row 2 are missing, expected a part that has ended`);
  });

  it('are asked for in a form that is one', async () => {
    const { status, err } = await run(
      'sweep',
      file,
      ...SWEEP,
      '--shard',
      '4/3',
      '--resume',
      '--core',
      'x',
      '--engine',
      'bullmq',
    );
    expect(status).toBe(2);
    expect(err).toContain('--shard: given "4/3", expected I/N such as 1/8, I from 1 to N');
    for (const words of ['--resume: given without --out', '--core: given with --engine bullmq', '--redis: not given'])
      expect(err).toContain(words);
  });
});
