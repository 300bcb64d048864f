// What every benchmark shares: the clock, interleaved repetitions, medians, the machine's name, the table.
// Time is the processor time of the one thread that simulates, where the system tells it (Linux): on a machine that others use
// at the same time wall time measures them (1.9 times as long here with six builds beside it). Elsewhere it is wall time.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const SCHEDSTAT = `/proc/self/task/${process.pid}/schedstat`;

/** Nanoseconds that this process's main thread has run, or null where the system does not tell. */
function threadNs() {
  try {
    return Number(readFileSync(SCHEDSTAT, 'utf8').split(' ', 1)[0]);
  } catch {
    return null;
  }
}

const onThread = threadNs() !== null;
export const CLOCK = onThread ? 'processor time of the simulating thread' : 'wall time';

const TICK_SECONDS = 0.004; // the system books processor time at its ticks; what is shorter counts as one
const seconds = () => (onThread ? threadNs() / 1e9 : performance.now() / 1e3);

/** Runs the work and answers what it took on CLOCK beside what it answered. */
export async function timed(work) {
  const from = seconds();
  const value = await work();
  return { seconds: Math.max(seconds() - from, TICK_SECONDS), value };
}

let usuallyDiscarded = 1;

/** For a run whose times mean nothing. */
export function discardNothing() {
  usuallyDiscarded = 0;
}

/**
 * Repeats several contestants in turns (A B C A B C …), so that a disturbance hits all alike; each answers one number a turn.
 * The first `discarded` turns are run and left out: the engine compiles Wasm twice, and the second, faster code comes meanwhile.
 */
export async function interleave(contestants, turns, discarded = usuallyDiscarded) {
  const samples = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let turn = 0; turn < turns + discarded; turn++) {
    for (const [name, run] of Object.entries(contestants)) {
      const figure = await run();
      if (turn >= discarded) samples[name].push(figure);
    }
  }
  return samples;
}

export function spread(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { min: sorted[0], median, max: sorted.at(-1) };
}

export function machine() {
  const list = cpus();
  return `${list[0]?.model.trim() ?? 'unknown processor'}, ${list.length} logical processors, ${process.platform} ${process.arch}, Node ${process.version}`;
}

/** Rows of text as aligned columns; the first column is left-aligned, the others right. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(3));

/**
 * One figure for the table: what it is, its samples, and the bar it must reach (`least` or `most`), if there is one. `more`: a greater one is
 * better, which `least` says, too.
 */
export function figure(name, unit, samples, { least, most, more = least !== undefined, note = '' } = {}) {
  const { min, median, max } = spread(samples);
  const bar = least !== undefined ? `≥ ${least}` : most !== undefined ? `≤ ${most}` : '';
  const met = least !== undefined ? median >= least : most !== undefined ? median <= most : null;
  return { name, unit, min, median, max, bar, met, more, note };
}

export function figuresTable(figures) {
  const head = ['figure', 'min', 'median', 'max', 'unit', 'bar', ''];
  const body = figures.map(({ name, unit, min, median, max, bar, met, note }) => [
    name,
    digits(min),
    digits(median),
    digits(max),
    unit,
    bar,
    [met === null ? '' : met ? 'met' : 'MISSED', note].filter((part) => part !== '').join(' · '),
  ]);
  const rows = [head, ...body];
  const last = rows.map((row) => row.at(-1));
  return table(rows.map((row) => row.slice(0, -1)))
    .split('\n')
    .map((line, index) => (last[index] === '' ? line : `${line}  ${last[index]}`))
    .join('\n');
}
