// Puts arrivals that stand out of order back in order while streaming: a binary heap over flat columns that lets an
// arrival go once no later row can precede it. The window says how far an arrival may lie behind the latest one of the
// rows before it; too small a window is noticed and refused, never papered over.

import { InputError } from '../input/errors.js';
import type { ArrivalOutput } from './output.js';

/** 4 Mi arrivals at 32 bytes each: 128 MiB, reached only by a window far too wide for the rate. */
const HELD_MAX = 2 ** 22;
const CAPACITY_FIRST = 1024;

export class Reorder {
  readonly #file: string;
  readonly #windowNs: number;
  #capacity = CAPACITY_FIRST;
  #count = 0;
  #releasedNs = -Infinity;
  #latestNs = -Infinity;
  // One entry: time, order of arrival in the file (breaks ties, so that equal times keep the file's order), service,
  // width, line. The heap orders slots; the columns stay where they are.
  #atNs = new Float64Array(CAPACITY_FIRST);
  #order = new Float64Array(CAPACITY_FIRST);
  #serviceNs = new Float64Array(CAPACITY_FIRST);
  #width = new Uint32Array(CAPACITY_FIRST);
  #line = new Float64Array(CAPACITY_FIRST);
  #deadlineNs = new Float64Array(CAPACITY_FIRST);
  #heap = new Uint32Array(CAPACITY_FIRST);
  #free: number[] = [];
  #sequence = 0;

  constructor(file: string, windowNs: number) {
    this.#file = file;
    this.#windowNs = windowNs;
  }

  push(atNs: number, serviceNs: number, width: number, line: number, deadlineNs = -1): void {
    if (atNs > this.#latestNs) this.#latestNs = atNs;
    if (atNs < this.#releasedNs) throw outOfOrder(this.#file, line, this.#latestNs - atNs, this.#windowNs);
    if (this.#count === this.#capacity) this.#grow(line);
    const slot = this.#free.pop() ?? this.#count;
    this.#atNs[slot] = atNs;
    this.#order[slot] = this.#sequence++;
    this.#serviceNs[slot] = serviceNs;
    this.#width[slot] = width;
    this.#line[slot] = line;
    this.#deadlineNs[slot] = deadlineNs;
    this.#rise(this.#count++, slot);
  }

  /** Moves what is safe to let go into `out` until it is full; false once nothing more is ready. */
  release(out: ArrivalOutput, everything: boolean): boolean {
    const horizonNs = everything ? Infinity : this.#latestNs - this.#windowNs;
    while (this.#count > 0 && !out.full) {
      const slot = this.#heap[0]!;
      const atNs = this.#atNs[slot]!;
      if (atNs > horizonNs) return false;
      this.#releasedNs = atNs;
      out.add(atNs, this.#serviceNs[slot]!, this.#width[slot]!, this.#line[slot]!, this.#deadlineNs[slot]);
      this.#free.push(slot);
      this.#sink(this.#heap[--this.#count]!);
    }
    return this.#count > 0;
  }

  #before(a: number, b: number): boolean {
    const difference = this.#atNs[a]! - this.#atNs[b]!;
    return difference < 0 || (difference === 0 && this.#order[a]! < this.#order[b]!);
  }

  #rise(at: number, slot: number): void {
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(slot, this.#heap[parent]!)) break;
      this.#heap[at] = this.#heap[parent]!;
      at = parent;
    }
    this.#heap[at] = slot;
  }

  #sink(slot: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#count) break;
      if (child + 1 < this.#count && this.#before(this.#heap[child + 1]!, this.#heap[child]!)) child++;
      if (!this.#before(this.#heap[child]!, slot)) break;
      this.#heap[at] = this.#heap[child]!;
      at = child;
    }
    this.#heap[at] = slot;
  }

  #grow(line: number): void {
    if (this.#capacity >= HELD_MAX) {
      const given = `a window of ${this.#windowNs} ns that holds more than ${HELD_MAX} arrivals`;
      throw new InputError({
        file: this.#file,
        line,
        path: 'window',
        given,
        expected: 'a smaller window, or a file sorted by start',
      });
    }
    this.#capacity *= 2;
    const grown = <A extends Float64Array | Uint32Array>(from: A, to: A): A => {
      to.set(from);
      return to;
    };
    this.#atNs = grown(this.#atNs, new Float64Array(this.#capacity));
    this.#order = grown(this.#order, new Float64Array(this.#capacity));
    this.#serviceNs = grown(this.#serviceNs, new Float64Array(this.#capacity));
    this.#width = grown(this.#width, new Uint32Array(this.#capacity));
    this.#line = grown(this.#line, new Float64Array(this.#capacity));
    this.#deadlineNs = grown(this.#deadlineNs, new Float64Array(this.#capacity));
    this.#heap = grown(this.#heap, new Uint32Array(this.#capacity));
  }
}

/** @param neededNs how far back this row reaches: the least window that would have held it */
export function outOfOrder(file: string, line: number, neededNs: number, windowNs: number): InputError {
  return new InputError({
    file,
    line,
    path: '',
    given: `an arrival ${Math.ceil(neededNs)} ns behind the rows before it`,
    expected: `arrivals in order, at most ${windowNs} ns behind; window: ${Math.ceil(neededNs)}ns or more reorders them`,
  });
}
