// What belongs to nsdi22: its knobs, and its records of a vCPU, of a VM, of the host.

import { VCpu, Vm } from "../../state";
import { knobs, own, ownAt, ownOf, ownOfHost } from "../../own";

@unmanaged
class Nsdi22Knobs {
  reallocation: f64; //    NSDI22_*: the policy
  allocationNs: f64;
  everyStep: f64; //       1: it is asked at every step
  delayLowNs: f64; //      average delay
  delayHighNs: f64;
  buffersLow: f64; //      cores without a task
  buffersHigh: f64;
  utilizationLow: f64; //  percent
  utilizationHigh: f64;
  twoChoices: f64; //      1: an arrival goes to the shorter of two queues
  penaltyNs: f64; //       … and what that costs
  roundDown: f64; //       1: gaps and exponential services are
}

/** A vCPU's search. */
@unmanaged
class Walk {
  step: u32; //        STEP_*
  place: u32; //       of the vCPU on the ring that every searcher walks
  idleSince: u64; //   without work; NEVER: it has some
  began: u64; //       this walk
  at: u64; //          its pending event
  target: VCpu; //     the queue that it will look into then; null: the walk ends, or its own
  from: u32; //        the place where the walk began
}

/** A VM, as of the last look at its utilization. */
@unmanaged
class Usage {
  tasks: u64; //  ns
  busy: u64; //   ns
  laid: u32; //   1: it has its cores and its ring
}

@unmanaged
class Machine {
  roundAt: u64; // the next round
}

// @ts-ignore: decorator
@inline
export function rules(): Nsdi22Knobs {
  return knobs<Nsdi22Knobs>();
}
// @ts-ignore: decorator
@inline
export function walkOf(v: VCpu): Walk {
  return ownOf<Walk>(v);
}
// @ts-ignore: decorator
@inline
export function walkAt(vm: Vm, index: u32): Walk {
  return ownAt<Walk>(vm, index);
}
// @ts-ignore: decorator
@inline
export function usageOf(vm: Vm): Usage {
  return own<Usage>(vm);
}
// @ts-ignore: decorator
@inline
export function machine(): Machine {
  return ownOfHost<Machine>();
}

// what the pending event of a vCPU that runs no task means
// @ts-ignore: decorator
@inline export const STEP_IDLE: u32 = 0;

// @ts-ignore: decorator
@inline export const STEP_BEGIN: u32 = 1; // looks into its own queue when everything else of this instant is done
// @ts-ignore: decorator
@inline export const STEP_FINAL: u32 = 2; // the same, and parks when nothing is there
// @ts-ignore: decorator
@inline export const STEP_LOOK: u32 = 3;

// @ts-ignore: decorator
@inline export const STEP_STEAL: u32 = 4;

// @ts-ignore: decorator
@inline export const STEP_ALLOCATE: u32 = 5;

// @ts-ignore: decorator
@inline export const STEP_PENALTY: u32 = 6;
