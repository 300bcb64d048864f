// VMs come, are placed, and go; hosts fail, are drained and come back. At one instant: departures, hosts that come back, failures, drains,
// arrivals (docs/fleet.md has every rule). Which host is chosen the core says, or a rule of the caller's own.

import * as L from '../../assembly/placement/layout.js';
import { type Scale, scaleOf } from './demand.js';
import { Fingerprint } from './fingerprint.js';
import { TimeHeap } from './heap.js';
import { HostEvents } from './host-events.js';
import { HostMeans } from './host-means.js';
import { PlacementCore } from './placement.js';
import { Residents } from './residents.js';
import type { Fleet } from './types.js';
import { Samples, type Sample } from './samples.js';
import { CLASSES, CORE, KIB, type VmClass, type VmTable } from './vms.js';

/** What a rule of one's own may read of the hosts. */
export interface HostsView {
  /** Hosts are numbered from 0. */
  readonly count: number;
  /** Whether it takes VMs: neither failed nor drained. */
  isOpen(host: number): boolean;
  /** Not sold, in cores, with overcommitment. */
  freeCores(host: number): number;
  /** Not sold, in bytes, with overcommitment. */
  freeBytes(host: number): number;
  /** What it has, in cores. */
  cores(host: number): number;
  /** What it has, in bytes. */
  bytes(host: number): number;
  /** Its type's place in the list of hosts. */
  type(host: number): number;
  /** VMs on it. */
  vms(host: number): number;
  /** When the last of its VMs leaves, in ns; Infinity where it has none. */
  latestDepartureNs(host: number): number;
}

/** A VM that a host is sought for. */
export interface VmDemand {
  /** Its place in the order of arrival. */
  readonly index: number;
  /** Who it is. */
  readonly class: VmClass;
  /** What it takes of a host, in cores: its cores over the overcommitment of its class. */
  readonly cores: number;
  /** The same of memory, in bytes. */
  readonly bytes: number;
  /** Now, in ns. */
  readonly atNs: number;
  /** When it leaves, in ns; 2^53 - 1 for never. */
  readonly departureNs: number;
}

/** A placement rule of one's own: the host's number, or -1 to reject the VM. */
export type PlacementPolicy = (vm: VmDemand, hosts: HostsView) => number;

export interface PackOptions {
  readonly module?: WebAssembly.Module | undefined;
  readonly policy?: PlacementPolicy | undefined;
  /** Where the rule stands, for errors. */
  readonly policyName?: string | undefined;
  /** Hears every stay as it ends, and at the end those that go on. */
  readonly onStay?: ((vm: number, host: number, fromNs: number, toNs: number) => void) | undefined;
  /** Hears whenever a host goes out or comes back; also where it stays what it is, for another reason. */
  readonly onOpen?: ((host: number, atNs: number, isOpen: boolean) => void) | undefined;
  /** Hears the host of every VM that is placed, or placed anew; -1 for none. */
  readonly onPlaced?: ((vm: number, host: number) => void) | undefined;
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
}

export interface Packed {
  readonly counts: Counts;
  readonly samples: readonly Sample[];
  readonly endNs: number;
  readonly fingerprint: string;
  readonly events: number;
  readonly coreSha256: string | null;
  /** By host: share of its cores that is reserved, mean over the time. */
  readonly hostCores: Float64Array;
  /** The same of memory. */
  readonly hostMemory: Float64Array;
}

export interface Counts {
  arrivals: number;
  placed: number;
  rejected: number;
  departed: number;
  lost: number;
  moved: number;
  failures: number;
  drained: number;
  unusedHosts: number;
  peakHosts: number;
  peakCores: number;
  meanHosts: number;
  meanCoreUtilization: number;
  meanMemoryUtilization: number;
}

// What happens to VMs, in the fingerprint.
const DEPART = 1;
const PLACE = 2;
const MOVE = 3;

/** How often progress is told. */
const TOLD_EVERY = 65_536;

export class Packing {
  readonly counts: Counts = {
    arrivals: 0,
    placed: 0,
    rejected: 0,
    departed: 0,
    lost: 0,
    moved: 0,
    failures: 0,
    drained: 0,
    unusedHosts: 0,
    peakHosts: 0,
    peakCores: 0,
    meanHosts: 0,
    meanCoreUtilization: 0,
    meanMemoryUtilization: 0,
  };
  private readonly departures = new TimeHeap();
  private readonly hostOf: Int32Array;
  private readonly since: Float64Array;
  private readonly fingerprint = new Fingerprint();
  private readonly cores: Scale;
  private readonly memory: Scale;
  private readonly view: HostsView;
  private readonly hostEvents: HostEvents;
  private readonly residents: Residents | undefined;
  private readonly samples: Samples;
  private readonly perHost: HostMeans;
  /** By host, whether it ever had a VM. */
  private readonly used: Uint8Array;
  // what runs now, and its sums over time since 0
  private hosts = 0;
  private soldCores = 0;
  private reservedCores = 0;
  private reservedMemory = 0;
  private last = 0;
  private readonly sums = { hosts: 0, cores: 0, memory: 0 };
  private readonly capacity = { cores: 0, memory: 0 };
  private events = 0;

