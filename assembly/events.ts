// The event loop: takes the next event and hands it to whom it belongs. The handlers of what a vCPU does next stand here, above all
// that they call: a task's end leads to its request, to the guest's loop, to cores that move.

import { goOn } from "./cpu/guest/run";
import {
  Vm, SEARCHING, count, H, STEALING, Q, VCpu, coreAt, SLOT_VMS, SPECIAL, WAITS, arrivals, vmAt, VM_SLOTS_SHIFT, VM_SLOT_MODULATE,
  VM_SLOT_OWN, SLOT_ARBITER, SLOT_INJECT, SLOT_SAMPLE, SLOT_PUBLISH, TASK_SLICED, TASK_STARTED, nothing, isNull, Task, ingress, ownQueue,
  setBit, TASK_HOLDS_LOCK, RUNNING, TASK_BEFORE_LOCK, YIELDING, clock, series, settings, traits, arbiter, occupiedOf,
} from "./cpu/state";
import { onPublish } from "./cpu/cores/arbiter";
import { behindRounds } from "./cpu/rounds";
import { endSearch, firstOccupied, planLook, moveSome } from "./cpu/guest/search";
import * as L from "./layout";
import { enter } from "./cpu/guest/life";
import { NEVER, schedule, RANK_STEP, closeInstant, happens, keyOf, peekKey, peekSlot, takeKey, timeOfKey } from "./kernel/event-queue";
import { endPlain, isPlain } from "./cpu/workload/plain";
import { mayYield, proceed, proceedHere, proceedPlain, yieldCore, yielded } from "./cpu/guest/loop";
import { logEvent, onSample, began, beganHere } from "./cpu/series";
import { onTouch } from "./memory/swap/fault";
import { onPlainTouch } from "./memory/swap/plain";
import { S } from "./memory/pages/state";
import { beginParts, onPart } from "./parts";
import { boundByInput, needsInput, onClient, onArrival, onModulate, onInject } from "./cpu/workload/arrivals";
import { onCore, stopFinished } from "./cpu/cores/move";
import { beginStatistics } from "./cpu/accounts";
import { countNotes, noteDelay, noteVisit } from "./cpu/samples";
import { longestPast } from "./cpu/guest/turn";
import { isAsked, planFirst, planRun, planEnd } from "./cpu/guest/plan";
import { life } from "./lifecycle/state";
import { steadySlot } from "./lifecycle/steady";
import { endTouches, mayTouch } from "./memory/pages/touch";
import { workDone } from "./cpu/speed";
import { waitBegins } from "./cpu/waiting";
import { pushTail } from "./cpu/run-queue";
import { spinOrLeave, releaseLock, reachLock } from "./cpu/guest/lock";
import { endSwitch } from "./cpu/guest/pace";
import { complete, completeHere } from "./cpu/workload/request";
import { freeRecord } from "./cpu/workload/task-records";
import { hooks } from "./cpu/hooks";

/** The planned look happens. */
function onLook(vm: Vm): void {
  behindRounds();
  const v = vm.looker;
  // looks that take no time see all queues at once, in their order
  const victim = settings.stealCheck == 0 ? firstOccupied(v) : vm.lookVictim;
  vm.lookAt = NEVER;
  assert(v.state == SEARCHING);
  if (!isNull(victim) && victim.queueLength != 0) {
    endSearch(v);
    count(vm, L.VM_STEAL_ATTEMPTS, 1);
    if (settings.steal == 0) takeFrom(v, victim);
    else {
      enter(v, STEALING);
      v.stealVictim = victim;
      schedule(Q, v.slot, clock.now + settings.steal, RANK_STEP);
    }
  }
  planLook(vm);
}

/** The steal's own time is over; other thieves may have been faster. */
function onStealDone(v: VCpu): void {
  takeFrom(v, v.stealVictim);
}

function takeFrom(v: VCpu, victim: VCpu): void {
  if (victim.queueLength != 0) moveSome(v, victim);
  proceed(v);
}

// --- the event loop ---------------------------------------------------------------------------------------------

/** Order-sensitive 64-bit hash: one multiplication an event. */
// @ts-ignore: decorator
@inline
function fold(hash: u64, time: u64, slot: u64, kind: u64): u64 {
  const x = (hash ^ time ^ (slot << 40) ^ (kind << 34)) * 0x9fb21c651e98df25;
  return x ^ (x >> 32);
}

/** The number of a timer slot that does not follow from how many VMs are laid out for functions. */
// @ts-ignore: decorator
@inline
function numbered(slot: u32): u64 {
  return life.on ? <u64>steadySlot(slot) : <u64>slot;
}

// What is done about each event of a call of run
// @ts-ignore: decorator
@inline const HASHED: u32 = 0; // by its slot, and nothing else
// @ts-ignore: decorator
@inline const UNSEEN: u32 = 1; // nothing
// @ts-ignore: decorator
@inline const WATCHED: u32 = 2; // there is a log, or numbers of slots are not what is hashed

