// Which hosts are simulated, and for how many each stands. Full: every host that had a VM in some window. Sampled: of those, some of each
// stratum; strata are types of hosts, each cut into tenths by how much of its cores was reserved, so that full hosts and nearly empty ones
// are seen alike. A host without a VM in any window has nothing to simulate: what it does is known.

import type { KeptForFunctions } from './function-map.js';
import type { Fleet } from './types.js';

/** Hosts that are alike, and those of them that are simulated. Plain data. */
export interface Stratum {
  /** Hosts that it has. */
  readonly of: number;
  /** Those that are simulated, in the order of their draws. */
  readonly hosts: readonly number[];
}

export interface Plan {
  readonly strata: readonly Stratum[];
  /** Core time of hosts without a VM, in ns. */
  readonly idleNs: number;
  /** All hosts that are simulated, ascending: the order of their rows. */
  readonly order: readonly number[];
  /** Absent where there are no functions. */
  readonly functions?: KeptForFunctions;
}

const TENTHS = 10;
/** A stratum of one has no spread. */
const LEAST = 2;

/** The type of each host, by the first host of each type. */
export function typeOfHost({ hosts }: Fleet): (host: number) => number {
  let from = 0;
  const ends = hosts.map(({ count }) => (from += count));
  return (host) => ends.findIndex((end) => host < end);
}

export function planOf(
  fleet: Fleet,
  busy: ReadonlySet<number>,
  load: Float64Array,
  lengthNs: number,
  draw: (host: number) => number,
): Plan {
  const typeOf = typeOfHost(fleet);
  const order = [...busy].sort((a, b) => a - b);
  let idleNs = 0;
  fleet.hosts.forEach(({ count, cores }) => (idleNs += count * cores * lengthNs));
  for (const host of order) idleNs -= fleet.hosts[typeOf(host)]!.cores * lengthNs;
  if (fleet.fidelity.kind !== 'sampled')
    return { strata: order.length === 0 ? [] : [{ of: order.length, hosts: order }], idleNs, order };
  const strata = fleet.hosts.flatMap((_, type) => {
    const list = order.filter((host) => typeOf(host) === type).sort((a, b) => load[a]! - load[b]! || a - b);
    return Array.from({ length: TENTHS }, (__, tenth) => {
      const part = list.slice(
        Math.floor((list.length * tenth) / TENTHS),
        Math.floor((list.length * (tenth + 1)) / TENTHS),
      );
      const wanted = Math.min(part.length, Math.max(LEAST, Math.ceil(part.length * fleet.fidelity.share)));
      const drawn = new Map(part.map((host) => [host, draw(host)]));
      const chosen = [...part].sort((a, b) => drawn.get(a)! - drawn.get(b)! || a - b).slice(0, wanted);
      return { of: part.length, hosts: chosen };
    }).filter(({ of }) => of > 0);
  });
  return { strata, idleNs, order: strata.flatMap(({ hosts }) => hosts).sort((a, b) => a - b) };
}
