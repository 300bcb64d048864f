// Mechanisms side by side: one column a mechanism, one row a figure, and a closing sentence on who meets the SLO
// with how many cores. Differences that their interval does not tell from chance are marked with `~`.

import { having } from '../input/argument.js';
import type { Figures, VmResult, Result } from '../result/result.js';
import type { Comparison } from '../study/compare.js';
import { type LatencyKey, type VmRow, memberAt, rowsOf, sum } from './vm-rows.js';
import { noRequestsText } from '../result/trust.js';
import { listed, needsSentences } from './needs-words.js';
import { judgedBy, leastJudged, tooFewText } from './few.js';
import { gpuRows } from './gpu-table.js';
import { lifecycleRows } from './lifecycle-table.js';
import { memoryRows } from './memory-table.js';
import { sloText, sloCell, MAX_VMS, omittedText } from './run-table.js';
import { printable } from '../input/errors.js';
import { type Look, type Cell, distinctNames, fitted, renderTable, paint, widthOf, wrap } from './table.js';
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

const LATENCIES = [
  ['mean', 'mean'],
  ['p50', 'p50'],
  ['p99', 'p99'],
  ['p99.9', 'p999'],
] as const;

/** Whether a run says what a quantile of a VM is: enough requests lie beyond it. There is no ratio to what is not told. */
function isTold({ runs }: Comparison, column: number, name: string, key: LatencyKey): boolean {
  const vm = runs[column]!.vms.find((one) => one.name === name);
  return vm !== undefined && markedQuantile(vm.latencyNs, key) !== '–';
}

/** A latency as `withRatio` shows it for one run each, and as mean ± half-width over several. */
function latencyCell(comparison: Comparison, column: number, vm: VmResult, key: LatencyKey): string {
  const marked = markedQuantile(vm.latencyNs, key);
  const path = `${vm.name}.latencyNs.${key}`;
  if (!replicated(comparison))
    return isTold(comparison, 0, vm.name, key) ? withRatio(marked, comparison, column, path) : marked;
  const mark = marked.startsWith('≥') ? '≥' : '';
  if (marked === '–') return marked;
  return mark + overRuns(comparison.runs[column]!, vm.latencyNs[key], formatDurationNs, (f) => f[path]);
}

/** Of a group: the worst of its VMs in each run, and the median one. Who that is differs by run, so no ratio is paired. */
function groupCell(comparison: Comparison, column: number, { vms }: VmRow, key: LatencyKey, share: number): string {
  const marked = markedQuantile(memberAt(vms, key, share).latencyNs, key);
  if (marked === '–' || !replicated(comparison)) return marked;
  const among = (f: Figures): Figure => {
    const values = vms.map(({ name }) => f[`${name}.latencyNs.${key}`]).filter((value) => typeof value === 'number');
    return values.sort((a, b) => a - b)[Math.floor(share * (values.length - 1))];
  };
  const mark = marked.startsWith('≥') ? '≥' : '';
  return mark + overRuns(comparison.runs[column]!, memberAt(vms, key, share).latencyNs[key], formatDurationNs, among);
}

/** Whether any run of any mechanism has a latency of the VM. */
const everCompleted = ({ runs }: Comparison, vm: string): boolean =>
  runs.some(
    (run) =>
      run.vms.some(({ name, completed }) => name === vm && completed > 0) ||
      run.replications?.some(({ figures }) => (figures[`${vm}.completed`] ?? 0) > 0) === true,
  );

function latencyRows(comparison: Comparison, row: VmRow, each: Each): void {
  const grouped = row.vms.length > 1;
  for (const [label, key] of LATENCIES) {
    if (grouped) {
      const shared = row.vms[0]!.latencyShared !== undefined;
      each(`latency ${label}${shared ? '' : ', worst'}`, (one, i) => groupCell(comparison, i, one, key, 1));
      if (!shared) each('  median', (one, i) => groupCell(comparison, i, one, key, 0.5));
      continue;
    }
    each(`latency ${label}`, (one, i) => latencyCell(comparison, i, one.vms[0]!, key));
    const hasRatio = (column: number): boolean =>
      [0, column].every((which) => isTold(comparison, which, row.name, key)) &&
      typeof comparison.differences[column - 1]?.figures[`${row.name}.latencyNs.${key}`]?.ratio === 'number';
    if (replicated(comparison) && comparison.runs.some((_, column) => hasRatio(column)))
      each('  ratio', (one, i) => (hasRatio(i) ? ratioCell(comparison, i, `${one.name}.latencyNs.${key}`) : ''));
  }
}

