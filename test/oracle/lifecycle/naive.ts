// A second simulator of functions whose VMs come and go, written from docs/model/lifecycle.md alone: plain arrays, everything looked
// for anew, every rule where the page has it. No cores: a request runs from when it enters its VM for as long as its service takes,
// which is what `mechanism: ideal`, `costs: none` and cores enough come to.

import type { FunctionSpec, LifecycleSpec, Tier } from '../../../src/lifecycle/spec.js';
import { Agenda, before, Gate, type Planned, RANKS } from './agenda.js';
import type { Instance, Request } from './instance.js';
import { type Gone, noOutcome, type Outcome, type Served } from './outcome.js';
import { policyOf, type Policy } from './policies.js';

const CHECK_EVERY = 97;

export class Naive {
  nowNs = 0;
  protected readonly instances: Instance[] = [];
  private readonly byFunction: Instance[][];
  protected readonly agenda = new Agenda();
  protected readonly gate: Gate;
  private made = 0;
  private expiries = 0;
  private usedBytes = 0;
  protected queue: Request[] = [];
  private readonly snapshots = new Set<number>();
  /** Functions that wait for the memory of an instance that is to be there always. */
  private lacking: number[] = [];
  private readonly policy: Policy;
  protected readonly minimum: number[];
  readonly counts: Outcome;
  private accountedNs = 0;
  private accounts = 0;
  private readonly heldIn = { starting: 0, active: 0, dormant: 0 };

  constructor(
    readonly spec: LifecycleSpec,
    cores: number,
  ) {
    this.policy = policyOf(spec, this);
    this.byFunction = spec.functions.map(() => []);
    const pool = spec.keepAlive.policy === 'pool' ? spec.keepAlive.instances : 0;
    // of what can never run nothing is kept
    this.minimum = spec.functions.map((f) => (this.neverFits(f) ? 0 : Math.max(f.minInstances, pool)));
    this.counts = noOutcome(spec.functions.length);
    const { slots, ratePerSecondPerCore: rate } = spec.boot;
    this.gate = new Gate(slots, rate > 0 ? Math.round(1e9 / (rate * cores)) : 0);
  }

  /** All events up to and with `endNs`. */
  run(endNs: number): Outcome {
    const { atNs } = this.spec.invocations;
    this.minimum.forEach((_, index) => this.hold(index));
    this.refill();
    let next = 0;
    for (;;) {
      const arrival: Planned | undefined = next < atNs.length ? this.arrival(next) : undefined;
      const event = [this.agenda.first, arrival, this.nextExpire()].reduce((best, one) =>
        one !== undefined && (best === undefined || before(one, best)) ? one : best,
      );
      if (event === undefined || event.atNs > endNs) break;
      this.account(event.atNs);
      this.nowNs = event.atNs;
      if (event === arrival) next++;
      else if (event === this.agenda.first) this.agenda.take();
      event.happen();
    }
    this.account(endNs);
    this.counts.inFlight = this.queue.length;
    return this.counts;
  }

  protected arrival(index: number): Planned {
    const { atNs, fn, serviceNs } = this.spec.invocations;
    const request = { fn: fn[index]!, arrivedNs: atNs[index]!, serviceNs: serviceNs[index]! };
    const happen = (): void =>
      request.serviceNs < 0 ? this.announced(request.fn, -request.serviceNs) : this.arrive(request);
    return { atNs: request.arrivedNs, rank: RANKS.arrive, place: 0, happen };
  }

  expires(instance: Instance, atNs: number): void {
    instance.expiresNs = atNs;
    instance.expiry = this.expiries++;
  }

  /** The earliest EXPIRE, at one instant that which was planned first. */
  protected nextExpire(): Planned | undefined {
    let next: Instance | undefined;
    for (const one of this.instances)
      if (
        one.expiresNs < (next?.expiresNs ?? Infinity) ||
        (one.expiresNs === next?.expiresNs && one.expiry < next.expiry)
      )
        next = one;
    if (next === undefined || next.expiresNs === Infinity) return undefined;
    const instance = next;
    return {
      atNs: instance.expiresNs,
      rank: RANKS.expire,
      place: instance.expiry,
      happen: () => this.comesToExpire(instance),
    };
  }

  private comesToExpire(instance: Instance): void {
    instance.expiresNs = Infinity;
    if (this.atMinimum(instance.fn)) return;
    this.expire(instance, 'keepAlive');
    this.tryQueue();
  }

