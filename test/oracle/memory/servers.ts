// Workers and devices: what they take next, and what it takes them.

import { drawnFrom } from '../chance.js';
import { RANK, type Clock } from '../clock.js';
import type { TouchingTask } from '../seam.js';
import type { Background } from './background.js';
import { meanOf, type Law } from '../statistics/laws.js';
import type { Counting } from './counting.js';
import { keptBytes } from './layout.js';
import type { Levels } from './levels.js';
import type { Tier } from './tier.js';
import {
  CLASSES,
  classOf,
  freeBytes,
  quotaFreeBytes,
  type Guest,
  type Leaving,
  type Memory,
  type Page,
  type ServerClass,
  type Waiting,
  type Want,
} from './things.js';

interface Queues {
  readonly servers: number;
  busy: number;
  /** Victims of faults that wait for a server. */
  victims: Leaving[];
  faults: Want[];
  prefetches: Want[];
  /** Pages of background work that wait for a device. */
  outgoing: Leaving[];
}

export interface Around {
  /** A task's page is there. */
  there(waiting: Waiting): void;
  paused(): boolean;
  /** No server is busy and no page is being mapped or unmapped. */
  idle(): void;
  /** Pages needed by faults that leave the guest, in the order of touches. */
  leaving(): Want[];
}

export function newWant(page: Page, leaving: TouchingTask | null, prefetch: boolean): Want {
  return { page, leaving, waiting: [], prefetch, framed: false, owes: false, victim: null, hadVictim: false };
}

export class Servers {
  private readonly of: Record<ServerClass, Queues>;
  /** Pages that are mapped or unmapped beside the servers. */
  private mapping = 0;

  constructor(
    private readonly memory: Memory,
    private readonly clock: Clock,
    private readonly counted: Counting,
    private readonly levels: Levels,
    private readonly background: Background,
    private readonly tier: Tier,
    private readonly around: Around,
  ) {
    const queues = (servers: number): Queues => ({
      servers,
      busy: 0,
      victims: [],
      faults: [],
      prefetches: [],
      outgoing: [],
    });
    this.of = { worker: queues(memory.spec.workers), device: queues(memory.spec.deviceDepth) };
  }

  idle(): boolean {
    return this.mapping === 0 && this.of.worker.busy === 0 && this.of.device.busy === 0;
  }

  // --- queues

  private classOf(page: Page): Queues {
    return this.of[classOf(page.backend)];
  }

  /** A fault has come for a page that is out; by a touch whose task still leaves the guest, or (null) not. */
  need(page: Page, by: TouchingTask | null): void {
    page.where = 'needed';
    page.want ??= newWant(page, by, false);
    this.takeFrame(page.want);
  }

  /** If there is one, for its VM too. */
  private takeFrame(want: Want): void {
    const { memory } = this;
    const { guest } = want.page;
    const unit = memory.spec.pageBytes;
    if (want.framed || freeBytes(memory) < unit) return;
    if (guest.quota !== null && quotaFreeBytes(memory, guest) < unit) return;
    want.framed = true;
    this.background.freeChanged();
    want.owes = !want.hadVictim && freeBytes(memory) < memory.min;
  }

  queue(want: Want): void {
    this.classOf(want.page).faults.push(want);
    this.counted.queued(this.of.worker.faults.length + this.of.device.faults.length);
  }

  /** A task waits for a page that was queued to be brought in ahead. */
  noLongerAhead(want: Want): void {
    const { prefetches } = this.classOf(want.page);
    prefetches.splice(prefetches.indexOf(want), 1);
    this.need(want.page, null);
    this.queue(want);
  }

  /** The pages behind one that a fault has queued for. */
  queueAhead({ guest, number, backend }: Page): void {
    const { spec } = this.memory;
    const block = spec.blockBytes / spec.pageBytes;
    for (let k = 1; k <= spec.prefetch; k++) {
      const next = guest.pages[number + k];
      if (next === undefined || Math.floor((number + k) / block) !== Math.floor(number / block)) return;
      if (next.where !== 'out' || next.backend !== backend) return;
      next.where = 'ahead';
      next.want = newWant(next, null, true);
      this.classOf(next).prefetches.push(next.want);
    }
  }

  /** A page of the slow tier is to come up. */
  rise(page: Page): void {
    page.where = 'ahead';
    page.want = newWant(page, null, true);
    this.classOf(page).prefetches.push(page.want);
    this.look();
  }

  /** Tasks that wait for something which a pause keeps from beginning. */
  waitingInPause(): Waiting[] {
    return this.memory.pages
      .filter(({ where }) => where === 'needed' || where === 'going')
      .flatMap(({ want }) => want?.waiting ?? []);
  }

