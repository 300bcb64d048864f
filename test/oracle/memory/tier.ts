// The naive slow tier: docs/model/memory.md, "A slow tier". What is due is brought up to date before anything is asked or changed.

import { mix } from '../chance.js';
import type { Clock } from '../clock.js';
import type { Memory, Page } from './things.js';

const ROWS = 4;
const SECOND_NS = 1e9;

export interface Seen {
  /** What the access takes beyond one in the host's own memory. */
  readonly ns: number;
  /** It is to come up. */
  readonly rises: boolean;
}

const ZERO = { hintFaults: 0, limited: 0, candidates: 0, refused: 0, noRoom: 0, promotions: 0, rounds: 0 };

export class Tier {
  n = { ...ZERO };
  private nextScan: number;
  private hand = 0;
  private nextAdjust: number;
  private nextHalve: number;
  private hotNs: number;
  private soonEnough = 0;
  private second = 0;
  private withinSecond = 0;
  private costs = [0];
  private nextRound: number;
  private readonly rows: number[][];
  private readonly marks = new Map<Page, number>();
  private readonly seen = new Map<Page, number>();

  constructor(
    private readonly memory: Memory,
    private readonly clock: Clock,
  ) {
    const { tier } = memory.spec;
    this.nextScan = tier.scan.delayNs;
    this.nextAdjust = tier.adjustNs;
    this.nextHalve = tier.sketch.halveNs;
    this.hotNs = tier.hotNs;
    this.nextRound = tier.tuner?.roundNs ?? Infinity;
    this.rows = Array.from({ length: ROWS }, () => new Array<number>(tier.sketch.counters).fill(0));
  }

  /** It took so long in the present round: accesses that were longer, and moves. */
  spend(ns: number): void {
    this.due();
    this.costs[this.costs.length - 1]! += ns;
  }

  /** The count by what all rounds since the choices began to be tried have cost; the last one is under way. */
  private get wanted(): number {
    const { accesses, tuner } = this.memory.spec.tier;
    if (tuner === undefined) return accesses;
    const { choices, explore } = tuner;
    const arm = Math.floor((this.costs.length - 1) / explore);
    if (arm < choices.length) return choices[arm]!;
    const sums = choices.map((_, i) =>
      this.costs.slice(i * explore, (i + 1) * explore).reduce((sum, cost) => sum + cost, 0),
    );
    return choices[sums.indexOf(Math.min(...sums))]!;
  }

  restart(): void {
    this.due();
    this.n = { ...ZERO };
  }

  /** Of the simulated, smaller memory. */
  private unitsOf(bytes: number): number {
    return Math.floor(bytes / this.memory.spec.pageBytes / this.memory.spec.pageSample);
  }

  /** Scans, comparisons and halvings up to and in this nanosecond. */
  due(): void {
    const { tier } = this.memory.spec;
    const { pages } = this.memory;
    const { now } = this.clock;
    if (tier.detector === 'autonuma' || tier.detector === 'tpp')
      for (; this.nextScan <= now; this.nextScan += tier.scan.periodNs) {
        const units = Math.min(pages.length, Math.max(1, this.unitsOf(tier.scan.sizeBytes)));
        for (let i = 0; i < units; i++) {
          const page = pages[this.hand]!;
          this.hand = (this.hand + 1) % pages.length;
          if (page.backend === 'slow' && page.where === 'out' && !this.marks.has(page))
            this.marks.set(page, this.nextScan);
        }
      }
    for (; this.nextRound <= now; this.nextRound += tier.tuner!.roundNs) {
      const { choices, explore, keep } = tier.tuner!;
      this.n.rounds++;
      this.costs.push(0);
      if (keep > 0 && this.costs.length > choices.length * explore + keep) this.costs = [0];
    }
    for (; this.nextAdjust <= now; this.nextAdjust += tier.adjustNs) {
      const wanted = Math.floor((this.unitsOf(tier.limitBytesPerSecond) * tier.adjustNs) / SECOND_NS);
      const step = Math.floor(tier.hotNs / 8);
      if (this.soonEnough * 10 > wanted * 11) this.hotNs = Math.max(this.hotNs - step, step);
      else if (this.soonEnough * 10 < wanted * 9) this.hotNs = Math.min(this.hotNs + step, 2 * tier.hotNs);
      this.soonEnough = 0;
    }
    for (; this.nextHalve <= now; this.nextHalve += tier.sketch.halveNs)
      for (const row of this.rows) row.forEach((count, i) => (row[i] = Math.floor(count / 2)));
  }

