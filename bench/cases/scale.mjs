// Case "scale": what docs/scale.md reckons with. Processor time of whoever is involved, wherever the machine may be shared; the fleet is of hosts
// of 64 cores that are mostly idle (1 % of their core time is work), one simulated second each.
// SCALE_HOSTS=30000 takes as many for the last of the three sizes (3,000 otherwise).
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Child, ChildError, discard, ranThreads, temporary } from '../children.mjs';
import { figure } from '../measure.mjs';
import { bundled, root } from '../programs.mjs';

const CLI = join(root, 'dist', 'cli.js');
const VMS_PER_HOST = 16;
const FLEET = `
version: 1
duration: 1h
hosts: [{ type: std, count: 300, cores: 64, memory: 512GiB }]
placement: worst-fit
fidelity: full
simulate: { length: 1s, warmup: 5ms }
vms:
  trace: { file: vms.csv }
  behaviour:
    slo: { quantile: 0.99, latency: 2ms }
    workload:
      arrivals: { process: poisson, rate: 400 }
      request: { stages: [{ tasks: 1, service: { dist: exponential, mean: 100us } }] }
`;

/** A fleet's file beside its VMs: those of `hosts` hosts, all there from the begin. */
function fleetOf(folder, hosts) {
  const file = join(folder, `fleet-${hosts}.yaml`);
  writeFileSync(file, FLEET.replace('vms.csv', `vms-${hosts}.csv`).replace('count: 300', `count: ${hosts}`));
  writeFileSync(
    join(folder, `vms-${hosts}.csv`),
    `arrivalS,lifetimeS,cores,memoryGiB\n${'0,,4,32\n'.repeat(hosts * VMS_PER_HOST)}`,
  );
  return file;
}

/** Processor seconds of the command's main thread and of all its workers, what it printed, and its resident memory on its way. */
async function threads(args) {
  const { said, ...took } = await ranThreads('fluxhost fleet', args);
  return { ...took, result: JSON.parse(said) };
}

const simulate = (file, workers, ...more) => threads(['fleet', file, '--workers', String(workers), '--json', ...more]);

/** Of the program and all of its threads, in s. */
const spent = () => Object.values(process.cpuUsage()).reduce((sum, us) => sum + us / 1e6, 0);

/** Of another process, by its id: the system books it at its ticks, so only of much work. */
function spentBy(pid) {
  const words = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(words[11]) + Number(words[12])) / 100;
}

async function prepared(parts, folder, hosts) {
  const loaded = await parts.loadFleet(fleetOf(folder, hosts), []);
  const vms = await parts.vmsOf(loaded.fleet, parts.nodeHost(folder, {}));
  return parts.prepareFleet(loaded, vms);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A chunk without hosts costs what every chunk costs beside its hosts. Each is another, or the queue would take it for the same. */
const empty = (i) => ({ jobs: [], vms: {}, number: i });

/** One after the other: the least that a chunk waits. All together: what it takes of processors. */
async function overheads(engine, chunks, others) {
  for (let i = 0; i < 20; i++) await engine.run(empty(-i));
  const waits = [];
  for (let i = 0; i < chunks / 4; i++) {
    const begun = performance.now();
    await engine.run(empty(i));
    waits.push(performance.now() - begun);
  }
  const before = [spent(), ...others.map(spentBy)];
  for (let i = 0; i < chunks; i += 16)
    await Promise.all(Array.from({ length: 16 }, (_, j) => engine.run(empty(chunks + i + j))));
  const after = [spent(), ...others.map(spentBy)];
  return { waits, each: after.map((now, i) => (1000 * (now - before[i])) / chunks) };
}

async function local(parts, { context }, folder, chunks) {
  const where = { directory: folder, setup: parts.STEADY };
  const engine = await parts.threadEngine(pathToFileURL(CLI), 1, where, context, { silenceMs: 60_000 });
  try {
    return await overheads(engine, chunks, []);
  } finally {
    await engine.close();
  }
}

/** Bytes of the server, by what INFO tells. */
async function usedBytes(redis) {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))[1]);
}

