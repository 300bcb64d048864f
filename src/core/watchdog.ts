// Simulated time that stands still: a loop of events that take no time would run for ever. It is looked for between slices of
// a run, from outside: neither an event nor a draw depends on it.

import type { CompiledScenario } from './compile.js';
import { LimitError } from './errors.js';
import type { HostCore } from './host.js';

/** Events at one instant that are taken to be a loop: beyond this many, and beyond this many for each task that may be alive. */
const MOST_EVENTS = 3e7;
const MOST_PER_TASK = 16;
/** Events that are looked at one by one to name the loop, and entities that the message names. */
const LOOKED_AT = 200;
const MOST_NAMES = 6;

/** Counts events since simulated time last went on. */
export class Watchdog {
  /** Events that a slice may have at most. */
  readonly limit: number;
  private sinceNs: number;
  private sinceEvents: number;

  constructor(
    private readonly core: Pick<HostCore, 'nowNs' | 'events' | 'run'> & { look(): { readonly lastEvent: string } },
    { taskLimit }: Pick<CompiledScenario, 'taskLimit'>,
  ) {
    this.limit = Math.max(MOST_EVENTS, MOST_PER_TASK * taskLimit);
    this.sinceNs = core.nowNs;
    this.sinceEvents = core.events;
  }

  /** @throws LimitError naming what the events at this instant are about, where there are too many of them */
  look(): void {
    const { nowNs, events } = this.core;
    if (nowNs !== this.sinceNs) {
      this.sinceNs = nowNs;
      this.sinceEvents = events;
    } else if (events - this.sinceEvents >= this.limit) throw this.loop(events - this.sinceEvents);
  }

  private loop(events: number): LimitError {
    const names = new Set<string>();
    for (let i = 0; i < LOOKED_AT && names.size <= MOST_NAMES; i++) {
      if (this.core.run(this.sinceNs, 1) !== 'budget') break;
      names.add(this.core.look().lastEvent);
    }
    const shown = [...names].slice(0, MOST_NAMES).join(', ') + (names.size > MOST_NAMES ? ', …' : '');
    return new LimitError(
      'vms',
      events,
      `vms: simulated time stands still at ${this.sinceNs} ns, where ${events} events took none: ${shown} in a loop; one of its services, think times, costs or gaps between arrivals must be 1 ns or more`,
    );
  }
}
