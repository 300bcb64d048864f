// In which words it is said that a quantile is judged by too few requests (metrics/support.ts): the same on the page, in reports and in
// the terminal.

import { type Few, isThin } from '../metrics/support.js';
import type { SloResult, VmResult, Warning } from '../result/result.js';
import { formatCount, formatQuantile } from './units.js';

/** `869 requests, too few to rely on p99`; `which` of them are counted (` of api`, ` a seed`) follows their number. */
export const tooFewText = (quantile: number, requests: number, which = ''): string =>
  `${formatCount(requests)} ${requests === 1 ? 'request' : 'requests'}${which}, too few to rely on ${formatQuantile(quantile)}`;

/** Requests by which an SLO is judged: those turned away count as missed. */
export const judgedBy = ({ completed, dropped }: VmResult): number => completed + dropped;

/** Whether they are too few for its quantile; no number of them is said to be where there is none at all. */
export function fewJudge<T extends VmResult>(vm: T): vm is T & { readonly slo: SloResult } {
  const { slo } = vm;
  return slo !== null && judgedBy(vm) > 0 && isThin(slo.quantile, judgedBy(vm));
}

/** Of those that too few requests judge, the one that the fewest do. */
export const leastJudged = (vms: readonly VmResult[]) =>
  vms.filter((vm) => fewJudge(vm)).sort((a, b) => judgedBy(a) - judgedBy(b))[0];

/** What several runs leave in doubt, as rows of a sweep and answers of size have it. */
export interface Doubtful {
  readonly few?: Readonly<Record<string, Few>>;
  readonly warnings?: readonly Warning[];
}

/** `api-3.slo` of a group's VM as of the group: `api.slo`. */
const ofGroup = (path: string): string => path.replace(/-\d+(?=\.)/, '');

/** Of the quantiles at these paths, of VMs or groups, that too few requests stand behind, the one that the fewest do. */
export const fewestOf = ({ few = {} }: Doubtful, paths: readonly string[]): Few | undefined =>
  Object.entries(few)
    .filter(([path]) => paths.includes(path) || paths.includes(ofGroup(path)))
    .map(([, one]) => one)
    .sort((a, b) => a.requests - b.requests)[0];

/** The VM that a path is of. */
const vmOf = (path: string): string => path.slice(0, path.indexOf('.'));

/** Whether measuring began before one of these VMs had settled. */
const beganEarly = ({ warnings = [] }: Doubtful, vms: readonly string[]): boolean =>
  warnings.some(
    ({ code, field }) => code === 'short-warmup' && (vms.includes(vmOf(field)) || vms.includes(vmOf(ofGroup(field)))),
  );

/** Of an answer that stands on these quantiles: `judged by 869 requests, too few to rely on p99`; empty where nothing speaks against it. */
export function doubtsInWords(doubtful: Doubtful, paths: readonly string[], replications: number): string[] {
  const few = fewestOf(doubtful, paths);
  return [
    ...(few === undefined
      ? []
      : [`judged by ${tooFewText(few.quantile, few.requests, replications > 1 ? ' a seed' : '')}`]),
    ...(beganEarly(doubtful, paths.map(vmOf)) ? ['measured from too early on, for the warm-up is short'] : []),
  ];
}

/** The same of many: `judged by as few as 70 requests a seed, too few to rely on p99, in 4 of 6 rows`. */
export function doubtsOfMany(
  rows: readonly (Doubtful & { readonly replications: number })[],
  paths: readonly string[],
): string[] {
  const of = (count: number): string => (rows.length === 1 ? '' : `, in ${count} of ${rows.length} rows`);
  const all = rows.flatMap((row) => {
    const few = fewestOf(row, paths);
    return few === undefined ? [] : [{ ...few, seeds: row.replications > 1 ? ' a seed' : '' }];
  });
  const [least] = [...all].sort((a, b) => a.requests - b.requests);
  const early = rows.filter((row) => beganEarly(row, paths.map(vmOf))).length;
  return [
    ...(least === undefined
      ? []
      : [`judged by as few as ${tooFewText(least.quantile, least.requests, least.seeds)}${of(all.length)}`]),
    ...(early === 0 ? [] : [`measured from too early on, for the warm-up is short${of(early)}`]),
  ];
}
