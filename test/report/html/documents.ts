// Real results to make reports of: small, and of every kind that a report knows.

import { Simulation, compare, parseScenario, size, sweep } from '../../../src/index.js';
import type { Reportable } from '../../../src/report/html/document.js';
import { seriesResult } from '../../../src/result/series.js';
import type { Result } from '../../../src/result/result.js';
import type { Comparison } from '../../../src/study/compare.js';
import type { SizeResult } from '../../../src/study/size.js';
import type { SweepResult } from '../../../src/study/sweep.js';

export const SCENARIO = `
version: 1
seed: 3
duration: 20ms
host: { cores: 9 }
mechanism: hyperflux
vms:
  - name: api
    vcpus: { min: 2, max: 6 }
    slo: { quantile: 0.99, latency: 200us }
    workload:
      arrivals: { process: onoff, onRate: 4e5, offRate: 2e4, meanOn: 1ms, meanOff: 4ms }
      request: { stages: [ { tasks: 1, service: { dist: exponential, mean: 10us } } ] }
  - name: batch
    class: best-effort
    vcpus: { min: 0, max: 8 }
    workload:
      arrivals: { process: saturate, tasks: 16 }
      request: { stages: [ { tasks: 1, service: { dist: constant, value: 100us } } ] }
`;

export interface Documents {
  readonly result: Result;
  readonly comparison: Comparison;
  readonly size: SizeResult;
  readonly sweep: SweepResult;
  readonly grid: SweepResult;
}

export async function documents(): Promise<Documents> {
  const { scenario } = parseScenario(SCENARIO);
  const simulation = await Simulation.create({ ...scenario, series: { intervalNs: 100_000, samples: 512 } });
  await simulation.run();
  const result = { ...simulation.metrics(), series: seriesResult(simulation.series()!) };
  simulation.close();
  const mechanisms = ['ideal', 'hyperflux', 'static'] as const;
  return {
    result,
    comparison: await compare(scenario, { mechanisms, replications: 3 }),
    size: await size(scenario, { find: 'host.cores=4..12', mechanisms, replications: 2 }),
    sweep: await sweep(scenario, { vary: ['host.cores=5,7,9,11'], mechanisms, replications: 3 }),
    grid: await sweep(scenario, { vary: ['host.cores=5,7,9', 'vms.api.vcpus.min=1,2'], mechanisms: ['hyperflux'] }),
  };
}

export const all = (some: Documents): [string, Reportable][] => Object.entries<Reportable>({ ...some });
