// The sixteen configurations of the NSDI'22 simulator's reference results, as scenarios under the mechanism `nsdi22`, and
// the figures that are compared: sojourn times, allocated cores, task moves. The reference lies beside the repository.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { VM_TASKS_STOLEN, VM_YIELDS, VM_REVOCATIONS, VM_GRANTS } from '../../assembly/layout.js';
import { type ScenarioInput, Simulation } from '../../src/index.js';
import { assertLaws } from '../../src/result/laws.js';
import { once } from '../support/once.js';

export interface Measured {
  readonly value: number;
  readonly se: number;
}

/** Figures of a configuration; times in nanoseconds. */
export const FIGURES = ['mean', 'p50', 'p90', 'p99', 'p99_9', 'alloc_cores', 'task_moves_per_task'] as const;
export type Figure = (typeof FIGURES)[number];

/** Compared as well where they say something: where time goes, and how often a core is parked. */
export const EXTRA_FIGURES = [
  'offered_cores',
  'steal_ops_per_task',
  'parks_per_ms',
  'allocations_per_ms',
  'share_task',
  'share_ws',
  'share_allocating',
] as const;
export type ExtraFigure = (typeof EXTRA_FIGURES)[number];

export type Figures = Record<Figure | ExtraFigure, number>;

interface ReferenceConfiguration {
  readonly description: string;
  readonly results: Readonly<Record<Figure | ExtraFigure, Measured>> & { readonly tasks_counted: number };
}

interface ReferenceFile {
  readonly configs: Readonly<Record<string, ReferenceConfiguration>>;
  /** 240,000 tasks, the first half dropped: the two configurations that settle most slowly. */
  readonly long_runs_first_half_dropped: Readonly<Record<string, Readonly<Record<Figure, Measured>>>>;
}

export function nsdi22Reference(): ReferenceFile {
  const path = fileURLToPath(new URL('../../../shared/reference/nsdi22-reference.json', import.meta.url));
  if (!existsSync(path)) {
    throw new Error('no file ../shared/reference/nsdi22-reference.json beside the repository: the reference is needed');
  }
  return JSON.parse(readFileSync(path, 'utf8')) as ReferenceFile;
}

export interface Configuration {
  readonly id: string;
  readonly cores: number;
  readonly serviceNs: number;
  readonly load: number;
  readonly stealing: boolean;
  readonly knobs: Readonly<Record<string, string | number | boolean>>;
}

const ws = (load: number): Configuration => ({
  id: `1-ws16-10us-${load}`,
  cores: 16,
  serviceNs: 10_000,
  load,
  stealing: true,
  knobs: { reallocation: 'none' },
});

const moving = (id: string, serviceNs: number, knobs: Configuration['knobs']): Configuration => ({
  id: `${id}-${serviceNs / 1000}us`,
  cores: 32,
  serviceNs,
  load: 0.5,
  stealing: true,
  knobs,
});

const choices = (serviceNs: number): Configuration => ({
  id: `6-choices16-${serviceNs / 1000}us-0.8`,
  cores: 16,
  serviceNs,
  load: 0.8,
  stealing: false,
  knobs: { reallocation: 'none', twoChoices: true },
});

const IDEAL_NOW = { reallocation: 'ideal', everyStep: true, allocation: '0ns' };

export const CONFIGURATIONS: readonly Configuration[] = [
  ...[0.5, 0.8, 0.9].map(ws),
  { ...moving('2-ws32', 1_000, { reallocation: 'none' }), id: '2-ws32-1us-0.5' },
  moving('3-delay', 1_000, { reallocation: 'delay-range' }),
  moving('3-delay', 10_000, { reallocation: 'delay-range' }),
  moving('4-buffer', 1_000, { reallocation: 'buffer-cores' }),
  moving('4-util', 1_000, { reallocation: 'utilization-range' }),
  moving('4-util', 10_000, { reallocation: 'utilization-range' }),
  moving('4-ideal', 1_000, { reallocation: 'ideal' }),
  moving('4-ideal', 10_000, { reallocation: 'ideal' }),
  moving('4-idealnow', 1_000, IDEAL_NOW),
  moving('4-idealnow', 10_000, IDEAL_NOW),
  choices(10_000),
  choices(1_000),
  moving('7-default', 1_000, { reallocation: 'head-age' }),
];

