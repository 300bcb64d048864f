// What most mechanisms have in common; by itself `static`: each VM has its guaranteed cores for ever.

import { book } from '../accounts.js';
import { activate, deactivate, putOn } from '../dispatch.js';
import { choose, comesToWait } from '../guest.js';
import { speedsChanged } from '../speeds.js';
import { beginMove, beginPark, leave, stepAfter } from '../moves.js';
import { chooseVictim, countedIdle, findCore, mayGrow, mayLeave, takeIdle } from '../cores.js';
import { gatherStranded } from '../forks.js';
import { thaw } from '../frozen.js';
import { waitingTasks } from '../waiting.js';
import type { Mechanism } from '../mechanism.js';
import type { Core, Host, Vcpu, Vm } from '../types.js';

export const base: Mechanism = {
  kind: 'static',
  pollingCores: 0,
  yields: false,
  blind: false,
  finishesSections: () => false,
  migrates: () => false,
  adapt: (spec) => spec,
  start(h) {
    placeGuaranteed(h);
    level(h);
  },
  change: () => undefined,
  retire: () => undefined,
  queued: () => undefined,
  coreFree(h, core) {
    const { lastVm } = core;
    for (let n = gatherStranded(h, lastVm!); n > 0; n--) comesToWait(h, lastVm!, null);
    const below = h.vms.find((vm) => vm.held < vm.min && mayGrow(h, vm));
    if (below === undefined) return;
    takeIdle(h, core);
    beginMove(h, core, below, h.clock.now);
  },
  announce: () => undefined,
  starting: () => undefined,
  woken: () => undefined,
  entered: () => undefined,
  moved: level,
  controllers: () => [false, false],
  after: () => undefined,
  costs: (costs) => costs,
  steps: (h) => h.costs,
  searchFor(h) {
    return this.yields ? h.costs.minSearch : Infinity;
  },
  alwaysActive: () => false,
  mayYield: () => true,
  yieldCore,
  vcpuFor,
  putOn,
};

/** Every VM's guaranteed vCPUs have a core: idle ones, and after a fork, where those are gone, what others have above their own. */
export function placeGuaranteed(h: Host): void {
  for (const vm of h.vms) {
    // who gives its core back at once gets no other
    const missing = vm.min - vm.held;
    for (let i = 0; i < missing && mayGrow(h, vm); i++) {
      if (h.idle.length > 0) {
        place(h, vm);
        continue;
      }
      if (h.mechanism.yields && waitingTasks(vm).length <= vm.coming) break;
      const core = chooseVictim(h, vm);
      if (core === null) break;
      beginMove(h, core, vm, h.clock.now);
    }
  }
}

/** On an idle core, at no cost. */
function place(h: Host, vm: Vm): void {
  const core = countedIdle(h).reduce((a, b) => (b.index < a.index ? b : a));
  takeIdle(h, core);
  const v = h.mechanism.vcpuFor(h, vm, core);
  v.core = core;
  v.lastCore = core;
  core.vcpu = v;
  core.heldSince = h.clock.now;
  vm.held++;
  if (v.frozen) thaw(h, v);
  else {
    activate(v);
    choose(h, v, true);
  }
}

/** After a fork to `static`, and as what was in motion then arrives: who has less than its own gets it, who has more is parked. */
function level(h: Host): void {
  for (const vm of h.vms) {
    while (vm.held < vm.min && mayGrow(h, vm)) {
      const core = findCore(h, vm);
      if (core === null) break;
      beginMove(h, core, vm, h.clock.now);
    }
  }
  for (const core of h.cores) {
    if (mayLeave(core) && core.vcpu!.vm.held > core.vcpu!.vm.min) beginPark(h, core, h.clock.now);
  }
}

/** Gives its core back of its own will. */
function yieldCore(h: Host, v: Vcpu): void {
  v.state = 'yielding';
  if (!h.mechanism.alwaysActive(v.vm)) deactivate(v);
  v.vm.counted.yields++;
  book(h, v.core!, v.vm);
  speedsChanged(h);
  stepAfter(h, v, h.costs.yield, () => leave(h, v));
}

function vcpuFor(h: Host, vm: Vm, _core: Core): Vcpu {
  const without = vm.vcpus.filter((v) => v.core === null);
  return (
    without.find((v) => v.frozenTask !== null) ??
    (h.mechanism.alwaysActive(vm) || vm.vcpus.some((v) => v.frozenTask !== null)
      ? undefined
      : without.find((v) => v.frozen)) ??
    without.find((v) => v.queue.length > 0) ??
    without[0]!
  );
}

/** Costs from `notify` to `pollPerVm`, none. */
export const FREE = {
  notify: 0,
  preempt: 0,
  suspend: 0,
  deschedule: 0,
  wake: 0,
  dispatch: 0,
  yield: 0,
  issue: 0,
  pollBase: 0,
  pollPerVm: 0,
} as const;

/** Never below `vcpus.min`. */
export function notBelowGuarantee(_h: Host, v: Vcpu): boolean {
  const yielding = v.vm.vcpus.filter((one) => one.state === 'yielding' && one.core!.move === null).length;
  return v.vm.held - yielding > v.vm.min;
}
