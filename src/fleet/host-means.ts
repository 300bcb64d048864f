// What of each host was reserved, over time: an integral each, brought up to date when something changes there.

import * as L from '../../assembly/placement/layout.js';
import type { PlacementCore } from './placement.js';

export class HostMeans {
  private readonly since: Float64Array;
  private readonly used: readonly [Float64Array, Float64Array];
  private readonly sums: readonly [Float64Array, Float64Array];

  constructor(
    private readonly core: PlacementCore,
    private readonly endNs: number,
  ) {
    const column = (): Float64Array => new Float64Array(core.count);
    this.since = column();
    this.used = [column(), column()];
    this.sums = [column(), column()];
  }

  change(host: number, now: number, cores: number, memory: number): void {
    const span = now - this.since[host]!;
    if (span > 0) {
      this.since[host] = now;
      this.sums[0][host]! += this.used[0][host]! * span;
      this.sums[1][host]! += this.used[1][host]! * span;
    }
    this.used[0][host]! += cores;
    this.used[1][host]! += memory;
  }

  means(): { readonly hostCores: Float64Array; readonly hostMemory: Float64Array } {
    const { core, endNs, sums } = this;
    for (let host = 0; host < core.count; host++) this.change(host, endNs, 0, 0);
    const mean = (which: 0 | 1, capacity: number): Float64Array =>
      sums[which].map((sum, host) => (endNs > 0 ? sum / endNs / core.word(host, capacity) : 0));
    return { hostCores: mean(0, L.HOST_CORES), hostMemory: mean(1, L.HOST_RAM) };
  }
}
