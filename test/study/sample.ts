// A small host that studies are asked about: bursts of requests beside a best-effort job, some milliseconds long.
import { resolveScenario, type Scenario } from '../../src/index.js';

interface Changes {
  readonly guaranteed?: number;
  readonly most?: number;
  readonly target?: string;
}

export function sample({ guaranteed = 1, most = 10, target = '200us' }: Changes = {}): Scenario {
  return resolveScenario({
    version: 1,
    seed: 3,
    duration: '20ms',
    warmup: '1ms',
    host: { cores: 12 },
    mechanism: 'hyperflux',
    vms: [
      {
        name: 'api',
        vcpus: { min: guaranteed, max: most },
        slo: { quantile: 0.99, latency: target },
        workload: {
          arrivals: { process: 'poisson', rate: 4e5 },
          request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
        },
      },
      {
        name: 'batch',
        class: 'best-effort',
        vcpus: { min: 0, max: 8 },
        workload: {
          arrivals: { process: 'saturate', tasks: 8 },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '50us' } }] },
        },
      },
    ],
  });
}
