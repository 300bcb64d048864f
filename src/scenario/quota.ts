// What a VM may use of core time where its mechanism keeps quotas.

import type { VmGroup } from './types.js';

/** Of a VM under cgroup: cores' worth of time in each period; 0: no limit. */
export function quotaOf({ quota, vcpus }: VmGroup): number {
  return quota === 'none' ? 0 : (quota ?? vcpus.min);
}
