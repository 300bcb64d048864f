// The naive simulator of functions against figures that another author's reference gave on the real trace of 2021, and against laws:
// before the program is compared with it, it is compared with them.

import { describe, expect, it } from 'vitest';
import type { LifecycleSpec } from '../../../src/lifecycle/spec.js';
import { naive } from './naive.js';
import type { Outcome } from './outcome.js';
import { AZURE_2021, bare, readBare } from './traces.js';

const MIB = 2 ** 20;

async function on2021(lifecycle: string, more = ''): Promise<Outcome> {
  const scenario = bare(lifecycle, AZURE_2021 + more);
  return naive((await readBare(scenario)).spec, scenario.durationNs);
}

const cold = ({ served }: Outcome): number => served.full + served.vm;
const warm = ({ served }: Outcome): number => served.dormant + served.active;

describe('598 calls of the Azure trace of 2021', () => {
  it.each([
    ['keepAlive: { policy: fixed, time: 60s }', 238, 360, 0],
    ['keepAlive: { policy: fixed, time: 600s }', 510, 88, 0],
    ['keepAlive: { policy: lru }, memory: 16384MiB', 418, 171, 9],
  ])('%s: %i warm, %i cold, %i dropped', async (lifecycle, warmStarts, coldStarts, dropped) => {
    const outcome = await on2021(lifecycle);
    expect([warm(outcome), cold(outcome), outcome.dropped]).toEqual([warmStarts, coldStarts, dropped]);
  });

  it.each([
    [1, 88, 0, 32_422],
    [2, 66, 18, 23_552],
    [4, 57, 25, 20_774],
    [16, 51, 31, 18_701],
  ])(
    '%i at once, each with a tenth of the memory: %i cold, %i joined, peak %i MiB',
    async (concurrency, cold_, joined, peak) => {
      const more = `, concurrency: ${concurrency}, memoryPerRequest: 0.1`;
      const outcome = await on2021('keepAlive: { policy: fixed, time: 600s }', more);
      expect([cold(outcome), outcome.served.joined]).toEqual([cold_, joined]);
      expect(Math.round(outcome.peakBytes / MIB)).toBe(peak);
    },
  );

  it('greedy-dual by function never beats lru; by instance it wins at 8 and 24 GiB and loses at 12 and 16', async () => {
    const starts = async (gib: number, policy: string): Promise<number> =>
      cold(await on2021(`memory: ${gib}GiB, keepAlive: { policy: ${policy} }`));
    for (const gib of [4, 8, 12, 16, 24])
      expect(await starts(gib, 'gd'), `${gib} GiB`).toBeGreaterThanOrEqual(await starts(gib, 'lru'));
    for (const [gib, sign] of [
      [8, -1],
      [12, 1],
      [16, 1],
      [24, -1],
    ] as const)
      expect(Math.sign((await starts(gib, 'gd, frequency: instance')) - (await starts(gib, 'lru'))), `${gib} GiB`).toBe(
        sign,
      );
  });
});

/** One function without init that needs 1 MiB; times in seconds. */
function single(atS: readonly number[], serviceS: number, change: Partial<LifecycleSpec> = {}): LifecycleSpec {
  const count = atS.length;
  return {
    memoryBytes: null,
    keepAlive: { policy: 'fixed', timeNs: 10e9, from: 'end' },
    overflow: { kind: 'drop', timeoutNs: 0 },
    order: ['active', 'dormant', 'restore', 'vm', 'full'],
    boot: { slots: 0, ratePerSecondPerCore: 0 },
    evict: 'asNeeded',
    snapshots: 'none',
    tier: { activeNs: 0, dormantNs: 0, restoreNs: 0, vmBootNs: 0 },
    attestNs: 0,
    proactive: false,
    vertical: false,
    functions: [
      {
        name: 'f',
        tenant: 'f',
        memoryBytes: MIB,
        memoryPerRequestBytes: 0,
        initNs: 0,
        maxVcpus: 1,
        concurrency: 1,
        minInstances: 0,
        confidential: false,
      },
    ],
    invocations: {
      atNs: Float64Array.from(atS, (s) => s * 1e9),
      fn: new Uint32Array(count),
      serviceNs: new Float64Array(count).fill(serviceS * 1e9),
    },
    ...change,
  };
}

const HOUR = 3_600e9;

describe('by hand', () => {
  it('who arrives as another ends, and at the very end of the keep-alive, is warm', () => {
    expect(naive(single([0, 1, 12], 1), HOUR).served).toMatchObject({ vm: 1, dormant: 2 });
    expect(naive(single([0, 1, 12.000000001], 1), HOUR).served).toMatchObject({ vm: 2, dormant: 1 });
  });

  it('without keep-alive only who comes as another ends is warm', () => {
    const keepAlive = { policy: 'fixed', timeNs: 0, from: 'end' } as const;
    const outcome = naive(single([0, 1, 2.5, 9], 1, { keepAlive }), HOUR);
    expect(outcome.served).toMatchObject({ vm: 3, dormant: 1 });
    expect([outcome.expirations, outcome.warmByteNs]).toEqual([3, 0n]);
  });

  it('memory that is held is busy, idle or starting', () => {
    const outcome = naive(
      single([0, 5], 1, { tier: { activeNs: 0, dormantNs: 1e9, restoreNs: 0, vmBootNs: 2e9 } }),
      100e9,
    );
    // boots 0 to 2, runs to 3, idle to 5, wakes to 6, runs to 7, idle to 17
    expect([outcome.startingByteNs, outcome.activeByteNs, outcome.warmByteNs]).toEqual(
      [3n, 2n, 12n].map((s) => s * BigInt(1e9 * MIB)),
    );
    expect(outcome.usedByteNs).toBe(17n * BigInt(1e9 * MIB));
    expect(outcome.startLatencyNs).toBe(3_000_000_000n);
  });

  it('the gate lets so many in at a time, and one each so long', () => {
    const tier = { activeNs: 0, dormantNs: 0, restoreNs: 0, vmBootNs: 4e9 };
    const slots = naive(single([0, 0, 0], 1, { tier, boot: { slots: 1, ratePerSecondPerCore: 0 } }), HOUR);
    expect(slots.startLatencyNs).toBe(BigInt((4 + 8 + 12) * 1e9));
    const rate = naive(single([0, 0, 0], 1, { tier, boot: { slots: 0, ratePerSecondPerCore: 0.5 } }), HOUR, 2);
    expect(rate.startLatencyNs).toBe(BigInt((4 + 5 + 6) * 1e9));
  });

  it('who finds no memory is dropped, waits, or waits so long', () => {
    const memoryBytes = MIB;
    const told = (kind: 'drop' | 'queue' | 'timeout'): unknown => {
      const { served, dropped, timedOut, inFlight } = naive(
        single([0, 1, 2], 5, { memoryBytes, overflow: { kind, timeoutNs: 4e9 } }),
        9e9,
      );
      return [served.vm, served.dormant, dropped, timedOut, inFlight];
    };
    expect(told('drop')).toEqual([1, 0, 2, 0, 0]);
    expect(told('queue')).toEqual([1, 1, 0, 0, 1]);
    expect(told('timeout')).toEqual([1, 1, 0, 1, 0]);
  });

  it('a snapshot is left by who expires', () => {
    const outcome = naive(single([0, 50, 100], 1, { snapshots: 'onExpiry' }), HOUR);
    expect(outcome.served).toMatchObject({ vm: 1, restore: 2 });
  });
});
