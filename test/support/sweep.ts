// A sweep of eight rows that takes a second, and what must be equal between two ways of coming to its result.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `duration`: simulated, of each run. */
export const sweepScenario = (duration: string): string => `
version: 1
seed: 3
duration: ${duration}
warmup: 1ms
host: { cores: 6 }
mechanism: hyperflux
vms:
  - name: api
    vcpus: { min: 1, max: 4 }
    slo: { quantile: 0.99, latency: 200us }
    workload:
      arrivals: { process: poisson, rate: 150000 }
      request: { stages: [{ tasks: 1, service: { dist: exponential, mean: 10us } }] }
  - name: batch
    class: best-effort
    vcpus: { min: 0, max: 4 }
    workload: { arrivals: { process: saturate, tasks: 4 }, request: { stages: [{ tasks: 1, service: { dist: constant, value: 50us } }] } }
`;

/** The last value makes no scenario. */
export const SWEEP = ['--vary', 'host.cores=4,5,6,0', '--mechanisms', 'ideal,hyperflux', '--replications', '3'];
export const ROWS = 8;
export const RUNS = 18;

/** All that a sweep leaves in its folder but the command and what the clock on the wall says. */
export const sweepBits = (folder: string): Record<string, string> =>
  Object.fromEntries(
    ['sweep.json', 'sweep.csv', 'runs.parquet', 'latency.hlog'].map((name) => [
      name,
      readFileSync(join(folder, name)).toString('base64'),
    ]),
  );
