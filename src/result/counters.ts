// What the core counts of a VM and of the host, one row a counter (metrics/counters.ts).

import * as L from '../../assembly/layout.js';
import { counter, recorded, seconds } from '../metrics/counters.js';

export const VM_COUNTERS = {
  arrived: counter(L.VM_ARRIVED, 'Requests that came after the warm-up.'),
  completed: counter(L.VM_COMPLETED, 'Requests that were answered after the warm-up.'),
  dropped: counter(L.VM_DROPPED, 'Turned away because the VM was full (`queueLimit`); in no distribution.'),
  inFlight: counter(L.VM_IN_FLIGHT, 'Requests in it at the end.'),
  steals: counter(L.VM_STEALS, 'Times that a vCPU took tasks of another.'),
  stealAttempts: counter(L.VM_STEAL_ATTEMPTS, "Looks into another vCPU's queue."),
  preemptions: counter(L.VM_PREEMPTIONS, 'Tasks stopped before their end.'),
  yields: counter(L.VM_YIELDS, 'Cores given back of its own will.'),
  grants: counter(L.VM_GRANTS, 'Cores that it got.'),
  revocations: counter(L.VM_REVOCATIONS, 'Cores that were taken from it.'),
  tasksStolen: counter(L.VM_TASKS_STOLEN, 'Tasks that a steal moved to another vCPU; one may move more than once.'),
  migrations: counter(L.VM_MIGRATIONS, 'Tasks that a parked vCPU handed on (mechanism.migrate).'),
  stranded: counter(
    L.VM_STRANDED,
    'Tasks queued on a vCPU that had been taken off its core unasked (`blind`, `cgroup`).',
  ),
  throttledSeconds: seconds(L.VM_THROTTLED_NS, 'Time without quota (`cgroup`), as far as it lies after the warm-up.'),
};

/** Of requests that have deadlines. */
export const DEADLINE_COUNTERS = {
  met: counter(L.VM_MET, 'Requests that ended by their deadline.'),
  late: counter(L.VM_LATE, 'Requests that ended behind it (`late: finish`).'),
  abandoned: counter(L.VM_ABANDONED, 'Requests that were given up at it (`late: abandon`); `dropped` counts them too.'),
  overtaken: counter(L.VM_TURNS, "Tasks that left their vCPU to one that comes first in the VM's `order`."),
};

/** Core time of a VM, by what it was used for. */
export const VM_SECONDS = {
  task: seconds(L.VM_TASK_NS, 'Running tasks, in seconds.'),
  steal: seconds(L.VM_STEAL_NS, 'Taking tasks from other vCPUs, in seconds.'),
  idlePoll: seconds(L.VM_IDLE_POLL_NS, 'Searching and spinning, in seconds.'),
  transition: seconds(L.VM_TRANSITION_NS, 'Switching, and being moved, in seconds.'),
};

/** Instances started, by how; those that happened are told. */
export const VM_STARTS = {
  boot: counter(L.VM_BOOTS, 'Booted.'),
  restore: counter(L.VM_RESTORES, 'Restored from a snapshot.'),
};

export const VM_DISTRIBUTIONS = {
  latencyNs: recorded(L.HISTOGRAM_LATENCY, 'Time in system of the requests completed, in ns.'),
  queueDelayNs: recorded(L.HISTOGRAM_QUEUE_DELAY, 'Time from ready to first instruction of each task, in ns.'),
  slowdown: recorded(L.HISTOGRAM_SLOWDOWN, 'Time in system over service time of the requests completed.'),
};

export const LOCK_COUNTERS = {
  acquires: counter(L.VM_LOCK_ACQUIRES, 'Times that it was taken.'),
  waits: counter(L.VM_LOCK_WAITS, 'Acquisitions that had to wait.'),
  longestConvoy: counter(L.VM_LOCK_CONVOY_MAX, 'The longest line of waiters.'),
  holderPreemptions: counter(
    L.VM_LOCK_HOLDER_PREEMPTIONS,
    'Times that a vCPU was taken from the task that held the lock, or that the lock came to a waiter whose vCPU was gone.',
  ),
  spinSeconds: seconds(L.VM_SPIN_NS, 'Core time that waiters span away.'),
};

export const HOST_COUNTERS = {
  idleCoreSeconds: seconds(L.HOST_IDLE_NS, 'Of cores that no VM held.'),
};

export const MOVE_COUNTERS = {
  count: counter(L.HOST_MOVES, 'Cores that arrived at a VM.'),
};

export const ARBITER_COUNTERS = {
  rounds: counter(L.HOST_ROUNDS, 'Rounds that were simulated.'),
  roundsSkipped: counter(L.HOST_ROUNDS_SKIPPED, 'Rounds that could change nothing, and were not.'),
  denied: counter(L.HOST_CONGESTED_DENIED, 'Times that a VM was short of a core and none was to be had.'),
};

const controller = (punished: number, relaxed: number) => ({
  punished: counter(punished, 'Times that it took something away.'),
  relaxed: counter(relaxed, 'Times that it gave something back.'),
});

export const CONTROLLER_COUNTERS = {
  hyperthread: controller(L.HOST_LANES_EMPTIED, L.HOST_LANES_RETURNED),
  bandwidth: controller(L.HOST_VCPUS_DENIED, L.HOST_VCPUS_RETURNED),
};

export const MOVE_DISTRIBUTIONS = {
  grantNs: recorded(L.HISTOGRAM_GRANT, "From the decision to the core running the VM's scheduler."),
  parkNs: recorded(L.HISTOGRAM_PARK, 'From the request to the vCPU being parked.'),
  detectionNs: recorded(L.HISTOGRAM_DETECTION, 'From demand exceeding what the VM holds to the decision.'),
};

/** Steps of a move, in order: docs/model/moves.md. */
export const STEP_DISTRIBUTIONS = {
  notifyNs: recorded(L.HISTOGRAM_NOTIFY, "Forced move: the arbiter's park notice reaches the guest, in ns."),
  preemptNs: recorded(L.HISTOGRAM_PREEMPT, 'Forced move: the guest stops the running task, in ns.'),
  suspendNs: recorded(L.HISTOGRAM_SUSPEND, 'Forced move: the guest closes the vCPU and tells the host, in ns.'),
  descheduleNs: recorded(L.HISTOGRAM_DESCHEDULE, "Forced move: the host takes the vCPU's thread off the core, in ns."),
  wakeNs: recorded(
    L.HISTOGRAM_WAKE,
    'Any move: the host puts the receiving vCPU on the core and the guest wakes, in ns.',
  ),
  dispatchNs: recorded(L.HISTOGRAM_DISPATCH, 'Any move: from awake to the first task, its steal included, in ns.'),
};
