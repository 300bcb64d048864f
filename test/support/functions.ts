// Functions for tests: a host on which nothing but the lifecycle takes time, invocations given one by one.

import type { FunctionSpec, Invocations, LifecycleSpec } from '../../src/lifecycle/spec.js';
import type { LifecycleResult } from '../../src/lifecycle/result.js';
import type { SimulationOptions } from '../../src/options.js';
import { brokenLaws } from '../../src/result/laws.js';
import type { Result } from '../../src/result/result.js';
import { resolveScenario } from '../../src/scenario/resolve.js';
import type { Scenario } from '../../src/scenario/types.js';
import { Simulation } from '../../src/simulation.js';

export const MIB = 2 ** 20;
export const S = 1e9;

/** A function of 128 MiB whose start takes nothing. */
export function fn(given: Partial<FunctionSpec> = {}): FunctionSpec {
  return {
    name: 'f',
    tenant: 't',
    memoryBytes: 128 * MIB,
    memoryPerRequestBytes: 0,
    initNs: 0,
    maxVcpus: 1,
    concurrency: 1,
    minInstances: 0,
    confidential: false,
    ...given,
  };
}

/** Rows [atNs, fn, serviceNs], in any order. */
export function invocations(rows: readonly (readonly [number, number, number])[]): Invocations {
  const sorted = rows.map((row, index) => [...row, index] as const).sort((a, b) => a[0] - b[0] || a[3] - b[3]);
  return {
    atNs: Float64Array.from(sorted, ([at]) => at),
    fn: Uint32Array.from(sorted, ([, of]) => of),
    serviceNs: Float64Array.from(sorted, ([, , service]) => service),
  };
}

/** No budget, kept for 600 s, starts in no time, no gate. */
export function lifecycle(given: Partial<LifecycleSpec> = {}): LifecycleSpec {
  return {
    memoryBytes: null,
    keepAlive: { policy: 'fixed', timeNs: 600 * S, from: 'end' },
    overflow: { kind: 'drop', timeoutNs: 0 },
    order: ['active', 'dormant', 'restore', 'vm', 'full'],
    boot: { slots: 0, ratePerSecondPerCore: 0 },
    evict: 'asNeeded',
    snapshots: 'none',
    tier: { activeNs: 0, dormantNs: 0, restoreNs: 0, vmBootNs: 0 },
    attestNs: 0,
    proactive: false,
    vertical: false,
    functions: [fn()],
    invocations: invocations([]),
    ...given,
  };
}

/** A host of many cores without costs, and no VM of its own. */
export function host(durationNs: number, given: Partial<Scenario> = {}): Scenario {
  const scenario = resolveScenario({
    version: 1,
    seed: 1,
    duration: '1s',
    host: { cores: 512 },
    mechanism: 'ideal',
    costs: 'none',
    vms: [{ name: 'idle', vcpus: { min: 0, max: 1 } }],
  });
  return { ...scenario, durationNs, vms: [], ...given };
}

/** Runs it and holds the result to the laws. */
export async function runFunctions(
  scenario: Scenario,
  spec: LifecycleSpec,
  options: SimulationOptions = {},
): Promise<Result> {
  const simulation = await Simulation.create(scenario, { lifecycle: spec, ...options });
  await simulation.run();
  const result = simulation.metrics();
  simulation.close();
  const broken = brokenLaws(result);
  if (broken.length > 0) throw new Error(broken.join('; '));
  return result;
}

/** The section of a run on a host without costs. */
export async function lifecycleOf(durationNs: number, given: Partial<LifecycleSpec>): Promise<LifecycleResult> {
  return (await runFunctions(host(durationNs), lifecycle(given))).lifecycle!;
}
