// What the core counts of functions and their instances, one row a counter (metrics/counters.ts).

import * as L from '../../assembly/layout.js';
import * as W from '../../assembly/lifecycle/layout.js';
import { counter, seconds } from '../metrics/counters.js';

/** Requests by where they found their instance; the counter of the first tier has place `first`. */
const servedFrom = (first: number) => ({
  active: counter(first + W.TIER_ACTIVE, 'Requests given to an instance that was active.'),
  joined: counter(first + W.TIER_JOINED, 'Requests that waited for an instance that was starting for others.'),
  dormant: counter(first + W.TIER_DORMANT, 'Requests that woke a dormant instance.'),
  restore: counter(first + W.TIER_RESTORE, 'Requests for which an instance was restored from a snapshot.'),
  vm: counter(first + W.TIER_VM, 'Requests for which a VM booted that needs no runtime.'),
  full: counter(first + W.TIER_FULL, 'Requests for which a VM booted and its runtime initialized.'),
});

/** Instances by why they went; the counter of the first cause has place `first`. */
const goneFrom = (first: number) => ({
  forStart: counter(first + W.GONE_FOR_START, 'Evicted: another instance was to start and needed its memory.'),
  forRequest: counter(first + W.GONE_FOR_REQUEST, 'Evicted: one more request on an instance that was there needed it.'),
  needless: counter(
    first + W.GONE_NEEDLESS,
    'Evicted as FaasCache does it, where the request fitted without that or could not be made to fit at all.',
  ),
  keepAlive: counter(first + W.GONE_KEEP_ALIVE, 'Expired: its keep-alive was over.'),
  unloaded: counter(first + W.GONE_UNLOADED, 'Expired: the policy let it go as soon as it was dormant.'),
});

export const GONE_COUNTERS = goneFrom(W.LIFE_GONE);
export const FUNCTION_GONE = goneFrom(W.FN_GONE);

export const SERVED_COUNTERS = servedFrom(W.LIFE_SERVED);

export type ServedTier = keyof typeof SERVED_COUNTERS;
export const SERVED_TIERS = Object.keys(SERVED_COUNTERS) as readonly ServedTier[];

export const LIFECYCLE_COUNTERS = {
  arrived: counter(W.LIFE_ARRIVED, 'Requests that arrived; those that waited for memory when statistics began too.'),
  dropped: counter(W.LIFE_DROPPED, 'Requests for which no memory could be made.'),
  timedOut: counter(W.LIFE_TIMED_OUT, 'Requests that waited for memory as long as they may.'),
  inFlight: counter(W.LIFE_WAITING, 'Requests that wait for memory at the end.'),
  underWay: counter(W.LIFE_UNDER_WAY, 'Requests that have an instance and have not ended, at the end.'),
  completed: counter(W.LIFE_COMPLETED, 'Requests that ended.'),
  evictions: counter(W.LIFE_EVICTIONS, 'Dormant instances that went for want of memory.'),
  expirations: counter(W.LIFE_EXPIRATIONS, 'Dormant instances that went because the policy said so.'),
  starts: counter(W.LIFE_STARTS, 'Instances that booted or were restored.'),
  prewarmed: counter(W.LIFE_PREWARMED, 'Instances that were loaded ahead of a request.'),
  announced: counter(W.LIFE_ANNOUNCED, 'Widths of bursts that were announced.'),
  startedAhead: counter(W.LIFE_AHEAD, 'Instances that were started for an announced width.'),
  snapshots: counter(W.LIFE_SNAPSHOTS_LEFT, 'Functions that were left a snapshot.'),
  usedBytes: counter(W.LIFE_USED, 'Memory of all instances at the end.'),
  usedMaxBytes: counter(W.LIFE_USED_MAX, 'The most that they held at once.'),
  instances: counter(W.LIFE_INSTANCES, 'Instances at the end.'),
  instancesMax: counter(W.LIFE_INSTANCES_MAX, 'The most at once.'),
  runningMax: counter(W.LIFE_SLOTS_MAX, 'VMs of instances with requests, or with cores still, the most at once.'),
  inFlightMax: counter(W.LIFE_WAITING_MAX, 'The most requests that waited for memory at once.'),
  gateMax: counter(W.LIFE_GATE_MAX, 'The most starts that waited at the boot gate at once.'),
};

/** Core time of all instances. */
export const FUNCTION_SECONDS = {
  task: seconds(L.VM_TASK_NS, 'Running requests.'),
  steal: seconds(L.VM_STEAL_NS, "Taking tasks from another vCPU's queue."),
  idlePoll: seconds(L.VM_IDLE_POLL_NS, 'Looking for work.'),
  transition: seconds(L.VM_TRANSITION_NS, 'Coming and going.'),
};

export const FUNCTION_SERVED = servedFrom(W.FN_SERVED);

export const FUNCTION_COUNTERS = {
  arrived: counter(W.FN_ARRIVED, 'As of the whole.'),
  dropped: counter(W.FN_DROPPED, 'As of the whole.'),
  timedOut: counter(W.FN_TIMED_OUT, 'As of the whole.'),
  inFlight: counter(W.FN_WAITING, 'As of the whole.'),
  completed: counter(W.FN_COMPLETED, 'As of the whole.'),
  evictions: counter(W.FN_EVICTIONS, 'Its dormant instances that went for want of memory.'),
  evicted: counter(W.FN_EVICTED, 'Dormant instances, of any function, that went for the sake of its requests.'),
  expirations: counter(W.FN_EXPIRATIONS, 'As of the whole.'),
  instancesMax: counter(W.FN_INSTANCES_MAX, 'The most of its instances at once.'),
};
