// The readable report of one run: latencies and SLO per VM, core-seconds by state, core moves, swapped memory, intervals.
// Reads nothing but the result, so a result printed by any engine or read back from a file looks the same.

import { having } from '../input/argument.js';
import type { Interval } from '../metrics/figures.js';
import { memoryOf } from '../swap/result.js';
import type { SloResult, Result, VmResult, ControllerResult } from '../result/result.js';
import { samplingOf } from '../result/replications.js';
import { printable } from '../input/errors.js';
import { renderDistributions } from './distribution-line.js';
import { type Look, type Cell, fitted, renderTable, paint } from './table.js';
import { markedQuantile, renderTrust, renderValidity } from './trust.js';
import { shareLegend, sloShare } from './replications.js';
import { renderDatapath } from './datapath-table.js';
import { fewJudge, judgedBy, leastJudged, tooFewText } from './few.js';
import { renderGpu } from './gpu-table.js';
import { renderLifecycle } from './lifecycle-table.js';
import { renderMemory } from './memory-table.js';
import { type VmRow, memberAt, rowsOf, sum } from './vm-rows.js';
import {
  formatQuantile,
  formatExactDurationNs,
  formatCount,
  formatDurationNs,
  formatRate,
  formatCoreSeconds,
  formatShare,
} from './units.js';

/** Rows beyond this many VMs are left out of tables, and the table says so. */
export const MAX_VMS = 24;

const SHORT_CLASS: Readonly<Record<string, string>> = { 'latency-critical': 'LC', 'best-effort': 'BE' };

/** `p99 <= 200 us` */
export function sloText(slo: SloResult): string {
  return `${formatQuantile(slo.quantile)} <= ${formatExactDurationNs(slo.targetNs)}`;
}

/** `yes` or `no`, in the tone of it where enough requests judge; `-` without an SLO. */
export function sloCell(vm: VmResult): Cell {
  const { slo } = vm;
  if (slo === null) return { text: '-' };
  if (slo.attained === null) return { text: 'no data' };
  if (fewJudge(vm)) return { text: slo.attained ? 'yes' : 'no', tone: 'warn' };
  return slo.attained ? { text: 'yes', tone: 'good' } : { text: 'no', tone: 'bad' };
}

/** `and 76 more VMs; --json has them all` */
export function omittedText(total: number): string {
  return total > MAX_VMS ? `and ${total - MAX_VMS} more VMs; --json has them all\n` : '';
}

function header(result: Result): string {
  const { manifest } = result;
  const warmup = manifest.warmupNs > 0 ? ` after ${formatExactDurationNs(manifest.warmupNs)} of warm-up` : '';
  const replications = manifest.replications > 1 ? `, ${manifest.replications} replications` : '';
  return (
    `${manifest.mechanism}, seed ${manifest.seed}${replications}: ${formatExactDurationNs(manifest.measuredNs)} simulated${warmup}, ` +
    `${formatCount(manifest.events)} events in ${formatDurationNs(manifest.wallSeconds * 1e9)} (${formatRate(manifest.eventsPerSecond)})\n`
  );
}

const LATENCIES = ['mean', 'p50', 'p99', 'p999', 'max'] as const;

/** The worst of the group's VMs in each column, then the median one; what they share stands once. */
function groupRows({ name, vms }: VmRow): (string | Cell)[][] {
  const [first] = vms as [VmResult];
  const at = (share: number) => LATENCIES.map((key) => markedQuantile(memberAt(vms, key, share).latencyNs, key));
  const attained = vms.filter(({ slo }) => slo?.attained === true).length;
  const slo: (string | Cell)[] =
    first.slo === null
      ? ['-', '-']
      : [sloText(first.slo), { text: `${attained} of ${vms.length}`, tone: attained === vms.length ? 'good' : 'bad' }];
  const lead = [SHORT_CLASS[first.class] ?? first.class, formatCount(sum(vms.map(({ completed }) => completed)))];
  if (first.latencyShared !== undefined) return [[`${name} x${vms.length}`, ...lead, ...at(1), ...slo]];
  return [
    [`${name} x${vms.length}`, ...lead, ...at(1), ...slo],
    ['  median', '', '', ...at(0.5), '', ''],
  ];
}

