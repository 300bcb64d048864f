// Idle cores: the list of them, and which one a VM gets.

import { Core, H, nothing, isNull, Vm, coreAt, settings } from "./state";

// @ts-ignore: decorator
@inline
export function pushIdleHere(core: Core): void {
  assert(core.idlePlace == 0);
  store<Core>(H.idle + (<usize>H.idleCount << 2), core);
  core.idlePlace = ++H.idleCount;
}

export function pushIdle(core: Core): void {
  pushIdleHere(core);
}

/** Takes a given core off the idle stack; the others stay in the order in which they became idle. */
// @ts-ignore: decorator
@inline
export function removeIdleHere(core: Core): void {
  assert(core.idlePlace != 0);
  const left = --H.idleCount;
  for (let i = core.idlePlace - 1; i < left; i++) {
    const at = H.idle + (<usize>i << 2);
    const above = load<Core>(at, 4);
    store<Core>(at, above);
    above.idlePlace = i + 1;
  }
  core.idlePlace = 0;
}

/** Takes off the core that became idle last. */
// @ts-ignore: decorator
@inline
export function popIdle(core: Core): void {
  assert(core.idlePlace == H.idleCount);
  H.idleCount--;
  core.idlePlace = 0;
}

export function removeIdle(core: Core): void {
  removeIdleHere(core);
}

/** The core that became idle last, rather one whose siblings are idle too. Some core must be idle. */
// @ts-ignore: decorator
@inline
export function topIdle(): Core {
  const core = settings.smt > 1 ? wholeCore() : nothing<Core>();
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

/** So many of the newest that count are looked at for one that was the VM's own. */
// @ts-ignore: decorator
@inline const NEAR: u32 = 8;

/**
 * An idle core for `vm`, its own rather than the newest; of hardware threads one whose siblings are idle too, if there is any. Null: none is
 * idle.
 */
export function chooseIdle(vm: Vm): Core {
  if (settings.smt > 1) {
    const core = newestWhole(vm);
    if (!isNull(core)) return core;
  }
  const count = H.idleCount;
  if (count == 0) return nothing<Core>();
  const last = H.idle + (<usize>(count - 1) << 2);
  const first = count > NEAR ? last - (<usize>(NEAR - 1) << 2) : H.idle;
  for (let at = last; at >= first; at -= 4) {
    const core = load<Core>(at);
    if (core.lastVm == vm) return core;
  }
  return load<Core>(last);
}

/** Whether `core` is idle, and all of its siblings. */
export function isWhole(core: Core): bool {
  for (let k: u32 = core.sibling; k < core.sibling + settings.smt && k < H.coreCount; k++) {
    if (coreAt(k).idlePlace == 0) return false;
  }
  return true;
}

/** The same of those whose siblings are idle too. */
function newestWhole(vm: Vm): Core {
  let newest = nothing<Core>();
  let seen: u32 = 0;
  for (let i = H.idleCount; i > 0 && seen < NEAR; i--) {
    const core = load<Core>(H.idle + (<usize>(i - 1) << 2));
    if (!isWhole(core)) continue;
    if (core.lastVm == vm) return core;
    if (seen++ == 0) newest = core;
  }
  return newest;
}
