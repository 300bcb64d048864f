// The clock of the naive simulator: a list of events, sorted by (time, rank, place), taken from the front. Nothing is skipped.

/** What comes first within one nanosecond: docs/model/order.md. */
export const RANK = {
  warmup: 0,
  end: 1,
  step: 2,
  serve: 3,
  fault: 4,
  ready: 5,
  touch: 6,
  quantum: 7,
  replenish: 8,
  prewarm: 9,
  arrival: 10,
  modulate: 11,
  expire: 12,
  background: 13,
  round: 14,
  control: 15,
  look: 16,
  giveUp: 17,
  poll: 18,
  sample: 19,
  /** Not events of the page: what holds at the end of a nanosecond. */
  afterAll: 20,
} as const;

export interface Event {
  readonly time: number;
  readonly rank: number;
  /** Compared one number after the other; ends in the order of scheduling. */
  readonly place: readonly number[];
  readonly act: () => void;
  cancelled: boolean;
}

function before(a: Event, b: Event): boolean {
  if (a.time !== b.time) return a.time < b.time;
  if (a.rank !== b.rank) return a.rank < b.rank;
  for (let i = 0; i < a.place.length && i < b.place.length; i++) {
    if (a.place[i] !== b.place[i]) return a.place[i]! < b.place[i]!;
  }
  return a.place.length < b.place.length;
}

export class Clock {
  now = 0;
  /** Soonest last, so that taking one is `pop`. */
  private readonly events: Event[] = [];
  private scheduled = 0;

  /** `after` is called whenever an event is over. */
  constructor(private readonly after: () => void = () => undefined) {}

  /** The next number of the order of scheduling. */
  ticket(): number {
    return this.scheduled++;
  }

  /** Plans `act`; the place is the given index, then the order of scheduling (or a ticket drawn before). */
  at(time: number, rank: number, act: () => void, index: readonly number[] = [], ticket = this.ticket()): Event {
    if (!(time >= this.now) || !Number.isSafeInteger(time)) throw new Error(`event at ${time}, now ${this.now}`);
    const event: Event = { time, rank, place: [...index, ticket], act, cancelled: false };
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (before(event, this.events[middle]!)) low = middle + 1;
      else high = middle;
    }
    this.events.splice(low, 0, event);
    return event;
  }

  /** Runs every event up to and including `time`, then stands at `time`. */
  run(time: number): void {
    for (;;) {
      const event = this.events.at(-1);
      if (event === undefined || event.time > time) break;
      this.events.pop();
      if (event.cancelled) continue;
      this.now = event.time;
      event.act();
      this.after();
    }
    this.now = Math.max(this.now, time);
  }
}
