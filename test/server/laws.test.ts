// What must hold of servers with budgets: queueing theory where there is one tenant, B1 to B5 of docs/model/server.md, and the shares
// that follow from Virtuoso's rules by arithmetic.

import { describe, expect, it } from 'vitest';
import {
  type Discipline,
  runServers,
  type ServerItems,
  type ServersResult,
  type ServerSpec,
} from '../../src/server/run.js';
import { chance, drawn } from '../oracle/server/draw.js';
import { mg1Wait, mmkWait } from '../support/queueing.js';

const server = (changes: Partial<ServerSpec> = {}): ServerSpec => ({
  workers: 1,
  batch: 1,
  stages: 1,
  discipline: 'fifo',
  limit: null,
  tenants: [{ weight: 1, limit: null }],
  ...changes,
});

/** Poisson arrivals of one tenant, mean service 1,000. */
function poisson(seed: number, count: number, gap: number, service: (next: () => number) => number): ServerItems {
  const next = chance(seed);
  let time = 0;
  return {
    at: Float64Array.from({ length: count }, () => (time = Math.round(time - Math.log(1 - next()) * gap))),
    tenant: new Uint32Array(count),
    costs: [Float64Array.from({ length: count }, () => service(next))],
  };
}

const constant = (): number => 1000;
const exponential = (next: () => number): number => Math.round(-Math.log(1 - next()) * 1000);

/** Mean and its standard error over seeds. */
async function meanWait(
  spec: ServerSpec,
  make: (seed: number) => ServerItems,
): Promise<{ mean: number; error: number }> {
  const means: number[] = [];
  for (let seed = 1; seed <= 16; seed++) {
    const { items } = await runServers([spec], make(seed));
    const kept = items.slice(items.length >> 2); // the rest fills the queue
    means.push(kept.reduce((sum, { waited }) => sum + waited, 0) / kept.length);
  }
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (means.length - 1);
  return { mean, error: Math.sqrt(variance / means.length) };
}

describe('B1: one tenant, batch 1, fifo is M/G/W', () => {
  it.each([
    ['M/D/1', 1, 0.8, constant, mg1Wait(0.8, 1000, 0)],
    ['M/M/1', 1, 0.8, exponential, mg1Wait(0.8, 1000, 1)],
    ['M/M/4', 4, 0.85, exponential, mmkWait(4, 0.85, 1000)],
    ['M/M/16', 16, 0.9, exponential, mmkWait(16, 0.9, 1000)],
  ] as const)('%s', async (_, workers, load, service, theory) => {
    const spec = server({ workers });
    const { mean, error } = await meanWait(spec, (seed) => poisson(seed, 40_000, 1000 / (workers * load), service));
    expect(Math.abs(mean - theory)).toBeLessThan(4 * error);
    expect(error).toBeLessThan(0.06 * theory);
  });
});

const BUDGETED: readonly Discipline[] = ['cycles', 'packets', 'bytes'];

describe('B2: a cap of 0', () => {
  it.each(BUDGETED)('makes %s the same as fifo, bit for bit', async (discipline) => {
    for (let seed = 1; seed <= 40; seed++) {
      const { specs, items } = drawn(seed);
      const { workers, batch, limit, tenants } = specs[0]!;
      const one = { ...items, costs: items.costs.slice(0, 1) };
      const fifo = await runServers([server({ workers, batch, limit, tenants })], one);
      const budget = { cap: 0, period: 10, boost: 1, replenish: 'period' } as const;
      expect(await runServers([server({ workers, batch, limit, tenants, discipline, budget })], one)).toEqual(fifo);
    }
  });
});

describe('a lock', () => {
  const rules = { interval: 5000, switch: 0, perWaiter: 0 };

  it('that nobody holds longer than its interval, and that is handed over for nothing, is fifo bit for bit', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const items = poisson(seed, 500, 1200, constant);
      for (const workers of [1, 3]) {
        const fifo = await runServers([server({ workers })], items);
        expect(await runServers([server({ workers, discipline: 'lock', lock: rules })], items)).toEqual(fifo);
      }
    }
  });

  it('goes round where items are longer, and costs its hand-overs', async () => {
    const items = { at: Float64Array.of(0, 1), tenant: new Uint32Array(2), costs: [Float64Array.of(10, 3)] };
    const lock = { interval: 4, switch: 2, perWaiter: 1 };
    const { items: ends, endedAt } = await runServers([server({ discipline: 'lock', lock })], items);
    // held from 0; the other waits from 1: taken at 5, hand-over of 2 + 1 for the first, which waits on, 8 to 11; 13 to 18
    expect(ends.map(({ done }) => done)).toEqual([18, 11]);
    expect(endedAt).toBe(18);
    await expect(runServers([server({ discipline: 'lock', lock, batch: 2 })], items)).rejects.toThrow('batches of 1');
  });
});

