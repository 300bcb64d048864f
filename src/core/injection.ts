// Arrivals from outside the core: traces, and what a program injects. They are merged by time into the core's ring, a few
// thousand at a time, so a trace larger than memory streams through.

import { ARRIVAL_FUNCTION } from '../../assembly/layout.js';
import type { DatapathResult } from '../datapath/result.js';
import type { GpuResult } from '../gpu/result.js';
import type { Invocations } from '../lifecycle/spec.js';
import type { TraceReach } from '../result/trust.js';
import { summaryNotes, type ArrivalBatch, type TraceReader } from '../workload/arrival.js';
import type { ResampledReader } from '../workload/resample.js';
import type { HostCore, InjectedArrival } from './host.js';

/** Arrivals, and of which function each is where they are no VM's. */
interface SourceBatch extends ArrivalBatch {
  readonly fn?: Uint32Array;
}

/** One stream of arrivals for one VM, or of functions, already in order of time. */
interface Source {
  /** -1: each arrival says of which function it is. */
  readonly vm: number;
  /** Undefined for a stream that a program injected. */
  readonly trace: OpenedTrace | undefined;
  readonly batches: AsyncIterator<SourceBatch>;
  batch: SourceBatch | null;
  at: number;
  /** Arrivals that went into the core. */
  taken: number;
  /** Of those, how many are still to be read past after a snapshot. */
  toSkip: number;
  ended: boolean;
  /** Time of the last arrival that went into the core, in ns. */
  lastNs: number;
  /** Of those that went in here, how many, and how many take 1 ns or less: readers round what is shorter up to it. */
  seen: number;
  tiny: number;
}

/** A trace that the scenario names. */
export interface OpenedTrace {
  readonly file: string;
  readonly reader: TraceReader;
  /** Where blocks of it are drawn: their length in the simulation, and who knows of how many. */
  readonly resampled?: { readonly blockNs: number; readonly source: ResampledReader };
}

/** What a snapshot keeps of the arrivals outside the core. */
export interface InjectionState {
  readonly pending: readonly InjectedArrival[];
  /** Of each trace, in the order of the VMs: how many arrivals have been taken from it. */
  readonly taken: readonly number[];
}

const BATCH = 65_536;

/** Pieces of the invocations, as they lie. */
async function* inBatches({ atNs, fn, serviceNs }: Invocations): AsyncGenerator<SourceBatch> {
  const width = new Uint32Array(BATCH);
  for (let from = 0; from < atNs.length; from += BATCH) {
    const piece = <T extends Float64Array | Uint32Array>(all: T): T => all.subarray(from, from + BATCH) as T;
    const batch = { atNs: piece(atNs), serviceNs: piece(serviceNs), fn: piece(fn), width };
    yield await Promise.resolve({ ...batch, count: batch.atNs.length });
  }
}

/** What has run before the host, once it is ready. */
interface Before<R> {
  ready(): Promise<unknown>;
  result(nowNs: number): R | undefined;
}

export class Injection {
  private readonly sources: Source[] = [];
  /** Sorted by time from `pendingAt` on. */
  private pending: InjectedArrival[] = [];
  private pendingAt = 0;
  /** What has become of the packets of a datapath, where some of the streams are what it lets through. */
  datapath: Before<DatapathResult> | undefined;
  /** What has become of prompts, where one of the streams is their tokens. */
  gpu: Before<GpuResult> | undefined;

  constructor(private readonly core: HostCore) {}

  /** `skip`: as of a trace. */
  addStream(vm: number, batches: AsyncIterable<ArrivalBatch>, skip = 0): void {
    this.addSource(vm, batches, undefined, skip);
  }

  /** What runs before the host has run. */
  async ready(): Promise<void> {
    await this.datapath?.ready();
    await this.gpu?.ready();
  }

  get sourceCount(): number {
    return this.sources.length;
  }

  /** `skip`: arrivals of the trace that were taken before a snapshot. */
  addTrace(vm: number, trace: OpenedTrace, skip = 0): void {
    this.addSource(vm, trace.reader, trace, skip);
  }

  /** Requests of functions; at one instant they come after all other sources'. `skip`: as of a trace. */
  addFunctions(invocations: Invocations, skip = 0): void {
    this.addSource(-1, inBatches(invocations), undefined, skip);
  }

  /** What the readers of the scenario's traces did to them: `FILE: …`, each once. */
  get notes(): string[] {
    const notes = this.sources.flatMap(({ trace }) =>
      trace === undefined ? [] : summaryNotes(trace.reader.summary).map((note) => `${trace.file}: ${note}`),
    );
    return [...new Set(notes)];
  }

