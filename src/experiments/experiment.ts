// The shape of an experiment: what is claimed, by whom, what comes out here, and whether sourced parameters carry it.
// Kept to data, so that the command prints it as a table or as JSON without knowing the experiment.

import type { TraceHost } from '../workload/text-source.js';
import type { ClaimNumbers, TablePicture, TablePoints } from '../report/claim-numbers.js';
import type { Remark } from '../report/trust.js';
import { defaultsOf, type ExperimentParameter, type Settings } from './parameters.js';

/** A figure as it is printed, and where it comes from. */
export interface Figure {
  /** `57.2 %`, `3.86 us`. */
  /** With its unit. */
  readonly figure: string;
  /** Its field in what the command prints with --json. */
  readonly path: string;
  /** Prints it. */
  readonly command: string;
}

/**
 * How a claim stands. `reproduced`: our figure is inside the stated tolerance with sourced parameters only. `reachable`: only with
 * assumed ones, whose range is named. `not reached`: nowhere in the stated range. `refuted under X`: the opposite sign within the
 * paper's own conditions X. `not testable here`: it needs what is not modelled.
 */
export type ClaimVerdict = 'reproduced' | 'reachable' | 'not reached' | 'not testable here' | `refuted under ${string}`;

/** What an experiment may call a claim itself: never reproduced, which follows from what was assumed. */
export type OwnVerdict = Exclude<ClaimVerdict, 'reproduced'>;

/** What a paper claims, beside what comes out here. */
export interface Claim {
  /** A short name that stays: `boot-time`. */
  readonly id: string;
  /** In words. */
  readonly claim: string;
  /** Where the claim stands. */
  readonly source: string;
  /** The published figure, as it is worded there. */
  readonly paper: string;
  /** Of an open question: the answer in one sentence, with its figure and how sure it is. Absent: a claim to be compared. */
  readonly answer?: string;
  /** What comes out here, as text: often a range. */
  readonly ours: string;
  /** The same in at most a hundred characters, for the summary table. Absent: `numbers` say it, or `ours` is as short. */
  readonly brief?: string;
  /** Of `ours`; '' where it says its own. */
  readonly unit: string;
  /** The same as numbers, for a picture. Absent where the paper states none, or none of the quantity that comes out here. */
  readonly numbers?: ClaimNumbers;
  /** yes: follows from parameters with a source. partly: a part of it does. no: only assumed parameters can bring it about. */
  readonly supported: 'yes' | 'partly' | 'no';
  /** Whether our figure is inside the tolerance: a claim that is met is reproduced where nothing was assumed, else reachable. Absent: `supported` says it. */
  readonly met?: boolean;
  /** Where it differs from what those say: yes is met, partly is reachable, no is not reached. */
  readonly verdict?: OwnVerdict;
  /** What had to be assumed, each on its own. */
  readonly assumptions: readonly string[];
  /** Prints the figures behind it. */
  readonly command: string;
  /** Of `ours`, each with the command that gives it; what is not among them is arithmetic on those that are. */
  readonly figures?: readonly Figure[];
}

/** The verdict on a claim, the only place where one is called reproduced. */
export function verdictOf({ verdict, met, supported, assumptions }: Claim): ClaimVerdict {
  if (verdict !== undefined) return verdict;
  if (met ?? supported === 'yes') return assumptions.length === 0 ? 'reproduced' : 'reachable';
  return met === undefined && supported === 'partly' ? 'reachable' : 'not reached';
}

/** A claim with its verdict. */
export interface JudgedClaim extends Omit<Claim, 'verdict'> {
  /** In one of five forms of words. */
  readonly verdict: ClaimVerdict;
  /** What had to be assumed, each on its own. */
  readonly assumed: readonly string[];
}

/** A table behind the claims, in words. */
export interface WordTable {
  /** Of the table. */
  readonly title: string;
  /** What its picture answers. Absent: made of the title. */
  readonly question?: string;
  /** Of its columns. */
  readonly head: readonly string[];
  /** Cells as text. */
  readonly rows: readonly (readonly string[])[];
  /** Of the rows, in their order. */
  readonly figures?: readonly Figure[];
}

/** The same with what of it is drawn: points in two dimensions by their columns, or a picture of its own with what that answers. */
export type ExperimentTable = WordTable &
  (
    | {
        /** Of rows that are points: which columns say so. */
        readonly points: TablePoints;
        /** None: they are drawn as points. */
        readonly picture?: undefined;
      }
    | {
        /** None: it has a picture of its own. */
        readonly points?: undefined;
        /** What of it is drawn, in whose hue, and what that answers. */
        /** What is drawn of it. */
        readonly picture: TablePicture;
      }
  );

/** A number, some, or some with names. */
export type FigureValue =
  number | string | boolean | null | readonly FigureValue[] | { readonly [name: string]: FigureValue };

/** Numbers by name, for programs; claims and tables say the same for people. */
export type FigureValues = Readonly<Record<string, FigureValue>>;

/** What an experiment found. */
export interface ExperimentResult {
  /** One by one. */
  readonly claims: readonly Claim[];
  /** Behind them. */
  readonly tables: readonly ExperimentTable[];
  /** The numbers behind both. */
  readonly figures?: FigureValues;
  /** What a law says of this run, beside what it did, by the law's name. */
  readonly laws?: Readonly<Record<string, FigureValues>>;
  /** What is allowed and perhaps not meant. */
  readonly remarks?: readonly Remark[];
}

/** How an experiment is run. */
export interface ExperimentOptions {
  /** Another core than the one in the package. */
  readonly module?: WebAssembly.Module | undefined;
  /** Only this part of the experiment, where it has parts that can be run alone. */
  readonly part?: string | undefined;
  /** Where traces are read from that a parameter names. */
  readonly files?: TraceHost | undefined;
  /** Of the experiment's parameters, checked: every one has a value. */
  readonly parameters?: Settings | undefined;
}

/** What stands behind a row of the table of experiments. */
export interface Experiment {
  /** What `--set` may change. */
  readonly parameters: readonly ExperimentParameter[];
  /** Refuses values that do not fit together, each of which may be taken by itself; of a part, those that it uses. */
  readonly check?: ((settings: Settings, part?: string) => void) | undefined;
  run(options?: ExperimentOptions): Promise<ExperimentResult>;
}

/** What the run of an experiment is given: every parameter has a value, its own default where none was set. */
export type Asked = Omit<ExperimentOptions, 'parameters'> & { readonly settings: Settings };

/** An experiment of its parameters and its run. Name and title stand in its row of index.ts, where they are known before it is loaded. */
export const experimentOf = (
  parameters: readonly ExperimentParameter[],
  answer: (asked: Asked) => Promise<ExperimentResult>,
  check?: (settings: Settings, part?: string) => void,
): Experiment => ({
  parameters,
  check,
  run: async ({ parameters: given, ...rest } = {}) => {
    const settings = given ?? defaultsOf(parameters);
    check?.(settings, rest.part);
    return answer({ ...rest, settings });
  },
});
