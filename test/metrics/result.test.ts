// Results: built from raw counters, checked by the laws, printed as stable JSON, put together over replications.

import fc from 'fast-check';
import { describe, it, expect } from 'vitest';
import * as L from '../../assembly/layout.js';
import { brokenLaws, assertLaws, LawError } from '../../src/result/laws.js';
import {
  replicationSeed,
  withReplications,
  confidenceOf,
  replicationOf,
  differenceOf,
  headlineFigures,
} from '../../src/result/replications.js';
import type { Result } from '../../src/result/result.js';
import { type RawVm, isUnstable } from '../../src/result/build.js';
import { toStableJson } from '../../src/result/json.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { withMechanism } from '../../src/scenario/mechanisms.js';
import { SCENARIO, type FakeOptions, fakeTools } from '../cli/fake.js';

const { scenario } = parseScenario(SCENARIO);

async function simulate(
  seed = 7,
  options: FakeOptions = {},
  kind: 'hyperflux' | 'static' = 'hyperflux',
): Promise<Result> {
  const simulation = await fakeTools(options).create(withMechanism({ ...scenario, seed }, kind), '.');
  await simulation.run();
  return simulation.metrics();
}

describe('a result', () => {
  it('turns counters into distributions, shares and the SLO verdict', async () => {
    const result = await simulate();
    const [api, batch] = result.vms;
    expect(api).toMatchObject({
      name: 'api',
      class: 'latency-critical',
      arrived: 100,
      completed: 100,
      offeredLoad: 2,
      unstable: false,
    });
    expect(api!.latencyNs).toMatchObject({
      count: 100,
      min: 10_007,
      max: 10_007,
      p50: 10_007,
      p999: 10_007,
      mean: 10_007,
      stddev: 0,
    });
    expect(api!.slo).toEqual({ quantile: 0.99, targetNs: 200_000, latencyNs: 10_007, attained: true, lateInFlight: 0 });
    expect(batch).toMatchObject({ slo: null, offeredLoad: null });
    expect(result.host.utilization).toBeCloseTo(2000 / 9e6, 12);
    expect(result.manifest.eventsPerSecond).toBe(1234 / 0.25);
    expect(result.incomplete).toBeUndefined();
  });

  it('is not attained where requests arrived and none was completed', async () => {
    const tools = fakeTools();
    const before = (await tools.create(scenario, '.')).metrics();
    expect(before.vms[0]!.slo).toMatchObject({ latencyNs: null, attained: null });
    expect(before.incomplete).toBe(true);
    const missed = await simulate(7, { enough: () => 99 });
    expect(missed.vms[0]!.slo).toMatchObject({ attained: false });
  });

  it('counts what was dropped as missed', async () => {
    const dropping = async (dropped: number, quantile: number): Promise<unknown> => {
      const slo = { quantile, latencyNs: 200_000 };
      const change = (raw: RawVm): RawVm => {
        const arrived = raw.counters[L.VM_ARRIVED]! + dropped;
        return { ...raw, slo, counters: { ...raw.counters, [L.VM_DROPPED]: dropped, [L.VM_ARRIVED]: arrived } };
      };
      const simulation = await fakeTools({ raw: change }).create(withMechanism(scenario, 'hyperflux'), '.');
      await simulation.run();
      return simulation.metrics().vms[0]!.slo;
    };
    // 100 answered at about 10 us each
    expect(await dropping(0, 0.99)).toMatchObject({ latencyNs: 10_007, attained: true });
    expect(await dropping(1, 0.99)).toMatchObject({ latencyNs: 10_007, attained: true }); // the 100th of 101
    expect(await dropping(2, 0.99)).toMatchObject({ latencyNs: null, attained: false }); // the 101st of 102
    expect(await dropping(100, 0.5)).toMatchObject({ latencyNs: 10_007, attained: true });
    expect(await dropping(101, 0.5)).toMatchObject({ latencyNs: null, attained: false });
  });

  it('counts what has been in flight for longer than the target as missed', async () => {
    const waiting = async (lateInFlight: number, inFlight = lateInFlight): Promise<unknown> => {
      const slo = { quantile: 0.99, latencyNs: 200_000 };
      const change = (raw: RawVm): RawVm => {
        const arrived = raw.counters[L.VM_ARRIVED]! + inFlight;
        const counters = { ...raw.counters, [L.VM_IN_FLIGHT]: inFlight, [L.VM_ARRIVED]: arrived };
        return { ...raw, slo, lateInFlight, counters };
      };
      const simulation = await fakeTools({ raw: change }).create(withMechanism(scenario, 'hyperflux'), '.');
      await simulation.run();
      return simulation.metrics().vms[0]!.slo;
    };
    expect(await waiting(0, 50)).toMatchObject({ latencyNs: 10_007, attained: true, lateInFlight: 0 });
    expect(await waiting(1)).toMatchObject({ latencyNs: 10_007, attained: true, lateInFlight: 1 }); // the 100th of 101
    expect(await waiting(2)).toMatchObject({ latencyNs: null, attained: false, lateInFlight: 2 }); // the 101st of 102
  });

  it('calls a VM unstable when a share of all its arrivals piled up, not when a few are in flight', () => {
    expect(isUnstable({ arrived: 1_000_000, inFlight: 100_000, inFlightAtWarmup: 0 })).toBe(true);
    expect(isUnstable({ arrived: 1_000_000, inFlight: 100_000, inFlightAtWarmup: 95_000 })).toBe(false);
    // A short run of a stable queue may end in the middle of a burst.
    expect(isUnstable({ arrived: 100, inFlight: 40, inFlightAtWarmup: 0 })).toBe(false);
    expect(isUnstable({ arrived: 0, inFlight: 0, inFlightAtWarmup: 0 })).toBe(false);
  });
});

