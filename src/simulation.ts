// Simulation: configure a host, inject work, run it, read its metrics. One instance is one linear memory; dropping it frees everything.

import { type CompiledScenario, compileScenario, sameWords, seededWords } from './core/compile.js';
import type { EmpiricalTables } from './core/distributions.js';
import type { Decisions } from './core/decisions.js';
import { HostCore } from './core/host.js';
import { ClosedError } from './core/errors.js';
import { measure } from './core/measure.js';
import type { Injection } from './core/injection.js';
import { IntervalReadings } from './core/intervals.js';
import { LateRequests } from './core/late.js';
import type { Histogram } from './metrics/histogram.js';
import type { HostLook } from './result/look.js';
import type { Series, EventLog } from './result/over-time.js';
import { checkRestored, bindPolicy, decisionsOf } from './policy.js';
import { checkOptions, checkSeed, refuseStreams, refuseUnread, untilNs } from './core/asked.js';
import { layFunctions, moreSlots } from './core/functions.js';
import { openArrivals } from './feed/open.js';
import { fedVm, injectedArrivals, isResolved, policyBits, readTables } from './core/inputs.js';
import type { FunctionTimes } from './lifecycle/times.js';
import type { LaidFunctions } from './lifecycle/words.js';
import type { InjectedWorkload, MetricsOptions, RunOptions, SimulationInput, SimulationOptions } from './options.js';
import { compileCore, hashOf } from './core/load.js';
import { coreFor, leaveCore } from './core/spare.js';
import { knownSha256, unpackSnapshot, type SnapshotParts, packSnapshot } from './core/snapshot.js';
import type { Result } from './result/result.js';
import type { StripsResult } from './result/strips.js';
import type { TimelineSink, TimelineSummary, TimelineWindow } from './timeline/index.js';
import type { Overview } from './timeline/strips/overview.js';
import type { Watcher } from './timeline/watcher.js';
import { advance, overviewOf, UNLIMITED } from './advance.js';
import { checkFork } from './scenario/fork.js';
import { resolveScenario } from './scenario/resolve.js';
import type { Scenario } from './scenario/types.js';

/**
 * One simulated host.
 *
 *     const simulation = await Simulation.create({
 *       version: 1, seed: 1, duration: '10ms', host: { cores: 16 }, mechanism: 'ideal', costs: 'none',
 *       vms: [{ name: 'api', vcpus: { min: 16, max: 16 }, workload: {
 *         arrivals: { process: 'poisson', rate: 1.28e6 },
 *         request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] } } }],
 *     });
 *     await simulation.run();
 *     const [api] = simulation.metrics().vms;
 *     console.log(api.completed, api.latencyNs.p99); // 12856 47503.5
 *     simulation.close();
 */
export class Simulation {
  /** Simulated time at which the scenario ends: warm-up and duration. */
  readonly endNs: number;
  private wall = { seconds: 0 };
  private overview: Overview | undefined;
  private closed = false;
  private streams = 0;
  private unread = false; // functions of another seed are read, or made, when it goes on

  private constructor(
    private readonly resolved: Scenario,
    private readonly compiled: CompiledScenario,
    private readonly core: HostCore,
    private readonly injection: Injection,
    private readonly late: LateRequests,
    private readonly intervals: IntervalReadings,
    private readonly options: SimulationOptions,
    private readonly tables: EmpiricalTables,
    private started = false,
    private fed = false, // with more than the scenario says
  ) {
    this.endNs = resolved.warmupNs + resolved.durationNs;
  }

  /** What is simulated, every default filled in. */
  get scenario(): Scenario {
    return this.resolved;
  }

  /**
   * Checks the scenario, lays the host out and opens its traces.
   * @throws InputError naming every field that is wrong, what was given and what is expected
   * @throws LimitError when the host does not fit into linear memory
   */
  static async create(input: SimulationInput, options: SimulationOptions = {}): Promise<Simulation> {
    return Simulation.assemble(isResolved(input) ? input : resolveScenario(input), options);
  }

