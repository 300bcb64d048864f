// Months of VMs on one server: arrivals, departures, resizes, memory errors, upgrades of the manager; the tables are checked at
// every sample, at every upgrade and at the end, when every VM is taken away and all memory must be back.
// Every VM draws from streams of its own (demand.ts), so another manager or an upgrade shifts nobody's arrival, size or lifetime.

import { LawError } from '../result/laws.js';
import { SplitMix64 } from '../workload/random.js';
import { type BootSplit, BOOT_PARTS, bootSplit } from './boot.js';
import { Calendar } from './calendar.js';
import type { Demand } from './demand.js';
import { type Source, type PoisonOutcome, GRANULE_BYTES, REGION_GRANULES } from './core.js';
import { Gate, type UpgradeOutcome } from './gate.js';
import { type MemoryReport, type VmsReport, type FragmentationSample, distributionOf } from './result.js';
import type { ReserveScenario } from './schema.js';
import type { Server } from './server.js';
import { Zeroing } from './zeroing.js';

const SAMPLES = 60;

// Purposes of the streams, behind those of demand.ts; a number, once given, stays.
const DRAW_POISON_GAP = 108;
const DRAW_POISON_WHERE = 109;
const DRAW_UPGRADE = 110;

interface Guest {
  readonly slot: number;
  readonly index: number;
  readonly source: Source;
}

type Happening =
  | { readonly kind: 'depart'; readonly guest: Guest }
  | { readonly kind: 'resize'; readonly guest: Guest; readonly granules: number }
  | { readonly kind: 'arrive'; readonly index: number }
  | { readonly kind: 'poison'; readonly index: number }
  | { readonly kind: 'upgrade'; readonly index: number }
  | { readonly kind: 'sample'; readonly index: number };

/** The order at one instant: departures make room first. */
const RANK: Readonly<Record<Happening['kind'], number>> = {
  depart: 0,
  resize: 1,
  arrive: 2,
  poison: 3,
  upgrade: 4,
  sample: 5,
};

export type TrafficReport = Omit<MemoryReport, 'plan' | 'bootTable' | 'neverFitBytes'> & {
  fingerprint: string;
  events: number;
};

export class Traffic {
  private readonly calendar = new Calendar<Happening>();
  private readonly gate: Gate;
  private readonly zeroing: Zeroing;
  private readonly hash = new SplitMix64(0);
  private readonly guests = new Map<number, Guest>();
  private readonly freeSlots: number[] = [];
  private readonly counts: VmsReport;
  private readonly poisoned: Record<PoisonOutcome, number> = { known: 0, free: 0, replaced: 0, lost: 0 };
  private readonly boots: Record<keyof BootSplit, number[]>;
  private readonly operations: number[] = [];
  private readonly delayed: number[] = [];
  private readonly upgrades: UpgradeOutcome[] = [];
  private readonly samples: FragmentationSample[] = [];
  private readonly scenario: ReserveScenario;
  private guestsContinued = 0;
  private soldGranules = 0;
  private soldArea = 0;
  private soldSinceNs = 0;
  private missSum = 0;
  private packetSum = 0;
  private checks = 0;
  private events = 0;

  constructor(
    private readonly server: Server,
    private readonly demand: Demand,
    private readonly durationNs: number,
  ) {
    this.scenario = server.scenario;
    this.gate = new Gate(this.scenario);
    this.zeroing = new Zeroing(this.scenario, server.core.freeGranules * GRANULE_BYTES);
    for (let slot = this.scenario.server.vms; slot > 0; slot--) this.freeSlots.push(slot - 1);
    this.counts = {
      arrived: 0,
      placed: 0,
      rejected: 0,
      rejectedThoughFree: 0,
      failed: 0,
      operationsFailed: 0,
      departed: 0,
      running: 0,
      resized: 0,
      resizesRejected: 0,
    };
    const parts = [...BOOT_PARTS, 'totalNs'] as const;
    this.boots = Object.fromEntries(parts.map((part) => [part, []])) as unknown as Record<keyof BootSplit, number[]>;
  }

