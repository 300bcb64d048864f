// Congestion as the arbiter sees it: metrics as of their last publication, and the signals made of them.

import { Vm, arbiter, clock, settings, traits } from "../state";
import { isStale, publishedAt, nextPublished } from "../rounds";
import * as L from "../../layout";
import { stranded, oldestReady } from "../waiting";
import { hostCores, coresWanted } from "../../policy";
import { NEVER } from "../../kernel/event-queue";

/** Whether the VM is short of cores, as the arbiter sees it now. */
export function congested(vm: Vm): bool {
  const stale = isStale();
  const queued = stale ? vm.snapQueued : vm.queued;
  if (queued == 0) return false;
  if (vm.held == 0) return true; // nobody in it could ever run the task
  if ((settings.mode & L.MODE_REACTIVE) == 0) return false;
  if (traits.parkedBusy && (stale ? vm.snapStranded != 0 : stranded(vm))) return true;
  if (settings.signal == L.SIGNAL_POLICY) return wanted(vm) != 0;
  if (settings.signal == L.SIGNAL_QUEUE_LENGTH) return <f64>queued >= settings.queueLength * <f64>max<u32>(stale ? vm.snapActive : vm.activeCount, 1);
  const asOf = stale ? max<u64>(publishedAt(clock.now), arbiter.publishedFrom) : clock.now;
  // both sides modulo 2^64: the difference is what it is
  if (settings.signal == L.SIGNAL_AVERAGE) return <u64>queued * asOf - (stale ? vm.snapReadySum : vm.readySum) >= settings.threshold * <u64>queued;
  return asOf - (stale ? vm.snapOldest : oldestReady(vm)) >= settings.threshold;
}

/** Cores that the policy wants for a VM in which tasks wait. */
export function wanted(vm: Vm): u32 {
  const cores = settings.answers & L.POLICY_CORES ? hostCores(vm.index) : coresWanted(vm);
  return min<u32>(cores, vm.max); // beyond that it means "as many as there are"
}

/** Before this instant no round finds `vm` short, if nothing happens that arms one: a lower bound, since tasks that leave are the oldest. */
export function soonest(vm: Vm): u64 {
  const next = max<u64>(clock.now + 1, vm.skipUntil);
  const signals = (settings.mode & L.MODE_REACTIVE) != 0;
  if (signals && settings.signal == L.SIGNAL_POLICY) return next;
  if (vm.queued == 0 || (settings.staleness != 0 && (!isStale() || congested(vm)))) return next; // what is published still counts
  let at = clock.now + 1;
  if (vm.held != 0) {
    if (!signals) return NEVER;
    const soon = settings.signal == L.SIGNAL_QUEUE_LENGTH || (traits.parkedBusy && stranded(vm));
    if (!soon) at = max<u64>(oldestReady(vm) + settings.threshold, at);
  }
  // who is passed over is short by what is published meanwhile
  return max<u64>(next, settings.staleness == 0 ? at : nextPublished(at));
}
