// Numbers of placement that cross the boundary. Plain constants only: the core compiles this file and src/fleet imports it, so the
// two cannot drift. A number, once given, stays.

// How a host is chosen for a VM.
export const PLACE_FIRST_FIT = 0;
export const PLACE_BEST_FIT = 1;
export const PLACE_WORST_FIT = 2;
export const PLACE_DOT_PRODUCT = 3;
export const PLACE_LIFETIME_AWARE = 4;

/** Amounts and times are whole numbers below this: they are exact as doubles, and a key's bits end here. */
export const KEY_BITS = 53;

// A host's record, as doubles: who chooses by a rule of their own reads them where they lie.
export const HOST_RECORD_WORDS = 8;
export const HOST_FREE_CORES = 0; // in the caller's units
export const HOST_FREE_MEMORY = 1;
export const HOST_CORES = 2;
export const HOST_RAM = 3;
export const HOST_LATEST = 4; // when the last of its VMs leaves; Infinity where it has none
export const HOST_VMS = 5;
export const HOST_OPEN = 6; // 1: takes VMs
export const HOST_TYPE = 7;