/** `10 of 10 [72,100]%`, `100/100 [96,100]%`: none of it is cut. */
const shareThatFits = (text: string): string =>
  [text, text.replace(', ', ','), text.replace(', ', ',').replace(' of ', '/')].find(
    (one) => one.length <= VALUE_COLUMNS,
  ) ?? text;

/** `yes` of one VM, `2 of 3` of a group, `7 of 8` of replications. */
function attainedCell(run: Result, { vms }: VmRow): string | Cell {
  const over = sloShare(run, vms);
  if (over !== undefined) return { ...over, text: shareThatFits(over.text) };
  if (vms.length === 1) return sloCell(vms[0]!);
  const met = vms.filter(({ slo }) => slo?.attained === true).length;
  return { text: `${met} of ${vms.length} VMs`, tone: met === vms.length ? 'good' : 'bad' };
}

type Each = (label: string, cell: (row: VmRow, column: number) => string | Cell) => void;

function vmRows(comparison: Comparison, shown: readonly VmRow[]): Row[] {
  const rows: Row[] = [];
  const byRun = comparison.runs.map((run) => new Map(rowsOf(run.vms).map((row) => [row.name, row])));
  for (const row of shown) {
    const [vm] = row.vms as [VmResult];
    const at = (column: number): VmRow | undefined => byRun[column]!.get(row.name);
    const each: Each = (label, cell) => {
      rows.push([`  ${label}`, ...comparison.runs.map((_, i) => (at(i) === undefined ? '-' : cell(at(i)!, i)))]);
    };
    const summed = (
      label: string,
      path: string,
      of: (vm: VmResult) => number,
      format: (value: number) => string,
    ): void =>
      each(label, (one, i) =>
        overRuns(comparison.runs[i]!, sum(one.vms.map(of)), format, (f) => {
          const values = one.vms.map(({ name }) => f[`${name}.${path}`]);
          return values.includes(undefined) ? undefined : sum(values.map((value) => value ?? 0));
        }),
      );
    rows.push([
      { text: `${row.name}${row.vms.length > 1 ? ` x${row.vms.length}` : ''} (${vm.class})`, tone: 'strong' },
    ]);
    summed('completed', 'completed', ({ completed }) => completed, formatCount);
    const some = (is: (vm: VmResult) => boolean): boolean =>
      comparison.runs.some((_, i) => at(i)?.vms.some(is) === true);
    if (some(({ dropped }) => dropped > 0)) summed('dropped', 'dropped', ({ dropped }) => dropped, formatCount);
    if (vm.deadlines !== undefined)
      summed('deadlines missed', 'deadlines.missed', ({ deadlines }) => deadlines?.missed ?? 0, formatCount);
    if (vm.slo === null && vm.class === 'best-effort') {
      // What a best-effort VM gets is core time; its latencies say little.
      summed('task core-seconds', 'cpuSeconds.task', ({ cpuSeconds }) => cpuSeconds.task, formatCoreSeconds);
      continue;
    }
    // where nothing completed under any mechanism there is nothing to say
    if (some(({ name }) => everCompleted(comparison, name))) latencyRows(comparison, row, each);
    if (vm.slo !== null) each(`SLO ${sloText(vm.slo)}`, (one, i) => attainedCell(comparison.runs[i]!, one));
    if (some(({ unstable }) => unstable))
      each('backlog', ({ vms }) => (vms.some(({ unstable }) => unstable) ? { text: 'grows', tone: 'bad' } : 'stable'));
  }
  return rows;
}

