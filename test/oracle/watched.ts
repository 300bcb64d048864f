// The program, event by event: when each request was complete. One event completes one request at most, so what the counters
// gain in it tells whose it was and how long it took, and the log of events tells when.

import type { HostCore } from '../../src/core/host.js';
import type { Scenario, Simulation } from '../../src/index.js';

export interface Finished {
  readonly vm: string;
  readonly arrivedAt: number;
  readonly at: number;
}

/** What no user sees: single events up to an instant, and counters between them. */
interface Inside {
  readonly core: HostCore;
  advance(untilNs: number, events: number, options: object): Promise<void>;
}

/** Events in a log that holds nearly every scenario's, and in one for those of no length that come again and again. */
export const FEW = 2 ** 15;
export const MANY = 2 ** 20;

/** More events than the log holds. */
export class Overflow extends Error {}

/** The log is what tells when an event was: the clock runs on to where it was told to stop. */
export function logged(scenario: Scenario, events: number): Scenario {
  return { ...scenario, log: { fromNs: 0, untilNs: scenario.warmupNs + scenario.durationNs, events } };
}

export class Watched {
  private readonly done: { readonly vm: string; readonly event: number; readonly latencyNs: number }[] = [];
  private readonly seen: { completed: number; latencyNs: number }[];

  constructor(private readonly names: readonly string[]) {
    this.seen = names.map(() => ({ completed: 0, latencyNs: 0 }));
  }

  /** Simulates up to and including `until`. */
  async run(simulation: Simulation, until: number): Promise<void> {
    const { core } = simulation as unknown as Inside;
    while (!core.finished(until)) {
      await (simulation as unknown as Inside).advance(until, 1, {});
      this.names.forEach((name, vm) => this.look(core, name, vm));
    }
  }

  private look(core: HostCore, name: string, vm: number): void {
    const seen = this.seen[vm]!;
    const { count: completed, latencyNs } = core.completedSoFar(vm);
    if (completed === seen.completed) return;
    const more = completed - seen.completed;
    if (more === 1) this.done.push({ vm: name, event: core.events - 1, latencyNs: latencyNs - seen.latencyNs });
    else if (completed > 0) throw new Error(`${more} requests of ${name} complete in one event`);
    Object.assign(seen, { completed, latencyNs });
  }

  finished(simulation: Simulation): Finished[] {
    const { events, left } = simulation.eventLog()!;
    if (left > 0) throw new Overflow(`${left} events more than the log holds`);
    return this.done.map(({ vm, event, latencyNs }) => {
      const at = events[event]!.timeNs;
      return { vm, arrivedAt: at - latencyNs, at };
    });
  }
}
