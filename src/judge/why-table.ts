// The decisions of a window, and what they cost, as text.

import { type Cell, type Look, renderTable, wrap } from '../report/table.js';
import { formatDurationNs } from '../report/units.js';
import type { WhyAlternative, WhyDecision, WhyResult } from './why.js';

const WIDTH = 100;
/** Rows that are shown; all are in the JSON. */
const MOST_ROWS = 20;

const us = (ns: number): string => `${(ns / 1000).toFixed(2)}`;

const toneOf = (regretNs: number): Cell['tone'] => (regretNs >= 10_000 ? 'bad' : regretNs >= 1000 ? 'strong' : 'dim');

function gain({ alternatives }: WhyDecision, what: WhyAlternative['what']): string {
  const some = alternatives.filter((one) => one.what === what);
  if (some.length === 0) return '-';
  const best = some.reduce((most, one) => (one.gainNs > most.gainNs ? one : most));
  return `${us(best.gainNs)}${best.from === null ? '' : ` ${best.from}`}`;
}

/** In ms, from a microsecond down to as fine as tells these instants apart. */
function instantsOf(all: readonly number[]): (atNs: number) => string {
  const many = new Set(all).size;
  const written = (digits: number) => (atNs: number) => `${(atNs / 1e6).toFixed(digits)} ms`;
  for (let digits = 3; digits < 6; digits++)
    if (new Set(all.map(written(digits))).size === many) return written(digits);
  return written(6);
}

function row(decision: WhyDecision, instant: (atNs: number) => string): (string | Cell)[] {
  const { atNs, vm, from, core, tailNs, regretNs } = decision;
  return [
    instant(atNs),
    `core ${core}: ${from ?? 'idle'} → ${vm}`,
    us(tailNs),
    gain(decision, 'no move'),
    gain(decision, 'victim'),
    gain(decision, 'one core more'),
    { text: us(regretNs), tone: toneOf(regretNs) },
  ];
}

function summary({ decisions }: WhyResult, instant: (atNs: number) => string): string {
  const bad = decisions.filter(({ regretNs }) => regretNs >= 1000);
  const worst = decisions.reduce((most, one) => (one.regretNs > most.regretNs ? one : most));
  if (worst.best === null) return 'No alternative was better than any decision.';
  const { what, from, bestEffortNs } = worst.alternatives[worst.best]!;
  const better = what === 'victim' ? `a core of ${from}` : what;
  return (
    `${bad.length} of ${decisions.length} decisions cost 1 us of tail or more. The greatest regret, ${formatDurationNs(worst.regretNs)}, is at ` +
    `${instant(worst.atNs)}, where ${worst.vm} got core ${worst.core} of ${worst.from ?? 'nobody'}: ${better} would have been better, ` +
    `with ${us(Math.abs(bestEffortNs))} us ${bestEffortNs < 0 ? 'less' : 'more'} of best-effort work.`
  );
}

/** Ending in a line feed. */
export function renderWhy(result: WhyResult, look: Look = false): string {
  const { decisions, found, every, forks, horizonNs, fromNs, untilNs } = result;
  const head = ['decided', 'move', 'tail', 'no move', 'victim', 'one more', 'regret'].map((text): Cell => ({
    text,
    tone: 'strong',
  }));
  const shown = [...decisions].sort((a, b) => b.regretNs - a.regretNs || a.atNs - b.atNs).slice(0, MOST_ROWS);
  const instant = instantsOf([fromNs, untilNs, ...decisions.map(({ atNs }) => atNs)]);
  const tried = every === 1 ? `all ${found}` : `${decisions.length} of ${found}, one of ${every}`;
  const notes = [
    summary(result, instant),
    `tail: mean over the VMs with an objective of the latency at its quantile, in us, of what ended within ${formatDurationNs(horizonNs)} of ` +
      'the decision; what had not ended by then in a way on counts as later than all. Behind it, by how many us less that would have been; ' +
      'regret: the most of these',
  ];
  const more = shown.length < decisions.length ? ` (the ${shown.length} of the greatest regret are shown)` : '';
  return (
    `${instant(fromNs)} to ${instant(untilNs)}: ${tried} decisions tried, ${forks} forks${more}\n\n` +
    `${renderTable([head, ...shown.map((one) => row(one, instant))], { look })}\n` +
    `${notes.map((note) => wrap(note, WIDTH).replaceAll('\n', '\n  ')).join('\n')}\n`
  );
}
