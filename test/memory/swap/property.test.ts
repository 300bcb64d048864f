// Whatever the configuration, every law holds at any instant that is looked at: the core recounts frames, bytes, lists and
// faults page by page whenever metrics are asked for, and refuses to answer when they do not add up.

import fc from 'fast-check';
import { describe, it, expect } from 'vitest';
import { Simulation } from '../../../src/simulation.js';
import { assertLaws } from '../../../src/result/laws.js';
import { memoryOf } from '../../../src/swap/result.js';
import { moduleOf } from '../../support/builds.js';
import { small, BACKENDS } from './support.js';

const configuration = fc.record({
  seed: fc.nat(1000),
  content: fc.constantFrom(
    { lz4: 1 },
    { zero: 1 },
    { ssd: 1 },
    { zero: 0.2, lz4: 0.3, zstd: 0.1, ssd: 0.2, remote: 0.2 },
  ),
  workers: fc.integer({ min: 1, max: 5 }),
  depth: fc.integer({ min: 1, max: 4 }),
  levels: fc.integer({ min: 1, max: 5 }),
  prefetch: fc.constantFrom(0, 1, 7),
  budget: fc.constantFrom(0, 0.1, 2),
  marks: fc.constantFrom(
    { high: 0.03, low: 0.02, min: 0.01 },
    { high: 0.3, low: 0.2, min: 0.15 },
    { high: 0, low: 0, min: 0 },
  ),
  pinned: fc.constantFrom(0, 0.1, 0.3),
  quota: fc.constantFrom(undefined, '800KiB'),
  touches: fc.constantFrom(0.5, 1, 3),
  pattern: fc.constantFrom('uniform' as const, 'zipf' as const, 'scan' as const),
  cold: fc.constantFrom(0, 0.5, 1),
  phase: fc.constantFrom('0ns', '300us'),
  mechanism: fc.constantFrom('static' as const, 'ideal' as const, 'hyperflux' as const, 'blind' as const),
  quantum: fc.constantFrom('0ns', '3us'),
  lock: fc.boolean(),
  smt: fc.constantFrom(1, 2),
  upgrade: fc.constantFrom(undefined, 'hot-switch' as const, 'hot-upgrade' as const),
  fails: fc.constantFrom('none' as const, 'prepare' as const, 'transfer' as const),
});

describe('any configuration', () => {
  it('keeps every law, all along', async () => {
    const module = await moduleOf('checked');
    await fc.assert(
      fc.asyncProperty(configuration, async (c) => {
        fc.pre(!(c.pattern === 'scan' && c.cold === 1));
        const base = small({
          memory: {
            content: c.content,
            workers: c.workers,
            deviceDepth: c.depth,
            levels: c.levels,
            prefetch: c.prefetch,
            budget: c.budget,
            watermarks: c.marks,
            backends: BACKENDS,
            scan: { interval: '100us' },
            ...(c.upgrade === undefined
              ? {}
              : {
                  upgrades: [
                    {
                      kind: c.upgrade,
                      at: '500us',
                      prepare: '100us',
                      transfer: '50us',
                      switch: '20us',
                      rollback: '30us',
                      fails: c.fails,
                    },
                  ],
                }),
          },
          guest: {
            pinned: c.pinned,
            touches: c.touches,
            access: { pattern: c.pattern, cold: c.cold, coldTouches: 0.1, phase: c.phase },
            ...(c.quota === undefined ? {} : { quota: c.quota }),
          },
        });
        const vm = base.vms[0]!;
        const request = {
          stages: [{ tasks: 2, service: { dist: 'exponential' as const, mean: '5us' } }],
          ...(c.lock ? { lock: { probability: 0.3, hold: '1us' } } : {}),
        };
        const simulation = await Simulation.create(
          {
            ...base,
            seed: c.seed,
            host: { ...base.host, cores: 4, smt: c.smt },
            mechanism: c.mechanism,
            vms: [
              { ...vm, quantum: c.quantum, workload: { arrivals: { process: 'poisson', rate: 1e5 }, request } },
              {
                name: 'b',
                class: 'best-effort',
                vcpus: { min: 0, max: 2 },
                workload: { arrivals: { process: 'saturate', tasks: 3 }, request },
              },
            ],
          },
          { module },
        );
        try {
          for (const atNs of [150_000, 560_000, 1_100_000, 2_000_000]) {
            await simulation.runUntil(atNs);
            const result = simulation.metrics();
            const { vms } = result;
            assertLaws(result);
            const m = memoryOf(result)!;
            expect(m.faults).toBeLessThanOrEqual(m.touches);
            const outPages = Object.values(m.backends).reduce((sum, backend) => sum + backend.outPages, 0);
            expect(m.outShare).toBe(outPages / 384);
            expect(m.pinnedBytes).toBe(Math.floor(c.pinned * 384 + 1e-6) * 4096);
            expect(m.freeBytes).toBeGreaterThanOrEqual(-16 * 8);
            expect(vms[0]!.completed).toBeGreaterThanOrEqual(0);
          }
        } finally {
          simulation.close();
        }
      }),
      { numRuns: 150, seed: 20_260 },
    );
  });
});
