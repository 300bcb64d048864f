// The unit of work: a chunk of hosts to rows, one a host. Whoever simulates (this thread, a pool of threads, a queue of machines) gets the
// context once and chunks after that; a row depends on its host alone, so it does not matter how hosts are put into chunks, who
// simulates them, in which order, or how often.

import type { LifecycleGiven } from '../lifecycle/source.js';
import type { FunctionSpec, LifecycleSpec } from '../lifecycle/spec.js';
import { dedicatedCores } from '../mechanisms/kinds.js';
import { assertLaws } from '../result/laws.js';
import { resolveScenario } from '../scenario/resolve.js';
import type { Scenario, VmGroup } from '../scenario/types.js';
import type { ScenarioInput } from '../scenario/schema.js';
import type { Simulation } from '../simulation.js';
import type { Engine, WorkKind } from '../study/engine.js';
import { SplitMix64 } from '../workload/random.js';
import { type EpochCalls, isCall } from './calls.js';
import type { Overcommit } from './demand.js';
import { FunctionsBuilder, type RowFunctions } from './function-row.js';
import { Latencies, LATENCY_BITS, type RowLatency } from './tally.js';
import type { Inside } from './types.js';
import { CLASSES, CORE, type VmClass } from './vms.js';

/** What all hosts have in common; plain data, so that it can be sent. */
export interface ChunkContext {
  readonly kind: 'hosts';
  readonly seed: number;
  readonly inside: Inside;
  readonly warmupNs: number;
  /** By type of host. */
  readonly hosts: readonly {
    readonly cores: number;
    readonly memoryBytes: number;
    /** Kept for functions; absent where there are none. */
    readonly functionBytes?: number;
  }[];
  /** How instances of functions come and go; absent where there are none. */
  readonly lifecycle?: LifecycleGiven;
  readonly overcommit: Overcommit;
  /** VMs replay their trace over and over, from instants of their own. */
  readonly staggered?: true;
}

/** A host from one change of its VMs to the next. */
export interface Epoch {
  readonly fromNs: number;
  readonly lengthNs: number;
  /** Their numbers, ascending. */
  readonly vms: readonly number[];
  /** Of its functions, those of the warm-up included; absent where none come. */
  readonly calls?: EpochCalls;
}

export interface HostJob {
  readonly host: number;
  readonly type: number;
  readonly epochs: readonly Epoch[];
  /** That are dealt to it; absent where the fleet has none. */
  readonly functions?: readonly FunctionSpec[];
}

/** A chunk as it is sent: hosts, and of the VMs on them the cores (in millionths) and the class. */
export interface Chunk {
  readonly jobs: readonly HostJob[];
  readonly vms: Readonly<Record<number, readonly [cores: number, vmClass: number]>>;
}

export interface RowClass {
  vms: number;
  arrived: number;
  completed: number;
  dropped: number;
  inFlight: number;
  /** VMs that attained their objective, of those that had requests to judge by. */
  attained: number;
  judged: number;
  /** Requests that were surely slower than the objective: dropped ones, and late ones in flight. */
  late: number;
  latency: RowLatency;
}

/** Core time by use, in whole ns. */
export interface RowCores {
  task: number;
  steal: number;
  idlePoll: number;
  transition: number;
  idle: number;
  poll: number;
}

export interface HostRow {
  readonly host: number;
  readonly type: number;
  readonly epochs: number;
  readonly events: number;
  /** Of every epoch, one after the other. */
  readonly fingerprint: string;
  readonly classes: Partial<Record<VmClass, RowClass>>;
  /** Absent where it had none. */
  readonly functions?: RowFunctions;
  readonly cores: RowCores;
  /** Why it could not be simulated; its figures are 0 then. */
  readonly error?: string;
}

/** Makes simulations: with which core, and where files are looked for. */
export type Create = (scenario: Scenario, lifecycle?: LifecycleSpec) => Promise<Simulation>;

/** Someone who does chunks of hosts, several at once. */
export type ChunkEngine = Engine<Chunk, HostRow>;

const HISTOGRAM_BYTES = 2 ** 31;

const PROBE_CORES = 64;
/** Purpose of the draw. */
const STAGGER = 209;

