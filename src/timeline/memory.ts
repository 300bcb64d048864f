// Swapped memory: how much is free, how many pages lie where else, how long each VM has read the slow tier, and what an upgrade does.

import * as L from '../../assembly/layout.js';
import * as W from '../../assembly/memory/pages/layout.js';
import type { Records } from '../core/records.js';
import { BACKEND_NAMES } from '../swap/types.js';
import type { TraceWriter } from './writer.js';

/** By number (assembly/memory/swap/upgrade.ts). */
const PHASES = ['', 'prepare', 'quiesce', 'transfer', 'switch', 'rollback'] as const;

interface Counter {
  readonly read: () => number;
  /** 0: it has nothing to show yet. */
  track: number;
  readonly declare: () => number;
  last: number;
}

export class Memory {
  private readonly counters: readonly Counter[] = [];
  private readonly group: number = 0;
  private upgradeTrack = 0;
  private phase = 0;
  private phaseSinceNs = 0;

  constructor(
    private readonly records: Records,
    private readonly trace: TraceWriter,
    trackOf: (vm: number) => number,
  ) {
    if (records.at[L.AT_SWAPPED] === 0) return;
    this.group = trace.track('memory');
    const free = trace.track('free', this.group, 'bytes');
    this.counters = [
      {
        read: () => records.time(records.at[L.AT_SWAPPED]!, L.SWAPPED_FREE),
        track: free,
        declare: () => free,
        last: -1,
      },
      ...BACKEND_NAMES.map((name, kind) => ({
        read: () => this.pagesIn(kind),
        track: 0,
        declare: () =>
          trace.track(name === 'slow' ? 'pages in the slow tier' : `pages out in ${name}`, this.group, 'count'),
        last: 0,
      })),
      ...records.vms.flatMap(({ pooled }, vm) => {
        const declare = (): number => trace.track('reading the slow tier', trackOf(vm), 'ns');
        return pooled ? [] : [{ read: () => this.slowNs(vm), track: 0, declare, last: 0 }];
      }),
    ];
  }

  begin(nowNs: number): void {
    this.look(nowNs);
  }

  look(nowNs: number): void {
    if (this.group === 0) return;
    for (const counter of this.counters) {
      const value = counter.read();
      if (value === counter.last) continue;
      if (counter.track === 0) counter.track = counter.declare();
      this.trace.counter(counter.track, nowNs, (counter.last = value));
    }
    const phase = this.records.word(this.records.at[L.AT_SWAPPED]!, L.SWAPPED_PHASE);
    if (phase !== this.phase) this.enter(phase, nowNs);
  }

  end(nowNs: number): void {
    if (this.phase !== 0) this.enter(0, nowNs);
  }

  private enter(phase: number, nowNs: number): void {
    if (this.phase !== 0 && nowNs > this.phaseSinceNs) {
      if (this.upgradeTrack === 0) this.upgradeTrack = this.trace.track('upgrade', this.group);
      this.trace.slice(this.upgradeTrack, this.phaseSinceNs, nowNs, PHASES[this.phase]!, { category: 'upgrade' });
    }
    this.phase = phase;
    this.phaseSinceNs = nowNs;
  }

  /** What lay there when statistics began, and has gone out since, less what came in. */
  private pagesIn(kind: number): number {
    const { records } = this;
    const first = W.SWAP_OF_BACKENDS + kind * W.BACKEND_COUNTERS;
    const of = (which: number): number => records.counter(records.at[L.SWAPPED_COUNTERS]!, first + which);
    return of(W.BACKEND_FIRST) + of(W.BACKEND_OUTS) - of(W.BACKEND_INS);
  }

  /** Since statistics began. */
  private slowNs(vm: number): number {
    const { records } = this;
    return records.counter(records.at[L.SWAPPED_GUESTS]!, vm * W.GUEST_COUNTERS + W.GUEST_SLOW_NS);
  }
}
