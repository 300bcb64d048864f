// Nanvix on one host against what its rules say by arithmetic: who pays which start, how often a system VM starts, how calls of one
// tenant wait for each other, and the memory that both kinds of VM take.

import { describe, expect, it } from 'vitest';
import { runNanvix } from '../../src/systems/run.js';
import { mg1Wait } from '../support/queueing.js';
import { columns, exponential, meanOf, MIB, MS, NANVIX, poisson, S } from './support.js';

const ms = (values: Float64Array): number[] => [...values].map((ns) => ns / MS);

describe('a call', () => {
  const rows = columns([
    { at: 0, compute: 10 * MS },
    { at: 30 * MS, compute: 10 * MS },
    { at: 601 * S, compute: 10 * MS },
    { at: 1400 * S, compute: 10 * MS },
  ]);

  it('pays both starts where its system VM is down, at once or one after the other', async () => {
    const together = await runNanvix(NANVIX, rows);
    expect(ms(together.latencyNs)).toEqual([33, 17, 33, 33].map((x, i) => (i === 2 ? 33 : x)));
    expect([...together.systemCold]).toEqual([1, 0, 1, 1]);
    const after = await runNanvix({ ...NANVIX, parallelStart: false }, rows);
    expect(ms(after.latencyNs)).toEqual([40, 17, 40, 40]);
  });

  it('that comes while the system VM starts waits for it, and starts none', async () => {
    const two = columns([
      { at: 0, compute: MS },
      { at: 10 * MS, compute: MS },
      { at: 20 * MS, compute: MS },
    ]);
    const { latencyNs, systemStarts } = await runNanvix(NANVIX, two);
    expect(ms(latencyNs)).toEqual([24, 14, 8]);
    expect(systemStarts).toBe(1);
  });

  it('passes each of its I/O calls over and back', async () => {
    const one = columns([{ at: 0, compute: 11 * MS, fetch: 50_000 }]);
    const run = await runNanvix({ ...NANVIX, ioPerCall: 10 }, one);
    expect(run.latencyNs[0]).toBe(23 * MS + 11 * MS + 10 * (2 * 5000 + 50_000));
    expect([run.calls, run.backendNs, run.coreNs]).toEqual([10, 500_000, 11 * MS]);
  });
});

describe('system VMs', () => {
  it.each([
    [1, 60],
    [2, 60],
    [1, 120],
    [5, 30],
  ])(
    'of a tenant with %i functions kept for %i s start as renewals of the merged stream say',
    async (functions, keep) => {
      const rate = functions / 60;
      const count = 20_000;
      const requests = poisson(functions, count, S / rate, 1, () => ({ compute: MS }));
      const { systemStarts, systemByteNs, endedNs } = await runNanvix(
        { ...NANVIX, userStartNs: 0, systemStartNs: 0, keepNs: keep * S },
        requests,
      );
      const chance = Math.exp(-rate * keep);
      expect(Math.abs(systemStarts / count - chance)).toBeLessThan(4 * Math.sqrt((chance * (1 - chance)) / count));
      expect(systemByteNs / endedNs / (30 * MIB)).toBeCloseTo(1 - chance, 1);
    },
  );

  it('serve the calls of their tenant as M/G/1', async () => {
    const cost = MS;
    const load = 0.8;
    const waits: number[] = [];
    for (let seed = 1; seed <= 12; seed++) {
      const requests = poisson(seed, 30_000, cost / load, 1, (next) => ({
        compute: 0,
        fetch: exponential(next, cost),
      }));
      const { systemWaitNs, calls } = await runNanvix({ ...NANVIX, ioPerCall: 1 }, requests);
      expect(calls).toBe(30_000);
      waits.push(systemWaitNs / calls);
    }
    const mean = meanOf(waits);
    const error = Math.sqrt(waits.reduce((sum, wait) => sum + (wait - mean) ** 2, 0) / 11 / 12);
    expect(Math.abs(mean - mg1Wait(load, cost, 1))).toBeLessThan(4 * error);
    expect(error).toBeLessThan(0.05 * mean);
  });

  it('of other tenants do not wait for it', async () => {
    const busy = poisson(1, 4000, 2 * MS, 8, () => ({ compute: 0, fetch: MS }));
    const apart = await runNanvix({ ...NANVIX, ioPerCall: 1, tenants: 8 }, busy);
    const merged = await runNanvix({ ...NANVIX, ioPerCall: 1 }, { ...busy, fn: new Uint32Array(4000) });
    expect(apart.systemWaitNs).toBeLessThan(0.3 * merged.systemWaitNs);
  });
});

