// What the naive models of Nexus and Nanvix share: an agenda in its order, servers that are lists, kept VMs in a set.
// Written from docs/nexus.md, docs/nanvix.md and docs/model/lifecycle.md alone.

import { dslab, faascache, type Plan } from './idle-times.js';

/** What happens at an instant, before what has a greater rank. */
export const RANK = { answer: 0, end: 1, prewarm: 1.5, arrival: 2, poll: 3, expiry: 4 } as const;

interface Entry {
  readonly at: number;
  readonly rank: number;
  readonly act: () => void;
}

export class World {
  now = 0;
  private readonly agenda: Entry[] = [];

  /** Before what comes later; of equals behind who was planned first. */
  plan(at: number, rank: number, act: () => void): void {
    let [from, to] = [0, this.agenda.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      const one = this.agenda[middle]!;
      if (one.at < at || (one.at === at && one.rank <= rank)) from = middle + 1;
      else to = middle;
    }
    this.agenda.splice(from, 0, { at, rank, act });
  }

  run(open: () => boolean): void {
    while (open()) {
      const first = this.agenda.shift()!;
      this.now = first.at;
      first.act();
    }
  }
}

interface Job {
  cost: number;
  readonly done: () => void;
  /** Whose output it is, of one that was answered already. */
  readonly answered: number | null;
}

/** First come, first served. */
export class Server {
  used = 0;
  halted = false;
  queue: Job[] = [];

  constructor(
    private readonly world: World,
    private idle: number,
  ) {}

  send(cost: number, done: () => void, answered: number | null = null): void {
    this.queue.push({ cost, done, answered });
    this.look();
  }

  look(): void {
    this.world.plan(this.world.now, RANK.poll, () => this.poll());
  }

  private poll(): void {
    while (this.queue.length > 0 && this.idle > 0 && !this.halted) {
      const { cost, done } = this.queue.shift()!;
      this.idle--;
      this.used += cost;
      this.world.plan(this.world.now + cost, RANK.end, () => {
        this.idle++;
        done();
        this.look();
      });
    }
  }
}

/** An integral over time. */
export class Held {
  bytes = 0;
  byteNs = 0;
  peak = 0;
  private since = 0;

  constructor(private readonly world: World) {}

  add(bytes: number): void {
    this.byteNs += this.bytes * (this.world.now - this.since);
    this.since = this.world.now;
    this.bytes += bytes;
    this.peak = Math.max(this.peak, this.bytes);
  }
}

export interface Vm {
  readonly fn: number;
  readonly id: number;
  readonly bytes: number;
  start: number;
  uses: number;
  /** Among those that became dormant. */
  laid: number;
}

export class Kept {
  readonly all: Held;
  readonly dormant: Held;
  evicted = 0;
  expired = 0;
  gone: (vm: Vm) => void = () => {};
  /** Memory is free: who waits is tried. */
  freed: () => void = () => {};
  /** It is time to load the function ahead: the instance that is there at once; undefined: it has one, or there is no room. */
  ahead: (fn: number) => Vm | undefined = () => undefined;
  /** By which rule each END planned, and how many were loaded ahead. */
  readonly seen = { forecast: 0, default: 0, bins: 0, ahead: 0 };
  private readonly idleNs = new Map<number, number[]>();
  private readonly endedAt = new Map<number, number>();
  private readonly plans = new Map<number, Plan>();
  private lying: Vm[] = [];
  private made = 0;
  private laid = 0;

  constructor(
    private readonly world: World,
    private readonly budget: number | null,
    private readonly policy: string,
    private readonly keepNs: number,
  ) {
    this.all = new Held(world);
    this.dormant = new Held(world);
  }

  private wake(vm: Vm): void {
    this.lying = this.lying.filter((one) => one !== vm);
    this.dormant.add(-vm.bytes);
  }

  private remove(vm: Vm): void {
    this.wake(vm);
    this.all.add(-vm.bytes);
    this.gone(vm);
  }

  /** The dormant one that was started last. */
  reuse(fn: number): Vm | null {
    const own = this.lying.filter((vm) => vm.fn === fn).sort((a, b) => b.start - a.start || b.id - a.id);
    const vm = own[0];
    if (vm === undefined) return null;
    this.wake(vm);
    vm.start = this.world.now;
    vm.uses++;
    return vm;
  }

