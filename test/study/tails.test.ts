// Intervals of whole tails over replications, against the quantiles of each.

import { expect, it } from 'vitest';
import { Simulation, resolveScenario } from '../../src/index.js';
import { meanInterval } from '../../src/metrics/confidence.js';
import { dropBuckets, withBuckets } from '../../src/result/buckets.js';
import { tailOf } from '../../src/result/tails.js';
import { parseAxes } from '../../src/study/axes.js';
import { Study, combine } from '../../src/study/study.js';
import { alone } from '../../src/study/runs.js';
import { sweepAll } from '../../src/study/sweep.js';
import { contended } from '../support/contended.js';

it('is how long a share took at least, as far as ten samples lie behind it', () => {
  const buckets = { upTo: [10, 20, 30, 40], count: [50, 30, 19, 1] };
  const { share, ns } = tailOf(buckets);
  expect(share.at(-1)).toBe(0.1);
  expect(ns[share.indexOf(0.5)]).toBe(10);
  expect(ns[share.indexOf(0.4)]).toBe(20);
  expect(ns[share.indexOf(0.2)]).toBe(20);
  expect(ns[share.indexOf(0.15)]).toBe(30);
  expect(tailOf({ upTo: [5], count: [5] })).toEqual({ share: [], ns: [] });
});

it('has the interval of the replications’ quantiles at every share, and leaves buckets behind in none but the first', async () => {
  const scenario = resolveScenario(contended('hyperflux', 'plain'));
  const study = new Study({ create: (one) => Simulation.create(one), histograms: true });
  const results = await study.replications(scenario, 4);
  const { confidence, vms } = combine(results, 4);
  const api = confidence!.tails!['api']!;
  const place = api.share.indexOf(0.1);
  const quantiles = results.map(({ vms: [vm] }) => vm!.latencyNs.p90);
  const { low, high } = meanInterval(quantiles, 0.95);
  // bounds of buckets, whose middles the quantiles are
  expect(api.low[place]! / low!).toBeCloseTo(1, 2);
  expect(api.high[place]! / high!).toBeCloseTo(1, 2);
  expect(api.share.at(-1)! * Math.min(...results.map((one) => one.vms[0]!.latencyNs.count))).toBeGreaterThanOrEqual(10);
  expect(Object.keys(confidence!.tails!)).toEqual(vms.map(({ name }) => name));
  const kept = withBuckets(results[0]!);
  dropBuckets(results[0]!);
  expect(results[0]!.vms[0]!.latencyNs.histogram).toBeUndefined();
  expect(kept.vms[0]!.latencyNs.histogram!.upTo.length).toBeGreaterThan(10);
});

it('is left out without buckets, and of one run', async () => {
  const scenario = resolveScenario(contended('ideal', 'plain'));
  const plain = new Study({ create: (one) => Simulation.create(one) });
  expect(combine(await plain.replications(scenario, 2), 2).confidence!.tails).toBeUndefined();
  const one = new Study({ create: (of) => Simulation.create(of), histograms: true });
  expect(combine(await one.replications(scenario, 1), 1).confidence).toBeUndefined();
});

it('comes with the rows of a sweep whose results bring their buckets, with the numbers of a run', async () => {
  const scenario = resolveScenario(contended('hyperflux', 'plain'));
  const variants = [{ label: 'hyperflux', mechanism: { kind: 'hyperflux' as const } }];
  const question = { axes: parseAxes(['host.cores=8,9']), variants, replications: 2 };
  const of = (histograms: boolean): Study => new Study({ create: (one) => Simulation.create(one), histograms });
  const { rows } = await sweepAll(scenario, question, alone(of(true)));
  const plain = await sweepAll(scenario, question, alone(of(false)));
  expect(rows.map(({ tails: _, ...row }) => row)).toEqual(plain.rows);
  const run = await Simulation.create({ ...scenario, host: { ...scenario.host, cores: 9 } });
  await run.run();
  const api = rows[1]!.tails!['api']!;
  expect(api.ns[api.share.indexOf(0.1)]! / run.metrics().vms[0]!.latencyNs.p90!).toBeCloseTo(1, 2);
});
