// Invocations gathered in any order, then put in the order of time; ties keep the order in which they were gathered.

import type { Invocations } from './spec.js';

const FIRST = 1024;
/** Up to here insertion is faster than a call of sort. */
const SMALL = 32;

export class Columns {
  #atNs: Float64Array;
  #fn: Uint32Array;
  #serviceNs: Float64Array;
  count = 0;

  /** @param capacity as many as will come, where that is known: growing leaves twice as much behind */
  constructor(capacity = FIRST) {
    this.#atNs = new Float64Array(capacity);
    this.#fn = new Uint32Array(capacity);
    this.#serviceNs = new Float64Array(capacity);
  }

  add(atNs: number, fn: number, serviceNs: number): void {
    const i = this.count++;
    if (i === this.#atNs.length) this.#grow();
    this.#atNs[i] = atNs;
    this.#fn[i] = fn;
    this.#serviceNs[i] = serviceNs;
  }

  each(take: (atNs: number, fn: number, serviceNs: number) => void): void {
    for (let i = 0; i < this.count; i++) take(this.#atNs[i]!, this.#fn[i]!, this.#serviceNs[i]!);
  }

  #grow(): void {
    const capacity = Math.max(FIRST, 2 * this.#atNs.length);
    const grown = <A extends Float64Array | Uint32Array>(from: A, to: A): A => {
      to.set(from);
      return to;
    };
    this.#atNs = grown(this.#atNs, new Float64Array(capacity));
    this.#fn = grown(this.#fn, new Uint32Array(capacity));
    this.#serviceNs = grown(this.#serviceNs, new Float64Array(capacity));
  }

  /** At most `limit` of them; nothing may be added afterwards. */
  sorted(limit = Infinity): Invocations {
    const { count } = this;
    const kept = Math.min(count, limit);
    let rising = true;
    for (let i = 1; i < count && rising; i++) rising = this.#atNs[i]! >= this.#atNs[i - 1]!;
    if (rising) {
      // Not copied unless most would be left: all calls twice would be the most that reading a trace holds.
      const part = 2 * kept < this.#atNs.length ? 'slice' : 'subarray';
      return {
        atNs: this.#atNs[part](0, kept),
        fn: this.#fn[part](0, kept),
        serviceNs: this.#serviceNs[part](0, kept),
      };
    }
    const order = orderOf(this.#atNs.subarray(0, count)).subarray(0, kept);
    const taken = <A extends Float64Array | Uint32Array>(from: A, to: A): A => {
      for (let i = 0; i < kept; i++) to[i] = from[order[i]!]!;
      return to;
    };
    return {
      atNs: taken(this.#atNs, new Float64Array(kept)),
      fn: taken(this.#fn, new Uint32Array(kept)),
      serviceNs: taken(this.#serviceNs, new Float64Array(kept)),
    };
  }
}

/** Buckets, as many as there are instants, and within each by comparison: most hold about one. */
function orderOf(atNs: Float64Array): Uint32Array {
  const count = atNs.length;
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < count; i++) {
    least = Math.min(least, atNs[i]!);
    most = Math.max(most, atNs[i]!);
  }
  const share = most > least ? (count - 1) / (most - least) : 0;
  const bucket = (i: number): number => Math.floor((atNs[i]! - least) * share);
  const ends = new Uint32Array(count + 1);
  for (let i = 0; i < count; i++) ends[bucket(i) + 1]!++;
  for (let b = 1; b <= count; b++) ends[b]! += ends[b - 1]!;
  const order = new Uint32Array(count);
  const next = ends.slice();
  for (let i = 0; i < count; i++) order[next[bucket(i)]!++] = i;
  const before = (a: number, b: number): number => atNs[a]! - atNs[b]! || a - b;
  for (let b = 0; b < count; b++) {
    const [from, to] = [ends[b]!, ends[b + 1]!];
    if (to - from > SMALL) order.subarray(from, to).sort(before);
    else if (to - from > 1) insert(order, from, to, before);
  }
  return order;
}

function insert(order: Uint32Array, from: number, to: number, before: (a: number, b: number) => number): void {
  for (let i = from + 1; i < to; i++) {
    const moved = order[i]!;
    let at = i;
    for (; at > from && before(moved, order[at - 1]!) < 0; at--) order[at] = order[at - 1]!;
    order[at] = moved;
  }
}
