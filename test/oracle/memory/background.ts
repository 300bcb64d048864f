// Background swap-out: between which marks it works, for the host and for quotas, and what the budget leaves it.

import { RANK, type Clock } from '../clock.js';
import type { Counting } from './counting.js';
import type { Levels } from './levels.js';
import { freeBytes, quotaFreeBytes, type Guest, type Leaving, type Memory } from './things.js';

/** Whose page is to go: any VM's, or that of one above its quota. */
export type Asked = 'any' | Guest;

export class Background {
  private draining = false;
  /** Pages that it has on their way, rescued ones until their writes are over. */
  readonly underWay = new Set<Leaving>();
  /** Until when the work charged so far lasts, one piece after the other, at the budget. */
  private spentUntil = 0;
  private waitsForBudget = false;

  constructor(
    private readonly memory: Memory,
    private readonly clock: Clock,
    private readonly counted: Counting,
    private readonly levels: Levels,
    private readonly look: () => void,
  ) {
    this.freeChanged();
  }

  /** Frames or copies have come or gone. */
  freeChanged(): void {
    const { memory } = this;
    const free = freeBytes(memory);
    if (free < memory.low) this.draining = true;
    if (free >= memory.high) this.draining = false;
    for (const guest of memory.guests) {
      if (guest.quota === null) continue;
      const left = quotaFreeBytes(memory, guest);
      if (left < guest.quota.low) guest.quota.draining = true;
      if (left >= guest.quota.high) guest.quota.draining = false;
    }
  }

  charge(ns: number): void {
    const thousandths = Math.round(this.memory.spec.budget * 1000);
    if (thousandths === 0) return;
    this.spentUntil = Math.max(this.spentUntil, this.clock.now) + Math.floor((ns * 1000) / thousandths);
  }

  /** Who is to give one more page now: the first of those that have one. */
  asks(): readonly Asked[] {
    const asked = this.wants().filter((one) => this.levels.has(one === 'any' ? null : one));
    if (asked.length === 0 || this.memory.spec.budget === 0) return asked;
    if (this.waitsForBudget) return [];
    const from = this.spentUntil - this.memory.spec.budgetBurstNs;
    if (from <= this.clock.now) return asked;
    this.waitsForBudget = true;
    this.counted.throttled();
    this.clock.at(
      from,
      RANK.background,
      () => {
        this.waitsForBudget = false;
        this.look();
      },
      [1],
    );
    return [];
  }

  private wants(): Asked[] {
    const { memory } = this;
    const unit = memory.spec.pageBytes;
    if (this.draining) {
      let soon = freeBytes(memory);
      for (const { page } of this.underWay) soon += unit - page.keptBytes;
      if (soon < memory.high) return ['any'];
    }
    return memory.guests.filter((guest) => {
      if (guest.quota?.draining !== true) return false;
      const own = [...this.underWay].filter(({ page }) => page.guest === guest).length;
      return quotaFreeBytes(memory, guest) + unit * own < guest.quota.high;
    });
  }
}
