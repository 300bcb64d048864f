// Vmem's zeroing threads: all of them work on one piece of memory after the other, in order of request. With `when: create` a VM
// waits for its own; with `when: destroy` memory is zeroed once its VM is gone, and a VM waits only where too little is clean.
// Clean memory is counted, not named: which frames are clean does not steer the allocation.

import { zeroingNs } from './boot.js';
import type { ReserveScenario } from './schema.js';

export class Zeroing {
  private busyUntilNs = 0;
  private cleanBytes: number;
  private readonly pending: { doneNs: number; bytes: number }[] = [];
  /** Time the threads worked, all together counted once. */
  busyNs = 0;

  /** At the start everything is clean: the server has just booted. */
  constructor(
    private readonly scenario: ReserveScenario,
    freeBytes: number,
  ) {
    this.cleanBytes = freeBytes;
  }

  private work(nowNs: number, bytes: number): number {
    const needNs = zeroingNs(this.scenario, bytes, this.scenario.zeroing.threads);
    this.busyUntilNs = Math.max(this.busyUntilNs, nowNs) + needNs;
    this.busyNs += needNs;
    return this.busyUntilNs;
  }

  /** How long a VM of `bytes` waits for clean memory from `nowNs` on. */
  claim(nowNs: number, bytes: number): number {
    if (this.scenario.zeroing.when === 'create') return this.work(nowNs, bytes) - nowNs;
    let readyNs = nowNs;
    let missing = bytes;
    const take = (available: number): number => {
      const taken = Math.min(available, missing);
      missing -= taken;
      return taken;
    };
    this.cleanBytes -= take(this.cleanBytes);
    while (missing > 0 && this.pending.length > 0) {
      const next = this.pending[0]!;
      next.bytes -= take(next.bytes);
      readyNs = Math.max(readyNs, next.doneNs);
      if (next.bytes === 0) this.pending.shift();
    }
    return readyNs - nowNs;
  }

  /** A VM's memory is free again. */
  release(nowNs: number, bytes: number): void {
    if (this.scenario.zeroing.when === 'destroy' && bytes > 0)
      this.pending.push({ doneNs: this.work(nowNs, bytes), bytes });
  }

  /** A frame taken out of use leaves less to be claimed; which kind it was is not known, so clean memory goes first. */
  isolate(bytes: number): void {
    this.cleanBytes = Math.max(this.cleanBytes - bytes, 0);
  }
}
