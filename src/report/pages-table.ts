// The readable result of `fluxhost pages`: one row a policy and capacity, the curve thinned to what a person reads.

import type { PagesResult } from '../pages/result.js';
import { renderTable } from './table.js';
import { groupThousands, formatCount, formatDurationNs } from './units.js';

/** Rows of the curve that are printed; --json has all of its points. */
const MOST_POINTS = 24;

const ratio = (value: number): string => value.toFixed(4);

/** The runs as text, ending in a line feed. */
export function renderPages(result: PagesResult, colour = false): string {
  const { trace, runs, mrc = [] } = result;
  const timed = runs.some(({ swapInNs }) => swapInNs !== null);
  // of objects of one size it would say the same again
  const sized = runs.some(({ byteMissRatio, missRatio }) => (byteMissRatio ?? missRatio) !== missRatio);
  const head = ['policy', 'pages', 'hits', 'misses', 'miss ratio'];
  if (sized) head.push('of bytes');
  head.push('swap-outs', 'write-backs', 'req/s');
  if (timed) head.push('p99 swap-in');
  const rows = runs.map((run) => {
    const row = [
      run.policy,
      groupThousands(run.capacityPages),
      formatCount(run.hits),
      formatCount(run.misses),
      ratio(run.missRatio),
      ...(sized ? [typeof run.byteMissRatio === 'number' ? ratio(run.byteMissRatio) : '-'] : []),
      formatCount(run.swapOuts),
      formatCount(run.writebacks),
      formatCount(run.requestsPerSecond),
    ];
    if (timed) row.push(formatDurationNs(run.swapInNs?.p99 ?? null));
    return row;
  });
  const title = `${groupThousands(trace.requests)} requests to ${groupThousands(trace.distinctPages)} distinct pages\n`;
  const parts = [title];
  if (rows.length > 0)
    parts.push(renderTable([head.map((text) => ({ text, tone: 'strong' as const })), ...rows], { colour }));
  for (const curve of mrc) {
    if (curve.points.length === 0) {
      parts.push(`Miss ratio of ${curve.policy} by capacity: the sample has none of its pages, and tells nothing\n`);
      continue;
    }
    const from = curve.sampled
      ? `sampled, ${groupThousands(curve.sampledPages)} pages looked at; below ${groupThousands(curve.leastCapacityPages)} pages it tells nothing`
      : 'exact';
    const step = Math.ceil(curve.points.length / MOST_POINTS);
    const points = curve.points.filter((_, at) => at % step === 0 || at === curve.points.length - 1);
    parts.push(
      `Miss ratio of ${curve.policy} by capacity (${from})\n` +
        renderTable(
          [['pages', 'miss ratio'], ...points.map((p) => [groupThousands(p.capacityPages), ratio(p.missRatio)])],
          {
            align: ['right', 'right'],
          },
        ),
    );
  }
  return parts.join('\n');
}
