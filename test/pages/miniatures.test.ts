// Miss-ratio curves by miniature simulation: exact at a rate of 1, near the exact ones from a tenth of the pages, on a real trace.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InputError, memoryHost, missRatioCurve, missRatioCurves, replayPages } from '../../src/index.js';
import { POLICY_NAMES } from '../../src/pages/policies.js';
import { sharedFile } from '../memory/support.js';
import { SplitMix64 } from '../../src/workload/random.js';

const TRACE = sharedFile('traces/cache2k-ecommerce/web07.be32.bin.gz');

/** Pages by a power of a uniform draw: a few are hot. */
function skewed(requests: number, pages: number): string {
  const random = new SplitMix64(5);
  const lines = Array.from({ length: requests }, () => `${Math.floor(pages * random.unit() ** 3)}`);
  return `page\n${lines.join('\n')}\n`;
}

describe('miniatures of every capacity', () => {
  const files = memoryHost({ 'skewed.csv': skewed(20_000, 600) });
  const options = { files, format: 'csv' } as const;

  it('are replays at a rate of 1, under every policy', async () => {
    const policies = [...POLICY_NAMES, 'clock:bits=2', '2q:kin=30%'] as const;
    const curves = await missRatioCurves('skewed.csv', { ...options, policies });
    expect(curves.map(({ policy }) => policy)).toEqual(policies);
    const { runs } = await replayPages('skewed.csv', { ...options, policies, capacities: [1, 7, 48, 320, 512] });
    for (const run of runs) {
      const curve = curves.find(({ policy }) => policy === run.policy)!;
      expect(curve.sampled).toBe(false);
      const point = curve.points.find(({ capacityPages }) => capacityPages === run.capacityPages);
      expect(point?.missRatio, `${run.policy} at ${run.capacityPages}`).toBe(run.missRatio);
    }
    // nothing is missed but first uses where every page fits
    for (const { points } of curves) expect(points.at(-1)!.missRatio).toBe(points.at(-1)!.capacityPages / 20_000);
  });

  it('look at the pages that the one-pass curve of LRU looks at, and agree with it', async () => {
    for (const samplingRate of [1, 0.25]) {
      const [mini] = await missRatioCurves('skewed.csv', { ...options, samplingRate, policies: ['lru'] });
      const onePass = await missRatioCurve('skewed.csv', { ...options, samplingRate });
      expect(mini!.sampledRequests).toBe(onePass.sampledRequests);
      expect(mini!.sampledPages).toBe(onePass.sampledPages);
      const exact = new Map(onePass.points.map((point) => [point.capacityPages, point.missRatio]));
      // a miniature has a whole number of pages: there the two are one and the same
      const shared = mini!.points.filter(({ capacityPages }) => exact.has(capacityPages) && capacityPages % 4 === 0);
      expect(shared.length).toBeGreaterThan(10);
      for (const { capacityPages, missRatio } of shared) {
        expect(missRatio, `${capacityPages}`).toBeCloseTo(exact.get(capacityPages)!, 12);
      }
    }
  });

  it('are within some hundredths of the exact curves on a real trace, but for lfu', async () => {
    const real = { files: memoryHost({ web07: readFileSync(TRACE) }), format: 'be32' } as const;
    const policies = POLICY_NAMES;
    const exact = await missRatioCurves('web07', { ...real, policies });
    const sampled = await missRatioCurves('web07', { ...real, policies, samplingRate: 0.1 });
    const errors = sampled.map(({ policy, points, sampledPages }) => {
      expect(sampledPages).toBeGreaterThan(300);
      const of = new Map(
        exact.find((curve) => curve.policy === policy)!.points.map((p) => [p.capacityPages, p.missRatio]),
      );
      const off = points.flatMap((p) =>
        of.has(p.capacityPages) ? [Math.abs(p.missRatio - of.get(p.capacityPages)!)] : [],
      );
      expect(off.length).toBeGreaterThan(20);
      return [policy, off.reduce((sum, one) => sum + one, 0) / off.length] as const;
    });
    for (const [policy, mean] of errors) if (policy !== 'lfu') expect(mean, policy).toBeLessThan(0.04);
    // and they are no copies of the exact ones
    expect(errors.filter(([, mean]) => mean > 0).length).toBe(policies.length);
  });

  it('refuse no policy, and one that is none', async () => {
    await expect(missRatioCurves('skewed.csv', { ...options, policies: [] })).rejects.toThrow(InputError);
    await expect(missRatioCurves('skewed.csv', { ...options, policies: ['lru', 'arx' as 'arc'] })).rejects.toThrow(
      /arc/,
    );
  });
});
