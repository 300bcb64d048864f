// Policies of one's own, compiled in. `fluxhost build --policy FILE` puts another file in this one's place and compiles a
// private core at full speed. A scenario asks for them by `dispatch: policy`, `stealing: { victim: policy }`, `signal: policy`;
// where the program gives a function instead (options.policy), that one is called.
//
// What may be used: what view.ts hands out, to be read and never written; integers and
// floating point, no time but H.now, no random numbers but streams of the VM.

import { Vm, activeAt, SEARCHING, VCpu, H, oldestReady } from "./view";

/** Which of the VM's `active` vCPUs that accept tasks gets the next one, 0 … active - 1. Here: the least loaded, the first of equals. */
export function dispatch(vm: Vm, active: u32): u32 {
  let best: u32 = 0;
  let least: u32 = 0xffff_ffff;
  for (let i: u32 = 0; i < active; i++) {
    const v = activeAt(vm, i);
    const load = v.queueLength + u32(v.state != SEARCHING);
    if (load < least) {
      least = load;
      best = i;
      if (load == 0) break;
    }
  }
  return best;
}

/** Whose queue a vCPU that begins to search looks into first, 0 … vm.max - 1 but not its own; the others follow in order. Here: its neighbour's. */
export function firstVictim(vm: Vm, v: VCpu): u32 {
  return v.index + 1 == vm.max ? 0 : v.index + 1;
}

/** How many more cores a VM in which tasks wait should be given in this round; 0: none. Here: one for each task, once the oldest has waited 10 us. */
export function coresWanted(vm: Vm): u32 {
  if (H.now - oldestReady(vm) < 10_000) return 0;
  return vm.queued > vm.coming ? vm.queued - vm.coming : 0;
}

// --- the same, answered by the program that runs the simulation

// @ts-ignore: decorator
@external("policy", "dispatch")
export declare function hostDispatch(vm: u32, active: u32): u32;

// @ts-ignore: decorator
@external("policy", "firstVictim")
export declare function hostVictim(vm: u32, vcpu: u32): u32;

// @ts-ignore: decorator
@external("policy", "coresWanted")
export declare function hostCores(vm: u32): u32;
