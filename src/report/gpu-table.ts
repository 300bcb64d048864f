// The readable part of a result that is about the GPU: what became of prompts, and of its time.

import type { GpuResult } from '../gpu/result.js';
import { type Look, renderTable } from './table.js';
import { formatCount, formatDurationNs, formatShare } from './units.js';

export function renderGpu(result: GpuResult | undefined, look: Look): string {
  if (result === undefined) return '';
  const { vm, arrived, completed, tokens, firstTokenNs, tokenNs, preemptions, offlineLost } = result;
  const { busySeconds, offlineSeconds, otherSeconds } = result;
  const seconds = busySeconds + offlineSeconds + otherSeconds;
  const share = (part: number): string => (seconds === 0 ? '-' : formatShare(part / seconds));
  const head = ['gpu', 'prompts', 'answered', 'tokens', 'first token', 'p99', 'per token', 'p99', 'busy', 'offline'];
  const row = [
    vm,
    ...[arrived, completed, tokens].map(formatCount),
    ...[firstTokenNs.mean, firstTokenNs.p99, tokenNs.mean, tokenNs.p99].map(formatDurationNs),
    ...[busySeconds, offlineSeconds].map(share),
  ];
  const table = renderTable([head.map((text) => ({ text, tone: 'strong' as const })), row], { look });
  const times = preemptions === 1 ? 'time' : 'times';
  return `${table}offline work was stopped ${formatCount(preemptions)} ${times}, and ${formatCount(offlineLost)} of its prompts lost their pages; each token is a request of ${vm}\n`;
}
