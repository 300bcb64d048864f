// Which core a VM gets, and which VM comes first: docs/model/moves.md, "Who may take from whom", and arbiter.md, "Order".

import type { Core, Host, Vm } from './types.js';

const FIRST_OF_IDLE = 8;

export function excess(vm: Vm): number {
  return vm.held - vm.min;
}

/** Positive: a's class or priority is higher. */
function standing(a: Vm, b: Vm): number {
  return Number(a.latencyCritical) - Number(b.latencyCritical) || a.priority - b.priority;
}

export function mayTake(vm: Vm, from: Vm): boolean {
  if (from === vm || excess(from) <= 0) return false;
  if (vm.held < vm.min) return true;
  return standing(vm, from) > 0 || (standing(vm, from) === 0 && excess(from) >= excess(vm) + 2);
}

/** It holds less than it may, and has a vCPU for one more than the promised cores. */
export function mayGrow(h: Host, vm: Vm): boolean {
  const dormant = vm.vcpus.filter((v) => v.core === null).length;
  const promised = h.cores.filter((core) => core.move?.to === vm && core.vcpu?.vm !== vm).length;
  return vm.held < vm.allowed && dormant > promised;
}

/** The idle cores that count, newest first: where threads share a core, those whose siblings are idle as well, if there are any. */
export function countedIdle(h: Host): Core[] {
  const free = h.idle.filter((core) => !core.keptEmpty);
  const whole = free.filter((core) =>
    h.cores.every((other) => other === core || other.physical !== core.physical || h.idle.includes(other)),
  );
  return h.scenario.host.smt > 1 && whole.length > 0 ? whole : free;
}

export function chooseIdle(h: Host, vm: Vm): Core | null {
  const counted = countedIdle(h);
  return counted.slice(0, FIRST_OF_IDLE).find((core) => core.lastVm === vm) ?? counted[0] ?? null;
}

/** Whether the core is on a vCPU that may be told to leave. */
export function mayLeave(core: Core): boolean {
  if (core.vcpu === null || core.move !== null) return false;
  return ['running', 'searching', 'stealing', 'spinning'].includes(core.vcpu.state);
}

export function chooseVictim(h: Host, vm: Vm): Core | null {
  const cores = h.cores.filter((core) => mayLeave(core) && mayTake(vm, core.vcpu!.vm));
  const searches = (core: Core): number => Number(core.vcpu!.state === 'searching');
  cores.sort((a, b) => {
    const [x, y] = [a.vcpu!.vm, b.vcpu!.vm];
    return standing(x, y) || searches(b) - searches(a) || excess(y) - excess(x) || a.index - b.index;
  });
  return cores[0] ?? null;
}

/** An idle core, off the list, or a victim's. */
export function findCore(h: Host, vm: Vm): Core | null {
  const idle = chooseIdle(h, vm);
  if (idle === null) return chooseVictim(h, vm);
  takeIdle(h, idle);
  return idle;
}

export function takeIdle(h: Host, core: Core): void {
  h.idle.splice(h.idle.indexOf(core), 1);
}

/** In which order VMs are served. `since`: since when their tasks wait. */
export function inOrder(vms: readonly Vm[], since: (vm: Vm) => number): Vm[] {
  return [...vms].sort(
    (a, b) =>
      Number(a.held >= a.min) - Number(b.held >= b.min) ||
      standing(b, a) ||
      Number(a.held > 0) - Number(b.held > 0) ||
      since(a) - since(b) ||
      a.index - b.index,
  );
}
