// Requests in flight that have waited longer than their SLO allows. The core keeps no list of them, but it counts arrivals:
// one reading of that count, taken a target's length before the scenario's end, tells how many can be younger than the target.
// Whoever is in flight beyond those is surely late. Leaves out who they are, and instants before the scenario's end.

import { VM_ARRIVED } from '../../assembly/layout.js';
import type { Scenario } from '../scenario/types.js';
import type { CompiledScenario } from './compile.js';
import type { HostCore } from './host.js';

/** Arrivals of a VM up to an instant; null where it has not been reached, or was passed before anybody asked. */
export interface ArrivalReading {
  readonly atNs: number;
  readonly arrived: number | null;
}

export class LateRequests {
  /** By VM; null where it states no SLO, or one as long as everything that is measured. */
  private readonly readings: (ArrivalReading | null)[];
  private readonly endNs: number;

  /** `earlier`: what was read before a snapshot or a fork. */
  constructor(
    { vms }: CompiledScenario,
    { warmupNs, durationNs }: Scenario,
    earlier: readonly (ArrivalReading | null)[] = [],
  ) {
    this.endNs = warmupNs + durationNs;
    this.readings = vms.map(({ group }, index) => {
      if (group.slo === undefined) return null;
      const atNs = this.endNs - Math.ceil(group.slo.latencyNs);
      if (atNs < warmupNs) return null; // counts begin anew there
      const before = earlier[index];
      return { atNs, arrived: before?.atNs === atNs ? before.arrived : null };
    });
  }

  get state(): readonly (ArrivalReading | null)[] {
    return this.readings;
  }

  /** The next instant at which to `read`, `nowNs` included; Infinity: none. */
  next(nowNs: number): number {
    let first = Infinity;
    for (const reading of this.readings) {
      if (reading?.arrived === null && reading.atNs >= nowNs) first = Math.min(first, reading.atNs);
    }
    return first;
  }

  /** Takes the readings that are due now, when all events of this instant are done. */
  read(core: HostCore): void {
    this.readings.forEach((reading, index) => {
      if (reading === null || reading.arrived !== null || reading.atNs !== core.nowNs) return;
      this.readings[index] = { ...reading, arrived: core.vmCounters(index)[VM_ARRIVED]! };
    });
  }

  /** How many of the requests in flight are older than the target, at least; 0 before the scenario's end. */
  atLeast(index: number, nowNs: number, arrived: number, inFlight: number): number {
    const reading = this.readings[index];
    if (reading === undefined || reading === null || reading.arrived === null || nowNs < this.endNs) return 0;
    return Math.max(0, inFlight - (arrived - reading.arrived));
  }
}
