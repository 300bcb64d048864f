// What a figure of the report is: a question, the answer in a sentence, numbers to draw and the same numbers as a table.
// Plain data: the page draws it and knows no result, the tests hold it against the result without a browser.

import type { ClaimNumbers, OwnNumber } from '../claim-numbers.js';
import type { Remark } from '../trust.js';

/** The figure's numbers as text; the accessible form. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A table that stands alone, without a picture. */
export interface TitledTable {
  readonly title: string;
  readonly table: Table;
}

/** A line's look: which mechanism, or which VM. The page has the colours. */
export interface Hue {
  /** A CSS colour; a variable of the style sheet where light and dark differ. */
  readonly colour: string;
  /** Dash pattern of lines, as SVG has it; '' for solid. */
  readonly dash: string;
}

/** A quantile: so many of the requests were slower than so much. */
export interface TailPoint {
  /** p50, p99.9, max. */
  readonly name: string;
  readonly ns: number;
  /** Share of the requests that were slower. */
  readonly share: number;
  /** Interval over the replications; null without. */
  readonly low: number | null;
  readonly high: number | null;
  /** Fewer than ten samples lie behind it. */
  readonly thin: boolean;
}

export interface TailPlot {
  readonly kind: 'tail';
  /** What the axes say; latencies of requests where absent. */
  readonly x?: string;
  readonly y?: string;
  readonly panels: readonly {
    readonly title: string;
    readonly slo: { readonly ns: number; readonly share: number; readonly text: string } | null;
    readonly lines: readonly {
      readonly name: string;
      readonly hue: Hue;
      readonly missed: boolean;
      readonly points: readonly TailPoint[];
      /** From the histogram, where the result holds one: share of the requests above each bound. */
      readonly curve: readonly (readonly [ns: number, share: number])[];
      /** Intervals over the replications, where the result holds them: of the time that a share took longer than. */
      readonly band?: readonly { readonly share: number; readonly low: number; readonly high: number }[];
    }[];
  }[];
}

/** How a share of core time is drawn. */
export type Texture = 'solid' | 'light' | 'hatch' | 'grey' | 'empty';

export interface StackPlot {
  readonly kind: 'stack';
  /** What the bars are made of; core-seconds where absent. */
  readonly unit?: string;
  /** Parts are counts, and say how many; shares of their bar where absent. */
  readonly counted?: true;
  readonly rows: readonly {
    readonly name: string;
    readonly parts: readonly {
      readonly name: string;
      readonly colour: string;
      readonly texture: Texture;
      readonly seconds: number;
    }[];
  }[];
}

export interface CoresPlot {
  readonly kind: 'cores';
  /** Of the host. */
  readonly cores: number;
  readonly windows: readonly {
    readonly title: string;
    readonly intervalNs: number;
    readonly timeNs: readonly number[];
    readonly vms: readonly {
      readonly name: string;
      readonly colour: string;
      readonly held: readonly number[];
      readonly waiting: readonly number[];
    }[];
  }[];
}

/** One strip a core: who held it, and what it did there. */
export interface StripsPlot {
  readonly kind: 'strips';
  readonly vms: readonly { readonly name: string; readonly colour: string }[];
  readonly panels: readonly {
    readonly title: string;
    /** Windows of one kind are looked into together. */
    readonly group: 'run' | 'worst';
    /** Where the axis of the tasks that wait ends. */
    readonly waitingAxis: number;
    readonly fromNs: number;
    /** Cores of the host that are kept from VMs. */
    readonly kept: number;
    readonly columnNs: number;
    readonly columns: number;
    /** As a result has them (src/result/strips.ts). */
    readonly cores: readonly { readonly vms: string; readonly doing: string }[];
    readonly waiting: readonly string[];
  }[];
}

export interface MovesPlot {
  readonly kind: 'moves';
  readonly panels: readonly {
    readonly title: string;
    readonly hue: Hue;
    /** One after the other, detection first. */
    readonly steps: readonly {
      readonly name: string;
      readonly fromNs: number;
      readonly meanNs: number;
      readonly count: number;
      /** Of the moves that went through it. */
      readonly share: number;
    }[];
    readonly spreads: readonly {
      readonly name: string;
      readonly points: readonly { readonly name: string; readonly ns: number }[];
    }[];
  }[];
}

export interface NeededPlot {
  readonly kind: 'needed';
  /** What is varied, on the axis. */
  readonly of: string;
  /** Values are nanoseconds, bytes or plain numbers. */
  readonly unit: 'ns' | 'bytes' | '';
  readonly rows: readonly {
    readonly name: string;
    /** Rows of what is counted alike share an axis; absent where all are. */
    readonly group?: string;
    readonly hue: Hue;
    readonly value: number | null;
    readonly low: number | null;
    /** The word beside the dot: the limit that binds, or that nothing in the range is enough. */
    readonly word: string;
    readonly tried: readonly { readonly value: number; readonly share: number }[];
    readonly from: number;
    readonly to: number;
  }[];
}