  // --- memory ---------------------------------------------------------------------------------------------------------

  heldBytes(instance: Instance): number {
    const { memoryBytes, memoryPerRequestBytes } = this.spec.functions[instance.fn]!;
    return memoryBytes + instance.running * memoryPerRequestBytes;
  }

  protected account(untilNs: number): void {
    if (untilNs === this.accountedNs) return;
    const ns = BigInt(untilNs - this.accountedNs);
    this.accountedNs = untilNs;
    const { starting, active, dormant } = this.heldIn;
    this.counts.usedByteNs += BigInt(this.usedBytes) * ns;
    this.counts.warmByteNs += BigInt(dormant) * ns;
    this.counts.activeByteNs += BigInt(active) * ns;
    this.counts.startingByteNs += BigInt(starting) * ns;
    if (++this.accounts % CHECK_EVERY === 0) this.check();
  }

  /** What is added up as it changes is what the instances hold. */
  private check(): void {
    const of = { starting: 0, active: 0, dormant: 0 };
    for (const instance of this.instances) of[instance.state] += this.heldBytes(instance);
    const sum = of.starting + of.active + of.dormant;
    if (JSON.stringify(of) !== JSON.stringify(this.heldIn) || sum !== this.usedBytes)
      throw new Error(`memory in use is ${this.usedBytes}, instances hold ${sum}`);
  }

  /** The instance changes, and with it what is held in which state. */
  protected change(instance: Instance, how: () => void): void {
    this.heldIn[instance.state] -= this.heldBytes(instance);
    this.usedBytes -= this.heldBytes(instance);
    how();
    this.heldIn[instance.state] += this.heldBytes(instance);
    this.usedBytes += this.heldBytes(instance);
    this.within();
  }

  private within(): void {
    if (this.usedBytes > (this.spec.memoryBytes ?? Infinity)) throw new Error('above the budget');
    this.counts.peakBytes = Math.max(this.counts.peakBytes, this.usedBytes);
  }

  fits(bytes: number): boolean {
    return this.usedBytes + bytes <= (this.spec.memoryBytes ?? Infinity);
  }

  private neverFits({ memoryBytes, memoryPerRequestBytes }: FunctionSpec): boolean {
    return memoryBytes + memoryPerRequestBytes > (this.spec.memoryBytes ?? Infinity);
  }

  /** False: overflow. */
  private makeRoom(need: number, why: Gone, woken?: Instance): boolean {
    if (this.fits(need)) return true;
    const budget = this.spec.memoryBytes ?? Infinity;
    const idle = (): Instance[] => this.instances.filter((one) => one.state === 'dormant' && one !== woken);
    if (this.spec.evict === 'asNeeded') {
      const dormant = idle().reduce((sum, one) => sum + this.heldBytes(one), 0);
      if (this.usedBytes - dormant + need > budget) return false;
      while (!this.fits(need)) this.evict(this.policy.victim(idle()), why);
      return true;
    }
    let gone = 0;
    const causes: { fn: number; fitted: boolean }[] = [];
    while (gone < need) {
      const left = idle();
      if (left.length === 0) break;
      const victim = this.policy.victim(left);
      gone += this.heldBytes(victim);
      causes.push({ fn: victim.fn, fitted: this.fits(need) });
      this.evict(victim);
    }
    const fits = this.fits(need);
    for (const { fn, fitted } of causes) this.went(fn, fits && !fitted ? why : 'needless');
    return fits;
  }

  /** Without `why`, who calls says it later. */
  private evict(instance: Instance, why?: Gone): void {
    this.policy.evicted(instance);
    this.count(instance.fn, 'evictions');
    if (why !== undefined) this.went(instance.fn, why);
    this.remove(instance);
  }

  /** An instance that is dormant goes, by itself. */
  expire(instance: Instance, why: Gone): void {
    this.count(instance.fn, 'expirations');
    this.went(instance.fn, why);
    if (this.spec.snapshots === 'onExpiry') this.snapshots.add(instance.fn);
    this.remove(instance);
  }

  private remove(instance: Instance): void {
    this.heldIn[instance.state] -= this.heldBytes(instance);
    this.usedBytes -= this.heldBytes(instance);
    const own = this.of(instance.fn);
    this.instances.splice(this.instances.indexOf(instance), 1);
    own.splice(own.indexOf(instance), 1);
    this.hold(instance.fn);
  }

