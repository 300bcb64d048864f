// Which mechanism a random scenario has, and its knobs; times small, so that runs are short.

import type { Genes, Maker } from './generate.js';
import type { ScenarioInput } from '../../src/index.js';

type Input = ScenarioInput['mechanism'];

const us = (n: number): string => `${n}us`;

export const MAKERS: Readonly<
  Record<string, (g: Genes) => { mechanism: object | string; polls: number; scale?: number }>
> = {
  static: () => ({ mechanism: 'static', polls: 0 }),
  ideal: () => ({ mechanism: 'ideal', polls: 0 }),
  hyperflux: (g) => ({ mechanism: { kind: 'hyperflux', ...polling(g), ...hyperfluxOnly(g) }, polls: 1 }),
  blind: (g) => ({ mechanism: { kind: 'blind', ...polling(g) }, polls: 1 }),
  shenango: (g) => ({
    mechanism: { kind: 'shenango', ...move(g, { interval: us([5, 5, 3, 7, 10][g.knobs[0]! % 5]!) }) },
    polls: 1,
  }),
  caladan: (g) => ({
    mechanism: {
      kind: 'caladan',
      ...move(g, {
        interval: us([10, 10, 3, 7, 20][g.knobs[0]! % 5]!),
        threshold: us([10, 0, 1, 20, 30][g.knobs[1]! % 5]!),
        bestEffortQuantum: us([2000, 20, 50, 5, 100][g.knobs[2]! % 5]!),
        ...(g.on.htPunish ? { htPunish: us([5, 10, 20, 2, 40][g.knobs[3]! % 5]!) } : {}),
        ...(g.on.bandwidth ? { bandwidthLimit: `${[1, 2, 3, 4, 25][g.knobs[4]! % 5]}GB` } : {}),
      }),
    },
    polls: 1,
  }),
  ditto: (g) => ({
    mechanism: {
      kind: 'ditto',
      interval: us([20, 30, 17, 50, 100][g.knobs[0]! % 5]!),
      ...(g.on.knobs
        ? {
            addLatency: us([14, 3, 7, 20, 1][g.knobs[1]! % 5]!),
            removeLatency: us([14, 5, 9, 30, 2][g.knobs[2]! % 5]!),
            grant: grantOf(g),
          }
        : {}),
    },
    polls: 0,
  }),
  hotplug: (g) => ({
    mechanism: {
      kind: 'hotplug',
      interval: us([10, 7, 20, 5, 50][g.knobs[0]! % 5]!),
      latency: us([30, 10, 50, 5, 1][g.knobs[1]! % 5]!),
      unplugLatency: us([30, 20, 3, 8, 1][g.knobs[2]! % 5]!),
      idleBefore: us([20, 10, 50, 3, 1][g.knobs[3]! % 5]!),
      ...(g.on.knobs ? { grant: grantOf(g), ...signalOf(g) } : {}),
    },
    polls: 0,
  }),
  microvm: (g) => ({
    mechanism: {
      kind: 'microvm',
      interval: us([10, 7, 20, 5, 50][g.knobs[0]! % 5]!),
      boot: us([50, 20, 80, 10, 5][g.knobs[1]! % 5]!),
      restore: us([10, 0, 5, 20, 1][g.knobs[2]! % 5]!),
      keepAlive: us([30, 10, 50, 3, 1][g.knobs[3]! % 5]!),
      balancer: (['shortest-queue', 'round-robin'] as const)[g.knobs[4]! % 2]!,
      ...(g.on.knobs ? { grant: grantOf(g), queueLength: [1, 1, 2, 3, 0][g.knobs[5]! % 5]! } : {}),
    },
    polls: 0,
  }),
  cgroup: (g) => ({
    mechanism: {
      kind: 'cgroup',
      period: us([50, 20, 100, 30, 10][g.knobs[0]! % 5]!),
      ...(g.on.knobs ? { contextSwitch: `${[1500, 500, 1000, 137, 0][g.knobs[1]! % 5]}ns` } : {}),
    },
    polls: 0,
  }),
};

const grantOf = ({ knobs }: Genes) => (['drain', 'one'] as const)[knobs[6]! % 2]!;

function move(g: Genes, more: object) {
  if (!g.on.knobs) return {};
  return {
    ...more,
    moveLatency: `${[5000, 3000, 1003, 7, 0][g.knobs[5]! % 5]}ns`,
    grant: (['one', 'drain'] as const)[g.knobs[6]! % 2]!,
  };
}

function signalOf({ knobs }: Genes) {
  return {
    threshold: us([10, 0, 1, 5, 30][knobs[7]! % 5]!),
    signal: (['average', 'oldest', 'queue-length'] as const)[knobs[8]! % 3]!,
    queueLength: [1, 2, 3, 0, 1][knobs[9]! % 5]!,
  };
}

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
    queueLength: [1, 1, 2, 3, 1, 0, 1, 1, 2, 1][length!]!,
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
    staleness: us(on.staleness ? [10, 15, 20, 100, 4, 7, 30, 1, 50, 25][stale!]! : 0),
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