/** An event happens: its part in the fingerprint. */
// @ts-ignore: decorator
@inline
function noteEvent(watch: u32, slot: u32, time: u64, kind: u64): void {
  if (watch == HASHED) clock.fingerprint = fold(clock.fingerprint, time, slot, kind);
  else if (watch == WATCHED) noteWatched(slot, time, kind);
}

function watchOf(): u32 {
  if (series.logCapacity != 0) return WATCHED;
  if (clock.fingerprintOn == 0) return UNSEEN;
  return life.on ? WATCHED : HASHED;
}

function noteWatched(slot: u32, time: u64, kind: u64): void {
  if (series.logCapacity != 0) logEvent(slot);
  if (clock.fingerprintOn) clock.fingerprint = fold(clock.fingerprint, time, numbered(slot), kind);
}

/**
 * Simulates every event up to and including `untilNs`, at most `budget` of them. Answers RUN_*, or E_* when the event
 * could not be carried out; after an E_* the accounts can still be read, and every further call answers the same.
 */
export function run(untilNs: f64, budget: f64): i32 {
  const answer = runEvents(untilNs, budget);
  countNotes(); // nobody outside finds any
  return answer;
}

function runEvents(untilNs: f64, budget: f64): i32 {
  if (clock.status != 0) return <i32>clock.status; // the event that could not be carried out is gone, and so is what it would have led to
  clock.runUntil = <u64>(<i64>untilNs);
  clock.runLast = clock.events + <u64>(<i64>budget);
  clock.bound = keyOf(clock.runUntil + 1, 0);
  boundByInput();
  const watch = watchOf();
  while (true) {
    const key = peekKey(Q);
    const arrival = arrivals.key;
    const events = clock.events;
    if (min<u64>(key, arrival) >= clock.bound || events == clock.runLast) return whyStopped(timeOfKey(min<u64>(key, arrival)));
    clock.events = events + 1;
    if (arrival < key || (arrival == key && <u32>arrivals.who < peekSlot(Q))) {
      const slot = <u32>arrivals.who;
      const time = timeOfKey(arrival);
      happens(Q, arrival, slot);
      clock.now = time;
      noteEvent(watch, slot, time, 17);
      onArrival(changetype<Vm>(<usize>(arrivals.who >> 32)));
      continue;
    }
    const slot = takeKey(Q, key);
    const time = timeOfKey(key);
    clock.now = time;
    if (slot >= H.slotVcpus) {
      if (slot < H.slotClients) {
        const v = changetype<VCpu>(H.vcpus + <usize>(slot - H.slotVcpus) * offsetof<VCpu>());
        noteEvent(watch, slot, time, v.state);
        onVcpu(v);
      } else onBehind(watch, slot, time);
    } else {
      noteEvent(watch, slot, time, 17);
      onOther(slot);
    }
  }
}

/** Why the next event, at `time`, is not simulated in the present call. */
function whyStopped(time: u64): i32 {
  if (clock.status != 0) return <i32>clock.status;
  if (needsInput()) return L.RUN_INPUT;
  const spent = clock.events == clock.runLast;
  if (spent && (time <= clock.runUntil || clock.now < clock.runUntil)) return L.RUN_BUDGET; // the clock stays at the last of the events asked for
  if (clock.runUntil > clock.now) clock.now = clock.runUntil;
  closeInstant(Q);
  return L.RUN_DONE;
}

/** An event of a part or of a closed client. */
function onBehind(watch: u32, slot: u32, time: u64): void {
  if (slot >= H.slotParts) {
    noteEvent(watch, slot, time, 18);
    onPart(slot);
  } else {
    noteEvent(watch, slot, time, 16);
    onClient(load<Vm>(H.clientVm + (<usize>(slot - H.slotClients) << 2)), slot);
  }
}

function onOther(slot: u32): void {
  if (slot >= H.slotCores) onCore(coreAt(slot - H.slotCores));
  else if (slot >= SLOT_VMS) {
    const vm = vmAt((slot - SLOT_VMS) >> VM_SLOTS_SHIFT);
    const which = (slot - SLOT_VMS) & ((1 << VM_SLOTS_SHIFT) - 1);
    if (which == VM_SLOT_MODULATE) onModulate(vm);
    else if (which == VM_SLOT_OWN) hooks.timer(vm);
    else onLook(vm);
  } else if (slot == SLOT_ARBITER) {
    arbiter.heldAt = clock.now;
    hooks.arbiter();
  } else if (slot == SLOT_INJECT) onInject();
  else if (slot == SLOT_SAMPLE) onSample();
  else if (slot == SLOT_PUBLISH) onPublish();
  else {
    beginStatistics();
    beginParts();
  }
}

/**
 * A quantum has ended while tasks wait in the VM's one queue: who was asked switches; else who is longest past his, unless the next in line
 * is there by the end of a quantum at this instant.
 */
