// vCPUs that are taken off their core unasked, with whatever they do: docs/model/moves.md, "Blind and cgroup".

import { book } from './accounts.js';
import { activate, deactivate } from './dispatch.js';
import { choose, switchTo, takeOff, waitsAgain } from './guest.js';
import { spinsOn, stopSpinning } from './locks.js';
import { endSearch } from './search.js';
import { leave, stepAfter } from './moves.js';
import { speedsChanged } from './speeds.js';
import { noteWaiting } from './waiting.js';
import type { Host, Move, Vcpu } from './types.js';

export function freeze(h: Host, v: Vcpu, { steps }: Move): void {
  freezeTask(h, v);
  book(h, v.core!, v.vm);
  v.state = 'descheduling';
  speedsChanged(h);
  h.stepNs.deschedule.push(steps.deschedule);
  stepAfter(h, v, steps.deschedule, () => leave(h, v));
}

/** Its task stays with it; a search or steal is over. */
function freezeTask(h: Host, v: Vcpu): void {
  v.frozen = true;
  deactivate(v);
  activate(v);
  v.frozenSince = h.clock.now;
  v.exitUntil = 0;
  if (v.search !== null) endSearch(v);
  if (v.step !== null) {
    v.step.cancelled = true;
    v.step = null;
  }
  if (v.running !== null) {
    const task = takeOff(h, v);
    waitsAgain(h, task);
    v.frozenTask = task;
    noteWaiting(h, v.vm);
    v.vm.counted.preemptions++;
    if (task.holds) v.vm.locks.holderPreemptions++;
  } else if (v.spinning !== null) {
    v.frozenTask = stopSpinning(h, v);
    v.frozenTask.readyAt = h.clock.now;
    v.spinning = v.frozenTask;
    noteWaiting(h, v.vm);
    v.vm.counted.preemptions++;
  }
}

/** Back on a core: it goes on with what it did. */
export function thaw(h: Host, v: Vcpu): void {
  v.frozen = false;
  v.vm.counted.longestOffCoreNs = Math.max(v.vm.counted.longestOffCoreNs, h.clock.now - v.frozenSince);
  const task = v.frozenTask;
  v.frozenTask = null;
  noteWaiting(h, v.vm);
  if (v.spinning !== null) spinsOn(h, v);
  else if (task !== null) switchTo(h, v, task);
  else choose(h, v, true);
}
