// Tasks that wait for a page, as slices beside each other: a VM has as many lines as faults overlapped.

import * as L from '../../assembly/layout.js';
import type { Records } from '../core/records.js';
import type { TraceWriter } from './writer.js';

interface Fault {
  readonly vm: number;
  readonly line: number;
  readonly sinceNs: number;
}

export class Faults {
  private readonly waiting = new Map<number, Fault>();
  /** Of each VM: the lines so far, and which of them are taken. */
  private readonly lines: { readonly tracks: number[]; readonly taken: boolean[] }[] = [];

  constructor(
    private readonly records: Records,
    private readonly trace: TraceWriter,
    private readonly trackOf: (vm: number) => number,
  ) {}

  begin(task: number, vm: number, nowNs: number): void {
    const { tracks, taken } = (this.lines[vm] ??= { tracks: [], taken: [] });
    const free = taken.indexOf(false);
    const line = free < 0 ? taken.length : free;
    tracks[line] ??= this.trace.track(`page faults ${line}`, this.trackOf(vm));
    taken[line] = true;
    this.waiting.set(task, { vm, line, sinceNs: nowNs });
  }

  /** Whoever has his page is ready again. */
  look(nowNs: number): void {
    for (const [task, fault] of this.waiting) {
      if (this.records.time(task, L.TASK_READY) !== fault.sinceNs) this.close(task, fault, nowNs);
    }
  }

  /** `task` runs: it waits for nothing, even if that took no time. */
  over(task: number, nowNs: number): void {
    const fault = this.waiting.get(task);
    if (fault === undefined) return;
    const waited = this.records.time(task, L.TASK_READY) !== fault.sinceNs;
    this.close(task, fault, waited ? nowNs : fault.sinceNs);
  }

  end(nowNs: number): void {
    for (const [task, fault] of this.waiting) this.close(task, fault, nowNs);
  }

  private close(task: number, { vm, line, sinceNs }: Fault, nowNs: number): void {
    this.waiting.delete(task);
    const { tracks, taken } = this.lines[vm]!;
    taken[line] = false;
    if (nowNs > sinceNs) this.trace.slice(tracks[line]!, sinceNs, nowNs, 'waits for a page', { category: 'fault' });
  }
}
