// A fleet from its checked form to its result: VMs are read or drawn, and placed; then hosts are simulated, where that is asked for.

import { compileCore, compileMemoryCore, hashOf } from '../core/load.js';
import { parseDuration } from '../input/quantities.js';
import { LawError } from '../result/laws.js';
import type { TraceHost } from '../workload/text-source.js';
import { NAME, VERSION } from '../version.js';
import { Simulation } from '../simulation.js';
import { callsByHost, dealtResult, keptFor, loadOf } from './dealt.js';
import { Fingerprint } from './fingerprint.js';
import { type FunctionCalls, readFunctions, reservedBytes } from './functions.js';
import type { FunctionFigures } from './function-figures.js';
import { FunctionMap, type MappedHost, mappedOf } from './function-map.js';
import { DRAW } from './host-events.js';
import { engineHere, rowsOf } from './hosts.js';
import { Merger, type MergerState, type Objective } from './merge.js';
import { Outages } from './outages.js';
import { PlacementCore } from './placement.js';
import { type Plan, planOf, typeOfHost } from './plan.js';
import { Stays, windowsOf } from './windows.js';
import type { ChunkContext, ChunkEngine, HostJob, HostRow } from './work.js';
import { readTrace } from './formats/index.js';
import { generate } from './generate.js';
import { type Packed, type PackOptions, Packing } from './pack.js';
import type { LoadedFleet } from './parse.js';
import type { ClassResult, FleetResult, PackingResult } from './result.js';
import type { Fleet, Inside } from './types.js';
import { type VmTable, VmTableBuilder } from './vms.js';
import { failures, FEW_HOSTS, functionWarnings, insideWarnings, unaskedWarnings, warningsOf } from './warnings.js';

export interface FleetRunOptions extends Pick<PackOptions, 'policy' | 'policyName' | 'onProgress'> {
  /** Of fluxhost-memory.wasm, which places. */
  readonly module?: WebAssembly.Module | undefined;
  readonly onNote?: ((note: string) => void) | undefined;
  /** Of a fleet that has some, where hosts are simulated (callsOf). */
  readonly calls?: FunctionCalls | undefined;
  /** What the behaviour of VMs names, where hosts are simulated on this thread. */
  readonly files?: TraceHost | undefined;
}

/** The VMs that the fleet names a file of, or draws. @throws InputError with what is wrong in the file */
export async function vmsOf(
  fleet: Fleet,
  files: TraceHost,
  { module, onNote }: Pick<FleetRunOptions, 'module' | 'onNote'> = {},
): Promise<VmTable> {
  const { trace, generated } = fleet.vms;
  if (generated !== undefined) return generate(fleet, generated, files, module);
  if (trace === undefined) return new VmTableBuilder().table();
  const { vms, notes } = await readTrace(fleet, trace, files);
  for (const note of notes) onNote?.(note);
  return vms;
}

/** Calls of the fleet's functions until its end; undefined where none are simulated. @throws InputError with what is wrong in a file */
export async function callsOf(
  fleet: Fleet,
  vms: VmTable,
  files: TraceHost,
  onNote?: (note: string) => void,
): Promise<FunctionCalls | undefined> {
  return fleet.fidelity.kind === 'packing' ? undefined : readFunctions(fleet, Packing.endOf(fleet, vms), files, onNote);
}

/** @throws LawError where VMs or time do not add up */
function packingResult(fleet: Fleet, { counts, samples }: Packed): PackingResult {
  const { arrivals, placed, rejected, departed, lost, moved, failures, drained, ...means } = counts;
  const running = placed - departed - lost;
  if (arrivals !== placed + rejected || running < 0)
    throw new LawError(`fleet: ${arrivals} VMs came, ${placed} were placed, ${rejected} rejected, ${departed} left`);
  for (const [name, share] of Object.entries({ cores: means.meanCoreUtilization, memory: means.meanMemoryUtilization }))
    if (!(share >= 0 && share <= 1 + 1e-9)) throw new LawError(`fleet: ${share} of all ${name} were reserved`);
  const mean = (of: 'strandedCores' | 'strandedMemory'): number | null => {
    if (samples.some((sample) => sample[of] === null)) return null;
    return samples.length === 0 ? 0 : samples.reduce((sum, sample) => sum + sample[of]!, 0) / samples.length;
  };
  const isDisturbed = fleet.failures !== undefined || fleet.drains.length > 0;
  return {
    arrivals,
    placed,
    rejected,
    departed,
    running,
    ...(isDisturbed ? { lost, moved, failures, drained } : {}),
    ...means,
    strandedCores: mean('strandedCores'),
    strandedMemory: mean('strandedMemory'),
  };
}

