// When a quantile is judged by too few requests, and in which words it is said: one threshold for the page, the report and the terminal.

import type { SloResult, VmResult } from '../result/result.js';
import { formatCount, formatQuantile } from './units.js';

/** Fewer samples beyond a quantile than this, and one more or less moves it (assumed). */
export const LEAST_BEYOND = 10;

/** Whether so many samples beyond a quantile are too few; the tolerance is for 1 − q, which is no binary fraction. */
export const isThin = (beyond: number): boolean => beyond < LEAST_BEYOND - 1e-9;

/** `869 requests, too few to rely on p99`; `which` of them are counted (` of api`, ` a seed`) follows their number. */
export const tooFewText = (quantile: number, requests: number, which = ''): string =>
  `${formatCount(requests)} ${requests === 1 ? 'request' : 'requests'}${which}, too few to rely on ${formatQuantile(quantile)}`;

/** Requests by which an SLO is judged: those turned away count as missed. */
export const judgedBy = ({ completed, dropped }: VmResult): number => completed + dropped;

/** Whether they are too few for its quantile; no number of them is said to be where there is none at all. */
export function fewJudge<T extends VmResult>(vm: T): vm is T & { readonly slo: SloResult } {
  const { slo } = vm;
  return slo !== null && slo.quantile < 1 && judgedBy(vm) > 0 && isThin(judgedBy(vm) * (1 - slo.quantile));
}

/** Of those that too few requests judge, the one that the fewest do. */
export const leastJudged = (vms: readonly VmResult[]) =>
  vms.filter((vm) => fewJudge(vm)).sort((a, b) => judgedBy(a) - judgedBy(b))[0];