/** Of several replications the tables are of the first; what is of all stands below, in one of its own. */
const whichRun = ({ manifest }: Result): string =>
  manifest.replications > 1 ? `replication 0 (seed ${manifest.seed})\n` : '';

function latencyTable(all: readonly VmRow[], look: Look): string {
  const rows: (string | Cell)[][] = [
    ['VM', 'class', 'completed', 'mean', 'p50', 'p99', 'p99.9', 'max', 'SLO', 'attained'].map((text) => ({
      text,
      tone: 'strong' as const,
    })),
  ];
  for (const { name, vms } of all) {
    const [vm] = vms as [VmResult];
    if (vms.length > 1) {
      rows.push(...groupRows({ name, vms }));
      continue;
    }
    const { latencyNs: latency } = vm;
    rows.push([
      vm.name,
      SHORT_CLASS[vm.class] ?? vm.class,
      formatCount(vm.completed),
      ...LATENCIES.map((key) => markedQuantile(latency, key)),
      vm.slo === null ? '-' : sloText(vm.slo),
      sloCell(vm),
    ]);
  }
  // 16 columns a cell and the widest figures make 106: as narrow as a comparison.
  const grouped = all.some(({ vms }) => vms.length > 1 && vms[0]!.latencyShared === undefined);
  const legend = grouped ? 'xN: of N VMs the worst in each column (completed: the sum), below it the median\n' : '';
  return renderTable(rows, { look, align: ['left', 'left'], maxCellColumns: 16 }) + legend;
}

function coreTable(result: Result, all: readonly VmRow[], look: Look): string {
  const rows: (string | Cell)[][] = [
    ['core-seconds', 'task', 'steal', 'idle poll', 'transition', 'total'].map((text) => ({
      text,
      tone: 'strong' as const,
    })),
  ];
  const totalOf = (vm: VmResult): number => Object.values(vm.cpuSeconds).reduce((sum, seconds) => sum + seconds, 0);
  for (const { name, vms } of all) {
    const states = (['task', 'steal', 'idlePoll', 'transition'] as const).map((state) =>
      sum(vms.map(({ cpuSeconds }) => cpuSeconds[state])),
    );
    const label = vms.length === 1 ? name : `${name} x${vms.length}, sum`;
    rows.push([label, ...[...states, sum(vms.map(totalOf))].map(formatCoreSeconds)]);
  }
  const { host, lifecycle } = result;
  const ofFunctions = Object.values(lifecycle?.cpuSeconds ?? {});
  if (lifecycle !== undefined) {
    const { task, steal, idlePoll, transition } = lifecycle.cpuSeconds;
    rows.push(['functions', ...[task, steal, idlePoll, transition, sum(ofFunctions)].map(formatCoreSeconds)]);
  }
  rows.push(['idle cores', '', '', '', '', formatCoreSeconds(host.idleCoreSeconds)]);
  if (host.pollCoreSeconds > 0) rows.push(['polling core', '', '', '', '', formatCoreSeconds(host.pollCoreSeconds)]);
  const { idleCoreSeconds, pollCoreSeconds, memoryCoreSeconds = 0 } = host;
  if (host.memoryCoreSeconds !== undefined)
    rows.push(['kept for memory', '', '', '', '', formatCoreSeconds(memoryCoreSeconds)]);
  const { datapathCoreSeconds = 0 } = host;
  if (host.datapathCoreSeconds !== undefined)
    rows.push(['datapath', '', '', '', '', formatCoreSeconds(datapathCoreSeconds)]);
  const kept = idleCoreSeconds + pollCoreSeconds + memoryCoreSeconds + datapathCoreSeconds;
  const total = result.vms.reduce((sum, vm) => sum + totalOf(vm), kept + sum(ofFunctions));
  rows.push([`${host.cores} cores`, '', '', '', '', formatCoreSeconds(total)]);
  return `${renderTable(rows, { look, maxCellColumns: 24 })}utilization by tasks ${formatShare(host.utilization)}\n`;
}

