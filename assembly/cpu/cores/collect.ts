// The first half of the arbiter's round: reading, who is short.

import { H, Vm, arbiter, clock, settings } from "../state";
import { isStale } from "../rounds";
import { beginRanks, endRanks, setRank, setRankHere } from "./rank";
import { congested, isPlain } from "./signal";

/** Words that hold one bit for every VM: what the arbiter reads first when the VMs' metrics are aggregated. */
function aggregated(): u64 {
  return (<u64>H.polled + 63) >> 6;
}

/** What a round's reading takes, where `waiting` VMs have their bit set. */
// @ts-ignore: decorator
@inline
export function reading(waiting: u32): u64 {
  return settings.pollBase + settings.pollPerVm * (settings.aggregate ? aggregated() + <u64>waiting : <u64>H.polled);
}

/** Drops who has nothing waiting any more from the bag and ranks who is short; answers how many are. */
export function collect(): u32 {
  beginRanks();
  const n = isPlain() ? collectPlain() : collectAny();
  endRanks(n);
  return n;
}

function collectAny(): u32 {
  const stale = isStale();
  const waiters = H.bagCount;
  let n: u32 = 0;
  let kept: u32 = 0;
  let bits: u32 = 0;
  for (let i: u32 = 0; i < waiters; i++) {
    const vm = load<Vm>(H.bag + (<usize>i << 2));
    const tasks = stale ? vm.snapQueued : vm.queued;
    if (tasks == 0 && vm.queued == 0 && vm.snapQueued == 0) {
      vm.inBag = 0;
      continue;
    }
    store<Vm>(H.bag + (<usize>(kept++) << 2), vm);
    bits += u32(tasks != 0);
    // after a grant one interval passes before the VM is looked at again (Caladan's congestion rule)
    if (clock.now < vm.skipUntil || !congested(vm)) vm.denied = 0;
    else setRank(n++, vm, stale ? vm.snapSince : vm.backlogSince);
  }
  H.bagCount = kept;
  arbiter.busyUntil = clock.now + reading(bits); // decisions are made on what was read, when all is read
  return n;
}

/**
 * Where it goes by the delays of tasks as they are now (`isPlain`), as most scenarios do in every round. What does not change is read
 * once: the stores might change it, for all that the compiler knows.
 */
function collectPlain(): u32 {
  const now = clock.now;
  const threshold = settings.threshold;
  const bag = H.bag;
  const end = bag + (<usize>H.bagCount << 2);
  let kept = bag;
  let n: u32 = 0;
  for (let at = bag; at < end; at += 4) {
    const vm = load<Vm>(at);
    const tasks = vm.queued;
    if (tasks == 0 && vm.snapQueued == 0) {
      vm.inBag = 0;
      continue;
    }
    store<Vm>(kept, vm);
    kept += 4;
    // both sides modulo 2^64: the difference is what it is
    const short = tasks != 0 && (vm.held == 0 || <u64>tasks * now - vm.readySum >= threshold * <u64>tasks);
    if (!short || now < vm.skipUntil) vm.denied = 0;
    else setRankHere(n++, vm, vm.backlogSince);
  }
  H.bagCount = <u32>((kept - bag) >> 2);
  arbiter.busyUntil = now + reading(0);
  return n;
}
