// Builds the programs that the simulator is measured against: mmk.c, faults*.c and hyperflux.c by the system's C compiler, kernel.ts by asc.
// Both go into a folder of their own below build/ and are built anew each time: two seconds, and never stale.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inlined } from '../scripts/inline.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'build', 'bench');

/** M/M/k as both programs take it; the entity is the VM's name as the core hashes it, so that the draws are the same. */
export function entityOf(name) {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}

/** A function that builds bench/native/`name`.c and answers one that runs it once, or null where there is no C compiler. */
function buildC(name) {
  mkdirSync(folder, { recursive: true });
  const program = join(folder, name);
  const source = join(root, 'bench', 'native', `${name}.c`);
  // Contracted multiply-adds would round once where Wasm rounds twice, and the totals would part.
  const flags = ['-O3', '-march=native', '-ffp-contract=off', '-o', program, source, '-lm'];
  if (spawnSync('cc', ['--version']).error !== undefined) return null;
  execFileSync('cc', flags, { stdio: ['ignore', 'inherit', 'inherit'] });
  return (args) => JSON.parse(execFileSync(program, args.map(String), { encoding: 'utf8' }));
}

/** The C anchor of events: M/M/k. */
export function buildAnchor() {
  const run = buildC('mmk');
  if (run === null) return null;
  return ({ servers, rate, meanNs, untilNs, seed, entity }) => run([servers, rate, meanNs, untilNs, seed, entity]);
}

/** The C anchors of page faults, M/M/4 whose tasks touch pages: `faults` under the ideal mechanism, `faults-static` under static. */
export function buildFaults(name) {
  const run = buildC(name);
  if (run === null) return null;
  return ({ rate, meanNs, untilNs, seed, entity, pages, capacity }) => {
    const marks = [0.03, 0.02, 0.01].map((share) => Math.ceil(share * capacity));
    return run([rate, meanNs, untilNs, seed, entity, pages, capacity, ...marks]);
  };
}

/** The C anchor of moved cores: the scenario of case "hyperflux", its host and VMs written into the program. */
export function buildHyperflux() {
  const run = buildC('hyperflux');
  if (run === null) return null;
  return ({ untilNs, seed }) => run([untilNs, seed]);
}

/** A function that lays out the kernel's M/M/k in a fresh instance and answers its exports; `fast`: as fast as it can be. */
export async function buildKernel(fast) {
  mkdirSync(folder, { recursive: true });
  const wasm = join(folder, 'kernel.wasm');
  const asc = join(root, 'node_modules', 'assemblyscript', 'bin', 'asc.js');
  const how = ['--config', 'bench/native/asconfig.json', '--target', fast ? 'fast' : 'plain'];
  const args = [asc, 'bench/native/kernel.ts', ...how, '--baseDir', '.', '-o', wasm];
  execFileSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 'ignore'] });
  const bytes = readFileSync(wasm);
  const module = new WebAssembly.Module(fast ? await inlined(bytes) : bytes);
  const abort = () => {
    throw new Error('bench/native/kernel.ts aborted');
  };
  return ({ servers, rate, meanNs, seed, entity }) => {
    const { exports } = new WebAssembly.Instance(module, { env: { abort } });
    const laidOut = exports.configure(
      ...[servers, rate, meanNs, seed, Number(entity >> 32n), Number(entity & 0xffffffffn), 65_536],
    );
    if (!laidOut) throw new Error('bench/native/kernel.ts: memory cannot grow that far');
    return exports;
  };
}

/** What a finished kernel counted, as the anchor prints it. */
export function kernelTotals(exports) {
  const histogram = (which) => {
    const header = new BigUint64Array(exports.memory.buffer, exports.histogram(which), 8);
    const half = (high) => (exports.histogramHash(which, high) >>> 0).toString(16).padStart(8, '0');
    return { sum: String(header[0]), squaresLow: String(header[1]), max: Number(header[4]), hash: half(1) + half(0) };
  };
  return {
    events: exports.events(),
    arrived: exports.arrived(),
    latencyNs: histogram(0),
    queueDelayNs: histogram(1),
    slowdown: histogram(2),
  };
}

/** A file of this folder with all that it imports from the program's source, as a module. */
export async function bundled(name) {
  const { build } = await import('esbuild');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, name.replace(/\.ts$/, '.mjs'));
  const entryPoints = [join(root, 'bench', name)];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
  return import(pathToFileURL(outfile).href);
}

/**
 * An expression for a program that is run: bytes that it has held at most. The kernel's own mark where there is one, since what
 * getrusage tells a child begins with what its parent held when it was started.
 */
export const PEAK_BYTES =
  `await import('node:fs').then(({ existsSync, readFileSync }) => existsSync('/proc/self/status') ` +
  `? 1024 * Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) : 1024 * process.resourceUsage().maxRSS)`;
