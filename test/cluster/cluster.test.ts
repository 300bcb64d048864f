// Fleets over a queue, against a real server on loopback: the same bits as on one thread, whatever happens to workers, coordinator and server;
// nothing is lost, nothing counts twice.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, loadPackages } from '../../src/cli/queue.js';
import { queueEngine } from '../../src/cli/queue-engine.js';
import { createOn } from '../../src/cli/tools.js';
import { loadFleet } from '../../src/fleet/file.js';
import type { FleetResult } from '../../src/fleet/result.js';
import { engineHere, rowsOf } from '../../src/fleet/hosts.js';
import { jobsOf, prepareFleet, vmsOf } from '../../src/fleet/simulate.js';
import { type Chunk, type ChunkContext, type ChunkEngine, type HostRow, seedOf } from '../../src/fleet/work.js';
import { nodeHost } from '../../src/workload/node-file.js';
import { bitsOf, fleetOfFunctions, HOSTS, smallFleet } from '../support/fleet.js';
import { certify, freePort, Running, type Secure, Server, until } from './support.js';

let folder: string;
let file: string;
let server: Server;
let running: Running[] = [];
const at = (...names: string[]): string => join(folder, ...names);

interface How {
  readonly program?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** More words of the command line. */
  readonly more?: readonly string[];
}

function start(args: readonly string[], { program, env, more = [] }: How = {}): Running {
  const one = new Running([...args, ...more], program, env);
  running.push(one);
  return one;
}

async function startWorker(how: How = {}): Promise<Running> {
  const worker = start(['worker', '--redis', server.url, '--workers', '1'], how);
  await until(`a worker that listens: ${worker.err}`, () => worker.out.includes('takes work'));
  return worker;
}

/** One of whose simulations never comes back (hang.mjs). */
const hangs = (which: { HANG_ONCE: string } | { HANG_SEED: string }): How => ({
  env: { NODE_OPTIONS: `--import ${new URL('hang.mjs', import.meta.url).href}`, ...which },
  more: ['--hang-after', '500ms'],
});

const startFleet = (name: string, ...more: string[]): Running =>
  start(['fleet', file, '--engine', 'bullmq', '--redis', server.url, '--out', at(name), '--json', ...more]);

const workerHasWork = (): Promise<void> => until('a chunk under way', async () => (await server.active()) > 0);