/** Milliseconds of the server for each lock that a worker renews, where it holds so many; in one call, as its lock manager has it. */
export async function renewals(url, pid, locks, turns) {
  const { Queue, Worker } = await import('bullmq');
  const connection = { url, maxRetriesPerRequest: null };
  const queue = new Queue('locks', { connection });
  const worker = new Worker('locks', null, { connection, autorun: false });
  try {
    await queue.addBulk(Array.from({ length: locks }, () => ({ name: 'chunk', data: {} })));
    const ids = [];
    while (ids.length < locks) ids.push((await worker.getNextJob('token')).id);
    const tokens = ids.map(() => 'token');
    const before = spentBy(pid);
    for (let i = 0; i < turns; i++) {
      const lost = await worker.extendJobLocks(ids, tokens, 60_000);
      if (lost.length > 0) throw new Error(`locks were lost: ${lost.join(', ')}`);
    }
    return (1000 * (spentBy(pid) - before)) / (turns * locks);
  } finally {
    await worker.close();
    await queue.close();
  }
}

/** Redis on a port of its own: the program, a connection that waits for it, and where it is. */
async function startServer(folder) {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes'];
  const server = new Child('redis-server', 'redis-server', [...args, '--maxmemory-policy', 'noeviction']);
  const { Redis } = await import('ioredis');
  const url = `redis://127.0.0.1:${port}`;
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on('error', () => undefined); // until it has started
  return { server, redis, url };
}

/** A worker on one thread, there to take work. @throws ChildError where it would take none of the sources' */
export async function startWorker(parts, url, program = CLI) {
  const worker = new Child('fluxhost worker', process.execPath, [program, 'worker', '--redis', url, '--workers', '1']);
  try {
    const [, of] = await worker.hears(/worker of (.*?), 1 thread/);
    const own = parts.shownName(await parts.queueName());
    if (of === own) return worker;
    const mend = 'dist/ is of another build than src/, `npm run build` makes it anew';
    throw new ChildError(`its worker is of ${of}, the sources give ${own}: ${mend}`);
  } catch (error) {
    await worker.stop();
    throw error;
  }
}

/** Once as many chunks lie in the queue. */
async function queued(redis, count) {
  for (;;) {
    const [list] = await redis.keys('bull:*:wait');
    if (list !== undefined && (await redis.llen(list)) >= count) return;
    await sleep(1);
  }
}

async function overQueue(parts, prepared, folder, chunks) {
  const { server, redis, url } = await startServer(folder);
  let [engine, worker] = [];
  try {
    await server.during('an answer to PING', redis.ping());
    const said = [];
    engine = await server.during(
      'an engine',
      parts.queueEngine(url, folder, prepared.context, (line) => said.push(line)),
    );
    const before = await usedBytes(redis);
    const jobs = [...parts.jobsOf(prepared, prepared.plan.order)];
    const waiting = [];
    const gather = { width: 1, run: async (chunk) => (waiting.push(chunk), []) };
    for await (const rows of parts.rowsOf(gather, jobs, prepared.vms)) void rows;
    const rows = Promise.all(waiting.map((chunk) => engine.run(chunk)));
    rows.catch(() => undefined); // told below, if that is reached
    await server.during('every chunk in the queue', queued(redis, waiting.length));
    const bytes = (await usedBytes(redis)) - before;
    worker = await server.during('a worker', startWorker(parts, url));
    const both = (what, work) => server.during(what, worker.during(what, work));
    await both('rows of what waited', rows);
    const { waits, each } = await both('rows of empty chunks', overheads(engine, chunks, [server.pid, worker.pid]));
    const locks = [];
    for (const held of [2, 16])
      locks.push(await both('locks renewed', renewals(url, server.pid, held, (chunks * 32) / held)));
    return { locks, waits, each, bytesPerHost: bytes / jobs.length, hostsPerJob: jobs.length / waiting.length };
  } finally {
    await engine?.close();
    await worker?.stop(); // while the server is there to hear of it
    redis.disconnect();
    await server.stop('SIGKILL');
  }
}

/** Milliseconds of processor a row: read, added, written to the table; bytes of it. */
async function merging(parts, prepared, folder, turns) {
  const here = parts.engineHere(prepared.context, (scenario) => parts.createOn(parts.STEADY, scenario, folder));
  const lines = [];
  for await (const rows of parts.rowsOf(here, parts.jobsOf(prepared, prepared.plan.order), prepared.vms))
    lines.push(...rows.map((row) => JSON.stringify(row)));
  const samples = [];
  for (let turn = 0; turn <= turns; turn++) {
    const begun = spent();
    const sum = new parts.FleetSum(prepared);
    const table = parts.hostTable(() => undefined);
    for (const line of lines) {
      const row = JSON.parse(line);
      sum.add(row);
      table.add(parts.valuesOf(row));
    }
    table.end();
    if (turn > 0) samples.push((1000 * (spent() - begun)) / lines.length);
  }
  return { samples, bytes: lines.reduce((sum, line) => sum + line.length + 1, 0) / lines.length };
}