  private constructor(
    private readonly fleet: Fleet,
    private readonly vms: VmTable,
    private readonly core: PlacementCore,
    private readonly endNs: number,
    private readonly options: PackOptions,
  ) {
    this.hostOf = new Int32Array(vms.count).fill(-1);
    this.since = new Float64Array(vms.count);
    this.cores = scaleOf(fleet.overcommit.cores);
    this.memory = scaleOf(fleet.overcommit.memory);
    this.view = viewOf(core, CORE * this.cores.capacity, this.memory.capacity / KIB);
    this.hostEvents = new HostEvents(fleet, core, endNs);
    this.residents = this.hostEvents.any ? new Residents(core.count, vms.count) : undefined;
    this.samples = new Samples(core, vms, this.cores, this.memory, endNs);
    this.perHost = new HostMeans(core, endNs);
    this.used = new Uint8Array(core.count);
    this.counts.unusedHosts = core.count;
    for (const { count, cores, memory } of groupsOf(fleet)) {
      this.capacity.cores += count * cores;
      this.capacity.memory += count * memory;
    }
  }

  /** @throws RangeError where memory does not reach, or a policy names a host that it may not */
  static async run(fleet: Fleet, vms: VmTable, options: PackOptions = {}): Promise<Packed> {
    const core = await PlacementCore.create(groupsOf(fleet), fleet.placement, options.module);
    return new Packing(fleet, vms, core, Packing.endOf(fleet, vms), options).run();
  }

  /** When it ends, in ns: as the fleet says, or when the last VM has come. */
  static endOf(fleet: Fleet, vms: VmTable): number {
    return fleet.durationNs ?? Math.max(0, vms.count === 0 ? 0 : vms.arrivalNs[vms.count - 1]!);
  }

  private run(): Packed {
    const { vms, departures, hostEvents, endNs } = this;
    let next = 0;
    for (;;) {
      const arrival = next < vms.count ? vms.arrivalNs[next]! : Infinity;
      const now = Math.min(departures.nextTime, hostEvents.nextTime, arrival);
      if (!(now <= endNs)) break;
      this.samples.until(now);
      this.advance(now);
      // in this order at one instant; a VM of no lifetime leaves before the next one comes
      if (departures.nextTime === now) this.depart(departures.pop(), now);
      else if (hostEvents.nextTime === now) this.hostEvent(now);
      else {
        this.arrive(next++, now);
        if (next % TOLD_EVERY === 0) this.options.onProgress?.(next, vms.count);
      }
    }
    this.samples.until(Infinity);
    this.advance(endNs);
    return this.end();
  }

  private advance(now: number): void {
    const span = now - Math.max(this.last, 0);
    this.last = now;
    if (span <= 0) return;
    this.sums.hosts += this.hosts * span;
    this.sums.cores += this.reservedCores * span;
    this.sums.memory += this.reservedMemory * span;
  }

  private coresOf(vm: number): number {
    return this.vms.cores[vm]! * this.cores.demand[this.vms.classes[vm]!]!;
  }

  private memoryOf(vm: number): number {
    return this.vms.memory[vm]! * this.memory.demand[this.vms.classes[vm]!]!;
  }

  private arrive(vm: number, now: number): void {
    const { counts } = this;
    counts.arrivals++;
    const host = this.place(vm, now);
    this.options.onPlaced?.(vm, host);
    this.record(now, PLACE, vm, host);
    if (host < 0) {
      counts.rejected++;
      return;
    }
    counts.placed++;
    this.departures.push(this.vms.departureNs[vm]!, vm);
    this.soldCores += this.vms.cores[vm]!;
    if (this.soldCores > counts.peakCores) counts.peakCores = this.soldCores;
  }

  private place(vm: number, now: number): number {
    const { core, vms, options } = this;
    const [cores, memory, departure] = [this.coresOf(vm), this.memoryOf(vm), vms.departureNs[vm]!];
    const host =
      options.policy === undefined ? core.place(cores, memory, departure) : this.byPolicy(options.policy, vm, now);
    if (host < 0) return -1;
    this.perHost.change(host, now, cores, memory);
    if (core.word(host, L.HOST_VMS) === 1) {
      this.hosts++;
      if (this.used[host] === 0) this.counts.unusedHosts--;
      this.used[host] = 1;
      if (this.hosts > this.counts.peakHosts) this.counts.peakHosts = this.hosts;
    }
    this.reservedCores += cores;
    this.reservedMemory += memory;
    this.hostOf[vm] = host;
    this.since[vm] = now;
    this.residents?.add(host, vm);
    return host;
  }