const MOST_CELLS = 30_000;

/** One cell a host, or of that many. */
function mapOf({ hostCores, hostMemory }: Pick<Packed, 'hostCores' | 'hostMemory'>): FleetResult['map'] {
  const hostsPerCell = Math.max(1, Math.ceil(hostCores.length / MOST_CELLS));
  const cells = (loads: Float64Array): number[] =>
    Array.from({ length: Math.ceil(loads.length / hostsPerCell) }, (_, cell) => {
      const part = loads.subarray(cell * hostsPerCell, (cell + 1) * hostsPerCell);
      return Math.round((100 * part.reduce((sum, load) => sum + load, 0)) / part.length);
    });
  return { hostsPerCell, coresPercent: cells(hostCores), memoryPercent: cells(hostMemory) };
}

const mechanismOf = (mechanism: unknown): string =>
  typeof mechanism === 'string' ? mechanism : (mechanism as { readonly kind: string }).kind;

/** A fleet whose VMs are placed: what is known, and what is left to simulate. */
export interface PreparedFleet {
  /** As it is without any host simulated. */
  readonly base: FleetResult;
  readonly vms: VmTable;
  /** What hosts have in common; absent where none is simulated. */
  readonly context?: ChunkContext;
  readonly plan: Plan;
  readonly slo: Objective | undefined;
  jobOf(host: number): HostJob;
}

const NOTHING: Plan = { strata: [], idleNs: 0, order: [] };

/** Whether the objective of the behaviour is stated, and which. */
function objectiveOf(inside: Inside): Objective | undefined {
  const slo = inside.behaviour?.['slo'] as { readonly quantile: number; readonly latency: string } | undefined;
  return slo === undefined ? undefined : { quantile: slo.quantile, latencyNs: parseDuration(slo.latency) };
}

/**
 * Places the VMs, and says which hosts are to be simulated.
 *
 * @throws LawError where VMs or time do not add up
 */
export async function prepareFleet(
  loaded: LoadedFleet,
  vms: VmTable,
  options: FleetRunOptions = {},
): Promise<PreparedFleet> {
  const begun = performance.now();
  const { fleet, inside } = loaded;
  const module = await compileMemoryCore(options.module);
  const simulates = fleet.fidelity.kind !== 'packing';
  const windows = simulates ? windowsOf(fleet, Packing.endOf(fleet, vms)) : [];
  const stays = new Stays(windows);
  const outages = new Outages();
  const packed = await Packing.run(fleet, vms, {
    ...options,
    module,
    ...(simulates ? { onStay: (...stay) => stays.add(...stay) } : {}),
    ...(options.calls === undefined ? {} : { onOpen: (...change) => outages.add(...change) }),
  });
  const packing = packingResult(fleet, packed);
  const of = fleet.hosts.reduce((sum, { count }) => sum + count, 0);
  const core = simulates ? await PlacementCore.create([], 'first-fit', module) : undefined;
  const draw = (host: number): number => core!.draw(fleet.seed, host, DRAW.sample);
  const calls = callsByHost(fleet, options.calls, outages);
  const { busy, load } = loadOf(fleet, { busy: stays.busy, load: packed.hostCores }, calls, windows);
  const kept = calls === undefined ? {} : { functions: keptFor(fleet, calls, windows) };
  const plan = simulates ? { ...planOf(fleet, busy, load, stays.lengthNs, draw), ...kept } : NOTHING;
  const typeOf = typeOfHost(fleet);
  const wallSeconds = (performance.now() - begun) / 1000;
  const base: FleetResult = {
    manifest: {
      name: NAME,
      version: VERSION,
      scenarioSha256: loaded.sha256,
      coreSha256: hashOf(module) ?? '',
      ...(simulates ? { hostCoreSha256: hashOf(await compileCore()) ?? '' } : {}),
      fingerprint: calls === undefined ? packed.fingerprint : together(packed.fingerprint, calls.fingerprint),
      seed: fleet.seed,
      placement: options.policy === undefined ? fleet.placement : 'policy',
      fidelity: fleet.fidelity.kind,
      mechanism: mechanismOf(inside.mechanism),
      durationNs: packed.endNs,
      ...(simulates
        ? { windows: { count: windows.length, lengthNs: windows.length === 0 ? 0 : stays.lengthNs / windows.length } }
        : {}),
      events: packed.events,
      wallSeconds,
      eventsPerSecond: packed.events / wallSeconds,
    },
    packing,
    hosts: { simulated: fleet.fidelity.kind === 'full' ? of : plan.order.length, of },
    classes: [],
    overTime: [...packed.samples],
    map: mapOf(packed),
    ...(calls === undefined ? {} : { functions: dealtResult(options.calls!, calls) }),
    warnings: [
      ...warningsOf(fleet, vms, packing, packed.endNs),
      ...unaskedWarnings(fleet, options.policy),
      ...(simulates ? insideWarnings(fleet, inside) : []),
      ...functionWarnings(fleet, calls, options.calls, windows),
    ],
  };
  return {
    base,
    vms,
    plan,
    slo: objectiveOf(inside),
    jobOf: (host) => stays.jobOf(host, typeOf(host), calls),
    ...(simulates ? { context: contextOf(loaded) } : {}),
  };
}

