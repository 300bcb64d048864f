// Virtuoso's datapath: V1 to V5 with their numbers, one trajectory with the naive servers, queueing theory where there is one tenant.

import { describe, expect, it } from 'vitest';
import { laws } from '../../src/experiments/virtuoso/laws.js';
import { VIRTUOSO_PARAMETERS } from '../../src/experiments/virtuoso/parameters.js';
import { settingsOf } from '../../src/experiments/parameters.js';
import type { Discipline, ServerSpec } from '../../src/server/run.js';
import { type FastPathSpec, type PacketTenant, runFastPath } from '../../src/systems/virtuoso.js';
import { chance } from '../oracle/server/draw.js';
import { naiveServers } from '../oracle/server/servers.js';
import { packetsOf } from '../oracle/server/sources.js';
import { BUILDS, moduleOf } from '../support/builds.js';
import { mg1Wait, mmkWait } from '../support/queueing.js';

const lawsWith = (...set: string[]) => laws(settingsOf('virtuoso', VIRTUOSO_PARAMETERS, set));

describe('laws of Virtuoso, one worker, 21 M cycles', () => {
  it('V1 to V5 have the numbers of the arithmetic', async () => {
    const { V1, V2, V3, V4, V5 } = await lawsWith();
    expect(V1!['shares']).toEqual(V1!['costShares']);
    expect((V1!['shares'] as number[])[0]).toBeCloseTo(0.0588, 4);
    expect(V2!['charged']).toEqual([9_336_000, 10_624_000]);
    expect((V2!['used'] as number[])[0]).toBeCloseTo(0.4466, 4);
    expect((V2!['atAQuarterOfTheCost'] as { used: number[] }).used[0]).toBeCloseTo(0.4945, 4);
    expect(V2!['atEqualCost']).toEqual([0.5, 0.5]);
    expect(V3!['used']).toEqual(V1!['shares']);
    expect(V3!['unfundedOnlyAbove']).toEqual([7.75, 7.75]);
    expect(V4).toEqual({ debt: 240_000, periods: 3, fundedAfterPeriods: 3 });
    expect(V5!['victim']).toMatchObject({ served: 2099, droppedBudget: 0 });
    expect(V5!['aggressor']).toMatchObject({ served: 1002, droppedBudget: 747 });
  });

  it('V3: nobody is unfunded whose demand is within its share, and isolation begins where it is not', async () => {
    const used = async (boost: number): Promise<number> => {
      const { V3 } = await lawsWith(`law.boost=${boost}`, 'law.cycles=4200000');
      return (V3!['used'] as number[])[0]!;
    };
    expect(await used(2)).toBeCloseTo(1 / 17, 2); // each tenant is given a whole core
    expect(await used(1.5)).toBeGreaterThan(0.1);
  });

  it('B2: with a cap of 0 they are those of fifo; a period of its own is the cap', async () => {
    const { V1, V2 } = await lawsWith('cap=0', 'law.cycles=2100000');
    expect(V2!['used']).toEqual(V1!['shares']);
    expect(V2!['charged']).toEqual([0, 0]);
    const { V4 } = await lawsWith('cap=0', 'law.cycles=2100000');
    expect(V4).toEqual({ debt: 240_000, periods: null, fundedAfterPeriods: null });
    const [short, same] = [await lawsWith('period=50us'), await lawsWith('period=50us', 'cap=105000')];
    expect(short['V2']).toEqual(same['V2']);
  });

  it.each([
    [100_000, 1, 1],
    [104_999, 1, 1],
    [105_001, 1, 2],
    [500_000, 1, 5],
    [240_000, 0.5, 5],
    [240_000, 3, 1],
  ])('V4: a debt of %i at boost %d lasts %i periods', async (debt, boost, periods) => {
    const { V4 } = await lawsWith(`law.debt=${debt}`, `boost=${boost}`, 'law.cycles=100000');
    expect(V4).toMatchObject({ periods, fundedAfterPeriods: periods });
    const least = await lawsWith(`law.debt=${debt}`, `boost=${boost}`, 'law.cycles=100000', 'cap=1');
    expect(least['V4']).toMatchObject({ periods, fundedAfterPeriods: periods }); // what a budget holds is no matter of its debts
  });
});

const tenant = (changes: Partial<PacketTenant> = {}): PacketTenant => ({
  weight: 1,
  limit: null,
  arrivals: { process: 'poisson', gap: 1250 },
  cost: 1000,
  cv: 0,
  bytes: 1500,
  ...changes,
});

const PATH: FastPathSpec = {
  workers: 1,
  batches: [1],
  discipline: 'fifo',
  cap: 0,
  period: 1000,
  boost: 1,
  replenish: 'poll',
  idlePoll: 0,
  limit: 100_000,
  tenants: [tenant()],
  until: 4e7,
  warmup: 4e6,
  seed: 1,
};

const drawnPath = (seed: number): FastPathSpec => {
  const next = chance(seed);
  const upTo = (n: number): number => 1 + Math.floor(next() * n);
  const count = upTo(3);
  const stages = upTo(3);
  const discipline = (['fifo', 'packets', 'bytes', 'cycles', 'siloed'] as const satisfies readonly Discipline[])[
    Math.floor(next() * 5)
  ]!;
  const workers = discipline === 'siloed' ? count * upTo(2) : upTo(3);
  return {
    workers,
    batches: Array.from({ length: stages }, () => upTo(5)),
    discipline,
    cap: Math.floor(next() * 60),
    period: upTo(40),
    boost: next() * 2,
    replenish: next() < 0.5 ? 'period' : 'poll',
    idlePoll: workers === 1 && next() < 0.5 ? upTo(4) : 0,
    limit: upTo(12),
    tenants: Array.from({ length: count }, () => ({
      weight: upTo(4) / 2,
      limit: next() < 0.3 ? upTo(5) : null,
      arrivals: { process: 'deterministic' as const, gap: 1 + next() * 20, first: Math.floor(next() * 20) },
      cost: upTo(12),
      cv: 0,
      bytes: upTo(9),
    })),
    until: 200 + upTo(300),
    warmup: 0,
    seed,
  };
};

