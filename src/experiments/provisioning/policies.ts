// Keep-alive policies by the names of the front.

import type { KeepAlive } from '../../lifecycle/spec.js';

const fixed = (seconds: number): KeepAlive => ({ policy: 'fixed', timeNs: Math.round(seconds * 1e9), from: 'end' });

export const POLICIES: Readonly<Record<string, KeepAlive>> = {
  'fixed-60s': fixed(60),
  'fixed-600s': fixed(600),
  lru: { policy: 'lru' },
  gd: { policy: 'gd', frequency: 'function' },
  'gd-instance': { policy: 'gd', frequency: 'instance' },
  'hist-dslab': { policy: 'hist', rules: 'dslab' },
  'hist-faascache': { policy: 'hist', rules: 'faascache' },
  'pool-1': { policy: 'pool', instances: 1 },
};

export const POLICY_NAMES: readonly string[] = Object.keys(POLICIES);

export const keepFor = fixed;
