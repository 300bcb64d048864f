// Which VMs come, when, how large, and for how long: drawn, each from streams of its own, or as a file lists them.

import type { VmArrival } from './vm-arrivals.js';
import type { VmemCore } from './core.js';
import type { LoadedReserve } from './parse.js';
import type { ReserveScenario } from './schema.js';

// Purposes of the streams; a number, once given, stays.
const DRAW_GAP = 101;
const DRAW_SIZE = 102;
const DRAW_LIFETIME_CLASS = 103;
const DRAW_LIFETIME = 104;
const DRAW_RESIZE = 105;
const DRAW_RESIZE_WHEN = 106;
const DRAW_RESIZE_SIZE = 107;

export interface Demand {
  /** When VM `index` comes, the one before having come at `beforeNs`; undefined: no more do. */
  arrivalNs(index: number, beforeNs: number): number | undefined;
  bytes(index: number): number;
  /** Once it has booted. */
  lifetimeNs(index: number): number;
  /** How much memory it is given in the middle of its life, and after which share of it; undefined: it stays as it is. */
  resize(index: number): { readonly bytes: number; readonly when: number } | undefined;
  sizes(): readonly number[];
}

class Drawn implements Demand {
  constructor(
    private readonly seed: number,
    private readonly vms: NonNullable<ReserveScenario['vms']>,
    private readonly core: VmemCore,
  ) {}

  private unit(index: number, purpose: number): number {
    return this.core.draw(this.seed, index, purpose);
  }

  private exponentialNs(meanNs: number, index: number, purpose: number): number {
    return Math.max(Math.round(meanNs * this.core.exponential(this.seed, index, purpose)), 1);
  }

  private pick<T extends { weight: number }>(list: readonly T[], index: number, purpose: number): T {
    let left = this.unit(index, purpose) * list.reduce((sum, { weight }) => sum + weight, 0);
    return list.find(({ weight }) => (left -= weight) < 0) ?? list.at(-1)!;
  }

  arrivalNs(index: number, beforeNs: number): number {
    return beforeNs + this.exponentialNs(this.vms.meanGap, index, DRAW_GAP);
  }

  bytes(index: number): number {
    return this.pick(this.vms.sizes, index, DRAW_SIZE).memory;
  }

  lifetimeNs(index: number): number {
    const { mean } = this.pick(this.vms.lifetimes, index, DRAW_LIFETIME_CLASS);
    return this.exponentialNs(mean, index, DRAW_LIFETIME);
  }

  resize(index: number): { bytes: number; when: number } | undefined {
    if (this.unit(index, DRAW_RESIZE) >= this.vms.resizeShare) return undefined;
    return {
      bytes: this.pick(this.vms.sizes, index, DRAW_RESIZE_SIZE).memory,
      when: this.unit(index, DRAW_RESIZE_WHEN),
    };
  }

  sizes(): readonly number[] {
    return this.vms.sizes.map(({ memory }) => memory);
  }
}

class Listed implements Demand {
  constructor(private readonly list: readonly VmArrival[]) {}

  arrivalNs(index: number): number | undefined {
    return this.list[index]?.atNs;
  }

  bytes(index: number): number {
    return this.list[index]!.bytes;
  }

  lifetimeNs(index: number): number {
    return this.list[index]!.lifetimeNs;
  }

  resize(): undefined {
    return undefined;
  }

  sizes(): readonly number[] {
    return [...new Set(this.list.map(({ bytes }) => bytes))];
  }
}

/** Undefined: no VM comes. */
export function demandOf({ scenario, arrivals }: LoadedReserve, core: VmemCore): Demand | undefined {
  if (arrivals !== undefined) return new Listed(arrivals);
  if (scenario.arrivals !== undefined) throw new Error('the arrivals of the scenario have not been read: withArrivals');
  return scenario.vms === undefined ? undefined : new Drawn(scenario.seed, scenario.vms, core);
}