  /**
   * Takes a snapshot up where it was taken.
   *
   * @param change what goes on differently, as a whole scenario; absent: the run continues bit by bit as the first would have
   * @throws InputError for bytes that are no snapshot, are cut, or were written by another build of the core (both hashes
   *   are named), for a policy other than the simulation had, and for a change that a running host cannot make
   */
  static async restore(
    snapshot: Uint8Array,
    options: SimulationOptions & {
      /** Resolved. */
      readonly scenario?: Scenario;
      /** Named in problems. */
      readonly file?: string;
    } = {},
  ): Promise<Simulation> {
    const module = options.module ?? (await compileCore());
    const sha256 = knownSha256(hashOf(module, options.coreSha256));
    const parts = unpackSnapshot(snapshot, sha256, options.file);
    checkRestored(parts.policy, options.policy, options.file);
    const simulation = await Simulation.assemble(parts.scenario, { ...options, module }, parts);
    return options.scenario === undefined ? simulation : simulation.changed(options.scenario);
  }

  private static async assemble(
    scenario: Scenario,
    options: SimulationOptions,
    parts?: Omit<SnapshotParts, 'scenario'>,
    more?: LaidFunctions,
  ): Promise<Simulation> {
    checkOptions(options);
    const tables = await readTables(scenario, options.files);
    const module = options.module ?? (await compileCore());
    const bits = policyBits(options.policy, options.everyRound);
    const laid = more ?? (await layFunctions(scenario, options, parts?.slots));
    const compiled = compileScenario(scenario, tables, bits, laid);
    const bound = options.policy === undefined ? undefined : bindPolicy(options.policy);
    const instance = coreFor(module, options.coreSha256, bound?.imports);
    bound?.attach(
      instance.exports,
      [...compiled.vms, ...compiled.slots].map(({ group }) => group.vcpus.max),
    );
    const core = new HostCore(instance, compiled, parts?.memory, bound);
    const injection = openArrivals(core, scenario, { compiled, ...options, tables, module }, parts?.injection);
    await injection.ready();
    const late = new LateRequests(compiled, scenario, parts?.late);
    const intervals = new IntervalReadings(compiled, scenario, parts?.intervals, options.steady);
    const started = parts !== undefined && core.nowNs > 0;
    const all = { ...options, module };
    return new Simulation(scenario, compiled, core, injection, late, intervals, all, tables, started, started);
  }

  /**
   * Everything needed to go on from here: some 1 GiB/s, and as many bytes as the host has ever written.
   * @throws InputError when arrivals come from a stream that was injected: it cannot be read again; and for a core that
   *   nobody can name (see `coreSha256`)
   */
  snapshot(): Uint8Array {
    this.open();
    return packSnapshot(knownSha256(this.core.sha256), this.parts());
  }

  private parts(): SnapshotParts {
    refuseStreams(this.streams);
    refuseUnread(this.unread);
    const { scenario, injection, late, intervals, core, options } = this;
    const slots = this.compiled.laid?.slots;
    const outside = { injection: injection.state, late: late.state, intervals: intervals.state, slots };
    return { scenario, ...outside, policy: decisionsOf(options.policy), memory: core.image() };
  }

  /**
   * A second simulation that goes on from this instant: bit by bit as this one, or under another mechanism, other costs, rates,
   * another seed. This one is not touched.
   *     const faster = await simulation.fork(withMechanism(simulation.scenario, 'ideal'));
   * @throws InputError naming what a running host cannot change
   */
  async fork(change?: Scenario): Promise<Simulation> {
    await this.read();
    const copy = await Simulation.assemble(this.scenario, this.options, this.parts());
    return change === undefined ? copy : copy.changed(change);
  }

  private changed(scenario: Scenario): Simulation {
    checkFork(this.scenario, scenario);
    const bits = policyBits(this.options.policy, this.options.everyRound);
    const compiled = compileScenario(scenario, this.tables, bits, this.compiled.laid);
    if (!sameWords(this.compiled.words, compiled.words)) this.core.reconfigure(compiled.words);
    const late = new LateRequests(compiled, scenario, this.late.state);
    const intervals = new IntervalReadings(compiled, scenario, this.intervals.state, this.options.steady);
    const { core, injection, options, tables, started } = this;
    return new Simulation(scenario, compiled, core, injection, late, intervals, options, tables, started);
  }

