// `cgroup`: Linux's CPU bandwidth control. Every VM's vCPUs run whenever there is a core (best-effort ones give way), but a VM
// may use no more than its quota × period of core time in each period; then all its vCPUs stop, in the middle of whatever they do,
// until the next period begins. What stopping takes beyond the quota is repaid. A VM has no quota where it has no guarantee either, as a
// group whose cpu.max is not set: it runs on what the others leave. No arbiter, no polling core.

import * as L from "../../layout";
import { cancel, schedule, RANK_EXPIRE, isPending, NEVER, RANK_REPLENISH } from "../../kernel/event-queue";
import {
  H, Vm, vmAt, vcpuOf, DORMANT, YIELDING, DESCHEDULING, VM_SLOT_OWN, Q, SLOT_ARBITER, coreAt, isNull, nothing, count, everyRound, Core,
  clock, settings, traits, Settings, VM_OWN_AT,
} from "../state";
import { chooseIdle, pushIdle } from "../idle";
import { joinBag, worthiest } from "../bag";
import { beginPark, beginMove } from "../cores/move";
import { canGrow, arriving } from "../holding";
import { chooseVictim } from "../victims";
import { beginRanks, endRanks, setRank, takeFirst } from "../cores/rank";
import { activate } from "../guest/life";
import { hooks } from "../hooks";
import { costNothing } from "../configure";
import { knobs, own, ownOfHost } from "../own";
import { knobsDiffer } from "../cores/fork";
import { placeGuaranteed } from "../cores/place";
import { mechanism } from "./registry";

@unmanaged
class CgroupKnobs {
  periodNs: f64;
  contextSwitchNs: f64;
}

/** A VM's control group. */
@unmanaged
class Quota {
  used: u64; //           core time in this period, with what the last one left to be repaid
  usedUntil: u64; //      when that was last brought up to date, + 1; 0: never
  throttledSince: u64; // and booked, + 1; 0: it is not
  stopped: u32; //        1: throttled in the period before
}

/** The host's. */
@unmanaged
class Groups {
  gridAt: u64; //    an instant at which a period begins
  period: u64; //    of the periods from then on
  throttled: u32; // VMs that are
}

// @ts-ignore: decorator
@inline
function period(): u64 {
  return <u64>knobs<CgroupKnobs>().periodNs;
}

/** The first instant after now at which a period begins: at multiples of it, but where a fork has changed it behind one that went on. */
function nextPeriod(): u64 {
  const groups = ownOfHost<Groups>();
  if (groups.gridAt > clock.now) return groups.gridAt;
  return groups.gridAt + ((clock.now - groups.gridAt) / groups.period + 1) * groups.period;
}

// @ts-ignore: decorator
@inline
function contextSwitch(): u64 {
  return <u64>knobs<CgroupKnobs>().contextSwitchNs;
}

// @ts-ignore: decorator
@inline
function throttled(vm: Vm): bool {
  return own<Quota>(vm).throttledSince != 0;
}

/** Where a VM's record says since when it is throttled (fields.ts). */
export function throttledSinceAt(): usize {
  return VM_OWN_AT + offsetof<Quota>("throttledSince");
}

export function cgroup(): void {
  traits.yields = 1;
  traits.blind = 1; // the guest is not told
  traits.halts = 1;
  costNothing(offsetof<Settings>("notify"));
  settings.deschedule = contextSwitch();
  settings.wake = contextSwitch();
  settings.yield = contextSwitch();
  hooks.onStart = start;
  hooks.onQueued = onQueued;
  hooks.onCoreFree = onCoreFree;
  hooks.onMoved = stopThrottled;
  hooks.onArbiter = onPeriod;
  hooks.onTimer = onQuota;
  hooks.onWants = wants;
  hooks.onCores = charge;
  hooks.onBook = book;
  hooks.onRefit = refit;
  hooks.onLeave = leave;
}

function start(): void {
  const groups = ownOfHost<Groups>();
  groups.period = period();
  groups.gridAt = clock.now - clock.now % groups.period;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    for (let k: u32 = 0; k < vm.max && vm.stealAmount == L.STEAL_NONE; k++) activate(vcpuOf(vm, k));
  }
  placeGuaranteed();
  // a fork: VMs have cores already, and tasks wait
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    if (vm.dormantCount != vm.max) charge(vm, 0);
    if (vm.queued != 0) joinBag(vm);
  }
  serveAll();
}

/** Another mechanism takes over: throttling ends. */
function leave(): void {
  for (let i: u32 = 0; i < H.vmCount; i++) book(vmAt(i));
}

/** Core time of a VM's quota in a period; the greatest u64: it has none. */
// @ts-ignore: decorator
@inline
function quotaOf(vm: Vm): u64 {
  return vm.quota == 0 ? NEVER : <u64>(<i64>(vm.quota * knobs<CgroupKnobs>().periodNs + 0.5));
}

/** Core time used in this period, this nanosecond included. */
// @ts-ignore: decorator
@inline
function usedNow(vm: Vm): u64 {
  const q = own<Quota>(vm);
  return q.usedUntil == 0 ? q.used : q.used + <u64>(vm.max - vm.dormantCount) * (clock.now + 1 - q.usedUntil);
}

/** Core time that is left of this period's quota. */
// @ts-ignore: decorator
@inline
function left(vm: Vm): u64 {
  const quota = quotaOf(vm);
  if (quota == NEVER) return NEVER;
  const used = usedNow(vm);
  return used < quota ? quota - used : 0;
}

