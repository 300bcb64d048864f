// The program against the naive simulator of functions: small random scenarios, and real traces under every policy and budget.
// `npm run oracle -- --functions --seeds A..B` runs more of the former, `-- --functions --traces` all of the latter.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryHost } from '../../../src/workload/index.js';
import { bursts, withBursts } from './bursts.js';
import { compared } from './compare.js';
import { scenarios } from './generate.js';
import { AZURE_2021, azure2019, bare, BUDGETS, FILES, POLICIES } from './traces.js';

const SEEDS = 120;
const files = memoryHost(FILES);

describe('the program and the naive simulator agree', () => {
  it(`on ${SEEDS} random scenarios`, async () => {
    const property = fc.asyncProperty(scenarios, async ({ scenario, files: own, text }) => {
      expect(await compared(scenario, memoryHost(own)), text).toEqual([]);
    });
    await fc.assert(property, { seed: 1, numRuns: SEEDS });
  });

  it('on 60 random scenarios whose bursts are announced', async () => {
    const property = fc.asyncProperty(scenarios, bursts, async ({ scenario, files: own, text }, some) => {
      expect(await compared(scenario, memoryHost(own), (spec) => withBursts(spec, some)), text).toEqual([]);
    });
    await fc.assert(property, { seed: 3, numRuns: 60 });
  });

  it.each(POLICIES)('on 598 calls of 2021 under %s', async (policy) => {
    for (const budget of BUDGETS)
      expect(await compared(bare(`${budget}keepAlive: { ${policy} }`, AZURE_2021), files), budget).toEqual([]);
  });

  it('on 598 calls of 2021 by evict: asFaasCache, with a queue, with a gate, and with several requests an instance', async () => {
    for (const lifecycle of [
      'memory: 4GiB, keepAlive: { policy: lru }, evict: asFaasCache',
      'memory: 2GiB, keepAlive: { policy: gd }, overflow: queue',
      'memory: 2GiB, keepAlive: { policy: hist }, overflow: { timeout: 20s }, snapshots: onExpiry',
      'memory: 6GiB, keepAlive: { policy: fixed }, boot: { slots: 2, rate: 0.001 }',
    ])
      for (const more of ['', ', concurrency: 4, memoryPerRequest: 0.1, confidential: 0.5'])
        expect(await compared(bare(lifecycle, AZURE_2021 + more), files), lifecycle + more).toEqual([]);
  });

  it.each(['policy: lru', 'policy: hist'])('on ten minutes of 2019, 250 functions, under %s', async (policy) => {
    const scenario = bare(
      `memory: 4GiB, keepAlive: { ${policy} }`,
      azure2019(', startMinute: 600, minutes: 10'),
      '10m',
    );
    expect(await compared(scenario, files)).toEqual([]);
  });
});
