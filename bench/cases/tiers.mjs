// Case "tiers": accesses of a trace to 100,000 units in two tiers, a quarter fast, promoted at the 33rd slow access, at the first one, and by hint
// faults; the first two in turns with the same in C (bench/native/tiers.c), whose counts must be equal.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { figure, interleave, timed } from '../measure.mjs';
import { bundled, root } from '../programs.mjs';

const UNITS = 100_000;
const COSTS = { fastUnits: UNITS / 4, fastNs: 100, slowNs: 250, moveNs: 5000 };
const WINDOW = 32_768;
const HINT = {
  kind: 'hint',
  faultNs: 500,
  scan: { delayNs: 1e6, periodNs: 1e6, units: 1000 },
  hotNs: 1e6,
  limit: { units: 1000, perNs: 1e6 },
  adjustNs: 60e6,
};

/** Zipf(1.0): ranks by inversion, scattered over the units. */
function traceOf(count) {
  const sums = new Float64Array(UNITS);
  let total = 0;
  for (let i = 0; i < UNITS; i++) sums[i] = total += 1 / (i + 1);
  let state = 1;
  const trace = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const wanted = (state / 2 ** 32) * total;
    let [low, high] = [0, UNITS - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] > wanted) high = middle;
      else low = middle + 1;
    }
    trace[i] = (low * 61_843) % UNITS;
  }
  return trace;
}

/** In the form in which the core takes them. */
function accessesOf(trace) {
  const windows = [];
  for (let from = 0; from < trace.length; from += WINDOW) {
    const piece = trace.subarray(from, from + WINDOW);
    const words = new Uint32Array(2 * piece.length);
    piece.forEach((unit, i) => (words[2 * i] = unit));
    windows.push({ words, count: piece.length });
  }
  return { windows, count: trace.length, writes: 0, units: UNITS };
}

function inC(trace) {
  if (spawnSync('cc', ['--version']).error !== undefined) return undefined;
  const folder = join(root, 'build', 'bench');
  mkdirSync(folder, { recursive: true });
  const [program, file] = [join(folder, 'tiers'), join(folder, 'tiers.trace')];
  execFileSync('cc', ['-O3', '-march=native', '-o', program, join(root, 'bench', 'native', 'tiers.c')]);
  writeFileSync(file, trace);
  const { fastUnits, fastNs, slowNs, moveNs } = COSTS;
  return (after) => {
    const args = [file, trace.length, UNITS, fastUnits, after, fastNs, slowNs, moveNs].map(String);
    return JSON.parse(execFileSync(program, args, { encoding: 'utf8' }));
  };
}

export async function tiers(_library, { smoke }) {
  const trace = traceOf(smoke ? 200_000 : 10_000_000);
  const accesses = accessesOf(trace);
  const { Tiers } = await bundled('engines.ts');
  const anchor = inC(trace);
  const counts = { accesses: trace.length };
  const rate = (seconds) => trace.length / seconds / 1e6;
  const ours = (name, detector) => async () => {
    const made = await Tiers.create(UNITS, { ...COSTS, detector });
    const { seconds } = await timed(() => made.run(accesses));
    const { hits, promotions, totalNs } = made.result();
    counts[name] = { hits, promotions, totalNs };
    return rate(seconds);
  };
  const contestants = {};
  for (const after of [33, 1]) {
    contestants[`count ${after}`] = ours(`count ${after}`, { kind: 'count', accesses: after });
    if (anchor === undefined) continue;
    contestants[`C ${after}`] = () => {
      const { seconds, ...found } = anchor(after);
      counts[`C ${after}`] = found;
      return rate(seconds);
    };
  }
  contestants.hint = ours('hint', HINT);
  const samples = await interleave(contestants, smoke ? 1 : 7);
  const figures = [];
  for (const after of [33, 1]) {
    const own = samples[`count ${after}`];
    figures.push(figure(`tiers, count ${after}`, 'M accesses/s', own, { least: 20, note: 'Zipf(1.0), 100,000 units' }));
    const other = samples[`C ${after}`];
    if (other === undefined) counts.skipped = 'no C compiler (cc) here: tiers are compared with nothing';
    else
      figures.push(
        figure(
          '  / C (cc -O3 -march=native)',
          '×',
          own.map((value, turn) => value / other[turn]),
          { more: true, note: 'the same counts' },
        ),
      );
  }
  figures.push(figure('tiers, hint faults', 'M accesses/s', samples.hint, { least: 20 }));
  return { figures, counts };
}
