// Notices work on a thread that has stopped: a Wasm call that never comes back keeps its thread for ever, and nothing inside can end it.
// Threads speak between slices of a simulation. Who is silent for much longer than anybody has been so far, and than `leastMs`, has stopped.

/** So many times the longest silence after which somebody spoke again. */
const FACTOR = 20;
const TICKS = 20;

interface Watched {
  sinceMs: number;
  /** Looks since then: while this process was frozen nobody could be heard, and nobody looked either. */
  ticks: number;
  readonly end: () => void;
}

export class Silences {
  private readonly watched = new Map<number, Watched>();
  private longestMs = 0;
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly tickMs: number;

  constructor(private readonly leastMs: number) {
    this.tickMs = leastMs / TICKS;
    if (!Number.isFinite(leastMs)) return; // nobody is ended
    this.timer = setInterval(() => this.look(), this.tickMs);
    this.timer.unref();
  }

  /** How long who has begun may be silent. */
  get limitMs(): number {
    return Math.max(this.leastMs, FACTOR * this.longestMs);
  }

  /** From its first word on; `end` is called at most once. */
  watch(id: number, end: () => void): void {
    this.watched.set(id, { sinceMs: NaN, ticks: 0, end });
  }

  spoke(id: number): void {
    const one = this.watched.get(id);
    if (one === undefined) return;
    const now = performance.now();
    if (!Number.isNaN(one.sinceMs))
      this.longestMs = Math.max(this.longestMs, Math.min(now - one.sinceMs, (one.ticks + 1) * this.tickMs));
    one.sinceMs = now;
    one.ticks = 0;
  }

  ended(id: number): void {
    this.watched.delete(id);
  }

  private look(): void {
    for (const [id, one] of [...this.watched]) {
      if (Number.isNaN(one.sinceMs) || ++one.ticks * this.tickMs <= this.limitMs) continue;
      this.watched.delete(id);
      one.end();
    }
  }

  close(): void {
    clearInterval(this.timer);
  }
}
