// Where the program draws, the naive simulator draws from a generator of its own, and the two are compared over many replications:
// means by Welch's statistic.

import { figuresOf, figuresOfResult, type Figures } from '../figures.js';
import { Oracle } from '../oracle.js';
import { drawing } from '../scenario.js';
import { generator } from './laws.js';
import { compare, type Compared } from './welch.js';
import { Simulation, compileCore, resolveScenario, type ScenarioInput } from '../../../src/index.js';

interface Request {
  readonly stages: readonly { readonly tasks: number | object; readonly service: object }[];
  readonly lock?: object;
}

const exponential = { dist: 'exponential', mean: '5us' } as const;
const one = (service: object): Request => ({ stages: [{ tasks: 1, service }] });

const REQUESTS: Readonly<Record<string, Request>> = {
  exponential: one(exponential),
  lognormal: one({ dist: 'lognormal', mean: '5us', cv: 1.5 }),
  bimodal: one({ dist: 'bimodal', short: '2us', long: '32us', longShare: 0.1 }),
  uniform: one({ dist: 'uniform', min: '1us', max: '9us' }),
  'fan-out': {
    stages: [{ tasks: { dist: 'uniform', min: 1, max: 4 }, service: { dist: 'exponential', mean: '2us' } }],
  },
  stages: {
    stages: [
      { tasks: 1, service: exponential },
      { tasks: { dist: 'exponential', mean: 2 }, service: { dist: 'exponential', mean: '1us' } },
    ],
  },
  lock: { ...one(exponential), lock: { probability: 0.5, hold: '1us', wait: 'block' } },
};

const MECHANISMS: Readonly<Record<string, ScenarioInput['mechanism']>> = {
  ideal: 'ideal',
  static: 'static',
  hyperflux: 'hyperflux',
  caladan: 'caladan',
  shenango: 'shenango',
  ditto: 'ditto',
  blind: 'blind',
  hotplug: { kind: 'hotplug', interval: '20us', latency: '20us', unplugLatency: '10us', idleBefore: '20us' },
  microvm: { kind: 'microvm', interval: '20us', boot: '50us', restore: '10us', keepAlive: '30us' },
  cgroup: { kind: 'cgroup', period: '50us' },
};

export interface Case {
  readonly name: string;
  readonly input: ScenarioInput;
}

/** Every mechanism with two kinds of request, and hyperflux with all. */
export const CASES: readonly Case[] = Object.keys(MECHANISMS).flatMap((mechanism, i) =>
  Object.keys(REQUESTS)
    .filter((_, k, { length }) => mechanism === 'hyperflux' || k === i % length || k === (i + 4) % length)
    .map((kind) => ({
      name: `${mechanism}, ${kind}`,
      input: {
        version: 1,
        seed: 1,
        duration: '1ms',
        host: { cores: 4 },
        mechanism: MECHANISMS[mechanism]!,
        histogram: { precision: 0.2 },
        fingerprint: false,
        vms: [0, 1].map((vm) => ({
          name: 'ab'[vm]!,
          vcpus: { min: 1, max: 3 },
          dispatch: 'random' as const,
          stealing: { amount: 'half' as const, victim: 'random' as const },
          workload: {
            arrivals: { process: 'poisson' as const, rate: 80_000 + 40_000 * vm },
            request: REQUESTS[kind] as never,
          },
        })),
      },
    })),
);

const FIGURES = ['completed', 'latencyNs', 'queueDelayNs', 'cpu.task', 'cpu.transition', 'steals', 'grants'] as const;

function sampled(figures: Figures): Record<string, number> {
  const entries = ['a', 'b'].flatMap((vm) =>
    FIGURES.map((key): [string, number] => {
      const path = `${vm}.${key}`;
      if (!key.endsWith('Ns')) return [path, figures[path] ?? 0];
      return [path, (figures[`${path}.sum`] ?? 0) / Math.max(1, figures[`${path}.count`] ?? 0)];
    }),
  );
  const taskNs = ['a', 'b'].map((vm): [string, number] => [
    `${vm}.taskNs`,
    figures[`${vm}.cpu.task`]! / Math.max(1, figures[`${vm}.completed`]!),
  ]);
  return Object.fromEntries([...entries, ...taskNs, ['idleNs', figures['idleNs']!]]);
}

let module: Promise<WebAssembly.Module> | undefined;

async function simulated(input: ScenarioInput, seed: number): Promise<Record<string, number>> {
  module ??= compileCore();
  const simulation = await Simulation.create(resolveScenario({ ...input, seed }), { module: await module });
  try {
    await simulation.run();
    return sampled(figuresOfResult(simulation.metrics(), [], null));
  } finally {
    simulation.close();
  }
}

function naive(input: ScenarioInput, seed: number, bias: number): Record<string, number> {
  return drawing(generator(seed), bias, () => {
    // its own streams choose vCPUs and victims: another seed than the program's
    const oracle = new Oracle(resolveScenario({ ...input, seed: 1_000_000 + seed }), []);
    oracle.run();
    return sampled(figuresOf(oracle));
  });
}

/** `bias`: what the naive side's drawn times are multiplied by; 1 but to see that the comparison can fail. */
export async function statistics({ input }: Case, replications: number, bias = 1): Promise<Compared[]> {
  const program: Record<string, number>[] = [];
  const other: Record<string, number>[] = [];
  for (let seed = 1; seed <= replications; seed++) {
    program.push(await simulated(input, seed));
    other.push(naive(input, seed, bias));
  }
  const of = (list: readonly Record<string, number>[]): Record<string, number[]> =>
    Object.fromEntries(Object.keys(list[0]!).map((figure) => [figure, list.map((each) => each[figure]!)]));
  return compare(of(program), of(other));
}