  private count(fn: number, what: 'arrived' | 'dropped' | 'timedOut' | 'evictions' | 'expirations'): void {
    this.counts[what]++;
    this.counts.functions[fn]![what]++;
  }

  private went(fn: number, why: Gone): void {
    this.counts.gone[why]++;
    this.counts.functions[fn]!.gone[why]++;
  }

  // --- requests -------------------------------------------------------------------------------------------------------

  protected arrive(request: Request): void {
    const { fn } = request;
    this.count(fn, 'arrived');
    this.policy.arrives(fn);
    if (this.neverFits(this.spec.functions[fn]!)) {
      this.count(fn, 'dropped');
      return;
    }
    const given = this.serve(request);
    this.refill();
    if (given) return;
    const { kind, timeoutNs } = this.spec.overflow;
    if (kind === 'drop') {
      this.count(fn, 'dropped');
      return;
    }
    this.queue.push(request);
    if (kind === 'timeout')
      this.plan('timeout', this.nowNs + timeoutNs, 0, () => {
        if (!this.queue.includes(request)) return;
        this.queue = this.queue.filter((one) => one !== request);
        this.count(fn, 'timedOut');
      });
  }

  protected tryQueue(): void {
    while (this.queue.length > 0 && this.serve(this.queue[0]!)) this.queue.shift();
    this.refill();
  }

  of(fn: number): Instance[] {
    return this.byFunction[fn]!;
  }

  /** The one started last. */
  private latest(instances: readonly Instance[]): Instance | undefined {
    const later = (a: Instance, b: Instance): boolean =>
      a.lastStartNs - b.lastStartNs > 0 || (a.lastStartNs === b.lastStartNs && a.id > b.id);
    return instances.reduce<Instance | undefined>(
      (best, one) => (best === undefined || later(one, best) ? one : best),
      undefined,
    );
  }

  /** By the first tier that applies; false: it has not the memory. */
  private serve(request: Request): boolean {
    const { fn } = request;
    const f = this.spec.functions[fn]!;
    const own = this.of(fn);
    const open = this.latest(own.filter((one) => one.state !== 'dormant' && one.running < f.concurrency));
    const dormant = this.latest(own.filter((one) => one.state === 'dormant'));
    for (const tier of this.spec.order) {
      if (tier === 'active' && open !== undefined) {
        if (!this.makeRoom(f.memoryPerRequestBytes, 'forRequest')) return false;
        this.give(request, open, open.state === 'active' ? 'active' : 'joined');
        return true;
      }
      if (tier === 'dormant' && dormant !== undefined) {
        if (!this.makeRoom(f.memoryPerRequestBytes, 'forRequest', dormant)) return false;
        this.give(request, dormant, 'dormant');
        return true;
      }
      if (tier === 'active' || tier === 'dormant' || !this.applies(tier, fn)) continue;
      if (!this.makeRoom(f.memoryBytes + f.memoryPerRequestBytes, 'forStart')) return false;
      this.give(request, this.create(fn), tier);
      return true;
    }
    throw new Error('full always applies');
  }

  private applies(tier: Tier, fn: number): boolean {
    return tier === 'full' || (tier === 'vm' ? this.spec.functions[fn]!.initNs === 0 : this.snapshots.has(fn));
  }

  protected startNs(tier: Tier, f: FunctionSpec): number {
    const { restoreNs, vmBootNs } = this.spec.tier;
    if (tier === 'restore') return restoreNs;
    const attestNs = f.confidential ? this.spec.attestNs : 0;
    return vmBootNs + attestNs + (tier === 'full' ? f.initNs : 0);
  }

  private create(fn: number): Instance {
    const instance: Instance = {
      id: this.made++,
      fn,
      state: 'starting',
      lastStartNs: this.nowNs,
      uses: 0,
      running: 0,
      waiting: [],
      expiresNs: Infinity,
      expiry: 0,
      priority: 0,
    };
    this.instances.push(instance);
    this.of(fn).push(instance);
    this.heldIn.starting += this.heldBytes(instance);
    this.usedBytes += this.heldBytes(instance);
    this.within();
    return instance;
  }

