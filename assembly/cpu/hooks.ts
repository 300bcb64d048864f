// What a mechanism is asked and told, hook by hook.

import { Vm, Core, H, Host } from "./state";

export function setHooks(
  onStart: () => void,
  onQueued: (vm: Vm) => void,
  onCoreFree: (core: Core) => void,
  onAnnounce: (vm: Vm, width: u32) => void,
  onMoved: () => void,
  onArbiter: () => void,
): void {
  H.onStart = onStart.index;
  H.onQueued = onQueued.index;
  H.onCoreFree = onCoreFree.index;
  H.onAnnounce = onAnnounce.index;
  H.onMoved = onMoved.index;
  H.onArbiter = onArbiter.index;
}

export function doNothing(): void {}

export function ignoreVm(vm: Vm): void {}

export function ignoreCore(core: Core): void {}

export function ignoreWidth(vm: Vm, width: u32): void {}

/** Steps of a move, yields and the arbiter's own work take no time, from the given field of Host on. */
export function costNothing(from: usize): void {
  memory.fill(changetype<usize>(H) + from, 0, offsetof<Host>("migrateTask") - from);
}
