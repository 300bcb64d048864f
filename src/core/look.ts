// A host at one instant, read from the core.

import type { CoreDoing, CoreLook, HostLook, MoveStep } from '../result/look.js';
import { VCPU_STATES } from './records.js';
import { entityNames, type SeriesLayout, type SlotExports } from './series.js';

interface LookExports extends SlotExports {
  nowNs(): number;
  events(): number;
  lastSlot(): number;
  coreCount(): number;
  coreVm(index: number): number;
  coreState(index: number): number;
  coreVcpu(index: number): number;
  coreTarget(index: number): number;
  coreDecidedAt(index: number): number;
  coresHeld(vm: number): number;
  waiting(vm: number): number;
  oldestDelayNs(vm: number): number;
}

const DOINGS: readonly CoreDoing[] = VCPU_STATES.map((state) => (state === 'dormant' ? 'idle' : state));
const STEPS: readonly MoveStep[] = ['none', 'notify', 'preempt', 'suspend', 'deschedule', 'wake', 'enter'];

function coreLook(core: LookExports, index: number): CoreLook {
  const state = core.coreState(index);
  return {
    vm: core.coreVm(index) - 1,
    vcpu: core.coreVcpu(index) - 1,
    doing: DOINGS[state & 15]!,
    step: STEPS[state >> 4]!,
    target: core.coreTarget(index) - 1,
    decidedAtNs: core.coreDecidedAt(index),
  };
}

/** `completed` answers what a VM has completed, and the sum of those latencies. */
export function readLook(
  exports: WebAssembly.Exports,
  layout: SeriesLayout,
  completed: (vm: number) => { count: number; latencyNs: number },
): HostLook {
  const core = exports as unknown as LookExports;
  const events = core.events();
  return {
    timeNs: core.nowNs(),
    events,
    lastEvent: events === 0 ? '' : entityNames(core, layout)(core.lastSlot()),
    cores: Array.from({ length: core.coreCount() }, (_, index) => coreLook(core, index)),
    vms: layout.vms.map(({ name }, vm) => {
      const { count, latencyNs } = completed(vm);
      return {
        name,
        held: core.coresHeld(vm),
        waiting: core.waiting(vm),
        oldestDelayNs: core.oldestDelayNs(vm),
        completed: count,
        latencySumNs: latencyNs,
      };
    }),
  };
}
