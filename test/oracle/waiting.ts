// Tasks that wait for a core, and since when a VM has any.

import type { Host, Task, Vm } from './types.js';

/** In the ingress queue and in vCPUs' own queues, and those of frozen vCPUs. */
export function waitingTasks(vm: Vm): Task[] {
  return [...vm.ingress, ...vm.vcpus.flatMap((v) => (v.frozenTask === null ? v.queue : [v.frozenTask, ...v.queue]))];
}

/** To be called after a task has come to wait or waits no longer: keeps since when any does. */
export function noteWaiting(h: Host, vm: Vm): void {
  const { length } = waitingTasks(vm);
  if (length === 0) {
    vm.waitingSince = Infinity;
    vm.denied = false;
  } else if (vm.waitingSince === Infinity) vm.waitingSince = h.clock.now;
}