describe('the laws', () => {
  it('hold for a sound result', async () => {
    expect(brokenLaws(await simulate())).toEqual([]);
  });

  it.each([
    ['lost requests', (result: Result) => (result.vms[0]!.completed -= 1), /api: arrived 100, but .* is 99/],
    ['lost core time', (result: Result) => (result.host.idleCoreSeconds -= 1e-9), /core-seconds .* cores × time is/],
    ['negative core time', (result: Result) => (result.vms[1]!.cpuSeconds.steal = -1), /batch: cpuSeconds.steal is -1/],
    [
      'a mean below the least',
      (result: Result) => (result.vms[0]!.latencyNs.min = 10_008),
      /api.latencyNs: least 10008/,
    ],
    [
      'a mean above the greatest',
      (result: Result) => (result.vms[0]!.queueDelayNs.max = -1),
      /api.queueDelayNs: least/,
    ],
    [
      'a time below zero, as the core counts it',
      (result: Result) => (result.reallocation.steps.wakeNs = { ...result.vms[0]!.latencyNs, max: 2 ** 53 - 1 }),
      /reallocation.steps.wakeNs: 9007199254740991 ns is longer than any run/,
    ],
    [
      'a grant before its decision',
      (result: Result) => (result.reallocation.grantCurve = [{ atNs: -1, cores: 1 }]),
      /grantCurve: a grant at -1 ns/,
    ],
    ['latency below service', (result: Result) => (result.vms[0]!.slowdown.min = 0.9), /api: slowdown 0.9/],
  ])('tell %s', async (_, spoil, message) => {
    const result = await simulate();
    spoil(result);
    expect(brokenLaws(result).join('\n')).toMatch(message);
    expect(() => assertLaws(result)).toThrow(LawError);
  });

  it('tell every broken law at once', async () => {
    const result = await simulate();
    result.vms[0]!.arrived += 1;
    result.vms[1]!.arrived += 1;
    expect(brokenLaws(result)).toHaveLength(2);
  });
});

describe('stable JSON', () => {
  it('does not depend on the order in which keys were set', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.jsonValue())), (entries) => {
        // JSON knows one zero and one __proto__ is no ordinary key of a literal.
        const forward = Object.assign(Object.create(null) as object, Object.fromEntries(entries));
        const unique = Object.entries(forward);
        const backward = Object.fromEntries([...unique].reverse());
        expect(toStableJson(Object.fromEntries(unique))).toBe(toStableJson(backward));
        expect(JSON.parse(toStableJson(backward))).toEqual(JSON.parse(JSON.stringify(backward)));
      }),
      { seed: 1 },
    );
  });

  it('keeps the order of lists, sorts keys by code unit and ends in one line feed', () => {
    expect(toStableJson({ b: [2, 1], a: null, B: undefined, Z: 0 })).toBe(
      '{\n  "Z": 0,\n  "a": null,\n  "b": [\n    2,\n    1\n  ]\n}\n',
    );
  });

  it('refuses numbers that JSON would turn into null', () => {
    expect(() => toStableJson({ p99: NaN })).toThrow(/"p99": given NaN/);
    expect(() => toStableJson({ list: [Infinity] })).toThrow(/given Infinity/);
  });
});

