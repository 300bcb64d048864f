// The search of nsdi22's vCPUs: a walk around all queues, one look after another.

import {
  VCpu, RUNNING, nothing, Task, STEALING, Q, SLOT_ARBITER, ownQueue, clearBit, count, Vm, vcpuOf, isNull, nextTime, setBit, clock,
  settings, occupiedOf,
} from "../../state";
import { STEP_FINAL, STEP_BEGIN, STEP_IDLE, STEP_LOOK, rules, walkOf, walkAt, machine } from "./state";
import { enter } from "../../guest/life";
import { NEVER, schedule, RANK_LAST, RANK_END } from "../../../kernel/event-queue";
import { popHead } from "../../run-queue";
import { run } from "../../guest/run";
import * as L from "../../../layout";
import { beginSearch } from "../../guest/search";
import { mayPark, park } from "./reallocation";
import { below } from "../../../kernel/random";
import { waitEnds } from "../../waiting";

// --- the end of an instant ------------------------------------------------------------------------------------------

/** `v` has nothing to do from now on: it goes on when all that belongs to this instant has happened. */
export function rest(v: VCpu): void {
  const walk = walkOf(v);
  if (v.state == RUNNING) {
    walk.idleSince = NEVER;
    v.task = nothing<Task>();
  }
  if (v.state != STEALING) enter(v, STEALING);
  if (walk.step != STEP_FINAL) walk.step = STEP_BEGIN;
  if (rules().everyStep != 0 || machine().roundAt == clock.now || nextTime() == clock.now) schedule(Q, SLOT_ARBITER, clock.now, RANK_LAST);
  else begin(v);
}

/** Own queue first; then it parks, or searches. */
export function begin(v: VCpu): void {
  assert(walkOf(v).step == STEP_BEGIN || walkOf(v).step == STEP_FINAL);
  assert(v.state == STEALING);
  const vm = v.vm;
  const walk = walkOf(v);
  const last = walk.step == STEP_FINAL;
  walk.step = STEP_IDLE;
  if (v.queueLength != 0) {
    const t = popHead(ownQueue(v));
    if (v.queueLength == 0) clearBit(occupiedOf(vm), v.index);
    waitEnds(vm, t);
    walk.idleSince = NEVER;
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
      if (rules().everyStep != 0) schedule(Q, SLOT_ARBITER, clock.now + 1, RANK_LAST);
      return;
    }
    walk.idleSince = NEVER;
  }
  if (walk.idleSince == NEVER) walk.idleSince = clock.now;
  walk.from = below(changetype<usize>(vm) + offsetof<Vm>("stealStream0"), vm.min);
  walk.began = clock.now;
  walk.step = STEP_LOOK;
  plan(v);
}

// --- searching ------------------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
function check(): u64 {
  return max<u64>(settings.stealCheck, 1);
}

/** When the walk is over: each other queue has been looked into once, the first one twice where the walk began at its own. */
// @ts-ignore: decorator
@inline
export function walkEnds(v: VCpu): u64 {
  const walk = walkOf(v);
  return walk.began + check() * <u64>(v.vm.min - u32(walk.from != walk.place));
}

/** When `v` looks into the queue at place `its` for the first time after now in this walk; NEVER: no more. */
function nextLook(v: VCpu, its: u32): u64 {
  const n = v.vm.min;
  const walk = walkOf(v);
  const from = walk.from;
  const own = walk.place - from + (walk.place < from ? n : 0); // steps from where it began
  let steps = its - from + (its <= from ? n : 0); // where it began comes last
  if (own != 0 && steps > own) steps--; // its own is passed over
  const at = walk.began + check() * <u64>steps;
  if (at > clock.now) return at;
  if (own != 0 || steps != 1) return NEVER;
  const again = walk.began + check() * <u64>n;
  return again > clock.now ? again : NEVER;
}

/** When `v` looks into its own queue next. */
// @ts-ignore: decorator
@inline
function nextOwnLook(v: VCpu): u64 {
  const walk = walkOf(v);
  if (settings.localCheck == 0) return NEVER;
  const times = (clock.now - walk.began + settings.localCheck - 1) / settings.localCheck;
  return walk.began + max<u64>(times, 1) * settings.localCheck;
}

/** The next look of `v` that can find something, or the end of its walk. */
export function plan(v: VCpu): void {
  assert(walkOf(v).step == STEP_LOOK);
  const vm = v.vm;
  const walk = walkOf(v);
  let best = walkEnds(v);
  let found = changetype<VCpu>(0);
  for (let w: u32 = 0; w < vm.words; w++) {
    let bits = load<u64>(occupiedOf(vm) + (<usize>w << 3));
    while (bits != 0) {
      const index = (w << 6) + <u32>ctz<u64>(bits);
      bits &= bits - 1;
      if (index == v.index) continue;
      const at = nextLook(v, walkAt(vm, index).place);
      if (at <= best) {
        best = at;
        found = vcpuOf(vm, index);
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
  walk.at = best;
  walk.target = found;
  schedule(Q, v.slot, best, RANK_END);
}

/** The queue of `victim` was empty and is no more: searchers may find that before anything else. */
export function offer(victim: VCpu): void {
  const vm = victim.vm;
  const its = walkOf(victim).place;
  for (let k: u32 = 0; k < vm.min; k++) {
    const walk = walkAt(vm, k);
    if (walk.step != STEP_LOOK) continue;
    const v = vcpuOf(vm, k);
    const at = v == victim ? nextOwnLook(v) : nextLook(v, its);
    // at the end of the walk the look comes first
    if (at > walk.at || (at == walk.at && !isNull(walk.target))) continue;
    walk.at = at;
    walk.target = v == victim ? changetype<VCpu>(0) : victim;
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
  if (victim.queueLength == 0) clearBit(occupiedOf(vm), victim.index);
  setBit(occupiedOf(vm), v.index);
  if (n > 1) offer(v);
  count(vm, L.VM_STEALS, 1);
  count(vm, L.VM_TASKS_STOLEN, n);
}
