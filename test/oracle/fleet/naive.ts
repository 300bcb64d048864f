// A fleet, packed by looking at every host for every VM: docs/fleet.md, "Rules", line by line and without an index. Times, amounts and
// draws are computed here again; nothing of src/fleet is used but its types.

import { Stream } from '../chance.js';

export interface NaiveVm {
  readonly arrival: number;
  readonly departure: number;
  /** Millionths of a core, KiB. */
  readonly cores: number;
  readonly memory: number;
  readonly isBestEffort: boolean;
}

export interface NaiveFleet {
  readonly seed: number;
  readonly hosts: readonly { readonly count: number; readonly cores: number; readonly kib: number }[];
  readonly placement: string;
  /** In thousandths: latency-critical, best-effort. */
  readonly overcommit: { readonly cores: readonly [number, number]; readonly memory: readonly [number, number] };
  readonly failures?: { readonly mtbf: number; readonly repair: number } | undefined;
  readonly drains: readonly {
    readonly at: number;
    readonly hosts: number;
    readonly within: number;
    readonly out?: number | undefined;
  }[];
  readonly end: number;
}

interface Host {
  readonly index: number;
  readonly cores: number;
  readonly memory: number;
  freeCores: number;
  freeMemory: number;
  reasons: number;
  failures: number;
  readonly vms: Set<number>;
}

interface Event {
  readonly time: number;
  /** Departure, repair, return, failure, drain, arrival. */
  readonly rank: number;
  readonly number: number;
  readonly host: number;
  readonly drain?: number;
}

export interface NaiveResult {
  /** By VM: every host that it was put on, -1 where it fitted nowhere. */
  readonly hosts: number[][];
  readonly departed: number;
  readonly lost: number;
  readonly peakHosts: number;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

/** How a dimension is counted so that every demand is whole. */
function scale([critical, effort]: readonly [number, number]): { capacity: number; demand: [number, number] } {
  const reduced = [critical, effort].map((over) => {
    const common = divisor(over, 1000);
    return { over: over / common, under: 1000 / common };
  });
  const capacity = (reduced[0]!.over * reduced[1]!.over) / divisor(reduced[0]!.over, reduced[1]!.over);
  const demand = reduced.map(({ over, under }) => (capacity / over) * under);
  return { capacity, demand: [demand[0]!, demand[1]!] };
}

export class NaivePacking {
  private readonly hosts: Host[] = [];
  private readonly events: Event[] = [];
  private readonly cores;
  private readonly memory;
  private readonly result = { hosts: [] as number[][], departed: 0, lost: 0, peakHosts: 0 };
  private readonly at = new Map<number, number>();

  constructor(
    private readonly fleet: NaiveFleet,
    private readonly vms: readonly NaiveVm[],
  ) {
    this.cores = scale(fleet.overcommit.cores);
    this.memory = scale(fleet.overcommit.memory);
    for (const { count, cores, kib } of fleet.hosts)
      for (let i = 0; i < count; i++) {
        const [c, m] = [cores * 1e6 * this.cores.capacity, kib * this.memory.capacity];
        const index = this.hosts.length;
        this.hosts.push({
          index,
          cores: c,
          memory: m,
          freeCores: c,
          freeMemory: m,
          reasons: 0,
          failures: 0,
          vms: new Set(),
        });
      }
  }

  run(): NaiveResult {
    const { fleet, vms, hosts, events } = this;
    vms.forEach(({ arrival }, number) => events.push({ time: arrival, rank: 5, number, host: -1 }));
    if (fleet.failures !== undefined) for (const host of hosts) this.planFailure(host, 0);
    fleet.drains.forEach((drain, d) => {
      const draws = hosts.map(({ index }) => ({ index, at: this.draw(index, d, 206n) }));
      draws.sort((a, b) => a.at - b.at || a.index - b.index);
      const chosen = draws.slice(0, Math.round(drain.hosts * hosts.length));
      chosen.forEach(({ index }, i) => {
        const time = drain.at + Math.floor((drain.within * i) / chosen.length);
        events.push({ time, rank: 4, number: index * 64 + d, host: index, drain: d });
      });
    });
    for (;;) {
      let best = -1;
      for (let i = 0; i < events.length; i++) {
        const [a, b] = [events[i]!, events[best]];
        if (b === undefined || a.time < b.time || (a.time === b.time && (a.rank - b.rank || a.number - b.number) < 0))
          best = i;
      }
      const event = events[best];
      if (event === undefined || event.time > fleet.end) return this.result;
      events.splice(best, 1);
      this.happen(event);
    }
  }