function reallocationText(result: Result): string {
  const { count, grantNs, parkNs, detectionNs, grantCurve } = result.reallocation;
  if (count === 0) return 'no core moved\n';
  const spread = (name: string, p50: number | null, p99: number | null): string[] =>
    p50 === null ? [] : [`${name} p50 ${formatDurationNs(p50)}, p99 ${formatDurationNs(p99)}`];
  const ramp = grantCurve?.at(-1);
  const moves = [
    `${formatCount(count)} core moves`,
    ...spread('grant', grantNs.p50, grantNs.p99),
    ...spread('park', parkNs.p50, parkNs.p99),
  ];
  return (
    [moves.join('; '), ...spread('noticed after', detectionNs.p50, detectionNs.p99), ''].join('\n') +
    (ramp === undefined ? '' : `largest round of grants: ${ramp.cores} cores in ${formatDurationNs(ramp.atNs)}\n`)
  );
}

function controllersText({ reallocation: { controllers } }: Result): string {
  const line = (name: string, acted: ControllerResult | undefined): string =>
    acted === undefined
      ? ''
      : `${name} controller: punished ${formatCount(acted.punished)} times, relaxed ${formatCount(acted.relaxed)} times\n`;
  return line('hyper-thread', controllers?.hyperthread) + line('bandwidth', controllers?.bandwidth);
}

/** `47.3 us [46.9 us, 47.7 us]` */
function intervalText(interval: Interval): string {
  const { mean, low, high } = interval;
  const range = low === null ? '' : ` [${formatDurationNs(Math.max(low, 0))}, ${formatDurationNs(high)}]`;
  return `${formatDurationNs(mean)}${range}`;
}

function confidenceTable(result: Result, all: readonly VmRow[], look: Look): string {
  const { confidence } = result;
  if (confidence === undefined || confidence.replications < 2 || all.length === 0) return '';
  const over = `over ${confidence.replications} replications`;
  // days of one trace are no sample: no interval is given, and none is promised
  const title =
    samplingOf(result) === null ? `mean ${over}` : `mean and ${formatShare(confidence.level)} interval ${over}`;
  const judged = all.some(({ vms }) => vms[0]!.slo !== null);
  const rows: (string | Cell)[][] = [
    [{ text: title }],
    ['VM', 'p50', 'p99', 'p99.9', ...(judged ? ['SLO attained in'] : [])].map((text) => ({ text, tone: 'strong' })),
  ];
  for (const { name, vms } of all) {
    // Of a group that one whose mean is the greatest, then the median one: each with its own interval.
    const at = (key: 'p50' | 'p99' | 'p999', share: number): string => {
      const known = vms.flatMap((vm) => {
        const interval = confidence.figures[`${vm.name}.latencyNs.${key}`];
        return interval === undefined ? [] : [{ interval, mark: markedQuantile(vm.latencyNs, key)[0] }];
      });
      const ordered = known.sort((a, b) => (a.interval.mean ?? -1) - (b.interval.mean ?? -1));
      const chosen = ordered[Math.floor(share * (ordered.length - 1))];
      if (chosen === undefined) return '-';
      if (chosen.mark === '–') return '–';
      return `${chosen.mark === '≥' ? '≥ ' : ''}${intervalText(chosen.interval)}`;
    };
    const row = (label: string, share: number): (string | Cell)[] => [
      label,
      ...(['p50', 'p99', 'p999'] as const).map((key) => at(key, share)),
      ...(judged ? [share < 1 ? '' : vms[0]!.slo === null ? '-' : (sloShare(result, vms) ?? '-')] : []),
    ];
    rows.push(row(vms.length > 1 ? `${name} x${vms.length}` : name, 1));
    if (vms.length > 1 && vms[0]!.latencyShared === undefined) rows.push(row('  median', 0.5));
  }
  return `\n${renderTable(rows, { look })}${judged ? `${shareLegend(samplingOf(result))}\n` : ''}`;
}

