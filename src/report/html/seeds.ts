// Reports of several replications: sentences have means over the seeds, as the table in the terminal has; what only one run keeps
// says that it is of one seed.

import type { Figures, Result, VmResult } from '../../result/result.js';
import { fewJudge, judgedBy, tooFewText } from '../few.js';
import { type Figure as Value, meetsAll, metIn, overRuns, replicated } from '../replications.js';
import { markedQuantile } from '../trust.js';
import { formatDurationNs, formatQuantile, formatShare } from '../units.js';
import type { Figure } from './figure.js';
import type { Named } from './figures/named.js';
import { attainedWords, duration, exactDuration, inMicroseconds, onlyWaits, sloKey } from './words.js';

const isReplicated = (result: Result): boolean => replicated({ runs: [result] });

/** `68.0 µs ± 3.32 µs` over the seeds, or of the one run. */
export const overSeeds = (
  result: Result,
  single: number | null,
  format: (value: number) => string,
  of: (figures: Figures) => Value,
): string => inMicroseconds(overRuns(result, single, format, of));

/** A latency's quantile as the terminal has it: its mean over the seeds, or the run's own. */
export function latencyWords(
  result: Result,
  { name, latencyNs }: VmResult,
  key: 'p50' | 'p90' | 'p99' | 'p999',
): string {
  if (!isReplicated(result)) return duration(latencyNs[key]);
  const marked = markedQuantile(latencyNs, key);
  if (marked === '–') return marked;
  const mean = overSeeds(result, latencyNs[key], formatDurationNs, (f) => f[`${name}.latencyNs.${key}`]);
  return marked.startsWith('≥') ? `≥ ${mean}` : mean;
}

/** Whether the VM's SLO is met, with several replications in each of them. */
export const meetsSlo = (result: Result, vm: VmResult): boolean => meetsAll({ ...result, vms: [vm] });

/** `68.0 µs ± 3.32 µs` over several seeds, `66.1 µs` of one. */
function judgedValue(result: Result, vm: VmResult): string {
  if (vm.slo === null || !isReplicated(result)) return attainedWords(vm);
  const key = sloKey(vm.slo);
  // replications keep four quantiles
  if (key === undefined) return `${attainedWords(vm)} with seed ${result.manifest.seed}`;
  const waiting = (f: Figures): Value => {
    const [inFlight, completed] = [f[`${vm.name}.inFlight`], f[`${vm.name}.completed`]];
    return typeof inFlight !== 'number' || typeof completed !== 'number'
      ? undefined
      : inFlight / Math.max(1, inFlight + completed);
  };
  const left =
    vm.slo.latencyNs === null
      ? ` of those answered; ${overSeeds(result, null, formatShare, waiting)} still waiting`
      : '';
  return `${latencyWords(result, vm, key)}${left}`;
}

/** `68.0 µs ± 3.32 µs; in 0 of 4 seeds [0, 49]%` over several seeds, `66.1 µs` of one. */
export function judgedWords(result: Result, vm: VmResult): string {
  const value = judgedValue(result, vm);
  const share = vm.slo === null ? undefined : metIn(result, [vm]);
  if (share === undefined) return value;
  if (share === null) return `${value}; no data`;
  const { met, of, percent } = share;
  return `${value}; in ${met} of ${of} seeds${percent === null ? '' : ` [${percent.low}, ${percent.high}]%`}`;
}

/** `in 3 of 3 seeds (95 % interval of that share: 44–100 %)`; undefined for a single run. */
export function seedsWords(result: Result, vms: readonly VmResult[]): string | undefined {
  const share = metIn(result, vms);
  if (share === undefined) return undefined;
  if (share === null) return 'in no seed, for no request came to judge by';
  const { met, of, percent } = share;
  const interval = percent === null ? '' : ` (95 % interval of that share: ${percent.low}–${percent.high} %)`;
  return `in ${met} of ${of} seeds${interval}`;
}

/** `api’s p99 is 75.4 µs ± 16.6 µs, at most 200 µs asked (of 869 requests, too few to rely on p99)` */
export function verdictWords(result: Result, vm: VmResult): string {
  const slo = vm.slo!;
  const quantile = `${vm.name}’s ${formatQuantile(slo.quantile)}`;
  const means = isReplicated(result) && sloKey(slo) !== undefined;
  const is = onlyWaits(vm) && !means ? 'waits with those unanswered,' : 'is';
  return `${quantile} ${is} ${judgedValue(result, vm)}, at most ${exactDuration(slo.targetNs)} asked${bracketed(fewWords(result, vm))}`;
}

const bracketed = (text: string): string => (text === '' ? '' : ` (${text})`);

/** `of 4 requests, too few to rely on p99`; empty where they are enough. */
export function fewWords(result: Result, vm: VmResult): string {
  if (!fewJudge(vm)) return '';
  return `of ${tooFewText(vm.slo.quantile, judgedBy(vm), isReplicated(result) ? ' a seed' : '')}`;
}

/** Whose sentences have means over the seeds. */
const OF_MEANS: ReadonlySet<string> = new Set(['latency', 'moves']);

/** The figures of several replications, each saying what of it is of the first seed alone. */
export function ofSeeds(figures: readonly Figure[], runs: readonly Named[]): Figure[] {
  const first = runs.find(({ result }) => isReplicated(result))?.result;
  if (first === undefined) return [...figures];
  const { seed, replications } = first.manifest;
  const judged = runs.some(({ result }) => result.vms.some((vm) => vm.slo !== null && metIn(result, [vm]) !== null));
  return figures.map((figure) => ({
    ...figure,
    answer: OF_MEANS.has(figure.id)
      ? `${figure.answer} Means over ${replications} seeds${figure.id === 'latency' && judged ? ', and in how many of them the SLO is met, with the 95 % interval of that share' : ''}.`
      : `${figure.answer} All this is of seed ${seed} alone.`,
    caption: `${figure.caption} Drawing and table are of seed ${seed} alone${figure.id === 'latency' ? ', except for the intervals' : ''}.`,
  }));
}
