// One simulated host in its own linear memory: typed calls and views over the core's exports. The only place where
// pointers of the core are known. Everything here is cheap but for `configure`.

import * as L from '../../assembly/layout.js';
import { type FunctionTimes, functionTimes } from '../lifecycle/times.js';
import type { BoundPolicy } from '../policy.js';
import type { Histogram, Samples, Totals } from '../metrics/histogram.js';
import { errorOf } from './answers.js';
import { CoreHistograms } from './histograms.js';
import type { CompiledScenario } from './compile.js';
import type { CoreInstance } from './load.js';
import type { Series, EventLog } from '../result/over-time.js';
import { Decisions } from './decisions.js';
import { Records } from './records.js';
import type { HostLook } from '../result/look.js';
import { readLook } from './look.js';
import { readSeries, readLog, type SeriesLayout } from './series.js';
import { setSparsely } from './sparse.js';
import { wordAt } from './words.js';
import { ClosedError, CoreError, LimitError } from './errors.js';

interface CoreExports {
  words(count: number): number;
  layoutVersion(): number;
  configure(at: number): number;
  run(untilNs: number, budget: number): number;
  reachArena(): number;
  staticBytes(): number;
  wipe(): void;
  finished(untilNs: number): number;
  nowNs(): number;
  events(): number;
  ring(): number;
  ringRead(): number;
  ringWrite(): number;
  reconfigure(at: number): number;
  usedBytes(): number;
  ringCommit(read: number, write: number, more: number): void;
  settle(): number;
  hostCounters(): number;
  vmCounters(index: number): number;
  vmHistogram(index: number, which: number): number;
  hostHistogram(which: number): number;
  grantCurve(): number;
  partCounters(part: number, set: number): number;
  partHistogram(part: number, which: number): number;
}

export interface InjectedArrival {
  atNs: number;
  serviceNs: number;
  vm: number;
  width: number;
  /** From its arrival; -1: as the VM says. */
  deadlineNs: number;
}

const STOPS = { [L.RUN_DONE]: 'done', [L.RUN_BUDGET]: 'budget', [L.RUN_INPUT]: 'input', [L.E_POOL]: 'pool' } as const;

export class HostCore {
  readonly sha256: string;
  private readonly core: CoreExports;
  private readonly exports: WebAssembly.Exports;
  private readonly memory: WebAssembly.Memory;
  private readonly histograms: CoreHistograms;
  private readonly name: (code: number) => string;
  /** Memory before the arena as the module brings it. */
  private readonly statics: Uint8Array;
  private seen = new Uint32Array(0);
  private ringAt = 0;
  private ringRead = 0;
  private ringWrite = 0;
  private broken = false; // it has stopped in the middle of an event
  /** What is still asked of a host that is closed. */
  private end?: { nowNs: number; events: number; memoryBytes: number; done: boolean };

  constructor(
    private readonly instance: CoreInstance,
    private readonly compiled: CompiledScenario,
    image?: Uint8Array,
    readonly policy?: BoundPolicy,
  ) {
    this.core = instance.exports as unknown as CoreExports;
    this.exports = instance.exports;
    this.memory = instance.memory;
    this.histograms = new CoreHistograms(instance.exports, instance.memory);
    this.sha256 = instance.sha256 ?? '';
    this.name = instance.bound['answerName'] as (code: number) => string;
    if (typeof this.core.layoutVersion !== 'function') {
      throw new CoreError(
        'this is the core of traces and reserved memory, which simulates no host: fluxhost.wasm does',
      );
    }
    if (this.core.layoutVersion() !== L.LAYOUT_VERSION) {
      throw new CoreError(
        `the core's layout is version ${this.core.layoutVersion()}, these bindings speak ${L.LAYOUT_VERSION}: they are of different builds`,
      );
    }
    this.statics = new Uint8Array(this.memory.buffer, 0, this.core.staticBytes()).slice();
    if (image === undefined) this.configure(compiled.words);
    else this.setImage(image);
    this.findRing();
  }

