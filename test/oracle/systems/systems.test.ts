// Nexus and Nanvix against the naive models, on random settings: every request's time, every count, every byte-nanosecond. FLUXHOST_SETS=1000
// compares so many.

import { describe, expect, it } from 'vitest';
import { type NanvixSpec, type NexusSpec, runNanvix, runNexus, type SystemRun } from '../../../src/systems/run.js';
import { exponential, MIB, MS, poisson, S } from '../../systems/support.js';
import { chance } from '../server/draw.js';
import { naiveNanvix } from './naive-nanvix.js';
import { naiveNexus } from './naive-nexus.js';

const SETS = Number(process.env['FLUXHOST_SETS'] ?? 200);

/** Draws of one set; times in whole nanoseconds that hardly ever fall together. */
function drawsOf(seed: number) {
  const next = chance(seed);
  const between = (low: number, high: number): number => Math.round(low + next() * (high - low));
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  return { next, between, pick };
}
type Draws = ReturnType<typeof drawsOf>;

function requestsOf(seed: number, { next, between, pick }: Draws, functions: number) {
  const meanNs = pick([0.3, 3, 30, 150]) * MS;
  const some = (mean: number): number => (next() < 0.15 ? 0 : 1 + exponential(next, mean));
  return poisson(seed, between(40, 250), pick([0.7, 5, 40, 900]) * MS, functions, () => ({
    compute: exponential(next, meanNs),
    fetch: some(9 * MS),
    write: some(11 * MS),
  }));
}

function nexusOf({ next, between, pick }: Draws, functions: number, endNs: number): NexusSpec {
  const workers = pick([0, 0, 1, 1, 2]);
  const bytes = Float64Array.from({ length: functions }, () => between(32, 230) * MIB);
  return {
    cores: between(2, 11) + workers,
    workers,
    prefetch: next() < 0.7,
    writeAfter: next() < 0.6,
    restoreNs: between(0.1 * MS, 40 * MS),
    connectNs: pick([0, between(0.1 * MS, 30 * MS)]),
    respondNs: pick([0, between(0, 2 * MS)]),
    opNs: pick([0, 20_000, between(0.1 * MS, 6 * MS)]),
    keepNs: pick([0, between(MS, 200 * MS), between(S, 60 * S)]),
    policy: pick(['fixed', 'fixed', 'lru']),
    memoryBytes: next() < 0.4 ? null : Math.max(...bytes) + between(0, 1500) * MIB,
    fabricNs: pick([0, between(0.1 * MS, 90 * MS)]),
    bytes,
    ...(next() < 0.4 ? { down: { atNs: between(0, endNs), forNs: between(1, endNs / 4) } } : {}),
  };
}

const nanvixOf = ({ next, between, pick }: Draws, tenants: number): NanvixSpec => ({
  cores: between(2, 11),
  userStartNs: between(0.1 * MS, 12 * MS),
  systemStartNs: between(0.1 * MS, 40 * MS),
  userBytes: 8 * MIB,
  systemBytes: 30 * MIB,
  keepNs: pick([0, between(MS, 100 * MS), between(S, 60 * S)]),
  policy: pick(['fixed', 'fixed', 'lru']),
  crossingNs: pick([0, 5000, 12_345]),
  ioPerCall: pick([0, 1, 3, 10]),
  parallelStart: next() < 0.6,
  memoryBytes: next() < 0.4 ? null : between(38, 340) * MIB,
  tenants,
});

/** Which of the naive model's figures differ; integrals to a billionth: sums of products in another order. */
function differing(
  run: SystemRun,
  naive: Partial<Record<keyof SystemRun, number | Float64Array | Uint8Array>>,
): string[] {
  return Object.entries(naive).flatMap(([name, expected]) => {
    const found = run[name as keyof SystemRun];
    const same =
      typeof expected !== 'number'
        ? expected.every((value, i) => value === (found as Float64Array)[i])
        : name.endsWith('yteNs')
          ? Math.abs(expected - (found as number)) <= 1e-9 * Math.max(expected, 1)
          : expected === found;
    return same ? [] : [name];
  });
}

describe('the same as a naive model has it', () => {
  it(`Nexus, in ${SETS} random sets`, async () => {
    const seen = { evicted: 0, expired: 0, lost: 0, waited: 0 };
    for (let seed = 1; seed <= SETS; seed++) {
      const draws = drawsOf(seed);
      const functions = draws.between(1, 12);
      const requests = requestsOf(seed, draws, functions);
      const spec = nexusOf(draws, functions, requests.at.at(-1)!);
      const run = await runNexus(spec, requests);
      expect(differing(run, naiveNexus(spec, requests)), `seed ${seed}`).toEqual([]);
      seen.evicted += Number(run.evicted > 0);
      seen.expired += Number(run.expired > 0);
      seen.lost += Number(run.lost > 0);
      seen.waited += Number(run.startedNs.some((at, i) => at > requests.at[i]!));
    }
    for (const [what, sets] of Object.entries(seen)) expect(sets, what).toBeGreaterThan(0);
  }, 600_000);

  it(`Nanvix, in ${SETS} random sets`, async () => {
    const seen = { evicted: 0, expired: 0, waited: 0, systemWait: 0 };
    for (let seed = 1; seed <= SETS; seed++) {
      const draws = drawsOf(seed + 1_000_000);
      const tenants = draws.between(1, 12);
      const requests = requestsOf(seed, draws, tenants);
      const calls = { ...requests, fetch: requests.at.map(() => exponential(draws.next, 100_000)) };
      const spec = nanvixOf(draws, tenants);
      const run = await runNanvix(spec, calls);
      expect(differing(run, naiveNanvix(spec, calls)), `seed ${seed}`).toEqual([]);
      seen.evicted += Number(run.evicted > 0);
      seen.expired += Number(run.expired > 0);
      seen.waited += Number(run.startedNs.some((at, i) => at > calls.at[i]!));
      seen.systemWait += Number(run.systemWaitNs > 0);
    }
    for (const [what, sets] of Object.entries(seen)) expect(sets, what).toBeGreaterThan(0);
  }, 600_000);
});
