// Who goes: each VM's levels, scans, and the search for a victim.

import type { Guest, Memory, Page } from './things.js';

export class Levels {
  /** The VM that gave last. */
  private gave = -1;

  constructor(private readonly memory: Memory) {}

  /** At the end of a level: the last to go. */
  enter(page: Page, level: number): void {
    page.guest.levels[level]!.push(page);
  }

  /** Whether that VM, or any, has a page to give. */
  has(of: Guest | null): boolean {
    const guests = of === null ? this.memory.guests : [of];
    return guests.some(({ levels }) => levels.some((level) => level.length > 0));
  }

  private take(page: Page): Page {
    for (const level of page.guest.levels) {
      const at = level.indexOf(page);
      if (at >= 0) level.splice(at, 1);
    }
    return page;
  }

  /** How many pages stood in a level. */
  scan(): number {
    let stood = 0;
    for (const { levels } of this.memory.guests) {
      const used: Page[] = [];
      for (let level = levels.length - 1; level >= 0; level--) {
        const pages = levels[level]!;
        stood += pages.length;
        levels[level] = [];
        const colder = levels[Math.min(level + 1, levels.length - 1)]!;
        for (const page of pages) (page.used ? used : colder).push(page);
      }
      for (const page of used) {
        page.used = false;
        levels[0]!.push(page);
      }
    }
    return stood;
  }

  /** The coldest page of a VM, or of all; it leaves its level. */
  victim(of: Guest | null): Page | null {
    const { guests, spec } = this.memory;
    const turn = of === null ? guests.map((_, i) => guests[(this.gave + 1 + i) % guests.length]!) : [of];
    const passed: Page[] = [];
    let found: Page | null = null;
    for (let level = spec.levels - 1; level >= 0 && found === null; level--)
      for (const guest of turn) {
        for (const page of guest.levels[level]!) {
          if (!page.used) {
            found = page;
            break;
          }
          passed.push(page);
        }
        if (found !== null) break;
      }
    if (found !== null) this.take(found);
    for (const page of passed) {
      this.take(page);
      page.used = false;
      this.enter(page, 0);
    }
    if (found === null) {
      const giver = turn.find((guest) => guest.levels[0]!.length > 0);
      if (giver === undefined) return null;
      found = giver.levels[0]!.shift()!;
    }
    if (of === null) this.gave = found.guest.index;
    return found;
  }
}
