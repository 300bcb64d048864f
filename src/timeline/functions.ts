// Functions whose VMs come and go: what state each instance is in, when it went and why, and the memory that they hold.

import * as L from '../../assembly/layout.js';
import { FN_EVICTIONS, FN_EXPIRATIONS } from '../../assembly/lifecycle/layout.js';
import type { Records } from '../core/records.js';
import type { TraceWriter } from './writer.js';

/** By number (assembly/lifecycle/state.ts). */
const STATES = ['starting', 'active', 'dormant'] as const;
const DORMANT = 2;
const MEMORY = [
  ['memory used', [L.LIFE_STARTING_BYTES, L.LIFE_ACTIVE_BYTES, L.LIFE_DORMANT_BYTES]],
  ['memory of dormant instances', [L.LIFE_DORMANT_BYTES]],
] as const;

/** An instance, as it was when it was last looked at. */
interface Instance {
  readonly fn: number;
  readonly line: number;
  state: number;
  sinceNs: number;
  /** Its VM's record, 0: it has none. */
  vm: number;
  vmSinceNs: number;
  /** The look that found it last. */
  seen: number;
}

interface Lines {
  readonly track: number;
  readonly tracks: number[];
  readonly taken: boolean[];
}

export class Functions {
  private readonly known = new Map<number, Instance>();
  /** Of each function that has had an instance. */
  private readonly lines: Lines[] = [];
  private readonly gone: { evictions: number; expirations: number }[] = [];
  private readonly vmTracks = new Map<number, number>();
  /** Of each VM: the function whose instance it was given to last. */
  private readonly inVm = new Map<number, number>();
  private readonly count: number;
  private readonly group: number = 0;
  private readonly memory: { readonly track: number; bytes: number }[] = [];
  private looks = 0;

  constructor(
    private readonly records: Records,
    private readonly trace: TraceWriter,
    private readonly trackOf: (vm: number) => number,
  ) {
    // a core of another build may not know of them
    this.count = records.at[L.AT_FUNCTIONS] === 0 ? 0 : records.functions.length;
    if (this.count === 0) return;
    this.group = trace.track('functions');
    this.memory = MEMORY.map(([name]) => ({ track: trace.track(name, this.group, 'bytes'), bytes: -1 }));
  }

  /** The function whose instance has VM `vm`, if it is one of theirs. */
  nameIn(vm: number): string | undefined {
    const fn = this.inVm.get(vm);
    return fn === undefined ? undefined : this.records.functions[fn];
  }

  begin(nowNs: number): void {
    for (let fn = 0; fn < this.count; fn++) this.gone[fn] = this.countersOf(fn);
    this.look(nowNs);
  }

  look(nowNs: number): void {
    if (this.count === 0) return;
    const { records } = this;
    this.looks++;
    if (nowNs === records.warmupNs) this.restart();
    for (let fn = 0; fn < this.count; fn++) {
      let at = records.word(records.fn(fn), L.FUNCTION_FIRST);
      for (; at !== 0; at = records.word(at, L.INSTANCE_SIBLING)) this.see(at, fn, nowNs);
    }
    for (const [id, one] of this.known) if (one.seen !== this.looks) this.leave(id, one, nowNs);
    this.memory.forEach((counter, which) => {
      const life = records.at[L.AT_LIFE]!;
      const bytes = MEMORY[which]![1].reduce((sum, field) => sum + records.time(life, field), 0);
      if (bytes !== counter.bytes) this.trace.counter(counter.track, nowNs, (counter.bytes = bytes));
    });
  }

  end(nowNs: number): void {
    for (const [id, one] of this.known) {
      this.closeState(id, one, nowNs);
      this.closeVm(id, one, nowNs);
    }
    this.known.clear();
  }

  /** Statistics that begin set the counters back. */
  private restart(): void {
    this.gone.forEach((before, fn) => {
      const { evictions, expirations } = this.countersOf(fn);
      if (evictions < before.evictions || expirations < before.expirations)
        this.gone[fn] = { evictions: 0, expirations: 0 };
    });
  }

  private see(at: number, fn: number, nowNs: number): void {
    const { records } = this;
    const id = records.time(at, L.INSTANCE_ID);
    const state = records.word(at, L.INSTANCE_STATE);
    const vm = records.word(at, L.INSTANCE_VM);
    let one = this.known.get(id);
    if (one === undefined) {
      one = { fn, line: this.takeLine(fn), state, sinceNs: nowNs, vm: 0, vmSinceNs: nowNs, seen: 0 };
      this.known.set(id, one);
    }
    one.seen = this.looks;
    if (state !== one.state) {
      this.closeState(id, one, nowNs);
      one.state = state;
      one.sinceNs = nowNs;
    }
    if (vm === one.vm) return;
    this.closeVm(id, one, nowNs);
    one.vm = vm;
    one.vmSinceNs = nowNs;
    if (vm !== 0) this.inVm.set(records.word(vm, L.VM_INDEX), fn);
  }

  /** It is gone: for want of memory, or because the policy said so. */
  private leave(id: number, one: Instance, nowNs: number): void {
    const { evictions } = this.countersOf(one.fn);
    const before = this.gone[one.fn]!;
    const evicted = one.state === DORMANT && evictions > before.evictions;
    before[evicted ? 'evictions' : 'expirations']++;
    this.closeState(id, one, nowNs);
    this.closeVm(id, one, nowNs);
    this.known.delete(id);
    const { tracks, taken } = this.lines[one.fn]!;
    taken[one.line] = false;
    const values = { instance: id };
    this.trace.instant(tracks[one.line]!, nowNs, evicted ? 'evicted' : 'expired', { category: 'lifecycle', values });
  }

  private closeState(id: number, one: Instance, nowNs: number): void {
    if (nowNs === one.sinceNs) return;
    const track = this.lines[one.fn]!.tracks[one.line]!;
    const values = { instance: id };
    this.trace.slice(track, one.sinceNs, nowNs, STATES[one.state]!, { category: 'lifecycle', values });
  }

  private closeVm(id: number, { fn, vm, vmSinceNs }: Instance, nowNs: number): void {
    if (vm === 0 || nowNs === vmSinceNs) return;
    let track = this.vmTracks.get(vm);
    if (track === undefined) {
      track = this.trace.track('function', this.trackOf(this.records.word(vm, L.VM_INDEX)));
      this.vmTracks.set(vm, track);
    }
    const values = { instance: id };
    this.trace.slice(track, vmSinceNs, nowNs, this.records.functions[fn]!, { category: 'lifecycle', values });
  }

  private takeLine(fn: number): number {
    this.lines[fn] ??= { track: this.trace.track(this.records.functions[fn]!, this.group), tracks: [], taken: [] };
    const { track, tracks, taken } = this.lines[fn];
    const free = taken.indexOf(false);
    const line = free < 0 ? taken.length : free;
    tracks[line] ??= this.trace.track(`instances ${line}`, track);
    taken[line] = true;
    return line;
  }

  private countersOf(fn: number): { evictions: number; expirations: number } {
    const { records } = this;
    return {
      evictions: records.functionCounter(fn, FN_EVICTIONS),
      expirations: records.functionCounter(fn, FN_EXPIRATIONS),
    };
  }
}
