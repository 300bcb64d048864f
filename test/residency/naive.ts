// Two tiers of memory again, written from docs/model/residency.md and not from the code: plain lists, searched, and time gone through
// period by period.

import type { TierSettings } from '../../src/residency/tiers.js';

const MASK = (1n << 64n) - 1n;

/** SplitMix64's finalizer. */
function mixed(value: bigint): bigint {
  let z = value;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return z ^ (z >> 31n);
}

class Naive {
  /** From the one used last to the one used first. */
  fast: number[] = [];
  readonly slow = new Set<number>();
  /** Slow accesses or faults. */
  readonly uses = new Map<number, number>();
  readonly marked = new Map<number, number>();
  /** Who waits for the link, and when its exchange ends. */
  line: { unit: number; done: number }[] = [];
  free = 0;
  readonly sketch: number[][] = [];
  clock = 0;
  hand = 0;
  nextScan = 0;
  adjusts = 0;
  halvings = 0;
  inAdjust = 0;
  readonly inLimit = new Map<number, number>();
  readonly result = {
    hits: 0,
    firsts: 0,
    faults: 0,
    limited: 0,
    candidates: 0,
    refused: 0,
    promotions: 0,
    demotions: 0,
    totalNs: 0,
    hotNs: 0,
    coming: 0,
    comingMost: 0,
  };

  constructor(
    private readonly units: number,
    private settings: TierSettings,
  ) {
    const { detector, admit } = settings;
    if (detector.kind === 'hint' || detector.kind === 'faults') this.nextScan = detector.scan.delayNs;
    if (detector.kind === 'hint') this.result.hotNs = detector.hotNs;
    if (typeof admit === 'object') this.sketch = [0, 1, 2, 3].map(() => new Array<number>(admit.counters).fill(0));
  }

  private pay(ns: number): void {
    this.result.totalNs += ns;
    this.clock += ns;
  }

  /** All that was due at or before the present. */
  private periods(): void {
    const { detector, admit } = this.settings;
    if (detector.kind === 'hint' || detector.kind === 'faults') {
      const { periodNs, units } = detector.scan;
      for (; this.nextScan <= this.clock; this.nextScan += periodNs)
        for (let i = 0; i < Math.min(units, this.units); i++) {
          this.land(this.nextScan);
          const coming = this.line.some(({ unit }) => unit === this.hand);
          if (this.slow.has(this.hand) && !coming && !this.marked.has(this.hand))
            this.marked.set(this.hand, this.nextScan);
          this.hand = (this.hand + 1) % this.units;
        }
    }
    this.land(this.clock);
    if (detector.kind === 'hint')
      for (; (this.adjusts + 1) * detector.adjustNs <= this.clock; this.adjusts++) {
        const wanted = Math.floor((detector.limit.units * detector.adjustNs) / detector.limit.perNs);
        const step = Math.floor(detector.hotNs / 8);
        const { hotNs } = this.result;
        if (this.inAdjust > 1.1 * wanted) this.result.hotNs = Math.max(step, hotNs - step);
        else if (this.inAdjust < 0.9 * wanted) this.result.hotNs = Math.min(2 * detector.hotNs, hotNs + step);
        this.inAdjust = 0;
      }
    if (typeof admit === 'object')
      for (; (this.halvings + 1) * admit.halveNs <= this.clock; this.halvings++)
        for (const row of this.sketch) row.forEach((count, i) => (row[i] = Math.floor(count / 2)));
  }

  private cells(unit: number): { row: number[]; at: number }[] {
    const hash = mixed(BigInt(unit));
    return this.sketch.map((row, i) => ({ row, at: Number((hash >> BigInt(16 * i)) % BigInt(row.length)) }));
  }

  private counted(unit: number, enough: number): boolean {
    const uses = (this.uses.get(unit) ?? 0) + 1;
    this.uses.set(unit, uses);
    return uses >= enough;
  }

