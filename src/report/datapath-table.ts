// The readable part of a result that is about the datapath: what became of each VM's packets before they were requests.

import type { Result } from '../result/result.js';
import { type Look, renderTable } from './table.js';
import { formatCount, formatDurationNs, formatShare } from './units.js';

/** Of a VM's packets that were answered. */
interface Answers {
  readonly vm: string;
  /** From packet to answer: means add up. */
  readonly meanNs: number;
  /** At least 98 %, and 99.8 %: no more than 1 % (0.1 %) are beyond either part's p99 (p99.9). null: too few to say. */
  readonly most98Ns: number | null;
  readonly most998Ns: number | null;
}

const sum = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);

/** The way through datapath and VM together, of each tenant whose packets are its requests (a GPU's are tokens instead). */
export function answersOf({ datapath, gpu, vms }: Pick<Result, 'datapath' | 'gpu' | 'vms'>): Answers[] {
  return (datapath?.tenants ?? []).flatMap(({ vm, latencyNs: through }) => {
    const own = vms.find(({ name }) => name === vm);
    const meanNs = sum(through.mean, own?.latencyNs.mean ?? null);
    if (own === undefined || meanNs === null || gpu?.vm === vm) return [];
    return [
      {
        vm,
        meanNs,
        most98Ns: sum(through.p99, own.latencyNs.p99),
        most998Ns: sum(through.p999, own.latencyNs.p999),
      },
    ];
  });
}

/** `small 41.2 us in the mean, 98 % within 195 us, 99.8 % within 402 us` */
export function answerText({ vm, meanNs, most98Ns, most998Ns }: Answers): string {
  const within = (share: string, ns: number | null): string =>
    ns === null ? '' : `, ${share} within ${formatDurationNs(ns)}`;
  return `${vm} ${formatDurationNs(meanNs)} in the mean${within('98 %', most98Ns)}${within('99.8 %', most998Ns)}`;
}

export function renderDatapath(whole: Pick<Result, 'datapath' | 'gpu' | 'vms'>, look: Look): string {
  const { datapath: result } = whole;
  if (result === undefined) return '';
  const rows = result.tenants.map((tenant) => {
    const { vm, arrived, served, droppedForBudget, droppedForQueue, latencyNs } = tenant;
    const share = (count: number): string => (arrived === 0 ? '-' : formatShare(count / arrived));
    return [
      vm,
      ...[arrived, served].map(formatCount),
      ...[droppedForBudget, droppedForQueue].map(share),
      ...[latencyNs.mean, latencyNs.p50, latencyNs.p99, latencyNs.max].map(formatDurationNs),
    ];
  });
  const head = ['datapath', 'packets', 'let through', 'over budget', 'queue full', 'mean', 'p50', 'p99', 'max'];
  const told = answersOf(whole).map(answerText);
  const answers = told.length === 0 ? '' : `from packet to answer: ${told.join('; ')}\n`;
  const workers = `${result.workers} worker${result.workers === 1 ? '' : 's'}`;
  return `${renderTable([head.map((text) => ({ text, tone: 'strong' as const })), ...rows], { look })}${workers}; a request's latency begins where its packet is let through\n${answers}`;
}