  /** The host at time zero, laid out from `words` as if it had never run: a twentieth of the time that another one takes to make. */
  reset(words: Float64Array): void {
    this.core.wipe();
    new Uint8Array(this.memory.buffer).set(this.statics);
    this.configure(words);
    this.findRing();
  }

  /** Nothing but the getters below may be asked from now on. Answers the instance as its module makes it, where another host can have it. */
  close(endNs: number): CoreInstance | undefined {
    if (this.end !== undefined) return undefined;
    const { nowNs, events, memoryBytes } = this;
    this.end = { nowNs, events, memoryBytes, done: this.finished(endNs) };
    if (this.broken || this.policy !== undefined) return undefined;
    this.core.wipe();
    new Uint8Array(this.memory.buffer).set(this.statics);
    return this.instance;
  }

  private findRing(): void {
    this.ringAt = this.core.ring();
    this.ringRead = this.core.ringRead();
    this.ringWrite = this.core.ringWrite();
  }

  private configure(words: Float64Array): void {
    const at = this.core.words(words.length);
    if (at === 0) throw this.outOfMemory();
    new Float64Array(this.memory.buffer, at, words.length).set(words);
    const answer = this.core.configure(at);
    if (answer !== 0) throw this.error(answer);
  }

  private growBy(pages: number): void {
    try {
      this.memory.grow(pages);
    } catch {
      throw this.outOfMemory();
    }
  }

  /** Linear memory as another host of this core has left it. */
  private setImage(image: Uint8Array): void {
    const missing = Math.ceil((image.length - this.memory.buffer.byteLength) / 65_536);
    if (missing > 0) this.growBy(missing);
    setSparsely(new Uint8Array(this.memory.buffer), image, this.statics.length);
    if (this.core.reachArena() === 0) throw this.outOfMemory();
  }

  /** What a snapshot holds: everything that was ever written. A view: copy it before the host goes on. */
  image(): Uint8Array {
    return new Uint8Array(this.memory.buffer, 0, this.core.usedBytes());
  }

  /** Goes on under other words: mechanism, costs, policies, rates, seed. */
  reconfigure(words: Float64Array): void {
    // the arena's last region is the task records', so the words lie in the control heap's reach for the call only
    const at = this.memory.buffer.byteLength;
    this.growBy(Math.ceil((words.length * 8) / 65_536));
    new Float64Array(this.memory.buffer, at, words.length).set(words);
    const answer = this.core.reconfigure(at);
    if (answer !== 0) throw this.error(answer);
    new Float64Array(this.memory.buffer, at, words.length).fill(0); // the arena takes fresh memory to be zero
  }

  get nowNs(): number {
    return this.end?.nowNs ?? this.core.nowNs();
  }

  /** Whether everything up to and including `untilNs` has happened. */
  finished(untilNs: number): boolean {
    return this.end?.done ?? this.core.finished(untilNs) !== 0;
  }

  get events(): number {
    return this.end?.events ?? this.core.events();
  }

  /** Bytes of linear memory, in pages of 64 KiB; not those that a greater host has left behind them. */
  get memoryBytes(): number {
    return this.end?.memoryBytes ?? Math.ceil((this.core.words(0) >>> 0) / 65_536) * 65_536;
  }

  /**
   * Simulates up to `untilNs`, at most `budget` events.
   *
   * @returns `done`, `budget`, `input` when the ring of injected arrivals has run dry and is not marked as ended, or `pool` when more
   *   instances run than there are VM slots, in the middle of an event: the host must be laid out anew
   * @throws LimitError when more tasks are alive than limits.tasks allows
   */
  run(untilNs: number, budget: number): 'done' | 'budget' | 'input' | 'pool' {
    if (this.end !== undefined) throw new ClosedError();
    this.broken = true; // unless it comes back
    const answer = this.core.run(untilNs, budget);
    if (!(answer in STOPS)) throw this.error(answer);
    this.broken = answer === L.E_POOL;
    return STOPS[answer as keyof typeof STOPS];
  }