  /** How far each trace of the scenario has been read. */
  get reached(): TraceReach[] {
    return this.sources.flatMap(({ vm, trace, ended, taken, lastNs, seen, tiny }) =>
      trace === undefined
        ? []
        : [
            {
              vm,
              file: trace.file,
              ended,
              arrivals: taken,
              lastNs,
              tinyShare: tiny / Math.max(seen, 1),
              blocks: trace.resampled && { blockNs: trace.resampled.blockNs, of: trace.resampled.source.blocks },
            },
          ],
    );
  }

  private addSource(
    vm: number,
    batches: AsyncIterable<SourceBatch>,
    trace: OpenedTrace | undefined,
    skip: number,
  ): void {
    this.sources.push({
      vm,
      trace,
      batches: batches[Symbol.asyncIterator](),
      batch: null,
      at: 0,
      taken: skip,
      toSkip: skip,
      ended: false,
      lastNs: 0,
      seen: 0,
      tiny: 0,
    });
  }

  get state(): InjectionState {
    return { pending: this.pending.slice(this.pendingAt), taken: this.sources.map(({ taken }) => taken) };
  }

  restorePending(state: InjectionState): void {
    this.pending = [...state.pending];
    this.pendingAt = 0;
  }

  /** Puts arrivals among those that wait; earlier ones first, equal times in the order given. */
  add(arrivals: readonly InjectedArrival[]): void {
    if (arrivals.length === 0) return;
    // what the ring holds may be later than the new ones
    const waiting = [...this.core.takeBack(), ...this.pending.slice(this.pendingAt)];
    this.pending = [...waiting, ...arrivals].sort((a, b) => a.atNs - b.atNs);
    this.pendingAt = 0;
    this.core.commit(this.sources.some((source) => !source.ended));
    if (!this.sources.some((source) => !source.ended)) this.fillFromPending();
  }

  /** Whether anything is left outside the core, so that it must come back for more. */
  get more(): boolean {
    return this.pendingAt < this.pending.length || this.sources.some((source) => !source.ended);
  }

  private fillFromPending(): void {
    let room = this.core.ringRoom;
    while (room-- > 0 && this.pendingAt < this.pending.length) this.putPending();
    this.core.commit(this.more);
  }

  private putPending(): void {
    const arrival = this.pending[this.pendingAt++]!;
    this.core.put(arrival.atNs, arrival.serviceNs, arrival.vm, arrival.width, arrival.deadlineNs);
  }

  /** Fills the ring. Must be awaited before the first step, and whenever the core asks for input. */
  async refill(): Promise<void> {
    if (this.sources.length === 0) {
      this.fillFromPending();
      return;
    }
    let room = this.core.ringRoom;
    while (room > 0) {
      const source = await this.earliest();
      const pendingTime = this.pending[this.pendingAt]?.atNs ?? Infinity;
      if (source === null && pendingTime === Infinity) break;
      if (source === null || pendingTime <= source.batch!.atNs[source.at]!) {
        this.putPending();
      } else {
        const { atNs, serviceNs, width, fn, deadlineNs } = source.batch!;
        const service = serviceNs[source.at]!;
        const to = fn === undefined ? source.vm : ARRIVAL_FUNCTION + fn[source.at]!;
        this.core.put(atNs[source.at]!, service, to, width[source.at]!, deadlineNs?.[source.at] ?? -1);
        source.lastNs = atNs[source.at]!;
        source.seen++;
        if (service >= 0 && service <= 1) source.tiny++;
        source.at++;
        source.taken++;
      }
      room--;
    }
    this.core.commit(this.more);
  }

  private async earliest(): Promise<Source | null> {
    let best: Source | null = null;
    for (const source of this.sources) {
      while (!source.ended && (source.batch === null || source.at >= source.batch.count)) {
        const next = await source.batches.next();
        source.at = 0;
        if (next.done === true) source.ended = true;
        else {
          source.batch = next.value;
          // passes over what a snapshot has taken already
          source.at = Math.min(source.toSkip, next.value.count);
          source.toSkip -= source.at;
          if (source.at > 0) source.lastNs = next.value.atNs[source.at - 1]!;
        }
      }
      if (!source.ended && (best === null || source.batch!.atNs[source.at]! < best.batch!.atNs[best.at]!))
        best = source;
    }
    return best;
  }

  /** Whether arrivals are read while the host runs: what reads them may come back to the core when nobody else does. */
  get reads(): boolean {
    return this.sources.length > 0;
  }

  /** Lets go of the files behind the traces. */
  async close(): Promise<void> {
    for (const source of this.sources) {
      if (!source.ended) await source.batches.return?.();
      source.ended = true;
    }
  }
}
