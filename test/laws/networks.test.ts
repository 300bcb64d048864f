// More than one queue or no open arrivals: fork-join of two M/M/1, fork-join with a core for every task, the closed network
// of thinking clients and one server, and a saturated server.

import { describe, expect, it } from 'vitest';
import { forkJoin2, machineRepairman } from '../support/queueing.js';
import { EXPONENTIAL, MEAN_US, meanLatency, replicate, station, steady, us } from '../support/scenarios.js';
import { expectMean } from '../support/statistics.js';

const REPLICATIONS = 24;

describe('two-way fork-join', () => {
  it.each([0.5, 0.8])('takes (12 - load)/8 times an M/M/1 at load %d', async (load) => {
    // Round-robin counts tasks: the two of a request always go to the two vCPUs, one each.
    const base = station({ cores: 2, load: load / 2, mechanism: 'static', ...steady(1, load, 100_000) });
    const vm = {
      ...base.vms[0]!,
      dispatch: 'round-robin' as const,
      stealing: 'none' as const,
      workload: {
        arrivals: { process: 'poisson' as const, rate: (load * 1e6) / MEAN_US },
        request: { stages: [{ tasks: 2, service: EXPONENTIAL }] },
      },
    };
    const runs = await replicate({ ...base, vms: [vm] }, REPLICATIONS);
    expectMean('W', us(runs, meanLatency), forkJoin2(load, MEAN_US), { allowance: 0.001 });
  });
});

describe('fork-join with a core for every task', () => {
  it.each([1, 2, 8, 64])('takes as long as the longest of %d exponentials', async (width) => {
    const base = station({ cores: width, load: 0.01, duration: '1s' });
    const vm = {
      ...base.vms[0]!,
      // 100 us between requests, far more than any takes: nobody waits
      workload: {
        arrivals: { process: 'deterministic' as const, rate: 4_000 },
        request: { stages: [{ tasks: width, service: EXPONENTIAL }] },
      },
    };
    const runs = await replicate({ ...base, vms: [vm] }, REPLICATIONS);
    const harmonic = Array.from({ length: width }, (_, i) => 1 / (i + 1)).reduce((sum, x) => sum + x, 0);
    expectMean('W', us(runs, meanLatency), MEAN_US * harmonic, { allowance: 0.001 });
    expectMean(
      'demand',
      us(runs, (run) => (run.vm.cpuSeconds.task * 1e9) / run.vm.completed),
      MEAN_US * width,
      { allowance: 0.001 * width },
    );
    expect(runs.every(({ vm: { slowdown } }) => slowdown.max === 1)).toBe(true);
  });

  it('draws a width for every request and adds stage to stage', async () => {
    const base = station({ cores: 64, load: 0.01, duration: '1s' });
    const vm = {
      ...base.vms[0]!,
      workload: {
        arrivals: { process: 'deterministic' as const, rate: 4_000 },
        request: {
          stages: [
            {
              tasks: { dist: 'bimodal' as const, short: 2, long: 40, longShare: 0.25 },
              service: { dist: 'constant' as const, value: '3us' },
            },
            { tasks: 1, service: { dist: 'exponential' as const, mean: '5us' } },
            { tasks: 5, service: { dist: 'constant' as const, value: '2us' } },
          ],
        },
      },
    };
    const runs = await replicate({ ...base, vms: [vm] }, REPLICATIONS);
    expectMean('W', us(runs, meanLatency), 3 + 5 + 2, { allowance: 0.001 });
    const demand = (0.75 * 2 + 0.25 * 40) * 3 + 5 + 5 * 2;
    expectMean(
      'demand',
      us(runs, (run) => (run.vm.cpuSeconds.task * 1e9) / run.vm.completed),
      demand,
      { allowance: 0.001 },
    );
  });
});

describe('closed network', () => {
  it.each([
    { clients: 1, think: 40 },
    { clients: 6, think: 40 },
    { clients: 20, think: 100 },
  ])('$clients clients that think for $think us, by MVA', async ({ clients, think }) => {
    const base = station({ cores: 1, load: 0.5, warmup: '20ms', duration: '1s' });
    for (const thinking of [
      { dist: 'exponential' as const, mean: `${think}us` },
      { dist: 'constant' as const, value: `${think}us` },
    ]) {
      // by the product form only the mean of the thinking matters
      const vm = {
        ...base.vms[0]!,
        workload: {
          arrivals: { process: 'closed' as const, clients, think: thinking },
          request: { stages: [{ tasks: 1, service: EXPONENTIAL }] },
        },
      };
      const runs = await replicate({ ...base, vms: [vm] }, REPLICATIONS);
      const { W, X } = machineRepairman(clients, think, MEAN_US);
      expectMean(`W, ${thinking.dist}`, us(runs, meanLatency), W, { allowance: 0.001 });
      expectMean(
        `X, ${thinking.dist}`,
        runs.map((run) => run.vm.completed / 1e6),
        X,
        { allowance: 1e-6 },
      );
      expectMean(
        `utilization, ${thinking.dist}`,
        runs.map((run) => run.result.host.utilization),
        X * MEAN_US,
        { allowance: 1e-5 },
      );
      expect(runs.every(({ vm: api }) => api.inFlight <= clients && api.offeredLoad === null)).toBe(true);
    }
  });

  it('a saturated VM keeps its cores busy to the last nanosecond', async () => {
    const base = station({ cores: 4, load: 0.5, warmup: '1ms', duration: '100ms' });
    const vm = {
      ...base.vms[0]!,
      workload: {
        arrivals: { process: 'saturate' as const, tasks: 8 },
        request: { stages: [{ tasks: 1, service: EXPONENTIAL }] },
      },
    };
    for (const mechanism of ['ideal', 'static'] as const) {
      const runs = await replicate({ ...base, mechanism, vms: [vm] }, REPLICATIONS);
      for (const { vm: api, result } of runs) {
        expect(api.cpuSeconds.task).toBe(0.4);
        expect(result.host.utilization).toBe(1);
        expect(api.inFlight).toBe(8);
      }
      expectMean(
        'throughput',
        runs.map((run) => run.vm.completed),
        40_000,
      );
      expectMean('W', us(runs, meanLatency), 20, { allowance: 0.01 }); // Little: 8 tasks at 0.4 a microsecond
    }
  });
});
