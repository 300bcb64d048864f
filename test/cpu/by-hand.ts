// Scenarios small enough to follow with a pencil: VMs with the arrivals named one by one, a result in whole nanoseconds.

import { type ScenarioInput, Simulation, type Result, type VmResult } from '../../src/index.js';
import { assertLaws } from '../../src/result/laws.js';

type VmInput = ScenarioInput['vms'][number];

export interface HandVm extends Partial<Omit<VmInput, 'workload'>> {
  readonly name: string;
  /** `[at, service, width?]`, all in nanoseconds but the width. */
  readonly arrivals?: readonly (readonly [number, number, number?])[];
  readonly lock?: { readonly probability: number; readonly hold: string; readonly wait?: 'block' | 'spin' };
}

export interface HandScenario {
  readonly duration: string;
  readonly warmup?: string;
  readonly cores: number;
  /** What there is beside its cores. */
  readonly host?: Partial<ScenarioInput['host']>;
  readonly mechanism: ScenarioInput['mechanism'];
  readonly costs?: ScenarioInput['costs'];
  readonly vms: readonly HandVm[];
}

const stages = [{ tasks: 1, service: { dist: 'constant' as const, value: '1us' } }];

function scenarioOf({ duration, warmup, cores, host, mechanism, costs, vms }: HandScenario): ScenarioInput {
  return {
    version: 1,
    duration,
    ...(warmup === undefined ? {} : { warmup }),
    host: { ...host, cores },
    mechanism,
    ...(costs === undefined ? {} : { costs }),
    vms: vms.map(({ arrivals: _, lock, ...vm }) => ({
      dispatch: 'round-robin' as const,
      stealing: { amount: 'half', victim: 'round-robin' } as const,
      vcpus: { min: 0, max: 1 },
      ...vm,
      workload: {
        arrivals: { process: 'none' as const },
        request: { stages, ...(lock === undefined ? {} : { lock }) },
      },
    })),
  };
}

export async function prepared(scenario: HandScenario): Promise<Simulation> {
  const simulation = await Simulation.create(scenarioOf(scenario));
  for (const { name, arrivals = [] } of scenario.vms) {
    simulation.inject({
      vm: name,
      arrivals: arrivals.map(([atNs, serviceNs, width]) => ({
        atNs,
        serviceNs,
        ...(width === undefined ? {} : { width }),
      })),
    });
  }
  return simulation;
}

/** Runs it to its end; the laws must hold. */
export async function byHand(scenario: HandScenario): Promise<Result> {
  const simulation = await prepared(scenario);
  await simulation.run();
  const result = simulation.metrics();
  simulation.close();
  assertLaws(result);
  return result;
}

export const vmOf = (result: Result, name: string): VmResult => {
  const vm = result.vms.find((one) => one.name === name);
  if (vm === undefined) throw new Error(`no VM ${name}`);
  return vm;
};

/** Seconds of the result as the whole nanoseconds that they are. */
export const ns = (seconds: number): number => Math.round(seconds * 1e9);
