// Periodic task sets as scenarios of the program: one VM with as many cores of its own, a unit of time of 1 us.

import { resolveScenario, Simulation, type Result, type ScenarioInput } from '../../src/index.js';
import type { Ticked, TaskOfSet } from './ticks.js';

const us = (units: number): string => `${Math.round(units * 1000)}ns`;

export interface SetOptions extends Ticked {
  readonly cost?: number;
  readonly late?: 'abandon' | 'finish';
  readonly kind?: ScenarioInput['mechanism'];
  readonly tick?: number;
}

export function scenarioOf(
  tasks: readonly TaskOfSet[],
  cores: number,
  horizon: number,
  { order, bins = 8, range, cost = 0, late = 'abandon', kind = 'static', tick = 1 }: SetOptions,
): ScenarioInput {
  return {
    version: 1,
    duration: us(horizon),
    host: { cores },
    mechanism: kind,
    costs: 'none',
    vms: [
      {
        name: 'jobs',
        vcpus: { min: cores, max: cores },
        dispatch: 'single-queue',
        order: {
          kind: order,
          bins,
          tick: us(tick),
          ...(range === undefined ? {} : { range: us(range) }),
          decision: { base: us(cost) },
        },
        workload: {
          late,
          arrivals: {
            process: 'periodic',
            tasks: tasks.map(({ service, period, deadline }) => ({
              service: us(service),
              period: us(period),
              ...(deadline === undefined ? {} : { deadline: us(deadline) }),
            })),
          },
        },
      },
    ],
  };
}

export async function run(input: ScenarioInput): Promise<Result> {
  const simulation = await Simulation.create(resolveScenario(input));
  try {
    await simulation.run();
    return simulation.metrics();
  } finally {
    simulation.close();
  }
}

/** Jobs that met their deadline and that missed it, those released at the horizon left out. */
export async function outcome(
  tasks: readonly TaskOfSet[],
  cores: number,
  horizon: number,
  options: SetOptions,
): Promise<{ met: number; missed: number }> {
  const { deadlines } = (await run(scenarioOf(tasks, cores, horizon, options))).vms[0]!;
  return { met: deadlines!.met, missed: deadlines!.missed };
}