/** The same, less what stopping `vm` now would take, where it has seen that; `more` vCPUs are about to come. */
function usable(vm: Vm, more: u64): u64 {
  const rest = left(vm);
  if (rest == NEVER || own<Quota>(vm).stopped == 0) return rest;
  let leave = more;
  for (let k: u32 = 0; k < vm.max; k++) {
    const state = vcpuOf(vm, k).state;
    leave += u64(state != DORMANT && state != YIELDING && state != DESCHEDULING);
  }
  const stopping = leave * contextSwitch();
  return rest > stopping ? rest - stopping : 0;
}

/** Books the core time used so far and plans the instant at which the quota is gone; `by` vCPUs come or go now. */
function charge(vm: Vm, by: i32): void {
  assert(own<Quota>(vm).usedUntil <= clock.now + 1);
  const on = vm.max - vm.dormantCount;
  const q = own<Quota>(vm);
  q.used = usedNow(vm);
  q.usedUntil = clock.now + 1;
  const slot = vm.slot + VM_SLOT_OWN;
  const soon = <u64>(<i32>on + by);
  if (soon == 0 || throttled(vm) || vm.quota == 0) cancel(Q, slot);
  else schedule(Q, slot, clock.now + (usable(vm, u64(by > 0)) + soon - 1) / soon, RANK_EXPIRE);
  if (!isPending(Q, SLOT_ARBITER)) schedule(Q, SLOT_ARBITER, nextPeriod(), RANK_REPLENISH);
}

/** After a fork: quotas or the period may have changed. */
function refit(guarantees: bool): void {
  if (!guarantees && !knobsDiffer()) return;
  const groups = ownOfHost<Groups>();
  if (groups.period != period()) {
    groups.gridAt = nextPeriod(); // the one that is on ends when it would have
    groups.period = period();
  }
  for (let i: u32 = 0; i < H.vmCount; i++) charge(vmAt(i), 0);
}

/** The quota is gone: every vCPU of the VM stops. */
function onQuota(vm: Vm): void {
  charge(vm, 0);
  if (usable(vm, 0) != 0) return; // who leaves by itself need not be stopped
  cancel(Q, vm.slot + VM_SLOT_OWN);
  if (throttled(vm)) return;
  own<Quota>(vm).throttledSince = clock.now + 1;
  ownOfHost<Groups>().throttled++;
  stopThrottled();
}

/** Takes the cores of VMs that have no quota left; also of those whose vCPU was still on its way when the quota was gone. */
function stopThrottled(): void {
  if (ownOfHost<Groups>().throttled == 0) return;
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    if (!isNull(core.vcpu) && throttled(core.vcpu.vm)) beginPark(core);
  }
}

/** Books the time for which `vm` has been throttled. */
function book(vm: Vm): void {
  if (!throttled(vm)) return;
  const q = own<Quota>(vm);
  count(vm, L.VM_THROTTLED_NS, clock.now + 1 - q.throttledSince);
  q.throttledSince = clock.now + 1;
}

/** A period begins: quotas are full again, but for what was used beyond the last. */
function onPeriod(): void {
  assert(clock.now >= ownOfHost<Groups>().gridAt && (clock.now - ownOfHost<Groups>().gridAt) % period() == 0);
  let used = false;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    charge(vm, 0);
    const q = own<Quota>(vm);
    used = used || q.used != 0 || vm.dormantCount != vm.max || vm.queued != 0;
    const quota = quotaOf(vm);
    q.used = q.used > quota ? q.used - quota : 0;
    q.stopped = u32(throttled(vm));
    book(vm);
    if (q.used < quota && throttled(vm)) {
      q.throttledSince = 0;
      ownOfHost<Groups>().throttled--;
    }
    charge(vm, 0);
  }
  serveAll();
  if (used || everyRound()) schedule(Q, SLOT_ARBITER, clock.now + period(), RANK_REPLENISH);
  else cancel(Q, SLOT_ARBITER);
}

/** Who waits and has quota gets cores, in the order of a round. */
function serveAll(): void {
  beginRanks();
  let n: u32 = 0;
  for (let i: u32 = 0; i < H.bagCount; i++) {
    const vm = load<Vm>(H.bag + (<usize>i << 2));
    if (wants(vm)) setRank(n++, vm, vm.backlogSince);
  }
  endRanks(n);
  while (n != 0) {
    const vm = takeFirst(n--);
    serve(vm);
  }
}

/** Whether one vCPU more would find something to do. Where nothing is stolen, what waits behind a running one is not for others. */
function wants(vm: Vm): bool {
  if (!canGrow(vm)) return false;
  let tasks = vm.queued;
  let coming = vm.coming;
  if (vm.stealAmount == L.STEAL_NONE) {
    tasks = vm.ingressLength;
    for (let k: u32 = 0; k < vm.max; k++) {
      const v = vcpuOf(vm, k);
      if (v.queueLength == 0 && isNull(v.task)) continue;
      tasks += u32(v.state == DORMANT);
      coming -= u32(arriving(v)); // for what is its own
    }
  }
  // the quota, whose record lies apart, is asked last
  return tasks > coming && !throttled(vm) && left(vm) != 0;
}

/** Gives a VM as many cores as it has tasks waiting, of those that are idle or a lower class's. */
function serve(vm: Vm): void {
  if (wants(vm)) serveWanting(vm);
}

/** The same of one that wants a core. */
function serveWanting(vm: Vm): void {
  do {
    const idle = H.idleCount == 0 ? nothing<Core>() : chooseIdle(vm);
    const core = isNull(idle) ? chooseVictim(vm) : idle;
    if (isNull(core)) return;
    beginMove(core, vm, clock.now);
  } while (wants(vm));
}

function onQueued(vm: Vm): void {
  joinBag(vm);
  serve(vm);
}

/** To the waiting VM with quota left that deserves it most. */
function onCoreFree(core: Core): void {
  pushIdle(core);
  const best = worthiest();
  if (!isNull(best)) serveWanting(best);
}

mechanism(L.MECHANISM_CGROUP, cgroup);
