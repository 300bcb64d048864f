// Case "pages": how fast are the replacement policies? 10 M requests, Zipf(1.0) over 1 M pages, 10,000 resident: the release core in turns
// with the same structures in C (bench/native/pages.c), with the LRU caches people use from npm, and beside what libCacheSim says of
// itself on a machine of this class. Misses must be equal.
// The C program waits beside this one and replays when it is asked, so that a turn of both is a tenth of a second each. Time is
// processor time of the process in both; in this one it has the compiler's threads, which are done after the turns that are left out.
// Leaves out reading files: requests are in memory, the copy into the window is not timed.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Child } from '../children.mjs';
import { figure, interleave, spread } from '../measure.mjs';
import { root } from '../programs.mjs';

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
/** The faster of the two counts: with the processor's vector registers gcc 12 makes most of these loops slower. */
const C_FLAGS = { 'C -O3': ['-O3'], 'C -O3 -march=native': ['-O3', '-march=native'] };
const IN_C = ['lru', 'fifo', 'clock', 'sieve', 'lfu', 's3fifo', 'arc', 'opt'];

/** Zipf(1.0) by inversion of the cumulative sums; 53 random bits a request from a 64-bit counter's hash. */
function zipfRequests(count, pages) {
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
  const module = await WebAssembly.compile(readFileSync(join(root, 'dist', 'fluxhost-memory.wasm')));
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

/** Processor time of this process. */
function processorSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
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
  let seconds = 0;
  const timed = (work) => {
    const before = processorSeconds();
    work();
    seconds += processorSeconds() - before;
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
  const misses = requests.length - exports.pagesHits(cache);
  return { misses, seconds, bytes: exports.pagesBytes(cache) };
}

/** The C programs by their flags: each answers a policy's name with its misses and seconds. Empty where there is no compiler. */
function programsInC(requests) {
  if (spawnSync('cc', ['--version']).error !== undefined) return { ask: {}, stop: () => undefined };
  const folder = join(root, 'build', 'bench');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'pages.requests');
  writeFileSync(file, new Uint8Array(requests.buffer));
  const programs = Object.entries(C_FLAGS).map(([name, flags], i) => {
    const path = join(folder, `pages-${i}`);
    execFileSync('cc', [...flags, '-o', path, join(root, 'bench', 'native', 'pages.c')]);
    const program = new Child('bench/native/pages.c', path, [file, String(RESIDENT)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const lines = createInterface({ input: program.process.stdout })[Symbol.asyncIterator]();
    const ask = async (policy) => {
      program.process.stdin.write(`${policy}\n`);
      const line = lines.next().then(({ value, done }) => (done ? program.ended : value)); // which is told
      return JSON.parse(await program.during(`its misses under ${policy}`, line));
    };
    return { name, ask, stop: () => program.process.stdin.end() };
  });
  const ask = Object.fromEntries(programs.map((program) => [program.name, program.ask]));
  return { ask, stop: () => programs.forEach((program) => program.stop()) };
}

/** The loop a user of a JavaScript LRU writes. */
function replayInJs(cache, requests) {
  const pages = new Uint32Array(requests.buffer);
  let misses = 0;
  const before = processorSeconds();
  for (let at = 0; at < pages.length; at += 2) {
    const page = pages[at];
    if (cache.get(page) === undefined) {
      misses++;
      cache.set(page, 1);
    }
  }
  return { misses, seconds: processorSeconds() - before };
}

async function npmCaches() {
  const { LRUCache } = await import('lru-cache');
  const { LRUMap } = await import('mnemonist');
  return {
    'lru-cache': () => new LRUCache({ max: RESIDENT }),
    'mnemonist LRUMap': () => new LRUMap(RESIDENT),
  };
}

const faster = (samples, names) =>
  names.reduce((best, name) => (spread(samples[name]).median > spread(samples[best]).median ? name : best));

/** The figures of one policy: its rate, of C's, of the npm caches', and its bytes. */
function figuresOf([name, , , , libCacheSim, known], samples, { misses, bytes, requests, inC, npm }) {
  const own = samples.core;
  const times = libCacheSim === null ? '' : `, ${(spread(own).median / libCacheSim).toFixed(1)} × libCacheSim's`;
  const note = `miss ratio ${(misses / requests).toFixed(4)}${times}`;
  const figures = [figure(`replay of pages, ${name}`, 'M requests/s', own, { least: libCacheSim ?? undefined, note })];
  const against = (names, label, least) => {
    if (names.length === 0) return;
    const other = faster(samples, names);
    const ratios = own.map((rate, turn) => rate / samples[other][turn]);
    const best = (spread(own).max / spread(samples[other]).max).toFixed(3);
    figures.push(figure(`  / ${label}`, '×', ratios, { least, note: `${other}; best of each ${best}` }));
  };
  against(inC, 'the same in C', 0.95);
  against(npm, 'the faster LRU of npm', 5);
  // what opt takes goes with the requests, not with the pages
  const most = name === 'opt' ? undefined : 32;
  const resident = `${(bytes / RESIDENT).toFixed(1)} a resident page`;
  const each = Math.round((10 * bytes) / RESIDENT / known) / 10; // a hundred bytes are the cache's own
  figures.push(figure('  bytes a known page', 'B', [each], { most, note: resident }));
  return figures;
}

export async function pages(_library, { smoke }) {
  const count = smoke ? 300_000 : 10_000_000;
  const requests = zipfRequests(count, PAGES);
  const instance = await core();
  const caches = await npmCaches();
  const inC = programsInC(requests);
  const figures = [];
  const counts = { requests: count, inC: Object.keys(inC.ask).length };
  if (counts.inC === 0) counts.skipped = 'no C compiler (cc) here: policies are compared with nothing';
  try {
    for (const policy of POLICIES) {
      const [name] = policy;
      let [misses, bytes] = [undefined, 0];
      const rate = (who, run) => {
        misses ??= run.misses;
        if (run.misses !== misses) throw new Error(`${name}: ${misses} misses, by ${who} ${run.misses}`);
        return count / run.seconds / 1e6;
      };
      const contestants = {};
      const others = IN_C.includes(name) ? Object.keys(inC.ask) : [];
      for (const who of others) contestants[who] = async () => rate(who, await inC.ask[who](name));
      contestants.core = () => {
        const run = replayInCore(instance(), policy, requests);
        bytes = run.bytes;
        return rate('core', run);
      };
      const npm = name === 'lru' ? Object.keys(caches) : [];
      for (const who of npm) contestants[who] = () => rate(who, replayInJs(caches[who](), requests));
      const samples = await interleave(contestants, smoke ? 1 : 9);
      figures.push(...figuresOf(policy, samples, { misses, bytes, requests: count, inC: others, npm }));
      counts[name] = misses;
    }
  } finally {
    inC.stop();
  }
  return { figures, counts };
}
