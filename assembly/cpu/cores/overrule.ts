// Decisions of the arbiter taken otherwise than its rule would: by a policy of one's own (`victim`), and, in a fork, the n-th one
// from here on, to see what would have become of the run (`fluxhost why`).

import * as L from "../../layout";
import { Core, H, SEARCHING, Vm, arbiter, clock, coreAt, isNull, nothing, settings, vmAt } from "../state";
import { mayLeave } from "../takeable";
import { chooseVictim, mayPreempt } from "../victims";
import { BY_RULE, NOBODY, hostTake, victim } from "../../victim";

@unmanaged
class Overrule {
  kind: u32; //  OVERRULE_*
  left: u32; //  decisions until then, that one included
  from: u32; //  OVERRULE_VICTIM: the VM that loses its core
  answer: u32; // OVERRULED_*
  count: u32; // decisions of the arbiter so far
  deniedIn: u32; // the round of the arbiter in which a VM was denied what there was; 0: none
}

/** The last decisions that are told, a ring. */
// @ts-ignore: decorator
@inline const KEPT: u32 = L.DECISIONS_KEPT;

@unmanaged
class Decision {
  core: u32;
  vm: u32; //   that gets it
  from: u32; // that loses it, + 1; 0: it was idle
}

const decisions = memory.data(KEPT * offsetof<Decision>(), 8);

/** Where the `nth` decision of all is told, if it is one of the last. */
export function decisionAt(nth: u32): usize {
  return decisions + <usize>(nth & (KEPT - 1)) * offsetof<Decision>();
}

/** The arbiter has decided that `core` goes to `vm`, and it has not moved yet. */
export function tell(core: Core, vm: Vm): void {
  const told = changetype<Decision>(decisionAt(overrule.count++));
  told.core = core.index;
  told.vm = vm.index;
  told.from = isNull(core.vcpu) ? 0 : core.vcpu.vm.index + 1;
}

export const overrule: Overrule = changetype<Overrule>(memory.data(offsetof<Overrule>(), 64));

/** The core of `b` that `a` gets if it may take one: rather a searching vCPU's, then the first. Null: none. */
function takeFrom(a: Vm, b: Vm): Core {
  let best = nothing<Core>();
  if (a == b || !mayPreempt(a, b)) return best;
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    if (!mayLeave(core) || core.vcpu.vm != b) continue;
    if (core.vcpu.state == SEARCHING) return core;
    if (isNull(best)) best = core;
  }
  return best;
}

/** Cores of `b` that `a` may take now. */
export function takeableBy(a: Vm, b: Vm): u32 {
  let cores: u32 = 0;
  if (a == b || !mayPreempt(a, b)) return 0;
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    cores += u32(mayLeave(core) && core.vcpu.vm == b);
  }
  return cores;
}

/** Somebody's core for `vm`, as the policy says where the scenario asks one. Null: none. */
export function chooseTaken(vm: Vm): Core {
  if (settings.signal != L.SIGNAL_POLICY) return chooseVictim(vm);
  const from = settings.answers & L.POLICY_TAKE ? hostTake(vm.index) : victim(vm);
  if (from == BY_RULE) return chooseVictim(vm);
  if (from == NOBODY) return nothing<Core>();
  if (from >= H.vmCount || from == vm.index) {
    clock.status = L.E_POLICY;
    return nothing<Core>();
  }
  return takeFrom(vm, vmAt(from));
}

/** What the arbiter does instead of giving `core` to `vm`: another core, or null for none. */
export function overruled(vm: Vm, core: Core): Core {
  if (isNull(core) || --overrule.left != 0) return core;
  const kind = overrule.kind;
  overrule.kind = kind == L.OVERRULE_MORE ? L.OVERRULE_AGAIN : L.OVERRULE_NOTHING;
  overrule.answer = L.OVERRULED;
  if (kind == L.OVERRULE_MORE) return core;
  if (kind == L.OVERRULE_DENY) {
    overrule.deniedIn = arbiter.round;
    return nothing<Core>();
  }
  const other = takeFrom(vm, vmAt(overrule.from));
  if (!isNull(other)) return other;
  overrule.answer = L.OVERRULED_NOT;
  return core;
}
