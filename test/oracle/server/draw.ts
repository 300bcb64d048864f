// Random rows of servers and what comes to them.

import type { ServerItems, ServerSpec } from '../../../src/server/run.js';

/** mulberry32 */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Case {
  readonly specs: readonly ServerSpec[];
  readonly items: ServerItems;
}

/** Times are small, so that much falls together. */
export function drawn(seed: number): Case {
  const next = chance(seed);
  const upTo = (n: number): number => 1 + Math.floor(next() * n);
  const tenants = upTo(4);
  const bound = (): number | null => (next() < 0.3 ? upTo(6) : null);
  const specs = Array.from({ length: upTo(2) }, (): ServerSpec => {
    const discipline = (['fifo', 'cycles', 'packets', 'bytes', 'siloed'] as const)[Math.floor(next() * 5)]!;
    const stages = upTo(2);
    const workers = discipline === 'siloed' ? tenants * upTo(2) : upTo(3);
    const spec = {
      workers,
      batch: next() < 0.5 ? upTo(5) : Array.from({ length: stages }, () => upTo(5)),
      stages,
      discipline,
      limit: bound(),
      ...(workers === 1 && next() < 0.3 ? { idlePoll: upTo(4) } : {}),
      tenants: Array.from({ length: tenants }, () => ({ weight: upTo(5) / 2, limit: bound() })),
    };
    if (discipline === 'fifo' || discipline === 'siloed') return spec;
    const budget = {
      cap: Math.floor(next() * 40),
      period: upTo(30),
      boost: next() * 2,
      replenish: next() < 0.5 ? ('period' as const) : ('poll' as const),
    };
    return { ...spec, budget };
  });
  const count = upTo(150);
  let time = 0;
  const at = Float64Array.from({ length: count }, () => (time += Math.floor(next() * 4)));
  const stages = specs.reduce((sum, spec) => sum + spec.stages, 0);
  return {
    specs,
    items: {
      at,
      tenant: Uint32Array.from({ length: count }, () => Math.floor(next() * tenants)),
      costs: Array.from({ length: stages }, () => Float64Array.from({ length: count }, () => Math.floor(next() * 8))),
      size: Uint32Array.from({ length: count }, () => upTo(9)),
    },
  };
}