describe('the datapath', () => {
  it('takes the trajectory of the naive servers, whatever the tenants send', async () => {
    const dropped = { budget: 0, queue: 0 };
    for (let seed = 1; seed <= 200; seed++) {
      const spec = drawnPath(seed);
      const { workers, batches, discipline, limit, tenants, cap, period, boost, replenish, idlePoll } = spec;
      const server: ServerSpec = {
        workers,
        batch: batches,
        stages: batches.length,
        discipline,
        limit,
        tenants,
        ...(idlePoll === 0 ? {} : { idlePoll }),
        ...(discipline === 'fifo' || discipline === 'siloed' ? {} : { budget: { cap, period, boost, replenish } }),
      };
      const items = packetsOf(tenants, spec.until, batches.length);
      const naive = naiveServers([server], items, Infinity, spec.until);
      const run = await runFastPath(spec);
      expect(run.used, `seed ${seed}`).toBe(naive.servers[0]!.used);
      run.tenants.forEach(({ inFlight, latency, ...account }, t) => {
        const { leastBudget, ...expected } = naive.servers[0]!.tenants[t]!;
        expect(account, `seed ${seed}`).toMatchObject(expected);
        const own = naive.items.flatMap(({ fate, done }, i) =>
          fate === 'served' && items.tenant[i] === t ? [done - items.at[i]!] : [],
        );
        expect(latency.count).toBe(own.length);
        if (own.length > 0) {
          expect(latency.max).toBe(Math.max(...own));
          expect(latency.mean).toBeCloseTo(own.reduce((a, b) => a + b, 0) / own.length, 9);
        }
        expect(inFlight).toBe(
          naive.items.filter(({ fate }, i) => fate === 'in flight' && items.tenant[i] === t).length,
        );
        dropped.budget += account.dropped.budget;
        dropped.queue += account.dropped.queue;
        if (server.budget !== undefined) expect(account.leastBudget).toBe(leastBudget);
      });
    }
    expect(dropped.budget).toBeGreaterThan(200);
    expect(dropped.queue).toBeGreaterThan(200);
  });

  it.each([
    ['M/D/1', PATH, 1000 + mg1Wait(0.8, 1000, 0)],
    [
      'M/G/1, lognormal of cv 1.5',
      { ...PATH, until: 4e8, tenants: [tenant({ cv: 1.5 })] },
      1000 + mg1Wait(0.8, 1000, 2.25),
    ],
    [
      'M/D/1 of two tenants',
      { ...PATH, tenants: [0, 1].map(() => tenant({ arrivals: { process: 'poisson', gap: 2500 } })) },
      1000 + mg1Wait(0.8, 1000, 0),
    ],
  ] as const)('is %s', async (_, spec, theory) => {
    const means: number[] = [];
    for (let seed = 1; seed <= 12; seed++) {
      const { tenants } = await runFastPath({ ...spec, seed });
      const count = tenants.reduce((sum, { latency }) => sum + latency.count, 0);
      means.push(tenants.reduce((sum, { latency }) => sum + latency.mean * latency.count, 0) / count);
    }
    const mean = means.reduce((a, b) => a + b, 0) / means.length;
    const error = Math.sqrt(means.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (means.length - 1) / means.length);
    expect(Math.abs(mean - theory)).toBeLessThan(4 * error);
    expect(error).toBeLessThan(0.05 * theory);
  });

  it('is on for its share of the time, and each silo is a server of its own', async () => {
    const bursts = tenant({ arrivals: { process: 'onoff', gap: 2000, on: 1e5, off: 3e5 } });
    const { tenants } = await runFastPath({
      ...PATH,
      discipline: 'siloed',
      workers: 2,
      tenants: [bursts, tenant()],
      until: 4e8,
    });
    expect(tenants[0]!.arrived / (4e8 / 2000 / 4)).toBeCloseTo(1, 1);
    expect(tenants[1]!.latency.mean / (1000 + mg1Wait(0.8, 1000, 0))).toBeCloseTo(1, 1);
    expect(mmkWait(2, 0.5, 1000)).toBeLessThan(tenants[1]!.latency.mean - 1000); // a second worker is not its own
  });

  it('is one trajectory in every build', async () => {
    const runs = [];
    for (const build of BUILDS)
      runs.push(await runFastPath({ ...PATH, until: 1e6, tenants: [tenant({ cv: 2 })] }, await moduleOf(build)));
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });

  it.each([
    [{ tenants: [] }, 'at least one tenant'],
    [{ discipline: 'siloed', tenants: [tenant(), tenant()] }, 'workers for all tenants'],
    [{ batches: [] }, 'stages'],
    [{ batches: [65] }, 'batches'],
    [{ period: 0 }, 'period'],
    [{ tenants: [tenant({ weight: 0 })] }, 'weights above 0'],
    [{ tenants: [tenant({ cost: 0 })] }, 'costs of at least 1'],
    [{ tenants: [tenant(), tenant({ arrivals: { process: 'full' } })] }, 'full'],
  ] as const)('refuses %j', async (changes, expected) => {
    await expect(runFastPath({ ...PATH, ...changes })).rejects.toThrow(expected);
  });
});
