// Every policy again, written from its definition with lists and sets and no thought of speed. Each model answers, request by
// request, whether it was a hit, and counts what it threw out. Held against the core in policies.test.ts.
// Those that remember pages gone are in ghost-models.ts.
import type { Request, Totals } from './support.js';

export abstract class Model {
  hits = 0;
  evictions = 0;
  writebacks = 0;
  readonly dirty = new Set<number>();

  constructor(readonly capacity: number) {}

  /** Whether the request hits; brings the page in if not. */
  protected abstract touch(page: number): boolean;

  request({ page, write }: Request): boolean {
    const hit = this.touch(page);
    if (hit) this.hits++;
    if (write) this.dirty.add(page);
    return hit;
  }

  protected throwOut(page: number): void {
    this.evictions++;
    if (this.dirty.delete(page)) this.writebacks++;
  }

  totals(): Totals {
    return { hits: this.hits, evictions: this.evictions, writebacks: this.writebacks };
  }
}

/** Takes one page out of a list; answers whether it was there. */
export function remove(list: number[], page: number): boolean {
  const at = list.indexOf(page);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}

/** Oldest first. */
export class LruModel extends Model {
  readonly list: number[] = [];

  protected touch(page: number): boolean {
    const hit = remove(this.list, page);
    if (!hit && this.list.length === this.capacity) this.throwOut(this.list.shift()!);
    this.list.push(page);
    return hit;
  }
}

export class FifoModel extends Model {
  private readonly list: number[] = [];

  protected touch(page: number): boolean {
    if (this.list.includes(page)) return true;
    if (this.list.length === this.capacity) this.throwOut(this.list.shift()!);
    this.list.push(page);
    return false;
  }
}

export class ClockModel extends Model {
  private readonly list: number[] = [];
  private readonly counters = new Map<number, number>();

  constructor(
    capacity: number,
    private readonly bits: number,
  ) {
    super(capacity);
  }

  protected touch(page: number): boolean {
    const counter = this.counters.get(page);
    if (counter !== undefined) {
      this.counters.set(page, Math.min(counter + 1, 2 ** this.bits - 1));
      return true;
    }
    while (this.list.length === this.capacity) {
      const oldest = this.list.shift()!;
      const left = this.counters.get(oldest)!;
      if (left === 0) {
        this.counters.delete(oldest);
        this.throwOut(oldest);
      } else {
        this.counters.set(oldest, left - 1);
        this.list.push(oldest);
      }
    }
    this.list.push(page);
    this.counters.set(page, 0);
    return false;
  }
}

const MASK = 2n ** 64n - 1n;
const GOLDEN = 0x9e3779b97f4a7c15n;
const rotate = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (64n - by))) & MASK;

function mix(x: bigint): bigint {
  let z = x & MASK;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return z ^ (z >> 31n);
}

/** xoroshiro128++, seeded as the core's streams are: by seed, capacity and the word "pages". */
export class RandomModel extends Model {
  private readonly list: number[] = [];
  private s0: bigint;
  private s1: bigint;

  constructor(capacity: number, seed: number) {
    super(capacity);
    const key = mix(mix(mix(BigInt(seed) + GOLDEN) ^ BigInt(capacity)) + 0x7061676573n * GOLDEN + GOLDEN);
    this.s0 = mix(key + GOLDEN);
    this.s1 = mix(key + 2n * GOLDEN);
  }

  private next(): bigint {
    const { s0 } = this;
    const s1 = this.s1 ^ s0;
    const result = (rotate((s0 + this.s1) & MASK, 17n) + s0) & MASK;
    this.s0 = (rotate(s0, 49n) ^ s1 ^ (s1 << 21n)) & MASK;
    this.s1 = rotate(s1, 28n);
    return result;
  }

  protected touch(page: number): boolean {
    if (this.list.includes(page)) return true;
    if (this.list.length < this.capacity) {
      this.list.push(page);
    } else {
      const at = Number(((this.next() >> 32n) * BigInt(this.capacity)) >> 32n);
      this.throwOut(this.list[at]!);
      this.list[at] = page;
    }
    return false;
  }
}