  run(): TrafficReport {
    const { poison, upgrade } = this.scenario;
    this.awaitVm(0, 0);
    if (poison !== undefined) this.enter(this.poisonGapNs(0), { kind: 'poison', index: 0 });
    if (upgrade !== undefined) this.enter(upgrade.every + upgrade.prepare, { kind: 'upgrade', index: 0 });
    this.enter(Math.ceil(this.durationNs / SAMPLES), { kind: 'sample', index: 0 });
    for (let entry = this.calendar.next(); entry !== undefined; entry = this.calendar.next()) {
      if (entry.atNs > this.durationNs) break;
      this.events++;
      this.absorb(entry.atNs, entry.what);
      this.happen(entry.atNs, entry.what);
    }
    return this.report();
  }

  private enter(atNs: number, what: Happening): void {
    this.calendar.enter(atNs, RANK[what.kind], what);
  }

  private absorb(atNs: number, what: Happening): void {
    this.hash.absorb(atNs % 2 ** 32);
    this.hash.absorb(Math.floor(atNs / 2 ** 32));
    this.hash.absorb(RANK[what.kind]);
    this.hash.absorb('guest' in what ? what.guest.index : what.index);
  }

  private happen(nowNs: number, what: Happening): void {
    switch (what.kind) {
      case 'arrive':
        this.awaitVm(what.index + 1, nowNs);
        return this.arrive(nowNs, what.index);
      case 'depart':
        return this.depart(nowNs, what.guest);
      case 'resize':
        return this.resize(nowNs, what);
      case 'poison':
        this.enter(nowNs + this.poisonGapNs(what.index + 1), { kind: 'poison', index: what.index + 1 });
        return this.isolate(nowNs, what.index);
      case 'upgrade':
        return this.upgrade(nowNs, what.index);
      case 'sample':
        this.enter(nowNs + Math.ceil(this.durationNs / SAMPLES), { kind: 'sample', index: what.index + 1 });
        return this.sample(nowNs);
    }
  }

  // --- draws

  private exponentialNs(meanNs: number, index: number, purpose: number): number {
    return Math.max(Math.round(meanNs * this.server.core.exponential(this.scenario.seed, index, purpose)), 1);
  }

  private awaitVm(index: number, beforeNs: number): void {
    const atNs = this.demand.arrivalNs(index, beforeNs);
    if (atNs !== undefined) this.enter(atNs, { kind: 'arrive', index });
  }

  private poisonGapNs(index: number): number {
    return this.exponentialNs(this.scenario.poison!.meanGap, index, DRAW_POISON_GAP);
  }

  private unit(index: number, purpose: number): number {
    return this.server.core.draw(this.scenario.seed, index, purpose);
  }

  // --- the manager

  /** Lets the operation have its turn; answers when it is done. */
  private operate(nowNs: number, costNs: number): number {
    const waitNs = this.gate.waitNs(nowNs);
    const took = waitNs + costNs;
    if (this.gate.hold(nowNs, costNs)) this.delayed.push(took);
    this.operations.push(took);
    return nowNs + took;
  }

  private sell(nowNs: number, granules: number): void {
    this.soldArea += this.soldGranules * (nowNs - this.soldSinceNs);
    this.soldSinceNs = nowNs;
    this.soldGranules += granules;
  }

  private arrive(nowNs: number, index: number): void {
    const { counts, server, scenario } = this;
    const { core } = server;
    counts.arrived++;
    if (this.gate.fails(nowNs)) {
      counts.failed++;
      return;
    }
    const granules = server.granulesFor(this.demand.bytes(index));
    const slot = this.freeSlots.at(-1);
    const source = slot === undefined ? undefined : server.place(slot, granules);
    if (slot === undefined || source === undefined) {
      counts.rejected++;
      if (slot !== undefined && core.freeGranules >= granules) counts.rejectedThoughFree++;
      this.operate(nowNs, scenario.costs.operation);
      return;
    }
    this.freeSlots.pop();
    counts.placed++;
    const guest: Guest = { slot, index, source };
    this.guests.set(slot, guest);
    this.sell(nowNs, granules);
    const given = granules * GRANULE_BYTES;
    const waitNs = this.gate.waitNs(nowNs);
    const allocatedNs = this.operate(nowNs, server.operationNs(slot));
    const zeroNs = scenario.manager === 'vmem' ? this.zeroing.claim(allocatedNs, given) : 0;
    const split = bootSplit(scenario, given, core.extentsOf(slot), waitNs, zeroNs);
    for (const part of [...BOOT_PARTS, 'totalNs'] as const) this.boots[part].push(split[part]);
    const network = server.network(slot);
    this.missSum += network.missShare;
    this.packetSum += network.packetNs;
    this.plan(guest, nowNs + split.totalNs);
  }

