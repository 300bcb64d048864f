// One GPU under Valve: P1 to P4 with their numbers, one trajectory with the naive GPU, what must hold of every run.

import { describe, expect, it } from 'vitest';
import { laws } from '../../src/experiments/valve/laws.js';
import { VALVE_PARAMETERS } from '../../src/experiments/valve/parameters.js';
import { PROFILES, tableOf } from '../../src/systems/gpu-profile.js';
import { settingsOf } from '../../src/experiments/parameters.js';
import { type GpuRequests, type GpuSpec, type GpuStep, runGpu } from '../../src/systems/valve.js';
import { naiveGpu } from '../oracle/server/gpu.js';
import { chance } from '../oracle/server/draw.js';
import { BUILDS, moduleOf } from '../support/builds.js';

const lawsWith = (...set: string[]) => laws(settingsOf('valve', VALVE_PARAMETERS, set));

interface Row {
  readonly cooldownMs: number;
  readonly preemptions: number;
  readonly mostSeen: number;
  readonly offlineMs: number;
  readonly offlineShare: number;
  readonly perRequest: number;
  readonly theory: number;
}

describe('laws of Valve', () => {
  it('P1 to P4 have the numbers of the arithmetic', async () => {
    const { P1, P2, P3, P4 } = await lawsWith();
    const rows = P1!['rows'] as unknown as Row[];
    expect(rows.map(({ cooldownMs, preemptions, mostSeen }) => [cooldownMs, preemptions, mostSeen])).toEqual([
      [36, 44, 11],
      [37, 4, 1],
      [74, 4, 1],
      [400, 3, 1],
      [3000, 1, 1],
    ]);
    expect([rows[2]!.offlineMs, rows[4]!.offlineMs]).toEqual([7272, 393]);
    for (const { offlineShare, perRequest, theory } of P2!['rows'] as unknown as Row[]) {
      expect(Math.abs(offlineShare - theory)).toBeLessThan(0.006);
      expect(Math.abs(perRequest - theory)).toBeLessThan(0.006);
    }
    expect((P2!['rows'] as unknown as Row[]).map(({ theory }) => Number(theory.toFixed(4)))).toEqual([0.6746, 0.4246]);
    expect(P3!['headroom']).toEqual([1, 2, 4, 8, 16, 15, 14, 13]);
    expect(P4!['fleetShare']).toBeCloseTo(0.269, 3);
    expect(P4!['fewerGpus']).toBeCloseTo(0.257, 3);
  });

  it('P3 with other steps', async () => {
    const { P3 } = await lawsWith(
      'law.demand=0,0,4,0,7,1',
      'law.headroom=3',
      'up=3',
      'down=2',
      'law.cooldowns=0',
      'law.poissonCooldowns=0',
    );
    expect(P3!['headroom']).toEqual([1, 0, 1, 0, 1, 0]);
  });
});

describe('times of a step', () => {
  it('are those of the profile, with lines between and beyond', () => {
    const table = tableOf(PROFILES['a100']!, 5000);
    expect([table[1264], table[2048]].map((ns) => Math.round(ns! / 1e5) / 10)).toEqual([78.8, 133.6]);
    expect(table[0]).toBe(table[1]);
    expect(table[40]! / 1e6).toBeCloseTo((9.54 + 9.573) / 2, 6);
    expect(table[4608]! / 1e6).toBeCloseTo(2 * 260.154 - 230.56, 6);
  });
});

/** Small whole numbers, so that much falls into one instant. */
function drawn(seed: number): { spec: GpuSpec; requests: GpuRequests } {
  const next = chance(seed);
  const upTo = (n: number): number => 1 + Math.floor(next() * n);
  const from0 = (n: number): number => Math.floor(next() * (n + 1));
  const count = upTo(30);
  const pageTokens = upTo(3);
  let at = from0(5);
  const requests = {
    at: Float64Array.from({ length: count }, () => (at += next() < 0.3 ? 0 : from0(40))),
    prompt: Float64Array.from({ length: count }, () => from0(8)),
    output: Float64Array.from({ length: count }, () => from0(6)),
  };
  const batch = upTo(3);
  return {
    requests,
    spec: {
      cooldownNs: from0(12),
      preemptNs: from0(3),
      gapNs: from0(6),
      prefillNs: Float64Array.from({ length: 9 }, () => upTo(9)),
      decodeNs: Float64Array.from({ length: batch + 1 }, () => upTo(5)),
      jitter: next() < 0.5 ? new Float64Array() : Float64Array.from({ length: upTo(5) }, () => 0.5 + next()),
      pages: 14 + upTo(40),
      pageTokens,
      headroom: { pages: from0(4), up: 1 + upTo(2) / 2, down: from0(2) },
      reclaim: upTo(6),
      waitNs: upTo(3),
      offline: next() < 0.2 ? null : { pages: upTo(7), prefillNs: upTo(5) },
      endNs: next() < 0.3 ? upTo(300) : 3000,
    },
  };
}

describe('the GPU', () => {
  it('takes the trajectory of the naive one, whatever comes', async () => {
    const sums = { preemptions: 0, killed: 0, memoryWaits: 0, recomputedNs: 0 };
    for (let seed = 1; seed <= 300; seed++) {
      const { spec, requests } = drawn(seed);
      const run = await runGpu(spec, requests, undefined, { timeline: true, room: 50 });
      const naive = naiveGpu(spec, requests);
      const { seen, ...rest } = naive;
      const name = `seed ${seed}`;
      expect({ ...run, firstNs: [...run.firstNs], doneNs: [...run.doneNs] }, name).toMatchObject(rest);
      expect(run.timeline.length, name).toBe(run.steps);
      const sum = (of: (step: GpuStep) => number): number => run.timeline.reduce((all, step) => all + of(step), 0);
      expect(sum(({ startNs, endNs }) => endNs - startNs)).toBe(run.busyNs);
      expect(run.timeline.at(-1)?.killed ?? 0).toBe(run.killed);
      // each token of a whole answer is in a step
      const whole = requests.output.reduce((all, tokens, i) => all + (run.doneNs[i]! > 0 ? tokens : 0), 0);
      expect(
        sum(({ tokens }) => tokens),
        name,
      ).toBeGreaterThanOrEqual(whole);
      seen.forEach((one, i) => one === null || expect(run.seen[i], name).toBe(one));
      for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += run[key];
    }
    for (const [key, sum] of Object.entries(sums)) expect(sum, key).toBeGreaterThan(100);
  });

  it('preempts no request twice where the cooldown is no shorter than the greatest gap', async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { spec, requests } = drawn(seed);
      const most = spec.jitter.reduce((a, b) => Math.max(a, b), 1);
      const run = await runGpu({ ...spec, cooldownNs: Math.ceil(spec.gapNs * most) }, requests);
      expect(Math.max(...run.seen.filter((_, i) => run.doneNs[i]! > 0), 0)).toBeLessThanOrEqual(1);
    }
  });

  it('is one trajectory in every build', async () => {
    const { spec, requests } = drawn(5);
    const runs = [];
    for (const build of BUILDS) runs.push(await runGpu(spec, requests, await moduleOf(build)));
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });

  it('refuses a request that never fits', async () => {
    const { spec } = drawn(5);
    const requests = { at: Float64Array.of(0), prompt: Float64Array.of(8), output: Float64Array.of(1e6) };
    await expect(runGpu(spec, requests)).rejects.toThrow(
      /row 1: given 1000008 tokens, expected at most \d+ \(KV capacity\)/,
    );
  });
});