  // --- looking for work

  /** `needed`: by a touch of now, whose fault a server is left to. */
  look(needed?: Page): void {
    const left = needed === undefined ? undefined : classOf(needed.backend);
    let began: boolean;
    do {
      began = false;
      for (const name of CLASSES) while (this.begin(name, name === left ? 1 : 0)) began = true;
    } while (began);
  }

  /** An idle server of the class takes the first thing that there is for it. */
  private begin(name: ServerClass, left: number): boolean {
    const queues = this.of[name];
    const idle = queues.servers - queues.busy;
    if (this.around.paused() || idle === 0) return false;
    const victim = queues.victims.shift();
    if (victim !== undefined) {
      this.putOut(victim);
      return true;
    }
    for (const want of queues.faults) {
      const turn = this.turn(want);
      if (turn === 'begins') {
        queues.faults.splice(queues.faults.indexOf(want), 1);
        this.bringIn(want);
      }
      if (turn !== 'waits') return true;
    }
    if (idle <= left) return false;
    for (;;) {
      const ahead = queues.prefetches.shift();
      if (ahead === undefined) break;
      if (this.roomAhead(ahead.page)) {
        this.bringIn(ahead);
        return true;
      }
      if (ahead.page.backend === 'slow') {
        this.tier.due();
        this.tier.n.noRoom++;
      }
      ahead.page.where = 'out';
      ahead.page.want = null;
    }
    return name === 'worker' ? this.beginBackground() : this.beginOutgoing();
  }

  private turn(want: Want): 'begins' | 'waits' | 'has a victim' {
    const { guest } = want.page;
    if (want.victim !== null) return 'waits';
    if (!want.framed) {
      const quotaLacks = guest.quota !== null && quotaFreeBytes(this.memory, guest) < this.memory.spec.pageBytes;
      return this.reclaim(want, quotaLacks ? guest : null) ? 'has a victim' : 'waits';
    }
    return want.owes && this.reclaim(want, null) ? 'has a victim' : 'begins';
  }

  private reclaim(want: Want, of: Guest | null): boolean {
    const page = this.levels.victim(of);
    if (page === null) return false;
    this.counted.directReclaim(of);
    want.victim = this.leave(page, want);
    if (classOf(page.backend) === 'device') this.unmap(want.victim);
    else this.of.worker.victims.push(want.victim);
    return true;
  }

  private roomAhead({ guest, backend }: Page): boolean {
    const unit = this.memory.spec.pageBytes;
    if (backend === 'slow') {
      if (freeBytes(this.memory) - unit < this.memory.min) return false;
      return guest.quota === null || quotaFreeBytes(this.memory, guest) >= unit;
    }
    if (freeBytes(this.memory) - unit < this.memory.low) return false;
    return guest.quota === null || quotaFreeBytes(this.memory, guest) - unit >= guest.quota.low;
  }

  private beginOutgoing(): boolean {
    const leaving = this.of.device.outgoing.shift();
    if (leaving === undefined) return false;
    if (leaving.rescued) this.out(leaving);
    else this.putOut(leaving);
    return true;
  }

  private beginBackground(): boolean {
    for (const asked of this.background.asks()) {
      const page = this.levels.victim(asked === 'any' ? null : asked);
      if (page === null) continue;
      if (asked !== 'any') this.counted.quotaReclaim(asked);
      const leaving = this.leave(page, null);
      this.background.underWay.add(leaving);
      if (classOf(page.backend) === 'device') this.unmap(leaving);
      else this.putOut(leaving);
      return true;
    }
    return false;
  }

  // --- in

  private inNs({ backend }: Page): number {
    const { in: law, inMoreNs } = this.memory.spec.backends[backend];
    return this.durationNs(law, inMoreNs, backend);
  }

  private outNs({ backend }: Page): number {
    const { out: law, outMoreNs } = this.memory.spec.backends[backend];
    return this.durationNs(law, outMoreNs, backend);
  }

  private durationNs(law: Law, moreNs: number, backend: Page['backend']): number {
    const further = this.memory.spec.pageBytes / 4096 - 1;
    const each = classOf(backend) === 'device' || backend === 'slow' ? moreNs : meanOf(law);
    return Math.floor(drawnFrom(law, this.memory.stream) + 0.5) + Math.round(further * each);
  }

  private charge(kind: 'swapIn' | 'swapOut', ns: number): void {
    this.counted.work(kind, ns);
    this.background.charge(ns);
  }

