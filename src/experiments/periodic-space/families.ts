// The experiments whose results are placed: those in which something starts or moves for a request.

export const FAMILIES = ['cores', 'functions', 'nanvix', 'nexus', 'deadlines'] as const;
export type Family = (typeof FAMILIES)[number];

export type Isolation = 'process' | 'vm' | 'systemVm' | 'confidential';

/** A configuration, as it came out of its run. */
export interface Placed {
  readonly family: Family;
  readonly name: string;
  readonly isolation: Isolation;
  /** p99 of a start or a move; null: none was seen. */
  readonly reactionNs: number | null;
  readonly requests: number;
  /** Share of the requests within the objective, none dropped. */
  readonly availability: number;
  /** For 1,000 requests. */
  readonly coreSeconds: number;
  readonly gibSeconds: number;
}

/** ⌊log10 ns⌋: 13 us are in row 4. */
export const rowOf = (ns: number): number => Math.floor(Math.log10(Math.max(1, ns)) + 1e-12);

const MOST_NINES = 9;

/** How many nines an availability has: 0.999 three. */
export const columnOf = (availability: number): number =>
  availability >= 1 ? MOST_NINES : Math.min(MOST_NINES, Math.floor(-Math.log10(1 - availability) + 1e-9));
