// The readable report of one run: latencies and SLO per VM, core-seconds by state, core moves, swapped memory, intervals.
// Reads nothing but the result, so a result printed by any engine or read back from a file looks the same.

import type { Interval } from '../metrics/figures.js';
import { memoryOf } from '../swap/result.js';
import type { SloResult, Result, VmResult, ControllerResult } from '../result/result.js';
import { printable } from '../input/errors.js';
import { type Cell, renderTable, paint } from './table.js';
import { markedQuantile, renderTrust } from './trust.js';
import { renderMemory } from './memory-table.js';
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

/** `yes` or `no`, in the tone of it; `-` without an SLO. */
export function sloCell(slo: SloResult | null): Cell {
  if (slo === null) return { text: '-' };
  if (slo.attained === null) return { text: 'no data' };
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

function latencyTable(vms: readonly VmResult[], colour: boolean): string {
  const rows: (string | Cell)[][] = [
    ['VM', 'class', 'completed', 'mean', 'p50', 'p99', 'p99.9', 'max', 'SLO', 'attained'].map((text) => ({
      text,
      tone: 'strong' as const,
    })),
  ];
  for (const vm of vms) {
    const { latencyNs: latency } = vm;
    rows.push([
      vm.name,
      SHORT_CLASS[vm.class] ?? vm.class,
      formatCount(vm.completed),
      ...(['mean', 'p50', 'p99', 'p999', 'max'] as const).map((key) => markedQuantile(latency, key)),
      vm.slo === null ? '-' : sloText(vm.slo),
      sloCell(vm.slo),
    ]);
  }
  // 16 columns a cell and the widest figures make 106: as narrow as a comparison.
  return renderTable(rows, { colour, align: ['left', 'left'], maxCellColumns: 16 });
}

function coreTable(result: Result, vms: readonly VmResult[], colour: boolean): string {
  const rows: (string | Cell)[][] = [
    ['core-seconds', 'task', 'steal', 'idle poll', 'transition', 'total'].map((text) => ({
      text,
      tone: 'strong' as const,
    })),
  ];
  const totalOf = (vm: VmResult): number => Object.values(vm.cpuSeconds).reduce((sum, seconds) => sum + seconds, 0);
  for (const vm of vms) {
    const { task, steal, idlePoll, transition } = vm.cpuSeconds;
    rows.push([vm.name, ...[task, steal, idlePoll, transition, totalOf(vm)].map(formatCoreSeconds)]);
  }
  const { host } = result;
  rows.push(['idle cores', '', '', '', '', formatCoreSeconds(host.idleCoreSeconds)]);
  rows.push(['polling core', '', '', '', '', formatCoreSeconds(host.pollCoreSeconds)]);
  const { idleCoreSeconds, pollCoreSeconds, memoryCoreSeconds = 0 } = host;
  if (host.memoryCoreSeconds !== undefined)
    rows.push(['kept for memory', '', '', '', '', formatCoreSeconds(memoryCoreSeconds)]);
  const kept = idleCoreSeconds + pollCoreSeconds + memoryCoreSeconds;
  const total = result.vms.reduce((sum, vm) => sum + totalOf(vm), kept);
  rows.push([`${host.cores} cores`, '', '', '', '', formatCoreSeconds(total)]);
  return `${renderTable(rows, { colour, maxCellColumns: 24 })}utilization by tasks ${formatShare(host.utilization)}\n`;
}

function reallocationText(result: Result): string {
  const { count, grantNs, parkNs } = result.reallocation;
  if (count === 0) return 'no core moved\n';
  const spread = (name: string, p50: number | null, p99: number | null): string =>
    p50 === null ? '' : `; ${name} p50 ${formatDurationNs(p50)}, p99 ${formatDurationNs(p99)}`;
  return `${formatCount(count)} core moves${spread('grant', grantNs.p50, grantNs.p99)}${spread('park', parkNs.p50, parkNs.p99)}\n`;
}

function controllersText({ reallocation: { controllers } }: Result): string {
  const line = (name: string, acted: ControllerResult | undefined): string =>
    acted === undefined
      ? ''
      : `${name} controller: punished ${formatCount(acted.punished)} times, relaxed ${formatCount(acted.relaxed)} times\n`;
  return line('hyper-thread', controllers?.hyperthread) + line('bandwidth', controllers?.bandwidth);
}

/** `47.3 us [46.9 us, 47.7 us]` */
export function intervalText(interval: Interval): string {
  const { mean, low, high } = interval;
  const range = low === null ? '' : ` [${formatDurationNs(Math.max(low, 0))}, ${formatDurationNs(high)}]`;
  return `${formatDurationNs(mean)}${range}`;
}

function confidenceTable(result: Result, vms: readonly VmResult[], colour: boolean): string {
  const { confidence } = result;
  if (confidence === undefined || confidence.replications < 2) return '';
  const title = `mean and ${formatShare(confidence.level)} interval over ${confidence.replications} replications`;
  const rows: (string | Cell)[][] = [
    [{ text: title }],
    ['VM', 'p50', 'p99', 'p99.9'].map((text) => ({ text, tone: 'strong' as const })),
  ];
  for (const vm of vms) {
    const at = (key: string): string => {
      const interval = confidence.figures[`${vm.name}.latencyNs.${key}`];
      return interval === undefined ? '-' : intervalText(interval);
    };
    rows.push([vm.name, at('p50'), at('p99'), at('p999')]);
  }
  return `\n${renderTable(rows, { colour })}`;
}

function warnings(result: Result, colour: boolean): string {
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
  for (const vm of result.vms.slice(0, MAX_VMS)) {
    if (vm.dropped > 0) {
      const share = formatShare(vm.dropped / vm.arrived);
      const missed = vm.slo === null ? '' : '; its SLO counts them as missed';
      lines.push(`dropped: ${printable(vm.name)} turned away ${formatCount(vm.dropped)} requests (${share})${missed}`);
    }
  }
  return lines.map((line) => `${paint(line, 'bad', colour)}\n`).join('');
}

/** The report of one run as text, ending in a line feed. */
export function renderRun(result: Result, colour = false): string {
  const vms = result.vms.slice(0, MAX_VMS);
  return [
    header(result),
    '\n',
    latencyTable(vms, colour),
    omittedText(result.vms.length),
    confidenceTable(result, vms, colour),
    '\n',
    coreTable(result, vms, colour),
    reallocationText(result),
    controllersText(result),
    renderMemory(result, MAX_VMS, colour),
    warnings(result, colour),
    '\n',
    renderTrust([result], colour),
  ].join('');
}
