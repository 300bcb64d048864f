// Whose core a VM gets where none is idle: the fourth decision of one's own, asked where the scenario says `signal: policy`. A file given
// to `fluxhost build --policy` that exports `victim` beside the other three stands for this one too; a program's function is called instead.

import { Vm } from "./view";

/** The host's own rule: class, priority, guarantee, then who has most above it. */
// @ts-ignore: decorator
@inline export const BY_RULE: u32 = 0xffff_ffff;
/** Nobody's: the VM waits until a core comes free, or is asked about again. */
// @ts-ignore: decorator
@inline export const NOBODY: u32 = 0xffff_fffe;

/** The VM that loses a core to `vm`, one of which it may take (`takeable`); BY_RULE; or NOBODY. Here: by the rule. */
export function victim(_: Vm): u32 {
  return BY_RULE;
}

// --- the same, answered by the program that runs the simulation

// @ts-ignore: decorator
@external("policy", "victim")
export declare function hostTake(vm: u32): u32;
