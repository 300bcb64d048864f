// The numbers of a paper's claim and ours beside them, as data: what an experiment says and the report draws.

/** The published number of a claim. */
export interface PublishedNumber {
  /** How it is worded: as a value, `about`, `less than`, `up to`, `more than`. */
  readonly bound: '=' | '≈' | '<' | '≤' | '>';
  /** In the unit of the claim's numbers. */
  readonly value: number;
  /** The other end of a published range, which begins at `value`. */
  readonly to?: number;
}

/** One of ours beside it. */
export interface OwnNumber {
  /** Under which conditions; '' where the claim has only this one. */
  readonly where: string;
  /** In the unit of the claim's numbers. */
  readonly value: number;
  /** How far it reaches. Absent: one run, or arithmetic. */
  readonly reach?: {
    /** interval: 95 % over the replications; range: over what is assumed. */
    readonly kind: 'interval' | 'range';
    /** Its lower end. */
    readonly low: number;
    /** Its upper end. */
    readonly high: number;
  };
}

/** The numbers of a claim that can be set against each other: one quantity, one unit. */
export interface ClaimNumbers {
  /** Nanoseconds, bytes, a share of one, a change by a share (-0.44: 44 % less), times as much. */
  readonly unit: 'ns' | 'bytes' | 'share' | 'change' | 'ratio';
  /** What the paper states. */
  readonly paper: PublishedNumber;
  /** What comes out here, under one or several conditions. */
  readonly ours: readonly OwnNumber[];
}

/** Of a table whose rows are points: its columns, by their places from 0 on. */
export interface TablePoints {
  /** Whose the point is: points of one are joined. */
  readonly of: number;
  /** Across. */
  readonly x: number;
  /** Up. */
  readonly y: number;
  /** `yes`: nothing is better in both. */
  readonly best: number;
}