export interface ResponsePlot {
  readonly kind: 'response';
  /** The axis that is varied. */
  readonly x: string;
  /** Of its numbers; plain ones where absent. */
  readonly xUnit?: 'ns' | 'share';
  /** Words on the axis in place of numbers. */
  readonly words: boolean;
  /** Points of the axis span so much that their logarithms are even. */
  readonly log: boolean;
  /** Points differ in other axes too: they are drawn alone, no line joins them. */
  readonly cloud: boolean;
  /** Two figures against each other, less of one for more of the other: no further than the points reach, names in a key. */
  readonly front?: true;
  readonly panels: readonly {
    readonly title: string;
    readonly unit: 'ns' | 'share' | 'number';
    /** Numbers so far apart that their logarithms are drawn. */
    readonly log?: true;
    readonly slo: { readonly value: number; readonly text: string } | null;
    readonly lines: readonly {
      readonly name: string;
      readonly hue: Hue;
      readonly points: readonly {
        readonly x: number | string;
        readonly mean: number;
        readonly low: number | null;
        readonly high: number | null;
        readonly missed: boolean;
        /** Only known to be more than `mean`: an arrow upwards, which no line reaches. */
        readonly beyond?: true;
      }[];
      /** The point that still meets the objective, next to one that does not. */
      readonly knee: number | string | null;
    }[];
  }[];
}

export interface HeatPlot {
  readonly kind: 'heat';
  readonly x: string;
  readonly y: string;
  /** A ratio's 1 is a target; times and ratios are coloured by their logarithm. */
  readonly unit: 'ns' | 'share' | 'ratio' | 'number';
  readonly panels: readonly {
    readonly title: string;
    readonly xs: readonly (number | string)[];
    readonly ys: readonly (number | string)[];
    readonly cells: readonly {
      readonly x: number | string;
      readonly y: number | string;
      readonly value: number;
      readonly missed: boolean;
    }[];
  }[];
}

/** A cell for each of very many things in their order. */
export interface MapPlot {
  readonly kind: 'map';
  readonly panels: readonly {
    readonly title: string;
    /** 0 to `most`; null where nothing is known. */
    readonly percent: readonly (number | null)[];
    /** What the lightest colour stands for. */
    readonly most: number;
  }[];
}

/** Published numbers and ours: a row a claim, a panel a unit. */
export interface ClaimsPlot {
  readonly kind: 'claims';
  readonly panels: readonly {
    readonly title: string;
    readonly unit: ClaimNumbers['unit'];
    readonly log: boolean;
    readonly rows: readonly {
      readonly claim: string;
      /** In words. */
      readonly verdict: string;
      /** Its colour. */
      readonly tone: 'good' | 'open' | 'missed' | 'quiet';
      /** Null on a side where the paper sets no bound. */
      readonly paper: {
        readonly low: number | null;
        readonly high: number | null;
        readonly text: string;
        readonly short: string;
      };
      readonly ours: readonly {
        readonly value: number;
        readonly reach: NonNullable<OwnNumber['reach']> | null;
        readonly text: string;
      }[];
      /** All of ours as text, and what is said where there is no room for it. */
      readonly text: string;
      readonly short: string;
    }[];
  }[];
}

export type Drawing =
  | TailPlot
  | StackPlot
  | CoresPlot
  | StripsPlot
  | MovesPlot
  | NeededPlot
  | ResponsePlot
  | HeatPlot
  | MapPlot
  | ClaimsPlot;

export interface Figure {
  /** Of the element, and of downloads. */
  readonly id: string;
  readonly question: string;
  /** What the program makes of the numbers. */
  readonly answer: string;
  /** How to read it; the text alternative of the picture. */
  readonly caption: string;
  readonly drawing: Drawing;
  readonly table: Table;
}

/** All that a report says. */
export interface Report {
  readonly title: string;
  readonly question: string;
  readonly verdict: string;
  /** Whether every objective is met, by all that are asked; null where some do not, and where none is stated. */
  readonly good: boolean | null;
  /** Seeds, times, precision: facts that make the figures' weight. */
  readonly facts: readonly string[];
  readonly remarks: readonly Remark[];
  /** Short tables that say the answer in words, before all pictures but that of a paper's numbers. */
  readonly claims?: readonly TitledTable[];
  readonly figures: readonly Figure[];
  /** What the text that it was made of is called; a scenario where absent. */
  readonly madeOf?: string;
  /** What makes no picture. */
  readonly tables?: readonly TitledTable[];
  readonly manifest: Table;
}

/** What whoever has the result knows of it besides. */
export interface Context {
  /** The command that makes it again. */
  readonly command: string;
  /** The scenario's text, where it is at hand. */
  readonly scenario?: string;
  /** The same with every default. */
  readonly resolved?: string;
  /** What made it, where the result does not say so itself. */
  readonly manifest?: readonly (readonly [name: string, value: string])[];
  /** Of a run that stands still before its end: how much of it there is. */
  readonly unfinished?: string;
  /** What made it, where no command line did. */
  readonly by?: string;
  /** The file that the result was read from, where it was. */
  readonly from?: string;
  /** The live page with the scenario of each run in its address, and the hash that the result must have there. */
  readonly live?: readonly {
    /** Which run; '' where there is one. */
    readonly of: string;
    /** Its address. */
    readonly href: string;
    /** Of the result. */
    readonly sha256: string;
  }[];
}
