// The columns that were seen of one future, the newest last: enough for the widest strip, older ones fall out.

import type { Columns } from './protocol.js';

const MOST = 2400;

export interface Point {
  readonly timeNs: number;
  /** Of each VM, ns. */
  readonly latencyNs: readonly (number | null)[];
}

export class History {
  readonly timeNs: number[] = [];
  /** What each core does; before a fork there may have been more or fewer. */
  readonly cores: Uint32Array[] = [];
  /** Tasks that wait in each VM. */
  readonly waiting: Uint32Array[] = [];
  readonly held: Uint32Array[] = [];
  readonly points: Point[] = [];

  constructor(
    /** Cores for VMs now. */
    readonly coreCount: number,
    private readonly vmCount: number,
  ) {}

  add(timeNs: Float64Array, { coreCount, cores, waiting, held, latencyNs }: Columns): void {
    const { vmCount } = this;
    timeNs.forEach((time, i) => {
      this.timeNs.push(time);
      this.cores.push(cores.subarray(i * coreCount, (i + 1) * coreCount));
      this.waiting.push(waiting.subarray(i * vmCount, (i + 1) * vmCount));
      this.held.push(held.subarray(i * vmCount, (i + 1) * vmCount));
    });
    const now = timeNs.at(-1) ?? this.timeNs.at(-1);
    if (latencyNs !== null && now !== undefined) this.points.push({ timeNs: now, latencyNs });
    const extra = this.timeNs.length - MOST;
    if (extra > 0) for (const list of [this.timeNs, this.cores, this.waiting, this.held]) list.splice(0, extra);
    if (this.points.length > MOST) this.points.splice(0, this.points.length - MOST);
  }

  /** What a second future has in common with this one. */
  copy(coreCount: number): History {
    const copy = new History(coreCount, this.vmCount);
    copy.timeNs.push(...this.timeNs);
    copy.cores.push(...this.cores);
    copy.waiting.push(...this.waiting);
    copy.held.push(...this.held);
    copy.points.push(...this.points);
    return copy;
  }

  /** The column that shows `timeNs`: the first that ends there or later. */
  indexAt(timeNs: number): number {
    let [low, high] = [0, this.timeNs.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeNs[middle]! < timeNs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** One future as the page shows it. */
export interface Track {
  readonly history: History;
  mechanism: string;
  overallNs: readonly (number | null)[] | null;
  completed: readonly number[] | null;
}