/** One scenario of which those of all epochs are made: checked once. */
function templateOf({ inside, warmupNs }: ChunkContext): Scenario {
  const vm = (vmClass: VmClass) => ({ ...inside.behaviour, name: vmClass, class: vmClass, vcpus: { min: 0, max: 1 } });
  const scenario = resolveScenario({
    version: 1,
    duration: '1s',
    host: { cores: PROBE_CORES },
    mechanism: inside.mechanism,
    ...(inside.costs === undefined ? {} : { costs: inside.costs }),
    vms: CLASSES.map(vm),
  } as ScenarioInput);
  return {
    ...scenario,
    warmupNs,
    histogram: { precision: 2 ** -LATENCY_BITS, share: 'vm', memoryBytes: HISTOGRAM_BYTES },
  };
}

/** One a host and epoch, by SplitMix64 over (seed, host, instant): hosts draw from streams of their own. */
export function seedOf(seed: number, host: number, fromNs: number): number {
  let at = seed;
  for (const part of [host, fromNs]) {
    const draw = new SplitMix64(at);
    draw.next();
    // 53 bits of the draw, moved by the part: the next draw mixes both
    at = ((draw.hi % 2 ** 21) * 2 ** 32 + draw.lo + part) % Number.MAX_SAFE_INTEGER;
  }
  const last = new SplitMix64(at);
  last.next();
  return (last.hi % 2 ** 21) * 2 ** 32 + last.lo;
}

export class HostSimulator {
  private readonly template: Scenario;
  private readonly groups: readonly VmGroup[];

  /** @throws InputError for a behaviour, mechanism or costs that make no scenario */
  constructor(
    private readonly context: ChunkContext,
    private readonly create: Create,
  ) {
    this.template = templateOf(context);
    this.groups = CLASSES.map((name) => this.template.vms.find((vm) => vm.name === name)!);
  }

  /** Never throws for a host: what went wrong is in its row, and the others are done. `speak` is called at the begin and between slices. */
  async run({ jobs, vms }: Chunk, speak?: () => void): Promise<HostRow[]> {
    const rows: HostRow[] = [];
    for (const job of jobs) rows.push(await this.host(job, vms, speak));
    return rows;
  }

  private async host(job: HostJob, vms: Chunk['vms'], speak?: () => void): Promise<HostRow> {
    const row = new RowBuilder(job);
    try {
      for (const epoch of job.epochs) {
        speak?.();
        const scenario = this.scenarioOf(job, epoch, vms);
        const simulation = await this.create(scenario, this.lifecycleOf(job, epoch));
        try {
          await simulation.run(speak === undefined ? {} : { onProgress: speak });
          row.add(simulation, scenario, this.arrivedIn(epoch));
        } finally {
          simulation.close();
        }
      }
    } catch (error) {
      return failedRow(job, error instanceof Error ? error.message.split('\n')[0]! : String(error));
    }
    return row.row();
  }

  /** A VM goes on with its trace from one epoch to the next: from an instant that is its own as long as the fleet lasts. */
  private staggered(vmClass: number, vm: number, fromNs: number): VmGroup['workload'] {
    const { workload } = this.groups[vmClass]!;
    if (workload?.arrivals?.process !== 'trace') return workload;
    const share = seedOf(this.context.seed, vm, STAGGER) / 2 ** 53;
    const loop = { share, sinceNs: fromNs - this.context.warmupNs };
    return { ...workload, arrivals: { ...workload.arrivals, loop } };
  }

  /** Requests of functions that come after the warm-up. */
  private arrivedIn({ calls = NO_CALLS }: Epoch): number {
    const { warmupNs } = this.context;
    return calls.atNs.reduce((sum, ns, i) => sum + Number(ns >= warmupNs && isCall(calls.serviceNs[i]!)), 0);
  }

  /** Undefined where the host has no functions. */
  lifecycleOf({ type, functions }: HostJob, { calls = NO_CALLS }: Epoch): LifecycleSpec | undefined {
    const { lifecycle, hosts } = this.context;
    if (lifecycle === undefined || functions === undefined || functions.length === 0) return undefined;
    const invocations = {
      atNs: Float64Array.from(calls.atNs),
      fn: Uint32Array.from(calls.fn),
      serviceNs: Float64Array.from(calls.serviceNs),
    };
    return { ...lifecycle, memoryBytes: hosts[type]!.functionBytes!, functions, invocations };
  }