/** One fingerprint of several. */
function together(...fingerprints: readonly string[]): string {
  const whole = new Fingerprint();
  for (const one of fingerprints) whole.addText(one);
  return whole.text();
}

const contextOf = ({ fleet, inside }: LoadedFleet): ChunkContext => ({
  kind: 'hosts',
  seed: fleet.seed,
  inside,
  warmupNs: fleet.simulate.warmupNs,
  hosts: fleet.hosts.map(({ cores, memoryBytes }) => ({
    cores,
    memoryBytes,
    ...(fleet.functions === undefined ? {} : { functionBytes: reservedBytes(fleet.functions, memoryBytes) }),
  })),
  ...(fleet.functions === undefined ? {} : { lifecycle: fleet.functions.lifecycle }),
  overcommit: fleet.overcommit.cores,
  ...(fleet.vms.staggered === true ? { staggered: true as const } : {}),
});

/** Hosts that are there because they came first say nothing of the others: neither an objective nor an interval. */
const unjudged = ({ slo, confidence: _, ...rest }: ClassResult): ClassResult =>
  slo === undefined ? rest : { ...rest, slo: { ...slo, attained: null } };

function functionsOf(merger: Merger, isWhole: boolean): FunctionFigures {
  const { confidence, ...figures } = merger.functions();
  return isWhole && confidence !== undefined ? { ...figures, confidence } : figures;
}

/** Which host did what, as the fleet's fingerprint has it. */
export interface HostIdentity extends Pick<HostRow, 'host' | 'epochs' | 'fingerprint'> {
  /** Absent where it could not be simulated. */
  readonly mapped?: MappedHost;
}

/** Rows of all hosts of the plan, in its order, to the whole result. */
export class FleetSum {
  private readonly merger: Merger;
  private readonly fingerprint = new Fingerprint();
  /** Of whoever sums: `wallSeconds` holds their time alone. */
  private begun = performance.now();
  /** Events of rows that were made here. */
  private made = 0;
  private found = 0;
  private readonly map: FunctionMap | undefined;

  /** @param placed whether the VMs were placed here, too */
  constructor(
    private readonly prepared: Pick<PreparedFleet, 'base' | 'plan' | 'slo'>,
    private readonly placed = true,
  ) {
    const { base, plan, slo } = prepared;
    this.merger = new Merger(plan, base.manifest.fidelity === 'sampled', slo);
    this.fingerprint.addText(base.manifest.fingerprint);
    if (plan.functions !== undefined) this.map = new FunctionMap(plan.functions, base.map.hostsPerCell);
  }

  /** The same without any row, for all of them in their order. */
  again(): FleetSum {
    const sum = new FleetSum(this.prepared, this.placed);
    sum.begun = this.begun;
    sum.made = this.made;
    return sum;
  }

  /** @param found it was made before, by another command */
  add(row: HostRow, found = false): void {
    this.merger.add(row);
    if (found) this.found++;
    else this.made += row.events;
    const { functions, error } = row;
    this.note(error === undefined ? { ...row, mapped: mappedOf((count) => functions?.counts[count] ?? 0) } : row);
  }