function hostRows(comparison: Comparison): Row[] {
  const { runs } = comparison;
  const seconds = (label: string, of: (run: Result) => number, path?: (f: Figures) => Figure): Row => [
    `  ${label}`,
    ...runs.map((run) => overRuns(run, of(run), formatCoreSeconds, path ?? (() => undefined))),
  ];
  const summed = (label: string, state: keyof VmResult['cpuSeconds']): Row =>
    seconds(
      label,
      ({ vms, lifecycle }) => sum(vms.map(({ cpuSeconds }) => cpuSeconds[state])) + (lifecycle?.cpuSeconds[state] ?? 0),
      (f) =>
        (runs[0]?.vms ?? []).reduce(
          (all, { name }) => all + (f[`${name}.cpuSeconds.${state}`] ?? 0),
          f[`lifecycle.cpuSeconds.${state}`] ?? 0,
        ),
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
    ...(runs.some((run) => run.host.datapathCoreSeconds !== undefined)
      ? [seconds('datapath', (run) => run.host.datapathCoreSeconds ?? 0)]
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
    if (found.cores === null) return { text: `not with ${found.searchedTo}`, tone: 'bad' };
    return `${found.cores}${found.of === 'host.cores' ? '' : found.of === 'quotas' ? ' of quota' : ' guaranteed'}`;
  });
  // the search is of one seed, whatever stands above
  const label = replicated(comparison) ? `cores needed, seed ${runs[0]!.manifest.seed}` : 'cores needed for every SLO';
  return [[{ text: label, tone: 'strong' }, ...cells]];
}

const silentText = (runs: readonly Result[]): string | null =>
  runs.map(noRequestsText).find((text) => text !== null) ?? null;

/** Of all core time: less is written as 0.0 %. */
const LEAST_SHARE = 5e-4;

/** The share, over several replications as the table has it. */
const besideText = (run: Result, share: number): string =>
  overRuns(run, share, formatShare, (f) => {
    const { vms, host, manifest } = run;
    const beside = vms.filter((vm) => vm.slo === null && vm.class === 'best-effort');
    const got = beside.map(({ name }) => f[`${name}.cpuSeconds.task`]);
    return got.includes(undefined)
      ? undefined
      : (sum(got.map((value) => value ?? 0)) * 1e9) / (host.cores * manifest.measuredNs);
  });

/** What work without an SLO got of the cores beside: what keeping the SLOs costs. */
function bestEffortSentence(runs: readonly Result[]): string {
  const shares = runs.map(({ vms, host, manifest }) => {
    const beside = vms.filter((vm) => vm.slo === null && vm.class === 'best-effort');
    const all = (host.cores * manifest.measuredNs) / 1e9;
    return beside.length === 0 || all === 0 ? null : sum(beside.map(({ cpuSeconds }) => cpuSeconds.task)) / all;
  });
  if (!shares.some((share) => share !== null && share >= LEAST_SHARE)) return '';
  const said = runs.map(
    (run, i) => `${besideText(run, shares[i]!)}${i === 0 ? ' of all core time' : ''} under ${run.manifest.mechanism}`,
  );
  return ` Best-effort tasks got ${listed(said)}.`;
}

/** ` That is judged by as few as 869 requests of api, too few to rely on p99.`; empty where enough are. */
function fewSentence(runs: readonly Result[]): string {
  const few = leastJudged(runs.flatMap(({ vms }) => vms));
  if (few === undefined) return '';
  const which = ` of ${few.name}${replicated({ runs: [...runs] }) ? ' a seed' : ''}`;
  return ` That is judged by as few as ${tooFewText(few.slo.quantile, judgedBy(few), which)}.`;
}

/**
 * The closing sentences, such as "On 17 cores ideal and hyperflux meet every SLO; static does not. To meet every SLO, ideal needs
 * 14 cores and hyperflux 16 cores. static needs 41 guaranteed cores (vms.api.vcpus.min=39): no number of host cores, …"
 */
