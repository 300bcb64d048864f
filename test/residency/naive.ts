// Two tiers of memory again, written from docs/model/residency.md and not from the code: plain lists, searched.

export interface NaiveSettings {
  readonly fastUnits: number;
  readonly fastNs: number;
  readonly slowNs: number;
  readonly moveNs: number;
  /** Slow accesses since the unit came down that make a candidate; absent: none does. */
  readonly after?: number;
  readonly admit: 'always' | 'never';
}

export function naiveTiers(units: readonly number[], settings: NaiveSettings) {
  const { fastUnits, fastNs, slowNs, moveNs, after = Infinity, admit } = settings;
  /** From the one used last to the one used first. */
  let fast: number[] = [];
  const slowUses = new Map<number, number>();
  const seen = new Set<number>();
  const result = { hits: 0, candidates: 0, promotions: 0, demotions: 0, totalNs: 0 };
  for (const unit of units) {
    const isNew = !seen.has(unit);
    seen.add(unit);
    if (fast.includes(unit)) {
      fast = [unit, ...fast.filter((other) => other !== unit)];
      result.hits++;
      result.totalNs += fastNs;
      continue;
    }
    result.totalNs += slowNs;
    if (isNew && fast.length < fastUnits) {
      fast.unshift(unit);
      continue;
    }
    const uses = (slowUses.get(unit) ?? 0) + 1;
    slowUses.set(unit, uses);
    if (uses < after) continue;
    result.candidates++;
    if (admit === 'never') continue;
    if (fast.length === fastUnits) {
      slowUses.set(fast.pop()!, 0);
      result.demotions++;
      result.totalNs += moveNs;
    }
    fast.unshift(unit);
    result.promotions++;
    result.totalNs += moveNs;
  }
  return result;
}