  /**
   * The same host at time zero with another seed, bit by bit as `create` would make it, in a twentieth of the time. What was
   * injected is forgotten, traces begin anew. Functions of a scenario are read, or made, for the seed when it runs.
   *
   *     for (let seed = 1; seed <= 1000; seed++) (simulation.reset(seed), await simulation.run());
   * @throws InputError for a seed that is no whole number from 0 to 2^53 - 1
   */
  reset(seed: number): void {
    this.open();
    checkSeed(seed);
    this.unread = this.resolved.functions !== undefined && this.options.lifecycle === undefined;
    const resolved = { ...this.scenario, seed };
    const compiled = { ...this.compiled, words: seededWords(this.compiled.words, seed) };
    void this.injection.close();
    this.core.reset(compiled.words);
    const injection = openArrivals(this.core, resolved, { compiled, ...this.options, tables: this.tables });
    const intervals = new IntervalReadings(compiled, resolved, undefined, this.options.steady);
    Object.assign(this, { late: new LateRequests(compiled, resolved), intervals, resolved, compiled, injection });
    Object.assign(this, { overview: undefined, started: false, fed: false, streams: 0, wall: { seconds: 0 } });
  }

  /** Simulated time, ns. */
  get nowNs(): number {
    return this.core.nowNs;
  }

  /** Events simulated so far. */
  get events(): number {
    return this.core.events;
  }

  /** Whether the scenario's end is reached and everything of its last instant has happened. */
  get done(): boolean {
    return this.core.finished(this.endNs);
  }

  /** Bytes of linear memory that the host takes. */
  get memoryBytes(): number {
    return this.core.memoryBytes;
  }

  /**
   * Adds work to a VM, before or while the simulation runs.
   *     simulation.inject({ vm: 'api', arrivals: [{ atNs: 5_000, serviceNs: 10_000, width: 1 }] });
   * @throws InputError for a VM that is not there, a time, service or width that is none
   */
  inject(workload: InjectedWorkload): void {
    this.open();
    refuseUnread(this.unread);
    const vm = fedVm(this.compiled, workload.vm);
    if (Symbol.asyncIterator in workload.arrivals) {
      this.streams++;
      this.injection.addStream(vm, workload.arrivals);
      this.core.commit(true);
    } else this.injection.add(injectedArrivals(workload.arrivals, vm, this.nowNs));
    this.fed = true;
  }

  /** Runs to the scenario's end, or until the signal. @throws LimitError for too many tasks, and where simulated time stands still */
  async run(options: RunOptions = {}): Promise<void> {
    await this.advance(this.endNs, UNLIMITED, options);
  }

  /**
   * Runs to the scenario's end and writes what happens in a window, event by event, as a trace that ui.perfetto.dev opens
   * (docs/timeline.md). The run is the same as without it. Some 150 bytes an event are handed to `sink` in pieces.
   *     const pieces: Uint8Array[] = [];
   *     await simulation.timeline((bytes) => pieces.push(bytes), { fromNs: 0, untilNs: 1e6 });
   * @throws RangeError for a window that ends before it begins, or that begins before now or behind the scenario's end
   */
  async timeline(
    sink: TimelineSink,
    window: Partial<TimelineWindow> = {},
    options: RunOptions = {},
  ): Promise<TimelineSummary> {
    const { Timeline, windowOf } = await import('./timeline/index.js');
    await this.read();
    const timeline = new Timeline(this.core, sink, windowOf(window, this.nowNs, this.endNs));
    await this.advance(this.endNs, UNLIMITED, options, [timeline]);
    return timeline.close(this.nowNs);
  }

  /** Runs for `durationNs` of simulated time, beyond the scenario's end if need be. */
  async runFor(durationNs: number, options: RunOptions = {}): Promise<void> {
    await this.runUntil(this.nowNs + durationNs, options);
  }

  /** Runs up to and including the instant `timeNs`. */
  async runUntil(timeNs: number, options: RunOptions = {}): Promise<void> {
    await this.advance(untilNs(timeNs, this.nowNs), UNLIMITED, options);
  }

  /** Simulates `events` events; answers how many there were before the scenario's end. */
  async step(events = 1): Promise<number> {
    const before = this.events;
    await this.advance(Math.max(this.endNs, this.nowNs), events, {});
    return this.events - before;
  }

  private async advance(untilNs: number, budget: number, options: RunOptions, looking: Watcher[] = []): Promise<void> {
    await this.read();
    if (!this.started) {
      this.started = true;
      await this.injection.refill();
    }
    for (let left: number | undefined = budget; left !== undefined;) {
      const { core, compiled, injection, late, intervals, wall, resolved } = this;
      const { strips = false } = options;
      if (strips !== false) this.overview ??= await overviewOf(core, compiled, resolved, () => this.copied(), strips);
      const watchers = this.overview === undefined ? looking : [...looking, this.overview];
      const of = { core, compiled, injection, late, intervals, wall, warmupNs: resolved.warmupNs };
      left = await advance(of, { ...options, untilNs, budget: left, watchers });
      if (left !== undefined) await this.enlarge(core.events - 1, looking.length > 0);
    }
  }

