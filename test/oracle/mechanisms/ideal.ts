// `ideal`: cores move at once, from one queue a VM. The bound.

import { book } from '../accounts.js';
import { chooseVictim, countedIdle, inOrder, mayGrow, takeIdle } from '../cores.js';
import { activate, deactivate } from '../dispatch.js';
import { choose, comesToWait, stop, waitsAgain } from '../guest.js';
import { holderStops } from '../locks.js';
import { speedsChanged } from '../speeds.js';
import { free } from '../moves.js';
import { noteWaiting } from '../waiting.js';
import { FREE, base } from './base.js';
import type { Mechanism } from '../mechanism.js';
import type { Core, Host, Vm } from '../types.js';

export function ideal(): Mechanism {
  return {
    ...base,
    yields: true,
    kind: 'ideal',
    adapt: (spec) => ({ ...spec, dispatch: 'single-queue', stealing: null }),
    start: () => undefined,
    costs: (costs) => ({
      ...costs,
      ...FREE,
      taskSwitch: 0,
      minSearch: 0,
      moveTask: 0,
      moveTaskSocket: 0,
    }),
    queued: (h, vm) => lookForCore(h, vm),
    moved: () => undefined,
    coreFree: (h) => void serveFirst(h),
  };
}

/** An idle core serves whoever comes first. */
export function serveFirst(h: Host): boolean {
  const waiting = h.vms.filter((vm) => vm.ingress.length > 0 && mayGrow(h, vm));
  const first = inOrder(waiting, (vm) => Math.min(...vm.ingress.map((task) => task.readyAt)))[0];
  if (first !== undefined) serve(h, first, takeFirstIdle(h));
  return first !== undefined;
}

function takeFirstIdle(h: Host): Core {
  const core = countedIdle(h)[0]!;
  takeIdle(h, core);
  return core;
}

/** For the head of the VM's queue. */
export function lookForCore(h: Host, vm: Vm): void {
  if (vm.ingress.length === 0 || !mayGrow(h, vm)) return;
  if (h.idle.length > 0) {
    serve(h, vm, takeFirstIdle(h));
    return;
  }
  const core = chooseVictim(h, vm);
  if (core === null) return;
  const victim = core.vcpu!;
  const spun = victim.spinning !== null;
  const task = stop(h, victim)!;
  victim.vm.held--;
  victim.vm.counted.revocations++;
  victim.vm.counted.preemptions++;
  if (task.holds && !spun) victim.vm.locks.holderPreemptions++;
  deactivate(victim);
  victim.state = 'dormant';
  victim.exitUntil = 0;
  victim.core = null;
  core.vcpu = null;
  speedsChanged(h);
  core.lastVm = victim.vm;
  holderStops(h, victim.vm);
  if (vm.ingress.length > 0 && mayGrow(h, vm)) serve(h, vm, core);
  else free(h, core); // a core of a spinner that left has served it meanwhile
  if (spun) return;
  waitsAgain(h, task);
  victim.vm.ingress.unshift(task);
  noteWaiting(h, victim.vm);
  lookForCore(h, victim.vm);
  if (victim.vm.ingress.includes(task)) comesToWait(h, victim.vm, null);
}

function serve(h: Host, vm: Vm, core: Core): void {
  const v = vm.vcpus.find((one) => one.core === null)!;
  vm.held++;
  vm.counted.grants++;
  v.core = core;
  v.lastCore = core;
  core.vcpu = v;
  core.heldSince = h.clock.now;
  activate(v);
  book(h, core, vm);
  choose(h, v);
}