  private outOfMemory(): LimitError {
    return new LimitError(
      'memory',
      this.memory.buffer.byteLength,
      `memory: the engine gives no more than ${this.memory.buffer.byteLength} bytes of linear memory; fewer VMs, fewer vCPUs, fewer series.samples, coarser histogram.precision or a lower limits.tasks need less`,
    );
  }

  private error(answer: number): Error {
    if (answer === L.E_MEMORY) return this.outOfMemory();
    return errorOf(answer, { nowNs: this.nowNs, compiled: this.compiled, name: this.name });
  }

  /** Arrivals that the ring still has room for. */
  get ringRoom(): number {
    this.ringRead = this.core.ringRead();
    return this.compiled.ringCapacity - (this.ringWrite - this.ringRead);
  }

  /** Takes back what waits in the ring, so that earlier arrivals can be put before it. */
  takeBack(): InjectedArrival[] {
    this.ringRead = this.core.ringRead();
    const view = new DataView(this.memory.buffer);
    const taken: InjectedArrival[] = [];
    for (let i = this.ringRead; i < this.ringWrite; i++) {
      const at = this.entry(i);
      taken.push({
        atNs: view.getFloat64(at, true),
        serviceNs: view.getFloat64(at + 8, true),
        vm: view.getUint32(at + 16, true),
        width: view.getUint32(at + 20, true),
        deadlineNs: view.getFloat64(at + 24, true),
      });
    }
    this.ringWrite = this.ringRead;
    return taken;
  }

  /** Puts one arrival into the ring; it counts from `commit` on. Times must not decrease. */
  put(atNs: number, serviceNs: number, vm: number, width: number, deadlineNs: number): void {
    const at = this.entry(this.ringWrite++);
    const view = new DataView(this.memory.buffer);
    view.setFloat64(at, atNs, true);
    view.setFloat64(at + 8, serviceNs, true);
    view.setUint32(at + 16, vm, true);
    view.setUint32(at + 20, width, true);
    view.setFloat64(at + 24, deadlineNs, true);
  }

  /** What was put is there for the core; `more`: it must ask before it simulates beyond the last of it. */
  commit(more: boolean): void {
    this.core.ringCommit(this.ringRead, this.ringWrite, Number(more));
  }

  private entry(index: number): number {
    return this.ringAt + (index % this.compiled.ringCapacity) * L.ARRIVAL_BYTES;
  }

  /** Books everything up to now, checks conservation, and answers the host's counters (layout.ts, HOST_*). */
  settle(): void {
    const answer = this.core.settle();
    if (answer !== 0) throw this.error(answer);
  }

  /** Counters as numbers: exact up to 2^53. */
  private counters(at: number, count: number): Float64Array {
    const { halves } = this;
    const numbers = new Float64Array(count);
    for (let i = 0, from = at / 4; i < count; i++) numbers[i] = wordAt(halves, from + 2 * i);
    return numbers;
  }

  hostCounters(): Float64Array {
    return this.counters(this.core.hostCounters(), L.HOST_COUNTERS);
  }

  vmCounters(index: number): Float64Array {
    return this.counters(this.core.vmCounters(index), L.VM_COUNTERS);
  }

  /** All memory in halves of words, until it grows. */
  get halves(): Uint32Array {
    const { buffer } = this.memory;
    if (this.seen.buffer !== buffer) this.seen = new Uint32Array(buffer);
    return this.seen;
  }

  /**
   * Where in `halves` the number of requests lies that a VM has completed, and the sum of the latencies in its histogram (its group's
   * where they share it); they stay there.
   */
  completedPlaces(index: number): { count: number; latencyNs: number } {
    return {
      count: this.core.vmCounters(index) / 4 + 2 * L.VM_COMPLETED,
      latencyNs: this.core.vmHistogram(index, L.HISTOGRAM_LATENCY) / 4 + 2 * L.HISTOGRAM_SUM,
    };
  }