const MAX_COST = 16_000;
/** Two tenants whose items lie in turns and never run out. */
function full(costs: readonly [number, number], count = 120_000): ServerItems {
  return {
    at: new Float64Array(count),
    tenant: Uint32Array.from({ length: count }, (_, i) => i % 2),
    costs: [Float64Array.from({ length: count }, (_, i) => costs[i % 2]!)],
    size: new Uint32Array(count).fill(1500),
  };
}
const PERIOD = 210_000; // 100 us at 2.1 GHz
const UNTIL = 21_000_000;
const two = (discipline: Discipline, boost = 1): ServerSpec =>
  server({
    batch: 16,
    discipline,
    tenants: [
      { weight: 1, limit: null },
      { weight: 1, limit: null },
    ],
    ...(discipline === 'fifo' ? {} : { budget: { cap: PERIOD, period: PERIOD, boost, replenish: 'poll' as const } }),
  });

function shares({ servers }: ServersResult): number[] {
  const { used, tenants } = servers[0]!;
  return tenants.map((tenant) => tenant.used / used);
}

describe('B3: what was used', () => {
  it('is that of the tenants together, and no less than what was charged', async () => {
    let charged = 0;
    for (let seed = 1; seed <= 80; seed++) {
      const { specs, items } = drawn(seed);
      const result = await runServers(specs, items);
      for (const { used, tenants } of result.servers) {
        expect(used).toBe(tenants.reduce((sum, tenant) => sum + tenant.used, 0));
        for (const tenant of tenants) expect(tenant.charged).toBeLessThanOrEqual(tenant.used);
        for (const { arrived, served, dropped } of tenants)
          expect(arrived).toBe(served + dropped.budget + dropped.queue);
        charged += tenants.reduce((sum, tenant) => sum + tenant.charged, 0);
      }
    }
    expect(charged).toBeGreaterThan(1000);
  });
});

describe('B4: a debt', () => {
  it('is at most the batch times the greatest cost', async () => {
    const { servers } = await runServers([two('cycles')], full([1000, MAX_COST]), { until: UNTIL });
    const least = servers[0]!.tenants.map(({ leastBudget }) => leastBudget);
    for (const budget of least) expect(budget).toBeGreaterThan(-16 * MAX_COST);
    expect(Math.min(...least)).toBeLessThan(-50_000); // a batch of 8 dear items went beyond the budget
  });
});

describe('B5: servers in a row', () => {
  const LINE = [
    [4, 1, 6, 2],
    [2, 5, 1, 3],
    [3, 3, 2, 4],
  ] as const;

  it('with fixed times are a flow line', async () => {
    const items: ServerItems = {
      at: new Float64Array(4),
      tenant: new Uint32Array(4),
      costs: LINE.map((times) => Float64Array.from(times)),
    };
    const { items: ends, endedAt } = await runServers([server(), server(), server()], items);
    const before = [0, 0, 0];
    const recurrence = LINE[0].map((_, l) => {
      let at = 0;
      LINE.forEach((times, k) => (at = before[k] = Math.max(at, before[k]!) + times[l]!));
      return at;
    });
    expect(ends.map(({ done }) => done)).toEqual(recurrence);
    expect(endedAt).toBe(20);
  });

  it('of equal layers take the sum and the greatest L - 1 times', async () => {
    const [flash, unpack, compute, layers] = [109, 22, 25, 32];
    const column = (cost: number): Float64Array => new Float64Array(layers).fill(cost);
    const items = {
      at: new Float64Array(layers),
      tenant: new Uint32Array(layers),
      costs: [flash, unpack, compute].map(column),
    };
    const { endedAt } = await runServers([server(), server(), server()], items);
    expect(endedAt).toBe(flash + unpack + compute + (layers - 1) * flash);
  });
});

describe("Virtuoso's rules, by arithmetic", () => {
  it('fifo shares cycles as costs, 5.88 and 94.12 % at equal packet rates', async () => {
    const [victim] = shares(await runServers([two('fifo')], full([1000, MAX_COST]), { until: UNTIL }));
    expect(victim).toBeCloseTo(1 / 17, 3);
  });

  it('cycles charge 9,336,000 and 10,624,000 of 21 M, and use 44.66 and 55.34 %', async () => {
    const result = await runServers([two('cycles')], full([1000, MAX_COST]), { until: UNTIL });
    const [victim, aggressor] = result.servers[0]!.tenants;
    // the arithmetic counts the batch that is under way at the end: eight items of each
    expect([victim!.charged + 8 * 1000, aggressor!.charged + 8 * MAX_COST]).toEqual([9_336_000, 10_624_000]);
    expect(shares(result)[0]).toBeCloseTo(0.4466, 2);
  });

  it('leaves equal costs equal shares', async () => {
    const [victim] = shares(await runServers([two('cycles')], full([1000, 1000]), { until: UNTIL }));
    expect(victim).toBeCloseTo(0.5, 3);
  });

  it('is off where the boost funds everybody', async () => {
    const result = await runServers([two('cycles', 31)], full([1000, MAX_COST]), { until: UNTIL });
    expect(shares(result)[0]).toBeCloseTo(1 / 17, 3);
  });
});
