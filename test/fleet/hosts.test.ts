// Hosts of a fleet, simulated: which VMs at which time, as which scenario, what rows add up to, and how well samples tell of all.

import { describe, expect, it } from 'vitest';
import { fleet } from '../../src/fleet/api.js';
import { Merger } from '../../src/fleet/merge.js';
import { planOf } from '../../src/fleet/plan.js';
import { resolveFleet } from '../../src/fleet/parse.js';
import type { FleetInput } from '../../src/fleet/schema.js';
import { Stays, windowsOf } from '../../src/fleet/windows.js';
import { HostSimulator } from '../../src/fleet/work.js';
import { Simulation } from '../../src/simulation.js';
import { mergedOf, population } from '../support/hosts.js';

const csv = 'arrivalS,lifetimeS,cores,memoryGiB,class\n';
const behaviour: NonNullable<FleetInput['vms']>['behaviour'] = {
  slo: { quantile: 0.99, latency: '1ms' },
  workload: {
    arrivals: { process: 'poisson', rate: 50_000 },
    request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
  },
};
const inputOf = (more: Partial<FleetInput> = {}): FleetInput => ({
  version: 1,
  duration: '1s',
  hosts: [{ count: 3, cores: 4, memory: '16GiB' }],
  placement: 'first-fit',
  fidelity: 'full',
  mechanism: 'ideal',
  costs: 'none',
  simulate: { length: '1s', warmup: '50ms' },
  vms: { trace: { file: 'v.csv' }, behaviour },
  ...more,
});

describe('what is simulated', () => {
  it('cuts windows where a VM comes or goes, and leaves out what has none', () => {
    const { fleet: resolved } = resolveFleet(inputOf({ duration: '10s', simulate: { windows: 2, length: '2s' } }));
    const windows = windowsOf(resolved, 10e9);
    expect(windows).toEqual([
      { fromNs: 1.5e9, toNs: 3.5e9 },
      { fromNs: 6.5e9, toNs: 8.5e9 },
    ]);
    const stays = new Stays(windows);
    stays.add(7, 0, -5e9, 2e9);
    stays.add(3, 0, 1.8e9, 7e9);
    stays.add(9, 0, 4e9, 6e9); // between the windows
    stays.add(4, 1, 8.5e9, Infinity); // behind them
    expect([...stays.busy]).toEqual([0]);
    expect(stays.jobOf(0, 0).epochs).toEqual([
      { fromNs: 1.5e9, lengthNs: 0.3e9, vms: [7] },
      { fromNs: 1.8e9, lengthNs: 0.2e9, vms: [3, 7] },
      { fromNs: 2e9, lengthNs: 1.5e9, vms: [3] },
      { fromNs: 6.5e9, lengthNs: 0.5e9, vms: [3] },
    ]);
    expect(stays.jobOf(1, 0).epochs).toEqual([]);
  });

  it('guarantees what was reserved, as far as the mechanism leaves cores', () => {
    const { fleet: resolved, inside } = resolveFleet(inputOf({ mechanism: 'hyperflux' }));
    const simulator = new HostSimulator(
      {
        kind: 'hosts',
        seed: 1,
        inside,
        warmupNs: 0,
        hosts: resolved.hosts,
        overcommit: { 'latency-critical': 1, 'best-effort': 3 },
      },
      (scenario) => Simulation.create(scenario),
    );
    const vms = { 1: [2e6, 0], 2: [1e6, 0], 3: [3e6, 1] } as const;
    const epoch = { fromNs: 5, lengthNs: 10, vms: [1, 2, 3] };
    const scenario = simulator.scenarioOf({ host: 2, type: 0, epochs: [epoch] }, epoch, vms);
    // 2 + 1 + ⌊3/3⌋ = 4 of 4 cores, of which hyperflux takes one to poll: from the largest
    expect(scenario.vms.map(({ name, vcpus }) => [name, vcpus.min, vcpus.max])).toEqual([
      ['v1', 1, 2],
      ['v2', 1, 1],
      ['v3', 1, 3],
    ]);
    expect(scenario.vms.map(({ class: name }) => name)).toEqual([
      'latency-critical',
      'latency-critical',
      'best-effort',
    ]);
  });

  it('is M/M/1 where every VM has a core of its own', async () => {
    const rows = Array.from({ length: 12 }, () => '0,100,1,1,\n').join('');
    const { classes, hosts, coreSeconds, manifest } = await fleet(inputOf(), { files: { 'v.csv': csv + rows } });
    const [only] = classes;
    expect(hosts).toEqual({ simulated: 3, of: 3 });
    expect(manifest.fidelity).toBe('full');
    expect(only).toMatchObject({ class: 'latency-critical', vms: 12 });
    expect(only!.arrived).toBe(only!.completed + only!.dropped + only!.inFlight);
    // 12 × 50,000 requests, utilisation 0.5: the mean is 20 µs, its error below 1 %
    expect(only!.latencyNs.mean).toBeGreaterThan(19_800);
    expect(only!.latencyNs.mean).toBeLessThan(20_200);
    // p99 of an exponential of that mean
    expect(only!.latencyNs.p99! / (Math.log(100) * 20_000)).toBeGreaterThan(0.97);
    expect(only!.latencyNs.p99! / (Math.log(100) * 20_000)).toBeLessThan(1.03);
    expect(only!.slo).toMatchObject({ attained: true, share: 1 });
    const all = Object.values<number>({ ...coreSeconds! }).reduce((sum, seconds) => sum + seconds, 0);
    expect(all).toBeCloseTo(12, 6);
    expect(coreSeconds!.task).toBeGreaterThan(5.9);
  });

  it('reports a host that cannot be simulated, and does the others', async () => {
    const { fleet: resolved, inside } = resolveFleet(inputOf());
    let made = 0;
    const simulator = new HostSimulator(
      { kind: 'hosts', seed: 1, inside, warmupNs: 0, hosts: resolved.hosts, overcommit: resolved.overcommit.cores },
      (scenario) => (made++ === 0 ? Promise.reject(new Error('no room')) : Simulation.create(scenario)),
    );
    const epochs = [{ fromNs: 0, lengthNs: 1e6, vms: [0] }];
    const jobs = [0, 1].map((host) => ({ host, type: 0, epochs }));
    const [bad, good] = await simulator.run({ jobs, vms: { 0: [1e6, 0] } });
    expect(bad).toMatchObject({ host: 0, error: 'no room', events: 0 });
    expect(good!.error).toBeUndefined();
    expect(good!.events).toBeGreaterThan(0);
  });
});

