// What the naive simulator of functions counts.

export const SERVED = ['active', 'joined', 'dormant', 'restore', 'vm', 'full'] as const;
export type Served = (typeof SERVED)[number];

/** Why an instance went: as in a result. */
export const GONE = ['forStart', 'forRequest', 'needless', 'keepAlive', 'unloaded'] as const;
export type Gone = (typeof GONE)[number];

export interface Counts {
  arrived: number;
  served: Record<Served, number>;
  dropped: number;
  timedOut: number;
  evictions: number;
  expirations: number;
  gone: Record<Gone, number>;
}

export interface Outcome extends Counts {
  /** Requests that wait in the queue at the end. */
  inFlight: number;
  /** Instances that announced widths have started. */
  startedAhead: number;
  functions: Counts[];
  /** Byte-nanoseconds: of all memory, of dormant, active and starting instances. */
  usedByteNs: bigint;
  warmByteNs: bigint;
  activeByteNs: bigint;
  startingByteNs: bigint;
  peakBytes: number;
  /** Σ over requests that have entered, from arrival to there. */
  startLatencyNs: bigint;
}

const noCounts = (): Counts => ({
  arrived: 0,
  served: { active: 0, joined: 0, dormant: 0, restore: 0, vm: 0, full: 0 },
  dropped: 0,
  timedOut: 0,
  evictions: 0,
  expirations: 0,
  gone: { forStart: 0, forRequest: 0, needless: 0, keepAlive: 0, unloaded: 0 },
});

export const noOutcome = (functions: number): Outcome => ({
  ...noCounts(),
  inFlight: 0,
  startedAhead: 0,
  functions: Array.from({ length: functions }, noCounts),
  usedByteNs: 0n,
  warmByteNs: 0n,
  activeByteNs: 0n,
  startingByteNs: 0n,
  peakBytes: 0,
  startLatencyNs: 0n,
});
