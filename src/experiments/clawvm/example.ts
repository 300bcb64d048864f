// Eight pages whose floors take 420 tokens and which take 8,250 whole. Their sizes were chosen here: the rules name the sums alone.

import { ABSENT, fitted, fittedRecent, floorOf, type Page, refer, WholePages } from '../../residency/prompt.js';

export const EXAMPLE: readonly Page[] = [
  { kind: 'bootstrap', weight: 1, sizes: [3000, 900, 200, 20] },
  { kind: 'constraint', weight: 1, sizes: [300, 150, 100, 20] },
  { kind: 'plan', weight: 1, sizes: [250, 120, 60, 20] },
  { kind: 'evidence', weight: 1, sizes: [2000, 600, 200, 20] },
  { kind: 'preference', weight: 1, sizes: [150, 90, 50, 20] },
  { kind: 'conversation', weight: 1, sizes: [1000, 400, 200, 20] },
  { kind: 'evidence', weight: 1, sizes: [850, 400, 200, 20] },
  { kind: 'conversation', weight: 1, sizes: [700, 350, 180, 20] },
];

/** Of 80 references in turn, those that find less than the floor. */
export function exampleFaults(budget: number): { contract: number; recent: number; whole: number } {
  const { levels } = fitted(EXAMPLE, budget);
  const whole = new WholePages(EXAMPLE, budget);
  const recent = EXAMPLE.map((_, i) => i);
  const found = { contract: 0, recent: 0, whole: 0 };
  for (let i = 0; i < 80; i++) {
    const at = i % EXAMPLE.length;
    const page = EXAMPLE[at]!;
    const missed = (level: number): number => Number(refer(page, level, floorOf(page)) === 'controllable');
    found.contract += missed(levels[at]!);
    found.recent += missed(fittedRecent(EXAMPLE, budget, recent).levels[at]!);
    found.whole += missed(whole.use(at) ? 0 : ABSENT);
    recent.splice(recent.indexOf(at), 1);
    recent.unshift(at);
  }
  return found;
}
