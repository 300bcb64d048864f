// What a VM holds and may still get: vCPUs without a core, room below its limit, the count itself.

import * as L from "../layout";
import {
  DENIED, Vm, VCpu, nothing, vcpuOf, DORMANT, FROZEN_IDLE, isNull, Core, STEP_NOTIFY, STEP_DESCHEDULE, STEP_WAKE, STEP_ENTER, activesOf, arbiter, clock, traits,
  dormantOf, occupiedOf,
} from "./state";
import { BACKLOG_BYTES, backlogs, waiterAt } from "./backlogs";
import { lineOf } from "./levels";
import { takeableHeld } from "./takeable";
import { armArbiter, hasLost, isPlanned, isWanted } from "./rounds";

/**
 * What was frozen in the middle of a task goes on before anything new is woken; who has no task finds one only where it can steal. Null:
 * there is none, of dormant ones the first.
 */
function chooseFrozen(vm: Vm): VCpu {
  let first = nothing<VCpu>();
  if (vm.frozen == 0) return (vm.special & FROZEN_IDLE) != 0 ? chooseFrozenIdle(vm) : first;
  for (let w: u32 = 0; w < vm.words; w++) {
    for (let bits = load<u64>(dormantOf(vm) + (<usize>w << 3)); bits != 0; bits &= bits - 1) {
      const v = vcpuOf(vm, (w << 6) + <u32>ctz<u64>(bits));
      if (v.frozen && !isNull(v.task)) return v;
    }
  }
  return first;
}

/** Of those that are frozen without a task, where none is frozen in one. */
function chooseFrozenIdle(vm: Vm): VCpu {
  let first = nothing<VCpu>();
  if (traits.halts && vm.stealAmount == L.STEAL_NONE) return first;
  let frozen: u32 = 0;
  // tasks are dispatched to all that are frozen, which are less than there are
  const end = activesOf(vm) + (<usize>vm.activeCount << 2);
  for (let at = activesOf(vm); at < end; at += 4) {
    const v = load<VCpu>(at);
    frozen |= <u32>v.frozen;
    if (v.state == DORMANT && v.frozen && (isNull(first) || v.index < first.index)) first = v;
  }
  if (frozen == 0) vm.special &= ~<u8>FROZEN_IDLE;
  return first;
}

/** The dormant vCPU that a new core wakes: one with tasks stranded in its queue, else the first. */
export function chooseDormant(vm: Vm): VCpu {
  if (traits.blind) {
    const v = chooseFrozen(vm);
    if (!isNull(v)) return v;
  }
  if (vm.words == 1) {
    const dormant = load<u64>(dormantOf(vm));
    const stranded = dormant & load<u64>(occupiedOf(vm));
    assert(dormant != 0);
    return vcpuOf(vm, <u32>ctz<u64>(select(stranded, dormant, stranded != 0)));
  }
  let first: u32 = 0xffff_ffff;
  for (let w: u32 = 0; w < vm.words; w++) {
    const dormant = load<u64>(dormantOf(vm) + (<usize>w << 3));
    const stranded = dormant & load<u64>(occupiedOf(vm) + (<usize>w << 3));
    if (stranded != 0) return vcpuOf(vm, (w << 6) + <u32>ctz<u64>(stranded));
    if (first == 0xffff_ffff && dormant != 0) first = (w << 6) + <u32>ctz<u64>(dormant);
  }
  assert(first != 0xffff_ffff);
  return vcpuOf(vm, first);
}

// --- the move -------------------------------------------------------------------------------------------------------

/** Whether `vm` may get one more core at all. */
// @ts-ignore: decorator
@inline
export function canGrow(vm: Vm): bool {
  return vm.held < vm.limit && vm.promised < vm.dormantCount;
}

/** The number of cores that `vm` holds changes by `by`. */
export function hold(vm: Vm, by: i32): void {
  holdHere(vm, by);
}

/** The same where every move passes: inlined. */
// @ts-ignore: decorator
@inline
export function holdHere(vm: Vm, by: i32): void {
  assert(by == 1 || by == -1);
  assert(by > 0 || vm.held != 0);
  vm.held += by;
  takeableHeld(vm, by < 0);
  if (arbiter.on == 0) return;
  vm.line = lineOf(vm);
  if (by < 0) hasLost(vm);
}

/** Its vCPU is being parked: the VM has lost it already. */
// @ts-ignore: decorator
@inline
export function parking(core: Core): bool {
  return core.step >= STEP_NOTIFY && core.step <= STEP_DESCHEDULE;
}

/** Its core has been decided for it and it has not looked for a first task there yet. */
// @ts-ignore: decorator
@inline
export function arriving(v: VCpu): bool {
  return !isNull(v.core) && (v.core.step == STEP_WAKE || v.core.step == STEP_ENTER);
}

/** Cores have moved or become free: who was denied one may get one. */
export function nudge(): void {
  // mostly the round is planned already, and nobody need be looked for
  if (arbiter.on == 0 || isWanted() || backlogs.end == backlogs.first || isPlanned()) return;
  for (let at = backlogs.first; at != backlogs.end; at += BACKLOG_BYTES) {
    const vm = waiterAt(at);
    if (vm.denied & DENIED && canGrow(vm)) {
      armArbiter(clock.now);
      return;
    }
  }
}