  /** What is guaranteed is what was reserved, rounded down; where a mechanism needs cores of its own, the largest give way, later ones first. */
  scenarioOf({ host, type }: HostJob, { fromNs, lengthNs, vms: who }: Epoch, vms: Chunk['vms']): Scenario {
    const { template, context } = this;
    const { cores } = context.hosts[type]!;
    const room = cores - dedicatedCores(template.mechanism.kind);
    const sizes = who.map((vm) => {
      const [units, vmClass] = vms[vm]!;
      const min = Math.floor(units / CORE / context.overcommit[CLASSES[vmClass]!]);
      return { vm, vmClass, min, max: Math.min(cores, Math.max(1, Math.ceil(units / CORE))) };
    });
    for (let over = sizes.reduce((sum, { min }) => sum + min, 0) - room; over > 0; over--) {
      const largest = sizes.reduce((best, size) => (size.min >= best.min ? size : best));
      largest.min--;
    }
    return {
      ...template,
      seed: seedOf(context.seed, host, fromNs),
      durationNs: lengthNs,
      host: { ...template.host, cores },
      vms: sizes.map(({ vm, vmClass, min, max }) => ({
        ...this.groups[vmClass]!,
        ...(context.staggered === true ? { workload: this.staggered(vmClass, vm, fromNs) } : {}),
        name: `v${vm}`,
        vcpus: { min, max: Math.max(min, max) },
      })),
    };
  }
}

const NS = 1e9;
const NO_CALLS: EpochCalls = { atNs: [], fn: [], serviceNs: [] };
const emptyCores = (): RowCores => ({ task: 0, steal: 0, idlePoll: 0, transition: 0, idle: 0, poll: 0 });

const RUNNING = ['task', 'steal', 'idlePoll', 'transition'] as const;

class RowBuilder {
  private events = 0;
  private readonly fingerprints: string[] = [];
  private readonly cores = emptyCores();
  private functions: FunctionsBuilder | undefined;
  private readonly classes = new Map<VmClass, { row: Omit<RowClass, 'latency'>; latencies: Latencies }>();

  constructor(private readonly job: HostJob) {}

  add(simulation: Simulation, scenario: Scenario, arrived: number): void {
    const result = simulation.metrics();
    assertLaws(result);
    this.events += result.manifest.events;
    this.fingerprints.push(result.manifest.fingerprint);
    const add = (use: keyof RowCores, seconds: number): void => void (this.cores[use] += Math.round(seconds * NS));
    add('idle', result.host.idleCoreSeconds);
    add('poll', result.host.pollCoreSeconds);
    result.vms.forEach((vm, i) => {
      const { row, latencies } = this.classOf(scenario.vms[i]!.class);
      row.vms++;
      row.arrived += vm.arrived;
      row.completed += vm.completed;
      row.dropped += vm.dropped;
      row.inFlight += vm.inFlight;
      if (vm.slo !== null && vm.slo.attained !== null) {
        row.judged++;
        row.attained += Number(vm.slo.attained);
        row.late += vm.dropped + vm.slo.lateInFlight;
      }
      latencies.add(simulation.latencies(i));
      for (const use of RUNNING) add(use, vm.cpuSeconds[use]);
    });
    if (result.lifecycle === undefined) return;
    (this.functions ??= new FunctionsBuilder()).add(simulation, result.lifecycle, arrived);
    for (const use of RUNNING) add(use, result.lifecycle.cpuSeconds[use]);
  }

  private classOf(name: VmClass): { row: Omit<RowClass, 'latency'>; latencies: Latencies } {
    let found = this.classes.get(name);
    if (found === undefined) {
      const row = { vms: 0, arrived: 0, completed: 0, dropped: 0, inFlight: 0, attained: 0, judged: 0, late: 0 };
      this.classes.set(name, (found = { row, latencies: new Latencies() }));
    }
    return found;
  }

  row(error?: string): HostRow {
    const { host, type, epochs } = this.job;
    const classes: Partial<Record<VmClass, RowClass>> = {};
    for (const name of CLASSES) {
      const found = this.classes.get(name);
      if (found !== undefined) classes[name] = { ...found.row, latency: found.latencies.row() };
    }
    return {
      host,
      type,
      epochs: epochs.length,
      events: this.events,
      fingerprint: this.fingerprints.join(''),
      classes,
      ...(this.functions === undefined ? {} : { functions: this.functions.row() }),
      cores: this.cores,
      ...(error === undefined ? {} : { error }),
    };
  }
}

/** The row of a host that nobody could simulate. */
export const failedRow = (job: HostJob, error: string): HostRow => new RowBuilder(job).row(error);

export const HOSTS: WorkKind<Chunk, HostRow> = {
  name: 'hosts',
  apart: ({ jobs, vms }) => jobs.map((job) => ({ jobs: [job], vms })),
  failed: ({ jobs }, reason) => failedRow(jobs[0]!, reason),
};