  /** The rest of a guest's life: how long it runs, and whether it is resized on the way. */
  private plan(guest: Guest, bootedNs: number): void {
    const lifetimeNs = this.demand.lifetimeNs(guest.index);
    if (lifetimeNs === Infinity) return;
    this.enter(bootedNs + lifetimeNs, { kind: 'depart', guest });
    const resize = this.demand.resize(guest.index);
    if (resize === undefined) return;
    const granules = this.server.granulesFor(resize.bytes);
    this.enter(bootedNs + Math.floor(lifetimeNs * resize.when), { kind: 'resize', guest, granules });
  }

  /** An operation on a VM that is there is asked for again once the module is back; it has failed all the same. */
  private failed(nowNs: number, what: Happening): boolean {
    if (!this.gate.fails(nowNs)) return false;
    this.counts.operationsFailed++;
    this.enter(this.gate.reopensNs, what);
    return true;
  }

  private depart(nowNs: number, guest: Guest): void {
    if (this.failed(nowNs, { kind: 'depart', guest })) return;
    const { core } = this.server;
    const granules = core.granulesOf(guest.slot);
    const doneNs = this.operate(nowNs, this.server.operationNs(guest.slot));
    core.remove(guest.slot, granules);
    this.zeroing.release(doneNs, granules * GRANULE_BYTES);
    this.sell(nowNs, -granules);
    this.guests.delete(guest.slot);
    this.freeSlots.push(guest.slot);
    this.counts.departed++;
  }

  private resize(nowNs: number, what: Extract<Happening, { kind: 'resize' }>): void {
    const { guest } = what;
    if (this.guests.get(guest.slot) !== guest || this.failed(nowNs, what)) return;
    const { core } = this.server;
    const { span } = this.scenario.server;
    let delta = what.granules - core.granulesOf(guest.slot);
    // A pool of 1 GiB pages grows and shrinks by whole pages.
    if (guest.source === 'large') delta = Math.trunc(delta / REGION_GRANULES) * REGION_GRANULES;
    if (delta > 0 && !core.add(guest.slot, delta, guest.source, span)) {
      this.counts.resizesRejected++;
      delta = 0;
    } else {
      if (delta < 0) core.remove(guest.slot, -delta);
      this.counts.resized++;
    }
    const doneNs = this.operate(nowNs, this.server.operationNs(guest.slot));
    if (delta < 0) this.zeroing.release(doneNs, -delta * GRANULE_BYTES);
    else if (delta > 0 && this.scenario.manager === 'vmem') this.zeroing.claim(doneNs, delta * GRANULE_BYTES);
    this.sell(nowNs, delta);
  }

  private isolate(nowNs: number, index: number): void {
    const { core } = this.server;
    const granule = Math.floor(this.unit(index, DRAW_POISON_WHERE) * core.totalGranules);
    const owner = core.ownerOf(granule);
    const before = typeof owner === 'number' ? core.granulesOf(owner) : 0;
    this.poisoned[core.poison(granule)]++;
    this.operate(nowNs, this.scenario.costs.operation);
    this.zeroing.isolate(GRANULE_BYTES);
    if (typeof owner === 'number') this.sell(nowNs, core.granulesOf(owner) - before);
  }

