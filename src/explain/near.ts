// Which known words a mistyped one may have meant. A letter or two wrong, or a part of a longer name; something is always nearest.

import { nearest } from '../input/errors.js';

const pairsOf = (text: string): string[] =>
  Array.from({ length: text.length + 1 }, (_, i) => `^${text}$`.slice(i, i + 2));

/** Dice's coefficient of the pairs of letters, 0 to 1. */
function likeness(a: string, b: string): number {
  const [pairs, others] = [pairsOf(a), pairsOf(b)];
  const left = [...others];
  let shared = 0;
  for (const pair of pairs) {
    const at = left.indexOf(pair);
    if (at < 0) continue;
    left.splice(at, 1);
    shared++;
  }
  return (2 * shared) / (pairs.length + others.length);
}

const MOST = 3;
/** As like as the best, nearly. */
const NEARLY = 0.8;

/** Up to three, the best first; at least one. */
export function nearOnes(word: string, known: readonly string[]): string[] {
  const wanted = word.toLowerCase();
  const typed = nearest(wanted, known);
  const ranked = known
    .map((name) => ({ name, likeness: likeness(wanted, name.toLowerCase()) }))
    .sort((a, b) => b.likeness - a.likeness || a.name.length - b.name.length);
  const least = NEARLY * ranked[0]!.likeness;
  const like = ranked.filter((one) => one.likeness >= least).map(({ name }) => name);
  return [...new Set([...(typed === undefined ? [] : [typed]), ...like])].slice(0, MOST);
}
