// Mechanisms side by side: one column a mechanism, one row a figure, and a closing sentence on who meets the SLO
// with how many cores. Differences that their interval does not tell from chance are marked with `~`.

import type { Figures, VmResult, Result } from '../result/result.js';
import type { Comparison } from '../study/compare.js';
import { amountOf } from '../study/sizing.js';
import { memoryRows } from './memory-table.js';
import { sloText, sloCell, MAX_VMS, omittedText } from './run-table.js';
import { printable } from '../input/errors.js';
import { type Look, type Cell, renderTable, paint, wrap } from './table.js';
import { markedQuantile, renderTrust } from './trust.js';
import { type Figure, meetsAll, overRuns, ratioCell, replicated, replicationLegend, sloShare } from './replications.js';
import { formatCount, formatCoreSeconds, formatDurationNs, formatShare, formatExactDurationNs } from './units.js';

const LABEL_COLUMNS = 30;
const VALUE_COLUMNS = 18;

type Row = (string | Cell)[];

/** The value, with the ratio to the first mechanism where they differ: `47.3 us (1.25x)`. */
function withRatio(text: string, comparison: Comparison, column: number, path: string): string {
  const figure = column === 0 ? undefined : comparison.differences[column - 1]?.figures[path];
  if (figure?.ratio === undefined || figure.ratio === null || text === '-' || text === '–') return text;
  // An interval around zero: the replications do not tell the two apart.
  const unclear = figure.low !== null && figure.high !== null && figure.low <= 0 && figure.high >= 0;
  const ratio = figure.ratio >= 99.5 ? figure.ratio.toFixed(0) : figure.ratio.toPrecision(3);
  return `${text} ${unclear ? '~' : ''}${ratio}x`;
}

function vmRows(comparison: Comparison, vms: readonly VmResult[]): Row[] {
  const rows: Row[] = [];
  for (const vm of vms) {
    const at = (column: number): VmResult | undefined =>
      comparison.runs[column]?.vms.find((one) => one.name === vm.name);
    const each = (label: string, cell: (vm: VmResult, column: number) => string | Cell): void => {
      rows.push([`  ${label}`, ...comparison.runs.map((_, i) => (at(i) === undefined ? '-' : cell(at(i)!, i)))]);
    };
    rows.push([{ text: `${vm.name} (${vm.class})`, tone: 'strong' }]);
    const counted = (label: string, key: 'completed' | 'dropped'): void =>
      each(label, (one, i) => overRuns(comparison.runs[i]!, one[key], formatCount, (f) => f[`${one.name}.${key}`]));
    counted('completed', 'completed');
    if (comparison.runs.some((_, i) => (at(i)?.dropped ?? 0) > 0)) counted('dropped', 'dropped');
    if (vm.slo === null && vm.class === 'best-effort') {
      // What a best-effort VM gets is core time; its latencies say little.
      each('task core-seconds', (one, i) =>
        overRuns(comparison.runs[i]!, one.cpuSeconds.task, formatCoreSeconds, (f) => f[`${one.name}.cpuSeconds.task`]),
      );
      continue;
    }
    for (const [label, key] of [
      ['mean', 'mean'],
      ['p50', 'p50'],
      ['p99', 'p99'],
      ['p99.9', 'p999'],
    ] as const) {
      const path = (one: VmResult): string => `${one.name}.latencyNs.${key}`;
      each(`latency ${label}`, (one, i) => {
        const marked = markedQuantile(one.latencyNs, key);
        if (!replicated(comparison)) return withRatio(marked, comparison, i, path(one));
        const mark = marked.startsWith('≥') ? '≥' : '';
        if (marked === '–') return marked;
        return mark + overRuns(comparison.runs[i]!, one.latencyNs[key], formatDurationNs, (f) => f[path(one)]);
      });
      if (replicated(comparison) && comparison.runs.length > 1)
        each('  ratio', (one, i) => ratioCell(comparison, i, path(one)));
    }
    if (vm.slo !== null)
      each(`SLO ${sloText(vm.slo)}`, (one, i) => sloShare(comparison.runs[i]!, one) ?? sloCell(one.slo));
    if (comparison.runs.some((_, i) => at(i)?.unstable)) {
      each('backlog', (one) => (one.unstable ? { text: 'grows', tone: 'bad' } : 'stable'));
    }
  }
  return rows;
}

