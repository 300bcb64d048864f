// M/M/k: the chance to wait, the mean wait, the mean and the percentiles of the time in system, at several k and loads,
// against Erlang's formulas, and those against the published table.

import { describe, expect, it } from 'vitest';
import { erlangB, erlangC, mmkQuantile, mmkWait } from '../support/queueing.js';
import { peersReference } from '../support/reference.js';
import { MEAN_US, meanDelay, meanLatency, replicate, station, steady, us } from '../support/scenarios.js';
import { expectMean } from '../support/statistics.js';

const { mmk, erlangB: lost } = peersReference().queueing_closed_form;
const REPLICATIONS = 32;

describe("Erlang's formulas", () => {
  it.each(mmk)('agree with the published table at k = $k, load $rho', (row) => {
    expect(erlangC(row.k, row.rho)).toBeCloseTo(row.erlangC, 7);
    expect(mmkWait(row.k, row.rho, MEAN_US)).toBeCloseTo(row.Wq, 7);
    expect(mmkWait(row.k, row.rho, MEAN_US) + MEAN_US).toBeCloseTo(row.W, 7);
    for (const [q, value] of [
      [0.5, row.p50],
      [0.9, row.p90],
      [0.99, row.p99],
      [0.999, row.p999],
    ] as const) {
      expect(mmkQuantile(row.k, row.rho, MEAN_US, q)).toBeCloseTo(value, 6);
    }
  });

  it.each(lost)('agree on what is lost at k = $k, load $rho', ({ k, rho, B }) => {
    expect(erlangB(k, rho)).toBeCloseTo(B, 7);
  });
});

describe('M/M/k under ideal', () => {
  const rows = [{ k: 1, rho: 0.5 }, { k: 1, rho: 0.9 }, ...mmk.map(({ k, rho }) => ({ k, rho }))];
  it.each(rows)('k = $k, load $rho', async ({ k, rho }) => {
    const arrivals = rho >= 0.95 ? 250_000 : rho >= 0.9 ? 180_000 : 80_000;
    const runs = await replicate(station({ cores: k, load: rho, ...steady(k, rho, arrivals) }), REPLICATIONS);
    // Times are whole nanoseconds: a wait below 1 ns, of the density of waits at 0, can count as none.
    const unseen = (erlangC(k, rho) * k * (1 - rho)) / (1000 * MEAN_US);
    const rare = erlangC(k, rho) < 0.1 ? 0.2 : 0.1; // hardly anybody waits: fewer waits to average over
    expectMean(
      'P(wait)',
      runs.map((run) => run.waited),
      erlangC(k, rho),
      { allowance: unseen, informative: rare },
    );
    expectMean('Wq', us(runs, meanDelay), mmkWait(k, rho, MEAN_US), { allowance: 0.001, informative: 2 * rare });
    expectMean('W', us(runs, meanLatency), mmkWait(k, rho, MEAN_US) + MEAN_US, { allowance: 0.001 });
    for (const [name, q] of [
      ['p50', 0.5],
      ['p90', 0.9],
      ['p99', 0.99],
      ['p999', 0.999],
    ] as const) {
      const theory = mmkQuantile(k, rho, MEAN_US, q);
      // half a bucket of the histogram
      expectMean(
        name,
        us(runs, (run) => run.vm.latencyNs[name]),
        theory,
        { allowance: theory / 1024, informative: 0.15 },
      );
    }
  });
});