/** `deadlines: jobs missed 30 of 130 (23.1 %): 30 given up` */
function deadlineLines(name: string, vms: readonly VmResult[]): string[] {
  const all = vms.flatMap(({ deadlines }) => (deadlines === undefined ? [] : [deadlines]));
  const missed = sum(all.map((one) => one.missed));
  if (missed === 0) return [];
  const of = missed + sum(all.map(({ met }) => met));
  const ways = [
    [sum(all.map(({ abandoned }) => abandoned)), 'given up'],
    [sum(all.map(({ late }) => late)), 'late'],
  ] as const;
  const how = ways.filter(([count]) => count > 0).map(([count, word]) => `${formatCount(count)} ${word}`);
  return [
    `deadlines: ${printable(name)} missed ${formatCount(missed)} of ${formatCount(of)} (${formatShare(missed / of)}): ${how.join(', ')}`,
  ];
}

function warnings(result: Result, look: Look): string {
  const lines: string[] = [];
  if (result.incomplete === true) lines.push('incomplete: interrupted, the figures cover the time simulated so far');
  const memory = memoryOf(result);
  if (memory !== undefined && (memory.keptCoresUsed ?? 0) > 1) {
    const used = `elasticity work takes ${formatShare(memory.keptCoresUsed)} of the cores kept for it`;
    lines.push(`memory: ${used}; scans and devices would hold swap-ins up`);
  }
  if (memory?.faultsOverdue === true) {
    const waiting = `${formatCount(memory.faultsInFlight)} tasks wait for a page`;
    lines.push(
      `faults: ${waiting}, one of them for ${formatDurationNs(memory.oldestFaultNs)}; the latencies leave them out`,
    );
  }
  for (const { name, vms } of rowsOf(result.vms).slice(0, MAX_VMS)) {
    const throttled = sum(vms.map(({ throttledSeconds }) => throttledSeconds));
    if (throttled === 0) continue;
    const share = formatShare((throttled * 1e9) / vms.length / result.manifest.measuredNs);
    lines.push(`throttled: ${printable(name)} had no quota left for ${share} of the time; its requests waited then`);
  }
  for (const { name, vms } of rowsOf(result.vms).slice(0, MAX_VMS)) {
    const few = leastJudged(vms);
    if (few !== undefined)
      lines.push(`slo: ${printable(name)} is judged by ${tooFewText(few.slo.quantile, judgedBy(few))}`);
  }
  for (const { name, vms } of rowsOf(result.vms).slice(0, MAX_VMS)) lines.push(...deadlineLines(name, vms));
  for (const { name, vms } of rowsOf(result.vms).slice(0, MAX_VMS)) {
    // who was given up at its deadline stands with the deadlines
    const dropped = sum(vms.map((vm) => vm.dropped - (vm.deadlines?.abandoned ?? 0)));
    if (dropped === 0) continue;
    const share = formatShare(dropped / sum(vms.map(({ arrived }) => arrived)));
    const missed = vms[0]!.slo === null ? '' : '; its SLO counts them as missed';
    lines.push(`dropped: ${printable(name)} turned away ${formatCount(dropped)} requests (${share})${missed}`);
  }
  return lines.map((line) => `${paint(line, 'warn', look)}\n`).join('');
}

/** The report of one run as text, ending in a line feed. */
export function renderRun(result: Result, look: Look = false): string {
  having('result', result, ['manifest', 'vms'], 'the result of a run');
  const rows = rowsOf(result.vms);
  const shown = rows.slice(0, MAX_VMS);
  const parts = [
    header(result),
    rows.length === 0 ? '' : '\n',
    rows.length === 0 ? '' : whichRun(result) + latencyTable(shown, look),
    omittedText(rows.length),
    renderDistributions(result, look),
    confidenceTable(result, shown, look),
    '\n',
    whichRun(result),
    coreTable(result, shown, look),
    reallocationText(result),
    controllersText(result),
    renderMemory(result, MAX_VMS, look),
    renderDatapath(result, look),
    renderGpu(result.gpu, look),
    renderLifecycle(result.lifecycle, look),
    warnings(result, look),
    '\n',
    renderTrust([result], look),
    renderValidity(result, look),
  ];
  return fitted(parts.join(''), look);
}
