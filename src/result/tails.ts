// Tails of latencies: how long a share of the requests took at least, from the buckets of a histogram.

import { type Resample, meanInterval } from '../metrics/confidence.js';
import type { Buckets } from '../metrics/figures.js';
import { LEAST_BEYOND } from '../metrics/support.js';
import type { Confidence, Result } from './result.js';

/** Ten shares a power of ten: as even as a logarithmic axis. */
const SHARES = Array.from({ length: 7 }, (_, power) =>
  [9, 8, 7, 6, 5, 4, 3.2, 2.5, 2, 1.5, 1.2, 1].map((factor) => Number((factor * 10 ** -(power + 1)).toPrecision(2))),
).flat();
/** How long a share of the requests took at least: places of both belong together. */
export interface Tail {
  /** Falling. */
  share: number[];
  /** Latency, in ns. */
  ns: number[];
}

/** Of every VM that has its buckets and enough samples. */
export function tailsOf({ vms }: Result): Record<string, Tail> {
  const tails = vms.flatMap(({ name, latencyNs }): [string, Tail][] => {
    const tail = latencyNs.histogram === undefined ? undefined : tailOf(latencyNs.histogram);
    return tail === undefined || tail.share.length === 0 ? [] : [[name, tail]];
  });
  return Object.fromEntries(tails);
}

/** The least bound that no more than a share of the samples exceed, for each share that so many samples tell something of. */
export function tailOf({ upTo, count }: Buckets): Tail {
  const all = count.reduce((sum, some) => sum + some, 0);
  const share = SHARES.filter((one) => one * all >= LEAST_BEYOND);
  let place = 0;
  let above = all;
  const ns = share.map((one) => {
    while (place < upTo.length && (above > one * all || place === 0)) above -= count[place++]!;
    return upTo[place - 1]!;
  });
  return { share, ns };
}

type Tails = NonNullable<Confidence['tails']>;

/** Of VMs of which every replication has its buckets; undefined where none has. */
export function tailIntervals(results: readonly Result[], level: number, sampling?: Resample): Tails | undefined {
  const [first] = results;
  if (first === undefined || results.length < 2) return undefined;
  const tails: Tails = {};
  for (const [index, { name }] of first.vms.entries()) {
    const buckets = results.flatMap(({ vms }) => vms[index]?.latencyNs.histogram ?? []);
    if (buckets.length < results.length) continue;
    const all = buckets.map(tailOf);
    const share = all.reduce((least, one) => (one.share.length < least.length ? one.share : least), SHARES);
    const intervals = share.map((_, i) =>
      meanInterval(
        all.map(({ ns }) => ns[i]!),
        level,
        sampling,
      ),
    );
    tails[name] = {
      share: [...share],
      low: intervals.map(({ low }) => low!),
      high: intervals.map(({ high }) => high!),
    };
  }
  return Object.keys(tails).length === 0 ? undefined : tails;
}
