// What is to happen, in order: of one instant the least rank first, of one rank by place, then in the order of planning.

export const RANKS = { end: 0, ready: 1, prewarm: 2, arrive: 3, expire: 4, timeout: 5 } as const;

export interface Planned {
  readonly atNs: number;
  readonly rank: number;
  readonly place: number;
  readonly happen: () => void;
}

export const before = (a: Planned, b: Planned): boolean =>
  a.atNs !== b.atNs ? a.atNs < b.atNs : a.rank !== b.rank ? a.rank < b.rank : a.place < b.place;

export class Agenda {
  private readonly list: Planned[] = [];

  add(kind: keyof typeof RANKS, atNs: number, place: number, happen: () => void): void {
    const event: Planned = { atNs, rank: RANKS[kind], place, happen };
    let [low, high] = [0, this.list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      // behind its equals
      if (before(event, this.list[middle]!)) high = middle;
      else low = middle + 1;
    }
    this.list.splice(low, 0, event);
  }

  get first(): Planned | undefined {
    return this.list[0];
  }

  take(): void {
    this.list.shift();
  }
}

/** The boot gate: so many between gate and READY, so long after the one before, first come, first served. */
export class Gate {
  /** Of all that have passed. */
  private readonly readyNs: number[] = [];
  private lastNs = -Infinity;

  constructor(
    private readonly slots: number,
    private readonly gapNs: number,
  ) {}

  /** When it is ready, who comes to the gate now and then takes so long. */
  ready(nowNs: number, ns: number): number {
    let atNs = Math.max(nowNs, this.lastNs + this.gapNs);
    if (this.slots > 0 && this.readyNs.length >= this.slots)
      atNs = Math.max(atNs, [...this.readyNs].sort((a, b) => b - a)[this.slots - 1]!);
    this.lastNs = atNs;
    this.readyNs.push(atNs + ns);
    // what was ready long ago holds no slot
    if (this.readyNs.length > 1024) this.readyNs.sort((a, b) => b - a).splice(Math.max(this.slots, 1));
    return atNs + ns;
  }
}
