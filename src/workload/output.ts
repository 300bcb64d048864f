// The last step of every reader: start, scales and limit applied to arrivals that come in order, then batches.

import { InputError, show } from '../input/errors.js';
import { type TraceSummary, BATCH_CAPACITY, type ArrivalBatch } from './arrival.js';
import { type TraceOptions, TIME_MAX_NS } from './options.js';

/** Durations recorded in whole milliseconds are often 0; the host cannot run a task in no time. */
export const SERVICE_FLOOR_NS = 1000;

export class ArrivalOutput {
  readonly #file: string;
  readonly #summary: TraceSummary;
  readonly #timeScale: number;
  readonly #serviceScale: number;
  readonly #limit: number;
  #startNs: number | undefined;
  #count = 0;
  readonly #atNs = new Float64Array(BATCH_CAPACITY);
  readonly #serviceNs = new Float64Array(BATCH_CAPACITY);
  readonly #width = new Uint32Array(BATCH_CAPACITY);
  readonly #deadlineNs = new Float64Array(BATCH_CAPACITY);

  readonly #floorNs: number;

  /** @param floorNs what a service time is raised to once it is scaled: of formats that record short ones as 0 */
  constructor(options: TraceOptions, summary: TraceSummary, floorNs = 0) {
    this.#floorNs = floorNs;
    this.#file = options.file;
    this.#summary = summary;
    this.#timeScale = options.timeScale ?? 1;
    this.#serviceScale = options.serviceScale ?? 1;
    this.#limit = options.limit ?? Infinity;
    this.#startNs = options.startNs === 'first' ? undefined : (options.startNs ?? 0);
  }

  /** No further arrival is wanted. */
  get ended(): boolean {
    return this.#summary.arrivals >= this.#limit;
  }

  get full(): boolean {
    return this.#count === BATCH_CAPACITY;
  }

  get empty(): boolean {
    return this.#count === 0;
  }

  /**
   * Takes one arrival in trace time; callers give them in order, and hand out the batch once it is full.
   * @param serviceNs trace time too; negative: drawn by the VM
   * @param line of the trace file for errors; 0 where an arrival has no line of its own
   * @param deadlineNs from the arrival, trace time as services; negative: the VM's own
   */
  add(traceNs: number, serviceNs: number, width: number, line: number, deadlineNs = -1): void {
    this.#startNs ??= traceNs;
    const sinceStartNs = traceNs - this.#startNs;
    if (sinceStartNs < 0) {
      this.#summary.beforeStart++;
      return;
    }
    if (this.ended) return;
    const atNs = Math.round(sinceStartNs * this.#timeScale);
    // A task of no recorded length takes no time; one of some length takes at least the clock's unit.
    let scaledNs = serviceNs > 0 ? Math.max(1, Math.round(serviceNs * this.#serviceScale)) : serviceNs < 0 ? -1 : 0;
    if (scaledNs >= 0 && scaledNs < this.#floorNs) {
      scaledNs = this.#floorNs;
      this.#summary.servicesRaised++;
    }
    if (atNs > TIME_MAX_NS || scaledNs > TIME_MAX_NS) throw this.#tooLong(atNs, scaledNs, line);
    const i = this.#count++;
    this.#atNs[i] = atNs;
    this.#serviceNs[i] = scaledNs;
    this.#width[i] = width;
    this.#deadlineNs[i] = deadlineNs < 0 ? -1 : Math.min(TIME_MAX_NS, Math.round(deadlineNs * this.#serviceScale));
    this.#summary.arrivals++;
  }

  #tooLong(atNs: number, serviceNs: number, line: number): InputError {
    const given =
      atNs > TIME_MAX_NS ? `an arrival ${show(atNs)} ns after the start` : `a service time of ${show(serviceNs)} ns`;
    const hint =
      atNs > TIME_MAX_NS ? '; is the unit right? start: first makes the first arrival time 0' : '; is the unit right?';
    const problem = { file: this.#file, path: '', given, expected: `at most 2^53 ns (104 days)${hint}` };
    return new InputError(line > 0 ? { ...problem, line } : problem);
  }

  /** What has been gathered; the next `add` begins a new batch in the same arrays. */
  take(): ArrivalBatch {
    const count = this.#count;
    this.#count = 0;
    return { count, atNs: this.#atNs, serviceNs: this.#serviceNs, width: this.#width, deadlineNs: this.#deadlineNs };
  }
}