describe('memory', () => {
  it('is that of user VMs that live and of system VMs that are up', async () => {
    const [rate, service, keep, functions] = [1 / 60, 0.3, 30, 3];
    const requests = poisson(4, 40_000, S / (functions * rate), 1, (next) => ({
      compute: exponential(next, service * S),
    }));
    const run = await runNanvix({ ...NANVIX, keepNs: keep * S }, requests);
    const chance = Math.exp(-functions * rate * keep);
    const expected = functions * rate * (service + 0.007) * 7.6 + (1 - chance) * 30;
    expect(run.byteNs / run.endedNs / MIB / expected).toBeCloseTo(1, 1);
  });

  it('never passes the budget, and calls wait for it', async () => {
    const requests = poisson(2, 5000, 5 * MS, 200, (next) => ({ compute: exponential(next, 100 * MS) }));
    const memoryBytes = 1024 * MIB;
    const run = await runNanvix({ ...NANVIX, tenants: 200, memoryBytes }, requests);
    expect(run.peakBytes).toBeLessThanOrEqual(memoryBytes);
    expect(run.evicted).toBeGreaterThan(100);
    expect(run.latencyNs.every((ns, i) => ns >= requests.compute[i]! + 7 * MS)).toBe(true);
    const waited = run.startedNs.filter((at, i) => at > requests.at[i]!).length;
    expect(waited).toBeGreaterThan(0);
    await expect(async () => runNanvix({ ...NANVIX, memoryBytes: 30 * MIB }, requests)).rejects.toThrow(
      'expected at least',
    );
  });
});

describe('system VMs that are loaded ahead, or held', () => {
  // one tenant, a call of a minute every half hour: 29 minutes idle, of which the histogram makes 25.2 and 31.9
  const halfHourly = columns(Array.from({ length: 10 }, (_, k) => ({ at: k * 1800 * S, compute: 60 * S })));

  it.each(['hist', 'hist-faascache'] as const)('%s: gone after a call, there before the next', async (policy) => {
    const run = await runNanvix({ ...NANVIX, policy }, halfHourly);
    expect(run.systemStarts).toBe(1);
    // kept over the first idle time, of which nothing is known; then 60 s of a call and 228 s before it
    const seconds = 1860.007 + 8 * (1800 - 25.2 * 60);
    expect(run.systemByteNs / (NANVIX.systemBytes * S)).toBeCloseTo(seconds, 6);
    expect([run.expired, run.evicted]).toEqual([9, 0]);
    // nobody waits for a system VM but the first call
    expect([...run.latencyNs].map((ns) => ns / MS - 60_000)).toEqual([23, ...Array<number>(9).fill(7)]);
  });

  it('pool: all are there from the beginning, and replaced where memory was needed', async () => {
    const tenants = 4;
    const calls = columns(Array.from({ length: 40 }, (_, k) => ({ at: (1 + k) * S, fn: k % tenants, compute: S / 2 })));
    const held = await runNanvix({ ...NANVIX, policy: 'pool', tenants }, calls);
    expect(held.systemStarts).toBe(0);
    expect(held.systemByteNs / held.endedNs).toBeCloseTo(tenants * NANVIX.systemBytes, 3);
    // room for two system VMs and a call
    const tight = { memoryBytes: 2 * NANVIX.systemBytes + NANVIX.userBytes };
    const run = await runNanvix({ ...NANVIX, ...tight, policy: 'pool', tenants }, calls);
    expect(run.evicted).toBeGreaterThan(10);
    expect(run.systemStarts).toBeGreaterThan(10);
    expect(run.peakBytes).toBeLessThanOrEqual(tight.memoryBytes);
    expect(run.latencyNs.every((ns) => ns >= S / 2)).toBe(true);
  });
});