export function sloSentence(comparison: Comparison): string {
  const { runs, sizing } = comparison;
  if (!runs.some((run) => run.vms.some((vm) => vm.slo !== null))) {
    return 'No VM states an SLO: give one (slo: { quantile: 0.99, latency: 200us }) to see how many cores each mechanism needs.';
  }
  const names = (some: readonly Result[]): string => listed(some.map((run) => run.manifest.mechanism));
  const good = runs.filter(meetsAll);
  const bad = runs.filter((run) => !meetsAll(run));
  const cores = runs[0]?.host.cores ?? 0;
  const told =
    good.length === 0
      ? `On ${cores} cores no mechanism meets every SLO.`
      : `On ${cores} cores ${names(good)} ${good.length === 1 ? 'meets' : 'meet'} every SLO` +
        (bad.length === 0 ? '.' : `; ${names(bad)} ${bad.length === 1 ? 'does' : 'do'} not.`);
  const verdict = `${told}${fewSentence(runs)}`;
  if (sizing === undefined || sizing.length === 0) {
    const silent = silentText(runs);
    return silent === null ? verdict : `${verdict} It is that ${silent}.`;
  }
  const seed = replicated(comparison)
    ? ` with seed ${runs[0]!.manifest.seed} alone (fluxhost size --replications asks every seed)`
    : '';
  // of a silent VM nothing is said; where all are, the bound says so
  const left = sizing.every(({ cores }) => cores === null) ? null : silentText(runs);
  const what = left === null ? 'every SLO' : 'the others';
  const said = [left === null ? verdict : `${verdict} It is that ${left}.`, ...needsSentences(sizing, what, seed)];
  return `${said.join(' ')}${bestEffortSentence(runs)}`;
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
  having('result', comparison, ['runs', 'differences'], 'the result of compare');
  const first = comparison.runs[0];
  if (first === undefined) return 'nothing was run\n';
  const { manifest } = first;
  const all = rowsOf(first.vms);
  const replications = manifest.replications > 1 ? `, ${manifest.replications} replications` : '';
  const heads = distinctNames(
    comparison.runs.map((run) => run.manifest.mechanism),
    VALUE_COLUMNS,
  );
  let text = `seed ${manifest.seed}${replications}, ${formatExactDurationNs(manifest.durationNs)} simulated; `;
  text += `factors are against ${manifest.mechanism}\n`;
  for (let start = 0; start < comparison.runs.length; start += BLOCK) {
    const inBlock = (row: Row): Row => (row.length === 1 ? row : [row[0]!, ...row.slice(1 + start, 1 + start + BLOCK)]);
    const rows: Row[] = [
      ['', ...heads.map((name): Cell => ({ text: name, tone: 'strong' }))],
      ...vmRows(comparison, all.slice(0, MAX_VMS)),
      ...hostRows(comparison),
      ...gpuRows(comparison.runs),
      ...lifecycleRows(comparison.runs, (run, value, format, path) => overRuns(run, value, format, (f) => f[path])),
      ...memoryRows(comparison.runs, (text, column, path) => withRatio(text, comparison, column, path)),
      ...sizingRows(comparison),
    ].map(inBlock);
    text += `\n${renderTable(rows.map(clip), { look, maxCellColumns: LABEL_COLUMNS })}`;
  }
  text += omittedText(all.length);
  if (all.some(({ vms }) => vms.length > 1))
    text += 'xN: of N VMs the sum of what completed, the worst latency of any, and the median one of them\n';
  for (const run of comparison.runs) {
    if (run.incomplete === true) {
      text += `${paint(`incomplete: ${printable(run.manifest.mechanism)} was interrupted`, 'warn', look)}\n`;
    }
  }
  for (const { mechanism, why } of comparison.refused ?? [])
    text += `${wrap(printable(`left out ${mechanism}: ${why}`), widthOf(look, 100) - 2).replaceAll('\n', '\n  ')}\n`;
  if (comparison.sizing?.some(({ of }) => of === 'quotas') === true)
    text += 'N of quota: searched in whole cores (fluxhost size --find vms.NAME.quota finds parts of one)\n';
  text += replicationLegend(comparison);
  text += `\n${renderTrust(comparison.runs, look)}\n${wrap(sloSentence(comparison), widthOf(look, 100))}\n`;
  return fitted(text, look);
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