describe('replications', () => {
  it('keep the given seed first and have whole seeds of their own after it', () => {
    expect(replicationSeed(42, 0)).toBe(42);
    const seeds = new Set<number>();
    for (let seed = 0; seed < 50; seed++) {
      for (let r = 0; r < 50; r++) {
        const derived = replicationSeed(seed, r);
        expect(Number.isSafeInteger(derived) && derived >= 0).toBe(true);
        seeds.add(derived);
      }
    }
    expect(seeds.size).toBe(2500);
  });

  it('pin their derivation: a change of it is a change of results', () => {
    expect([1, 2, 3].map((r) => replicationSeed(1, r))).toMatchInlineSnapshot(`
      [
        3316356330981164,
        8498871037046174,
        407638796292049,
      ]
    `);
    expect(replicationSeed(Number.MAX_SAFE_INTEGER, 1)).toMatchInlineSnapshot(`8282914575726954`);
  });

  it('leave the body of the result as a plain run prints it', async () => {
    const results = await Promise.all([simulate(7), simulate(8), simulate(9)]);
    const { replications, confidence, ...body } = withReplications(results);
    for (const { slo } of body.vms) {
      if (slo === null) continue;
      expect(slo).toMatchObject({ attainedIn: 3, of: 3 });
      delete slo.attainedIn;
      delete slo.of;
    }
    expect({ ...body, manifest: { ...body.manifest, replications: 1 } }).toEqual(results[0]);
    expect(replications!.map((one) => one.seed)).toEqual([7, 8, 9]);
    expect(confidence).toMatchObject({ level: 0.95, replications: 3 });
    expect(confidence!.figures['api.latencyNs.p99']).toMatchObject({ count: 3, mean: 10_008 });
  });

  it('leave interrupted ones out of intervals and mark the whole', async () => {
    const whole = await simulate(7);
    const cut: Result = { ...(await simulate(8)), incomplete: true };
    const combined = withReplications([whole, cut]);
    expect(combined.incomplete).toBe(true);
    expect(combined.replications!.map((one) => one.incomplete)).toEqual([undefined, true]);
    expect(combined.confidence).toMatchObject({ replications: 1 });
    expect(confidenceOf([replicationOf(cut, 0)]).figures).toEqual({});
  });

  it('give paired differences seed by seed', async () => {
    const base = withReplications(await Promise.all([simulate(7), simulate(8), simulate(9)]));
    const slow = { enough: () => 99 };
    const value = withReplications(
      await Promise.all([simulate(7, slow, 'static'), simulate(8, slow, 'static'), simulate(9, slow, 'static')]),
    );
    const difference = differenceOf(base, value);
    expect(difference).toMatchObject({ mechanism: 'static', baseline: 'hyperflux', replications: 3 });
    const max = difference.figures['api.latencyNs.max']!;
    // The seeds shift both sides alike, so the difference has no spread at all.
    expect(max).toMatchObject({ baseline: 10_008, value: 1_000_008, difference: 990_000, low: 990_000, high: 990_000 });
    expect(max.ratio).toBeCloseTo(1_000_008 / 10_008, 12);
    expect(difference.figures['api.dropped']).toMatchObject({ difference: 0, ratio: null });
  });

  it('give a difference without interval for one run each', async () => {
    const difference = differenceOf(await simulate(), await simulate(7, { enough: () => 99 }));
    expect(difference.figures['api.latencyNs.max']).toMatchObject({ difference: 990_000, low: null, high: null });
  });

  it('name figures by their path in the result', async () => {
    expect(Object.keys(headlineFigures(await simulate()))).toEqual(
      expect.arrayContaining([
        'api.latencyNs.p999',
        'api.slo.attained',
        'batch.cpuSeconds.task',
        'host.utilization',
        'reallocation.count',
      ]),
    );
  });
});
