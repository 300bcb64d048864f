// In which order a VM with one queue runs its tasks: by deadline or slack (docs/model/order-of-tasks.md). The queue itself stays in the
// order in which tasks came; who is first is looked for, so a decision takes time in proportion to how many wait.

import * as L from "../../layout";
import * as O from "../../order/layout";
import { NEVER, RANK_QUANTUM, cancel, schedule } from "../../kernel/event-queue";
import { pow } from "../../kernel/math";
import { Order, PREEMPTING, Q, RUNNING, Task, VCpu, Vm, clock, count, ingress, isNull, nothing, vcpuOf } from "../state";
import { popHead, takeBehind } from "../run-queue";

/** Of who has no deadline: later than any run ends. */
// @ts-ignore: decorator
@inline const NO_DEADLINE: u64 = 1 << 60;

/** The deadline of who arrives now. */
export function deadlineNow(o: Order): u64 {
  const relative = o.given >= 0 ? o.given : o.deadline;
  o.given = -1;
  return relative < 0 ? NO_DEADLINE : clock.now + <u64>relative;
}

/** `t` becomes ready for the first time; of those of one instant, who came first is the first. */
export function mark(o: Order, t: Task, deadline: u64): void {
  t.touch = deadline;
  // who goes first in, first out may take a lock, which has its place there
  if (o.kind != O.ORDER_FIFO) t.afterLock = o.ready++;
}

/** Whether the VM's tasks run in another order than that in which they come. */
export function isOrdered(vm: Vm): bool {
  return !isNull(vm.order) && vm.order.kind != O.ORDER_FIFO;
}

// @ts-ignore: decorator
@inline
export function deadlineOf(t: Task): u64 {
  return t.touch;
}

/** A request has ended, whose deadline that is. */
export function judge(vm: Vm, deadline: u64): void {
  count(vm, clock.now <= deadline ? L.VM_MET : L.VM_LATE, 1);
}

/** What a decision costs the core that switches to its choice: `waiting` tasks were to choose from. */
export function decisionNs(vm: Vm): u64 {
  const o = vm.order;
  let ns = o.base;
  if (o.each > 0) ns += o.each * pow(<f64>(vm.ingressLength + 1), o.exponent);
  return <u64>(<i64>(ns + 0.5));
}

// --- who comes first: the lesser key, then who has been ready first -------------------------------------------------

/** The bin of so much slack. */
function bin(o: Order, slack: i64): i64 {
  if (slack <= 0) return 0;
  const last = <i64>o.bins - 1;
  return slack >= <i64>o.range ? last : min<i64>(last, (slack * <i64>o.bins) / <i64>o.range);
}

function keyBySlack(o: Order, t: Task, slack: i64): i64 {
  switch (o.kind) {
    case O.ORDER_EDF:
      return <i64>deadlineOf(t);
    case O.ORDER_DM:
      return <i64>(deadlineOf(t) - t.arrivedAt);
    case O.ORDER_LLF:
      return slack;
    case O.ORDER_QLLF:
      return bin(o, slack);
  }
  return 0;
}

/** Of who waits: its slack falls with time. */
function keyOf(o: Order, t: Task): i64 {
  return keyBySlack(o, t, <i64>(deadlineOf(t) - t.remaining - clock.now));
}

/** Of who runs: its slack stands still, the switch to it being part of what is left. */
function keyOn(o: Order, v: VCpu): i64 {
  return keyBySlack(o, v.task, <i64>(deadlineOf(v.task) - v.runsUntil));
}

/** Of all that wait the first; what lies before it in the queue is left in `ahead`. */
@unmanaged
class Found {
  first: Task;
  ahead: Task; //  null: it is the head
  place: u32;
}
const found: Found = changetype<Found>(memory.data(offsetof<Found>(), 8));

function findFirst(vm: Vm): void {
  const o = vm.order;
  let before = nothing<Task>();
  let t = vm.ingressHead;
  found.first = t;
  found.ahead = before;
  found.place = 0;
  let least = keyOf(o, t);
  for (let i: u32 = 1; i < vm.ingressLength; i++) {
    before = t;
    t = t.next;
    const key = keyOf(o, t);
    if (key > least || (key == least && t.afterLock > found.first.afterLock)) continue;
    least = key;
    found.first = t;
    found.ahead = before;
    found.place = i;
  }
}