describe('sampled hosts', () => {
  it('samples each tenth of the load, at least two of it', () => {
    const { rows, load } = population(1, 500);
    const { plan } = mergedOf({ rows, load }, 0.01, 1);
    expect(plan.strata).toHaveLength(10);
    expect(plan.strata.map(({ of, hosts }) => [of, hosts.length])).toEqual(Array.from({ length: 10 }, () => [50, 2]));
    const most = plan.strata.map(({ hosts }) => Math.max(...hosts.map((host) => load[host]!)));
    expect([...most].sort((a, b) => a - b)).toEqual(most);
  });

  it('gives the figures of all hosts, without intervals, where all are sampled', () => {
    const { rows, load } = population(2, 200);
    const [full] = mergedOf({ rows, load }, 'full', 1).classes;
    const [result] = mergedOf({ rows, load }, 1, 1).classes;
    expect(result!.completed).toBe(full!.completed);
    for (const figure of ['mean', 'p50', 'p99', 'p999'] as const) {
      expect(result!.latencyNs[figure]! / full!.latencyNs[figure]!).toBeCloseTo(1, 9);
    }
    expect(result!.confidence).toBeUndefined();
  });

  it('counts a row once', () => {
    const { rows, load } = population(4, 20);
    const { fleet: resolved } = resolveFleet(inputOf({ hosts: [{ count: 20, cores: 4, memory: '4GiB' }] }));
    const plan = planOf(resolved, new Set([0, 1]), load, 250, () => 0);
    const merger = new Merger(plan, false, undefined);
    merger.add(rows[0]!);
    expect(() => merger.add(rows[0]!)).toThrow('came twice');
    expect(() => merger.add(rows[5]!)).toThrow('was not asked for');
    // hosts without a VM idle: 18 hosts of 4 cores for 250 ns
    expect(plan.idleNs).toBe(18 * 4 * 250);
  });
});
