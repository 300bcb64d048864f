// The buckets of a result's distributions: a page draws them, while the JSON beside it leaves them out.

import type { BucketedDistribution } from '../metrics/figures.js';
import { memoryOf } from '../swap/result.js';
import type { Result } from './result.js';

/** Those of a result that may have buckets. */
function bucketed(result: Result): BucketedDistribution[] {
  const memory = memoryOf(result);
  const swapIns = memory === undefined ? [] : Object.values(memory.backends).map(({ swapInNs }) => swapInNs);
  return [
    ...result.vms.map(({ latencyNs }) => latencyNs),
    ...swapIns,
    ...(memory === undefined ? [] : [memory.stallNs]),
  ];
}

/** A result that keeps its buckets when the given one loses them. */
export function withBuckets(result: Result): Result {
  const vms = result.vms.map((vm) => ({ ...vm, latencyNs: { ...vm.latencyNs } }));
  const memory = memoryOf(result);
  if (memory === undefined) return { ...result, vms };
  const backends = Object.fromEntries(
    Object.entries(memory.backends).map(([name, one]) => [name, { ...one, swapInNs: { ...one.swapInNs } }]),
  );
  return { ...result, vms, memory: { ...memory, backends, stallNs: { ...memory.stallNs } } };
}

export function dropBuckets(result: Result): void {
  for (const distribution of bucketed(result)) delete distribution.histogram;
}