function hostRows(comparison: Comparison): Row[] {
  const { runs } = comparison;
  const sum = (run: Result, state: keyof VmResult['cpuSeconds']): number =>
    run.vms.reduce((total, vm) => total + vm.cpuSeconds[state], 0);
  const seconds = (label: string, of: (run: Result) => number, path?: (f: Figures) => Figure): Row => [
    `  ${label}`,
    ...runs.map((run) => overRuns(run, of(run), formatCoreSeconds, path ?? (() => undefined))),
  ];
  const summed = (label: string, state: keyof VmResult['cpuSeconds']): Row =>
    seconds(
      label,
      (run) => sum(run, state),
      (f) => (runs[0]?.vms ?? []).reduce((all, { name }) => all + (f[`${name}.cpuSeconds.${state}`] ?? 0), 0),
    );
  return [
    [{ text: `core-seconds of ${runs[0]?.host.cores ?? 0} cores`, tone: 'strong' }],
    summed('task', 'task'),
    summed('steal', 'steal'),
    summed('idle poll', 'idlePoll'),
    summed('transition', 'transition'),
    seconds(
      'idle',
      (run) => run.host.idleCoreSeconds,
      (f) => f['host.idleCoreSeconds'],
    ),
    seconds(
      'polling core',
      (run) => run.host.pollCoreSeconds,
      (f) => f['host.pollCoreSeconds'],
    ),
    ...(runs.some((run) => run.host.memoryCoreSeconds !== undefined)
      ? [seconds('kept for memory', (run) => run.host.memoryCoreSeconds ?? 0)]
      : []),
    [
      '  utilization',
      ...runs.map((run) => overRuns(run, run.host.utilization, formatShare, (f) => f['host.utilization'])),
    ],
    [{ text: 'core moves', tone: 'strong' }],
    [
      '  count',
      ...runs.map((run) => overRuns(run, run.reallocation.count, formatCount, (f) => f['reallocation.count'])),
    ],
    // Replications keep no p50: one run's would stand beside means of all.
    ...(replicated({ runs })
      ? []
      : [['  grant p50', ...runs.map((run) => formatDurationNs(run.reallocation.grantNs.p50))]]),
    [
      '  grant p99',
      ...runs.map((run) => {
        const { p99 } = run.reallocation.grantNs;
        return overRuns(run, p99, formatDurationNs, (f) => f['reallocation.grantNs.p99']);
      }),
    ],
  ];
}

function sizingRows(comparison: Comparison): Row[] {
  const { sizing, runs } = comparison;
  if (sizing === undefined || sizing.length === 0) return [];
  const cells = runs.map((_, column): string | Cell => {
    const found = sizing[column];
    if (found === undefined) return '-';
    if (found.cores === null) return { text: `not up to ${found.searchedTo}`, tone: 'bad' };
    return `${found.cores}${found.of === 'host.cores' ? '' : found.of === 'quotas' ? ' of quota' : ' pinned'}`;
  });
  return [[{ text: 'cores needed for every SLO', tone: 'strong' }, ...cells]];
}

