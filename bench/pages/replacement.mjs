// How fast are the replacement policies? 10 M requests, Zipf(1.0) over 1 M pages, 10,000 resident, one thread: the release core
// against the same structures in C (bench/native/pages.c), against the LRU caches people use from npm, and beside what
// libCacheSim did on a machine of this class. All of it in one run, in rounds, processor time, best of each: a busy machine hits all alike.
//   node bench/pages/replacement.mjs [--requests N] [--rounds N] [--json]
// Leaves out reading files: requests are in memory, the copy into the window is not timed.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = 1_000_000;
const RESIDENT = 10_000;
const WINDOW = 32_768;

/**
 * Name, number in assembly/memory/replacement/ids.ts, its two parameters; libCacheSim's M requests/s (README's machine class);
 * pages known, resident or remembered, for each that may be resident.
 */
const POLICIES = [
  ['lru', 0, 0, 0, 13.7, 1],
  ['fifo', 1, 0, 0, 16.8, 1],
  ['clock', 2, 1, 0, 16.3, 1],
  ['random', 3, 1, 0, null, 1],
  ['lfu', 4, 0, 0, 5.3, 1],
  ['2q', 5, RESIDENT / 4, RESIDENT / 2, null, 1.5],
  ['arc', 6, 0, 0, 10.5, 2],
  ['sieve', 7, 0, 0, 18.2, 1],
  ['s3fifo', 8, RESIDENT * 0.1, RESIDENT * 0.9, 6.9, 1.9],
  ['taiji', 9, 4, RESIDENT, null, 1],
  ['opt', 10, 0, 0, 7.5, 1],
];
/** The better of the two counts: with the processor's vector registers gcc 12 makes most of these loops slower. */
const C_FLAGS = [['-O3'], ['-O3', '-march=native']];
const IN_C = ['lru', 'fifo', 'clock', 'sieve', 'lfu', 's3fifo', 'arc', 'opt'];

/** Zipf(1.0) by inversion of the cumulative sums; 53 random bits a request from a 64-bit counter's hash. */
export function zipfRequests(count, pages) {
  const sums = new Float64Array(pages);
  let total = 0;
  for (let i = 0; i < pages; i++) sums[i] = total += 1 / (i + 1);
  const requests = new BigUint64Array(count);
  const words = new Uint32Array(requests.buffer);
  let state = 20_260_101;
  const bits = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  for (let i = 0; i < count; i++) {
    const at = ((bits() * 2 ** 21 + (bits() >>> 11)) / 2 ** 53) * total;
    let low = 0;
    let high = pages - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] > at) high = middle;
      else low = middle + 1;
    }
    words[2 * i] = low;
  }
  return requests;
}

async function core() {
  const bytes = readFileSync(join(root, 'build/fluxhost-memory.release.wasm'));
  const module = await WebAssembly.compile(bytes);
  // The pages part calls nothing outside; other parts of the core may.
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    imports[from][name] = () => {
      throw new Error(`the core called ${from}.${name}`);
    };
  }
  return () => new WebAssembly.Instance(module, imports).exports;
}

/** Processor time of this process: on a machine that others use wall time measures them. */
function processorMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

/** One replay in a fresh instance; only the replay itself is timed. */
function replayInCore(exports, [name, id, first, second], requests) {
  const bytes = new Uint8Array(requests.buffer);
  const windowAt = exports.pagesWindow() >>> 0;
  const fill = (from, count) => {
    new Uint8Array(exports.memory.buffer, windowAt, 8 * WINDOW).set(bytes.subarray(8 * from, 8 * (from + count)));
  };
  const windows = function* () {
    for (let from = 0; from < requests.length; from += WINDOW) yield [from, Math.min(WINDOW, requests.length - from)];
  };
  let cache = 0;
  let spent = 0;
  const timed = (work) => {
    const before = processorMs();
    work();
    spent += processorMs() - before;
  };
  if (name === 'opt') {
    const history = exports.pagesHistory(true);
    for (const [from, count] of windows()) {
      fill(from, count);
      if (exports.pagesRecord(history, count) === 0) throw new Error('opt: out of memory');
    }
    cache = exports.pagesOptimal(history, RESIDENT);
    for (const [, count] of windows()) timed(() => exports.pagesReplayOptimal(cache, count));
  } else {
    cache = exports.pagesCreate(id, RESIDENT, first, second);
    for (const [from, count] of windows()) {
      fill(from, count);
      timed(() => exports.pagesReplay(cache, count));
    }
  }
  return {
    misses: requests.length - exports.pagesHits(cache),
    perSecond: (requests.length / spent) * 1000,
    cacheBytes: exports.pagesBytes(cache),
    memoryBytes: exports.memory.buffer.byteLength,
  };
}

function replayInC(program, file, name) {
  const line = execFileSync(program, [file, String(RESIDENT), '1', name], { encoding: 'utf8' });
  const { misses, requestsPerSecond } = JSON.parse(line);
  return { misses, perSecond: requestsPerSecond };
}

