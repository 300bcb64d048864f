// Figures of another day or commit beside those of this run: `--save FILE` keeps them, `--against FILE` compares. Machines and their load
// differ, so what is a time or a speed is told in that of the C anchor, measured in the same run; each by the best of its turns, which
// is what least disturbed others. Ratios were measured in turns, so that they need no anchor: of them the median is compared, with the spread.
import { readFileSync, writeFileSync } from 'node:fs';
import { table } from './measure.mjs';

/** The anchor's own figure in a run, M events/s. */
export const ANCHOR = '  C anchor (cc -O3 -march=native)';

const NS = { ns: 1, 'ns/event': 1, ms: 1e6, s: 1e9 };
const SPEEDS = new Set(['M events/s', 'M tasks/s', 'M/s', 'GiB/s']);
const SIZES = new Set(['KiB', 'MiB']);

/** Worse than before by as much, in turns on one machine, is no noise. */
const TOLERANCE = 1.15;
/** Worse by as much is none where every turn is worse than all of before; where it is not, it may be. */
const DOUBTFUL = 1.08;
const ROUNDING = 1e-6;

const isRatio = ({ unit }) => unit === '×';

/** How a figure is kept: a cost, of which less is better, free of the machine; null for what cannot be compared so. */
function costOf({ unit, min, max, note }, anchor) {
  if (note === 'wall time') return null; // what else the machine does
  if (unit in NS) return anchor === null ? null : min * NS[unit] * anchor * 1e-3; // in events of the anchor
  if (SPEEDS.has(unit)) return anchor === null ? null : anchor / max;
  return SIZES.has(unit) ? min : null;
}

/** Each figure by its name, where several groups have it by its turn among them; `shown` names its group, too. */
function named(figures) {
  const found = new Map();
  let group = '';
  for (const one of figures) {
    const plain = one.name.trim();
    const isPart = one.name !== plain;
    if (!isPart) group = plain;
    let name = plain;
    for (let n = 2; found.has(name); n++) name = `${plain} (${n})`;
    found.set(name, { ...one, shown: isPart && group !== '' ? `${group}: ${plain}` : plain });
  }
  return found;
}

/** What is kept of a run: costs of what can be compared, and of ratios the least, the median and the greatest of their turns. */
export function kept(figures) {
  const anchor = figures.find(({ name }) => name === ANCHOR)?.max ?? null;
  const [costs, ratios] = [{}, {}];
  for (const [name, one] of named(figures)) {
    const { min, median, max } = one;
    if (isRatio(one) && [min, median, max].every(Number.isFinite)) ratios[name] = [min, median, max];
    const cost = one.name === ANCHOR ? null : costOf(one, anchor);
    if (cost !== null && Number.isFinite(cost)) costs[name] = cost;
  }
  return { costs, ratios };
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
  const { about, costs, ratios = {} } = found ?? {};
  const holds = (all, is) => typeof all === 'object' && all !== null && Object.values(all).every(is);
  const isSpread = (turns) => Array.isArray(turns) && turns.length === 3 && turns.every(Number.isFinite);
  if (typeof about !== 'string' || !holds(costs, Number.isFinite) || !holds(ratios, isSpread))
    throw new Error(`${file} is no file that --save has written`);
  return { about, costs, ratios };
}

/** Merges with what the file has: a part of the cases may be measured again. */
export function save(file, about, figures) {
  const before = readBaseline(file);
  const { costs, ratios } = kept(figures);
  const all = { about, costs: { ...before?.costs, ...costs }, ratios: { ...before?.ratios, ...ratios } };
  // the three of a ratio in a line
  const text = JSON.stringify(all, null, 2).replace(/\[\s+(\S+)\s+(\S+)\s+(\S+)\s+\]/g, '[$1 $2 $3]');
  writeFileSync(file, `${text}\n`);
}

/** Of a ratio: how much worse its median is, and whether every turn is. `more`: a greater one is better. */
function worsening([min, median, max], [minNow, medianNow, maxNow], more) {
  const by = more ? median / medianNow : medianNow / median;
  return { by, apart: more ? maxNow < min : minNow > max };
}

function wordOf(by, apart) {
  if (by >= TOLERANCE - ROUNDING || (apart && by >= DOUBTFUL)) return 'WORSE';
  if (by >= DOUBTFUL) return 'worse?';
  return by <= 1 / TOLERANCE + ROUNDING ? 'better' : '';
}

/** Rows of name, how much worse than the baseline (below 1: better) and a word. */
export function compared(baseline, figures) {
  const now = kept(figures);
  const rows = [];
  for (const [name, { shown, more }] of named(figures)) {
    const spread = now.ratios[name];
    if (spread !== undefined) {
      const before = baseline.ratios[name];
      const { by, apart } = before === undefined ? { by: null } : worsening(before, spread, more);
      const told = by === null ? '' : `${before[1].toFixed(3)} → ${spread[1].toFixed(3)}`;
      rows.push({ name, shown, by, told, word: by === null ? 'new' : wordOf(by, apart) });
    } else if (name in now.costs) {
      const before = baseline.costs[name];
      const by = before === undefined ? null : now.costs[name] / before;
      // of costs the best turns alone are known, and the anchor's noise is in them, too
      const word = by === null ? 'new' : wordOf(by, false).replace('worse?', '');
      rows.push({ name, shown, by, told: '', word });
    }
  }
  return rows;
}

/** `WORSE: API / C anchor (0.975 → 0.829, by 1.176)`, … */
const list = (rows) =>
  rows.map(({ shown, by, told }) => `${shown} (${told === '' ? '' : `${told}, `}by ${by.toFixed(3)})`).join(', ');

/** The comparison as text, and whether anything was compared and nothing is worse. */
export function against(file, baseline, figures) {
  const rows = compared(baseline, figures);
  const cells = rows.map(({ shown, by, told, word }) => [shown, by === null ? '-' : by.toFixed(3), told, word]);
  const names = new Set(rows.map(({ name }) => name));
  const missing = [...Object.keys(baseline.costs), ...Object.keys(baseline.ratios)].filter((name) => !names.has(name));
  const isCompared = rows.some(({ by }) => by !== null);
  const [worse, perhaps] = ['WORSE', 'worse?'].map((word) => rows.filter((row) => row.word === word));
  const lines = [`against ${file}: ${baseline.about}`, ''];
  lines.push(table([['worse than the baseline by', '×', 'ratio', ''], ...cells]));
  if (missing.length > 0) lines.push('', `in the baseline and not measured now: ${missing.join(', ')}`);
  if (perhaps.length > 0) lines.push('', `worse?, within what turns differ by: ${list(perhaps)}; measure again`);
  if (worse.length > 0) lines.push('', `WORSE: ${list(worse)}`);
  if (!isCompared) lines.push('', 'NOTHING COMPARED: no figure of this run is in the baseline');
  return { text: lines.join('\n'), good: isCompared && worse.length === 0 };
}