function list(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/**
 * The closing sentence, such as "Every SLO is met at the 17 cores given by ideal and hyperflux, not by static.
 * Needed for it: ideal 14 cores, hyperflux 16 cores, static 41 pinned vCPUs."
 */
export function sloSentence(comparison: Comparison): string {
  const { runs, sizing } = comparison;
  if (!runs.some((run) => run.vms.some((vm) => vm.slo !== null))) {
    return 'No VM states an SLO: give one (slo: { quantile: 0.99, latency: 200us }) to see how many cores each mechanism needs.';
  }
  const names = (some: readonly Result[]): string => list(some.map((run) => run.manifest.mechanism));
  const good = runs.filter(meetsAll);
  const bad = runs.filter((run) => !meetsAll(run));
  const cores = runs[0]?.host.cores ?? 0;
  const verdict =
    good.length === 0
      ? `On ${cores} cores no mechanism meets every SLO.`
      : `On ${cores} cores ${names(good)} ${good.length === 1 ? 'meets' : 'meet'} every SLO` +
        (bad.length === 0 ? '.' : `; ${names(bad)} ${bad.length === 1 ? 'does' : 'do'} not.`);
  if (sizing === undefined || sizing.length === 0) return verdict;
  const needs = sizing.map((one) => {
    const why = one.bound === undefined ? '' : ` (${one.bound.by}: ${one.bound.detail})`;
    const amount = amountOf(one, one.cores ?? one.searchedTo);
    return `${one.mechanism} ${one.cores === null ? 'not reachable with up to ' : ''}${amount}${why}`;
  });
  return `${verdict} Needed to meet them: ${needs.join(', ')}.`;
}

/** At most this many mechanisms side by side; more come in further blocks below. */
const BLOCK = 4;

/** The comparison with its columns called otherwise: two of them may be of one mechanism. */
export function headed(comparison: Comparison, labels: readonly string[]): Comparison {
  const runs = comparison.runs.map((run, i) => ({
    ...run,
    manifest: { ...run.manifest, mechanism: labels[i] ?? run.manifest.mechanism },
  }));
  return { ...comparison, runs };
}

/** The comparison as text, ending in a line feed; at most 110 columns wide whatever the number of mechanisms. */
export function renderComparison(comparison: Comparison, look: Look = false): string {
  const first = comparison.runs[0];
  if (first === undefined) return 'nothing was run\n';
  const { manifest } = first;
  const vms = first.vms.slice(0, MAX_VMS);
  const replications = manifest.replications > 1 ? `, ${manifest.replications} replications` : '';
  let text = `seed ${manifest.seed}${replications}, ${formatExactDurationNs(manifest.durationNs)} simulated; `;
  text += `factors are against ${manifest.mechanism}\n`;
  for (let start = 0; start < comparison.runs.length; start += BLOCK) {
    const inBlock = (row: Row): Row => (row.length === 1 ? row : [row[0]!, ...row.slice(1 + start, 1 + start + BLOCK)]);
    const rows: Row[] = [
      ['', ...comparison.runs.map((run): Cell => ({ text: run.manifest.mechanism, tone: 'strong' }))],
      ...vmRows(comparison, vms),
      ...hostRows(comparison),
      ...memoryRows(comparison.runs, (text, column, path) => withRatio(text, comparison, column, path)),
      ...sizingRows(comparison),
    ].map(inBlock);
    text += `\n${renderTable(rows.map(clip), { look, maxCellColumns: LABEL_COLUMNS })}`;
  }
  text += omittedText(first.vms.length);
  for (const run of comparison.runs) {
    if (run.incomplete === true) {
      text += `${paint(`incomplete: ${printable(run.manifest.mechanism)} was interrupted`, 'bad', look)}\n`;
    }
  }
  text += replicationLegend(comparison);
  return `${text}\n${renderTrust(comparison.runs, look)}\n${wrap(sloSentence(comparison), 100)}\n`;
}

/** 30 columns of label and four of 17 with two blanks between make 106: the promise of 110 holds for any input. */
function clip(row: Row): Row {
  return row.map((cell, i) => {
    if (i === 0) return cell;
    const text = typeof cell === 'string' ? cell : cell.text;
    if (text.length <= VALUE_COLUMNS) return cell;
    const short = `${text.slice(0, VALUE_COLUMNS - 1)}…`;
    return typeof cell === 'string' ? short : { ...cell, text: short };
  });
}
