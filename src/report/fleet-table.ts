// The readable result of `fluxhost fleet`: what became of the VMs, what of the hosts is used, what their users wait.

import { having } from '../input/argument.js';
import type { Estimate, FleetResult } from '../fleet/result.js';
import { type Cell, type Look, fitted, renderTable } from './table.js';
import { formatCount, formatDurationNs, formatShare } from './units.js';

type Row = readonly [label: string, value: string];

const HOUR = 3600e9;
const timeText = (ns: number): string => (ns < 2 * HOUR ? formatDurationNs(ns) : `${(ns / HOUR).toFixed(1)} h`);

function windowsText({ windows }: FleetResult['manifest']): string {
  if (windows === undefined) return '';
  return ` in ${windows.count} ${windows.count === 1 ? 'window' : 'windows'} of ${formatDurationNs(windows.lengthNs)}`;
}

const head = (texts: readonly string[]): Cell[] => texts.map((text) => ({ text, tone: 'strong' }));
const cells = (rows: readonly Row[]): Cell[][] => rows.map((row) => row.map((text) => ({ text })));

/** None where nothing puts hosts out. */
function outageRows({ failures, drained }: FleetResult['packing']): Row[] {
  if (failures === undefined) return [];
  return [
    ['hosts that failed', formatCount(failures)],
    ['hosts that were drained', formatCount(drained!)],
  ];
}

function packingRows({ packing, hosts }: FleetResult): Row[] {
  const { lost, moved } = packing;
  const disturbed: Row[] =
    lost === undefined
      ? []
      : [['  lost', formatCount(lost)], ['  placed anew', formatCount(moved!)], ...outageRows(packing)];
  return [
    ['VMs that came', formatCount(packing.arrivals)],
    ['  placed', formatCount(packing.placed)],
    ['  rejected', formatCount(packing.rejected)],
    ['  departed', formatCount(packing.departed)],
    ['  running at the end', formatCount(packing.running)],
    ...disturbed,
    ['hosts in use, peak', `${formatCount(packing.peakHosts)} of ${formatCount(hosts.of)}`],
    ['hosts that never had a VM', formatCount(packing.unusedHosts)],
    ['hosts in use, mean', formatCount(Math.round(packing.meanHosts))],
    ['cores sold, peak', formatCount(Math.round(packing.peakCores))],
    ['cores reserved, mean', formatShare(packing.meanCoreUtilization)],
    ['  stranded', formatShare(packing.strandedCores)],
    ['memory reserved, mean', formatShare(packing.meanMemoryUtilization)],
    ['  stranded', formatShare(packing.strandedMemory)],
  ];
}

/** The interval of what is estimated of a sample, in brackets. */
export function intervalWords(of: Estimate | undefined, format: (value: number) => string): string {
  if (of === undefined) return '';
  return ` (${format(of.low)} ${of.high === null ? 'or more' : `to ${format(of.high)}`})`;
}

function classRows({ classes, incomplete }: FleetResult): Cell[][] {
  return classes.map(({ class: name, completed, latencyNs, slo, confidence }) => {
    const about = (figure: string, format: (value: number) => string): string =>
      intervalWords(confidence?.[figure], format);
    const kept = slo === undefined ? '-' : `${formatShare(slo.share)}${about('slo.share', formatShare)}`;
    const answered = about('completed', (value) => formatCount(Math.round(value)));
    return [
      name,
      `${confidence === undefined ? '' : '≈ '}${formatCount(completed)}${answered}`,
      `${formatDurationNs(latencyNs.mean)}${about('latencyNs.mean', formatDurationNs)}`,
      `${formatDurationNs(latencyNs.p99)}${about('latencyNs.p99', formatDurationNs)}`,
      `${formatDurationNs(latencyNs.p999)}${about('latencyNs.p999', formatDurationNs)}`,
      kept,
    ].map((text, column): Cell => ({
      text,
      ...(column === 5 && slo !== undefined && incomplete !== true
        ? { tone: slo.attained === true ? 'good' : 'bad' }
        : {}),
    }));
  });
}

export const FUNCTIONS_HEAD = [
  'functions',
  'requests in the windows',
  'cold starts',
  'start, mean',
  'start, p99',
  'answer, p99',
  'evictions',
  'dropped',
] as const;

/** The row of a table of FUNCTIONS_HEAD, with intervals where hosts were sampled. */
export function functionsRow(
  of: NonNullable<FleetResult['functions']>,
  format: { readonly count: (value: number) => string; readonly time: (ns: number | null) => string },
): string[] {
  const { confidence } = of;
  const about = (figure: string, words: (value: number) => string): string =>
    intervalWords(confidence?.[figure], words);
  const count = (value: number): string => format.count(Math.round(value));
  const mark = confidence === undefined ? '' : '≈ ';
  const time = (name: 'startNs' | 'latencyNs', figure: 'mean' | 'p99'): string =>
    `${format.time(of[name][figure])}${about(`${name}.${figure}`, format.time)}`;
  return [
    `${count(of.functions)} on ${count(of.hosts)} hosts`,
    `${about('arrived', count) === '' ? '' : '≈ '}${count(of.arrived)}${about('arrived', count)}`,
    of.coldStartRate === null ? '-' : `${formatShare(of.coldStartRate)}${about('coldStartRate', formatShare)}`,
    time('startNs', 'mean'),
    time('startNs', 'p99'),
    time('latencyNs', 'p99'),
    `${mark}${count(of.evictions)}${about('evictions', count)}`,
    `${mark}${count(of.dropped + of.timedOut)}${of.timedOut === 0 ? about('dropped', count) : ''}`,
  ];
}

/** The text that `fluxhost fleet` prints. */
export function renderFleet(result: FleetResult, look: Look = false): string {
  having('result', result, ['manifest', 'hosts', 'packing'], 'the result of fleet');
  const { manifest, hosts } = result;
  const alone = result.packing.arrivals === 0 && result.functions !== undefined;
  const failed = hosts.failed === undefined ? '' : `, ${formatCount(hosts.failed)} failed`;
  const told =
    manifest.fidelity === 'packing'
      ? 'placement alone'
      : `${manifest.fidelity}, ${formatCount(hosts.simulated)} of ${formatCount(hosts.of)} hosts simulated under ${manifest.mechanism}${windowsText(manifest)}${failed}`;
  const rows = alone ? outageRows(result.packing) : packingRows(result);
  const parts = [
    ...(result.part === undefined ? [] : [`${result.part}; fluxhost merge puts all together`]),
    `${alone ? 'functions' : manifest.placement} on ${formatCount(hosts.of)} hosts, ${timeText(manifest.durationNs)}: ${told}`,
    ...(rows.length === 0 ? [] : [renderTable([head(['', 'fleet']), ...cells(rows)], { look })]),
  ];
  if (result.classes.length > 0)
    parts.push(
      renderTable([head(['class', 'answered', 'mean', 'p99', 'p99.9', 'VMs within SLO']), ...classRows(result)], {
        look,
      }),
    );
  if (result.functions !== undefined) {
    const row = functionsRow(result.functions, { count: formatCount, time: formatDurationNs });
    parts.push(renderTable([head(FUNCTIONS_HEAD), row.map((text) => ({ text }))], { look }));
  }
  for (const { code, field, detail } of result.warnings) parts.push(`warning (${code}) ${field}: ${detail}`);
  return fitted(`${parts.join('\n\n')}\n`, look);
}
