// VMs that want a core and have got none, so that a core that comes free goes to the one that deserves it most without a walk over all in
// which tasks wait. They are a binary heap in H.bag: by rank (bag.ts), since when tasks wait, index. A VM stands there by what was
// true when it came. Since then it can only have come to deserve less, or want none any more, which is seen when it is the first:
// whoever may want one that did not, or deserves it more, is offered anew.

import * as L from "../../../layout";
import { DORMANT, H, Vm, isNull, nothing, vcpuOf, vmAt } from "../../state";
import { rankOf } from "../../bag";
import { arriving, canGrow } from "../../holding";
import { own, ownOfHost } from "../../own";
import { left, throttled } from "./quota";
import { Groups, Quota } from "./state";

/** Whether one vCPU more would find something to do, and `vm` has quota for it. */
// @ts-ignore: decorator
@inline
export function wants(vm: Vm): bool {
  return canGrow(vm) && (vm.stealAmount == L.STEAL_NONE ? wantsUnstolen(vm) : vm.queued > vm.coming) && (ownOfHost<Groups>().limited == 0 || hasQuota(vm));
}

function hasQuota(vm: Vm): bool {
  return !throttled(vm) && left(vm) != 0;
}

/** Where nothing is stolen, what waits behind a running vCPU is not for others. */
function wantsUnstolen(vm: Vm): bool {
  let tasks = vm.ingressLength;
  let coming = vm.coming;
  for (let k: u32 = 0; k < vm.max; k++) {
    const v = vcpuOf(vm, k);
    if (v.queueLength == 0 && isNull(v.task)) continue;
    tasks += u32(v.state == DORMANT);
    coming -= u32(arriving(v)); // for what is its own
  }
  return tasks > coming;
}

/** Whether `vm` stands among those that want a core. Where it does not deserve more than when it came, nobody need offer it. */
// @ts-ignore: decorator
@inline
export function stands(vm: Vm): bool {
  return vm.inBag != 0;
}

/** `vm` may want a core that it did not, or deserves it more; `more` of its vCPUs are about to be dormant. `last`: 1: it is about to lose its only core. */
export function offer(vm: Vm, more: u32, last: u64): void {
  const q = own<Quota>(vm);
  const rank = rankOf(vm) & ~last;
  const since = vm.backlogSince;
  let place = q.place;
  if (!stands(vm)) {
    // whether it is worth while to ask once it is the first
    if (vm.queued == 0 || vm.held >= vm.limit || vm.promised >= vm.dormantCount + more) return;
    if (vm.queued <= vm.coming && vm.stealAmount != L.STEAL_NONE) return;
    place = ++H.bagCount;
    vm.inBag = 1;
  } else if (rank > q.rank || (rank == q.rank && since >= q.since)) return;
  q.rank = rank;
  q.since = since;
  // up to its place
  while (--place != 0) {
    const above = (place - 1) >> 1;
    if (!comesBefore(vm, at(above))) break;
    put(at(above), place);
    place = above + 1;
  }
  put(vm, place);
}

/** The VM that wants a core and deserves it most; null: none wants any. */
export function worthiest(): Vm {
  let best = nothing<Vm>();
  while (H.bagCount != 0 && isNull(best)) {
    const vm = at(0);
    if (!wants(vm)) {
      dropFirst();
      continue;
    }
    const q = own<Quota>(vm);
    const rank = rankOf(vm);
    if (rank == q.rank && vm.backlogSince == q.since) best = vm;
    else {
      q.rank = rank;
      q.since = vm.backlogSince;
      sink(vm);
    }
  }
  if (!ASC_NO_ASSERT) assert(best == byWalk()); // its call would stay
  return best;
}

function byWalk(): Vm {
  let best = nothing<Vm>();
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    if (!wants(vm)) continue;
    if (isNull(best) || rankOf(vm) < rankOf(best) || (rankOf(vm) == rankOf(best) && vm.backlogSince < best.backlogSince)) best = vm;
  }
  return best;
}

// @ts-ignore: decorator
@inline
function at(place: u32): Vm {
  return load<Vm>(H.bag + (<usize>place << 2));
}

// @ts-ignore: decorator
@inline
function put(vm: Vm, place: u32): void {
  store<Vm>(H.bag + (<usize>place << 2), vm);
  own<Quota>(vm).place = place + 1;
}

/** VMs lie in the order of their indices. */
function comesBefore(a: Vm, b: Vm): bool {
  const p = own<Quota>(a);
  const q = own<Quota>(b);
  if (p.rank != q.rank) return p.rank < q.rank;
  return p.since != q.since ? p.since < q.since : changetype<usize>(a) < changetype<usize>(b);
}

/** From the head down to its place. */
function sink(vm: Vm): void {
  const n = H.bagCount;
  let place: u32 = 0;
  while (true) {
    let child: u32 = 2 * place + 1;
    if (child >= n) break;
    if (child + 1 < n && comesBefore(at(child + 1), at(child))) child++;
    if (comesBefore(vm, at(child))) break;
    put(at(child), place);
    place = child;
  }
  put(vm, place);
}

function dropFirst(): void {
  at(0).inBag = 0;
  const last = at(--H.bagCount);
  if (H.bagCount != 0) sink(last);
}
