// A naive server of reserved memory: VMs from a list come and go, operations wait for each other and for upgrades. Rules: docs/vmem.md.

import { drawnVms, gapNs, uniform, type Resize, type VmLine } from './draws.js';
import { Frames, GRANULE, WHOLE, sizeOf, type From, type Holding } from './frames.js';
import { planOf, type Plan } from './plan.js';
import type { ReserveScenario } from '../../../src/reserve/schema.js';

const RANK = { depart: 0, resize: 1, arrive: 2, poison: 3, upgrade: 4, sample: 5 } as const;
const SAMPLES = 60;
const perGB = (bytes: number, ns: number): number => Math.round((bytes / 1e9) * ns);

interface Planned {
  readonly atNs: number;
  readonly rank: number;
  readonly order: number;
  readonly act: () => void;
}

export class NaiveServer {
  readonly plan: Plan;
  readonly frames: Frames;
  readonly vms = {
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
  readonly poisoned = { known: 0, free: 0, replaced: 0, lost: 0 };
  readonly boots: Record<string, number[]> = {};
  readonly operations: number[] = [];
  readonly delayed: number[] = [];
  readonly upgrades: { switched: boolean; pauseNs: number; drainNs: number; transferNs: number; running: number }[] =
    [];
  readonly samples: Record<string, number | null>[] = [];
  readonly misses: number[] = [];
  soldNs = 0;
  zeroingNs = 0;
  private now = 0;
  private order = 0;
  private events: Planned[] = [];
  private readonly running = new Set<Holding>();
  private sold = 0;
  private freeAt = 0;
  private closed = { from: 0, until: 0 };
  private zeroersBusyUntil = 0;
  private clean: number;
  private readonly dirty: { readonly doneNs: number; bytes: number }[] = [];

  constructor(
    private readonly scenario: ReserveScenario,
    lines: readonly VmLine[],
  ) {
    this.plan = planOf(scenario);
    this.frames = new Frames(this.plan.layout);
    this.clean = this.frames.freeGranules * GRANULE;
    const until = scenario.duration!;
    const { upgrade, poison, seed } = scenario;
    const all = [...lines, ...drawnVms(scenario, until)];
    for (const line of all.toSorted((a, b) => a.atNs - b.atNs)) this.at(line.atNs, 'arrive', () => this.arrive(line));
    if (upgrade !== undefined) {
      for (let at = upgrade.every + upgrade.prepare; at <= until; at += upgrade.every)
        this.at(at, 'upgrade', () => this.upgrade());
    }
    if (poison !== undefined) {
      const next = (index: number, before: number): void => {
        const at = before + gapNs(seed, index, 'poisonGap', poison.meanGap);
        if (at > until) return;
        this.at(at, 'poison', () => this.isolate(index));
        next(index + 1, at);
      };
      next(0, 0);
    }
    const each = Math.ceil(until / SAMPLES);
    for (let at = each; at <= until; at += each) this.at(at, 'sample', () => this.sample());
    for (let next = this.events.shift(); next !== undefined && next.atNs <= until; next = this.events.shift()) {
      this.pass(next.atNs);
      next.act();
    }
    this.pass(until);
    this.vms.running = this.running.size;
  }

  private at(atNs: number, kind: keyof typeof RANK, act: () => void): void {
    this.events.push({ atNs, rank: RANK[kind], order: this.order++, act });
    this.events.sort((a, b) => a.atNs - b.atNs || a.rank - b.rank || a.order - b.order);
  }

  private pass(to: number): void {
    this.soldNs += this.sold * (to - this.now);
    this.now = to;
  }

  private get out(): boolean {
    return this.scenario.upgrade?.mode === 'reload' && this.now < this.closed.until;
  }

  private operate(costNs: number): number {
    const took = Math.max(0, this.freeAt - this.now) + costNs;
    if (this.now >= this.closed.from && this.now < this.closed.until) this.delayed.push(took);
    this.operations.push(took);
    this.freeAt = this.now + took;
    return this.freeAt;
  }

  private costOf(holding: Holding): number {
    const { operation, extent } = this.scenario.costs;
    return operation + extent * this.frames.extents(holding);
  }

  /** Where all of it came from. */
  private place(holding: Holding, granules: number): From | undefined {
    const { manager, hugetlb, server } = this.scenario;
    const whole = granules % WHOLE === 0;
    let kinds: readonly From[] = ['small'];
    if (manager === 'vmem') kinds = ['shared'];
    else if (manager !== 'thp' && whole) kinds = hugetlb.fallback ? ['large', 'small'] : ['large'];
    return kinds.find((from) => this.frames.add(holding, granules, from, server.span));
  }

  private arrive({ bytes, lifetimeNs, resize }: VmLine): void {
    const { vms, frames, scenario } = this;
    vms.arrived++;
    if (this.out) {
      vms.failed++;
      return;
    }
    const granules = Math.ceil(bytes / GRANULE);
    const holding: Holding = { regions: [], granules: [] };
    const room = this.running.size < scenario.server.vms;
    const from = room ? this.place(holding, granules) : undefined;
    if (from === undefined) {
      vms.rejected++;
      if (room && frames.freeGranules >= granules) vms.rejectedThoughFree++;
      this.operate(scenario.costs.operation);
      return;
    }
    vms.placed++;
    this.running.add(holding);
    this.sold += granules;
    const waitNs = Math.max(0, this.freeAt - this.now);
    const allocated = this.operate(this.costOf(holding));
    const booted = this.now + this.boot(holding, granules * GRANULE, waitNs, allocated);
    this.misses.push(this.missShare(holding, granules));
    if (lifetimeNs === Infinity) return;
    this.at(booted + lifetimeNs, 'depart', () => this.depart(holding));
    if (resize === undefined) return;
    const at = booted + Math.floor(lifetimeNs * resize.when);
    this.at(at, 'resize', () => this.resize(holding, from, resize));
  }

  /** It is not there to answer, and is asked again when it is back. */
  private failed(kind: 'depart' | 'resize', again: () => void): boolean {
    if (!this.out) return false;
    this.vms.operationsFailed++;
    this.at(this.closed.until, kind, again);
    return true;
  }

  private resize(holding: Holding, from: From, resize: Resize): void {
    if (!this.running.has(holding)) return;
    if (this.failed('resize', () => this.resize(holding, from, resize))) return;
    const { server, manager } = this.scenario;
    const wanted = Math.ceil(resize.bytes / GRANULE) - sizeOf(holding);
    let more = from === 'large' ? Math.trunc(wanted / WHOLE) * WHOLE : wanted;
    if (more > 0 && !this.frames.add(holding, more, from, server.span)) {
      this.vms.resizesRejected++;
      more = 0;
    } else {
      if (more < 0) this.frames.remove(holding, -more);
      this.vms.resized++;
    }
    const done = this.operate(this.costOf(holding));
    if (more < 0) this.clears(done, -more * GRANULE);
    else if (more > 0 && manager === 'vmem') this.claim(done, more * GRANULE);
    this.sold += more;
  }

  private isolate(index: number): void {
    const { seed, costs } = this.scenario;
    const { nodes, granulesPerNode } = this.plan.layout;
    const granule = Math.floor(uniform(seed, index, 'poisonWhere') * nodes * granulesPerNode);
    const before = [...this.running].reduce((sum, one) => sum + sizeOf(one), 0);
    this.poisoned[this.frames.isolate(granule, this.running)]++;
    this.operate(costs.operation);
    this.clean = Math.max(0, this.clean - GRANULE);
    this.sold += [...this.running].reduce((sum, one) => sum + sizeOf(one), 0) - before;
  }

  private boot(holding: Holding, bytes: number, waitNs: number, allocated: number): number {
    const { manager, costs, boot, hugetlb, thp } = this.scenario;
    const vmem = manager === 'vmem';
    const parts = {
      fixedNs: boot.fixed,
      waitNs,
      allocateNs: this.costOf(holding),
      zeroNs: vmem ? this.claim(allocated, bytes) : this.zeroing(bytes, hugetlb.zeroThreads),
      faultNs: manager === 'thp' ? perGB(bytes * (1 - thp.hugeShare), costs.faultPerGB) : 0,
      pinNs: vmem ? 0 : perGB(bytes, costs.pinPerGB),
      mapNs: vmem ? this.frames.extents(holding) * costs.mapPerExtent : 0,
    };
    const totalNs = Object.values(parts).reduce((a, b) => a + b, 0);
    for (const [part, ns] of Object.entries({ ...parts, totalNs })) (this.boots[part] ??= []).push(ns);
    return totalNs;
  }

  private zeroing(bytes: number, threads: number): number {
    const { zeroPerGB, zeroFloorPerGB } = this.scenario.costs;
    return perGB(bytes, Math.max(zeroPerGB / threads, Math.min(zeroFloorPerGB, zeroPerGB)));
  }

  /** The threads take one piece of memory after the other. */
  private zero(from: number, bytes: number): number {
    const ns = this.zeroing(bytes, this.scenario.zeroing.threads);
    this.zeroingNs += ns;
    return (this.zeroersBusyUntil = Math.max(this.zeroersBusyUntil, from) + ns);
  }

  /** How long a VM waits, from `from` on, for its memory to be clean. */
  private claim(from: number, bytes: number): number {
    if (this.scenario.zeroing.when === 'create') return this.zero(from, bytes) - from;
    const at = Math.min(this.clean, bytes);
    this.clean -= at;
    let missing = bytes - at;
    let ready = from;
    for (const piece of this.dirty) {
      if (missing === 0) break;
      if (piece.bytes === 0) continue;
      const some = Math.min(piece.bytes, missing);
      piece.bytes -= some;
      missing -= some;
      ready = Math.max(ready, piece.doneNs);
    }
    return ready - from;
  }

  private depart(holding: Holding): void {
    if (this.failed('depart', () => this.depart(holding))) return;
    const granules = sizeOf(holding);
    const done = this.operate(this.costOf(holding));
    this.frames.remove(holding, granules);
    this.clears(done, granules * GRANULE);
    this.sold -= granules;
    this.running.delete(holding);
    this.vms.departed++;
  }

  /** Memory that is nobody's any more. */
  private clears(from: number, bytes: number): void {
    const { manager, zeroing } = this.scenario;
    if (zeroing.when === 'destroy' && manager === 'vmem' && bytes > 0)
      this.dirty.push({ doneNs: this.zero(from, bytes), bytes });
  }

  private upgrade(): void {
    const { transferPerGB, switch: switchNs, failureShare } = this.scenario.upgrade!;
    const drainNs = Math.max(0, this.freeAt - this.now);
    const transferNs = perGB(this.plan.copyBytes, transferPerGB);
    const switched = uniform(this.scenario.seed, this.upgrades.length, 'upgrade') >= failureShare;
    const pauseNs = drainNs + transferNs + (switched ? switchNs : 0);
    this.upgrades.push({ switched, pauseNs, drainNs, transferNs, running: this.running.size });
    this.closed = { from: this.now, until: this.now + pauseNs };
    this.freeAt = this.closed.until;
  }

  private missShare(holding: Holding, granules: number): number {
    const { manager, thp, network } = this.scenario;
    const whole = (holding.regions.length * WHOLE) / granules;
    const shares = manager === 'thp' ? [0, thp.hugeShare, 1 - thp.hugeShare] : [whole, 1 - whole, 0];
    const bytes = Math.min(network.buffers, granules * GRANULE);
    let entries = network.entries;
    return [GRANULE * WHOLE, GRANULE, 4096].reduce((miss, size, i) => {
      const share = shares[i]!;
      if (share === 0) return miss;
      const pages = Math.max(1, Math.ceil((bytes * share) / size));
      const held = Math.min(entries, pages);
      entries -= held;
      return miss + share * (1 - held / pages);
    }, 0);
  }

  private sample(): void {
    const { frames, sold } = this;
    const free = frames.freeGranules;
    const running = [...this.running];
    const regions = running.reduce((sum, one) => sum + one.regions.length, 0);
    const extents = running.reduce((sum, one) => sum + frames.extents(one), 0);
    const wholes = frames.regions.filter((region) => frames.wholeFree(region)).length;
    this.samples.push({
      atNs: this.now,
      soldShare: (sold * GRANULE) / this.scenario.server.memory,
      freeBytes: free * GRANULE,
      largestFreeBytes: frames.largestFree * GRANULE,
      wholeFreeShare: free === 0 ? null : (wholes * WHOLE) / free,
      gigabyteShare: sold === 0 ? null : (regions * WHOLE) / sold,
      extentsPerVm: running.length === 0 ? null : extents / running.length,
    });
  }
}
