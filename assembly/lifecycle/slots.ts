// Which VM an instance runs in: the lowest of its class that is free. A slot whose instance lies dormant, or is gone, is free when its VM
// has no core any more: until then a request that comes for the same instance finds the core warm, and one of another cannot.

import { E_POOL } from "../layout";
import { Vm, clock, isNull, nothing, vmAt } from "../cpu/state";
import { S, moveIn } from "../memory/pages/state";
import * as W from "./layout";
import { ACTIVE, Instance, SlotClass, classAt, life, tallyMost } from "./state";

// @ts-ignore: decorator
@inline
function placeOf(vm: Vm): usize {
  return <usize>(vm.index - life.firstSlot);
}

export function instanceIn(vm: Vm): Instance {
  return load<Instance>(life.ofSlot + (placeOf(vm) << 2));
}

function setInstance(vm: Vm, i: Instance): void {
  store<Instance>(life.ofSlot + (placeOf(vm) << 2), i);
}

/** No core is there, comes or was promised, and nothing waits. */
function isQuiet(vm: Vm): bool {
  return vm.held == 0 && vm.coming == 0 && vm.promised == 0 && vm.queued == 0 && vm.frozen == 0 && vm.dormantCount == vm.max;
}

function classOf(vm: Vm): SlotClass {
  let k: u32 = 0;
  while (k + 1 < life.classCount && classAt(k + 1).firstVm <= vm.index) k++;
  return classAt(k);
}

function free(vm: Vm): void {
  const c = classOf(vm);
  const index = vm.index - c.firstVm;
  const at = c.free + (<usize>(index >> 6) << 3);
  store<u64>(at, load<u64>(at) | (<u64>1 << (index & 63)));
  c.hint = min<u32>(c.hint, index >> 6);
  const i = instanceIn(vm);
  if (!isNull(i)) i.vm = nothing<Vm>();
  setInstance(vm, nothing<Instance>());
  life.slotsUsed--;
}

/** Frees the slots whose VMs have come to rest. */
function sweep(): void {
  let kept: u32 = 0;
  for (let k: u32 = 0; k < life.restingCount; k++) {
    const vm = vmAt(load<u32>(life.resting + (<usize>k << 2)));
    const i = instanceIn(vm);
    const rests = isNull(i) || i.state != ACTIVE;
    if (rests && !isQuiet(vm)) {
      store<u32>(life.resting + (<usize>(kept++) << 2), vm.index);
      continue;
    }
    store<u8>(life.restingFlags + placeOf(vm), 0);
    if (rests) free(vm);
  }
  life.restingCount = kept;
}

/** Gives `i` a VM. False, and the event ends with the reason, where all are taken. */
export function takeSlot(i: Instance): bool {
  if (!isNull(i.vm)) return true; // it still has the one that it had
  sweep();
  const c = classAt(i.fn.slotClass);
  while (c.hint < c.words && load<u64>(c.free + (<usize>c.hint << 3)) == 0) c.hint++;
  if (c.hint == c.words) {
    clock.status = E_POOL;
    return false;
  }
  const at = c.free + (<usize>c.hint << 3);
  const bits = load<u64>(at);
  store<u64>(at, bits & (bits - 1));
  i.vm = vmAt(c.firstVm + (c.hint << 6) + <u32>ctz<u64>(bits));
  setInstance(i.vm, i);
  if (S.functions != 0) moveIn(i.vm, i.fn.index);
  tallyMost(W.LIFE_SLOTS_MAX, <u64>(++life.slotsUsed));
  return true;
}

/** `i` needs its VM no more. */
export function restSlot(i: Instance): void {
  const vm = i.vm;
  if (isNull(vm) || load<u8>(life.restingFlags + placeOf(vm))) return;
  store<u8>(life.restingFlags + placeOf(vm), 1);
  store<u32>(life.resting + (<usize>(life.restingCount++) << 2), vm.index);
}

/** `i` is gone: its VM, which rests, is nobody's. */
export function leaveSlot(i: Instance): void {
  if (isNull(i.vm)) return;
  setInstance(i.vm, nothing<Instance>());
  i.vm = nothing<Vm>();
}
