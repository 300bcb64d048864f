// Work stealing, and the arithmetic that replaces its polling.
// A searching vCPU looks into one queue after another, `stealCheck` each, in cyclic order from a start that is drawn when
// the search begins (Caladan's steal loop; NSDI'22 S5). So the time at which it will look into a given queue is known, and
// nothing has to be simulated until a queue that holds tasks is looked into: each VM keeps the earliest such look of all its
// searchers as one pending event. A search over empty queues costs no event at all.

import * as L from "../../layout";
import { NEVER, schedule, RANK_LOOK, cancel } from "../../kernel/event-queue";
import { below } from "../../kernel/random";
import {
  VCpu, Vm, VM_SLOT_LOOK, isNull, Q, vcpuOf, SEARCHING, nothing, ownQueue, clearBit, setBit, count, clock, settings, occupiedOf, slotOf,
} from "../state";
import { enterHere } from "./life";
import { half, moveOldest } from "../run-queue";
import { planEnd } from "./plan";
import { hostVictim, firstVictim } from "../../policy";

/** When `v` looks into the queue of vCPU `victim` for the first time at `from` or later. */
function nextLook(v: VCpu, victim: u32, from: u64): u64 {
  const check = settings.stealCheck;
  if (check == 0) return from;
  const others = v.vm.max - 1;
  // both go round: 0 … others - 1
  const distance = victim > v.index ? victim - v.index - 1 : victim + others - v.index;
  const place = distance < v.searchOffset ? distance + others - v.searchOffset : distance - v.searchOffset;
  const first = v.searchAt + (<u64>place + 1) * check;
  if (first >= from) return first;
  const round = <u64>others * check;
  return first + ((from - first + round - 1) / round) * round;
}

// @ts-ignore: decorator
@inline
function lookSlot(vm: Vm): u32 {
  return slotOf(vm) + VM_SLOT_LOOK;
}

/** Who began to search first looks first within a nanosecond. */
function beganBefore(a: VCpu, b: VCpu): bool {
  if (a.searchAt != b.searchAt) return a.searchAt < b.searchAt;
  let v = a.nextSearching; // the list is in the order in which they began
  while (!isNull(v) && v.searchAt == a.searchAt) {
    if (v == b) return true;
    v = v.nextSearching;
  }
  return false;
}

/** Tasks were added to `victim`'s queue: one of the searchers may now find them earlier than anything else. */
export function offerLook(vm: Vm, victim: VCpu): void {
  assert(victim.queueLength != 0);
  if (vm.stealAmount == L.STEAL_NONE) return;
  let best = vm.lookAt;
  let v = vm.searching;
  while (!isNull(v)) {
    if (v != victim) {
      const at = nextLook(v, victim.index, clock.now);
      if (at < best || (at == best && at != NEVER && beganBefore(v, vm.looker))) {
        best = at;
        vm.looker = v;
        vm.lookVictim = victim;
      }
    }
    v = v.nextSearching;
  }
  if (best < vm.lookAt) {
    vm.lookAt = best;
    schedule(Q, lookSlot(vm), best, RANK_LOOK);
  }
}

/** Searcher `v` came: its own earliest look may come before the planned one. */
function joinLook(vm: Vm, v: VCpu): void {
  let best = vm.lookAt;
  for (let w: u32 = 0; w < vm.words; w++) {
    let bits = load<u64>(occupiedOf(vm) + (<usize>w << 3));
    while (bits != 0) {
      const index = (w << 6) + <u32>ctz<u64>(bits);
      bits &= bits - 1;
      if (index == v.index) continue;
      const at = nextLook(v, index, clock.now);
      if (at < best) {
        best = at;
        vm.looker = v;
        vm.lookVictim = vcpuOf(vm, index);
      }
    }
  }
  if (best < vm.lookAt) {
    vm.lookAt = best;
    schedule(Q, lookSlot(vm), best, RANK_LOOK);
  }
}

/** Plans the earliest look of all searchers anew. */
export function planLook(vm: Vm): void {
  vm.lookAt = NEVER;
  if (vm.queued != vm.ingressLength) {
    let v = vm.searching;
    while (!isNull(v)) {
      joinLook(vm, v);
      v = v.nextSearching;
    }
  }
  if (vm.lookAt == NEVER) cancel(Q, lookSlot(vm));
}

/** Looks go by other settings from now on; `stole`: whether there were any before. */
export function walkAnew(vm: Vm, stole: bool): void {
  if (vm.stealAmount == L.STEAL_NONE || vm.max < 2) {
    vm.lookAt = NEVER;
    cancel(Q, lookSlot(vm));
    return;
  }
  for (let v = vm.searching; !stole && !isNull(v); v = v.nextSearching) drawOffset(v);
  planLook(vm);
}

