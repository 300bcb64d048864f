// Arrival processes: mean rates and burstiness of Poisson, deterministic, on/off and modulated arrivals, and that every
// service law reaches the core through a whole scenario (mean and standard deviation of runs in which nobody waits).

import { describe, expect, it } from 'vitest';
import { EXPONENTIAL, replicate, station, us, type ArrivalsInput, type ServiceInput } from '../support/scenarios.js';
import { estimate, expectMean } from '../support/statistics.js';

const REPLICATIONS = 24;

const counts = async (arrivals: ArrivalsInput, replications = REPLICATIONS) => {
  const base = station({ cores: 16, load: 0.1, duration: '1s' });
  const runs = await replicate(
    {
      ...base,
      vms: [{ ...base.vms[0]!, workload: { arrivals, request: { stages: [{ tasks: 1, service: EXPONENTIAL }] } } }],
    },
    replications,
  );
  return runs.map((run) => run.vm.arrived);
};

describe('arrivals', () => {
  it('poisson: mean and variance of the count are the rate', async () => {
    const sample = await counts({ process: 'poisson', rate: 50_000 });
    expectMean('count', sample, 50_000);
    const { mean, standardError } = estimate(sample);
    // index of dispersion of 24 counts: chi-square of 23 degrees over 23; [0.2, 2.9] holds all but a millionth
    const dispersion = (standardError ** 2 * REPLICATIONS) / mean;
    expect(dispersion).toBeGreaterThan(0.2);
    expect(dispersion).toBeLessThan(2.9);
  });

  it.each([1, 3, 999_983, 1e6])('deterministic: exactly %d a second, to the fraction of a nanosecond', async (rate) => {
    // no seed has a say in it: a second run is there to show that
    for (const count of await counts({ process: 'deterministic', rate }, 2))
      expect(Math.abs(count - rate)).toBeLessThanOrEqual(1);
  });

  it('on/off: the mean of its two rates, weighted by dwell', async () => {
    for (const dwell of ['exponential', 'constant'] as const) {
      const sample = await counts({
        process: 'onoff',
        onRate: 200_000,
        offRate: 10_000,
        meanOn: '1ms',
        meanOff: '3ms',
        dwell,
      });
      // constant dwells begin with one off time in full: a part of a cycle in 250
      expectMean(dwell, sample, (200_000 + 3 * 10_000) / 4, { allowance: dwell === 'constant' ? 1 : 0.002 * 57_500 });
    }
  });

  it('mmpp: the mean of its rates, weighted by dwell, and bursts', async () => {
    const states = [
      { rate: 20_000, meanDwell: '2ms' },
      { rate: 0, meanDwell: '1ms' },
      { rate: 150_000, meanDwell: '500us' },
    ];
    const sample = await counts({ process: 'mmpp', states });
    const mean = (20_000 * 2 + 150_000 * 0.5) / 3.5;
    expectMean('mmpp', sample, mean, { allowance: 0.003 * mean }); // starts in its first state, of a mean dwell of 2 ms in 1 s
    const { standardError } = estimate(sample);
    expect((standardError ** 2 * REPLICATIONS) / mean).toBeGreaterThan(5); // a Poisson process has 1
  });
});

describe('services through a scenario', () => {
  const s2 = Math.log(1 + 0.5 ** 2);
  const cases: { name: string; service: ServiceInput; mean: number; deviation: number }[] = [
    { name: 'constant', service: { dist: 'constant', value: '7us' }, mean: 7, deviation: 0 },
    { name: 'exponential', service: { dist: 'exponential', mean: '7us' }, mean: 7, deviation: 7 },
    { name: 'uniform', service: { dist: 'uniform', min: '2us', max: '8us' }, mean: 5, deviation: 6 / Math.sqrt(12) },
    {
      name: 'lognormal',
      service: { dist: 'lognormal', mean: '9us', cv: 0.5 },
      mean: 9,
      deviation: 9 * Math.sqrt(Math.expm1(s2)),
    },
    {
      name: 'bimodal',
      service: { dist: 'bimodal', short: '1us', long: '11us', longShare: 0.2 },
      mean: 3,
      deviation: 4,
    },
    { name: 'pareto', service: { dist: 'pareto', shape: 3, min: '6us', max: '60us' }, ...paretoMoments(3, 6, 60) },
    {
      name: 'weibull',
      service: { dist: 'weibull', shape: 2, mean: '10us' },
      mean: 10,
      deviation: 10 * Math.sqrt(4 / Math.PI - 1),
    },
    {
      name: 'mixture',
      service: {
        dist: 'mixture',
        components: [
          { weight: 1, dist: 'constant', value: '2us' },
          { weight: 3, dist: 'exponential', mean: '4us' },
        ],
      },
      mean: 3.5,
      deviation: Math.sqrt((4 + 3 * 32) / 4 - 3.5 ** 2),
    },
  ];
  it.each(cases)('$name', async ({ service, mean, deviation }) => {
    // 64 cores and one request in 50 us: a request that waits would have to be one of 64 at once
    const runs = await replicate(station({ cores: 64, load: 0.2 / 64, service, duration: '500ms' }), REPLICATIONS);
    expectMean(
      'mean',
      us(runs, (run) => run.vm.latencyNs.mean),
      mean,
      { allowance: 0.001 },
    );
    if (deviation === 0) expect(runs.every((run) => run.vm.latencyNs.stddev === 0)).toBe(true);
    else
      expectMean(
        'deviation',
        us(runs, (run) => run.vm.latencyNs.stddev),
        deviation,
        { allowance: 0.002 },
      );
    expect(runs.every((run) => run.vm.queueDelayNs.max === 0)).toBe(true);
  });
});

function paretoMoments(shape: number, low: number, high: number): { mean: number; deviation: number } {
  const moment = (n: number): number =>
    ((shape * low ** shape) / (1 - (low / high) ** shape) / (shape - n)) * (low ** (n - shape) - high ** (n - shape));
  return { mean: moment(1), deviation: Math.sqrt(moment(2) - moment(1) ** 2) };
}
