// When hosts are simulated, and with whom. The time of the fleet has windows, evenly spread; a host's part of one is cut wherever a VM comes
// to it or leaves it. Between two cuts its VMs are a scenario of their own (an epoch): it begins with nothing in flight.

import type { HostCalls } from './calls.js';
import type { Epoch, HostJob } from './work.js';
import type { Fleet } from './types.js';

export interface Window {
  readonly fromNs: number;
  readonly toNs: number;
}

/** Their middles are evenly spread; of a fleet no longer than one there is one. */
export function windowsOf({ simulate: { windows, lengthNs } }: Fleet, endNs: number): Window[] {
  const length = Math.min(lengthNs, Math.floor(endNs / windows));
  if (length <= 0) return [];
  return Array.from({ length: windows }, (_, i) => {
    const middle = (endNs * (i + 0.5)) / windows;
    const fromNs = Math.max(0, Math.min(endNs - length, Math.round(middle - length / 2)));
    return { fromNs, toNs: fromNs + length };
  });
}

interface Stay {
  readonly vm: number;
  readonly window: number;
  readonly fromNs: number;
  readonly toNs: number;
}

/** Gathers who was where in the windows. */
export class Stays {
  private readonly byHost = new Map<number, Stay[]>();

  constructor(private readonly windows: readonly Window[]) {}

  add(vm: number, host: number, fromNs: number, toNs: number): void {
    this.windows.forEach((window, i) => {
      const from = Math.max(fromNs, window.fromNs);
      const to = Math.min(toNs, window.toNs);
      if (from >= to) return;
      let stays = this.byHost.get(host);
      if (stays === undefined) this.byHost.set(host, (stays = []));
      stays.push({ vm, window: i, fromNs: from, toNs: to });
    });
  }

  /** Hosts that had a VM in some window. */
  get busy(): ReadonlySet<number> {
    return new Set(this.byHost.keys());
  }

  /** What there is to simulate of a host. */
  jobOf(host: number, type: number, calls?: HostCalls): HostJob {
    const stays = this.byHost.get(host) ?? [];
    const cuts = calls?.cuts(host) ?? [];
    const epochs = this.windows.flatMap((window, i) =>
      epochsOf(
        stays.filter((stay) => stay.window === i),
        window,
        cuts,
      ).flatMap(({ fromNs, lengthNs, vms }): Epoch[] => {
        const own = calls?.epoch(host, { fromNs, toNs: fromNs + lengthNs });
        if (vms.length === 0 && own === undefined) return [];
        return [{ fromNs, lengthNs, vms, ...(own === undefined ? {} : { calls: own }) }];
      }),
    );
    return { host, type, epochs, ...(calls === undefined ? {} : { functions: calls.functions(host) }) };
  }

  get lengthNs(): number {
    return this.windows.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0);
  }
}

/** `more`: where it is cut besides. */
function epochsOf(stays: readonly Stay[], window: Window, more: readonly number[]): Epoch[] {
  const within = more.filter((ns) => ns > window.fromNs && ns < window.toNs);
  const changes = stays.flatMap(({ fromNs, toNs }) => [fromNs, toNs]);
  const cuts = [...new Set([window.fromNs, ...changes, ...within, window.toNs])];
  cuts.sort((a, b) => a - b);
  return cuts.slice(0, -1).map((fromNs, i): Epoch => {
    const lengthNs = cuts[i + 1]! - fromNs;
    const vms = stays.filter((stay) => stay.fromNs <= fromNs && stay.toNs > fromNs).map(({ vm }) => vm);
    return { fromNs, lengthNs, vms: vms.sort((a, b) => a - b) };
  });
}