  private give(request: Request, instance: Instance, tier: Served): void {
    this.counts.served[tier]++;
    this.counts.functions[request.fn]!.served[tier]++;
    instance.expiresNs = Infinity;
    this.change(instance, () => instance.running++);
    instance.uses++;
    instance.lastStartNs = this.nowNs;
    this.policy.used(instance);
    if (tier === 'active') {
      this.after(this.spec.tier.activeNs, () => this.enter(request, instance));
      return;
    }
    instance.waiting.push(request);
    if (tier === 'joined') return;
    this.change(instance, () => (instance.state = 'starting'));
    if (tier === 'dormant') this.after(this.spec.tier.dormantNs, () => this.ready(instance));
    else this.pass(instance, tier);
  }

  protected after(ns: number, happen: () => void): void {
    if (ns === 0) happen();
    else this.plan('ready', this.nowNs + ns, 0, happen);
  }

  protected pass(instance: Instance, tier: Tier): void {
    const ns = this.startNs(tier, this.spec.functions[instance.fn]!);
    // an event even where it takes no time
    this.plan('ready', this.gate.ready(this.nowNs, ns), 0, () => this.ready(instance));
  }

  protected ready(instance: Instance): void {
    this.change(instance, () => (instance.state = instance.running > 0 ? 'active' : 'dormant'));
    for (const request of instance.waiting.splice(0)) this.enter(request, instance);
    if (instance.running > 0) return;
    this.policy.dormant(instance);
    if (!this.instances.includes(instance)) this.tryQueue();
  }

  protected enter(request: Request, instance: Instance): void {
    this.counts.startLatencyNs += BigInt(this.nowNs - request.arrivedNs);
    this.works(request, instance);
  }

  /** A core of its own for as long as it takes. */
  protected works(request: Request, instance: Instance): void {
    this.plan('end', this.nowNs + request.serviceNs, 0, () => this.end(instance));
  }

  plan(kind: keyof typeof RANKS, atNs: number, place: number, happen: () => void): void {
    this.agenda.add(kind, atNs, place, happen);
  }

  protected end(instance: Instance): void {
    this.change(instance, () => {
      instance.running--;
      if (instance.running === 0) instance.state = 'dormant';
    });
    this.policy.ended(instance.fn);
    if (instance.running === 0) this.policy.dormant(instance);
    this.tryQueue();
  }

  // --- what policies ask for ------------------------------------------------------------------------------------------

  /** One dormant instance where there is none and its memory is free. */
  prewarm(fn: number): Instance | undefined {
    if (this.of(fn).some(({ state }) => state === 'dormant')) return undefined;
    if (!this.fits(this.spec.functions[fn]!.memoryBytes)) return undefined;
    const instance = this.create(fn);
    this.change(instance, () => (instance.state = 'dormant'));
    return instance;
  }

  atMinimum(fn: number): boolean {
    return this.of(fn).length <= this.minimum[fn]!;
  }

  /** Waits from now on, if it has fewer instances than are to be there. */
  protected hold(fn: number): void {
    if (this.of(fn).length < this.minimum[fn]! && !this.lacking.includes(fn)) this.lacking.push(fn);
  }

  private announced(fn: number, width: number): void {
    if (!this.spec.proactive) return;
    const f = this.spec.functions[fn]!;
    if (this.neverFits(f)) return;
    let missing = Math.ceil(width / Math.min(f.maxVcpus, f.concurrency)) - this.of(fn).length;
    for (; missing > 0 && this.fits(f.memoryBytes); missing--) {
      this.counts.startedAhead++;
      this.startAhead(fn);
    }
  }

  private startAhead(fn: number): void {
    const tier = this.spec.order.find((one) => one !== 'active' && one !== 'dormant' && this.applies(one, fn))!;
    this.pass(this.create(fn), tier);
  }

  /** Who has waited longest first; who does not fit holds up the others. */
  protected refill(): void {
    for (let fn = this.lacking[0]; fn !== undefined; this.lacking.shift(), fn = this.lacking[0]) {
      const f = this.spec.functions[fn]!;
      while (this.of(fn).length < this.minimum[fn]!) {
        if (!this.fits(f.memoryBytes)) return;
        this.startAhead(fn);
      }
    }
  }
}

/** The whole of it: every invocation up to and with `endNs`. */
export const naive = (spec: LifecycleSpec, endNs: number, cores = 1): Outcome => new Naive(spec, cores).run(endNs);
