// Sweeps over a queue, against a real server on loopback: the same bits as on one thread, whatever happens to workers and coordinator.

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { connect, loadPackages } from '../../src/cli/queue.js';
import type { SweepResult } from '../../src/index.js';
import { VERSION } from '../../src/version.js';
import { captureIo } from '../cli/fake.js';
import { RUNS, SWEEP, sweepBits, sweepScenario } from '../support/sweep.js';
import { freePort, Running, Server, until } from './support.js';

let folder: string;
let file: string;
let server: Server;
let running: Running[] = [];
const at = (...names: string[]): string => join(folder, ...names);

function start(args: readonly string[], env = {}, program?: string): Running {
  const one = new Running(args, program, env);
  running.push(one);
  return one;
}

async function startWorker(env = {}, ...more: string[]): Promise<Running> {
  const worker = start(['worker', '--redis', server.url, '--workers', '1', ...more], env);
  await until(`a worker that listens: ${worker.err}`, () => worker.out.includes('takes work'));
  return worker;
}

const startSweep = (name: string, ...more: string[]): Running =>
  start(['sweep', file, ...SWEEP, '--engine', 'bullmq', '--redis', server.url, '--out', at(name), ...more]);

async function endsAsLocal(sweep: Running, name: string): Promise<void> {
  expect(await sweep.ended, sweep.err).toBe(0);
  expect(sweepBits(at(name))).toEqual(sweepBits(at('local')));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-sweeps-'));
  file = at('s.yaml');
  writeFileSync(file, sweepScenario('100ms'));
  server = await Server.start(at('redis'));
  const io = captureIo();
  expect(await main(['sweep', file, ...SWEEP, '--out', at('local')], io), io.err).toBe(0);
});

beforeEach(async () => void (await server.redis.flushall()));

afterEach(async () => {
  await Promise.all(running.map((one) => one.end()));
  running = [];
});

