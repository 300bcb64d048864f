// The DPU of the Taiji experiments, as in examples/taiji-cliff.yaml and taiji-quiet.yaml: 32 GiB as in the paper, everything else assumed and the same in
// every run but for what a table sets. 16,384 frames are simulated whatever the page size, every part by one factor (pageSample).

import type { ScenarioInput } from '../../scenario/schema.js';
import type { Example } from '../measured.js';

type Arrivals = NonNullable<ScenarioInput['vms'][number]['workload']>['arrivals'];

const FRAMES = 16_384;
export const PHYSICAL_GIB = 32;
const PHYSICAL_KIB = PHYSICAL_GIB * 2 ** 20;
const FOUR_KIB = 4;

function dpu(duration: string, scan: string, coldShare: number, arrivals: Arrivals): ScenarioInput {
  return {
    version: 1,
    seed: 1,
    duration,
    warmup: '50ms',
    host: {
      cores: 12,
      memory: {
        size: '32GiB',
        pageSample: PHYSICAL_KIB / FOUR_KIB / FRAMES,
        workers: 4,
        cores: 4,
        content: { lz4: 1 },
        scan: { interval: scan },
      },
    },
    mechanism: 'static',
    vms: [
      {
        name: 'services',
        vcpus: { min: 8, max: 8 },
        memory: { size: '48GiB', touches: 1, access: { pattern: 'uniform', cold: 0.6, coldTouches: coldShare } },
        workload: {
          arrivals,
          request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
        },
      },
    ],
  };
}

/** As much work as eight vCPUs can do. */
export const CLIFF: Example<ScenarioInput> = {
  file: 'examples/taiji-cliff.yaml',
  input: dpu('200ms', '20ms', 0.01, { process: 'saturate', tasks: 64 }),
};

const QUIET_TASKS = 4000;
const QUIET_SECONDS = 40;
const QUIET_SCAN_SECONDS = 10;

/** So few faults that hardly one waits for another, and so long that thousands are counted. */
export const QUIET: Example<ScenarioInput> = {
  file: 'examples/taiji-quiet.yaml',
  input: dpu(`${QUIET_SECONDS}s`, `${QUIET_SCAN_SECONDS}s`, 0.05, { process: 'poisson', rate: QUIET_TASKS }),
};

const MEMORY = 'host.memory';

export const cold = (share: number): string => `vms.0.memory.access.cold=${share}`;
export const coldTouches = (share: number): string => `vms.0.memory.access.coldTouches=${share}`;
/** Where everything fits. */
export const NOTHING_OUT = 'vms.0.memory.size=24GiB';
export const ratio = (value: number): string => `${MEMORY}.backends.lz4.ratio=${value}`;
/** With a core kept for each. */
export const workers = (count: number): string[] => [
  `${MEMORY}.workers=${count}`,
  ...(count > 4 ? [`${MEMORY}.cores=${count}`, `host.cores=${8 + count}`] : []),
];
export const content = (shares: string): string => `${MEMORY}.content={ ${shares} }`;
export const watermarks = (high: number, low: number, min: number): string =>
  `${MEMORY}.watermarks={ high: ${high}, low: ${low}, min: ${min} }`;

/** lz4 on Cortex-A72 cores (Raspberry Pi 4), the order of a BlueField-2-class DPU's; compressing is slowed by the same factor. */
export const A72 = [
  `${MEMORY}.backends.lz4.in={ dist: lognormal, mean: 9.42us, cv: 0.2425 }`,
  `${MEMORY}.backends.lz4.out={ dist: constant, value: 85.5us }`,
] as const;

/** The quiet engine with larger pages: one of n times 4 KiB takes n times as long, so tasks come n times as seldom, n times as long. */
export function unit(pageKib: number): string[] {
  const times = pageKib / FOUR_KIB;
  if (times === 1) return [];
  return [
    `host.memory.page=${pageKib}KiB`,
    `host.memory.pageSample=${PHYSICAL_KIB / pageKib / FRAMES}`,
    `host.memory.scan.interval=${QUIET_SCAN_SECONDS * times}s`,
    `vms.0.workload.arrivals.rate=${QUIET_TASKS / times}`,
    `duration=${QUIET_SECONDS * times}s`,
  ];
}
