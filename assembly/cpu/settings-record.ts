// What the whole host goes by, in linear memory: what the scenario says, what the mechanism is like.

/** What the scenario says and a fork may change, in the order of layout.ts: HOST_STEAL_CHECK and on. Mechanisms overwrite what they set themselves. */
@unmanaged
export class Settings {
  stealCheck: u64;
  steal: u64;
  taskSwitch: u64;
  minSearch: u64;
  localCheck: u64;
  notify: u64;
  preempt: u64;
  suspend: u64;
  deschedule: u64;
  wake: u64;
  dispatchStep: u64;
  yield: u64;
  issue: u64;
  pollBase: u64;
  pollPerVm: u64;
  migrateTask: u64;
  moveCost: u64; // ns for a task whose state is in another core's caches
  moveCostSocket: u64;
  interval: u64;
  threshold: u64;
  staleness: u64;
  signal: u32;
  mode: u32;
  grant: u32;
  dedicated: u32;
  widthLimit: u32;
  answers: u32; // POLICY_*: which decisions the program makes
  migrate: u32;
  finishSection: u32;        // 1: a vCPU in a critical section is parked at the section's end
  batch: u32;                // 1: the moves of a round are issued at one cost
  aggregate: u32; // 1: the arbiter reads one bit a VM, and only the VMs whose bit is set
  smt: u32;                  // hardware threads that share a core
  sockets: u32;
  smtSwitch: u32; // 1: a thread that switches tasks slows its siblings
  smtSpin: u32;              // 1: one that spins for a lock does
  queueLength: f64;
  memoryBandwidth: f64;  // bytes per second
  smtFactor: f64; // speed of each when two or more work
}

/** What the mechanism is like; it says so when it is chosen (mechanisms/index.ts). */
@unmanaged
export class Traits {
  yields: u32; //      0: an idle vCPU searches for ever
  central: u32; //     1: every VM has one queue, and no cost
  blind: u32; //       1: vCPUs are descheduled without asking the guest
  parkedBusy: u32; //  1: tasks in the queue of a dormant vCPU are congestion
  keeps: u32; //       1: no vCPU leaves by itself that its VM is guaranteed
  halts: u32; //       1: where nothing is stolen, tasks are dispatched to idle vCPUs too, which wakes them
}
