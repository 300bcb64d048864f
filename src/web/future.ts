// One future of the host as the page watches it: a simulation, what was seen of it last, and copies of it from some instants
// ago, from which a move of a core can be looked at again, event by event.

import type { Histogram, HostLook, Simulation } from '../index.js';
import type { CoreLook } from '../result/look.js';
import { lookOf } from './folded.js';
import { codeOf, IDLE, MOVING, RUNNING, SEARCHING, SPINNING, type MoveSeen } from './protocol.js';

/** Copies kept, and columns between two of them: a strip's width of columns can be explained. */
const COPIES = 8;
const COLUMNS_BETWEEN = 200;
/** Events after which a copy is due in any case: what is asked of an instant is some seconds of computing away from one. */
const EVENTS_BETWEEN = 5e6;
/** A host that takes more is copied less often: only at its begin. */
const COPIED_BYTES = 64 * 2 ** 20;
/** VMs whose latencies are read; the first ones. */
const MOST_READ = 8;

const KINDS: Readonly<Record<CoreLook['doing'], number>> = {
  idle: IDLE,
  waking: MOVING,
  entering: MOVING,
  running: RUNNING,
  searching: SEARCHING,
  stealing: SEARCHING,
  yielding: MOVING,
  preempting: MOVING,
  suspending: MOVING,
  descheduling: MOVING,
  spinning: SPINNING,
};

/** A core that nobody has but that was promised is moving as well. */
export const drawnAs = ({ vm, doing, target }: CoreLook): number =>
  vm < 0 ? codeOf(target, target < 0 ? IDLE : MOVING) : codeOf(vm, KINDS[doing]);

/** Latencies up to an instant. */
interface Reading {
  readonly atNs: number;
  readonly all: Histogram;
}

/** What came since; at the end of the warm-up statistics begin anew. */
const after = (before: Reading | undefined, now: Reading, warmupNs: number): Histogram =>
  before === undefined || (before.atNs < warmupNs && now.atNs >= warmupNs) ? now.all : now.all.since(before.all);

/** Runs to an instant; answers whether it came there before `stopAt` on the clock on the wall. */
export async function runInTime(simulation: Simulation, toNs: number, stopAt: number): Promise<boolean> {
  const stop = new AbortController();
  const onProgress = (): void => {
    if (performance.now() >= stopAt) stop.abort();
  };
  await simulation.runUntil(toNs, { signal: stop.signal, onProgress });
  return !stop.signal.aborted;
}

export class Future {
  readonly copies: { readonly nowNs: number; readonly simulation: Simulation }[] = [];
  look: HostLook;
  private columns = 0;
  private copiedEvents = 0;
  private earlier: (Reading | undefined)[] = [];
  private forked: readonly (Reading | undefined)[] = [];
  /** What the last VM had completed at the fork. */
  private forkedDone = 0;
  private readonly holders: Int32Array;
  private readonly decided: Float64Array;

  constructor(
    readonly simulation: Simulation,
    /** The quantile that is read of each VM. */
    private readonly quantiles: readonly number[],
  ) {
    this.look = lookOf(simulation);
    this.holders = Int32Array.from(this.look.cores, ({ vm }) => vm);
    this.decided = Float64Array.from(this.look.cores, ({ decidedAtNs }) => decidedAtNs);
  }

  /**
   * Runs to an instant and looks; moves of cores since the look before go into `moves`. Answers whether it came there before `stopAt`
   * on the clock on the wall: a column may hold hours.
   */
  async advance(toNs: number, moves: MoveSeen[], stopAt = Infinity): Promise<boolean> {
    const { simulation } = this;
    if (this.columns++ % COLUMNS_BETWEEN === 0 || simulation.events - this.copiedEvents > EVENTS_BETWEEN)
      await this.copy();
    const came = await runInTime(simulation, toNs, stopAt);
    this.see(moves);
    return came;
  }

  /** One event. */
  async step(moves: MoveSeen[]): Promise<void> {
    if (this.copies.length === 0) await this.copy();
    await this.simulation.step(1);
    this.see(moves);
  }

  private see(moves: MoveSeen[]): void {
    this.look = lookOf(this.simulation);
    this.look.cores.forEach(({ vm, target, decidedAtNs }, core) => {
      if (decidedAtNs > this.look.timeNs) return; // in a round of decisions one is issued after another: not yet this one
      const from = this.holders[core]!;
      const to = target >= 0 ? target : vm;
      const decided = decidedAtNs !== this.decided[core] && to !== from;
      if (decided || (vm >= 0 && vm !== from && target < 0 && decidedAtNs !== this.decided[core]))
        moves.push({ core, from, to, decidedAtNs, seenAtNs: this.look.timeNs });
      if (decided || target < 0) {
        this.decided[core] = decidedAtNs;
        if (to >= 0 || target < 0) this.holders[core] = to;
      }
    });
  }

  private async copy(): Promise<void> {
    const { simulation, copies } = this;
    this.copiedEvents = simulation.events;
    if (copies.length > 0 && simulation.memoryBytes > COPIED_BYTES) return;
    copies.push({ nowNs: simulation.nowNs, simulation: await simulation.fork() });
    if (copies.length > COPIES) copies.splice(1, 1)[0]!.simulation.close(); // the first stays: from it everything can be seen again
  }

  /** Of each VM the quantile since the call before, and since statistics began, or since the fork, with what has completed. */
  latencies(): { since: (number | null)[]; overall: (number | null)[]; completed: number[] } {
    const since: (number | null)[] = [];
    const overall: (number | null)[] = [];
    const completed: number[] = [];
    const { warmupNs } = this.simulation.scenario;
    this.read().forEach((now, vm) => {
      const quantile = this.quantiles[vm]!;
      since.push(after(this.earlier[vm], now, warmupNs).quantile(quantile));
      const counted = after(this.forked[vm], now, warmupNs);
      overall.push(counted.quantile(quantile));
      completed.push(counted.count);
      this.earlier[vm] = now;
    });
    const { vms } = this.look;
    const functions = vms.length > this.quantiles.length ? vms.at(-1) : undefined; // whose latencies no one histogram has
    if (functions !== undefined && vms.length <= MOST_READ) {
      since.push(null);
      overall.push(null);
      completed.push(functions.completed - this.forkedDone);
    }
    return { since, overall, completed };
  }

  private read(): Reading[] {
    const { simulation } = this;
    return this.quantiles
      .slice(0, MOST_READ)
      .map((_, vm) => ({ atNs: simulation.nowNs, all: simulation.latencies(vm) }));
  }

  /** From here on the overall latencies count. */
  markFork(): void {
    this.forked = this.read();
    this.forkedDone = this.look.vms.at(-1)!.completed;
  }

  async fork(scenario: Parameters<Simulation['fork']>[0]): Promise<Future> {
    const twin = new Future(await this.simulation.fork(scenario), this.quantiles);
    twin.earlier = [...this.earlier];
    twin.forked = [...this.forked];
    twin.forkedDone = this.forkedDone;
    // what is not issued yet is issued in both
    twin.holders.set(this.holders.subarray(0, twin.holders.length));
    twin.decided.set(this.decided.subarray(0, twin.decided.length));
    return twin;
  }

  /** Another simulation of the same VMs, read as this one is. */
  beside(simulation: Simulation): Future {
    return new Future(simulation, this.quantiles);
  }

  close(): void {
    this.simulation.close();
    for (const { simulation } of this.copies) simulation.close();
  }
}
