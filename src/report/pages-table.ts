// The readable result of `fluxhost pages`: one row a policy and capacity, the curve thinned to what a person reads.

import { having } from '../input/argument.js';
import type { MissRatioCurve } from '../pages/result.js';
import type { PageRun, PagesResult } from '../pages/result.js';
import { csvText } from './series.js';
import { type Look, type Cell, fitted, renderTable } from './table.js';
import { type Remark, trustText } from './trust.js';
import { groupThousands, formatCount, formatDurationNs, formatShare } from './units.js';

/** Rows of the curve that are printed; --json has all of its points. */
const MOST_POINTS = 24;

/** Shorter replays run code that is not compiled yet: their speed says nothing of longer ones (assumed). */
const WARM_SECONDS = 0.1;

const ratio = (value: number): string => value.toFixed(4);

/** The runs as text, ending in a line feed. */
export function renderPages(result: PagesResult, look: Look = false): string {
  having('result', result, ['trace', 'runs'], 'the result of replayPages');
  const { trace, runs, mrc = [] } = result;
  const timed = runs.some(({ swapInNs }) => swapInNs !== null);
  // of objects of one size it would say the same again
  const sized = runs.some(({ byteMissRatio, missRatio }) => (byteMissRatio ?? missRatio) !== missRatio);
  const head = ['policy', 'pages', 'hits', 'misses', 'miss ratio'];
  if (sized) head.push('of bytes');
  const warm = runs.every(
    ({ requests, requestsPerSecond: speed }) => speed !== null && requests >= WARM_SECONDS * speed,
  );
  head.push('swap-outs', 'write-backs', ...(warm ? ['req/s'] : []));
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
      trace.writes ? formatCount(run.writebacks) : '–',
      ...(warm ? [formatCount(run.requestsPerSecond)] : []),
    ];
    if (timed) row.push(formatDurationNs(run.swapInNs?.p99 ?? null));
    return row;
  });
  const title = `${groupThousands(trace.requests)} requests to ${groupThousands(trace.distinctPages)} distinct pages\n`;
  const parts = [title];
  if (rows.length > 0)
    parts.push(renderTable([head.map((text) => ({ text, tone: 'strong' as const })), ...rows], { look }));
  parts.push(...pivotTable(runs, look), ...curveTables(mrc, look), trustText([], doubtsOfPages(result), look));
  return fitted(parts.join('\n'), look);
}

/** Miss ratios alone, a row a capacity and a column a policy: what one looks at first where there are several of both. */
function pivotTable(runs: readonly PageRun[], look: Look): string[] {
  const policies = [...new Set(runs.map(({ policy }) => policy))];
  const capacities = [...new Set(runs.map(({ capacityPages }) => capacityPages))];
  if (policies.length < 2 || capacities.length < 2) return [];
  const rows = capacities.map((capacity) => {
    const here = runs.filter(({ capacityPages }) => capacityPages === capacity);
    const best = Math.min(...here.map(({ missRatio }) => missRatio));
    const cells = policies.map((policy): string | Cell => {
      const run = here.find((one) => one.policy === policy);
      if (run === undefined) return '-';
      return run.missRatio === best ? { text: ratio(best), tone: 'good' } : ratio(run.missRatio);
    });
    return [groupThousands(capacity), ...cells];
  });
  const head = ['pages', ...policies].map((text): Cell => ({ text, tone: 'strong' }));
  return [
    `Miss ratio by capacity and policy\n${renderTable([head, ...rows], { look, align: head.map(() => 'right' as const) })}`,
  ];
}

/** One row a policy and capacity, and one a point of a curve: counts where it is exact, nothing else. */
export function pagesCsv({ trace, runs, mrc = [] }: PagesResult): string {
  const head = [
    ...[
      'policy',
      'capacityPages',
      'sampled',
      'requests',
      'hits',
      'misses',
      'missRatio',
      'byteMissRatio',
      'swapOuts',
      'writebacks',
    ],
  ];
  const policy = (name: string): string => (/[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
  const replayed = runs.map((run) => [
    policy(run.policy),
    ...[
      run.capacityPages,
      '',
      run.requests,
      run.hits,
      run.misses,
      run.missRatio,
      run.byteMissRatio ?? '',
      run.swapOuts,
    ],
    trace.writes ? run.writebacks : '',
  ]);
  const points = mrc.flatMap((curve) =>
    curve.points.map(({ capacityPages, missRatio }) => {
      // a sample's hits and misses are not the trace's
      const misses = Math.round(missRatio * trace.requests);
      const counts = curve.sampled ? ['', '', ''] : [trace.requests, trace.requests - misses, misses];
      return [policy(curve.policy), ...[capacityPages, curve.samplingRate, ...counts, missRatio, '', '', '']];
    }),
  );
  return [...csvText(head, [...replayed, ...points])].join('');
}

const kind = (curve: MissRatioCurve): string =>
  curve.sampled
    ? `sampled, ${groupThousands(curve.sampledPages)} pages looked at; below ${groupThousands(curve.leastCapacityPages)} pages it tells nothing`
    : 'exact';

/** First uses of so much of the requests are worth a word. */
const MANY = 0.1;

/** Why its miss ratios are not to be taken at their word. */
export function doubtsOfPages({ trace, runs, mrc = [] }: PagesResult): Remark[] {
  const first = trace.distinctPages / Math.max(1, trace.requests);
  const timed = runs.some(({ swapInNs }) => swapInNs !== null);
  return [
    ...(mrc.some(({ sampled }) => sampled)
      ? [{ code: 'sampled', detail: 'curves are of a share of the pages (SHARDS), not of all' }]
      : []),
    ...(first < MANY
      ? []
      : [
          {
            code: 'first-uses',
            detail: `${formatShare(first)} of the requests are first uses, which miss whatever fits`,
          },
        ]),
    { code: 'one-trace', detail: 'one trace: on another one policies may rank otherwise' },
    ...(timed
      ? []
      : [
          {
            code: 'counts-only',
            detail: 'misses are counted, not timed: what one costs depends on where its page has to come from',
          },
        ]),
  ];
}

/** One table for all curves: a row a capacity, a column a policy. */
function curveTables(curves: readonly MissRatioCurve[], look: Look): string[] {
  const empty = curves.filter(({ points }) => points.length === 0);
  const told = empty.map(
    ({ policy }) => `Miss ratio of ${policy} by capacity: the sample has none of its pages, and tells nothing\n`,
  );
  const drawn = curves.filter(({ points }) => points.length > 0);
  const first = drawn[0];
  if (first === undefined) return told;
  const capacities = [...new Set(drawn.flatMap(({ points }) => points.map((point) => point.capacityPages)))].sort(
    (x, y) => x - y,
  );
  const step = Math.ceil(capacities.length / MOST_POINTS);
  const columns = drawn.map(({ points }) => new Map(points.map((point) => [point.capacityPages, point.missRatio])));
  const rows = capacities
    .filter((_, at) => at % step === 0 || at === capacities.length - 1)
    .map((capacity) => [
      groupThousands(capacity),
      ...columns.map((column) => (column.has(capacity) ? ratio(column.get(capacity)!) : '-')),
    ]);
  const names = drawn.map(({ policy }) => policy);
  const head = names.length === 1 ? ['pages', 'miss ratio'] : ['pages', ...names];
  const table = renderTable([head, ...rows], { look, align: head.map(() => 'right' as const) });
  return [...told, `Miss ratio of ${names.join(', ')} by capacity (${kind(first)})\n${table}`];
}