  private byPolicy(policy: PlacementPolicy, vm: number, now: number): number {
    const { core, vms, view } = this;
    const [cores, memory, departureNs] = [this.coresOf(vm), this.memoryOf(vm), vms.departureNs[vm]!];
    const host = policy(
      {
        index: vm,
        class: CLASSES[vms.classes[vm]!]!,
        cores: cores / (CORE * this.cores.capacity),
        bytes: (memory * KIB) / this.memory.capacity,
        atNs: now,
        departureNs,
      },
      view,
    );
    if (host === -1) return -1;
    if (!Number.isSafeInteger(host) || host < 0 || host >= core.count || !core.put(host, cores, memory, departureNs)) {
      const { policyName } = this.options;
      const why = `answered ${host} for VM ${vm}, expected a host with room, or -1`;
      throw policyName === undefined
        ? new RangeError(`the placement policy ${why}`)
        : new Error(`${policyName}: the rule ${why}`);
    }
    return host;
  }

  /** Takes the VM from its host. */
  private leave(vm: number, now: number): number {
    const host = this.hostOf[vm]!;
    const [cores, memory] = [this.coresOf(vm), this.memoryOf(vm)];
    this.core.take(host, cores, memory);
    this.perHost.change(host, now, -cores, -memory);
    if (this.core.word(host, L.HOST_VMS) === 0) this.hosts--;
    this.reservedCores -= cores;
    this.reservedMemory -= memory;
    this.residents?.remove(host, vm);
    this.hostOf[vm] = -1;
    this.options.onStay?.(vm, host, this.since[vm]!, now);
    return host;
  }

  private depart(vm: number, now: number): void {
    if (this.hostOf[vm]! < 0) return; // lost before
    this.record(now, DEPART, vm, this.leave(vm, now));
    this.soldCores -= this.vms.cores[vm]!;
    this.counts.departed++;
  }

  /** A host comes back, fails, or is drained: what is on it goes elsewhere, in the order of arrival. */
  private hostEvent(now: number): void {
    const { core, counts, residents } = this;
    const event = this.hostEvents.pop();
    this.record(now, event.kind, event.host, 0);
    const isOpen = this.hostEvents.isOpen(event.host);
    core.open(event.host, isOpen);
    this.options.onOpen?.(event.host, now, isOpen);
    if (event.displaces) {
      if (event.isFailure) counts.failures++;
      else counts.drained++;
      const displaced = residents!.on(event.host);
      for (const vm of displaced) this.leave(vm, now);
      for (const vm of displaced) this.placeAnew(vm, now);
    }
  }

  private placeAnew(vm: number, now: number): void {
    const { counts } = this;
    const host = this.place(vm, now);
    this.options.onPlaced?.(vm, host);
    this.record(now, MOVE, vm, host);
    if (host >= 0) counts.moved++;
    else {
      counts.lost++;
      this.soldCores -= this.vms.cores[vm]!;
    }
  }

  private record(now: number, kind: number, entity: number, host: number): void {
    this.events++;
    this.fingerprint.add(now, kind, entity, host);
  }

  private end(): Packed {
    const { counts, sums, endNs, capacity, core, vms, options } = this;
    if (endNs > 0) {
      counts.meanHosts = sums.hosts / endNs;
      counts.meanCoreUtilization = sums.cores / endNs / capacity.cores;
      counts.meanMemoryUtilization = sums.memory / endNs / capacity.memory;
    }
    counts.peakCores /= CORE;
    if (options.onStay !== undefined)
      for (let vm = 0; vm < vms.count; vm++)
        if (this.hostOf[vm]! >= 0) options.onStay(vm, this.hostOf[vm]!, this.since[vm]!, Infinity);
    return {
      counts,
      samples: this.samples.taken,
      endNs,
      fingerprint: this.fingerprint.text(),
      events: this.events,
      coreSha256: core.sha256,
      ...this.perHost.means(),
    };
  }
}

export const hasVms = ({ vms }: Pick<Fleet, 'vms'>): boolean => (vms.trace ?? vms.generated) !== undefined;

/** What VMs can have of the fleet's hosts, in the units that demands are in. */
export function groupsOf({
  hosts,
  overcommit,
  functions,
  vms,
}: Fleet): { count: number; cores: number; memory: number }[] {
  const [cores, memory] = [scaleOf(overcommit.cores), scaleOf(overcommit.memory)];
  const kept = functions !== undefined && hasVms({ vms }) ? functions.reserve : { cores: 0, memory: 0 };
  return hosts.map((group) => ({
    count: group.count,
    cores: Math.floor(group.cores * CORE * (1 - kept.cores)) * cores.capacity,
    memory: Math.floor((group.memoryBytes - Math.floor(group.memoryBytes * kept.memory)) / KIB) * memory.capacity,
  }));
}

function viewOf(core: PlacementCore, perCore: number, perByte: number): HostsView {
  return {
    count: core.count,
    isOpen: (host) => core.word(host, L.HOST_OPEN) !== 0,
    freeCores: (host) => core.word(host, L.HOST_FREE_CORES) / perCore,
    freeBytes: (host) => core.word(host, L.HOST_FREE_MEMORY) / perByte,
    cores: (host) => core.word(host, L.HOST_CORES) / perCore,
    bytes: (host) => core.word(host, L.HOST_RAM) / perByte,
    type: (host) => core.word(host, L.HOST_TYPE),
    vms: (host) => core.word(host, L.HOST_VMS),
    latestDepartureNs: (host) => core.word(host, L.HOST_LATEST),
  };
}
