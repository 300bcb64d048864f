// The shape of an experiment: what is claimed, by whom, what comes out here, and whether sourced parameters carry it.
// Kept to data, so that the command prints it as a table or as JSON without knowing the experiment.

/** A figure as it is printed, and where it comes from. */
export interface Figure {
  /** `57.2 %`, `3.86 us`. */
  readonly figure: string;
  /** Its field in what the command prints with --json. */
  readonly path: string;
  readonly command: string;
}

export interface Claim {
  readonly claim: string;
  /** Where the claim stands. */
  readonly source: string;
  /** The published figure, as it is worded there. */
  readonly paper: string;
  /** Of an open question: the answer in one sentence, with its figure and how sure it is. Absent: a claim to be compared. */
  readonly answer?: string;
  /** What comes out here, as text: often a range. */
  readonly ours: string;
  readonly unit: string;
  /** yes: follows from parameters with a source. partly: a part of it does. no: only assumed parameters can bring it about. */
  readonly supported: 'yes' | 'partly' | 'no';
  /** What had to be assumed, each on its own. */
  readonly assumptions: readonly string[];
  /** Prints the figures behind it. */
  readonly command: string;
  /** Of `ours`, each with the command that gives it; what is not among them is arithmetic on those that are. */
  readonly figures?: readonly Figure[];
}

export interface ExperimentTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Of the rows, in their order. */
  readonly figures?: readonly Figure[];
}

export interface ExperimentResult {
  readonly claims: readonly Claim[];
  readonly tables: readonly ExperimentTable[];
}

export interface ExperimentOptions {
  /** Another core than the one in the package. */
  readonly module?: WebAssembly.Module | undefined;
  /** Only this part of the experiment, where it has parts that can be run alone. */
  readonly part?: string | undefined;
}

export interface Experiment {
  readonly name: string;
  readonly title: string;
  run(options?: ExperimentOptions): Promise<ExperimentResult>;
}
