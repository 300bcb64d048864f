// What `calibrate` found, as text: what was fitted, the second half beside the simulated one, what no parameter stands for.

import type { Calibration, Row } from '../calibrate/index.js';
import type { Gap } from '../calibrate/gaps.js';
import type { Fitted } from '../calibrate/fit.js';
import { BARS } from './distribution-line.js';
import { formatCount, formatDurationNs } from './units.js';

const percent = (share: number | null, signed = false): string => {
  if (share === null) return '-';
  const value = 100 * share;
  return `${signed && value > 0 ? '+' : ''}${Math.abs(value) < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
};

/** Columns apart by two spaces; the first to the left, the others to the right. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, k) => Math.max(...rows.map((row) => row[k]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!))).join('  ');
  return `${rows.map((row) => line(row).trimEnd()).join('\n')}\n`;
}

const told = (fitted: Fitted | undefined, as: (value: number) => string): string[] =>
  fitted === undefined ? ['-', '0'] : [as(fitted.value), formatCount(fitted.count)];

function fitTable({ fit, vms }: Calibration): string {
  const rows = [
    ['fitted on the first half', 'value', 'of'],
    ['task switch (at most)', ...told(fit.taskSwitchNs, formatDurationNs)],
  ];
  if (vms.some(({ limit, group }) => limit?.quotaUs !== undefined || fit.vms[group]!.quota !== undefined))
    rows.push(['quota period', ...told(fit.periodNs, formatDurationNs)]);
  for (const { name, group, limit } of vms) {
    const { wakeUpNs, startNs, sliceNs, quota } = fit.vms[group]!;
    rows.push(
      [`${name}: wake-up latency`, ...told(wakeUpNs, formatDurationNs)],
      [`${name}: from the queue to an idle CPU`, ...told(startNs, formatDurationNs)],
      [`${name}: slice`, ...told(sliceNs, formatDurationNs)],
    );
    if (limit?.quotaUs !== undefined || quota !== undefined)
      rows.push([`${name}: quota, in cores`, ...told(quota, (value) => value.toFixed(3))]);
  }
  return columns(rows);
}

const label = ({ vm, figure, quantile }: Row): string => `${vm} ${figure}${quantile === null ? '' : ` ${quantile}`}`;

const COLUMNS = 80;

/** Both to one scale; a column is the most of its samples. */
export function timelineOf({ name, timeline }: Pick<Calibration['vms'][number], 'name' | 'timeline'>): string {
  const { stepNs, recorded, simulated } = timeline;
  const most = Math.max(1, ...recorded, ...simulated);
  const each = Math.max(1, Math.ceil(recorded.length / COLUMNS));
  const line = (samples: readonly number[]): string =>
    Array.from({ length: Math.ceil(samples.length / each) }, (_, k) => {
      const value = Math.max(...samples.slice(k * each, (k + 1) * each));
      return BARS[Math.min(BARS.length - 1, Math.floor((value / most) * BARS.length))]!;
    }).join('');
  return (
    `${name}: tasks waiting, up to ${formatCount(most)}, a column ${formatDurationNs(each * stepNs)}\n` +
    `  recorded   ${line(recorded)}\n  simulated  ${line(simulated)}\n`
  );
}

function sizeOf({ value, unit, range }: Gap): string {
  if (unit === 'count') return formatCount(value);
  if (unit === 'share') return percent(value);
  const between = range === undefined ? '' : ` (${range.map(formatDurationNs).join(' to ')})`;
  return formatDurationNs(value) + between;
}

export function renderCalibration(calibration: Calibration): string {
  const { vms, rows, gaps, warnings, beginNs, cutNs, endNs, by } = calibration;
  const seconds = (ns: number): string => formatDurationNs(ns);
  const limits = vms.map(({ name, of, limit, tasks }) => {
    const quota =
      limit?.quotaUs === undefined ? '' : `, quota ${limit.quotaUs / 1000} ms of each ${limit.periodUs / 1000} ms`;
    return `${name}: ${by} ${of}${quota}, ${formatCount(tasks.recorded)} requests simulated\n`;
  });
  const compared = columns([
    ['second half', 'recorded', 'simulated', 'error', 'spread'],
    ...rows.map((row) => [
      label(row),
      formatDurationNs(row.recordedNs),
      formatDurationNs(row.simulatedNs),
      percent(row.error, true),
      percent(row.spread),
    ]),
  ]);
  const stat = vms.flatMap(({ name, statThrottledNs }) =>
    statThrottledNs === null
      ? []
      : [
          `${name}: cpu.stat counted ${formatDurationNs(statThrottledNs)} throttled, with the whole of a spell that began before\n`,
        ],
  );
  const lists = gaps.map((gap) => `  ${gap.what}: ${sizeOf(gap)}\n`);
  const widths = vms.flatMap(({ name, widths: of }) => {
    const wide = Object.entries(of).filter(([width]) => Number(width) > 1);
    return wide.length === 0
      ? []
      : [`${name}: requests by wake-ups in them: ${wide.map(([width, n]) => `${width}: ${n}`).join(', ')}\n`];
  });
  return (
    warnings.map((warning) => `warning: ${warning}\n`).join('') +
    `fitted on ${seconds(cutNs - beginNs)}, held against ${seconds(endNs - cutNs)} after it\n${limits.join('')}\n` +
    `${fitTable(calibration)}\n${compared}${stat.join('')}${widths.join('')}\n${vms.map(timelineOf).join('')}\n` +
    (gaps.length === 0 ? '' : `No parameter stands for:\n${lists.join('')}`)
  );
}
