// Replications in which nothing is drawn: they are one run, and the result says so.
import { expect, it } from 'vitest';
import { replicate, resolveScenario } from '../../src/index.js';

const scenario = (process: 'deterministic' | 'poisson') =>
  resolveScenario({
    version: 1,
    duration: '2ms',
    host: { cores: 2 },
    mechanism: 'static',
    vms: [
      {
        name: 'api',
        vcpus: { min: 1, max: 1 },
        workload: {
          arrivals: { process, rate: 5e4 },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '10us' } }] },
        },
      },
    ],
  });

it('another seed that changes nothing is warned of, one that does is not', async () => {
  const codes = async (process: 'deterministic' | 'poisson'): Promise<string[]> =>
    (await replicate(scenario(process), { replications: 3 })).warnings.map(({ code }) => code);
  expect(await codes('deterministic')).toContain('same-runs');
  expect(await codes('poisson')).not.toContain('same-runs');
});
