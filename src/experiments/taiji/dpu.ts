// The DPU of the Taiji experiments: 32 GiB as in the paper, everything else assumed and the same in every run but for what a
// table varies. Simulated with 16,384 frames whatever the page size, every part by one factor (pageSample).

import type { ScenarioInput } from '../../scenario/schema.js';
import { Simulation } from '../../simulation.js';
import type { ExperimentOptions } from '../vmem/experiment.js';

const GIB = 2 ** 30;
export const PHYSICAL_GIB = 32;
const FRAMES = 16_384;
const KIB = 1024;

type Content = Partial<Record<'zero' | 'lz4' | 'zstd' | 'ssd' | 'remote', number>>;
type Backends = Extract<NonNullable<ScenarioInput['host']['memory']>, object>['backends'];

export interface Dpu {
  /** Virtual over physical memory. */
  readonly expansion?: number;
  readonly cold?: number;
  readonly coldTouches?: number;
  readonly pageKib?: number;
  readonly content?: Content;
  readonly backends?: Backends;
  readonly workers?: number;
  readonly watermarks?: { readonly high: number; readonly low: number; readonly min: number };
  /** Arrivals per second; undefined: as many as eight vCPUs can do. */
  readonly rate?: number;
  readonly touches?: number;
}

/** The part of `memory` in a result that the tables read. */
export interface SwapFigures {
  readonly outShare: number;
  readonly faultShare: number | null;
  readonly swapIns: number;
  readonly withinTenUs: number | null;
  readonly overheadShare: number;
  readonly directReclaims: number;
  readonly swapInNs: {
    readonly mean: number | null;
    readonly p50: number | null;
    readonly p90: number | null;
    readonly p99: number | null;
    readonly p999: number | null;
  };
}

export interface Outcome {
  readonly memory: SwapFigures;
  readonly perSecond: number;
}

export function dpu({
  expansion = 1.5,
  cold = 0.6,
  coldTouches = 0.01,
  pageKib = 4,
  content = { lz4: 1 },
  backends,
  workers = 4,
  watermarks,
  rate,
  touches = 1,
}: Dpu): ScenarioInput {
  const pages = (PHYSICAL_GIB * GIB) / (pageKib * KIB);
  return {
    version: 1,
    seed: 1,
    duration: '200ms',
    warmup: '50ms',
    host: {
      cores: 12,
      memory: {
        size: `${PHYSICAL_GIB}GiB`,
        page: `${pageKib}KiB`,
        pageSample: Math.max(1, Math.round(pages / FRAMES)),
        workers,
        cores: 4,
        content,
        scan: { interval: '20ms' },
        ...(backends === undefined ? {} : { backends }),
        ...(watermarks === undefined ? {} : { watermarks }),
      },
    },
    mechanism: 'static',
    vms: [
      {
        name: 'services',
        vcpus: { min: 8, max: 8 },
        memory: { size: `${PHYSICAL_GIB * expansion}GiB`, touches, access: { pattern: 'uniform', cold, coldTouches } },
        workload: {
          arrivals: rate === undefined ? { process: 'saturate', tasks: 64 } : { process: 'poisson', rate },
          request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
        },
      },
    ],
  };
}

export async function measure(input: ScenarioInput, { module }: ExperimentOptions): Promise<Outcome> {
  const simulation = await Simulation.create(input, module === undefined ? {} : { module });
  try {
    await simulation.run();
    const result = simulation.metrics();
    const completed = result.vms.reduce((sum, vm) => sum + vm.completed, 0);
    return {
      memory: result.memory as unknown as SwapFigures,
      perSecond: (completed / result.manifest.measuredNs) * 1e9,
    };
  } finally {
    simulation.close();
  }
}