export class LfuModel extends Model {
  /** Uses, and when that number was reached. */
  private readonly pages = new Map<number, { uses: number; since: number }>();
  private time = 0;

  protected touch(page: number): boolean {
    this.time++;
    const known = this.pages.get(page);
    if (known !== undefined) {
      known.uses++;
      known.since = this.time;
      return true;
    }
    if (this.pages.size === this.capacity) {
      const order = [...this.pages].sort(([, a], [, b]) => a.uses - b.uses || a.since - b.since);
      const victim = order[0]![0];
      this.pages.delete(victim);
      this.throwOut(victim);
    }
    this.pages.set(page, { uses: 1, since: this.time });
    return false;
  }
}

/** Newest first; the hand is an index. */
export class SieveModel extends Model {
  private readonly list: number[] = [];
  private readonly visited = new Set<number>();
  private hand: number | undefined;

  protected touch(page: number): boolean {
    if (this.list.includes(page)) {
      this.visited.add(page);
      return true;
    }
    if (this.list.length === this.capacity) {
      let at = this.hand === undefined ? this.list.length - 1 : this.list.indexOf(this.hand);
      while (this.visited.delete(this.list[at]!)) at = at === 0 ? this.list.length - 1 : at - 1;
      this.hand = at === 0 ? undefined : this.list[at - 1];
      this.throwOut(this.list.splice(at, 1)[0]!);
    }
    this.list.unshift(page);
    return false;
  }
}

export class TaijiModel extends Model {
  /** Hot to cold, each oldest first. */
  private levels: number[][];
  private readonly accessed = new Set<number>();
  private requests = 0;

  constructor(
    capacity: number,
    levels: number,
    private readonly interval: number,
  ) {
    super(capacity);
    this.levels = Array.from({ length: levels }, () => []);
  }

  private scan(): void {
    const next: number[][] = this.levels.map(() => []);
    const inUse: number[] = [];
    for (let level = this.levels.length - 1; level >= 0; level--) {
      for (const page of this.levels[level]!) {
        if (this.accessed.delete(page)) inUse.push(page);
        else next[Math.min(level + 1, next.length - 1)]!.push(page);
      }
    }
    next[0]!.push(...inUse);
    this.levels = next;
  }

  private victim(): number {
    for (;;) {
      const coldest = this.levels.findLast((level) => level.length > 0)!;
      const page = coldest.shift()!;
      if (!this.accessed.delete(page)) return page;
      this.levels[0]!.push(page);
    }
  }

  protected touch(page: number): boolean {
    const hit = this.levels.some((level) => level.includes(page));
    if (hit) {
      this.accessed.add(page);
    } else {
      if (this.levels.flat().length === this.capacity) this.throwOut(this.victim());
      this.levels.at(-1)!.push(page);
    }
    if (++this.requests % this.interval === 0) this.scan();
    return hit;
  }
}

/** Looks into the future of the whole trace; among pages never used again a clean one goes first. */
export class OptimalModel extends Model {
  private readonly resident = new Set<number>();
  private position = 0;

  constructor(
    capacity: number,
    private readonly trace: readonly Request[],
  ) {
    super(capacity);
  }

  private nextUse(page: number): number {
    const at = this.trace.findIndex((request, index) => index > this.position && request.page === page);
    return at < 0 ? Infinity : at;
  }

  protected touch(page: number): boolean {
    const hit = this.resident.has(page);
    if (!hit && this.resident.size === this.capacity) {
      const rank = (candidate: number): [number, number] => [
        this.nextUse(candidate),
        this.dirty.has(candidate) ? 0 : 1,
      ];
      let victim: number | undefined;
      for (const candidate of this.resident) {
        if (victim === undefined) victim = candidate;
        const [a, b] = [rank(candidate), rank(victim)];
        if (a[0] > b[0] || (a[0] === b[0] && a[1] > b[1])) victim = candidate;
      }
      this.resident.delete(victim!);
      this.throwOut(victim!);
    }
    this.resident.add(page);
    this.position++;
    return hit;
  }
}
