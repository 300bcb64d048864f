// What a task's speed depends on beside its own core: hardware threads that share it (a thread whose siblings work gets on
// at `smtFactor`), and the host's memory bandwidth (where running tasks would use more than there is, each of those that use
// any gets on at available / wanted: assumed). And caches: a task that goes on where its state is not pays for fetching it.
// Off (smt 1, no bandwidth declared, costs 0), nothing here runs.

import { VCpu, RUNNING, SPINNING, H, Core, coreAt, isNull, Task, TASK_FLAGS, TASK_CORE_SHIFT, clock, settings } from "./state";

/** Whether the thread of `v` slows its siblings: it runs a task or, if asked for, switches to one or spins for a lock. */
// @ts-ignore: decorator
@inline
function works(v: VCpu): bool {
  return v.state == RUNNING ? v.switching == 0 : v.state == SPINNING && settings.smtSpin != 0;
}

/** Whether another hardware thread of the same core works. */
function shares(core: Core): bool {
  for (let i: u32 = core.sibling; i < core.sibling + settings.smt && i < H.coreCount; i++) {
    const other = coreAt(i);
    if (other != core && !isNull(other.vcpu) && works(other.vcpu)) return true;
  }
  return false;
}

export function speedOf(v: VCpu): f64 {
  const speed = shares(v.core) ? settings.smtFactor : 1;
  return v.vm.bandwidth > 0 ? speed * H.memorySpeed : speed;
}

/** How long `work` ns of service take from now on; notes the speed. */
export function stretched(v: VCpu, work: u64): u64 {
  v.speed = speedOf(v);
  return <u64>(<i64>Math.ceil(<f64>(<i64>work) / v.speed));
}

/** Service that the running task has had since `startedAt`. */
export function workDone(v: VCpu, t: Task): u64 {
  if (clock.now <= v.startedAt) return 0;
  return min<u64>(<u64>(<i64>(<f64>(<i64>(clock.now - v.startedAt)) * v.speed)), t.remaining);
}

/** The caches that know the task are `core`'s. */
// @ts-ignore: decorator
@inline
export function setHome(t: Task, core: Core): void {
  t.flags = (t.flags & TASK_FLAGS) | ((core.index + 1) << TASK_CORE_SHIFT);
}

/** What it costs the task to run on `core`, whose caches know it from now on. */
export function comeHome(t: Task, core: Core): u64 {
  const home = t.flags >> TASK_CORE_SHIFT;
  setHome(t, core);
  if (home == 0 || home == core.index + 1) return 0;
  const other = coreAt(home - 1);
  if (settings.smt > 1 && other.sibling == core.sibling) return 0; // they share the caches
  return other.socket == core.socket ? settings.moveCost : settings.moveCostSocket;
}
