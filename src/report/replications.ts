// Figures over several replications in a comparison: mean ± half-width, paired ratios, an SLO as "7 of 8", and what the signs mean.
// Rounds: JSON has the digits.

import { meanInterval, wilsonInterval } from '../metrics/confidence.js';
import { CONFIDENCE_LEVEL, samplingOf } from '../result/replications.js';
import type { Figures, Result, VmResult } from '../result/result.js';
import { memoryOf } from '../swap/result.js';
import type { Comparison } from '../study/compare.js';
import type { Cell } from './table.js';

/** A figure of one replication; undefined: replications do not keep it. */
export type Figure = number | null | undefined;

/** Those that ran to their end; none where there was one run only. */
function whole({ replications = [] }: Result): Figures[] {
  const finished = replications.filter(({ incomplete }) => incomplete !== true).map(({ figures }) => figures);
  return finished.length > 1 ? finished : [];
}

export const replicated = ({ runs }: Pick<Comparison, 'runs'>): boolean => runs.some((run) => whole(run).length > 0);

/** `47.3 us ± 1.2 us` over the replications; the one value where there is one run only. */
export function overRuns(
  run: Result,
  single: number | null,
  format: (value: number) => string,
  of: (figures: Figures) => Figure,
): string {
  const values = whole(run).map(of);
  if (values.length === 0 || values.includes(undefined)) return single === null ? '-' : format(single);
  const sampling = samplingOf(run);
  const { mean, high } = meanInterval(
    values.map((value) => value ?? null),
    CONFIDENCE_LEVEL,
    sampling ?? undefined,
  );
  // Counts are whole, their means need not be.
  const shown = mean !== null && mean >= 100 ? Math.round(mean) : mean;
  if (mean === null || shown === null) return '-';
  if (high === null || sampling === null) return format(shown);
  const half = high - mean;
  // sums of equal values differ by their rounding
  if (half <= 1e-12 * Math.abs(mean)) return format(shown);
  const halfText = notNothing(format(half >= 100 ? Math.round(half) : Number(half.toPrecision(2))));
  return `${format(shown)} ± ${inUnitOf(format(shown), halfText)}`;
}

/** An interval is none where it is rounded away: `± 0.0 %` would say that. */
const notNothing = (text: string): string => (text === '0.0 %' ? '<0.1 %' : text);

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

/** A cell of a comparison has 18 columns, and `≥` may stand before. */
const MOST_COLUMNS = 17;

/** `2.70 ms` beside `0.61 s` is `0.0027 s`: two units in one cell are misread. What would be too long for it, or have an exponent, stays. */
function inUnitOf(beside: string, text: string): string {
  const [[, unit = ''], [number, own = '']] = [beside.split(' '), text.split(' ')];
  const [size, ownSize] = [UNITS[unit], UNITS[own]];
  if (size === undefined || ownSize === undefined || size === ownSize) return text;
  const same = `${Number(((Number(number) * ownSize) / size).toPrecision(2))} ${unit}`;
  return /e/.test(same) || `${beside} ± ${same}`.length > MOST_COLUMNS ? text : same;
}

/** `1.25x ± 0.03`, with `~` where the interval holds 1; blank for the first mechanism. */
export function ratioCell(comparison: Comparison, column: number, path: string): string {
  const figure = column === 0 ? undefined : comparison.differences[column - 1]?.figures[path];
  if (figure?.ratio === undefined || figure.ratio === null) return '';
  const { ratio, ratioLow: low, ratioHigh: high } = figure;
  const text = ratio >= 99.5 ? ratio.toFixed(0) : ratio.toPrecision(3);
  if (low === null || high === null) return `${text}x`;
  return `${low <= 1 && high >= 1 ? '~' : ''}${text}x ± ${Number(((high - low) / 2).toPrecision(2))}`;
}

const percent = (share: number): string => (100 * share).toFixed(0);

/** Whether every SLO is attained in every replication; what has no data counts as neither. */
export function meetsAll(run: Result): boolean {
  const all = whole(run);
  if (all.length === 0) return run.vms.every(({ slo }) => slo === null || slo.attained === true);
  return run.vms.every(
    ({ name, slo }) => slo === null || all.every((figures) => figures[`${name}.slo.attained`] === 1),
  );
}

/** Replications in which the SLO of each of some VMs is met, of those that have data. */
export interface MetIn {
  readonly met: number;
  readonly of: number;
  /** Wilson's interval of the share, in percent; null where replications are not independent. */
  readonly percent: { readonly low: string; readonly high: string } | null;
}

/** Undefined with one run, null without requests to judge by. */
export function metIn(run: Result, vms: readonly VmResult[]): MetIn | null | undefined {
  if (whole(run).length === 0) return undefined;
  const known = whole(run).flatMap((figures) => {
    const each = vms.flatMap(({ name }) => figures[`${name}.slo.attained`] ?? []);
    return each.length === 0 ? [] : Math.min(...each);
  });
  if (known.length === 0) return null;
  const met = known.filter((value) => value === 1).length;
  const { low, high } = wilsonInterval(met, known.length, CONFIDENCE_LEVEL);
  // days drawn from one trace are not independent, and Wilson has no share of that
  const independent = samplingOf(run) === undefined;
  return { met, of: known.length, percent: independent ? { low: percent(low), high: percent(high) } : null };
}

/** `7 of 8 [53, 98]%`; undefined with one run, `no data` without requests. */
export function sloShare(run: Result, vms: readonly VmResult[]): Cell | undefined {
  const share = metIn(run, vms);
  if (share === undefined) return undefined;
  if (share === null) return { text: 'no data' };
  const { met, of, percent: range } = share;
  return {
    text: `${met} of ${of}${range === null ? '' : ` [${range.low}, ${range.high}]%`}`,
    tone: met === of ? 'good' : 'bad',
  };
}

/** What a share of the replications means. */
export const shareLegend = (sampling: ReturnType<typeof samplingOf>): string =>
  `k of n: replications that meet the SLO${sampling === undefined ? ', with the 95 % interval of their share (Wilson) in percent' : ''}`;

/** What the signs mean; nothing where there was one run each. */
export function replicationLegend(comparison: Comparison): string {
  if (!replicated(comparison)) return '';
  const [first] = comparison.runs;
  const sampling = first && samplingOf(first);
  const lines =
    sampling === null
      ? [
          'means over the replications; they are no sample of other days of the trace, so no interval is given',
          shareLegend(sampling),
        ]
      : [
          sampling === undefined
            ? "±: half-width of the 95 % interval of the mean over the replications (Student's t)"
            : "±: half-width of the 95 % interval of the mean of such days, of which the trace's blocks are a sample (Student's t)",
          'a mean without ±: the same in every replication',
          'ratio: of means, against the first mechanism, paired by seed; ~ where its interval holds 1',
          shareLegend(sampling),
        ];
  if (first !== undefined && memoryOf(first) !== undefined)
    lines.push(`memory: figures of seed ${first.manifest.seed}, ratios of means`);
  lines.push('-: nothing to measure, such as grants where no core moved');
  return `${lines.join('\n')}\n`;
}
