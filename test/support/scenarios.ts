// Scenarios and runs as the tests of the CPU simulation need them: one station of k cores at a load, and whole sets of
// replications. Every run is checked against the laws that hold for all runs before anything else is looked at.

import { HISTOGRAM_QUEUE_DELAY } from '../../assembly/layout.js';
import { type ScenarioInput, type Result, type VmResult, Simulation } from '../../src/index.js';
import type { Samples } from '../../src/metrics/histogram.js';
import { assertLaws } from '../../src/result/laws.js';
import { once } from './once.js';

export type VmInput = ScenarioInput['vms'][number];
type Workload = NonNullable<VmInput['workload']>;
type Request = NonNullable<Workload['request']>;
export type ServiceInput = Request['stages'][number]['service'];
export type ArrivalsInput = Workload['arrivals'];

export const MEAN_US = 10;
export const EXPONENTIAL: ServiceInput = { dist: 'exponential', mean: '10us' };
export const CONSTANT: ServiceInput = { dist: 'constant', value: '10us' };

export interface Station {
  readonly cores: number;
  readonly load: number;
  readonly service?: ServiceInput;
  readonly mechanism?: ScenarioInput['mechanism'];
  readonly costs?: ScenarioInput['costs'];
  readonly duration: string;
  readonly warmup?: string;
  readonly vm?: Partial<VmInput>;
}

/** A VM named `api` on `cores` cores, Poisson arrivals at `load`, mean service 10 us unless `service` says otherwise. */
export function station({
  cores,
  load,
  service = EXPONENTIAL,
  mechanism = 'ideal',
  costs = 'none',
  duration,
  warmup = '0ns',
  vm = {},
}: Station): ScenarioInput {
  return {
    version: 1,
    duration,
    warmup,
    host: { cores },
    mechanism,
    costs,
    vms: [
      {
        name: 'api',
        vcpus: { min: cores, max: cores },
        workload: {
          arrivals: { process: 'poisson', rate: (load * cores * 1e6) / MEAN_US },
          request: { stages: [{ tasks: 1, service }] },
        },
        ...vm,
      },
    ],
  };
}

/** A best-effort VM with always `tasks` tasks of 30 us. */
export const saturating = (
  name: string,
  tasks: number,
  vcpus: VmInput['vcpus'],
  more: Partial<VmInput> = {},
): VmInput => ({
  name,
  class: 'best-effort',
  vcpus,
  workload: {
    arrivals: { process: 'saturate', tasks },
    request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '30us' } }] },
  },
  ...more,
});

export interface Run {
  readonly result: Result;
  readonly vm: VmResult;
  /** Share of the tasks that started later than they arrived, by at least 1 ns. */
  readonly waited: number;
}

export async function runOnce(input: ScenarioInput, module?: WebAssembly.Module): Promise<Run> {
  const simulation = await Simulation.create(input, module === undefined ? {} : { module });
  await simulation.run();
  const run = readRun(simulation);
  simulation.close();
  return run;
}

function readRun(simulation: Simulation): Run {
  const result = simulation.metrics();
  assertLaws(result);
  const delays = simulation['core'].vmHistogram(0, HISTOGRAM_QUEUE_DELAY);
  return { result, vm: result.vms[0]!, waited: 1 - atOnce(delays) / delays.count };
}

/** How many samples lie in the first bucket, which counts 0 alone. */
function atOnce(delays: Samples): number {
  let low = 0;
  let high = delays.count;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (delays.bucketOfRank(middle) === 0) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Independent replications: seeds 1 … count. */
export async function replicate(input: ScenarioInput, count: number): Promise<Run[]> {
  const runs: Run[] = [];
  for (let seed = 1; seed <= count; seed++) runs.push(await runOnce({ ...input, seed }));
  return runs;
}

/** The same, for those that a table has as well: `once` tells whose. */
export const replicateOnce = async (input: ScenarioInput, count: number): Promise<Run[]> => {
  const runs: Run[] = [];
  for (let seed = 1; seed <= count; seed++) {
    const seeded = { ...input, seed };
    runs.push(await once(['run', seeded], () => runOnce(seeded)));
  }
  return runs;
};

/** One figure of every run, in microseconds. */
export function us(runs: readonly Run[], pick: (run: Run) => number | null): number[] {
  return runs.map((run) => {
    const value = pick(run);
    if (value === null) throw new Error('a run completed nothing');
    return value / 1000;
  });
}

export const meanLatency = (run: Run): number | null => run.vm.latencyNs.mean;
export const meanDelay = (run: Run): number | null => run.vm.queueDelayNs.mean;

/** Share of the requests that were turned away. */
export const lost = ({ vm }: Run): number => vm.dropped / (vm.dropped + vm.completed);

/** A warm-up of 20 relaxation times of M/M/1 at that load, which bounds those of more cores; and a run of that many arrivals. */
export function steady(cores: number, load: number, arrivals: number): { warmup: string; duration: string } {
  const relaxationUs = MEAN_US / (1 - Math.sqrt(load)) ** 2;
  const rate = (load * cores) / MEAN_US;
  return { warmup: `${Math.ceil(20 * relaxationUs)}us`, duration: `${Math.ceil(arrivals / rate)}us` };
}
