// `cgroup`: Linux's CPU bandwidth control. Every VM's vCPUs run whenever there is a core (best-effort ones give way), but a VM
// may use no more than its quota × period of core time in each period; then all its vCPUs stop, in the middle of whatever they do,
// until the next period begins. What stopping takes beyond the quota is repaid. A VM has no quota where it has no guarantee either, as a
// group whose cpu.max is not set: it runs on what the others leave. No arbiter, no polling core.

import * as L from "../../../layout";
import { cancel, schedule, RANK_EXPIRE, isPending, RANK_REPLENISH } from "../../../kernel/event-queue";
import {
  H, Vm, vmAt, vcpuOf, VM_SLOT_OWN, Q, SLOT_ARBITER, coreAt, isNull, count, everyRound, Core, clock, settings, traits, Settings,
  nothing, slotOf,
} from "../../state";
import { chooseIdle, pushIdle } from "../../idle";
import { beginPark, beginMove } from "../../cores/move";
import { chooseVictim, isInVain } from "../../victims";
import { beginRanks, endRanks, setRank, takeFirst } from "../../cores/rank";
import { activate } from "../../guest/life";
import { hooks } from "../../hooks";
import { costNothing } from "../../configure";
import { knobs, own, ownOfHost } from "../../own";
import { knobsDiffer } from "../../cores/fork";
import { placeGuaranteed } from "../../cores/place";
import { mechanism } from "../registry";
import { bookUse, contextSwitch, heldSince, quotaOf, setUsed, throttled, usable, usedOf } from "./quota";
import { CgroupKnobs, Groups, Quota } from "./state";
import { offer, stands, wants, worthiest } from "./wanting";

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

export function cgroup(): void {
  traits.yields = 1;
  traits.blind = 1; // the guest is not told
  traits.halts = 1;
  costNothing(offsetof<Settings>("notify"));
  settings.deschedule = contextSwitch();
  settings.wake = contextSwitch();
  settings.yield = contextSwitch();
  hooks.onStart = start;
  hooks.onQueued = serve;
  hooks.onCoreFree = onCoreFree;
  hooks.onArbiter = onPeriod;
  hooks.onTimer = onQuota;
  hooks.onMayWant = onMayWant;
  hooks.onLoses = onLoses;
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
    own<Quota>(vm).usedUntil = clock.now + 1;
    for (let k: u32 = 0; k < vm.max && vm.stealAmount == L.STEAL_NONE; k++) activate(vcpuOf(vm, k));
  }
  seeLimits();
  placeGuaranteed();
  // a fork: VMs have cores already, and tasks wait
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    if (vm.dormantCount != vm.max) charge(vm, 0);
  }
  serveAll();
}

/** Whether any VM is held back is known before it is asked of each. */
function seeLimits(): void {
  let limited = ownOfHost<Groups>().throttled;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    bookUse(vm); // as it was counted until now
    limited |= u32(vm.quota != 0);
  }
  ownOfHost<Groups>().limited = limited;
  hooks.ignoreGains();
  if (limited == 0) return;
  hooks.onMoved = stopThrottled;
  hooks.onGains = onGains;
}

/** Another mechanism takes over: throttling ends. */
function leave(): void {
  for (let i: u32 = 0; i < H.vmCount; i++) book(vmAt(i));
}

/** Books the core time used so far and plans the instant at which the quota is gone; `by` vCPUs come or go now. */
function charge(vm: Vm, by: i32): void {
  assert(own<Quota>(vm).usedUntil <= clock.now + 1);
  bookUse(vm);
  if (vm.quota != 0) planExpiry(vm, by);
  planPeriod();
}

// @ts-ignore: decorator
@inline
function planPeriod(): void {
  if (!isPending(Q, SLOT_ARBITER)) schedule(Q, SLOT_ARBITER, nextPeriod(), RANK_REPLENISH);
}

function planExpiry(vm: Vm, by: i32): void {
  const slot = slotOf(vm) + VM_SLOT_OWN;
  const soon = <u64>(<i32>(vm.max - vm.dormantCount) + by);
  if (soon == 0 || throttled(vm)) cancel(Q, slot);
  else schedule(Q, slot, clock.now + (usable(vm, u64(by > 0)) + soon - 1) / soon, RANK_EXPIRE);
}