/** `v` begins to search. What it will find, and when, is planned here. */
export function beginSearch(v: VCpu): void {
  assert(v.state != SEARCHING && !isNull(v.core));
  const vm = v.vm;
  enterHere(v, SEARCHING);
  v.searchAt = clock.now;
  v.searchSince = clock.now;
  v.nextSearching = nothing<VCpu>();
  v.priorSearching = vm.searchingTail;
  if (isNull(vm.searchingTail)) vm.searching = v;
  else vm.searchingTail.nextSearching = v;
  vm.searchingTail = v;
  if (vm.stealAmount != L.STEAL_NONE && vm.max > 1) {
    drawOffset(v);
    if (vm.queued != vm.ingressLength) joinLook(vm, v);
  }
}

// @ts-ignore: decorator
@inline
function drawOffset(v: VCpu): void {
  const vm = v.vm;
  if (vm.stealVictim == L.VICTIM_POLICY) {
    const victim = settings.answers & L.POLICY_VICTIM ? hostVictim(vm.index, v.index) : firstVictim(vm, v);
    if (victim >= vm.max || victim == v.index) clock.status = L.E_POLICY;
    else v.searchOffset = (victim + vm.max - v.index - 1) % vm.max;
    return;
  }
  v.searchOffset = vm.stealVictim == L.VICTIM_RANDOM ? below(changetype<usize>(vm) + offsetof<Vm>("stealStream0"), vm.max - 1) : 0;
}

// @ts-ignore: decorator
@inline
function ofVm(vm: Vm, offset: usize): usize {
  return changetype<usize>(vm) + offset;
}

// @ts-ignore: decorator
@inline
function ofVCpu(v: VCpu, offset: usize): usize {
  return changetype<usize>(v) + offset;
}

/** `v` stops searching, for whatever reason. */
export function endSearch(v: VCpu): void {
  assert(v.state == SEARCHING && !isNull(v.vm.searching));
  const vm = v.vm;
  // without a branch: who of several comes to run nobody can foresee
  const prior = v.priorSearching;
  const next = v.nextSearching;
  store<VCpu>(select<usize>(ofVm(vm, offsetof<Vm>("searching")), ofVCpu(prior, offsetof<VCpu>("nextSearching")), isNull(prior)), next);
  store<VCpu>(select<usize>(ofVm(vm, offsetof<Vm>("searchingTail")), ofVCpu(next, offsetof<VCpu>("priorSearching")), isNull(next)), prior);
  if (vm.lookAt != NEVER && vm.looker == v) planLook(vm);
}

export function moveSome(v: VCpu, victim: VCpu): void {
  assert(v != victim && v.vm == victim.vm);
  const vm = v.vm;
  const n = vm.stealAmount == L.STEAL_ONE ? 1 : half(victim.queueLength, v.queueLength);
  if (n == 0) return;
  moveOldest(ownQueue(victim), ownQueue(v), n);
  if (victim.queueLength == 0) {
    clearBit(occupiedOf(vm), victim.index);
    if (victim.state == SEARCHING) planEnd(victim); // its look into its own queue would find nothing
  }
  setBit(occupiedOf(vm), v.index);
  if (v.queueLength > 1) offerLook(vm, v); // one it runs at once
  count(vm, L.VM_STEALS, 1);
  count(vm, L.VM_TASKS_STOLEN, n);
}

/**
 * A steal whose time is already paid for: the first one after a grant (it is part of the dispatch step) and every
 * one where looking and stealing cost nothing. Victims in cyclic order from a drawn start. False: nothing to steal.
 */
export function stealNow(v: VCpu): bool {
  const vm = v.vm;
  // a frozen vCPU's task waits too, but in nobody's queue: where nothing can be found nothing is drawn
  if (vm.stealAmount == L.STEAL_NONE || vm.max < 2 || vm.queued == vm.ingressLength || !anyOccupied(vm)) return false;
  drawOffset(v);
  const victim = firstOccupied(v);
  if (isNull(victim)) return false;
  count(vm, L.VM_STEAL_ATTEMPTS, 1);
  moveSome(v, victim);
  return true;
}

/** Whether tasks wait in the queue of any vCPU of `vm`. */
function anyOccupied(vm: Vm): bool {
  for (let w: u32 = 0; w < vm.words; w++) {
    if (load<u64>(occupiedOf(vm) + (<usize>w << 3)) != 0) return true;
  }
  return false;
}

/** The first in `v`'s cyclic order in whose queue tasks wait. */
export function firstOccupied(v: VCpu): VCpu {
  const vm = v.vm;
  let index = v.index + 1 + v.searchOffset;
  for (let i: u32 = 1; i < vm.max; i++) {
    // the walk passes over v itself without counting it
    index = index % vm.max;
    if (index == v.index) index = (index + 1) % vm.max;
    const victim = vcpuOf(vm, index);
    if (victim.queueLength != 0) return victim;
    index++;
  }
  return nothing<VCpu>();
}
