// Congestion as the arbiter sees it: metrics as of their last publication, and the signals made of them.

import { Vm, H } from "../state";
import { oldestReady, stranded } from "../waiting";
import * as L from "../../layout";
import { hostCores, coresWanted } from "../../policy";

/** Metrics that the arbiter reads may be old: they are those of the last multiple of `staleness`. Keeps what was published. */
export function publish(vm: Vm): void {
  if (H.now < vm.snapNext) return;
  vm.snapQueued = vm.queued;
  vm.snapReadySum = vm.readySum;
  vm.snapOldest = oldestReady(vm);
  vm.snapNext = (H.now / H.staleness + 1) * H.staleness;
}

/** Whether the VM's signal is over its threshold, as the arbiter sees it now. */
export function congested(vm: Vm): bool {
  let queued = vm.queued;
  let readySum = vm.readySum;
  let asOf = H.now;
  if (H.staleness != 0) {
    publish(vm);
    queued = vm.snapQueued;
    readySum = vm.snapReadySum;
    asOf = vm.snapNext - H.staleness;
  }
  if (queued == 0) return false;
  if (vm.held == 0) return true; // nobody in it could ever run the task
  if (H.parkedBusy && stranded(vm)) return true;
  if (H.signal == L.SIGNAL_POLICY) return wanted(vm) != 0;
  if (H.signal == L.SIGNAL_QUEUE_LENGTH) return <f64>queued >= H.queueLength * <f64>max<u32>(vm.activeCount, 1);
  if (H.signal == L.SIGNAL_AVERAGE) return <u64>queued * asOf - readySum >= H.threshold * <u64>queued;
  const oldest = H.staleness != 0 ? vm.snapOldest : oldestReady(vm);
  return asOf >= oldest && asOf - oldest >= H.threshold;
}

/** Cores that the policy wants for a VM in which tasks wait. */
export function wanted(vm: Vm): u32 {
  const cores = H.policy & L.POLICY_CORES ? hostCores(vm.index) : coresWanted(vm);
  return min<u32>(cores, vm.max); // beyond that it means "as many as there are"
}

/** The first instant at which `vm` can be over its threshold if nothing younger leaves first: a lower bound for any signal by delay. */
export function soonest(vm: Vm): u64 {
  const next = max<u64>(H.now + 1, vm.skipUntil);
  if (vm.held == 0 || H.signal == L.SIGNAL_QUEUE_LENGTH || H.signal == L.SIGNAL_POLICY) return next;
  return max<u64>(oldestReady(vm) + H.threshold, next);
}
