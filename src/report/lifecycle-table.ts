// The readable part of a result that is about functions: where requests found their instances and how long it took, what kept them
// warm, what went for want of memory, the functions that started most. Prints nothing where there are none.

import { SERVED_TIERS } from '../lifecycle/counters.js';
import type { FunctionResult, LifecycleResult } from '../lifecycle/result.js';
import { CAUSE_WORDS, CAUSES, coldStarts, servedInAll } from '../lifecycle/result.js';
import type { Result } from '../result/result.js';
import { type Cell, type Look, renderTable } from './table.js';
import { formatCount, formatDurationNs, formatShare } from './units.js';

const GIB = 2 ** 30;
/** Rows of functions. */
const MAX_FUNCTIONS = 12;
const strong = (text: string): Cell => ({ text, tone: 'strong' });

/** `1.45 GiB`, `128 MiB` */
function size(bytes: number): string {
  const [value, unit] = bytes < GIB ? [bytes / 2 ** 20, 'MiB'] : [bytes / GIB, 'GiB'];
  return `${value >= 99.5 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`;
}

function tierTable(result: LifecycleResult, look: Look): string {
  const all = servedInAll(result);
  const quantiles = (of: LifecycleResult['startNs']): string[] =>
    [of.mean, of.p50, of.p99, of.max].map(formatDurationNs);
  const tiers = SERVED_TIERS.filter((tier) => result.served[tier] > 0).map((tier) => [
    `  ${tier}`,
    formatCount(result.served[tier]),
    formatShare(result.served[tier] / all),
    ...quantiles(result.startNsByTier[tier]),
    formatDurationNs(result.latencyNsByTier[tier].p99),
  ]);
  return renderTable(
    [
      ['served from', 'requests', 'share', 'start mean', 'p50', 'p99', 'max', 'latency p99'].map(strong),
      [
        'all',
        formatCount(all),
        formatShare(all === 0 ? null : 1),
        ...quantiles(result.startNs),
        formatDurationNs(result.latencyNs.p99),
      ],
      ...tiers,
    ],
    { look },
  );
}

function accountText(result: LifecycleResult): string {
  const { arrived, dropped, timedOut, inFlight, underWay, coldStartRate } = result;
  const lost = [
    ...(dropped > 0 ? [`${formatCount(dropped)} dropped (${formatShare(dropped / arrived)})`] : []),
    ...(timedOut > 0 ? [`${formatCount(timedOut)} timed out`] : []),
    ...(inFlight > 0 ? [`${formatCount(inFlight)} wait for memory`] : []),
    ...(underWay > 0 ? [`${formatCount(underWay)} have not ended`] : []),
  ];
  const text = [`${formatCount(arrived)} requests of ${formatCount(result.functions.length)} functions`, ...lost].join(
    ', ',
  );
  const { joined } = result.served;
  const wait =
    joined === 0 ? '' : `; ${formatShare(joined / servedInAll(result))} wait for a start that was under way (joined)`;
  return `${text}\ncold starts ${formatShare(coldStartRate)} of those served${wait}\n`;
}

/** `: 12 memory for a start, 3 keep-alive over`; nothing where no instance went. */
function causesText({ gone }: Pick<FunctionResult, 'gone'>): string {
  const causes = CAUSES.filter((cause) => gone[cause] > 0).map(
    (cause) => `${formatCount(gone[cause])} ${CAUSE_WORDS[cause]}`,
  );
  return causes.length === 0 ? '' : `: ${causes.join(', ')}`;
}

function memoryText(result: LifecycleResult): string {
  const { warmGibSecondsPer1000: warm, warmByteSeconds, busyByteSeconds, startingByteSeconds } = result;
  const total = warmByteSeconds + busyByteSeconds + startingByteSeconds;
  const share = (part: number): string => formatShare(total === 0 ? null : part / total);
  const budget = result.budgetBytes === null ? '' : ` of ${size(result.budgetBytes)}`;
  const announced =
    result.announced === 0
      ? ''
      : `, ${formatCount(result.startedAhead)} of them for ${formatCount(result.announced)} announcements`;
  const ahead = result.prewarmed === 0 ? '' : `, ${formatCount(result.prewarmed)} loaded ahead`;
  return (
    `warm memory ${warm === null ? '-' : warm >= 1000 ? formatCount(Math.round(warm)) : warm.toPrecision(3)} GiB s for 1,000 requests; ` +
    `memory-time ${share(warmByteSeconds)} dormant, ${share(busyByteSeconds)} active, ${share(startingByteSeconds)} starting\n` +
    `at most ${size(result.usedMaxBytes)}${budget} in ${formatCount(result.instancesMax)} instances, ${formatCount(result.runningMax)} of them running\n` +
    `${formatCount(result.starts)} starts${announced}${ahead}; ${formatCount(result.evictions)} evictions, ${formatCount(result.expirations)} expirations${causesText(result)}\n`
  );
}

