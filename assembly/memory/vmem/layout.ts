// Numbers of reserved memory that cross the boundary. Plain constants only: the core compiles this file and src/memory/vmem
// imports it, so the two cannot drift. A number, once given, stays.

/** The smallest piece that is handed out, and what a gigabyte mapping consists of. */
export const GRANULE_BYTES = 2097152;
export const REGION_GRANULES = 512;

// From which regions a VM's memory may come.
export const FROM_SHARED = 0; // whole regions as far as there are any, single granules for the rest
export const FROM_LARGE = 1; // whole regions only: a pool of 1 GiB pages
export const FROM_SMALL = 2; // single granules only: a pool of 2 MiB pages

// Which node is asked first.
export const NODE_PACK = 0; // the one with the least room that suffices
export const NODE_BALANCE = 1; // the one with the most room

// Answers. An operation that is refused has changed nothing.
export const VMEM_OK = 0;
export const E_NO_ROOM = 1;
export const E_SLOT = 2; // a VM number beyond what was configured

// What isolating a poisoned frame found.
export const POISON_KNOWN = 0; // isolated before
export const POISON_FREE = 1;
export const POISON_REPLACED = 2; // a VM's; it has another frame now
export const POISON_LOST = 3; // a VM's; there was no frame to replace it

// What the check of the tables found.
export const BROKEN_NOTHING = 0;
export const BROKEN_CHAIN = 1; // a VM's chain is longer or shorter than counted, or enters what another one owns
export const BROKEN_LEAK = 2; // owned by a VM, but in no chain
export const BROKEN_COUNT = 3; // a region's or node's counter is not what its tables hold

// Counters of the whole server, in granules unless said otherwise.
export const COUNT_TOTAL = 0;
export const COUNT_FREE = 1;
export const COUNT_FREE_REGIONS = 2; // regions that are free as a whole and may be handed out as such
export const COUNT_POISONED = 3;
export const COUNT_TABLE_BYTES = 4; // of one copy of the tables
export const COUNT_LARGEST_FREE = 5; // longest run of free granules

// Counters of one VM.
export const VM_REGIONS = 0;
export const VM_GRANULES = 1; // those outside its regions
export const VM_EXTENTS = 2; // contiguous runs: what a map per extent has to do
