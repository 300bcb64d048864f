// Which mechanism a random scenario has, and its knobs; times small, so that runs are short.

import type { Genes, Maker } from './generate.js';
import type { ScenarioInput } from '../../src/index.js';

type Input = ScenarioInput['mechanism'];

const us = (n: number): string => `${n}us`;

export const MAKERS: Readonly<
  Record<string, (g: Genes) => { mechanism: object | string; polls: number; scale?: number }>
> = {
  static: () => ({ mechanism: 'static', polls: 0 }),
  hyperflux: (g) => ({ mechanism: { kind: 'hyperflux', ...polling(g), ...hyperfluxOnly(g) }, polls: 1 }),
};

function polling({ on, knobs }: Genes) {
  if (!on.knobs) return {};
  const [interval, threshold, signal, length, mode, stale, grant] = knobs as number[];
  return {
    interval: us([10, 10, 5, 7, 20, 1, 10, 3, 10, 10][interval!]!),
    threshold: us([10, 10, 0, 1, 5, 10, 20, 30, 10, 10][threshold!]!),
    signal: (
      [
        'average',
        'average',
        'average',
        'oldest',
        'oldest',
        'oldest',
        'queue-length',
        'queue-length',
        'average',
        'oldest',
      ] as const
    )[signal!]!,
    queueLength: [1, 1, 2, 3, 1, 0.5, 1, 1, 2, 1][length!]!,
    mode: (
      [
        'reactive',
        'reactive',
        'reactive',
        'proactive',
        'proactive',
        'both',
        'both',
        'reactive',
        'reactive',
        'both',
      ] as const
    )[mode!]!,
    staleness: us([0, 0, 0, 0, 15, 20, 100, 4, 0, 0][stale!]!),
    grant: (['drain', 'one'] as const)[grant! % 2]!,
  };
}

function hyperfluxOnly({ on, knobs }: Genes) {
  if (!on.knobs) return {};
  const flags = knobs.slice(7, 11).map((n) => n >= 6);
  return { migrate: flags[0]!, finishSection: flags[1]!, batch: flags[2]!, aggregate: flags[3]! };
}

export function maker(kinds: readonly string[]): Maker {
  return (g) => {
    const made = MAKERS[kinds[g.on.mechanism ? g.mechanism % kinds.length : 0]!]!(g);
    return { scale: 1, ...made, mechanism: made.mechanism as Input };
  };
}
