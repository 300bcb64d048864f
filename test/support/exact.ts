// Scenarios small enough to be computed by hand: arrivals at named instants with named services, handed in, and figures in
// whole nanoseconds.

import { type ScenarioInput, Simulation, type Result, type VmResult } from '../../src/index.js';
import { assertLaws } from '../../src/result/laws.js';
import type { VmInput } from './scenarios.js';

/** [arrival, service], ns. */
export type Arrivals = readonly (readonly [number, number])[];

export interface ExactVm extends Partial<Omit<VmInput, 'name' | 'workload'>> {
  readonly name: string;
  readonly arrivals: Arrivals;
  /** All of a task that is no longer than `hold`, 1 ms where nothing is said, is its critical section. */
  readonly lock?: 'block' | 'spin';
  readonly hold?: string;
}

export interface Exact extends Partial<Omit<ScenarioInput, 'vms' | 'version'>> {
  readonly host: ScenarioInput['host'];
  readonly mechanism: ScenarioInput['mechanism'];
  readonly vms: readonly ExactVm[];
}

function scenarioOf({ vms, ...rest }: Exact): ScenarioInput {
  return {
    duration: '200us',
    ...rest,
    version: 1,
    vms: vms.map(({ arrivals: _, lock, hold = '1ms', ...vm }) => ({
      vcpus: { min: 1, max: 1 },
      dispatch: 'round-robin',
      stealing: 'none',
      ...vm,
      workload: {
        arrivals: { process: 'none' },
        request: {
          stages: [{ tasks: 1, service: { dist: 'constant', value: '1us' } }],
          ...(lock === undefined ? {} : { lock: { probability: 1, hold, wait: lock } }),
        },
      },
    })),
  };
}

/** The simulation before its first event; `order` is that in which the VMs' arrivals are handed in. */
export async function prepared(exact: Exact, order: readonly ExactVm[] = exact.vms): Promise<Simulation> {
  const simulation = await Simulation.create(scenarioOf(exact));
  for (const { name, arrivals } of order) {
    simulation.inject({ vm: name, arrivals: arrivals.map(([atNs, serviceNs]) => ({ atNs, serviceNs })) });
  }
  return simulation;
}

export async function resultOf(exact: Exact, order?: readonly ExactVm[]): Promise<Result> {
  const simulation = await prepared(exact, order);
  await simulation.run();
  const result = simulation.metrics();
  simulation.close();
  assertLaws(result);
  return result;
}

export const vmOf = (result: Result, name: string): VmResult => result.vms.find((vm) => vm.name === name)!;

/** Core time as whole nanoseconds. */
export const ns = (seconds: number): number => Math.round(seconds * 1e9);

export const accountsOf = ({ cpuSeconds }: VmResult): Record<string, number> =>
  Object.fromEntries(Object.entries(cpuSeconds).map(([account, seconds]) => [account, ns(seconds)]));