  private isCandidate(unit: number, came: number): boolean {
    const { detector } = this.settings;
    if (detector.kind === 'nothing') return false;
    if (detector.kind === 'count') return this.counted(unit, detector.accesses);
    const marked = this.marked.get(unit);
    if (marked === undefined) return false;
    this.marked.delete(unit);
    this.result.faults++;
    this.pay(detector.faultNs);
    if (detector.kind === 'faults') return this.counted(unit, detector.faults);
    if (came - marked >= this.result.hotNs) return false;
    this.inAdjust++;
    const period = Math.floor(came / detector.limit.perNs);
    const within = (this.inLimit.get(period) ?? 0) + 1;
    this.inLimit.set(period, within);
    if (within <= detector.limit.units) return true;
    this.result.limited++;
    return false;
  }

  private admitted(unit: number): boolean {
    const { admit = 'always' } = this.settings;
    if (typeof admit === 'string') return admit === 'always';
    const price = (this.settings.background?.price ?? 0) * this.line.length;
    return Math.min(...this.cells(unit).map(({ row, at }) => row[at]!)) > admit.over + price;
  }

  private demote(): void {
    const unit = this.fast.pop()!;
    this.slow.add(unit);
    this.uses.set(unit, 0);
    this.result.demotions++;
    if (this.settings.background === undefined) this.pay(this.settings.moveNs);
  }

  /** Who has come over the link by then. */
  private land(until: number): void {
    for (const { unit } of this.line.filter(({ done }) => done <= until)) {
      this.demote();
      this.result.promotions++;
      this.enter(unit);
    }
    this.line = this.line.filter(({ done }) => done > until);
    this.result.coming = this.line.length;
  }

  private send(unit: number): void {
    this.free = Math.max(this.free, this.clock) + 2 * this.settings.moveNs;
    this.line.push({ unit, done: this.free });
    this.result.coming = this.line.length;
    this.result.comingMost = Math.max(this.result.comingMost, this.line.length);
  }

  private enter(unit: number): void {
    const { fastUnits, watermarks = { low: 0, high: 0 } } = this.settings;
    this.slow.delete(unit);
    this.fast.unshift(unit);
    if (fastUnits - this.fast.length >= watermarks.low) return;
    while (fastUnits - this.fast.length < watermarks.high) this.demote();
  }

  /** Between two accesses. */
  tune(settings: TierSettings): void {
    const [before, { detector }] = [this.settings.detector, settings];
    this.settings = settings;
    const scanned = 'scan' in before && 'scan' in detector && before.scan.periodNs !== detector.scan.periodNs;
    if (scanned) this.nextScan = Math.min(this.nextScan, this.clock + detector.scan.periodNs);
    if (detector.kind === 'hint' && before.kind === 'hint' && before.hotNs !== detector.hotNs)
      this.result.hotNs = detector.hotNs;
  }

  access(unit: number): void {
    const { fastUnits, fastNs, slowNs, moveNs, gapNs = 0 } = this.settings;
    this.clock += gapNs;
    this.periods();
    const came = this.clock;
    if (this.fast.includes(unit)) {
      this.fast = [unit, ...this.fast.filter((other) => other !== unit)];
      this.result.hits++;
      this.pay(fastNs);
      return;
    }
    this.pay(slowNs);
    if (!this.slow.has(unit)) {
      this.result.firsts++;
      if (this.fast.length < fastUnits) {
        this.enter(unit);
        return;
      }
      this.slow.add(unit);
    }
    for (const { row, at } of this.cells(unit)) row[at]!++;
    if (this.line.some((one) => one.unit === unit) || !this.isCandidate(unit, came)) return;
    this.result.candidates++;
    if (!this.admitted(unit)) {
      this.result.refused++;
      return;
    }
    if (this.settings.background !== undefined) {
      this.send(unit);
      return;
    }
    if (this.fast.length === fastUnits) this.demote();
    this.pay(moveNs);
    this.result.promotions++;
    this.enter(unit);
  }
}

/**
 * @param accesses to units that are numbered from 0 in the order of their first use
 * @param tuned other settings from the access of this number on, from 1
 */
export function naiveTiers(
  accesses: readonly number[],
  settings: TierSettings,
  tuned?: { readonly from: number; readonly settings: TierSettings },
): Naive['result'] & { endedNs: number } {
  const naive = new Naive(Math.max(...accesses) + 1, settings);
  accesses.forEach((unit, i) => {
    if (tuned?.from === i) naive.tune(tuned.settings);
    naive.access(unit);
  });
  return { ...naive.result, endedNs: naive.clock };
}