function functionTable(functions: readonly FunctionResult[], look: Look): string {
  const used = functions.filter(({ arrived }) => arrived > 0);
  const shown = [...used]
    .sort((a, b) => coldStarts(b) - coldStarts(a) || b.arrived - a.arrived)
    .slice(0, MAX_FUNCTIONS);
  if (shown.length === 0) return '';
  const rows = shown.map((one) => [
    one.name,
    formatCount(one.arrived),
    formatCount(coldStarts(one)),
    formatShare(one.coldStartRate),
    formatDurationNs(one.meanStartNs),
    formatDurationNs(one.meanLatencyNs),
    formatCount(one.evictions),
    formatCount(one.instancesMax),
  ]);
  const rest = used.length - shown.length;
  const header = ['function', 'requests', 'cold', 'rate', 'start mean', 'latency', 'evicted', 'instances'].map(strong);
  const table = renderTable([header, ...rows], { look, maxCellColumns: 24 });
  return rest === 0
    ? table
    : `${table}and ${formatCount(rest)} functions with fewer cold starts; --json has them all\n`;
}

/** The block of a run with functions, or nothing. */
export function renderLifecycle(result: LifecycleResult | undefined, look: Look): string {
  if (result === undefined) return '';
  const never =
    result.neverFit.length === 0 ? '' : `${formatCount(result.neverFit.length)} functions never fit into the memory\n`;
  return [
    '\n',
    accountText(result),
    never,
    tierTable(result, look),
    memoryText(result),
    '\n',
    functionTable(result.functions, look),
  ].join('');
}

type Row = (string | Cell)[];
type OverRuns = (run: Result, value: number | null, format: (value: number) => string, path: string) => string | Cell;

/** Rows of a comparison: what its runs differ in. */
export function lifecycleRows(runs: readonly Result[], overRuns: OverRuns): Row[] {
  if (!runs.some(({ lifecycle }) => lifecycle !== undefined)) return [];
  const row = (
    label: string,
    path: string,
    of: (lifecycle: LifecycleResult) => number | null,
    format: (value: number) => string,
  ): Row => [
    `  ${label}`,
    ...runs.map((run) =>
      run.lifecycle === undefined ? '-' : overRuns(run, of(run.lifecycle), format, `lifecycle.${path}`),
    ),
  ];
  const lost = runs.some(({ lifecycle }) => (lifecycle?.dropped ?? 0) + (lifecycle?.timedOut ?? 0) > 0);
  return [
    [strong('functions')],
    row('completed', 'completed', ({ completed }) => completed, formatCount),
    ...(lost
      ? [
          row('dropped', 'dropped', ({ dropped }) => dropped, formatCount),
          row('timed out', 'timedOut', ({ timedOut }) => timedOut, formatCount),
        ]
      : []),
    row('cold starts', 'coldStartRate', ({ coldStartRate }) => coldStartRate, formatShare),
    row('start mean', 'startNs.mean', ({ startNs }) => startNs.mean, formatDurationNs),
    row('start p99', 'startNs.p99', ({ startNs }) => startNs.p99, formatDurationNs),
    row('latency p50', 'latencyNs.p50', ({ latencyNs }) => latencyNs.p50, formatDurationNs),
    row('latency p99', 'latencyNs.p99', ({ latencyNs }) => latencyNs.p99, formatDurationNs),
    row(
      'warm GiB s, 1,000 req.',
      'warmGibSecondsPer1000',
      (of) => of.warmGibSecondsPer1000,
      (value) => (value >= 1000 ? formatCount(Math.round(value)) : value.toPrecision(3)),
    ),
    row('evictions', 'evictions', ({ evictions }) => evictions, formatCount),
    ...CAUSES.filter((cause) => runs.some(({ lifecycle }) => (lifecycle?.gone[cause] ?? 0) > 0)).map((cause) =>
      row(`  ${CAUSE_WORDS[cause]}`, `gone.${cause}`, ({ gone }) => gone[cause], formatCount),
    ),
  ];
}
