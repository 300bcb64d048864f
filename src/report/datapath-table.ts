// The readable part of a result that is about the datapath: what became of each VM's packets before they were requests.

import type { DatapathResult } from '../datapath/result.js';
import { type Look, renderTable } from './table.js';
import { formatCount, formatDurationNs, formatShare } from './units.js';

export function renderDatapath(result: DatapathResult | undefined, look: Look): string {
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
  const workers = `${result.workers} worker${result.workers === 1 ? '' : 's'}`;
  return `${renderTable([head.map((text) => ({ text, tone: 'strong' as const })), ...rows], { look })}${workers}; a request's latency begins where its packet is let through\n`;
}
