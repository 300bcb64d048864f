// Who may lose a core to whom: class, priority, guarantee; and which of those cores goes first.

import { Vm, RUNNING, SEARCHING, STEALING, SPINNING, Core, isNull, STEP_NONE, H, coreAt, arbiter } from "./state";

// --- who may take a core from whom ------------------------------------------------------------------------------

// Class, then priority, decide; among equals Caladan's predicate: only from who has at least two cores more above its
// guarantee. What is guaranteed is never taken, and a VM below its own guarantee may take from anybody above theirs.
// As numbers: a VM's key, lower where a core is rather taken, and a bound that the key must stay below.

/** The part of it that stays as it is: class, then priority; room for 2^17 cores above the guarantee. */
export function rankKey(vm: Vm): i64 {
  return ((<i64>vm.cls << 60) | ((<i64>vm.priority + 0x8000_0000) << 26)) + (0x1_ffff << 1);
}

/** Brings the VM's key up to date: what it holds, or is guaranteed, has changed. */
// @ts-ignore: decorator
@inline
export function rekey(vm: Vm): void {
  vm.victimKey = vm.held > vm.min ? vm.rankKey - (<i64>(vm.held - vm.min) << 1) : i64.MAX_VALUE;
}

/** Cores of VMs whose key is below this may be taken for `a`. Its own never are. */
function bound(a: Vm): i64 {
  return a.held < a.min ? i64.MAX_VALUE : a.rankKey - (<i64>(a.held - a.min + 1) << 1);
}

// @ts-ignore: decorator
@inline
export function mayPreempt(a: Vm, b: Vm): bool {
  return b.victimKey < bound(a);
}

// bits of the states in which a vCPU can be told to leave its core
// @ts-ignore: decorator
@inline const LEAVING: u32 = (1 << RUNNING) | (1 << SEARCHING) | (1 << STEALING) | (1 << SPINNING);

// @ts-ignore: decorator
@inline
export function mayLeave(core: Core): bool {
  if (isNull(core.vcpu) || !isNull(core.target) || core.step != STEP_NONE) return false; // nobody's, promised, or being parked for nobody
  return ((LEAVING >> core.vcpu.state) & 1) != 0;
}

/**
 * Whether chooseVictim would find a core for `a`. The least key is looked up once for all VMs as long as no core moves: a full
 * host denies tens of VMs a round, and a search for each was a quarter of its time.
 */
export function anyVictim(a: Vm): bool {
  const key = (<u64>arbiter.round << 32) | <u64>arbiter.moves;
  if (arbiter.victimsOf != key) {
    arbiter.victimsOf = key;
    arbiter.victimLeast = i64.MAX_VALUE;
    for (let i: u32 = 0; i < H.coreCount; i++) {
      const core = coreAt(i);
      if (isNull(core.vcpu)) continue;
      const key = core.lastVm.victimKey; // the VM that it runs
      if (key < arbiter.victimLeast && mayLeave(core)) arbiter.victimLeast = key;
    }
  }
  return arbiter.victimLeast < bound(a);
}

/**
 * The core that `a` takes: of the lowest class and priority, rather a searching vCPU's than a running one's, then of who has most
 * above its guarantee. Null: none. Without branches, as no processor guesses which core is whose: 280 to 90 ns over 64 cores.
 */
export function chooseVictim(a: Vm): Core {
  let best: usize = 0;
  const most = bound(a);
  let least = i64.MAX_VALUE;
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    // of an idle core these read what they please, and it is masked
    const state = core.vcpu.state;
    const key = core.lastVm.victimKey; // of the VM that it runs
    const ranked = key | (<i64>(state != SEARCHING) << 25);
    const take = u32(!isNull(core.vcpu)) & u32(isNull(core.target)) & u32(core.step == STEP_NONE) & (LEAVING >> state) & u32(key < most) & u32(ranked < least);
    least = select(ranked, least, take);
    best = select(changetype<usize>(core), best, take);
  }
  return changetype<Core>(best);
}
