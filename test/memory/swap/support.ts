// A small host with one VM whose memory is swapped, every latency a constant, so that tests can count by hand.

import type { ScenarioInput, SimulationInput, Result } from '../../../src/index.js';
import { Simulation } from '../../../src/simulation.js';
import { assertLaws } from '../../../src/result/laws.js';
import { type MemoryResult, memoryOf } from '../../../src/swap/result.js';

export type HostMemoryInput = Extract<NonNullable<ScenarioInput['host']['memory']>, object>;
export type GuestMemoryInput = NonNullable<ScenarioInput['vms'][number]['memory']>;

const constant = (value: string) => ({ dist: 'constant', value }) as const;

export const BACKENDS = {
  zero: { in: constant('500ns'), out: constant('400ns') },
  lz4: { in: constant('2us'), out: constant('5us'), ratio: 2.5 },
  zstd: { in: constant('6us'), out: constant('9us'), ratio: 4 },
  ssd: { in: constant('80us'), out: constant('40us') },
  remote: { in: constant('8us'), out: constant('7us') },
  slow: { in: constant('5250ns'), out: constant('5us') },
} satisfies NonNullable<HostMemoryInput['backends']>;

const FAULT = { exit: '700ns', lock: '100ns', map: '300ns', resume: '200ns' } as const;
/** exit + lock, map + resume. */
export const ENTRY_NS = 800;
export const FINISH_NS = 500;

export interface Small {
  memory?: Partial<HostMemoryInput>;
  guest?: Partial<GuestMemoryInput>;
  arrivals?: ScenarioInput['vms'][number]['workload'];
  rest?: Partial<ScenarioInput>;
}

/** 256 frames for 384 pages of one VM with two vCPUs. */
export function small({ memory = {}, guest = {}, arrivals, rest = {} }: Small = {}): ScenarioInput {
  return {
    version: 1,
    seed: 5,
    duration: '20ms',
    host: {
      cores: 2,
      memory: {
        size: '1MiB',
        workers: 2,
        fault: FAULT,
        backends: BACKENDS,
        metadata: '16B',
        scan: { interval: '1ms', perPage: '2ns' },
        ...memory,
      },
    },
    mechanism: 'static',
    costs: 'none',
    vms: [
      {
        name: 'a',
        vcpus: { min: 2, max: 2 },
        memory: { size: '1536KiB', access: { pattern: 'uniform', cold: 0.5, coldTouches: 0.05 }, ...guest },
        workload: arrivals ?? {
          arrivals: { process: 'saturate', tasks: 8 },
          request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '5us' } }] },
        },
      },
    ],
    ...rest,
  };
}

export interface Outcome {
  readonly result: Result;
  readonly memory: MemoryResult;
}

/** Runs to the end and checks every law: the core's own, recounted page by page, and those of the result. */
export async function run(input: SimulationInput, module?: WebAssembly.Module): Promise<Outcome> {
  const simulation = await Simulation.create(input, module === undefined ? {} : { module });
  try {
    await simulation.run();
    const result = simulation.metrics();
    assertLaws(result);
    return { result, memory: memoryOf(result)! };
  } finally {
    simulation.close();
  }
}
