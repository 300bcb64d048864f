// What `fluxhost pages --json` prints. Every miss is a swap-in, a page's first use included; every page thrown out is a
// swap-out, and a write-back if it was written to since it came in. Pages still resident at the end are neither.

import { type Distribution } from '../metrics/histogram.js';
import { type MissRatioCurve } from './miss-ratio-curve.js';

/** A policy at a capacity. */
export interface PageRun {
  /** As asked for: `clock:bits=2`. */
  readonly policy: string;
  /** Pages that fit. */
  readonly capacityPages: number;
  /** The policy's parameters at this capacity. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Requests of the trace. */
  readonly requests: number;
  /** Requests whose page was there. */
  readonly hits: number;
  /** Requests whose page was not; each is a swap-in. */
  readonly misses: number;
  /** Misses over requests, 0 to 1. */
  readonly missRatio: number;
  /** Bytes missed of those requested, where the trace tells the sizes of its objects; null where they are all 0. */
  readonly byteMissRatio?: number | null;
  /** null unless a swap-in cost is given: replacement alone has no clock. */
  readonly swapInNs: Distribution | null;
  /** Pages thrown out. */
  readonly swapOuts: number;
  /** Those of them that had been written to. */
  readonly writebacks: number;
  /** Of this policy alone, without reading the file; the only figure that differs between two runs. null: too fast to tell. */
  readonly requestsPerSecond: number | null;
}

/** What a trace does under the policies asked for. */
export interface PagesResult {
  /** What was read. */
  readonly trace: {
    /** Requests read. */
    readonly requests: number;
    /** Pages that are named at least once. */
    readonly distinctPages: number;
    /** Over the page numbers in order, 8 little-endian bytes each; writes are left out. */
    readonly sha256: string;
  };
  /** One a policy and capacity. */
  readonly runs: readonly PageRun[];
  /** Curves, where they were asked for. */
  readonly mrc?: readonly MissRatioCurve[];
}

/** `count` swap-ins that took the same time. */
export function constantDistribution(count: number, value: number): Distribution {
  const at = count === 0 ? null : value;
  const spread = count === 0 ? null : 0;
  return { count, mean: at, stddev: spread, min: at, p50: at, p90: at, p99: at, p999: at, max: at };
}
