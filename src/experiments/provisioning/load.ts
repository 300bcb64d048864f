// Functions and their invocations, generated or from a trace; and one run of them on a host on which nothing but the lifecycle takes time.

import { type LifecycleResult, servedInAll } from '../../lifecycle/result.js';
import type { LifecycleSpec } from '../../lifecycle/spec.js';
import { brokenLaws } from '../../result/laws.js';
import { resolveScenario } from '../../scenario/resolve.js';
import type { Scenario } from '../../scenario/types.js';
import { Simulation } from '../../simulation.js';
import type { ExperimentOptions } from '../experiment.js';
import { refuse, type Settings } from '../parameters.js';
import { type FunctionsInput, isTraced, readCalls, traceInput } from '../traced.js';
import { keepFor } from './policies.js';

const MS = 1e6;

/** The host; VMs of its own are taken out again, as no scenario may be without any. */
function hostOf(cores: number, durationNs: number, warmupNs: number) {
  const scenario = resolveScenario({
    version: 1,
    seed: 1,
    duration: '1s',
    host: { cores },
    mechanism: 'ideal',
    costs: 'none',
    vms: [{ name: 'idle', vcpus: { min: 0, max: 1 } }],
  });
  return { ...scenario, durationNs, warmupNs, vms: [] };
}

/** @throws Error where the run breaks a law of its own */
export async function runOn(
  scenario: Scenario,
  lifecycle: LifecycleSpec,
  module: WebAssembly.Module | undefined,
): Promise<LifecycleResult> {
  const simulation = await Simulation.create(scenario, { lifecycle, ...(module === undefined ? {} : { module }) });
  try {
    await simulation.run();
    const result = simulation.metrics();
    const broken = brokenLaws(result);
    if (broken.length > 0) throw new Error(broken.join('; '));
    return result.lifecycle!;
  } finally {
    simulation.close();
  }
}

export const runFunctions = (
  cores: number,
  durationNs: number,
  lifecycle: LifecycleSpec,
  module: WebAssembly.Module | undefined,
  warmupNs = 0,
): Promise<LifecycleResult> => runOn(hostOf(cores, durationNs, warmupNs), lifecycle, module);

/**
 * Calls that were started or dropped: what shares are of.
 *
 * @throws InputError where there are none
 */
export function answered(settings: Settings, result: LifecycleResult): number {
  const calls = servedInAll(result) + result.dropped;
  if (calls === 0)
    refuse([
      {
        path: 'duration',
        given: settings.number('duration'),
        expected: 'long enough for a call, and for the start of a VM',
      },
    ]);
  return calls;
}

/** Times of the tiers, from the parameters. */
export const tierOf = (settings: Settings): LifecycleSpec['tier'] => ({
  activeNs: Math.round(settings.number('tier.active') * 1000),
  dormantNs: Math.round(settings.number('tier.dormant') * 1000),
  restoreNs: Math.round(settings.number('tier.restore') * MS),
  vmBootNs: Math.round(settings.number('tier.vmBoot') * MS),
});

/** What the parts of the experiment change from. */
export const base = (settings: Settings): Omit<LifecycleSpec, 'functions' | 'invocations'> => ({
  memoryBytes: null,
  keepAlive: keepFor(settings.number('keepAlive')),
  overflow: { kind: 'drop', timeoutNs: 0 },
  order: settings.list('tiers') as LifecycleSpec['order'],
  boot: { slots: settings.number('bootSlots'), ratePerSecondPerCore: settings.number('bootRate') },
  evict: 'asNeeded',
  snapshots: 'none',
  tier: tierOf(settings),
  attestNs: Math.round(settings.number('attest') * MS),
  proactive: false,
  vertical: false,
});

export interface Load extends Pick<LifecycleSpec, 'functions' | 'invocations'> {
  /** Which it is, in words. */
  readonly name: string;
  readonly durationNs: number;
}

/** As a scenario takes a time: whole nanoseconds, whatever fraction of a unit was set. */
const nanoseconds = (value: number): string => `${Math.round(value)}ns`;

function functionsInput(settings: Settings): FunctionsInput {
  const shared = {
    confidential: settings.number('confidential'),
    memoryPerRequest: settings.number('memoryPerRequest'),
  };
  if (!isTraced(settings))
    return {
      ...shared,
      count: settings.number('functions'),
      rate: settings.number('rate'),
      zipf: settings.number('zipf'),
      memory: { dist: 'lognormal', mean: `${Math.max(1, Math.round(settings.number('memory') * 2 ** 20))}B`, cv: 0.5 },
      service: { dist: 'exponential', mean: nanoseconds(settings.number('service') * MS) },
    };
  return { ...shared, trace: traceInput(settings) };
}

/** @throws InputError for a file that is missing or wrong, or that nobody can open */
export async function loadOf(settings: Settings, options: ExperimentOptions): Promise<Load> {
  const traced = isTraced(settings);
  const spec = await readCalls(settings, options, functionsInput(settings), {
    runtimeInit: nanoseconds(settings.number('runtimeInit') * MS),
  });
  const light = traced ? 0 : settings.number('light');
  const functions = spec.functions.map((one, index) => ({
    ...one,
    minInstances: settings.number('pool'),
    ...(index % 100 < light * 100 ? { initNs: 0 } : {}),
  }));
  const count = spec.invocations.atNs.length;
  return {
    functions,
    invocations: spec.invocations,
    durationNs: spec.durationNs,
    name: traced
      ? `${settings.text('trace')}, ${functions.length} functions, ${count} calls`
      : `generated: ${functions.length} functions, ${count} Poisson calls, Zipf ${settings.number('zipf')}; no trace`,
  };
}
