// What is known of a public data set.

export type TimeIs = 'start' | 'end';
export type ClockUnit = 's' | 'ms' | 'us' | 'ns' | 'utc';

/** A column of a public file. */
export interface KnownColumn {
  /** Its name, or the pattern of the names of several. */
  readonly name: string | RegExp;
  readonly meaning: string;
  /** Absent for names and the like. */
  readonly unit?: string;
}

/** What people take it for, and who says otherwise. */
export interface Misreading {
  readonly what: string;
  readonly source: string;
}

/** How rows are arrivals. */
export interface RowTimes {
  readonly column: string;
  readonly unit: ClockUnit;
  readonly is: TimeIs;
  readonly duration?: { readonly column: string; readonly unit: Exclude<ClockUnit, 'utc'> };
  /** Whose arrival it is. */
  readonly key?: string;
}

export interface Dataset {
  readonly id: string;
  readonly title: string;
  /** Where it is published. */
  readonly source: string;
  readonly licence: string;
  readonly cite: string;
  /**
   * Columns of a CSV or fields of JSON lines that tell it from others; `cells`: a CSV without a header, whose rows have such cells, one for
   * each of `columns`; `pages`: the format of a trace of pages.
   */
  readonly shape:
    { readonly has: readonly (string | RegExp)[] } | { readonly cells: readonly RegExp[] } | { readonly pages: string };
  readonly columns: readonly KnownColumn[];
  readonly misread: readonly Misreading[];
  readonly times?: RowTimes;
  /** Lines that read it, `FILE` being its name; a sentence where nothing reads it as it is. */
  readonly use: readonly string[];
}