async function endsAsLocal(fleet: Running, name: string): Promise<void> {
  expect(await fleet.ended, fleet.err).toBe(0);
  expect(bitsOf(at(name))).toEqual(bitsOf(at('local')));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-cluster-'));
  file = at('f.yaml');
  writeFileSync(file, smallFleet('300ms'));
  server = await Server.start(at('redis'));
  const local = new Running(['fleet', file, '--workers', '1', '--out', at('local'), '--json']);
  expect(await local.ended, local.err).toBe(0);
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

describe('a fleet over a queue', () => {
  it.each([1, 2, 7])('has the bits of one thread with %d workers, and leaves nothing in the queue', async (workers) => {
    await Promise.all(Array.from({ length: workers }, () => startWorker()));
    await endsAsLocal(startFleet(`undisturbed-${workers}`), `undisturbed-${workers}`);
    const log = readFileSync(at(`undisturbed-${workers}`, 'run.log'), 'utf8');
    const told = [...log.matchAll(/worker (\S+): (\d+) hosts, (\S+) a second/g)];
    expect(told.reduce((sum, [, , hosts]) => sum + Number(hosts), 0)).toBe(HOSTS);
    expect(new Set(told.map(([, worker]) => worker)).size).toBe(told.length);
    for (const [, , , rate] of told) expect(Number(rate)).toBeGreaterThan(0);
    expect(await server.jobs()).toEqual([]);
    const [first] = running;
    first!.signal('SIGTERM');
    expect(await first!.ended, first!.err).toBe(0);
    const left = await server.redis.hlen('fluxhost:workers');
    expect(left).toBe(workers - 1);
  });

  it('of functions has the bits of one thread, too', async () => {
    writeFileSync(at('functions.yaml'), fleetOfFunctions);
    const local = start(['fleet', at('functions.yaml'), '--workers', '1', '--out', at('functions-local')]);
    expect(await local.ended, local.err).toBe(0);
    await Promise.all([startWorker(), startWorker()]);
    const over = ['--engine', 'bullmq', '--redis', server.url, '--out', at('functions')];
    const fleet = start(['fleet', at('functions.yaml'), ...over]);
    expect(await fleet.ended, fleet.err).toBe(0);
    expect(bitsOf(at('functions'))).toEqual(bitsOf(at('functions-local')));
    const { functions } = JSON.parse(readFileSync(at('functions', 'fleet.json'), 'utf8')) as FleetResult;
    expect(functions!.arrived).toBeGreaterThan(1000);
    expect(functions!.evictions).toBeGreaterThan(10);
  });

  it('takes no answer of a worker that has another trace under the name, or may not read it', async () => {
    const lines = (us: number): string => `arrival\n${Array.from({ length: 9 }, (_, i) => `${i * us}000\n`).join('')}`;
    const from = '{ process: poisson, rate: 20000 }';
    writeFileSync(at('t.yaml'), smallFleet('1ms').replace(from, '{ process: trace, file: calls.csv, format: csv }'));
    writeFileSync(at('calls.csv'), lines(200));
    const local = start(['fleet', at('t.yaml'), '--workers', '1', '--out', at('traced-local')]);
    expect(await local.ended, local.err).toBe(0);
    const fleet = start(['fleet', at('t.yaml'), '--engine', 'bullmq', '--redis', server.url, '--out', at('traced')]);
    await until('a chunk that waits', async () => (await server.redis.keys('bull:*:wait')).length === 1);
    writeFileSync(at('calls.csv'), lines(300));
    const other = await startWorker();
    expect(await other.ended).toBe(1);
    expect(other.err).toContain(`files are not the coordinator's: ${at('calls.csv')} has another content here`);
    const said = `has stopped, its files are not this run's: ${at('calls.csv')} has another content here`;
    await until('the coordinator to tell', () => fleet.err.includes(said));
    expect(fleet.err.split(said)).toHaveLength(2); // once
    expect(readFileSync(at('traced', 'run.log'), 'utf8')).toContain(said);
    writeFileSync(at('calls.csv'), lines(200));
    const confined = await startWorker({ more: ['--files-within', at('redis')] });
    expect(await confined.ended).toBe(1);
    expect(confined.err).toContain('given a file elsewhere, expected a file within');
    await startWorker();
    expect(await fleet.ended, fleet.err).toBe(0);
    expect(bitsOf(at('traced'))).toEqual(bitsOf(at('traced-local')));
  });

  it('survives a worker that is killed at a chunk', async () => {
    const worker = await startWorker();
    const fleet = startFleet('killed');
    await workerHasWork();
    await worker.end();
    expect(await server.active()).toBeGreaterThan(0); // it was at one
    await startWorker();
    await endsAsLocal(fleet, 'killed');
  });

  it('does not count the late answer of a worker that was frozen while another did its chunk', async () => {
    const worker = await startWorker();
    const fleet = startFleet('frozen');
    await workerHasWork();
    worker.signal('SIGSTOP');
    await startWorker();
    await endsAsLocal(fleet, 'frozen');
    worker.signal('SIGCONT');
    await until('the late answer', () => /[Mm]issing (lock|key)/.test(worker.err));
    expect(await server.jobs()).toEqual([]);
  });

  it('survives a simulation that never comes back', async () => {
    const worker = await startWorker(hangs({ HANG_ONCE: at('hung') }));
    await endsAsLocal(startFleet('hanging'), 'hanging');
    expect(existsSync(at('hung'))).toBe(true);
    worker.signal('SIGTERM');
    expect(await worker.ended, worker.err).toBe(0);
  });

  it('survives a server that is killed and started again', async () => {
    await startWorker();
    const fleet = startFleet('restarted');
    await workerHasWork();
    await new Promise((resolve) => setTimeout(resolve, 1100)); // appendfsync everysec: what is older is on the disk
    await server.kill();
    await server.go();
    await endsAsLocal(fleet, 'restarted');
  });

  it('goes on after its coordinator was killed', async () => {
    await startWorker();
    const first = startFleet('resumed');
    await until('a row', () => {
      try {
        return readFileSync(at('resumed', 'rows.ndjson')).length > 0;
      } catch {
        return false;
      }
    });
    await first.end();
    await endsAsLocal(startFleet('resumed', '--resume'), 'resumed');
  });

  it('ends when it is interrupted though nobody works', async () => {
    const fleet = startFleet('interrupted');
    await until('the coordinator to tell', () => fleet.err.includes('no worker of'));
    fleet.signal('SIGINT');
    expect(await fleet.ended, fleet.err).toBe(130);
    expect(await server.jobs()).toEqual([]);
  });
});

describe('a server that asks for TLS and a password', () => {
  let secure: Secure;
  let safe: Server;
  const urlOf = (password: string): string => `rediss://:${password}@127.0.0.1:${safe.port}`;
  const fleetAt = (url: string, name: string, env = {}): Running =>
    start(['fleet', file, '--engine', 'bullmq', '--redis', url, '--out', at(name), '--json'], { env });

  beforeAll(async () => {
    mkdirSync(at('safe'));
    secure = certify(at('safe'), 'open-sesame');
    safe = await Server.start(at('safe'), secure);
  });
  afterAll(() => (safe as Server | undefined)?.stop());

  it('gets both from the URL, and the result has the bits of one thread', async () => {
    const env = { NODE_EXTRA_CA_CERTS: secure.certificate };
    const worker = start(['worker', '--redis', urlOf(secure.password), '--workers', '1'], { env });
    await until('a worker that listens', () => worker.out.includes(`takes work from rediss://127.0.0.1:${safe.port}`));
    await endsAsLocal(fleetAt(urlOf(secure.password), 'secured', env), 'secured');
    expect(worker.out + worker.err).not.toContain(secure.password);
  });

  it('is not believed without its certificate, and does not believe a wrong password', async () => {
    const unknown = fleetAt(urlOf(secure.password), 'unknown');
    const wrong = fleetAt(urlOf('wrong-word'), 'wrong', { NODE_EXTRA_CA_CERTS: secure.certificate });
    expect(await unknown.ended).toBe(1);
    expect(unknown.err).toMatch(/cannot be reached \((DEPTH_ZERO_)?SELF_SIGNED/);
    expect(await wrong.ended).toBe(1);
    expect(wrong.err).toMatch(/the queue at \S+ refuses this password$/m);
    expect(unknown.err + wrong.err).not.toMatch(/wrong-word|open-sesame/);
  });
});

describe('what is refused', () => {
  it('is a queue that cannot be reached, without its password', async () => {
    const url = `redis://:hush@127.0.0.1:${await freePort()}`;
    const fleet = start(['fleet', file, '--engine', 'bullmq', '--redis', url]);
    const worker = start(['worker', '--redis', url]);
    for (const one of [fleet, worker]) {
      expect(await one.ended).toBe(1);
      expect(one.err).toContain(`the queue at ${url.replace(':hush@', '')} cannot be reached (ECONNREFUSED)`);
      expect(one.err).not.toContain('hush');
    }
  });

  it('is a queue without the password that it asks for; one that drops keys is told of', async () => {
    const packages = await loadPackages();
    const said: string[] = [];
    const open = () => connect(packages, server.url, (line) => said.push(line));
    const place = server.url.replace('redis://', '');
    await server.redis.config('SET', 'requirepass', 'hush');
    await expect(open()).rejects.toThrow(`the queue at ${server.url} asks for a password: redis://:PASSWORD@${place}`);
    await server.redis.config('SET', 'requirepass', '');
    await server.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    (await open()).disconnect();
    await server.redis.config('SET', 'maxmemory-policy', 'noeviction');
    (await open()).disconnect();
    expect(said).toEqual([
      expect.stringContaining('(maxmemory-policy allkeys-lru): chunks that it drops are done again'),
    ]);
  });

  it('is a command without the packages, which are named', async () => {
    mkdirSync(at('bare'));
    cpSync(fileURLToPath(new URL('../../dist', import.meta.url)), at('bare', 'dist'), { recursive: true });
    const worker = start(['worker', '--redis', server.url], { program: at('bare', 'dist', 'cli.js') });
    expect(await worker.ended).toBe(1);
    expect(worker.err).toContain('npm install bullmq ioredis');
  });

  it('are options that do not fit', async () => {
    const refused = async (...more: string[]): Promise<string> => {
      const fleet = start(['fleet', file, ...more]);
      expect(await fleet.ended).toBe(2);
      return fleet.err;
    };
    expect(await refused('--engine', 'bullmq')).toContain('--redis: not given');
    expect(await refused('--engine', 'bullmq', '--redis', 'http://x')).toContain(
      '--redis: given no redis:// or rediss:// URL, expected a URL',
    );
    expect(await refused('--redis', server.url)).toContain('--redis: given without --engine bullmq');
    expect(await refused('--engine', 'other')).toContain('expected local or bullmq');
  });
});

describe('a chunk', () => {
  let context: ChunkContext;
  let chunks: Chunk[];
  let expected: (readonly HostRow[])[];
  const engines: ChunkEngine[] = [];

  const open = async (): Promise<ChunkEngine> => {
    const engine = await queueEngine(server.url, folder, context, () => undefined);
    engines.push(engine);
    return engine;
  };

  /** The first chunks as the local engine is given them, and its rows. */
  beforeAll(async () => {
    const loaded = await loadFleet(file, ['simulate.length=10ms']);
    const prepared = await prepareFleet(loaded, await vmsOf(loaded.fleet, nodeHost(folder, {})));
    context = prepared.context!;
    const here = engineHere(context, (scenario) => createOn({}, scenario, folder));
    chunks = [];
    expected = [];
    const watched: ChunkEngine = {
      ...here,
      async run(chunk) {
        const rows = await here.run(chunk);
        chunks.push(chunk);
        expected.push(rows);
        return rows;
      },
    };
    for await (const _ of rowsOf(watched, jobsOf(prepared, prepared.plan.order), prepared.vms))
      if (chunks.length > 1) break;
  });

  afterEach(async () => void (await Promise.all(engines.splice(0).map((engine) => engine.close()))));

  it('that is asked for again, and by another coordinator, is simulated once', async () => {
    const [one, other] = [await open(), await open()];
    const asked = [one.run(chunks[0]!), one.run(chunks[0]!), other.run(chunks[0]!)];
    await until('the job', async () => (await server.redis.keys('bull:*:wait')).length === 1);
    await startWorker();
    for (const rows of await Promise.all(asked)) expect(rows).toEqual(expected[0]);
    const [stream] = await server.redis.keys('bull:*:events');
    const events = await server.redis.xrange(stream!, '-', '+');
    expect(events.filter(([, fields]) => fields[1] === 'active')).toHaveLength(1);
  });

  it('leaves nothing in the queue, whenever whoever asked for it ends', async () => {
    for (let turns = 0; turns < 8; turns++) {
      const engine = await open();
      const asked = engine.run(chunks[0]!).catch((error: unknown) => error);
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      await engine.close();
      expect(await asked).toBeInstanceOf(Error);
      expect([turns, await server.jobs()]).toEqual([turns, []]);
    }
  });

  it('that fails wherever it is done is told with its host, and the others have their rows', async () => {
    const [good] = expected;
    const last = chunks[0]!.jobs.at(-1)!;
    // arrives as null, at which the worker's thread fails
    const epochs = Object.assign([...last.epochs], { toJSON: () => null });
    const poisoned: Chunk = { ...chunks[0]!, jobs: [...chunks[0]!.jobs.slice(0, -1), { ...last, epochs }] };
    await startWorker();
    const engine = await open();
    const rows = await engine.run(poisoned);
    expect(rows.slice(0, -1)).toEqual(good!.slice(0, -1));
    expect(rows).toHaveLength(good!.length);
    expect(rows.at(-1)).toMatchObject({ host: last.host, events: 0, classes: {} });
    expect(rows.at(-1)!.error).toMatch(/^its chunk failed 3 times: ./);
    expect(await engine.run(chunks[1]!)).toEqual(expected[1]); // the worker goes on
  });

  it('with a host that never comes back is told with it, and the others have their rows', async () => {
    const last = chunks[0]!.jobs.at(-1)!;
    await startWorker(hangs({ HANG_SEED: String(seedOf(context.seed, last.host, last.epochs[0]!.fromNs)) }));
    const rows = await (await open()).run(chunks[0]!);
    expect(rows.slice(0, -1)).toEqual(expected[0]!.slice(0, -1));
    expect(rows.at(-1)).toMatchObject({ host: last.host, events: 0, error: 'a simulation did not come back (twice)' });
  });
});
