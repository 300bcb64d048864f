// What the functions of one host did, in its row, and what rows of many hosts add up to.

import { SERVED_TIERS } from '../lifecycle/counters.js';
import type { LifecycleResult } from '../lifecycle/result.js';
import type { Simulation } from '../simulation.js';
import { Latencies, type RowLatency, Tally, type TallyState } from './tally.js';

/** Of memory × time, in whole byte-seconds an epoch. */
export const HELD = ['warmByteSeconds', 'busyByteSeconds', 'startingByteSeconds'] as const;
const PLAIN = [
  'completed',
  'dropped',
  'timedOut',
  'inFlight',
  'underWay',
  'evictions',
  'expirations',
  'starts',
] as const;

export type FunctionCount =
  'arrived' | 'carried' | (typeof PLAIN)[number] | (typeof SERVED_TIERS)[number] | (typeof HELD)[number];
export const FUNCTION_COUNTS: readonly FunctionCount[] = ['arrived', ...PLAIN, ...SERVED_TIERS, ...HELD, 'carried'];

/** Of the functions of a host. */
export interface RowFunctions {
  readonly counts: Readonly<Record<FunctionCount, number>>;
  /** The most that instances held at once, in bytes. */
  readonly usedMaxBytes: number;
  /** From a request's arrival to when it enters its VM. */
  readonly starts: RowLatency;
  /** From arrival to end. */
  readonly latency: RowLatency;
}

/** Epochs of a host, one after the other. */
export class FunctionsBuilder {
  private readonly counts = Object.fromEntries(FUNCTION_COUNTS.map((name) => [name, 0])) as Record<
    FunctionCount,
    number
  >;
  private usedMaxBytes = 0;
  private readonly starts = new Latencies();
  private readonly latencies = new Latencies();

  /** @param arrived requests that came within it: those that waited when it began are of an epoch before */
  add(simulation: Simulation, result: LifecycleResult, arrived: number): void {
    this.counts.arrived += arrived;
    this.counts.carried += result.arrived - arrived;
    for (const name of PLAIN) this.counts[name] += result[name];
    for (const name of SERVED_TIERS) this.counts[name] += result.served[name];
    for (const name of HELD) this.counts[name] += Math.round(result[name]);
    this.usedMaxBytes = Math.max(this.usedMaxBytes, result.usedMaxBytes);
    this.starts.add(simulation.latencies('starts'));
    this.latencies.add(simulation.latencies('functions'));
  }

  row(): RowFunctions {
    const { counts, usedMaxBytes, starts, latencies } = this;
    return { counts, usedMaxBytes, starts: starts.row(), latency: latencies.row() };
  }
}

/** As it is kept; plain data. */
export interface FunctionSumsState {
  readonly requests: TallyState;
  readonly starts: TallyState;
  readonly usedMaxBytes: number;
}

/** Of many hosts. */
export class FunctionSums {
  /** Counts, and latencies to the end. */
  readonly requests = new Tally(FUNCTION_COUNTS);
  readonly starts = new Tally<never>([]);
  usedMaxBytes = 0;

  add({ counts, usedMaxBytes, starts, latency }: RowFunctions): void {
    this.requests.add(latency, counts);
    this.starts.add(starts, {});
    this.usedMaxBytes = Math.max(this.usedMaxBytes, usedMaxBytes);
  }

  state(): FunctionSumsState {
    const { requests, starts, usedMaxBytes } = this;
    return { requests: requests.state(), starts: starts.state(), usedMaxBytes };
  }

  absorb({ requests, starts, usedMaxBytes }: FunctionSumsState): void {
    this.requests.absorb(requests);
    this.starts.absorb(starts);
    this.usedMaxBytes = Math.max(this.usedMaxBytes, usedMaxBytes);
  }
}