const mean = (rss) => rss.reduce((sum, one) => sum + one, 0) / rss.length;

export async function scale(_, { smoke }) {
  const folder = temporary('scale');
  const sizes = smoke ? [1, 3, 6] : [3, 300, Number(process.env['SCALE_HOSTS'] ?? 3000)];
  const figures = [];
  const counts = { sizes };
  try {
    const runs = [];
    for (const hosts of sizes) runs.push(await simulate(fleetOf(folder, hosts), 1));
    const [start, some, many] = runs.map(({ main, workers }) => main + workers);
    const each = (1000 * (many - start)) / (sizes[2] - sizes[0]);
    counts.events = runs.map(({ result }) => result.manifest.events);
    const of = `64 cores, ${VMS_PER_HOST} VMs, 1 % work; the start of the program left out`;
    figures.push(figure('a host for a simulated second', 'ms', [each], { most: 12, note: of }));
    const linear = each / ((1000 * (some - start)) / (sizes[1] - sizes[0]));
    figures.push(figure(`  of ${sizes[2]} hosts over of ${sizes[1]}`, '×', [linear], { most: 1.15 }));
    const two = await simulate(fleetOf(folder, sizes[2]), 2);
    counts.same = two.result.manifest.fingerprint === runs[2].result.manifest.fingerprint;
    const startTwo = await simulate(fleetOf(folder, sizes[0]), 2);
    // the main thread takes rows in while threads simulate: all of them share two processors
    const shared = (two.main - startTwo.main + two.workers - startTwo.workers) / 2;
    figures.push(figure('a fleet on two processors, over one', '×', [(many - start) / shared], { least: 1.8 }));
    const crowd = smoke ? 20 : 10_000;
    const { rss } = await simulate(fleetOf(folder, crowd), 1, '--set', 'simulate.length=5ms');
    const late = rss.slice(rss.length >> 1);
    const flat = mean(late.slice(late.length >> 1)) / mean(late.slice(0, Math.max(1, late.length >> 1)));
    const note = `peak ${Math.round(Math.max(...rss) / 2 ** 20)} MiB`;
    figures.push(figure(`resident memory at ${crowd} hosts, over at ¾ of them`, '×', [flat], { most: 1.05, note }));

    const parts = await bundled('engines.ts');
    const fleet = await prepared(parts, folder, smoke ? 4 : 200);
    const chunks = smoke ? 32 : 800;
    const here = await local(parts, fleet, folder, chunks);
    figures.push(figure('a chunk on a thread, beside its hosts', 'ms', [here.each[0]], { most: 2 }));
    figures.push(figure('  waits, one after the other', 'ms', here.waits, { note: 'wall time' }));
    const merge = await merging(parts, fleet, folder, smoke ? 1 : 5);
    figures.push(figure('a row, merged', 'ms', merge.samples, { note: `${Math.round(merge.bytes)} bytes` }));
    const hasServer = (process.env['PATH'] ?? '').split(':').some((path) => existsSync(join(path, 'redis-server')));
    if (!hasServer) counts.skipped = 'no redis-server is installed';
    else {
      const queue = await overQueue(parts, fleet, folder, chunks);
      const [coordinator, server, worker] = queue.each;
      figures.push(
        figure('a chunk over the queue, beside its hosts', 'ms', [coordinator + server + worker], { most: 10 }),
      );
      for (const [name, ms] of Object.entries({ coordinator, server, worker }))
        figures.push(figure(`  of the ${name}`, 'ms', [ms]));
      figures.push(figure('  waits, one after the other', 'ms', queue.waits, { note: 'wall time' }));
      [2, 16].forEach((held, i) =>
        figures.push(figure(`a lock renewed, of ${held} of a worker: the server`, 'ms', [queue.locks[i]])),
      );
      const kib = queue.bytesPerHost / 1024;
      figures.push(
        figure('a waiting host in the queue', 'KiB', [kib], { note: `${Math.round(queue.hostsPerJob)} a job` }),
      );
    }
  } finally {
    discard(folder);
  }
  return { figures, counts };
}
