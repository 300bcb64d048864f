// Two futures in numbers, in large type: of each VM what it is judged by, A beside B, and by how much B differs. Where nothing differs
// yet, that.

import { judged } from './charts.js';
import { h } from './dom.js';
import type { About } from './protocol.js';
import { count, duration, fewBeyond, quantile } from './words.js';

/** Rows at most. */
const MOST = 4;

export interface Side {
  readonly label: string;
  readonly overallNs: readonly (number | null)[] | null;
  readonly completed: readonly number[] | null;
}

export interface VersusRow {
  readonly what: string;
  readonly values: readonly [string, string];
  readonly missed: readonly [boolean, boolean];
  /** Too few requests, in either, for what the row is judged by: nothing is to be read from it yet. */
  readonly few: boolean;
  /** How B is beside A. */
  readonly difference: string;
}

/** By how much the second is more or less than the first: in times from two on, else in percent. */
function differenceOf(a: number, b: number, [more, less]: readonly [string, string]): string {
  if (a === b) return 'equal';
  if (a === 0 || b === 0) return '';
  const ratio = b > a ? b / a : a / b;
  if (ratio >= 2) {
    const times = count(ratio < 10 ? Number(ratio.toPrecision(2)) : Math.round(ratio));
    return `${b > a ? 'B' : 'A'} ${times} times as ${more === 'longer' ? 'long' : 'many'}`;
  }
  const percent = (100 * Math.abs(b - a)) / a;
  return `B ${percent < 0.1 ? '< 0.1' : Number(percent.toPrecision(2))} % ${b > a ? more : less}`;
}

function row(
  about: About,
  vm: number,
  judgedBy: boolean,
  [a, b]: readonly [Side, Side],
  done: boolean,
): VersusRow | undefined {
  const { name, slo } = about.vms[vm]!;
  if (judgedBy) {
    const [before, after] = [a.overallNs?.[vm] ?? null, b.overallNs?.[vm] ?? null];
    if (before === null && after === null) return undefined;
    const few = [a, b].some(({ completed }) => fewBeyond(slo?.quantile ?? 0.99, completed?.[vm] ?? 0) !== '');
    const missed = (ns: number | null): boolean => !few && ns !== null && slo !== null && ns > slo.latencyNs;
    return {
      what: `${name} ${quantile(slo?.quantile ?? 0.99)}`,
      values: [duration(before), duration(after)],
      missed: [missed(before), missed(after)],
      few,
      difference: few
        ? `too few requests${done ? '' : ' so far'}`
        : before === null || after === null
          ? ''
          : differenceOf(before, after, ['longer', 'shorter']),
    };
  }
  const [before, after] = [a.completed?.[vm] ?? 0, b.completed?.[vm] ?? 0];
  if (before === 0 && after === 0) return undefined;
  return {
    what: `${name}, requests done`,
    values: [count(before), count(after)],
    missed: [false, false],
    few: false,
    difference: differenceOf(before, after, ['more', 'fewer']),
  };
}

/** What is judged by latency first. */
export function rowsOf(about: About, sides: readonly [Side, Side], done: boolean): VersusRow[] {
  const first = judged(about.vms);
  const others = about.vms.slice(0, MOST * 2).flatMap((_, vm) => (first.includes(vm) ? [] : [vm]));
  return [
    ...first.map((vm) => row(about, vm, true, sides, done)),
    ...others.map((vm) => row(about, vm, false, sides, done)),
  ]
    .filter((one) => one !== undefined)
    .slice(0, MOST);
}

export class Versus {
  readonly element = h('section', { class: 'versus', 'aria-label': 'The two futures' });

  constructor(private readonly about: About) {}

  /** `differ`: whether anything of the two has differed so far; `done`: nothing more comes. */
  draw(sides: readonly [Side, Side], since: string, differ: boolean, done: boolean): void {
    const [a, b] = sides;
    const head = h(
      'tr',
      {},
      h('th', { scope: 'col', class: 'what' }, since),
      ...[a, b].map(({ label }) => h('th', { scope: 'col' }, label)),
      h('td'),
    );
    const rows = rowsOf(this.about, sides, done).map(({ what, values, missed, few, difference }) =>
      h(
        'tr',
        {},
        h('th', { scope: 'row', class: 'what' }, what),
        ...values.map((value, i) =>
          h('td', { class: few ? 'few' : missed[i] ? 'missed' : 'kept' }, h('strong', {}, value)),
        ),
        h('td', { class: 'difference' }, differ ? difference : ''),
      ),
    );
    const same = `No difference${done ? '' : ' so far'}: each core, queue and latency is the same in both.`;
    const none = differ ? [] : [h('p', {}, same)];
    this.element.replaceChildren(h('table', {}, head, ...rows), ...none);
  }
}