/** Takes the first of those that wait out of the queue, which must not be empty. */
export function takeFirst(vm: Vm): Task {
  if (vm.order.kind == O.ORDER_FIFO) return popHead(ingress(vm));
  findFirst(vm);
  takeBehind(ingress(vm), found.ahead, found.first, found.place);
  return found.first;
}

/** Of the VM's vCPUs that run a task, which does not end in this instant, the one whose task comes last; null: none does. */
export function lastRunning(vm: Vm): VCpu {
  const o = vm.order;
  let last = nothing<VCpu>();
  let greatest: i64 = 0;
  for (let k: u32 = 0; k < vm.max; k++) {
    const v = vcpuOf(vm, k);
    if (v.state != RUNNING || isNull(v.task) || v.runsUntil <= clock.now) continue;
    const key = keyOn(o, v);
    if (!isNull(last) && (key < greatest || (key == greatest && v.task.afterLock < last.task.afterLock))) continue;
    greatest = key;
    last = v;
  }
  return last;
}

/** Whether somebody waits who comes before the task of `v`. */
export function isOvertaken(vm: Vm, v: VCpu): bool {
  findFirst(vm);
  const waiting = keyOf(vm.order, found.first);
  const running = keyOn(vm.order, v);
  return waiting < running || (waiting == running && found.first.afterLock < v.task.afterLock);
}

// --- when the order changes by itself -------------------------------------------------------------------------------

/** From when on `t`, which waits, comes before the task of `v`, which runs on; both by slack. */
function overtakes(o: Order, t: Task, v: VCpu): u64 {
  const starts = <i64>(deadlineOf(t) - t.remaining); // the latest start that meets the deadline
  const slack = <i64>(deadlineOf(v.task) - v.runsUntil);
  const older = t.afterLock < v.task.afterLock;
  if (o.kind == O.ORDER_LLF) return <u64>max<i64>(starts - slack + i64(!older), 0);
  const most = bin(o, slack) - i64(!older); // the greatest bin that comes before
  if (most < 0) return NEVER;
  if (most >= <i64>o.bins - 1) return 0;
  // slack × bins < (most + 1) × range
  const least = ((most + 1) * <i64>o.range + <i64>o.bins - 1) / <i64>o.bins - 1;
  return <u64>max<i64>(starts - least, 0);
}

/** The next tick at which a task that waits comes before one that runs. */
function nextTurn(vm: Vm): u64 {
  const o = vm.order;
  if ((o.kind != O.ORDER_LLF && o.kind != O.ORDER_QLLF) || vm.ingressLength == 0) return NEVER;
  const v = lastRunning(vm);
  if (isNull(v)) return NEVER;
  let at = NEVER;
  let t = vm.ingressHead;
  for (let n = vm.ingressLength; n > 0; n--, t = t.next) at = min<u64>(at, overtakes(o, t, v));
  if (at >= NO_DEADLINE) return NEVER;
  at = max<u64>(at, clock.now + 1); // at this instant it is decided
  return ((at + o.tick - 1) / o.tick) * o.tick;
}

/** The next deadline that is not met: of who waits, and of who runs beyond it or is taken off its core. */
function nextExpiry(vm: Vm): u64 {
  let at = NO_DEADLINE;
  let t = vm.ingressHead;
  for (let n = vm.ingressLength; n > 0; n--, t = t.next) at = min<u64>(at, deadlineOf(t));
  for (let k: u32 = 0; k < vm.max; k++) {
    const v = vcpuOf(vm, k);
    if (isNull(v.task)) continue;
    if (v.state == PREEMPTING || (v.state == RUNNING && deadlineOf(v.task) < v.runsUntil)) at = min<u64>(at, deadlineOf(v.task));
  }
  return at;
}

/** Plans the next instant at which a deadline passes or the order changes; to be called whenever who waits or who runs has changed. */
export function planOrder(vm: Vm): void {
  const o = vm.order;
  let at = o.abandons ? nextExpiry(vm) : NEVER;
  at = min<u64>(at, nextTurn(vm));
  if (at >= NO_DEADLINE) cancel(Q, o.slot);
  else schedule(Q, o.slot, at, RANK_QUANTUM);
}
