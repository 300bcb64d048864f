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
  /**
   * The paper's own. Nanoseconds; bytes, in words by powers of 1024; bytes in words as MB; a share of one; a change by a share (-0.44:
   * 44 % less); times as much.
   */
  readonly unit: 'ns' | 'bytes' | 'MB' | 'share' | 'change' | 'ratio';
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
  /** `yes`: nothing is better in both. Absent: those of which no other is less in both; null: neither is better. */
  readonly best?: number | null;
}

/** A cell of a table that is drawn, and the word at which it stands. */
export interface PicturePoint {
  /** On the axis; of quantiles their names: p50, p99.9. */
  readonly x: string;
  /** From 0 on. */
  readonly row: number;
  /** From 0 on. */
  readonly column: number;
}

/** Points that belong together. */
export interface PictureLine {
  /** Stands at its end. */
  readonly name: string;
  /** Where the line is a mechanism's or a manager's: which, and so its hue and dash; settings after a colon: `hotplug: 5 ms`. */
  readonly mechanism?: string;
  /** What a theory says: dashed, in the hue of the line before. */
  readonly theory?: true;
  /** In their order. */
  readonly points: readonly PicturePoint[];
  /** Of quantiles: the whole distribution behind them, as shares that took longer than a time in ns. */
  readonly curve?: readonly (readonly [ns: number, share: number])[];
}

/** What of a table is drawn, and what that answers. */
export interface TablePicture {
  /** Points joined; points alone; quantiles as shares of what took longer, over time; a bar a word, of which each line is a part. */
  readonly mark: 'line' | 'dot' | 'tail' | 'stack';
  /** What the axis across says. */
  readonly x: string;
  /** A quantity each, or one quantity of several kinds, `cold starts: under histograms`, to one scale. None: the table stands as it is. */
  readonly panels: readonly {
    /** What the axis up says. */
    readonly title: string;
    /** One by one. */
    readonly lines: readonly PictureLine[];
  }[];
  /** The table's question, answered in a sentence. */
  readonly answer: string;
  /** Of quantiles: so much of them should take no longer. */
  readonly objective?: {
    /** No longer than this. */
    readonly ns: number;
    /** Of them. */
    readonly share: number;
    /** The same in words. */
    readonly text: string;
  };
}

/** A line of one of a table's columns, over the words of its first. */
export const columnLine = (
  name: string,
  column: number,
  rows: readonly (readonly string[])[],
  more: Pick<PictureLine, 'mechanism' | 'theory'> = {},
): PictureLine => ({ name, ...more, points: rows.map(([x], row) => ({ x: x!, row, column })) });
