// libCacheSim's miss counts on `syn-v1`, and which of our policies they are counts of.

import { readFileSync } from 'node:fs';
import * as id from '../../assembly/memory/replacement/ids.js';
import { sharedFile } from './support.js';

export interface Reference {
  readonly sizes: number[];
  readonly unique: number;
  readonly fnv1a64_over_ids_one_word_each: string;
  readonly [policy: string]: number[] | number | string;
}

export function synReference(): Reference {
  const text = readFileSync(sharedFile('reference/peers-reference.json'), 'utf8');
  return (JSON.parse(text) as { page_policy_miss_counts: { 'syn-v1': Reference } }).page_policy_miss_counts['syn-v1'];
}

const floor = Math.floor;
/** As the reference names them, with their parameters at a capacity. */
export const SYN_POLICIES: readonly [string, number, (capacity: number) => [number?, number?]][] = [
  ['fifo', id.POLICY_FIFO, () => []],
  ['lru', id.POLICY_LRU, () => []],
  ['clock1', id.POLICY_CLOCK, () => [1]],
  ['clock2', id.POLICY_CLOCK, () => [2]],
  ['sieve', id.POLICY_SIEVE, () => []],
  ['s3fifo', id.POLICY_S3FIFO, (c) => [floor(c / 10), floor((c * 9) / 10)]],
  ['arc', id.POLICY_ARC, () => []],
  ['lfu', id.POLICY_LFU, () => []],
  ['twoq_libcachesim_only', id.POLICY_TWO_QUEUE, (c) => [floor(c / 4), floor(c / 2)]],
];