  /** A task touches a page that lies there. */
  access(page: Page): Seen {
    this.due();
    const { tier } = this.memory.spec;
    const ns = tier.slowNs - tier.fastNs;
    this.count(page);
    if (page.where !== 'out') return { ns, rises: false };
    const marked = this.marks.get(page);
    this.marks.delete(page);
    if (marked !== undefined) this.n.hintFaults++;
    const all = ns + (marked === undefined ? 0 : tier.hintFaultNs);
    if (!this.isCandidate(page, marked)) return { ns: all, rises: false };
    this.n.candidates++;
    const rises = this.admits(page);
    if (!rises) this.n.refused++;
    return { ns: all, rises };
  }

  private isCandidate(page: Page, marked: number | undefined): boolean {
    const { tier } = this.memory.spec;
    if (tier.detector === 'none') return false;
    if (tier.detector === 'autonuma') return marked !== undefined && this.isHot(marked);
    if (tier.detector === 'tpp' && marked === undefined) return false;
    const seen = (this.seen.get(page) ?? 0) + 1;
    this.seen.set(page, seen);
    return seen >= this.wanted;
  }

  private isHot(marked: number): boolean {
    const { now } = this.clock;
    if (now - marked >= this.hotNs) return false;
    this.soonEnough++;
    const second = Math.floor(now / SECOND_NS);
    if (second !== this.second) this.withinSecond = 0;
    this.second = second;
    if (++this.withinSecond <= this.unitsOf(this.memory.spec.tier.limitBytesPerSecond)) return true;
    this.n.limited++;
    return false;
  }

  private counters(page: Page): [row: number[], at: number][] {
    const hash = mix(BigInt(this.memory.pages.indexOf(page)));
    return this.rows.map((row, r) => [row, Number((hash >> BigInt(16 * r)) % BigInt(row.length))]);
  }

  private count(page: Page): void {
    for (const [row, at] of this.counters(page)) row[at]!++;
  }

  private admits(page: Page): boolean {
    const { tier, backends, pageBytes } = this.memory.spec;
    if (tier.admit !== 'sketch') return tier.admit === 'always';
    const { slow } = backends;
    if (slow.in.dist !== 'constant') throw new Error('the naive tier takes moves of one length');
    const move = slow.in.value + (pageBytes / 4096 - 1) * slow.inMoreNs;
    const over = Math.floor((tier.factor * move) / (tier.slowNs - tier.fastNs));
    const onTheirWay = this.memory.pages.filter(
      ({ backend, where }) => backend === 'slow' && (where === 'ahead' || where === 'coming'),
    ).length;
    const estimate = Math.min(...this.counters(page).map(([row, at]) => row[at]!));
    return estimate > over + tier.price * onTheirWay;
  }

  /** It has come to lie there. */
  down(page: Page): void {
    this.seen.delete(page);
  }

  figures(): typeof ZERO & { queued: number; hotNs: number; accesses: number } {
    this.due();
    const queued = this.memory.pages.filter(({ backend, where }) => backend === 'slow' && where === 'ahead').length;
    return {
      ...this.n,
      accesses: this.wanted,
      queued,
      hotNs: this.memory.spec.tier.detector === 'autonuma' ? this.hotNs : 0,
    };
  }
}
