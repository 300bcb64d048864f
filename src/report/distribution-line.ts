// The distribution of each VM's latencies in one line of a terminal: how many requests were answered within a time that grows to
// the right. Needs the histograms, and a terminal: elsewhere the quantiles of the table say it.

import type { Result, VmResult } from '../result/result.js';
import { type Look, renderTable } from './table.js';
import { formatDurationNs } from './units.js';

/** From next to nothing to all. */
export const BARS = [...'▁▂▃▄▅▆▇█'];

const MOST_VMS = 8;
const MOST_COLUMNS = 64;
const LABEL_COLUMNS = 16;

type Buckets = NonNullable<VmResult['latencyNs']['histogram']>;

/** Share of the values at or below each limit; a bucket counts where all of it is. */
export function sharesWithin({ upTo, count }: Buckets, limits: readonly number[]): number[] {
  const all = count.reduce((sum, some) => sum + some, 0);
  let [next, within] = [0, 0];
  return limits.map((limit) => {
    for (; next < upTo.length && upTo[next]! <= limit; next++) within += count[next]!;
    return within / all;
  });
}

/** Only all of them is a full column, and one of them is more than a blank. */
const bar = (share: number): string => (share === 0 ? ' ' : BARS[Math.floor(share * (BARS.length - 1))]!);

/** Nothing where no terminal reads it, or no VM has answered anything. */
export function renderDistributions({ vms }: Result, look: Look): string {
  if (typeof look === 'boolean' || look.columns === undefined) return '';
  const drawn = vms
    .flatMap(({ name, latencyNs: { histogram } }) => (histogram?.upTo.length ? [{ name, histogram }] : []))
    .slice(0, MOST_VMS);
  const label = Math.min(LABEL_COLUMNS, Math.max(0, ...drawn.map(({ name }) => [...name].length)));
  const width = Math.min(MOST_COLUMNS, look.columns - label - 2);
  if (drawn.length === 0 || width < 8) return '';
  const from = Math.max(1, Math.min(...drawn.map(({ histogram }) => histogram.upTo[0]!)));
  const to = Math.max(from, ...drawn.map(({ histogram }) => histogram.upTo.at(-1)!));
  // the last one is the greatest itself, which no rounding of powers may miss
  const limits = Array.from({ length: width }, (_, i) =>
    i === width - 1 ? to : from * (to / from) ** (i / (width - 1)),
  );
  const rows = drawn.map(({ name, histogram }) => [name, sharesWithin(histogram, limits).map(bar).join('')]);
  const span = `${formatDurationNs(from)} to ${formatDurationNs(to)}, logarithmic`;
  return `\nrequests answered within ${span}\n${renderTable(rows, { look, align: ['left', 'left'], maxCellColumns: MOST_COLUMNS })}`;
}