function onGains(vm: Vm): void {
  charge(vm, 1);
}

/** Nobody is limited. */
// @ts-ignore: decorator
@inline
function bookLoss(core: Core, vm: Vm): void {
  const usedUntil = ownOfHost<Groups>().usedUntil;
  assert(own<Quota>(vm).usedUntil == usedUntil);
  setUsed(vm, usedOf(vm) + heldSince(core, usedUntil));
}

function onLoses(core: Core): void {
  const vm = core.lastVm;
  if (ownOfHost<Groups>().limited) charge(vm, -1);
  else bookLoss(core, vm);
  if (vm.queued != 0 && !stands(vm)) offer(vm, 1, 0);
}

/** After a fork: quotas, the period or stealing may have changed. */
function refit(guarantees: bool): void {
  seeLimits();
  for (let i: u32 = 0; i < H.vmCount; i++) offer(vmAt(i), 0, 0);
  if (!guarantees && !knobsDiffer()) return;
  const groups = ownOfHost<Groups>();
  if (groups.period != period()) {
    groups.gridAt = nextPeriod(); // the one that is on ends when it would have
    groups.period = period();
  }
  for (let i: u32 = 0; i < H.vmCount; i++) {
    cancel(Q, slotOf(vmAt(i)) + VM_SLOT_OWN);
    charge(vmAt(i), 0);
  }
}

/** The quota is gone: every vCPU of the VM stops. */
function onQuota(vm: Vm): void {
  charge(vm, 0);
  if (usable(vm, 0) != 0) return; // who leaves by itself need not be stopped
  cancel(Q, slotOf(vm) + VM_SLOT_OWN);
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
    used = used || usedOf(vm) != 0 || vm.dormantCount != vm.max || vm.queued != 0;
    const quota = quotaOf(vm);
    setUsed(vm, usedOf(vm) > quota ? usedOf(vm) - quota : 0);
    q.stopped = u32(throttled(vm));
    book(vm);
    if (usedOf(vm) < quota && throttled(vm)) {
      q.throttledSince = 0;
      ownOfHost<Groups>().throttled--;
      offer(vm, 0, 0); // it has lost cores
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
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    if (vm.queued != 0 && wants(vm)) setRank(n++, vm, vm.backlogSince);
  }
  endRanks(n);
  while (n != 0) serve(takeFirst(n--));
}

/** Gives a VM as many cores as it has tasks waiting, of those that are idle or a lower class's. Hook of a task that comes to wait. */
function serve(vm: Vm): void {
  while (wants(vm)) {
    const core: Core = H.idleCount != 0 ? chooseIdle(vm) : isInVain(vm) ? nothing<Core>() : chooseVictim(vm);
    if (isNull(core)) {
      if (!stands(vm)) offer(vm, 0, 0);
      return;
    }
    if (!isNull(core.vcpu)) {
      const from = core.lastVm;
      if (from.held == 1 && stands(from)) offer(from, 0, 1);
    }
    grant(core, vm);
  }
}

function grant(core: Core, vm: Vm): void {
  planPeriod();
  beginMove(core, vm, clock.now);
}

/** A core that was coming to `vm` has come, or a task has gone back. Mostly a task waits for it, and `vm` wants no more than before. */
function onMayWant(vm: Vm): void {
  if (vm.queued != 0 && !stands(vm) && (vm.queued > vm.coming + 1 || vm.queued == vm.frozen || vm.stealAmount == L.STEAL_NONE)) offer(vm, 0, 0);
}

/** To the waiting VM with quota left that deserves it most. */
function onCoreFree(core: Core): void {
  const from = core.lastVm; // holds one less
  if (from.queued != 0 || stands(from)) offer(from, 0, 0);
  const best = worthiest();
  if (H.idleCount != 0 || isNull(best)) {
    pushIdle(core);
    if (!isNull(best)) serve(best);
    return;
  }
  // none but this one, which is the one that would be chosen
  grant(core, best);
  serve(best);
}

mechanism(L.MECHANISM_CGROUP, cgroup);
