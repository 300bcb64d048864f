// What a task's speed depends on beside its own core: hardware threads that share it (a thread whose siblings work gets on
// at `smtFactor`), and the host's memory bandwidth (where running tasks would use more than there is, each of those that use
// any gets on at available / wanted: assumed). And caches: a task that goes on where its state is not pays for fetching it.
// Off (smt 1, no bandwidth declared, costs 0), nothing here runs.

import { takeSequence } from "../kernel/event-queue";
import { H, Q, VCpu, Core, Task, RUNNING, SPINNING, TASK_CORE_SHIFT, TASK_FLAGS, coreAt, isNull, nothing } from "./state";
import { mayTouch, planTouch } from "../memory/swap/plan";
import { planRun } from "./vcpu";

/** Whether the thread of `v` slows its siblings: it runs a task or, if asked for, switches to one or spins for a lock. */
// @ts-ignore: decorator
@inline
function works(v: VCpu): bool {
  return v.state == RUNNING ? v.switching == 0 : v.state == SPINNING && H.smtSpin != 0;
}

/** Whether another hardware thread of the same core works. */
function shares(core: Core): bool {
  for (let i: u32 = core.sibling; i < core.sibling + H.smt && i < H.coreCount; i++) {
    const other = coreAt(i);
    if (other != core && !isNull(other.vcpu) && works(other.vcpu)) return true;
  }
  return false;
}

function speedOf(v: VCpu): f64 {
  const speed = shares(v.core) ? H.smtFactor : 1;
  return v.vm.bandwidth > 0 ? speed * H.memorySpeed : speed;
}

/** How long `work` ns of service take from now on; notes the speed. */
export function stretched(v: VCpu, work: u64): u64 {
  v.speed = speedOf(v);
  return <u64>(<i64>Math.ceil(<f64>(<i64>work) / v.speed));
}

/** Service that the running task has had since `startedAt`. */
export function workDone(v: VCpu, t: Task): u64 {
  if (H.now <= v.startedAt) return 0;
  return min<u64>(<u64>(<i64>(<f64>(<i64>(H.now - v.startedAt)) * v.speed)), t.remaining);
}

/** `v` begins to switch to a task, until `start`. Where that is no work to its siblings, they follow here and at its end. */
export function beginSwitch(v: VCpu, start: u64): void {
  if (H.smtSwitch || H.smt == 1 || start == H.now) return;
  v.switching = 1;
  if (v.state == RUNNING) siblingsFollow(v);
}

export function endSwitch(v: VCpu): void {
  v.switching = 0;
  siblingsFollow(v);
}

function siblingsFollow(v: VCpu): void {
  const core = v.core;
  for (let i = core.sibling; i < core.sibling + H.smt && i < H.coreCount; i++) {
    const other = coreAt(i);
    if (other != core && !isNull(other.vcpu)) adapt(other.vcpu);
  }
}

/**
 * `v` was in state `before`. Where it has begun or ceased to run tasks, or to spin, the speed of its siblings, and of all where
 * memory bandwidth is short, follows.
 */
export function paceChanged(v: VCpu, before: u32): void {
  const runs = v.state == RUNNING;
  if (runs == (before == RUNNING) && (v.state == SPINNING) == (before == SPINNING)) return;
  const core = v.core;
  const bandwidth = runs == (before == RUNNING) ? 0 : runs ? v.vm.bandwidth : -v.vm.bandwidth;
  let from = core.sibling;
  let to = min<u32>(from + H.smt, H.coreCount);
  if (bandwidth != 0) {
    v.vm.traffic += bandwidth;
    H.traffic += bandwidth;
    const speed = H.traffic > H.memoryBandwidth ? H.memoryBandwidth / H.traffic : 1;
    if (speed != H.memorySpeed) {
      H.memorySpeed = speed;
      from = 0;
      to = H.coreCount;
    }
  }
  for (; from < to; from++) {
    const other = coreAt(from);
    if (other != core && !isNull(other.vcpu)) adapt(other.vcpu);
  }
  if (H.onPace != 0 && runs != (before == RUNNING)) call_indirect<void>(H.onPace, v);
}

/** The task that `v` runs, if any, goes on at the speed of now. */
function adapt(v: VCpu): void {
  if (v.state != RUNNING || isNull(v.task) || v.speed == speedOf(v)) return;
  const t = v.task;
  t.remaining -= workDone(v, t);
  if (H.now > v.startedAt) v.startedAt = H.now;
  const until = v.startedAt + stretched(v, t.remaining);
  if (until != v.runsUntil) v.endPlace = takeSequence(Q); // an end that stays where it was keeps its place
  v.runsUntil = until;
  if (mayTouch(t)) planTouch(v, t);
  planRun(v);
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
  if (H.smt > 1 && other.sibling == core.sibling) return 0; // they share the caches
  return other.socket == core.socket ? H.moveCost : H.moveCostSocket;
}

/** The core that became idle last, rather one whose siblings are idle too. Some core must be idle. */
// @ts-ignore: decorator
@inline
export function topIdle(): Core {
  const core = H.smt > 1 ? wholeCore() : nothing<Core>();
  return isNull(core) ? load<Core>(H.idle + (<usize>(H.idleCount - 1) << 2)) : core;
}

/** The idle hardware thread whose siblings are idle too that became so last. */
function wholeCore(): Core {
  for (let i = H.idleCount; i > 0; i--) {
    const core = load<Core>(H.idle + (<usize>(i - 1) << 2));
    if (isWhole(core)) return core;
  }
  return nothing<Core>();
}

/** Whether `core` is idle, and all of its siblings. */
export function isWhole(core: Core): bool {
  for (let k: u32 = core.sibling; k < core.sibling + H.smt && k < H.coreCount; k++) {
    if (coreAt(k).idlePlace == 0) return false;
  }
  return true;
}
