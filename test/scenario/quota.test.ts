// A VM's quota of core time under cgroup, apart from what it is guaranteed.

import { describe, it, expect } from 'vitest';
import { InputError } from '../../src/input/errors.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { writtenForm, changedScenario } from '../../src/scenario/written.js';
import type { ScenarioInput } from '../../src/scenario/schema.js';

const input = (quota?: unknown, mechanism = 'cgroup'): ScenarioInput =>
  ({
    version: 1,
    duration: '1ms',
    host: { cores: 4 },
    mechanism,
    vms: [
      {
        name: 'api',
        vcpus: { min: 1, max: 4 },
        ...(quota === undefined ? {} : { quota }),
        workload: {
          arrivals: { process: 'poisson', rate: 3e4 },
          request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
        },
      },
    ],
  }) as ScenarioInput;

const parsed = (quota?: unknown, mechanism?: string) => parseScenario(JSON.stringify(input(quota, mechanism)));

describe('a quota', () => {
  it('is a number of cores, also below one, or none', () => {
    for (const quota of [0.2, 1, 2.5, 'none']) expect(parsed(quota).scenario.vms[0]!.quota).toBe(quota);
    expect(parsed().scenario.vms[0]).not.toHaveProperty('quota');
  });

  it.each([0, -1, 'all', 1e6, true])('is refused where it is %s', (quota) => {
    expect(() => parsed(quota)).toThrow(InputError);
    expect(() => parsed(quota)).toThrow(/vms\.0\.quota.*none, or a number of cores above 0, at most 100000/s);
  });

  it('is written back as it was read, and may change in a fork', () => {
    const { scenario } = parsed(0.25);
    expect(writtenForm(scenario)).toMatchObject({ vms: [{ quota: 0.25 }] });
    expect(changedScenario(scenario, ['vms.api.quota=0.5'], 'given').vms[0]!.quota).toBe(0.5);
  });

  it('bounds what a VM can have, which a load above it tells; elsewhere it is told that it does nothing', () => {
    expect(parsed(0.2).warnings).toEqual([expect.stringMatching(/is offered 0\.30 cores of work and can have 0\.2:/)]);
    expect(parsed(0.4).warnings).toEqual([]);
    expect(parsed().warnings).toEqual([]);
    expect(parsed(0.2, 'static').warnings).toEqual([
      'vms.0.quota: static keeps no quotas: no part of the run depends on it',
    ]);
  });
});