  /** Lays the host out anew with more VMs for functions, and takes it to where it was. */
  private async enlarge(events: number, watched: boolean): Promise<void> {
    const strips = this.overview?.asked ?? false;
    await this.layAnew(moreSlots(this.compiled.laid!, watched || this.fed));
    if (events > 0) await this.advance(Number.MAX_SAFE_INTEGER, events, { strips });
  }

  private async layAnew(laid?: LaidFunctions): Promise<void> {
    const all = await Simulation.assemble(this.resolved, this.options, undefined, laid);
    void this.injection.close();
    const { compiled, core, injection, late, intervals } = all;
    const of = { compiled, core, injection, late, intervals };
    Object.assign(this, { ...of, overview: undefined, started: false, unread: false });
  }

  /** It is open, and has the functions of its seed. */
  private async read(): Promise<void> {
    this.open();
    if (this.unread) await this.layAnew();
  }

  /** Everything that goes on, as it is now; undefined where a stream would have to be read again. */
  private copied(): SnapshotParts | undefined {
    const parts = this.streams > 0 ? undefined : this.parts();
    return parts && { ...parts, memory: parts.memory.slice() };
  }

  /** Counters and distributions up to now, at any time; it disturbs nothing. @throws CoreError when tasks or core time do not add up */
  metrics({ histograms = false }: MetricsOptions = {}): Result {
    this.open();
    const { scenario, compiled, core, injection, late, intervals, wall } = this;
    return measure({ wallSeconds: wall.seconds, scenario, compiled, core, injection, late, intervals, histograms });
  }

  /** Cores held, tasks waiting, delays and latencies over time, the warm-up included; null where the scenario asks for no `series`. */
  series(): Series | null {
    this.open();
    const series = this.scenario.series === null ? null : this.core.series();
    return series && { ...series, ...this.intervals.memory.over(series.timeNs) };
  }

  /** The events of the scenario's `log` window; null where it asks for none. */
  eventLog(): EventLog | null {
    this.open();
    return this.scenario.log === null ? null : this.core.eventLog();
  }

  /**
   * Who held which core in a run with `strips: true`: the whole of it, and its worst 2 ms, which are simulated once more for it;
   * null of a run without.
   */
  async strips(): Promise<StripsResult | null> {
    this.open();
    const { overview } = this;
    if (overview === undefined) return null;
    const windows = [overview.result()];
    if (overview.found !== undefined) {
      const { fromNs, untilNs, checkpoint } = overview.found;
      const again = await Simulation.assemble(this.scenario, this.options, checkpoint.parts);
      const { CloseUp } = await import('./timeline/strips/close-up.js');
      const closeUp = new CloseUp(again.core, again.compiled, fromNs, untilNs);
      await again.advance(untilNs, UNLIMITED, {}, [closeUp]);
      again.close();
      windows.push(closeUp.result());
    }
    return { windows };
  }

  /** What every core and VM does at this instant; it disturbs nothing. */
  look(): HostLook {
    this.open();
    return this.core.look();
  }

  /** What its arbiter decides, told and taken otherwise (judge/why.ts). @internal */
  get decisions(): Decisions {
    return this.core.decisions;
  }

  /** Latencies, in ns, of the requests that VM `of` (of the result; its group where VMs share one), or all functions, have completed so far. */
  latencies(of: number | FunctionTimes): Histogram {
    this.open();
    return this.core.latencies(of);
  }

  /** What the readers of the scenario's traces did to them, as far as they were read: `FILE: …`, each once. */
  traceNotes(): string[] {
    this.open();
    return [...this.injection.notes, ...(this.compiled.laid?.notes ?? [])];
  }

  /** Lets go of trace files, and of memory for the next host. The instance is of no use afterwards. */
  close(): void {
    this.closed = true;
    void this.injection.close();
    if (!this.injection.reads) leaveCore(this.options.module, this.core.close(this.endNs));
  }

  private open(): void {
    if (this.closed) throw new ClosedError();
    this.core.policy?.refuseWhileAsked();
  }
}
