// Rounds of the polling core, or of an agent that takes no core: docs/model/arbiter.md.

import { RANK } from './clock.js';
import { chooseIdle, findCore, inOrder, mayGrow, takeIdle } from './cores.js';
import { beginMove } from './moves.js';
import { waitingTasks } from './waiting.js';
import type { Core, Host, Round, Vm } from './types.js';

export interface Knobs {
  readonly intervalNs: number;
  readonly grant: 'one' | 'drain';
  readonly thresholdNs: number;
  readonly signal: 'average' | 'oldest' | 'queue-length';
  readonly queueLength: number;
  readonly mode: 'reactive' | 'proactive' | 'both';
  readonly stalenessNs: number;
  readonly batch: boolean;
  readonly aggregate: boolean;
  /** Tasks in the queue of a vCPU without a core make a VM short at once. */
  readonly parkedWork: boolean;
}

export const DEFAULTS: Omit<Knobs, 'intervalNs' | 'grant'> = {
  thresholdNs: 0,
  signal: 'oldest',
  queueLength: 1,
  mode: 'reactive',
  stalenessNs: 0,
  batch: false,
  aggregate: false,
  parkedWork: false,
};

/** What is published of a VM. */
interface Reading {
  readonly at: number;
  readonly waiting: number;
  readonly oldest: number;
  readonly sum: number;
  readonly since: number;
  readonly active: number;
  readonly parkedWork: boolean;
}

export class Arbiter {
  busy = 0;
  /** What it is at. */
  private current: Round | null = null;
  private published: Reading[] = [];

  /** Which course of publications is on. */
  private publication = 0;
  private stopped = false;

  constructor(
    public knobs: Knobs,
    /** What a round does before it reads. */
    private readonly before: (h: Host) => void = () => undefined,
    private readonly find: (h: Host, vm: Vm) => Core | null = findCore,
  ) {}

  private period(h: Host): number {
    const { pollBase, pollPerVm } = h.costs;
    const read = this.knobs.aggregate ? Math.ceil(h.polled / 64) : h.polled;
    return Math.max(this.knobs.intervalNs, pollBase + pollPerVm * read, 1);
  }

  start(h: Host): void {
    this.publishes(h);
    h.clock.at(h.clock.now + this.period(h), RANK.round, () => this.round(h));
  }

  /** From now on, at the end of this nanosecond first: what it holds is published at the multiples. */
  private publishes(h: Host): void {
    const { stalenessNs } = this.knobs;
    const from = ++this.publication;
    const publish = (): void => {
      if (this.stopped || from !== this.publication) return;
      this.published = h.vms.map((vm) => this.read(h, vm));
      h.clock.at((Math.floor(h.clock.now / stalenessNs) + 1) * stalenessNs, RANK.afterAll, publish);
    };
    if (stalenessNs > 0) h.clock.at(h.clock.now, RANK.afterAll, publish);
  }

  /** A fork. */
  change(h: Host, knobs: Knobs): void {
    const { stalenessNs } = this.knobs;
    this.knobs = knobs;
    if (knobs.stalenessNs !== stalenessNs) this.publishes(h);
  }

  /** Another kind of mechanism takes over. */
  stop(): void {
    this.stopped = true;
  }

  private read(h: Host, vm: Vm): Reading {
    const ready = waitingTasks(vm).map((task) => task.readyAt);
    return {
      at: h.clock.now,
      waiting: ready.length,
      oldest: Math.min(...ready),
      sum: ready.reduce((a, b) => a + b, 0),
      since: vm.waitingSince,
      active: vm.active.length,
      parkedWork: vm.vcpus.some((v) => v.core === null && v.queue.length > 0),
    };
  }

  private round(h: Host): void {
    const { now } = h.clock;
    if (this.stopped) return;
    if (this.busy > now) {
      h.clock.at(this.busy, RANK.round, () => this.round(h));
      return;
    }
    const { knobs } = this;
    const { pollBase, pollPerVm } = h.costs;
    const stale = knobs.stalenessNs > 0 && now % knobs.stalenessNs !== 0;
    const readings = stale ? this.published : h.vms.map((vm) => this.read(h, vm));
    const withTasks = readings.filter(({ waiting }) => waiting > 0).length;
    const read = knobs.aggregate ? Math.ceil(h.polled / 64) + withTasks : h.polled;
    this.busy = now + pollBase + pollPerVm * read;
    this.current = null;
    this.before(h);
    const short = h.vms.filter((vm) => this.isShort(h, vm, readings[vm.index]!));
    let issued = false;
    for (const vm of inOrder(short, (one) => readings[one.index]!.since)) {
      const demand = Math.max(0, readings[vm.index]!.waiting - vm.coming);
      const wants = knobs.grant === 'one' ? Math.min(1, demand) : demand;
      for (let i = 0; i < wants; i++) {
        if (!this.grant(h, vm, issued)) {
          vm.denied = waitingTasks(vm).length > 0; // what was published may be gone
          break;
        }
        issued = true;
        if (knobs.grant === 'one') vm.passedOverUntil = now + this.period(h);
      }
    }
    h.clock.at(Math.max(now + this.period(h), this.busy), RANK.round, () => this.round(h));
  }

  /** Grants the VM a core, if it may grow and one is found. `issued`: others were in the same batch. */
  grant(h: Host, vm: Vm, issued: boolean): boolean {
    if (!mayGrow(h, vm)) return false;
    const core = this.find(h, vm);
    if (core === null) return false;
    this.issue(h, issued);
    const ready = waitingTasks(vm).map((task) => task.readyAt);
    if (ready.length > 0 && !vm.denied) h.detectionNs.push(this.busy - Math.min(...ready));
    if (this.current === null) h.rounds.push((this.current = { moves: 0, startsAt: this.busy, grantedAt: [] }));
    this.current.moves++;
    beginMove(h, core, vm, this.busy, this.current);
    return true;
  }

  /** A grant whatever the round, as in one of its own. */
  grantOutside(h: Host, vm: Vm): boolean {
    this.current = null;
    return this.grant(h, vm, false);
  }

  issue(h: Host, issued = false): void {
    this.busy = Math.max(h.clock.now, this.busy) + (issued && this.knobs.batch ? 0 : h.costs.issue);
  }

  private isShort(h: Host, vm: Vm, reading: Reading): boolean {
    const { knobs } = this;
    if (reading.waiting === 0) return false;
    if (knobs.grant === 'one' && h.clock.now <= vm.passedOverUntil) return false;
    if (vm.held === 0) return true;
    if (knobs.parkedWork && reading.parkedWork) return true;
    if (knobs.mode === 'proactive') return false;
    switch (knobs.signal) {
      case 'average':
        return reading.at * reading.waiting - reading.sum >= knobs.thresholdNs * reading.waiting;
      case 'oldest':
        return reading.at - reading.oldest >= knobs.thresholdNs;
      case 'queue-length':
        return reading.waiting >= knobs.queueLength * Math.max(1, reading.active);
    }
  }

  announce(h: Host, vm: Vm, width: number): void {
    const searching = vm.vcpus.filter((v) => v.state === 'searching').length;
    const wants = Math.min(width, waitingTasks(vm).length + width - vm.coming - searching);
    this.current = null;
    let issued = false;
    for (let i = 0; i < wants && this.grant(h, vm, issued); i++) issued = true;
  }
}

/** An idle core only. */
export function findIdle(h: Host, vm: Vm): Core | null {
  const core = chooseIdle(h, vm);
  if (core !== null) takeIdle(h, core);
  return core;
}