  private draw(host: number, n: number, purpose: bigint): number {
    return new Stream(BigInt(this.fleet.seed), BigInt(host) + (BigInt(n) << 32n), purpose).unit();
  }

  private planFailure(host: Host, from: number): void {
    const gap = -Math.log(1 - this.draw(host.index, host.failures++, 205n)) * this.fleet.failures!.mtbf;
    this.events.push({ time: from + Math.max(1, Math.round(gap)), rank: 3, number: host.index, host: host.index });
  }

  private happen({ time, rank, number, host, drain }: Event): void {
    if (rank === 0) {
      if (!this.at.has(number)) return;
      this.take(number);
      this.result.departed++;
    } else if (rank === 5) {
      const found = this.put(number);
      this.result.hosts[number] = [found];
      if (found >= 0) this.events.push({ time: this.vms[number]!.departure, rank: 0, number, host: -1 });
    } else if (rank <= 2) {
      this.hosts[host]!.reasons--;
      if (rank === 1) this.planFailure(this.hosts[host]!, time);
    } else {
      this.hosts[host]!.reasons++;
      const out = rank === 3 ? this.fleet.failures!.repair : this.fleet.drains[drain!]!.out;
      if (out !== undefined)
        this.events.push({ time: time + out, rank: rank === 3 ? 1 : 2, number: host * 64 + (drain ?? 0), host });
      const displaced = [...this.hosts[host]!.vms].sort((a, b) => a - b);
      for (const vm of displaced) this.take(vm);
      for (const vm of displaced) {
        const found = this.put(vm);
        this.result.hosts[vm]!.push(found);
        if (found < 0) this.result.lost++;
      }
    }
  }

  private demand(vm: number): { cores: number; memory: number } {
    const { cores, memory, isBestEffort } = this.vms[vm]!;
    const k = isBestEffort ? 1 : 0;
    return { cores: cores * this.cores.demand[k], memory: memory * this.memory.demand[k] };
  }

  private take(vm: number): void {
    const host = this.hosts[this.at.get(vm)!]!;
    const { cores, memory } = this.demand(vm);
    host.freeCores += cores;
    host.freeMemory += memory;
    host.vms.delete(vm);
    this.at.delete(vm);
  }

  private put(vm: number): number {
    const { cores, memory } = this.demand(vm);
    const { departure } = this.vms[vm]!;
    let best: Host | undefined;
    let bestCost: readonly number[] = [];
    for (const host of this.hosts) {
      if (host.reasons > 0 || host.freeCores < cores || host.freeMemory < memory) continue;
      const cost = this.cost(host, cores, memory, departure);
      if (best === undefined || cost[0] < bestCost[0]! || (cost[0] === bestCost[0] && cost[1] < bestCost[1]!)) {
        best = host;
        bestCost = cost;
      }
    }
    if (best === undefined) return -1;
    best.freeCores -= cores;
    best.freeMemory -= memory;
    best.vms.add(vm);
    this.at.set(vm, best.index);
    this.result.peakHosts = Math.max(this.result.peakHosts, this.hosts.filter(({ vms }) => vms.size > 0).length);
    return best.index;
  }

  /** Low is better; among equals the lowest index. */
  private cost(host: Host, cores: number, memory: number, departure: number): readonly [number, number] {
    const left = (host.freeCores - cores) / host.cores + (host.freeMemory - memory) / host.memory;
    switch (this.fleet.placement) {
      case 'best-fit':
        return [left, 0];
      case 'worst-fit':
        return [-left, 0];
      case 'dot-product': {
        const product =
          (cores / host.cores) * (host.freeCores / host.cores) +
          (memory / host.memory) * (host.freeMemory / host.memory);
        return [-product, 0];
      }
      case 'lifetime-aware': {
        if (host.vms.size === 0) return [Infinity, left];
        const latest = Math.max(...[...host.vms].map((other) => this.vms[other]!.departure));
        return [Math.abs(latest - departure), left];
      }
      default:
        return [0, 0];
    }
  }
}
