// The queue of sources beside a naive model: an array of keys that is searched for the least, the lesser index first among equals.

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openProbe, type Probe } from '../support/probe.js';

const SEED = 20_261_129;

const operation = fc.record({ drop: fc.nat(9), source: fc.nat(), delay: fc.nat(), rank: fc.nat() });
const swarm = fc.record({
  sources: fc.integer({ min: 1, max: 70 }),
  /** Delays below it: small means many ties. */
  spread: fc.constantFrom(1, 3, 50, 2 ** 40),
  ranks: fc.constantFrom(1, 2, 32),
  /** Of ten operations so many drop. */
  drops: fc.integer({ min: 0, max: 6 }),
  operations: fc.array(operation, { minLength: 1, maxLength: 300, size: 'max' }),
});

describe('queue of sources', () => {
  let probe: Probe;
  beforeAll(async () => {
    probe = await openProbe();
  });

  it('knows the first of all sources, whatever is put and dropped', () => {
    fc.assert(
      fc.property(swarm, ({ sources, spread, ranks, drops, operations }) => {
        expect(probe.sourcesCreate(sources)).toBe(1);
        const pending = new Map<number, { time: number; rank: number }>();
        const first = (): number | undefined => {
          let best: number | undefined;
          for (const [index, { time, rank }] of pending) {
            const other = best === undefined ? undefined : pending.get(best)!;
            const later = other && (time - other.time || rank - other.rank || index - best!) > 0;
            if (later !== true) best = index;
          }
          return best;
        };
        expect(probe.sourcesFirst()).toBe(-1);
        for (const { drop, source, delay, rank } of operations) {
          const index = source % sources;
          if (drop < drops) {
            probe.sourcesDrop(index);
            pending.delete(index);
          } else {
            probe.sourcesPut(index, delay % spread, rank % ranks);
            pending.set(index, { time: delay % spread, rank: rank % ranks });
          }
          const next = first();
          const found = [probe.sourcesFirst(), probe.sourcesWho(), probe.sourcesBeside()];
          if (next === undefined) expect(found[0]).toBe(-1);
          else expect(found).toEqual([pending.get(next)!.time, 3 * next, 7 * next]);
        }
      }),
      { seed: SEED, numRuns: 150 },
    );
  });
});
