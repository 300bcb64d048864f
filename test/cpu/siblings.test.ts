// Hardware threads: as long as there are whole cores, no mechanism that places cores sets two vCPUs on one. Load for four of
// eight physical cores, so tasks run at full speed, and what they use is what they ask for.

import { describe, expect, it } from 'vitest';
import { Simulation, type ScenarioInput } from '../../src/index.js';

const paired = (kind: 'static' | 'ditto' | 'hotplug' | 'shenango' | 'ideal', max: number): ScenarioInput => ({
  version: 1,
  seed: 3,
  duration: '100ms',
  warmup: '10ms',
  host: { cores: 16, smt: 2, smtFactor: 0.65, sockets: 2 },
  mechanism: kind,
  costs: 'none',
  vms: [
    {
      name: 'api',
      vcpus: { min: 8, max },
      workload: {
        arrivals: { process: 'poisson', rate: 4e5 },
        request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '10us' } }] },
      },
    },
  ],
});

describe('eight vCPUs on sixteen hardware threads', () => {
  it.each(['static', 'ditto', 'hotplug', 'ideal'] as const)('have a core each under %s', async (kind) => {
    const simulation = await Simulation.create(paired(kind, 8));
    await simulation.run();
    const [vm] = simulation.metrics().vms;
    // at 0.65 of the speed four cores' work takes 0.55 s where two share each core
    expect(vm!.cpuSeconds.task).toBeGreaterThan(0.39);
    expect(vm!.cpuSeconds.task).toBeLessThan(0.41);
  });

  it.each(['shenango', 'ideal'] as const)('share one only when all are at work under %s', async (kind) => {
    const simulation = await Simulation.create(paired(kind, 15));
    await simulation.run();
    expect(simulation.metrics().vms[0]!.cpuSeconds.task).toBeLessThan(0.415);
  });
});
