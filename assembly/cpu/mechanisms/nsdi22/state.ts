// What a vCPU of nsdi22 is in the middle of.

// @ts-ignore: decorator
@inline export const NEVER: u64 = 0xffff_ffff_ffff_ffff;

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