  private bringIn(want: Want): void {
    const { page } = want;
    const { mapNs, resumeNs } = this.memory.spec.fault;
    const inNs = this.inNs(page);
    want.framed = true;
    page.where = 'coming';
    this.background.freeChanged();
    if (page.backend === 'slow') this.tier.n.promotions++;
    else if (want.prefetch) this.counted.prefetched();
    if (classOf(page.backend) === 'worker') {
      const ns = inNs + mapNs + (page.backend === 'slow' ? 0 : resumeNs);
      if (page.backend === 'slow') this.tier.spend(ns);
      this.charge('swapIn', ns);
      this.onServer('worker', ns, () => this.there(want));
    } else {
      this.charge('swapIn', mapNs + resumeNs);
      this.onServer('device', inNs, () => this.aside(mapNs + resumeNs, () => this.there(want)));
    }
  }

  private there({ page, waiting }: Want): void {
    page.where = 'in';
    page.used = false;
    page.dirty = false;
    page.want = null;
    page.untouched = waiting.length === 0 && page.backend !== 'slow';
    this.background.freeChanged();
    this.counted.swapIn(page, waiting.length === 0 ? null : this.clock.now - waiting[0]!.touchedAt);
    this.levels.enter(page, waiting.length === 0 ? 0 : this.memory.spec.levels - 1);
    for (const each of waiting) this.around.there(each);
  }

  // --- out

  private leave(page: Page, forFault: Want | null): Leaving {
    const clean = classOf(page.backend) === 'device' && !page.dirty;
    page.where = 'going';
    if (forFault === null) page.keptBytes = keptBytes(this.memory, page.backend);
    page.leaving = { page, forFault, clean, rescued: false };
    return page.leaving;
  }

  /** A page that goes to a device is unmapped first, on no server. */
  private unmap(leaving: Leaving): void {
    const { mapNs } = this.memory.spec.fault;
    this.charge('swapOut', mapNs);
    this.aside(mapNs, () => {
      if (leaving.clean || leaving.rescued) this.goesAtOnce(leaving);
      else if (leaving.forFault === null) this.of.device.outgoing.push(leaving);
      else this.of.device.victims.push(leaving);
    });
  }

  private goesAtOnce(leaving: Leaving): void {
    const { page, forFault } = leaving;
    if (forFault !== null) page.keptBytes = keptBytes(this.memory, page.backend);
    this.out(leaving);
  }

  private putOut(leaving: Leaving): void {
    const { page, forFault } = leaving;
    const name = classOf(page.backend);
    if (forFault !== null) page.keptBytes = keptBytes(this.memory, page.backend);
    const { mapNs } = this.memory.spec.fault;
    const ns = this.outNs(page) + (name === 'worker' ? mapNs : 0);
    if (page.backend === 'slow') this.tier.spend(ns);
    if (name === 'worker') this.charge('swapOut', ns);
    this.onServer(name, ns, () => this.out(leaving));
  }

  private out(leaving: Leaving): void {
    const { page, forFault } = leaving;
    page.leaving = null;
    this.background.underWay.delete(leaving);
    if (leaving.rescued) {
      this.levels.enter(page, 0);
      return;
    }
    if (page.backend === 'slow') {
      this.tier.due();
      this.tier.down(page);
    }
    page.where = 'out';
    page.untouched = false;
    this.counted.swapOut(page, classOf(page.backend) === 'worker' ? 'stored' : leaving.clean ? 'dropped' : 'written');
    this.background.freeChanged();
    if (forFault !== null) {
      forFault.victim = null;
      forFault.hadVictim = true;
      forFault.owes = false;
    }
    this.takeFrames();
    if (page.want !== null) {
      this.need(page, null);
      this.queue(page.want);
    }
  }

  /** A frame has come free: for faults that are queued, then for those that leave the guest. */
  private takeFrames(): void {
    const leaving = this.around.leaving();
    for (const want of [...this.of.worker.faults, ...this.of.device.faults, ...leaving]) this.takeFrame(want);
  }

  // --- time

  private onServer(name: ServerClass, ns: number, done: () => void): void {
    const queues = this.of[name];
    queues.busy++;
    this.later(ns, () => {
      queues.busy--;
      done();
    });
  }

  private aside(ns: number, done: () => void): void {
    this.mapping++;
    this.after(ns, () => {
      this.mapping--;
      done();
    });
  }

  private after(ns: number, done: () => void): void {
    if (ns === 0) done();
    else this.later(ns, done);
  }

  private later(ns: number, done: () => void): void {
    this.clock.at(this.clock.now + ns, RANK.serve, () => {
      done();
      if (this.idle()) this.around.idle();
      this.look();
    });
  }
}
