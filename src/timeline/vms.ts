// What a VM waits for: tasks without a vCPU, cores that it holds, how long each task had waited when it began, and when it was throttled.

import * as L from '../../assembly/layout.js';
import type { Records } from '../core/records.js';
import type { TraceWriter } from './writer.js';

interface Vm {
  readonly track: number;
  readonly waitingTrack: number;
  readonly heldTrack: number;
  readonly delayTrack: number;
  readonly requestsTrack: number;
  throttledTrack: number;
  waiting: number;
  held: number;
  /** 0: it is not. */
  throttledSinceNs: number;
}

export class Vms {
  /** One of the pool of functions is there once something happens in it. */
  private readonly vms: (Vm | undefined)[];

  constructor(
    private readonly records: Records,
    private readonly trace: TraceWriter,
  ) {
    this.vms = records.vms.map(({ pooled }, i) => (pooled ? undefined : this.declare(i)));
  }

  private declare(vm: number): Vm {
    const { trace } = this;
    const { name } = this.records.vms[vm]!;
    const track = trace.track(name);
    return {
      track,
      heldTrack: trace.track('cores held', track, 'count'),
      waitingTrack: trace.track('tasks waiting', track, 'count'),
      delayTrack: trace.track('queueing delay', track, 'ns'),
      requestsTrack: trace.track('requests and cores', track),
      throttledTrack: 0,
      waiting: -1,
      held: -1,
      throttledSinceNs: 0,
    };
  }

  private of(vm: number): Vm {
    return (this.vms[vm] ??= this.declare(vm));
  }

  /** Where the tracks of one VM hang. */
  track(vm: number): number {
    return this.of(vm).track;
  }

  /** Where its requests fork and join, and where cores are promised to it. */
  requests(vm: number): number {
    return this.of(vm).requestsTrack;
  }

  begin(nowNs: number): void {
    this.look(nowNs);
    for (const vm of this.vms) if (vm !== undefined && vm.throttledSinceNs !== 0) vm.throttledSinceNs = nowNs + 1;
  }

  look(nowNs: number): void {
    const { records, trace } = this;
    const throttles = records.at[L.VM_THROTTLED] !== 0;
    for (let i = 0; i < this.vms.length; i++) {
      const place = records.vm(i);
      const waiting = records.word(place, L.VM_QUEUED);
      const held = records.word(place, L.VM_HELD);
      if (this.vms[i] === undefined && waiting === 0 && held === 0) continue;
      const vm = this.of(i);
      if (waiting !== vm.waiting) trace.counter(vm.waitingTrack, nowNs, (vm.waiting = waiting));
      if (held !== vm.held) trace.counter(vm.heldTrack, nowNs, (vm.held = held));
      if (!throttles) continue;
      const since = records.time(place, L.VM_THROTTLED);
      if (since !== 0 && vm.throttledSinceNs === 0) vm.throttledSinceNs = since;
      if (since === 0) this.endThrottled(vm, nowNs);
    }
  }

  /** A task came to its first instruction after `delayNs`. */
  began(vm: number, atNs: number, delayNs: number): void {
    this.trace.counter(this.of(vm).delayTrack, atNs, delayNs);
  }

  end(nowNs: number): void {
    for (const vm of this.vms) if (vm !== undefined) this.endThrottled(vm, nowNs);
  }

  private endThrottled(vm: Vm, nowNs: number): void {
    const sinceNs = vm.throttledSinceNs - 1;
    vm.throttledSinceNs = 0;
    if (sinceNs < 0 || nowNs <= sinceNs) return;
    if (vm.throttledTrack === 0) vm.throttledTrack = this.trace.track('throttled', vm.track);
    this.trace.slice(vm.throttledTrack, sinceNs, nowNs, 'throttled', { category: 'throttled' });
  }
}