/** The loop a user of a JavaScript LRU writes. */
function replayInJs(make, requests) {
  const pages = new Uint32Array(requests.buffer);
  const cache = make();
  let misses = 0;
  const before = processorMs();
  for (let at = 0; at < pages.length; at += 2) {
    const page = pages[at];
    if (cache.get(page) === undefined) {
      misses++;
      cache.set(page, 1);
    }
  }
  return { misses, perSecond: (requests.length / (processorMs() - before)) * 1000 };
}

async function npmCaches() {
  const caches = [];
  for (const [name, make] of [
    ['lru-cache', async () => (await import('lru-cache')).LRUCache],
    ['mnemonist LRUMap', async () => (await import('mnemonist')).LRUMap],
  ]) {
    const Cache = await make();
    caches.push([name, () => (name === 'lru-cache' ? new Cache({ max: RESIDENT }) : new Cache(RESIDENT))]);
  }
  return caches;
}

function keepBest(best, name, run) {
  const before = best.get(name);
  if (before !== undefined && before.misses !== run.misses)
    throw new Error(`${name}: ${before.misses} misses, then ${run.misses}`);
  if (before === undefined || run.perSecond > before.perSecond) best.set(name, run);
}

export async function measure({ requests: count = 10_000_000, rounds = 3 } = {}) {
  const requests = zipfRequests(count, PAGES);
  const instance = await core();
  const caches = await npmCaches();
  const folder = mkdtempSync(join(tmpdir(), 'fluxhost-pages-'));
  const best = { core: new Map(), c: new Map(), npm: new Map() };
  try {
    const file = join(folder, 'requests.u64');
    writeFileSync(file, new Uint8Array(requests.buffer));
    const programs = C_FLAGS.map((flags, i) => {
      const program = join(folder, `pages-${i}`);
      execFileSync('cc', [...flags, '-o', program, join(root, 'bench/native/pages.c')]);
      return program;
    });
    for (let round = 0; round < rounds; round++) {
      for (const policy of POLICIES) {
        const [name] = policy;
        keepBest(best.core, name, replayInCore(instance(), policy, requests));
        if (!IN_C.includes(name)) continue;
        for (const program of programs) keepBest(best.c, name, replayInC(program, file, name));
      }
      for (const [name, make] of caches) keepBest(best.npm, name, replayInJs(make, requests));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const [name, run] of best.c) {
    if (run.misses !== best.core.get(name).misses) throw new Error(`${name}: the core and C disagree on the misses`);
  }
  for (const [name, run] of best.npm) {
    if (run.misses !== best.core.get('lru').misses) throw new Error(`${name}: not the misses of LRU`);
  }
  const fastestNpm = Math.max(...[...best.npm.values()].map((run) => run.perSecond));
  const millions = (perSecond) => Number((perSecond / 1e6).toFixed(1));
  const policies = POLICIES.map(([name, , , , libCacheSim, known]) => {
    const run = best.core.get(name);
    const c = best.c.get(name);
    return {
      policy: name,
      missRatio: run.misses / count,
      millionPerSecond: millions(run.perSecond),
      ofC: c === undefined ? null : Number((run.perSecond / c.perSecond).toFixed(2)),
      libCacheSim,
      timesNpmLru: Number((run.perSecond / fastestNpm).toFixed(1)),
      bytesAPage: Number((run.cacheBytes / RESIDENT).toFixed(1)),
      bytesAKnownPage: Number((run.cacheBytes / RESIDENT / known).toFixed(1)),
      memoryMiB: Number((run.memoryBytes / 2 ** 20).toFixed(1)),
    };
  });
  const npm = [...best.npm].map(([name, run]) => ({ name, millionPerSecond: millions(run.perSecond) }));
  return { requests: count, pages: PAGES, resident: RESIDENT, rounds, policies, npm };
}

function render({ requests, pages, resident, rounds, policies, npm }) {
  const rows = [
    ['policy', 'miss ratio', 'M req/s', 'of C', 'libCacheSim', 'x npm LRU', 'B/page', 'B/known', 'memory MiB'],
  ];
  for (const p of policies) {
    const cells = [
      p.policy,
      p.missRatio.toFixed(4),
      p.millionPerSecond,
      p.ofC,
      p.libCacheSim,
      p.timesNpmLru,
      p.bytesAPage,
      p.bytesAKnownPage,
      p.memoryMiB,
    ];
    rows.push(cells.map((cell) => String(cell ?? '-')));
  }
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
  );
  return (
    `${requests} requests, Zipf(1.0) over ${pages} pages, ${resident} resident, best of ${rounds}\n${lines.join('\n')}\n` +
    `npm: ${npm.map(({ name, millionPerSecond }) => `${name} ${millionPerSecond} M req/s`).join(', ')}\n` +
    'goals: at least 0.85 of C, above libCacheSim, 5 x npm LRU, 32 B/page (what opt takes goes with the requests)\n'
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: { requests: { type: 'string' }, rounds: { type: 'string' }, json: { type: 'boolean' } },
  });
  const result = await measure({
    requests: Number(values.requests ?? 10_000_000),
    rounds: Number(values.rounds ?? 3),
  });
  process.stdout.write(values.json === true ? `${JSON.stringify(result, null, 2)}\n` : render(result));
}