  /** Requests that a VM has completed, and the sum of the latencies in its histogram (in ns; its group's where they share it). */
  completedSoFar(index: number): { count: number; latencyNs: number } {
    const { count, latencyNs } = this.completedPlaces(index);
    const { halves } = this;
    return { count: wordAt(halves, count), latencyNs: wordAt(halves, latencyNs) };
  }

  /** 64 bits, as 16 hexadecimal digits. */
  fingerprint(): string {
    const [value] = new BigUint64Array(this.memory.buffer, this.core.hostCounters() + 8 * L.HOST_FINGERPRINT_VALUE, 1);
    return (value ?? 0n).toString(16).padStart(16, '0');
  }

  vmHistogram(index: number, which: number): Totals & Samples {
    const scale = which === L.HISTOGRAM_SLOWDOWN ? 1 / L.SLOWDOWN_ONE : 1;
    return this.histograms.samples(this.core.vmHistogram(index, which), this.compiled.histogramBits, scale);
  }

  /** A VM's latencies (its group's where they share them), every counter; or times of functions' requests. */
  latencies(of: number | FunctionTimes): Histogram {
    if (typeof of !== 'number') return functionTimes(this, of);
    return this.histograms.merged([this.core.vmHistogram(of, L.HISTOGRAM_LATENCY)], this.compiled.histogramBits);
  }

  /** Requests whose latency is surely above `latencyNs`: those of the buckets that begin above it. */
  slowerThan(index: number, latencyNs: number): number {
    return this.histograms.above(
      this.core.vmHistogram(index, L.HISTOGRAM_LATENCY),
      this.compiled.histogramBits,
      latencyNs,
    );
  }

  hostHistogram(which: number): Totals & Samples {
    return this.histograms.samples(this.core.hostHistogram(which), L.HOST_HISTOGRAM_SUB_BITS, 1);
  }

  /** `count` counters of a part, as its layout.ts says; undefined where the host has no such part. */
  partCounters(part: number, set: number, count: number): Float64Array | undefined {
    const at = this.core.partCounters(part, set);
    return at === 0 ? undefined : this.counters(at, count);
  }

  /** One histogram of a part, or several put together. */
  partHistogram(part: number, which: readonly number[]): Histogram {
    return this.histograms.merged(
      which.map((one) => this.core.partHistogram(part, one)),
      L.HOST_HISTOGRAM_SUB_BITS,
    );
  }

  series(): Series {
    return readSeries(this.exports, this.memory, this.seriesLayout());
  }

  eventLog(): EventLog {
    return readLog(this.exports, this.memory, this.seriesLayout());
  }

  /** The records of the running host, to be read between two events. */
  records(): Records {
    return new Records(this.exports, this.memory, this.compiled);
  }

  look(): HostLook {
    return readLook(this.exports, this.seriesLayout(), (vm) => this.completedSoFar(vm));
  }

  private seriesLayout(): SeriesLayout {
    const { slots, words, scenario } = this.compiled;
    const vms = [...this.compiled.vms, ...slots];
    return {
      vms: vms.map(({ name, group }) => ({ name, group: group.name, vcpus: group.vcpus.max })),
      groups: [...new Set(vms.map(({ group }) => group))].map(({ name }) => name),
      logCapacity: words[L.HOST_LOG_CAPACITY] ?? 0,
      scenario,
    };
  }

  /** What its arbiter decides. */
  get decisions(): Decisions {
    return new Decisions(this.exports, this.memory);
  }

  /** Times after the first decision at which the largest round's grants were done, ns. */
  grantCurve(): number[] {
    const length = this.hostCounters()[L.HOST_CURVE_LENGTH] ?? 0;
    return [...new Float64Array(this.memory.buffer, this.core.grantCurve(), length)];
  }
}
