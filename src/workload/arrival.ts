// What every trace reader turns a file into: a time-ordered stream of arrivals, in batches, so that a trace larger than
// memory streams. A batch is three flat columns because the core takes numbers, not objects.
// Leaves out generated arrivals (poisson, mmpp …): those are drawn inside the core.

/** One request that enters the host. */
export interface Arrival {
  /** Whole nanoseconds from the start of the simulation. */
  readonly atNs: number;
  /** Whole nanoseconds of one task's work; -1: draw it from the VM's own distribution. */
  readonly serviceNs: number;
  /** Tasks of the first stage; 0: draw it from the VM's own distribution. */
  readonly width: number;
  /** Whole nanoseconds from the arrival to its deadline; absent or -1: as the VM says. */
  readonly deadlineNs?: number;
}

export const SERVICE_DRAWN_BY_VM = -1;
export const WIDTH_DRAWN_BY_VM = 0;

export const BATCH_CAPACITY = 4096;

/**
 * Up to `BATCH_CAPACITY` arrivals, `atNs` never decreasing within a batch or from one batch to the next.
 * The arrays are reused: what they hold is valid until the next batch is asked for, and only the first `count` of each.
 */
export interface ArrivalBatch {
  /** How many. */
  readonly count: number;
  /** Of each: ns from the start of the simulation. */
  readonly atNs: Float64Array;
  /** Of each: ns of one task's work; -1: drawn by the VM. */
  readonly serviceNs: Float64Array;
  /** Of each: tasks of the first stage; 0: drawn by the VM. */
  readonly width: Uint32Array;
  /** Of each: ns from the arrival to its deadline; absent: as the VM says. */
  readonly deadlineNs?: Float64Array;
}

/** What a reader did to the trace; complete once the last batch has been taken. */
export interface TraceSummary {
  /** Data rows read, of all files, the header left out. */
  rows: number;
  /** Arrivals handed out. */
  arrivals: number;
  /** Arrivals left out because they lie before `startNs`. */
  beforeStart: number;
  /** Service times that scaled are below `SERVICE_FLOOR_NS`, in a format that records whole or rounded milliseconds; raised to it. */
  servicesRaised: number;
  /** Functions of the trace, those that all its files know, and those chosen; 0 where the format has no functions. */
  functionsRead: number;
  /** Those that all its files know. */
  functionsJoined: number;
  /** Those that were chosen. */
  functionsUsed: number;
  /** Rows of a durations file that repeat a function; the first one counts. */
  functionsRepeated: number;
  /** How far back in trace time the reordering looked; 0 where the file's order was taken as it is. */
  windowNs: number;
  /** Files that were read to an end without a newline: legal, and what a file cut short looks like. */
  openEnded: string[];
}

export function emptySummary(): TraceSummary {
  return {
    rows: 0,
    arrivals: 0,
    beforeStart: 0,
    servicesRaised: 0,
    functionsRead: 0,
    functionsJoined: 0,
    functionsUsed: 0,
    functionsRepeated: 0,
    windowNs: 0,
    openEnded: [],
  };
}

/** A trace opened for reading. Every iteration reads the file anew and gives the same arrivals. */
export interface TraceReader extends AsyncIterable<ArrivalBatch> {
  /** Of the latest iteration. */
  readonly summary: Readonly<TraceSummary>;
}

/** What a person should be told about a reading that is over; empty where there is nothing to say. */
export function summaryNotes(summary: Readonly<TraceSummary>): string[] {
  const notes: string[] = [];
  if (summary.servicesRaised > 0) {
    notes.push(
      `${summary.servicesRaised} service times below 1us were raised to 1us: the trace rounds short executions to 0`,
    );
  }
  if (summary.beforeStart > 0) notes.push(`${summary.beforeStart} arrivals lie before the start and were left out`);
  if (summary.functionsJoined < summary.functionsRead) {
    notes.push(
      `${summary.functionsRead - summary.functionsJoined} functions are missing from the durations file and were left out`,
    );
  }
  if (summary.functionsRepeated > 0) {
    notes.push(
      `${summary.functionsRepeated} rows of the durations file repeat a function: the first row of each counts`,
    );
  }
  for (const file of summary.openEnded) notes.push(`the last line of ${file} has no newline: it may be cut`);
  return notes;
}

/** One arrival at a time, as objects: convenient, and some ten times slower than taking the columns. */
export async function* eachArrival(batches: AsyncIterable<ArrivalBatch>): AsyncGenerator<Arrival> {
  for await (const { count, atNs, serviceNs, width } of batches) {
    for (let i = 0; i < count; i++) yield { atNs: atNs[i]!, serviceNs: serviceNs[i]!, width: width[i]! };
  }
}
