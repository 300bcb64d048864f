// "How many cores did each VM hold when?": cores held by each VM over time, the whole run and the part of it in which most changed, with the
// tasks that waited above. From the samples of the series: what happened between two of them is not seen.

import type { SeriesResult } from '../../../result/series.js';
import { groupThousands } from '../../units.js';
import type { CoresPlot, Figure } from '../figure.js';
import { duration, sum, vmColour } from '../words.js';
import type { Named } from './named.js';

/** Samples across the whole run: as many as pixels matter. */
const MOST_SAMPLES = 400;
/** Samples in the window looked at closely. */
const WINDOW = 120;
const TABLE_ROWS = 60;

/** The run of `width` samples in which the VMs' cores changed most; the first of equals. */
export function mostEventful(series: SeriesResult, width: number): { from: number; changes: number } {
  const { timeNs, vms } = series;
  const changed = timeNs.map((_, i) =>
    i === 0 ? 0 : sum(vms.map(({ coresHeld }) => Math.abs(coresHeld[i]! - coresHeld[i - 1]!))),
  );
  let here = 0;
  let best = { from: 0, changes: -1 };
  for (let i = 0; i < changed.length; i++) {
    here += changed[i]!;
    if (i >= width) here -= changed[i - width]!;
    if (here > best.changes) best = { from: Math.max(0, i - width + 1), changes: here };
  }
  return best;
}

type Window = CoresPlot['windows'][number];

/** Some of the samples, each as it was: no means of samples that nobody held. */
function windowOf(
  series: SeriesResult,
  title: string,
  from: number,
  to: number,
  kinds: ReadonlyMap<string, string>,
): Window {
  const every = Math.max(1, Math.ceil((to - from) / MOST_SAMPLES));
  const pick = (values: readonly number[]): number[] => values.slice(from, to).filter((_, i) => i % every === 0);
  return {
    title: every === 1 ? title : `${title}, one sample in ${every}`,
    intervalNs: series.intervalNs * every,
    timeNs: pick(series.timeNs),
    vms: series.vms.map((vm, i) => ({
      name: vm.name,
      colour: vmColour(i, series.vms.length, kinds.get(vm.name) ?? ''),
      held: pick(vm.coresHeld),
      waiting: pick(vm.waiting),
    })),
  };
}

export function coresFigure({ label, result }: Named, alone: boolean): Figure | undefined {
  const { series } = result;
  if (series === undefined || series.timeNs.length < 2) return undefined;
  const samples = series.timeNs.length;
  const width = Math.min(WINDOW, samples);
  const { from, changes } = mostEventful(series, width);
  const kinds = new Map(result.vms.map((vm) => [vm.name, vm.class]));
  const close = windowOf(series, `the most eventful ${duration(width * series.intervalNs)}`, from, from + width, kinds);
  const windows = samples > width ? [windowOf(series, 'the whole run', 0, samples, kinds), close] : [close];
  const ranges = series.vms.slice(0, 3).map(({ name, coresHeld }) => {
    const held = coresHeld.slice(from, from + width);
    return `${name} held ${Math.min(...held)} to ${Math.max(...held)}`;
  });
  const shown = close.timeNs.length;
  const step = Math.max(1, Math.ceil(shown / TABLE_ROWS));
  return {
    id: alone ? 'cores' : `cores-${label.replaceAll(/[^a-z0-9]+/gi, '-')}`,
    question: alone ? 'How many cores did each VM hold when?' : `How many cores did each VM hold when, under ${label}?`,
    answer:
      `Most changed from ${duration(close.timeNs[0]!)} to ${duration(close.timeNs.at(-1)!)}: ` +
      `${groupThousands(changes)} changes of holdings between samples; ${ranges.join(', ')} cores.`,
    caption:
      `Cores that each VM holds, stacked, sampled every ${duration(series.intervalNs)}; above it the tasks that wait. ` +
      'Time is simulated and counts the warm-up.',
    drawing: { kind: 'cores', cores: result.host.cores, windows },
    table: {
      head: ['time', ...series.vms.flatMap(({ name }) => [`${name}: cores`, `${name}: waiting`])],
      rows: close.timeNs.flatMap((time, i) =>
        i % step === 0
          ? [[duration(time), ...close.vms.flatMap(({ held, waiting }) => [String(held[i]), String(waiting[i])])]]
          : [],
      ),
    },
  };
}
