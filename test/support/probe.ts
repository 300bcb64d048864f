// The kernel probe: test/kernel/probe.as compiled with the compiler's own interface, once per content of the core's
// sources, into build/. Assertions stay in. The probe is not named .ts, as TypeScript's checker would read it as its own.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from './compiler.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROBE = 'test/kernel/probe.as';

export interface Probe {
  readonly memory: WebAssembly.Memory;
  room(bytes: number): number;
  queueCreate(slots: number): number;
  queueSchedule(slot: number, time: number, rank: number): void;
  queueTakeSequence(): number;
  queueScheduleAt(slot: number, time: number, rank: number, sequence: number): void;
  queueCancel(slot: number): void;
  queueIsPending(slot: number): number;
  queuePeek(): number;
  queueTake(): number;
  sourcesCreate(count: number): number;
  sourcesPut(index: number, time: number, rank: number): void;
  sourcesDrop(index: number): void;
  sourcesFirst(): number;
  sourcesWho(): number;
  sourcesBeside(): number;
  runQueueCreate(): number;
  taskCreate(number: number, readyAt: number): number;
  runQueuePushHead(q: number, task: number): void;
  runQueuePushTail(q: number, task: number): void;
  runQueuePop(q: number): number;
  runQueueLength(q: number): number;
  runQueueMoveOldest(from: number, to: number, n: number): void;
  runQueueList(q: number, out: number): number;
  stealHalf(waiting: number, own: number): number;
  histogramCreate(bits: number): number;
  histogramSize(bits: number): number;
  histogramRecord(h: number, bits: number, value: number): void;
  histogramReset(h: number, bits: number): void;
  histogramCount(h: number, bits: number): number;
  histogramOctaves(): number;
  histogramBucket(h: number, bits: number, octave: number, rank: number): number;
  streamSeed(stream: number, seed: bigint, entity: bigint, purpose: bigint): void;
  drawBits(stream: number, out: number, n: number): void;
  drawBelow(stream: number, bound: number, out: number, n: number): void;
  drawExponential(stream: number, out: number, n: number): void;
  prepare(): void;
  lay(words: number, count: number, tables: number): number;
  draw(distributions: number, which: number, stream: number, out: number, n: number): void;
  drawNs(distributions: number, which: number, stream: number, out: number, n: number): void;
  drawCounts(distributions: number, which: number, stream: number, out: number, n: number): void;
}

/** Everything that the probe can import, so that a change of any of it compiles anew. */
function sourcesHash(): string {
  const hash = createHash('sha256').update(readFileSync(join(ROOT, PROBE)));
  const entries = readdirSync(join(ROOT, 'assembly'), { recursive: true, encoding: 'utf8' });
  for (const name of entries.filter((path) => path.endsWith('.ts')).sort()) {
    hash.update(name).update(readFileSync(join(ROOT, 'assembly', name)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function compile(): Promise<Uint8Array<ArrayBuffer>> {
  const target = join(ROOT, `build/probe-${sourcesHash()}.wasm`);
  if (!existsSync(target)) {
    const { error } = await main(
      ['test/kernel/probe.ts', '--runtime', 'stub', '--outFile', 'out.wasm', '--optimizeLevel', '1'],
      {
        readFile: (name: string, base: string) => {
          if (name.endsWith('asconfig.json')) return null; // that is the core's own: its bindings are not wanted here
          const path = join(base === '.' ? ROOT : base, name.endsWith('test/kernel/probe.ts') ? PROBE : name);
          return existsSync(path) ? readFileSync(path, 'utf8') : null;
        },
        writeFile: (_name: string, contents: Uint8Array | string) => {
          mkdirSync(join(ROOT, 'build'), { recursive: true });
          // moved into place, so that a test file that runs beside this one never reads half of it
          const partial = `${target}.${process.pid}`;
          writeFileSync(partial, contents);
          renameSync(partial, target);
        },
      },
    );
    for (const name of readdirSync(join(ROOT, 'build'))) {
      if (/^probe-[0-9a-f]+\.wasm$/.test(name) && !target.endsWith(name)) rmSync(join(ROOT, 'build', name));
    }
    if (error !== null) throw new Error(`${PROBE} does not compile: ${error.message}`);
  }
  return new Uint8Array(readFileSync(target));
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** A fresh probe with a memory of its own. */
export async function openProbe(): Promise<Probe> {
  compiled ??= compile().then((bytes) => WebAssembly.compile(bytes));
  const abort = (_message: number, _file: number, line: number, column: number): never => {
    throw new Error(`the kernel asserted something that does not hold, line ${line}:${column} of one of its files`);
  };
  const instance = await WebAssembly.instantiate(await compiled, { env: { abort } });
  return instance.exports as unknown as Probe;
}

/** Views of linear memory; taken anew at each use, since a grown memory leaves old views behind. */
export const f64At = (probe: Probe, at: number, n: number): Float64Array =>
  new Float64Array(probe.memory.buffer, at, n);
export const u32At = (probe: Probe, at: number, n: number): Uint32Array => new Uint32Array(probe.memory.buffer, at, n);
export const u64At = (probe: Probe, at: number, n: number): BigUint64Array =>
  new BigUint64Array(probe.memory.buffer, at, n);