function takeTurn(v: VCpu): void {
  const vm = v.vm;
  if (isAsked(v)) {
    v.asked = 0;
    endSlice(v);
    return;
  }
  const next = vm.ingressHead;
  const sliced = next.readyAt == clock.now && (next.flags & TASK_SLICED) != 0;
  const longest = sliced ? nothing<VCpu>() : longestPast(vm, false);
  if (longest != v) planFirst(v, NEVER);
  if (!isNull(longest)) endSlice(longest);
}

/** The task on `v` goes to the tail, the next one's turn. */
function endSlice(v: VCpu): void {
  assert(v.state == RUNNING && !isNull(v.task));
  const vm = v.vm;
  const t = v.task;
  began(v, t);
  endTouches(v);
  v.task = nothing<Task>(); // what happens below may change the speed of siblings, and this one is not running now
  if (clock.now < v.startedAt) {
    // in the exit of a page fault, which goes on: what comes next begins behind it
    v.switchLeft -= v.startedAt - clock.now;
    v.faultUntil = v.startedAt;
    v.startedAt = clock.now;
  } else t.remaining = H.varies ? t.remaining - workDone(v, t) : v.runsUntil - clock.now;
  t.readyAt = clock.now;
  waitBegins(vm, t);
  if (vm.dispatch == L.DISPATCH_SINGLE) {
    t.flags |= TASK_SLICED;
    pushTail(ingress(vm), t);
  } else {
    pushTail(ownQueue(v), t);
    setBit(occupiedOf(vm), v.index);
  }
  if (!v.finishing) proceed(v);
  if (t.flags & TASK_HOLDS_LOCK) spinOrLeave(vm);
  if (v.finishing) {
    hooks.mayWant(vm);
    stopFinished(v);
  }
}

/** The section of `t`, which runs on `v`, is over: on with the task or to the next one, or off the core where `v` was told to leave. */
function onSectionEnd(v: VCpu, t: Task): void {
  const vm = v.vm;
  releaseLock(v, t);
  const done = t.remaining == 0;
  if (done) complete(vm, t);
  // a vCPU that was told to leave its core begins nothing else, and what is left of the task waits
  if (!v.finishing) {
    if (done) proceed(v);
    else goOn(v, t);
  }
  spinOrLeave(vm);
  if (v.finishing) stopFinished(v);
}

/** The pending event of a vCPU: what it means follows from its state. */
function onVcpu(v: VCpu): void {
  const state = v.state;
  if (state == RUNNING) {
    const vm = v.vm;
    const special = vm.special;
    if (clock.now >= v.runsUntil && (special & SPECIAL) == 0) {
      if ((special & WAITS) == 0 && endPlain(v, vm)) return;
      const t = v.task;
      v.task = nothing<Task>();
      if (isPlain(t)) {
        noteVisit(vm, t, v.begunAt);
        freeRecord(t);
      } else {
        if ((t.flags & TASK_STARTED) == 0) noteDelay(vm, v.begunAt - t.readyAt);
        complete(vm, t);
      }
      proceedPlain(v);
      return;
    }
    onRunning(v);
  } else onNotRunning(v, state);
}

/** A task has come to something: its end, its section's or its section, a page that is missing, the end of its quantum or of its switch. */
function onRunning(v: VCpu): void {
  if (v.switching) {
    endSwitch(v);
    planRun(v);
    return;
  }
  const t = v.task;
  if (mayTouch(t) && clock.now == v.touchAt) {
    began(v, t);
    if (S.plain) onPlainTouch(v, t);
    else onTouch(v, t);
    return;
  }
  if (clock.now < v.runsUntil) {
    if (v.queueLength + v.vm.ingressLength == 0) {
      v.asked = 0; // who waited is gone
      planRun(v);
    } else if (v.vm.dispatch == L.DISPATCH_SINGLE) takeTurn(v);
    else endSlice(v);
    return;
  }
  beganHere(v, t);
  endTouches(v);
  v.task = nothing<Task>(); // what happens below may change the speed of siblings, and this one is not running now
  if (t.flags & (TASK_BEFORE_LOCK | TASK_HOLDS_LOCK)) {
    t.remaining = 0;
    if (t.flags & TASK_BEFORE_LOCK) reachLock(v, t);
    else onSectionEnd(v, t);
    return;
  }
  completeHere(v.vm, t);
  proceedHere(v);
}

function onNotRunning(v: VCpu, state: u32): void {
  if (state == SEARCHING) {
    behindRounds();
    if (v.queueLength != 0 || v.vm.ingressLength != 0) {
      endSearch(v);
      proceed(v);
    } else if (traits.yields && clock.now >= v.deadline) {
      if (mayYield(v.vm)) {
        endSearch(v);
        yieldCore(v);
      } else {
        v.searchSince = clock.now;
        v.deadline = clock.now + settings.minSearch;
        planEnd(v);
      }
    } else planEnd(v);
  } else if (hooks.schedule) {
    hooks.step(v);
  } else if (state == STEALING) {
    onStealDone(v);
  } else {
    assert(state == YIELDING);
    yielded(v);
  }
}
