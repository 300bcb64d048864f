// Spans of time as ordered lists that do not overlap.

/** From the first instant up to before the second, in ns. */
export type Span = readonly [fromNs: number, untilNs: number];

/** Any spans, put together where they touch. */
export function joined(spans: readonly Span[]): Span[] {
  const result: [number, number][] = [];
  for (const [from, until] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], until);
    else if (until > from) result.push([from, until]);
  }
  return result;
}

/** What lies in both. */
export function common(a: readonly Span[], b: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (let [i, k] = [0, 0]; i < a.length && k < b.length;) {
    const from = Math.max(a[i]![0], b[k]![0]);
    const until = Math.min(a[i]![1], b[k]![1]);
    if (until > from) result.push([from, until]);
    if (a[i]![1] < b[k]![1]) i++;
    else k++;
  }
  return result;
}

/** What lies in `a` and not in `b`. */
export function without(a: readonly Span[], b: readonly Span[]): Span[] {
  const gaps: Span[] = [];
  let from = -Infinity;
  for (const [begin, end] of b) {
    gaps.push([from, begin]);
    from = end;
  }
  return common(a, [...gaps, [from, Infinity]]);
}

export function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, [from, until]) => sum + until - from, 0);
}