afterAll(async () => {
  await (server as Server | undefined)?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a sweep over a queue', () => {
  it('has the bits of one thread, though one of its workers is killed at a chunk', async () => {
    const [worker, sweep] = [await startWorker(), startSweep('killed')];
    await until('a chunk under way', async () => (await server.active()) > 0);
    await worker.end();
    expect(await server.active()).toBeGreaterThan(0); // it was at one
    await startWorker();
    await endsAsLocal(sweep, 'killed');
    expect(await server.jobs()).toEqual([]);
    const log = readFileSync(at('killed', 'run.log'), 'utf8');
    const told = [...log.matchAll(/worker (\S+): (\d+) runs, (\S+) a second/g)];
    expect(told.reduce((sum, [, , runs]) => sum + Number(runs), 0)).toBe(RUNS);
  });

  it('ends when it is told to while the server is away, as does its worker, and goes on later with what it has', async () => {
    const [worker, sweep] = [await startWorker(), startSweep('away')];
    const rows = at('away', 'rows.ndjson');
    await until('a row', () => (statSync(rows, { throwIfNoEntry: false })?.size ?? 0) > 0);
    await server.kill();
    for (const one of [worker, sweep]) one.signal('SIGTERM');
    expect([await worker.ended, await sweep.ended], worker.err + sweep.err).toEqual([0, 130]);
    expect(worker.err).toContain('is away: what was under way is left to other workers');
    expect(sweep.err).toContain('is away: what it holds of this run is left there');
    expect(sweep.err).toContain('the rows and seeds that had ended are kept, --resume goes on');
    const kept = readFileSync(rows, 'utf8');
    expect(kept.trimEnd().split('\n').length).toBeLessThan(RUNS);
    await server.go();
    await startWorker();
    await endsAsLocal(startSweep('away', '--resume'), 'away');
    expect(readFileSync(rows, 'utf8').slice(0, kept.length)).toBe(kept);
  });

  it('goes on after its coordinator was killed', async () => {
    await startWorker();
    const first = startSweep('resumed');
    const rows = at('resumed', 'rows.ndjson');
    await until('a row', () => (statSync(rows, { throwIfNoEntry: false })?.size ?? 0) > 0);
    await first.end();
    await endsAsLocal(startSweep('resumed', '--resume'), 'resumed');
    expect(readFileSync(rows, 'utf8').trimEnd().split('\n')).toHaveLength(RUNS);
  });

  it('tells a run that nobody can make, takes no answer of a worker with another trace, refuses one as one thread does', async () => {
    const hang = new URL('hang.mjs', import.meta.url).href;
    const worker = await startWorker({ NODE_OPTIONS: `--import ${hang}`, HANG_SEED: '3' }, '--hang-after', '300ms');
    const queue = ['--engine', 'bullmq', '--redis', server.url];
    const sweep = start(['sweep', file, '--vary', 'seed=3,4', ...queue, '--json']);
    expect(await sweep.ended, sweep.err).toBe(4);
    const [lost, other] = (JSON.parse(sweep.out) as SweepResult).rows;
    expect(lost).toMatchObject({ failed: true, refused: 'the run failed: a simulation did not come back (twice)' });
    expect(other!.figures['api.completed']!.mean).toBeGreaterThan(1000);

    // a worker with another trace stops, and another one does the work
    const calls = (us: number): string =>
      `arrival\n${Array.from({ length: 9 }, (_, i) => `0.00${i + 1}${us}\n`).join('')}`;
    const replay = 'vms.0.workload.arrivals={process: trace, format: csv, file: calls.csv}';
    const words = ['sweep', file, '--vary', 'host.cores=4,5', '--set', replay];
    writeFileSync(at('calls.csv'), calls(2));
    const local = captureIo();
    expect(await main([...words, '--out', at('replayed-here')], local), local.err).toBe(0);
    await worker.end();
    const traced = start([...words, ...queue, '--out', at('replayed')]);
    await until('a chunk that waits', async () => (await server.redis.keys('bull:*:wait')).length === 1);
    writeFileSync(at('calls.csv'), calls(3));
    const unlike = await startWorker();
    expect(await unlike.ended).toBe(1);
    expect(unlike.err).toContain(`files are not the coordinator's: ${at('calls.csv')} has another content here`);
    writeFileSync(at('calls.csv'), calls(2));
    await startWorker();
    expect(await traced.ended, traced.err).toBe(0);
    expect(sweepBits(at('replayed'))).toEqual(sweepBits(at('replayed-here')));

    writeFileSync(at('bad.csv'), 'time\n1\n');
    const arrivals = 'vms.0.workload.arrivals={process: trace, format: csv, file: bad.csv}';
    const refused = start(['sweep', file, '--vary', 'host.cores=4,5', '--set', arrivals, ...queue]);
    expect(await refused.ended).toBe(2);
    expect(refused.err).toContain('bad.csv:1: arrival: given a header without it');
  });

  it('takes no answer of a worker of another version, and says so', async () => {
    cpSync(fileURLToPath(new URL('../../dist', import.meta.url)), at('old', 'dist'), { recursive: true });
    symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), at('old', 'node_modules'));
    let changed = 0;
    for (const name of readdirSync(at('old', 'dist', 'chunks')).filter((one) => one.endsWith('.js'))) {
      const text = readFileSync(at('old', 'dist', 'chunks', name), 'utf8');
      const older = text.replace(`VERSION="${VERSION}"`, 'VERSION="0.0.1"');
      changed += Number(older !== text);
      writeFileSync(at('old', 'dist', 'chunks', name), older);
    }
    expect(changed).toBe(1);
    const sweep = startSweep('versions');
    await until('the coordinator to tell', () => sweep.err.includes(`no worker of fluxhost ${VERSION}, core `));
    const old = start(['worker', '--redis', server.url, '--workers', '1'], {}, at('old', 'dist', 'cli.js'));
    await until('the old worker', () => old.out.includes('takes work'));
    expect(old.out).toContain('fluxhost 0.0.1, core ');
    const unfit = 'fluxhost 0\\.0\\.1, core \\w{8}';
    const came = new RegExp(`a worker of ${unfit} is there, which does not fit this fluxhost ${VERSION}, core`, 'g');
    await until('the coordinator to tell', () => came.test(sweep.err));
    const later = startSweep('later');
    await until('another to tell', () => new RegExp(`no worker of .* One of ${unfit} does not fit`).test(later.err));
    later.signal('SIGINT');
    expect(await later.ended, later.err).toBe(130);
    await startWorker();
    await endsAsLocal(sweep, 'versions');
    expect(sweep.err.match(came)).toHaveLength(1);
    expect(await server.redis.keys('bull:fluxhost-0.0.1-*:completed')).toEqual([]);
  });
});

describe('what is refused', () => {
  it('is a queue that takes no writes, at which nobody waits', async () => {
    const packages = await loadPackages();
    const refused = (): Promise<string> =>
      connect(packages, server.url, () => undefined).then(
        (redis) => (redis.disconnect(), 'nothing'),
        (error: Error) => error.message,
      );
    await server.redis.replicaof('127.0.0.1', await freePort());
    const why = `the queue at ${server.url} cannot be written (READONLY`;
    expect(await refused()).toContain(why);
    for (const one of [startSweep('replica'), start(['worker', '--redis', server.url])]) {
      expect(await one.ended).toBe(1);
      expect(one.err).toContain(why);
    }
    await server.redis.replicaof('NO', 'ONE');
    await server.redis.config('SET', 'maxmemory', '1');
    expect(await refused()).toContain(`the queue at ${server.url} cannot be written (OOM`);
    await server.redis.config('SET', 'maxmemory', '0');
    expect(await refused()).toBe('nothing');
  });
});
