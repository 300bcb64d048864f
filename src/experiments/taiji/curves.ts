// The whole distribution of a run's swap-ins, from the histograms of its backends: what the picture's curves are.

import type { PictureLine } from '../../report/claim-numbers.js';
import type { Measured } from '../measured.js';

/** Points of a curve: more are not seen, and of fewer it would be none. */
const MOST_POINTS = 80;
const LEAST_POINTS = 8;

interface Histogram {
  readonly upTo: readonly number[];
  readonly count: readonly number[];
}

interface Swapped {
  readonly memory?: {
    readonly backends: Readonly<Record<string, { readonly swapInNs: { readonly histogram?: Histogram } }>>;
  };
}

/** Share of the swap-ins that took longer than each bound. */
export function swapInCurve({ document }: Measured): NonNullable<PictureLine['curve']> {
  const counts = new Map<number, number>();
  for (const { swapInNs } of Object.values((document as Swapped).memory?.backends ?? {}))
    swapInNs.histogram?.upTo.forEach((upTo, i) =>
      counts.set(upTo, (counts.get(upTo) ?? 0) + swapInNs.histogram!.count[i]!),
    );
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let above = all;
  const curve = [...counts]
    .sort(([a], [b]) => a - b)
    .map(([upTo, count]): [number, number] => {
      above -= count;
      return [upTo, Number((above / all).toPrecision(4))];
    })
    .filter(([ns, share]) => ns > 0 && share > 0);
  if (curve.length < LEAST_POINTS) return [];
  const every = Math.ceil(curve.length / MOST_POINTS);
  return curve.filter((_, i) => i % every === 0 || i === curve.length - 1);
}