  state(): MergerState {
    return this.merger.state();
  }

  /** What another command has added up, of these hosts in their order. */
  absorb(state: MergerState, hosts: readonly HostIdentity[]): void {
    this.merger.absorb(
      state,
      hosts.map(({ host }) => host),
    );
    for (const one of hosts) this.note(one);
  }

  private note({ host, epochs, fingerprint, mapped }: HostIdentity): void {
    if (mapped !== undefined) this.map?.add(host, mapped);
    this.fingerprint.add(0, 0, host, epochs);
    this.fingerprint.addText(fingerprint);
  }

  get rows(): number {
    return this.merger.rows;
  }

  get histograms(): Pick<Merger, 'latencies'> {
    return this.merger;
  }

  /** The result of the rows so far. */
  result(): FleetResult {
    const { merger } = this;
    const { base, plan } = this.prepared;
    if (base.manifest.fidelity === 'packing') return base;
    const { placed } = this;
    const { wallSeconds: placing = 0, eventsPerSecond: _, ...manifest } = base.manifest;
    const wallSeconds = placing + (performance.now() - this.begun) / 1000;
    // what only put together what was there says nothing of how long it took
    const isOwn = placed && (this.made > 0 || this.found === 0);
    const events = base.manifest.events + merger.events;
    const isWhole = merger.rows === plan.order.length;
    const failed = merger.errors.length;
    const simulated = (isWhole ? base.hosts.simulated : merger.rows) - failed;
    const warnings = [...base.warnings];
    if (base.manifest.fidelity === 'sampled' && plan.order.length < FEW_HOSTS && plan.order.length < base.hosts.of)
      warnings.push({
        code: 'few-hosts',
        field: 'fidelity.share',
        detail: `${plan.order.length} hosts stand for ${base.hosts.of}: intervals are rough`,
      });
    warnings.push(...failures(merger.errors));
    if (!isWhole)
      warnings.push({
        code: 'incomplete',
        field: 'hosts',
        detail:
          `${plan.order.length - merger.rows} of ${plan.order.length} hosts to simulate are missing, and those that are there are no sample: ` +
          'whether an SLO is attained is open, and figures have no intervals',
      });
    return {
      ...base,
      manifest: {
        ...manifest,
        fingerprint: this.fingerprint.text(),
        events,
        ...(isOwn ? { wallSeconds, eventsPerSecond: (base.manifest.events + this.made) / wallSeconds } : {}),
      },
      hosts: { simulated, of: base.hosts.of, ...(failed === 0 ? {} : { failed }) },
      classes: isWhole ? merger.classes() : merger.classes().map(unjudged),
      ...(base.functions === undefined ? {} : { functions: { ...base.functions, ...functionsOf(merger, isWhole) } }),
      coreSeconds: merger.coreSeconds(),
      map: { ...base.map, ...this.map?.result() },
      warnings,
      ...(isWhole ? {} : { incomplete: true as const }),
    };
  }
}

/**
 * Places the VMs, simulates the hosts that are asked for, and puts the result together. `engine` simulates them, and stays open; otherwise
 * they are simulated one after the other on this thread.
 *
 * @throws LawError where the result does not add up
 */
export async function simulateFleet(
  loaded: LoadedFleet,
  vms: VmTable,
  options: FleetRunOptions & { readonly engine?: (context: ChunkContext) => ChunkEngine | Promise<ChunkEngine> } = {},
): Promise<FleetResult> {
  const prepared = await prepareFleet(loaded, vms, options);
  const sum = new FleetSum(prepared);
  const { context, plan } = prepared;
  if (context !== undefined) {
    const here = (): ChunkEngine =>
      engineHere(context, (scenario, lifecycle) =>
        Simulation.create(scenario, {
          steady: false,
          ...(lifecycle === undefined ? {} : { lifecycle }),
          ...(options.files === undefined ? {} : { files: options.files }),
        }),
      );
    const engine = await (options.engine ?? here)(context);
    for await (const rows of rowsOf(engine, jobsOf(prepared, plan.order), vms)) for (const row of rows) sum.add(row);
  }
  return sum.result();
}

/** Made one after the other, when they are asked for. */
export function* jobsOf({ jobOf }: Pick<PreparedFleet, 'jobOf'>, hosts: readonly number[]): Generator<HostJob> {
  for (const host of hosts) yield jobOf(host);
}
