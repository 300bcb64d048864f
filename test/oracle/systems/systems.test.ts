// Nexus and Nanvix against the naive models, on random settings and on calls of traces: every request's time, every count, every
// byte-nanosecond. FLUXHOST_SETS=1000 compares so many.

import { describe, expect, it } from 'vitest';
import {
  type NanvixSpec,
  type NexusSpec,
  type RequestColumns,
  runNanvix,
  runNexus,
  type SystemRun,
} from '../../../src/systems/run.js';
import { columns, exponential, MIB, MS, NANVIX, NEXUS, poisson, type Row, S } from '../../systems/support.js';
import { readLifecycle } from '../../../src/lifecycle/read.js';
import { memoryHost } from '../../../src/workload/index.js';
import { AZURE_2021, azure2019, bare, FILES } from '../lifecycle/traces.js';
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

/** Mean times between requests: close ones, and such as leave functions idle for minutes and hours. */
const [CLOSE, APART] = [
  [0.7, 5, 40, 900],
  [900, 10_000, 60_000, 400_000, 6_000_000],
];

function requestsOf(seed: number, { next, between, pick }: Draws, functions: number, gapsMs = CLOSE) {
  const meanNs = pick([0.3, 3, 30, 150]) * MS;
  const some = (mean: number): number => (next() < 0.15 ? 0 : 1 + exponential(next, mean));
  return poisson(seed, between(40, 250), pick(gapsMs) * MS, functions, () => ({
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

/** The calls of a trace, as requests without I/O. */
async function traced(trace: string, duration?: string) {
  const { spec } = await readLifecycle(bare('', trace, duration), memoryHost(FILES));
  const { atNs, fn, serviceNs } = spec.invocations;
  const none = new Float64Array(atNs.length);
  const requests: RequestColumns = { at: atNs, fn, compute: serviceNs, fetch: none, write: none };
  return { functions: spec.functions, requests };
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

  const HIST = ['hist', 'hist-faascache'] as const;
  const HIST_SETS = Math.max(SETS, 500);

  it.each(HIST)(
    `Nexus that loads ahead by %s, in ${HIST_SETS} random sets`,
    async (policy) => {
      const seen = { forecast: 0, default: 0, bins: 0, ahead: 0, evicted: 0, lost: 0 };
      for (let seed = 1; seed <= HIST_SETS; seed++) {
        const draws = drawsOf(seed + 2_000_000);
        const functions = draws.between(1, 5);
        const requests = requestsOf(seed, draws, functions, APART);
        const spec: NexusSpec = { ...nexusOf(draws, functions, requests.at.at(-1)!), policy };
        const run = await runNexus(spec, requests);
        const naive = naiveNexus(spec, requests, (rules) => {
          for (const [rule, times] of Object.entries(rules)) seen[rule as keyof typeof seen] += Math.min(times, 1);
        });
        expect(differing(run, naive), `seed ${seed}`).toEqual([]);
        seen.evicted += Number(run.evicted > 0);
        seen.lost += Number(run.lost > 0);
      }
      const { forecast, ...all } = seen;
      for (const [what, sets] of Object.entries(all)) expect(sets, what).toBeGreaterThan(5);
      expect(forecast > 5, 'a forecast').toBe(policy === 'hist');
    },
    600_000,
  );

  it.each(HIST)(
    `Nanvix that loads ahead by %s, in ${HIST_SETS} random sets`,
    async (policy) => {
      const seen = { forecast: 0, default: 0, bins: 0, ahead: 0, evicted: 0, systemWait: 0 };
      for (let seed = 1; seed <= HIST_SETS; seed++) {
        const draws = drawsOf(seed + 3_000_000);
        const tenants = draws.between(1, 5);
        const requests = requestsOf(seed, draws, tenants, APART);
        const calls = { ...requests, fetch: requests.at.map(() => exponential(draws.next, 100_000)) };
        const spec: NanvixSpec = { ...nanvixOf(draws, tenants), policy };
        const run = await runNanvix(spec, calls);
        const naive = naiveNanvix(spec, calls, (rules) => {
          for (const [rule, times] of Object.entries(rules)) seen[rule as keyof typeof seen] += Math.min(times, 1);
        });
        expect(differing(run, naive), `seed ${seed}`).toEqual([]);
        seen.evicted += Number(run.evicted > 0);
        seen.systemWait += Number(run.systemWaitNs > 0);
      }
      const { forecast, ...all } = seen;
      for (const [what, sets] of Object.entries(all)) expect(sets, what).toBeGreaterThan(5);
      expect(forecast > 5, 'a forecast').toBe(policy === 'hist');
    },
    600_000,
  );

  it.each(HIST)('under %s on the calls of 2021, and on four minutes of 2019', async (policy) => {
    const all = { forecast: 0, default: 0, bins: 0, ahead: 0 };
    const note = (rules: typeof all): void => {
      for (const rule of Object.keys(all) as (keyof typeof all)[]) all[rule] += rules[rule];
    };
    for (const [trace, duration] of [
      [AZURE_2021, undefined],
      [azure2019(', startMinute: 480, minutes: 4'), '4m'],
    ] as const) {
      const { functions, requests } = await traced(trace, duration);
      const bytes = Float64Array.from(functions, ({ memoryBytes }) => memoryBytes);
      for (const memoryBytes of [null, 4096 * MIB, 16_384 * MIB]) {
        const spec: NexusSpec = { ...NEXUS, workers: 0, restoreNs: 125 * MS, bytes, policy, memoryBytes };
        expect(differing(await runNexus(spec, requests), naiveNexus(spec, requests, note)), trace).toEqual([]);
      }
      const owners = [...new Set(functions.map(({ tenant }) => tenant))];
      const fn = requests.fn.map((of) => owners.indexOf(functions[of]!.tenant));
      const calls: RequestColumns = { ...requests, fn, fetch: requests.at.map(() => 50_000) };
      const spec: NanvixSpec = { ...NANVIX, userBytes: 8 * MIB, policy, ioPerCall: 2, tenants: owners.length };
      expect(differing(await runNanvix(spec, calls), naiveNanvix(spec, calls, note)), trace).toEqual([]);
    }
    expect(all.default).toBeGreaterThan(0);
    expect(all.bins).toBeGreaterThan(0);
    expect(all.ahead).toBeGreaterThan(0);
  });

  it('loads ahead behind what ends, and before what comes, at one instant', async () => {
    const spec: NexusSpec = { ...NEXUS, workers: 0, connectNs: 0, fabricNs: 0, policy: 'hist-faascache' };
    const row = (at: number): Row => ({ at, compute: S });
    const rows: Row[] = [row(0)];
    // idle for ten minutes each time: loaded ahead 0.9 of them after the end
    for (let i = 0; i < 4; i++) {
      const { latencyNs } = await runNexus(spec, columns(rows));
      rows.push(row(rows.at(-1)!.at + latencyNs.at(-1)! + (i < 3 ? 600 * S : 540 * S)));
    }
    for (const early of [0, 1]) {
      const requests = columns([...rows.slice(0, -1), { ...rows.at(-1)!, at: rows.at(-1)!.at - early }]);
      const run = await runNexus(spec, requests);
      expect(differing(run, naiveNexus(spec, requests))).toEqual([]);
      expect(run.cold.at(-1)).toBe(early);
    }
  });
});
