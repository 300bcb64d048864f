// The Simulation API: its documented example runs and prints what it says, a use that cannot work is refused in one clear
// line, and single core moves take what the costs say, step by step.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, it, expect } from 'vitest';
import { Simulation, InputError, type ScenarioInput, type Result } from '../../src/index.js';
import { ClosedError } from '../../src/core/errors.js';
import { station } from '../support/scenarios.js';

const SOURCE = readFileSync(fileURLToPath(new URL('../../src/simulation.ts', import.meta.url)), 'utf8');

describe('the documented example', () => {
  it('runs as it stands and prints the numbers beside it', async () => {
    const comment = /\/\*\*\n \* One simulated host\.\n([\s\S]*?) \*\//.exec(SOURCE)?.[1];
    const code = comment!
      .split('\n')
      .filter((line) => line.startsWith(' *     '))
      .map((line) => line.slice(7));
    const printed = code
      .map((line) => /console\.log\(.*\); \/\/ (.*)$/.exec(line)?.[1])
      .find((text) => text !== undefined);
    expect(printed).toMatch(/^\d/);
    const lines: string[] = [];
    const log = { log: (...values: unknown[]) => lines.push(values.join(' ')) };
    const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new (
      ...text: string[]
    ) => (...values: unknown[]) => Promise<void>;
    await new AsyncFunction('Simulation', 'console', code.join('\n'))(Simulation, log);
    expect(lines).toEqual([printed]);
  });
});

async function withStation(use: (simulation: Simulation) => unknown): Promise<void> {
  const simulation = await Simulation.create(station({ cores: 2, load: 0.5, duration: '1ms' }));
  await use(simulation);
  simulation.close();
}

const problemOf = (call: () => void): string => {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  throw new Error('it was accepted');
};

describe('what is refused', () => {
  it('work for a VM that is not there, with the names there are', () =>
    withStation((simulation) => {
      expect(problemOf(() => simulation.inject({ vm: 'apl', arrivals: [] }))).toMatch(/apl.*api/s);
    }));

  it('times, services and widths that are none, all at once', () =>
    withStation((simulation) => {
      const message = problemOf(() =>
        simulation.inject({ vm: 'api', arrivals: [{ atNs: -1 }, { serviceNs: NaN }, { width: 1.5 }, { atNs: 5 }] }),
      );
      for (const field of ['arrivals.0.atNs', 'arrivals.1.serviceNs', 'arrivals.2.width'])
        expect(message).toContain(field);
      expect(message).not.toContain('arrivals.3');
    }));

  it('a time that is past', () =>
    withStation(async (simulation) => {
      await simulation.runFor(1_000);
      await expect(simulation.runUntil(999)).rejects.toThrow(RangeError);
    }));

  it('anything after close', async () => {
    const simulation = await Simulation.create(station({ cores: 2, load: 0.5, duration: '1ms' }));
    simulation.close();
    await expect(simulation.run()).rejects.toThrow(ClosedError);
    expect(() => simulation.metrics()).toThrow(ClosedError);
    expect(() => simulation.inject({ vm: 'api', arrivals: [] })).toThrow(ClosedError);
  });
});

/** Three injected requests, one step at a time: nothing else happens on the host. */
const bare = (
  vms: ScenarioInput['vms'],
  cores: number,
  mechanism: ScenarioInput['mechanism'] = 'hyperflux',
): ScenarioInput => ({
  version: 1,
  duration: '1ms',
  host: { cores },
  mechanism,
  costs: { issue: '0ns', pollPerVm: '0ns' },
  vms,
});
const silent = {
  arrivals: { process: 'none' as const },
  request: { stages: [{ tasks: 1, service: { dist: 'constant' as const, value: '50us' } }] },
};

async function after(input: ScenarioInput, inject: (simulation: Simulation) => void): Promise<Result> {
  const simulation = await Simulation.create(input);
  inject(simulation);
  await simulation.run();
  const result = simulation.metrics();
  simulation.close();
  return result;
}

describe('a core move', () => {
  it('takes 5 us from the idle pool: wake 3, dispatch 2', async () => {
    const result = await after(bare([{ name: 'a', vcpus: { min: 0, max: 1 }, workload: silent }], 2), (s) =>
      s.inject({ vm: 'a', arrivals: [{ atNs: 100_000 }] }),
    );
    const { count, grantNs, steps } = result.reallocation;
    expect([count, grantNs.min, grantNs.max]).toEqual([1, 5_000, 5_000]);
    expect([steps['wakeNs'].max, steps['dispatchNs'].max, steps['notifyNs'].count]).toEqual([3_000, 2_000, 0]);
  });

  it('takes 13 us from a busy donor: notify 1, preempt 2, suspend 2, deschedule 3, wake 3, dispatch 2', async () => {
    const vms: ScenarioInput['vms'] = [
      {
        name: 'donor',
        class: 'best-effort',
        vcpus: { min: 0, max: 1 },
        workload: {
          arrivals: { process: 'saturate', tasks: 1 },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '900us' } }] },
        },
      },
      { name: 'a', vcpus: { min: 0, max: 1 }, workload: silent },
    ];
    const result = await after(bare(vms, 2), (s) => s.inject({ vm: 'a', arrivals: [{ atNs: 100_000 }] }));
    const { grantNs, parkNs, steps } = result.reallocation;
    expect(grantNs.max).toBe(13_000);
    expect(parkNs.max).toBe(8_000);
    const figures = Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, step.max]));
    expect(figures).toMatchObject({
      notifyNs: 1_000,
      preemptNs: 2_000,
      suspendNs: 2_000,
      descheduleNs: 3_000,
      wakeNs: 3_000,
      dispatchNs: 2_000,
    });
    expect(result.vms[0]!.preemptions).toBe(1);
    expect(result.vms[1]!.completed).toBe(1);
  });

  it('of 100 cores at once, announced by one request, is a curve of 100', async () => {
    const vms: ScenarioInput['vms'] = [{ name: 'a', vcpus: { min: 0, max: 100 }, workload: silent }];
    const result = await after(bare(vms, 101, { kind: 'hyperflux', mode: 'proactive' }), (s) =>
      s.inject({ vm: 'a', arrivals: [{ atNs: 10_000, width: 100 }] }),
    );
    const curve = result.reallocation.grantCurve!;
    expect(curve.length).toBe(100);
    expect(curve.map(({ cores }) => cores)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    for (const [i, point] of curve.entries()) if (i > 0) expect(point.atNs).toBeGreaterThanOrEqual(curve[i - 1]!.atNs);
    expect(curve[99]!.atNs).toBe(5_000); // all side by side: issuing costs nothing here
    expect(result.vms[0]!.completed).toBe(1);
  });
});
