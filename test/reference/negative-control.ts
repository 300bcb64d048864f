// The negative control of NSDI'22: for tasks of about 1 us, moving cores does not beat cores that stay, at equal efficiency. One VM
// at load 0.5 of 32 cores, task sizes from 1 us to 1 ms; each mechanism that moves cores is held against `static` with as many cores
// as the VM held in the mean (between two whole numbers: interpolated). The polling core of a mechanism is not counted against it.

import { type ScenarioInput, Simulation } from '../../src/index.js';
import { assertLaws } from '../../src/result/laws.js';
import { once } from '../support/once.js';

const CORES = 32;
const LOAD = 0.5;
export const SIZES_US = [1, 3, 10, 30, 100, 300, 1000] as const;
export const MOVERS = ['hyperflux', 'caladan', 'nsdi22'] as const;
export type Mover = (typeof MOVERS)[number];

export interface Outcome {
  readonly heldCores: number;
  readonly meanUs: number;
  readonly p99Us: number;
}

function scenario(
  mechanism: ScenarioInput['mechanism'],
  cores: number,
  vcpus: number,
  sizeUs: number,
  seed: number,
  tasks: number,
): ScenarioInput {
  const perTaskUs = sizeUs / (LOAD * CORES);
  const fixed = mechanism === 'static' || (typeof mechanism === 'object' && mechanism.kind === 'nsdi22');
  return {
    version: 1,
    seed,
    warmup: `${Math.ceil(perTaskUs * tasks * 200)}ns`,
    duration: `${Math.ceil(perTaskUs * tasks * 1000)}ns`,
    host: { cores },
    mechanism,
    fingerprint: false,
    vms: [
      {
        name: 'app',
        vcpus: { min: fixed ? vcpus : 1, max: vcpus },
        workload: {
          arrivals: { process: 'poisson', rate: 1e6 / perTaskUs },
          request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: `${sizeUs}us` } }] },
        },
      },
    ],
  };
}

async function run(input: ScenarioInput): Promise<Outcome> {
  const simulation = await Simulation.create(input);
  await simulation.run();
  const result = simulation.metrics();
  simulation.close();
  assertLaws(result);
  const vm = result.vms[0]!;
  const { task, steal, idlePoll, transition } = vm.cpuSeconds;
  return {
    heldCores: (task + steal + idlePoll + transition) / (result.manifest.measuredNs / 1e9),
    meanUs: vm.latencyNs.mean! / 1000,
    p99Us: vm.latencyNs.p99! / 1000,
  };
}

const MECHANISMS: Readonly<Record<Mover, ScenarioInput['mechanism']>> = {
  hyperflux: 'hyperflux',
  caladan: 'caladan',
  nsdi22: { kind: 'nsdi22', reallocation: 'utilization-range' },
};

export interface Comparison {
  readonly sizeUs: number;
  readonly mover: Mover;
  /** One pair for each seed. */
  readonly pairs: readonly { readonly moving: Outcome; readonly fixed: Outcome }[];
}

const RUNS = 6;

/** Both sides of one size, for seeds 1 to 6. */
export const compareAt = (mover: Mover, sizeUs: number): Promise<Comparison> =>
  once(['negative control', mover, sizeUs], () => compared(mover, sizeUs, sizeUs <= 10 ? 150_000 : 40_000));

async function compared(mover: Mover, sizeUs: number, tasks: number): Promise<Comparison> {
  const pairs: { moving: Outcome; fixed: Outcome }[] = [];
  for (let seed = 1; seed <= RUNS; seed++) {
    const polling = mover === 'nsdi22' ? 0 : 1;
    const moving = await run(scenario(MECHANISMS[mover], CORES + polling, CORES, sizeUs, seed, tasks));
    const whole = Math.min(Math.floor(moving.heldCores), CORES - 1);
    const low = await run(scenario('static', whole, whole, sizeUs, seed, tasks));
    const high = await run(scenario('static', whole + 1, whole + 1, sizeUs, seed, tasks));
    const part = moving.heldCores - whole;
    const between = (a: number, b: number): number => a + (b - a) * part;
    pairs.push({
      moving,
      fixed: {
        heldCores: moving.heldCores,
        meanUs: between(low.meanUs, high.meanUs),
        p99Us: between(low.p99Us, high.p99Us),
      },
    });
  }
  return { sizeUs, mover, pairs };
}

/** Mean and standard error of a figure over the seeds. */
export function over(values: readonly number[]): { value: number; se: number } {
  const value = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - value) ** 2, 0) / (values.length - 1);
  return { value, se: Math.sqrt(variance / values.length) };
}

/** moving / fixed − 1 of the 99th percentile, with its standard error: above zero, moving loses. */
export function loss({ pairs }: Comparison, figure: 'meanUs' | 'p99Us'): { value: number; se: number } {
  return over(pairs.map(({ moving, fixed }) => moving[figure] / fixed[figure] - 1));
}
