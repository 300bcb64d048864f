// The search of nsdi22's vCPUs: a walk around all queues, one look after another.

import {
  VCpu, RUNNING, nothing, Task, STEALING, H, Q, SLOT_ARBITER, ownQueue, clearBit, count, Vm, vcpuOf, isNull, setBit,
} from "../../state";
import { NEVER, STEP_FINAL, STEP_BEGIN, STEP_IDLE, STEP_LOOK } from "./state";
import { enter } from "../../guest/life";
import { peekTime, schedule, RANK_LAST, RANK_END } from "../../../kernel/event-queue";
import { popHead } from "../../run-queue";
import { run } from "../../guest/run";
import * as L from "../../../layout";
import { beginSearch } from "../../guest/search";
import { mayPark, park } from "./policy";
import { below } from "../../../kernel/random";

// --- the end of an instant ------------------------------------------------------------------------------------------

/** `v` has nothing to do from now on: it goes on when all that belongs to this instant has happened. */
export function rest(v: VCpu): void {
  if (v.state == RUNNING) {
    v.searchAt = NEVER;
    v.task = nothing<Task>();
  }
  if (v.state != STEALING) enter(v, STEALING);
  if (v.phase != STEP_FINAL) v.phase = STEP_BEGIN;
  if (H.knobC != 0 || H.roundAt == H.now || peekTime(Q) == H.now) schedule(Q, SLOT_ARBITER, H.now, RANK_LAST);
  else begin(v);
}

/** Own queue first; then it parks, or searches. */
export function begin(v: VCpu): void {
  const vm = v.vm;
  const last = v.phase == STEP_FINAL;
  v.phase = STEP_IDLE;
  if (v.queueLength != 0) {
    const t = popHead(ownQueue(v));
    if (v.queueLength == 0) clearBit(vm.occupied, v.index);
    vm.queued--;
    vm.readySum -= t.readyAt;
    v.searchAt = NEVER;
    run(v, t);
    return;
  }
  if (vm.stealAmount == L.STEAL_NONE || vm.min < 2) {
    beginSearch(v); // spins on its own queue
    return;
  }
  if (last) {
    if (mayPark(vm)) {
      count(vm, L.VM_YIELDS, 1);
      park(v);
      if (H.knobC != 0) schedule(Q, SLOT_ARBITER, H.now + 1, RANK_LAST);
      return;
    }
    v.searchAt = NEVER;
  }
  if (v.searchAt == NEVER) v.searchAt = H.now;
  v.searchOffset = below(changetype<usize>(vm) + offsetof<Vm>("stealStream0"), vm.min);
  v.deadline = H.now;
  v.phase = STEP_LOOK;
  plan(v);
}

// --- searching ------------------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
function check(): u64 {
  return max<u64>(H.stealCheck, 1);
}

/** When the walk is over: each other queue has been looked into once, the first one twice where the walk began at its own. */
// @ts-ignore: decorator
@inline
export function walkEnds(v: VCpu): u64 {
  return v.deadline + check() * <u64>(v.vm.min - u32(v.searchOffset != v.place));
}

/** When `v` looks into `victim` for the first time after now in this walk; NEVER: no more. */
function nextLook(v: VCpu, victim: VCpu): u64 {
  const n = v.vm.min;
  const from = v.searchOffset;
  const own = v.place - from + (v.place < from ? n : 0); // steps from where it began
  let steps = victim.place - from + (victim.place <= from ? n : 0); // where it began comes last
  if (own != 0 && steps > own) steps--; // its own is passed over
  const at = v.deadline + check() * <u64>steps;
  if (at > H.now) return at;
  if (own != 0 || steps != 1) return NEVER;
  const again = v.deadline + check() * <u64>n;
  return again > H.now ? again : NEVER;
}

/** When `v` looks into its own queue next. */
// @ts-ignore: decorator
@inline
function nextOwnLook(v: VCpu): u64 {
  if (H.localCheck == 0) return NEVER;
  const times = (H.now - v.deadline + H.localCheck - 1) / H.localCheck;
  return v.deadline + max<u64>(times, 1) * H.localCheck;
}

/** The next look of `v` that can find something, or the end of its walk. */
export function plan(v: VCpu): void {
  const vm = v.vm;
  let best = walkEnds(v);
  let found = changetype<VCpu>(0);
  for (let w: u32 = 0; w < vm.words; w++) {
    let bits = load<u64>(vm.occupied + (<usize>w << 3));
    while (bits != 0) {
      const victim = vcpuOf(vm, (w << 6) + <u32>ctz<u64>(bits));
      bits &= bits - 1;
      if (victim == v) continue;
      const at = nextLook(v, victim);
      if (at <= best) {
        best = at;
        found = victim;
      }
    }
  }
  if (v.queueLength != 0) {
    const own = nextOwnLook(v);
    if (own <= best) {
      best = own;
      found = changetype<VCpu>(0);
    }
  }
  v.runSince = best;
  v.stealVictim = found;
  schedule(Q, v.slot, best, RANK_END);
}

/** The queue of `victim` was empty and is no more: searchers may find that before anything else. */
export function offer(victim: VCpu): void {
  const vm = victim.vm;
  for (let k: u32 = 0; k < vm.min; k++) {
    const v = vcpuOf(vm, k);
    if (v.phase != STEP_LOOK) continue;
    const at = v == victim ? nextOwnLook(v) : nextLook(v, victim);
    // at the end of the walk the look comes first
    if (at > v.runSince || (at == v.runSince && !isNull(v.stealVictim))) continue;
    v.runSince = at;
    v.stealVictim = v == victim ? changetype<VCpu>(0) : victim;
    schedule(Q, v.slot, at, RANK_END);
  }
}

/** Half of what waits at this very moment, oldest first, to the front. A faster thief may have left nothing. */
export function take(v: VCpu, victim: VCpu): void {
  const vm = v.vm;
  count(vm, L.VM_STEAL_ATTEMPTS, 1);
  const length = victim.queueLength;
  const n = vm.stealAmount == L.STEAL_ONE ? min<u32>(length, 1) : (length + 1) >> 1;
  if (n == 0) return;
  const from = ownQueue(victim);
  const to = ownQueue(v);
  const first = from.head;
  let last = first;
  for (let i: u32 = 1; i < n; i++) last = last.next;
  from.front = 0; // an order of its own, which nobody asks for the oldest
  to.front = 0;
  from.head = last.next;
  from.length -= n;
  last.next = to.head;
  if (to.length == 0) to.tail = last;
  to.head = first;
  to.length += n;
  if (victim.queueLength == 0) clearBit(vm.occupied, victim.index);
  setBit(vm.occupied, v.index);
  if (n > 1) offer(v);
  count(vm, L.VM_STEALS, 1);
  count(vm, L.VM_TASKS_STOLEN, n);
}
