// The bag of VMs with tasks waiting: who may want a core, without asking every VM.

import { Vm, H, nothing, isNull, ingress } from "./state";
import { canGrow } from "./holding";
import { oldestIn } from "./run-queue";

/** A task waits in `vm`: whoever frees a core looks into the bag (worthiest). */
// @ts-ignore: decorator
@inline
export function joinBag(vm: Vm): void {
  if (vm.inBag) return;
  assert(H.bagCount < H.vmCount);
  vm.inBag = 1;
  store<Vm>(H.bag + (<usize>(H.bagCount++) << 2), vm);
}

/**
 * The VM that deserves a free core most, where no arbiter decides, in the order of a round (rank.ts), but of one rank whose oldest task
 * has waited for longest, as no predicate evens out later who came too late. Leaves the bag without those in which nothing waits any more.
 */
export function worthiest(): Vm {
  let best = nothing<Vm>();
  let bestRank = <u64>-1;
  let bestSince = <u64>-1;
  // read once: the stores below might change them, for all that the compiler knows
  const end = H.bag + (<usize>H.bagCount << 2);
  let kept = H.bag;
  for (let at = kept; at < end; at += 4) {
    const vm = load<Vm>(at);
    if (vm.queued == 0) {
      vm.inBag = 0;
      continue;
    }
    store<Vm>(kept, vm);
    kept += 4;
    // cheap questions first: nearly every one that waits comes behind another
    const rank = rankOf(vm);
    if (rank > bestRank) continue;
    const since = oldestIn(ingress(vm));
    if (rank == bestRank && (since > bestSince || (since == bestSince && comesBehind(vm, best)))) continue;
    if (!canGrow(vm)) continue;
    best = vm;
    bestRank = rank;
    bestSince = since;
  }
  H.bagCount = <u32>((kept - H.bag) >> 2);
  return best;
}

/** VMs lie in the order of their indices. */
// @ts-ignore: decorator
@inline
function comesBehind(vm: Vm, best: Vm): bool {
  return changetype<usize>(vm) > changetype<usize>(best) && !isNull(best);
}

/** Smaller comes first: below its guarantee, class, priority, without any core. */
// @ts-ignore: decorator
@inline
export function rankOf(vm: Vm): u64 {
  return (<u64>(vm.held >= vm.min) << 63) | ((~<u64>vm.rankKey << 1) & 0x7fff_ffff_ffff_fffe) | <u64>(vm.held != 0);
}
