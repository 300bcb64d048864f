// The VM's lock: handed over in order; who waits leaves its vCPU to others, or keeps it and spins.

import { book } from './accounts.js';
import { becomesReady } from './dispatch.js';
import { choose, comesToWait, switchTo, singleQueue, takeOff } from './guest.js';
import { speedsChanged } from './speeds.js';
import { noteWaiting } from './waiting.js';
import type { Host, Task, Vcpu, Vm } from './types.js';

/** The running task comes to its critical section. Answers whether it has the lock. */
export function attemptLock(h: Host, v: Vcpu, task: Task): boolean {
  const { locks } = v.vm;
  if (locks.holder === null) {
    locks.holder = task;
    task.holds = true;
    locks.acquires++;
    return true;
  }
  task.lockSince = h.clock.now;
  locks.line.push(task);
  locks.waits++;
  locks.longestConvoy = Math.max(locks.longestConvoy, locks.line.length);
  takeOff(h, v);
  if (v.vm.spec.workload!.request.lock!.wait === 'spin' && holderRuns(v.vm)) spins(h, v, task);
  else choose(h, v);
  return false;
}

function spins(h: Host, v: Vcpu, task: Task): void {
  v.state = 'spinning';
  v.spinning = task;
  v.spinningSince = h.clock.now;
  book(h, v.core!, v.vm, 'idlePoll');
  speedsChanged(h);
}

/** As the guest sees it: it cannot know of a vCPU that was taken off its core unasked. */
function holderRuns(vm: Vm): boolean {
  const { holder } = vm.locks;
  return holder === null || vm.vcpus.some((v) => v.running?.task === holder || v.frozenTask === holder);
}

/** The section of `task` has ended on `v`: the first in line has the lock. */
export function releaseLock(h: Host, v: Vcpu, task: Task): void {
  const { vm } = v;
  const { locks } = vm;
  task.holds = false;
  locks.holder = null;
  const next = locks.line.shift();
  if (next === undefined) return;
  locks.holder = next;
  next.holds = true;
  locks.acquires++;
  const waited = h.clock.now - next.lockSince;
  locks.waitsEnded++;
  locks.waitNs += waited;
  locks.longestWaitNs = Math.max(locks.longestWaitNs, waited);
  const spinner = vm.vcpus.find((one) => one.spinning === next);
  if (spinner?.frozen === true) locks.holderPreemptions++;
  else if (spinner !== undefined) {
    stopSpinning(h, spinner);
    switchTo(h, spinner, next);
  } else if (singleQueue(vm)) becomesReady(h, vm, next);
  else {
    next.readyAt = h.clock.now;
    v.queue.push(next);
    noteWaiting(h, vm);
    comesToWait(h, vm, v);
    h.mechanism.queued(h, vm, v);
  }
}

/** Where the holder does not run now, all that spin leave, in the order of vCPUs, and stay in line. */
export function holderStops(h: Host, vm: Vm): void {
  if (holderRuns(vm)) return;
  for (const v of vm.vcpus) {
    if (v.spinning === null || v.frozen) continue;
    stopSpinning(h, v);
    choose(h, v);
  }
}

/** Answers the task that spun. */
export function stopSpinning(h: Host, v: Vcpu): Task {
  const task = v.spinning!;
  v.vm.locks.spinNs += h.clock.now - v.spinningSince;
  v.spinning = null;
  return task;
}

/** A waiter is back on a core and spins on; or has got the lock meanwhile. */
export function spinsOn(h: Host, v: Vcpu): void {
  const task = v.spinning!;
  v.spinning = null;
  if (task.holds) switchTo(h, v, task);
  else if (holderRuns(v.vm)) spins(h, v, task);
  else choose(h, v, true);
}
