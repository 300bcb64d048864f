// A fleet of 24 hosts that takes seconds, and what must be equal between two ways of coming to its result.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const HOSTS = 24;

/** `length`: of each of its two windows. */
export const smallFleet = (length: string): string => `
version: 1
duration: 2h
hosts: [{ type: std, count: ${HOSTS}, cores: 16, memory: 64GiB }]
placement: worst-fit
fidelity: full
simulate: { length: ${length}, warmup: 1ms, windows: 2 }
failures: { mtbf: 20h, repair: 1h }
vms:
  generated:
    warmup: 1h
    arrivals: { rate: 0.02 }
    lifetime: { dist: exponential, mean: 1h }
    sizes: [{ weight: 2, cores: 2, memory: 4GiB }, { weight: 1, cores: 4, memory: 8GiB, class: best-effort }]
  behaviour:
    slo: { quantile: 0.99, latency: 200us }
    workload:
      arrivals: { process: poisson, rate: 20000 }
      request: { stages: [{ tasks: 1, service: { dist: exponential, mean: 10us } }] }
`;

/** Functions alone, on hosts that fail, in two windows. */
export const fleetOfFunctions = `
version: 1
duration: 200s
hosts: [{ type: std, count: 12, cores: 4, memory: 1GiB }]
fidelity: full
simulate: { length: 40s, warmup: 20s, windows: 2 }
failures: { mtbf: 10m, repair: 20s }
lifecycle: { keepAlive: { policy: fixed, time: 20s }, overflow: queue }
functions:
  count: 40
  rate: 60
  zipf: 0.9
  spread: 2
  memory: { dist: lognormal, mean: 200MiB, cv: 0.5 }
  init: { dist: uniform, min: 50ms, max: 500ms }
  service: { dist: exponential, mean: 20ms }
`;

/** All that a run leaves in its folder but what the clock on the wall says. */
export const bitsOf = (folder: string): unknown => ({
  result: JSON.parse(readFileSync(join(folder, 'fleet.json'), 'utf8'), (key, value: unknown) =>
    /^(wallSeconds|eventsPerSecond)$/.test(key) ? undefined : value,
  ) as unknown,
  hosts: readFileSync(join(folder, 'hosts.parquet')).toString('base64'),
  latencies: readFileSync(join(folder, 'latency.hlog'), 'utf8'),
});
