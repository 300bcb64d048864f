// What dispatch and stealing make of k cores: random dispatch without stealing is k separate M/M/1; stealing that costs
// nothing keeps no core idle while a task waits, so its mean is that of M/M/k, whatever the placement (only percentiles
// change); one queue is M/M/k in all.

import { describe, expect, it } from 'vitest';
import { erlangC, mmkQuantile, mmkWait } from '../support/queueing.js';
import {
  EXPONENTIAL,
  MEAN_US,
  meanDelay,
  meanLatency,
  replicate,
  station,
  steady,
  us,
  type VmInput,
} from '../support/scenarios.js';
import { expectMean } from '../support/statistics.js';

const REPLICATIONS = 24;

const fixed = (cores: number, load: number, arrivals: number, vm: Partial<VmInput>) =>
  replicate(station({ cores, load, mechanism: 'static', ...steady(cores, load, arrivals), vm }), REPLICATIONS);

describe('static with random dispatch and no stealing', () => {
  it.each([0.5, 0.8])('is 16 times M/M/1 at load %d', async (load) => {
    const runs = await fixed(16, load, 250_000, { stealing: 'none' });
    expectMean('W', us(runs, meanLatency), MEAN_US / (1 - load), { allowance: 0.001 });
    expectMean(
      'P(wait)',
      runs.map((run) => run.waited),
      load,
      { allowance: load / (1000 * MEAN_US) },
    );
    for (const [name, q] of [
      ['p50', 0.5],
      ['p90', 0.9],
      ['p99', 0.99],
      ['p999', 0.999],
    ] as const) {
      const theory = mmkQuantile(1, load, MEAN_US, q);
      expectMean(
        name,
        us(runs, (run) => run.vm.latencyNs[name]),
        theory,
        { allowance: theory / 1024, informative: 0.15 },
      );
    }
    expect(runs.every(({ vm }) => vm.steals === 0 && vm.stealAttempts === 0)).toBe(true);
  });
});

describe('static with stealing that costs nothing', () => {
  const policies = (['random', 'round-robin', 'shortest-queue'] as const).flatMap((dispatch) =>
    (['half', 'one'] as const).map((amount) => ({ dispatch, amount })),
  );
  it.each(policies)('has the mean of M/M/16: $dispatch dispatch, steals $amount', async ({ dispatch, amount }) => {
    const runs = await fixed(16, 0.8, 80_000, { dispatch, stealing: { amount } });
    expectMean('W', us(runs, meanLatency), MEAN_US + mmkWait(16, 0.8, MEAN_US), { allowance: 0.001 });
    expectMean(
      'P(wait)',
      runs.map((run) => run.waited),
      erlangC(16, 0.8),
      { allowance: 0.001 },
    );
    if (dispatch !== 'shortest-queue') expect(runs.every(({ vm }) => vm.steals > 0)).toBe(true);
  });
});

describe('static with a single queue', () => {
  it.each([
    { k: 4, load: 0.8 },
    { k: 16, load: 0.9 },
  ])('is M/M/$k at load $load', async ({ k, load }) => {
    const runs = await fixed(k, load, 120_000, { dispatch: 'single-queue' });
    expectMean('Wq', us(runs, meanDelay), mmkWait(k, load, MEAN_US), { allowance: 0.001, informative: 0.2 });
    const p99 = mmkQuantile(k, load, MEAN_US, 0.99);
    expectMean(
      'p99',
      us(runs, (run) => run.vm.latencyNs.p99),
      p99,
      { allowance: p99 / 1024 },
    );
  });
});

describe('two VMs under static', () => {
  it('are two stations that know nothing of each other', async () => {
    const one = station({
      cores: 4,
      load: 0.8,
      mechanism: 'static',
      ...steady(4, 0.8, 80_000),
      vm: { dispatch: 'single-queue' },
    });
    const [api] = one.vms;
    const busy = {
      ...api!,
      name: 'busy',
      workload: {
        arrivals: { process: 'poisson' as const, rate: 4.2e5 },
        request: { stages: [{ tasks: 1, service: EXPONENTIAL }] },
      },
    };
    const runs = await replicate({ ...one, host: { cores: 8 }, vms: [api!, busy] }, REPLICATIONS);
    expectMean('Wq', us(runs, meanDelay), mmkWait(4, 0.8, MEAN_US), { allowance: 0.001, informative: 0.2 });
    expect(runs.every(({ result }) => result.vms[1]!.unstable && !result.vms[0]!.unstable)).toBe(true);
  });
});