  private upgrade(nowNs: number, index: number): void {
    const { core } = this.server;
    const { upgrade } = this.scenario;
    this.enter(nowNs + upgrade!.every, { kind: 'upgrade', index: index + 1 });
    const frames = (): string => [...this.guests.keys()].map((slot) => `${slot}:${core.granulesOf(slot)}`).join();
    const before = frames();
    const outcome = this.gate.upgrade(nowNs, core, this.unit(index, DRAW_UPGRADE) < upgrade!.failureShare);
    this.upgrades.push(outcome);
    core.check();
    this.checks++;
    if (frames() !== before) throw new LawError('reserved memory: an upgrade changed what a running VM owns');
    if (outcome.switched) this.guestsContinued = this.guests.size;
  }

  private sample(nowNs: number): void {
    const { core, plan } = this.server;
    core.check();
    this.checks++;
    let regions = 0;
    let extents = 0;
    for (const slot of this.guests.keys()) {
      regions += core.regionsOf(slot);
      extents += core.extentsOf(slot);
    }
    const free = core.freeGranules;
    this.samples.push({
      atNs: nowNs,
      soldShare: (this.soldGranules * GRANULE_BYTES) / plan.totalBytes,
      freeBytes: free * GRANULE_BYTES,
      largestFreeBytes: core.largestFreeGranules * GRANULE_BYTES,
      wholeFreeShare: free === 0 ? null : (core.freeRegions * REGION_GRANULES) / free,
      gigabyteShare: this.soldGranules === 0 ? null : (regions * REGION_GRANULES) / this.soldGranules,
      extentsPerVm: this.guests.size === 0 ? null : extents / this.guests.size,
    });
  }

  // --- the end

  /** Every VM goes; then all memory that is not isolated must be free. */
  private clear(): void {
    const { core } = this.server;
    for (const { slot } of this.guests.values()) core.remove(slot, core.granulesOf(slot));
    core.check();
    this.checks++;
    if (core.freeGranules + core.poisonedGranules !== core.totalGranules)
      throw new LawError('reserved memory: after the last VM some of it is still owned');
  }

  private report(): TrafficReport {
    const { counts, upgrades } = this;
    this.sell(this.durationNs, 0);
    counts.running = this.guests.size;
    const answered = counts.placed + counts.rejected + counts.failed;
    if (counts.arrived !== answered)
      throw new LawError(`arrived ${counts.arrived}, but placed + rejected + failed is ${answered}`);
    if (counts.placed !== counts.departed + counts.running)
      throw new LawError(`placed ${counts.placed}, but departed + running is ${counts.departed + counts.running}`);
    const isolatedBytes = this.server.core.poisonedGranules * GRANULE_BYTES;
    this.clear();
    const packetNs = this.packetSum / counts.placed;
    const switched = upgrades.filter((outcome) => outcome.switched).length;
    return {
      fingerprint: [this.hash.hi, this.hash.lo].map((half) => half.toString(16).padStart(8, '0')).join(''),
      events: this.events,
      vms: counts,
      soldShare: (this.soldArea * GRANULE_BYTES) / (this.durationNs * this.server.plan.totalBytes),
      boot: Object.fromEntries(
        Object.entries(this.boots).map(([part, values]) => [part, distributionOf(values)]),
      ) as NonNullable<MemoryReport['boot']>,
      operationNs: distributionOf(this.operations),
      upgrades:
        this.scenario.upgrade === undefined
          ? null
          : {
              attempted: upgrades.length,
              switched,
              rolledBack: upgrades.length - switched,
              guestsContinued: this.guestsContinued,
              operationsDelayed: this.delayed.length,
              pauseNs: distributionOf(upgrades.map((outcome) => outcome.pauseNs)),
              drainNs: distributionOf(upgrades.map((outcome) => outcome.drainNs)),
              transferNs: distributionOf(upgrades.map((outcome) => outcome.transferNs)),
              delayedNs: distributionOf(this.delayed),
            },
      poison: this.scenario.poison === undefined ? null : { ...this.poisoned, isolatedBytes },
      fragmentation: this.samples,
      network:
        counts.placed === 0
          ? null
          : { missShare: this.missSum / counts.placed, packetNs, packetsPerSecond: 1e9 / packetNs },
      zeroing: this.scenario.manager === 'vmem' ? { busySeconds: this.zeroing.busyNs / 1e9 } : null,
      checks: this.checks,
    };
  }
}
