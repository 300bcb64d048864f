// What happens on a server, in order of time; at one instant in the order in which it was entered. A binary heap:
// months hold thousands of events, not millions at once.

export interface Entry<T> {
  readonly atNs: number;
  readonly order: number;
  readonly what: T;
}

export class Calendar<T> {
  private readonly heap: Entry<T>[] = [];
  private entered = 0;

  /** `rank` goes before the order of entry: departures make room for arrivals of the same instant. */
  enter(atNs: number, rank: number, what: T): void {
    const { heap } = this;
    const entry = { atNs, order: rank * 2 ** 48 + this.entered++, what };
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!before(entry, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = entry;
  }

  next(): Entry<T> | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && before(heap[below + 1]!, heap[below]!)) below++;
      if (!before(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}

function before(a: Entry<unknown>, b: Entry<unknown>): boolean {
  return a.atNs < b.atNs || (a.atNs === b.atNs && a.order < b.order);
}
