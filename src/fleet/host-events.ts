// Hosts that go out and come back. A failure comes an exponential time after the host was last repaired (or after 0), the repair takes a
// constant time. A drain takes a share of the hosts, one after the other, evenly over the time within which it is to be done. A host is open
// while nothing keeps it out.

import { MOST_DRAINS } from './parameters.js';
import { TimeHeap } from './heap.js';
import type { PlacementCore } from './placement.js';
import type { Fleet } from './types.js';

/** Purposes of the random streams. */
export const DRAW = {
  gap: 201,
  lifetime: 202,
  size: 203,
  class: 204,
  failure: 205,
  drain: 206,
  sample: 207,
  home: 208,
} as const;

// In this order at one instant.
const REPAIR = 0;
const RETURN = 1;
const FAIL = 2;
const DRAIN = 3;

/** Their numbers in the fingerprint, behind those of VMs. */
const FIRST_KIND = 10;
const NEXT = 2 ** 32;

export interface HostEvent {
  readonly host: number;
  readonly kind: number;
  /** What is on the host must go. */
  readonly displaces: boolean;
  readonly isFailure: boolean;
}

export class HostEvents {
  readonly any: boolean;
  // a heap for each kind: their order at one instant
  private readonly queues = [new TimeHeap(), new TimeHeap(), new TimeHeap(), new TimeHeap()] as const;
  private readonly reasons: Uint8Array;
  private readonly failures: Uint32Array;

  constructor(
    private readonly fleet: Fleet,
    private readonly core: PlacementCore,
    private readonly endNs: number,
  ) {
    const { failures, drains } = fleet;
    this.any = failures !== undefined || drains.length > 0;
    this.reasons = new Uint8Array(this.any ? core.count : 0);
    this.failures = new Uint32Array(failures === undefined ? 0 : core.count);
    if (failures !== undefined) for (let host = 0; host < core.count; host++) this.planFailure(host, 0);
    drains.forEach((drain, index) => {
      const chosen = drainedHosts(fleet.seed, core, index, drain.hosts);
      chosen.forEach((host, i) => {
        this.plan(DRAIN, drain.atNs + Math.floor((drain.withinNs * i) / chosen.length), host, index);
      });
    });
  }

  private plan(what: number, time: number, host: number, drain = 0): void {
    if (time <= this.endNs) this.queues[what]!.push(time, host * MOST_DRAINS + drain);
  }

  private planFailure(host: number, from: number): void {
    const { failures, seed } = this.fleet;
    const n = this.failures[host]!++;
    const gap = Math.max(1, Math.round(failures!.mtbfNs * this.core.exponential(seed, host + n * NEXT, DRAW.failure)));
    this.plan(FAIL, from + gap, host);
  }

  get nextTime(): number {
    let time = Infinity;
    for (const queue of this.queues) if (queue.nextTime < time) time = queue.nextTime;
    return time;
  }

  isOpen(host: number): boolean {
    return this.reasons[host] === 0;
  }

  /** The earliest; of one instant repairs, returns, failures, drains, each by the number of the host. */
  pop(): HostEvent {
    const now = this.nextTime;
    const what = this.queues.findIndex((queue) => queue.nextTime === now);
    const entry = this.queues[what]!.pop();
    const host = Math.floor(entry / MOST_DRAINS);
    if (what === REPAIR || what === RETURN) {
      this.reasons[host]!--;
      if (what === REPAIR) this.planFailure(host, now);
    } else {
      this.reasons[host]!++;
      const outNs = what === FAIL ? this.fleet.failures!.repairNs : this.fleet.drains[entry % MOST_DRAINS]!.outNs;
      if (outNs !== undefined) this.plan(what === FAIL ? REPAIR : RETURN, now + outNs, host);
    }
    return { host, kind: FIRST_KIND + what, displaces: what === FAIL || what === DRAIN, isFailure: what === FAIL };
  }
}

/** As many as the share says, to the nearest: those with the lowest draws, in that order. */
function drainedHosts(
  seed: number,
  core: Pick<PlacementCore, 'count' | 'draw'>,
  index: number,
  share: number,
): number[] {
  const draws = Float64Array.from({ length: core.count }, (_, host) =>
    core.draw(seed, host + index * NEXT, DRAW.drain),
  );
  const order = Array.from(draws.keys()).sort((a, b) => draws[a]! - draws[b]! || a - b);
  return order.slice(0, Math.round(share * core.count));
}