export interface RunLength {
  readonly warmupTasks: number;
  readonly countedTasks: number;
}

/** As in the reference, counted over the same arrivals of a run that starts with empty queues and all cores allocated. */
const SHORT: RunLength = { warmupTasks: 6_000, countedTasks: 53_400 };
export const LONG: RunLength = { warmupTasks: 120_000, countedTasks: 117_600 };

function scenarioOf(configuration: Configuration, seed: number, length: RunLength): ScenarioInput {
  const { cores, serviceNs, load, stealing, knobs } = configuration;
  const gapNs = serviceNs / (load * cores);
  return {
    version: 1,
    seed,
    warmup: `${Math.ceil(length.warmupTasks * gapNs)}ns`,
    duration: `${Math.ceil(length.countedTasks * gapNs)}ns`,
    host: { cores },
    mechanism: { kind: 'nsdi22', roundDown: true, ...knobs },
    costs: { stealCheck: '120ns', steal: '120ns', localCheck: '1us', minSearch: '3720ns', taskSwitch: '0ns' },
    histogram: { precision: 0.0005 },
    fingerprint: false,
    vms: [
      {
        name: 'app',
        vcpus: { min: cores, max: cores },
        ...(stealing ? {} : { stealing: 'none' as const }),
        workload: {
          arrivals: { process: 'poisson', rate: 1e9 / gapNs },
          request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: `${serviceNs}ns` } }] },
        },
      },
    ],
  };
}

async function figuresOf(configuration: Configuration, seed: number, length: RunLength): Promise<Figures> {
  const simulation = await Simulation.create(scenarioOf(configuration, seed, length));
  await simulation.run();
  const result = simulation.metrics();
  assertLaws(result);
  const counters = simulation['core'].vmCounters(0);
  simulation.close();
  const vm = result.vms[0]!;
  const { latencyNs } = vm;
  if (latencyNs.mean === null) throw new Error(`${configuration.id}: no task was completed`);
  const seconds = result.manifest.measuredNs / 1e9;
  const share = (part: number): number => part / (seconds * configuration.cores);
  const counter = (which: number): number => counters[which]!;
  return {
    mean: latencyNs.mean,
    p50: latencyNs.p50!,
    p90: latencyNs.p90!,
    p99: latencyNs.p99!,
    p99_9: latencyNs.p999!,
    alloc_cores: configuration.cores - result.host.idleCoreSeconds / seconds,
    task_moves_per_task: counter(VM_TASKS_STOLEN) / vm.completed,
    offered_cores: vm.offeredLoad!,
    steal_ops_per_task: vm.stealAttempts / vm.completed,
    parks_per_ms: (counter(VM_YIELDS) + counter(VM_REVOCATIONS)) / (seconds * 1000),
    allocations_per_ms: counter(VM_GRANTS) / (seconds * 1000),
    share_task: share(vm.cpuSeconds.task),
    share_ws: share(vm.cpuSeconds.steal),
    share_allocating: share(vm.cpuSeconds.transition),
  };
}

/** How far apart two figures are, in combined standard errors; 0 where both are exact and equal. */
export function apart(got: Measured, expected: Measured): number {
  const difference = got.value - expected.value;
  return difference === 0 ? 0 : difference / Math.hypot(got.se, expected.se);
}

/** Mean and standard error of every figure over seeds 1 … `runs`. */
export async function measure(
  configuration: Configuration,
  runs: number,
  length: RunLength = SHORT,
): Promise<Record<keyof Figures, Measured>> {
  const samples: Figures[] = [];
  for (let seed = 1; seed <= runs; seed++)
    samples.push(await once(['nsdi22', configuration, seed, length], () => figuresOf(configuration, seed, length)));
  const names = [...FIGURES, ...EXTRA_FIGURES];
  const of = (name: keyof Figures): Measured => {
    const values = samples.map((sample) => sample[name]);
    const value = values.reduce((sum, x) => sum + x, 0) / runs;
    const variance = values.reduce((sum, x) => sum + (x - value) ** 2, 0) / (runs - 1);
    return { value, se: Math.sqrt(variance / runs) };
  };
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<keyof Figures, Measured>;
}
