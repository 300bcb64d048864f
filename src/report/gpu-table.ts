// The readable part of a result that is about the GPU: what became of prompts, and of its time.

import type { GpuResult } from '../gpu/result.js';
import type { Figures, Result } from '../result/result.js';
import { type Figure, overRuns } from './replications.js';
import { type Cell, type Look, renderTable } from './table.js';
import { formatCount, formatDurationNs, formatShare } from './units.js';

/** Of all time of the GPU. */
export const gpuShare = (
  { busySeconds, offlineSeconds, otherSeconds }: GpuSeconds,
  part: keyof GpuSeconds,
): number | null => {
  const seconds = busySeconds + offlineSeconds + otherSeconds;
  return seconds === 0 ? null : { busySeconds, offlineSeconds, otherSeconds }[part] / seconds;
};
type GpuSeconds = Pick<GpuResult, 'busySeconds' | 'offlineSeconds' | 'otherSeconds'>;

export function renderGpu(result: GpuResult | undefined, look: Look): string {
  if (result === undefined) return '';
  const { vm, arrived, completed, tokens, firstTokenNs, tokenNs, preemptions, offlineLost } = result;
  const head = ['gpu', 'prompts', 'answered', 'tokens', 'first token', 'p99', 'per token', 'p99', 'busy', 'offline'];
  const row = [
    vm,
    ...[arrived, completed, tokens].map(formatCount),
    ...[firstTokenNs.mean, firstTokenNs.p99, tokenNs.mean, tokenNs.p99].map(formatDurationNs),
    ...(['busySeconds', 'offlineSeconds'] as const).map((part) => formatShare(gpuShare(result, part))),
  ];
  const table = renderTable([head.map((text) => ({ text, tone: 'strong' as const })), row], { look });
  const times = preemptions === 1 ? 'time' : 'times';
  return `${table}offline work was stopped ${formatCount(preemptions)} ${times}, and ${formatCount(offlineLost)} of its prompts lost their pages; each token is a request of ${vm}\n`;
}

type Row = (string | Cell)[];

/** Rows of a comparison: answers, what they took, and what was left for offline work. */
export function gpuRows(runs: readonly Result[]): Row[] {
  if (!runs.some(({ gpu }) => gpu !== undefined)) return [];
  const row = (
    label: string,
    of: (gpu: GpuResult) => number | null,
    format: (value: number) => string,
    figure: (f: Figures) => Figure,
  ): Row => [
    `  ${label}`,
    ...runs.map((run) => (run.gpu === undefined ? '-' : overRuns(run, of(run.gpu), format, figure))),
  ];
  const share = (label: string, part: keyof GpuSeconds): Row =>
    row(
      label,
      (gpu) => gpuShare(gpu, part),
      formatShare,
      (f) => {
        const seconds = (['busySeconds', 'offlineSeconds', 'otherSeconds'] as const).map((key) => f[`gpu.${key}`]);
        if (!seconds.every((one) => typeof one === 'number')) return undefined;
        const [busySeconds, offlineSeconds, otherSeconds] = seconds as [number, number, number];
        return gpuShare({ busySeconds, offlineSeconds, otherSeconds }, part);
      },
    );
  const told = (label: string, key: 'completed' | 'tokens' | 'preemptions'): Row =>
    row(
      label,
      (gpu) => gpu[key],
      formatCount,
      (f) => f[`gpu.${key}`],
    );
  const time = (label: string, which: 'firstTokenNs' | 'tokenNs', key: 'mean' | 'p99'): Row =>
    row(
      label,
      (gpu) => gpu[which][key],
      formatDurationNs,
      (f) => f[`gpu.${which}.${key}`],
    );
  return [
    [{ text: 'gpu', tone: 'strong' }],
    told('prompts answered', 'completed'),
    told('tokens', 'tokens'),
    time('first token mean', 'firstTokenNs', 'mean'),
    time('first token p99', 'firstTokenNs', 'p99'),
    time('per token mean', 'tokenNs', 'mean'),
    share('busy', 'busySeconds'),
    share('offline', 'offlineSeconds'),
    told('offline work stopped', 'preemptions'),
  ];
}
