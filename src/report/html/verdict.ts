// The sentence at the top of a run's report: whether objectives are met, by how much, in how many seeds, and whether to rely on it.

import { fewJudge } from '../few.js';
import { functionsSentence } from './figures/lifecycle.js';
import type { Named } from './figures/named.js';
import { latencyWords, meetsSlo, seedsWords, verdictWords } from './seeds.js';
import { listed } from './words.js';

/** `hyperflux meets the SLO in 3 of 3 seeds (…): api’s p99 is 75.4 µs ± 16.6 µs, at most 200 µs asked.` */
export function runVerdict({ label, result }: Named): { verdict: string; good: boolean | null } {
  const judged = result.vms.filter((vm) => vm.slo !== null);
  const functions = functionsSentence([{ label, result }]);
  if (result.vms.length === 0 && functions !== '') return { verdict: functions, good: null };
  if (judged.length === 0) {
    const [vm] = result.vms;
    const p99 = vm === undefined ? '' : `Under ${label} ${vm.name}’s p99 is ${latencyWords(result, vm, 'p99')}. `;
    return { verdict: `${p99}${functions === '' ? 'No VM states an SLO.' : functions}`, good: null };
  }
  const [single, others] = [seedsWords(result, judged), judged.length > 1];
  const says = (vm: (typeof judged)[number]): string => {
    const seeds = others ? seedsWords(result, [vm]) : undefined;
    return `${verdictWords(result, vm)}${seeds === undefined ? '' : `, ${seeds}`}`;
  };
  const met = single === undefined ? '' : ` ${single}`;
  const missed = judged.filter((vm) => !meetsSlo(result, vm));
  if (missed.length === 0) {
    const what = judged.length === 1 ? 'the SLO' : 'every SLO';
    const few = judged.some(fewJudge);
    const meets = `${label} meets ${what}${few ? ' so far' : ''}${met}`;
    return { verdict: `${meets}: ${listed(judged.slice(0, 3).map(says))}.`, good: few ? null : true };
  }
  const of = judged.length === 1 ? 'the SLO' : `${missed.length} of ${judged.length} SLOs`;
  const known = missed.some((vm) => !fewJudge(vm));
  return {
    verdict: `${label} misses ${of}${met === '' ? '' : `, met${met}`}: ${listed(missed.slice(0, 3).map(says))}.`,
    good: known ? false : null,
  };
}