  /** Whether so much could be had, were all dormant ones gone but this. */
  could(need: number, but: Vm | null = null): boolean {
    const spare = this.lying.reduce((sum, vm) => sum + (vm === but ? 0 : vm.bytes), 0);
    return this.budget === null || this.all.bytes - spare + need <= this.budget;
  }

  /** Others go for it, where it can be had at all. */
  room(need: number): boolean {
    if (!this.could(need)) return false;
    const before = (a: Vm, b: Vm): number =>
      this.policy === 'fixed' ? a.laid - b.laid : a.start - b.start || a.id - b.id;
    while (this.budget !== null && this.all.bytes + need > this.budget) {
      this.remove(this.lying.toSorted(before)[0]!);
      this.evicted++;
    }
    return true;
  }

  make(fn: number, bytes: number): Vm {
    this.all.add(bytes);
    return { fn, id: ++this.made, bytes, start: this.world.now, uses: 1, laid: 0 };
  }

  /** A request of the function has come, or one has ended: between the last END and the next arrival it was idle. */
  arrives(fn: number): void {
    const at = this.endedAt.get(fn);
    if (at !== undefined) this.idleNs.set(fn, [...(this.idleNs.get(fn) ?? []), this.world.now - at]);
  }

  ended(fn: number): void {
    this.endedAt.set(fn, this.world.now);
  }

  /** Whether the function has a dormant one. */
  lies(fn: number): boolean {
    return this.lying.some((vm) => vm.fn === fn);
  }

  /** One that nobody has asked for: no other goes for it. */
  lay(fn: number, bytes: number): Vm | undefined {
    if (this.budget !== null && this.all.bytes + bytes > this.budget) return undefined;
    const vm = this.make(fn, bytes);
    this.rest(vm);
    return vm;
  }

  private rest(vm: Vm): void {
    vm.laid = ++this.laid;
    this.lying.push(vm);
    this.dormant.add(vm.bytes);
  }

  private expires(vm: Vm, at: number): void {
    const { laid } = vm;
    this.world.plan(at, RANK.expiry, () => {
      if (!this.lying.includes(vm) || vm.laid !== laid) return;
      this.remove(vm);
      this.expired++;
      this.freed();
    });
  }

  private endByIdleTimes(vm: Vm): void {
    const plan = (this.policy === 'hist' ? dslab : faascache)(this.idleNs.get(vm.fn) ?? []);
    this.plans.set(vm.fn, plan);
    this.seen[plan.rule]++;
    this.rest(vm);
    const unloadAt = this.world.now + plan.unloadNs;
    if (plan.loadNs === 0) return this.expires(vm, unloadAt);
    this.world.plan(this.world.now + plan.loadNs, RANK.prewarm, () => {
      if (this.plans.get(vm.fn) !== plan || this.lies(vm.fn)) return;
      const made = this.ahead(vm.fn);
      if (made === undefined) return;
      this.seen.ahead++;
      this.expires(made, unloadAt);
    });
    this.remove(vm);
    this.expired++;
  }

  /** Its last request is over. */
  end(vm: Vm): void {
    if (this.policy.startsWith('hist')) return this.endByIdleTimes(vm);
    this.rest(vm);
    if (this.policy === 'fixed') this.expires(vm, this.world.now + this.keepNs);
  }

  settle(): void {
    this.all.add(0);
    this.dormant.add(0);
  }
}

/** `then` once all have come. */
export function join(parts: readonly ((done: () => void) => void)[], then: () => void): void {
  let left = parts.length;
  for (const part of parts)
    part(() => {
      if (--left === 0) then();
    });
}

/** Requests that wait for memory, first in, first out. */
export class Waiting {
  private readonly queue: number[] = [];

  constructor(private readonly begin: (request: number) => boolean) {}

  arrive(request: number): void {
    if (this.queue.length > 0 || !this.begin(request)) this.queue.push(request);
  }

  admit(): void {
    while (this.queue.length > 0 && this.begin(this.queue[0]!)) this.queue.shift();
  }
}
