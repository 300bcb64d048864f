// Figures of another day or commit beside those of this run: `--save FILE` keeps them, `--against FILE` compares. Machines and their load
// differ, so what is a time or a speed is told in that of the C anchor, measured in the same run; each by the best of its turns, which
// is what least disturbed others.
import { readFileSync, writeFileSync } from 'node:fs';
import { table } from './measure.mjs';

/** The anchor's own figure in a run, M events/s. */
export const ANCHOR = '  C anchor (cc -O3 -march=native)';

const NS = { ns: 1, 'ns/event': 1, ms: 1e6, s: 1e9 };
const SPEEDS = new Set(['M events/s', 'M tasks/s', 'M/s', 'GiB/s']);
const SIZES = new Set(['KiB', 'MiB']);

/** Worse than before by more than this, in turns on one machine, is no noise. */
const TOLERANCE = 1.15;

/** How a figure is kept: a cost, of which less is better, free of the machine; null for what cannot be compared. */
function costOf({ unit, min, max, bar, note }, anchor) {
  if (note === 'wall time') return null; // what else the machine does
  if (unit in NS) return anchor === null ? null : min * NS[unit] * anchor * 1e-3; // in events of the anchor
  if (SPEEDS.has(unit)) return anchor === null ? null : anchor / max;
  if (SIZES.has(unit)) return min;
  if (unit !== '×') return null;
  return bar.startsWith('≥') ? 1 / max : min;
}

/** Every figure that can be compared, by its name; a name of several groups' by its turn among them. */
export function costs(figures) {
  const anchor = figures.find(({ name }) => name === ANCHOR)?.max ?? null;
  const found = {};
  for (const one of figures) {
    const cost = one.name === ANCHOR ? null : costOf(one, anchor);
    if (cost === null || !Number.isFinite(cost)) continue;
    let name = one.name.trim();
    for (let n = 2; name in found; n++) name = `${one.name.trim()} (${n})`;
    found[name] = cost;
  }
  return found;
}

/** What a baseline file holds; null where there is none. Told before anything is measured, as a whole run takes minutes. */
export function readBaseline(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw new Error(`${file} cannot be read: ${error.message}`, { cause: error });
  }
  let found;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is no JSON: ${error.message}`, { cause: error });
  }
  const { about, costs: kept } = found ?? {};
  const isCosts = typeof kept === 'object' && kept !== null && Object.values(kept).every(Number.isFinite);
  if (typeof about !== 'string' || !isCosts) throw new Error(`${file} is no file that --save has written`);
  return { about, costs: kept };
}

/** Merges with what the file has: a part of the cases may be measured again. */
export function save(file, about, figures) {
  const before = readBaseline(file)?.costs;
  const text = JSON.stringify({ about, costs: { ...before, ...costs(figures) } }, null, 2);
  writeFileSync(file, `${text}\n`);
}

/** Rows of name, ratio to the baseline (below 1: less than it took) and a word; and those that are worse. */
export function compareCosts(baseline, now) {
  const rows = [];
  for (const [name, cost] of Object.entries(now)) {
    const before = baseline[name];
    if (before === undefined) rows.push({ name, ratio: null, word: 'new' });
    else {
      const ratio = cost / before;
      rows.push({ name, ratio, word: ratio > TOLERANCE ? 'WORSE' : ratio < 1 / TOLERANCE ? 'better' : '' });
    }
  }
  return { rows, worse: rows.filter(({ word }) => word === 'WORSE').map(({ name }) => name) };
}

/** The comparison as text, and whether anything was compared and nothing is worse. */
export function against(file, baseline, figures) {
  const now = costs(figures);
  const { rows, worse } = compareCosts(baseline.costs, now);
  const cells = rows.map(({ name, ratio, word }) => [name, ratio === null ? '-' : ratio.toFixed(3), word]);
  const missing = Object.keys(baseline.costs).filter((name) => !(name in now));
  const compared = rows.some(({ ratio }) => ratio !== null);
  const lines = [`against ${file}: ${baseline.about}`, '', table([['cost, of the baseline', '×', ''], ...cells])];
  if (missing.length > 0) lines.push('', `in the baseline and not measured now: ${missing.join(', ')}`);
  if (!compared) lines.push('', 'NOTHING COMPARED: no figure of this run is in the baseline');
  return { text: lines.join('\n'), good: compared && worse.length === 0 };
}
