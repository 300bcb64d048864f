// A fleet from its checked form to its result: VMs are read or drawn, and placed; then hosts are simulated, where that is asked for.

import { compileMemoryCore, hashOf } from '../core/load.js';
import { LawError } from '../result/laws.js';
import type { TraceHost } from '../workload/text-source.js';
import { NAME, VERSION } from '../version.js';
import { readTrace } from './formats/index.js';
import { generate } from './generate.js';
import { type Packed, type PackOptions, Packing } from './pack.js';
import type { LoadedFleet } from './parse.js';
import type { FleetResult, PackingResult } from './result.js';
import type { Fleet } from './schema.js';
import type { VmTable } from './vms.js';

export interface FleetRunOptions extends Pick<PackOptions, 'policy' | 'onProgress'> {
  /** Of fluxhost-memory.wasm, which places. */
  readonly module?: WebAssembly.Module | undefined;
  readonly onNote?: ((note: string) => void) | undefined;
}

/** The VMs that the fleet names a file of, or draws. @throws InputError with what is wrong in the file */
export async function vmsOf(
  fleet: Fleet,
  files: TraceHost,
  { module, onNote }: Pick<FleetRunOptions, 'module' | 'onNote'> = {},
): Promise<VmTable> {
  const { trace, generated } = fleet.vms;
  if (trace === undefined) return generate(fleet, generated!, module);
  const { vms, notes } = await readTrace(fleet, trace, files);
  for (const note of notes) onNote?.(note);
  return vms;
}

/** @throws LawError where VMs or time do not add up */
export function packingResult(fleet: Fleet, { counts, samples }: Packed): PackingResult {
  const { arrivals, placed, rejected, departed, lost, moved, failures, drained, ...means } = counts;
  const running = placed - departed - lost;
  if (arrivals !== placed + rejected || running < 0)
    throw new LawError(`fleet: ${arrivals} VMs came, ${placed} were placed, ${rejected} rejected, ${departed} left`);
  for (const [name, share] of Object.entries({ cores: means.meanCoreUtilization, memory: means.meanMemoryUtilization }))
    if (!(share >= 0 && share <= 1 + 1e-9)) throw new LawError(`fleet: ${share} of all ${name} were reserved`);
  const mean = (of: 'strandedCores' | 'strandedMemory'): number =>
    samples.length === 0 ? 0 : samples.reduce((sum, sample) => sum + sample[of], 0) / samples.length;
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
export function mapOf({ hostCores, hostMemory }: Pick<Packed, 'hostCores' | 'hostMemory'>): FleetResult['map'] {
  const hostsPerCell = Math.max(1, Math.ceil(hostCores.length / MOST_CELLS));
  const cells = (loads: Float64Array): number[] =>
    Array.from({ length: Math.ceil(loads.length / hostsPerCell) }, (_, cell) => {
      const part = loads.subarray(cell * hostsPerCell, (cell + 1) * hostsPerCell);
      return Math.round((100 * part.reduce((sum, load) => sum + load, 0)) / part.length);
    });
  return { hostsPerCell, coresPercent: cells(hostCores), memoryPercent: cells(hostMemory) };
}

export function warningsOf(fleet: Fleet, packing: PackingResult, endNs: number): FleetResult['warnings'] {
  const warnings: FleetResult['warnings'] = [];
  if (packing.arrivals === 0)
    warnings.push({ code: 'no-arrivals', field: 'duration', detail: 'no VM came before the end' });
  if (packing.rejected > 0 && packing.peakHosts < fleet.hosts.reduce((sum, { count }) => sum + count, 0))
    warnings.push({
      code: 'never-fits',
      field: 'hosts',
      detail: `${packing.rejected} VMs were rejected while hosts stood empty: they fit on no host, or on none that was open`,
    });
  if (endNs === 0) warnings.push({ code: 'no-time', field: 'duration', detail: 'the fleet ends at 0: means are 0' });
  return warnings;
}

const mechanismOf = (mechanism: unknown): string =>
  typeof mechanism === 'string' ? mechanism : (mechanism as { readonly kind: string }).kind;

/**
 * Places the VMs, and puts the result together.
 *
 * @throws LawError where the result does not add up
 */
export async function simulateFleet(
  loaded: LoadedFleet,
  vms: VmTable,
  options: FleetRunOptions = {},
): Promise<FleetResult> {
  const begun = performance.now();
  const { fleet } = loaded;
  const module = await compileMemoryCore(options.module);
  const packed = await Packing.run(fleet, vms, { ...options, module });
  const packing = packingResult(fleet, packed);
  const of = fleet.hosts.reduce((sum, { count }) => sum + count, 0);
  const wallSeconds = (performance.now() - begun) / 1000;
  return {
    manifest: {
      name: NAME,
      version: VERSION,
      scenarioSha256: loaded.sha256,
      coreSha256: hashOf(module) ?? '',
      fingerprint: packed.fingerprint,
      seed: fleet.seed,
      placement: options.policy === undefined ? fleet.placement : 'policy',
      fidelity: fleet.fidelity.kind,
      mechanism: mechanismOf(loaded.inside.mechanism),
      durationNs: packed.endNs,
      events: packed.events,
      wallSeconds,
      eventsPerSecond: packed.events / wallSeconds,
    },
    packing,
    hosts: { simulated: 0, of },
    classes: [],
    overTime: [...packed.samples],
    map: mapOf(packed),
    warnings: warningsOf(fleet, packing, packed.endNs),
  };
}
