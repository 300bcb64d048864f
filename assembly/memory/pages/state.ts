// The things of the swap engine, as records in linear memory. A page's life:
//
//   RESIDENT ──victim──→ GOING ──written──→ OUT ──fault──→ COMING ──mapped──→ RESIDENT
//                          └──touched──→ RESCUED ──written──→ RESIDENT
//
// A page that goes because a fault found no frame is not rescued: who touches it waits, and it is COMING as soon as it is OUT.
// Otherwise a fault might wait for ever where writing takes longer than the time to the next touch (2 MiB: 8 ms).
// A page of the slow tier is OUT there and read in place: COMING while it is queued to go up or on its way, never RESCUED, without waiters.
//
// A page takes a frame in every state but OUT; COMING, from when there is one for it. What is kept of an OUT or COMING page takes its
// compressed size. Capacity is the sum of both and of what is free, to the byte (laws.ts). Pinned pages are RESIDENT for ever and in no list.

import * as W from "./layout";
import { H, Task, Vm, vmAt } from "../../cpu/state";
import { Distribution } from "../../kernel/distribution";
import { histogramBytes, record } from "../../kernel/histogram";
import { HOST_HISTOGRAM_SUB_BITS } from "../../layout";
import { Tiers } from "../../residency/state";

// @ts-ignore: decorator
@inline export const RESIDENT: u32 = 0;
// @ts-ignore: decorator
@inline export const OUT: u32 = 1;
// @ts-ignore: decorator
@inline export const COMING: u32 = 2;
// @ts-ignore: decorator
@inline export const GOING: u32 = 3;
// @ts-ignore: decorator
@inline export const RESCUED: u32 = 4;

// what a touch reads and writes of a page, a byte each in an array of its own, which fits a cache where the records do not
// @ts-ignore: decorator
@inline export const MISSING: u32 = 1; // neither RESIDENT nor RESCUED
// @ts-ignore: decorator
@inline export const ACCESSED: u32 = 2; // the stage-2 access bit
// @ts-ignore: decorator
@inline export const DIRTY: u32 = 4;
// @ts-ignore: decorator
@inline export const FRESH: u32 = 8; // brought by prefetching, not touched yet
// @ts-ignore: decorator
@inline export const SEEN: u32 = 16; // while pages are recounted: it stands in a level

// of its word
// @ts-ignore: decorator
@inline export const STATE: u32 = 7;
// @ts-ignore: decorator
@inline export const PINNED: u32 = 32;
// @ts-ignore: decorator
@inline export const COPY: u32 = 64; // it came from a device, where its copy is good as long as it is not DIRTY
// @ts-ignore: decorator
@inline export const QUEUED: u32 = 64; // COMING: its fault stands in the queue, or a server has begun
// @ts-ignore: decorator
@inline export const AHEAD: u32 = 128; // COMING: brought by prefetching
// @ts-ignore: decorator
@inline export const DIRECT: u32 = 256; // GOING: a fault waits for its frame; COMING: a victim has to be written for it first
// @ts-ignore: decorator
@inline export const SERVED: u32 = 512; // COMING: a server has begun, or it is being mapped
// @ts-ignore: decorator
@inline export const BACKEND_SHIFT: u32 = 10; // 3 bits
// @ts-ignore: decorator
@inline export const AWAITS: u32 = 0x2000; // COMING: its victim is on its way
// @ts-ignore: decorator
@inline export const HAD: u32 = 0x4000; // COMING: its victim has gone
// @ts-ignore: decorator
@inline export const FRAME: u32 = 0x8000; // COMING: it has its frame
// @ts-ignore: decorator
@inline export const GUEST_SHIFT_BITS: u32 = 16; // the VM's index, 16 bits

// timer slots in front of the servers'; a scan comes before what the budget allows
// @ts-ignore: decorator
@inline export const SCAN_SLOT: u32 = 0;
// @ts-ignore: decorator
@inline export const BUDGET_SLOT: u32 = 1;
// @ts-ignore: decorator
@inline export const UPGRADE_SLOT: u32 = 2;
// @ts-ignore: decorator
@inline export const EXIT_SLOT: u32 = 3;
// @ts-ignore: decorator
@inline export const UNMAP_SLOT: u32 = 4;
// @ts-ignore: decorator
@inline export const MAP_SLOT: u32 = 5;
// @ts-ignore: decorator
@inline export const SERVER_SLOTS: u32 = 6;

// @ts-ignore: decorator
@inline export const PAGE_BITS: usize = 4;
// @ts-ignore: decorator
@inline const BACKEND_BITS: u32 = 6;

/** A page that is neither RESIDENT nor OUT, 16 bytes. Those at rest have a word each and nothing else (moving.ts). */
@unmanaged
export class Page {
  next: u32; //      0 the page behind it in a queue for a server; of a record that is free, where the next free one is
  word: u32; //      4 state, bits, backend, VM
  kept: u32; //      8 bytes kept of it while it is out; queued for a fault's sake: that fault's page
  waiters: Task; // 12 tasks that wait for it, the last to come first
}

/** Pages that wait for something, oldest first, linked through themselves. */
@unmanaged
export class PageQueue {
  head: u32;
  tail: u32;
}

/** Faults; as long as a PageQueue, and as a queue of any other pages. */
@unmanaged
export class FaultQueue {
  head: u32;
  tail: u32;
  length: u32;
  awaiting: u32; //    of those: with their victim on its way
}

/** The end of a page's mapping or unmapping, in its place among what ends with it. */
@unmanaged
class Stage {
  at: u64;
  place: u64;
}

/** A fault's exit from the guest. */
@unmanaged
export class Exit {
  task: Task;
  guest: u32;
  page: u32;
  own: u32; //  1: it was the first to touch the page, which comes in for its sake
}

/** The memory of one VM. */
@unmanaged
export class Guest {
  first: u32; //          number of its first page
  pages: u32;
  hot: u32; //            pages of the hot part
  pattern: u32;
  levels: usize; //       what stands in which (levels.ts)
  room: u32; //           pages that may stand there
  spared: u32; //         of level 0: pages that the present search has put aside there
  // as configured, in the order of layout.ts
  quota: i64; //          bytes, 0: none
  phase: u64;
  shift: u64;
  traceLength: u64;
  touches: f64;
  writes: f64;
  coldTouches: f64;
  // as it goes
  free: i64; //           of the quota
  high: i64; //           of the quota; the same shares as of the whole
  low: i64;
  reclaiming: u32;
  touched: u32; //        since the last scan
  leaving: u32; //        pages that background work has on their way out
  scanned: u64; //        scans that its levels have seen
  trace: usize;
  cursor: u64; //         scan and trace: the next position
  ranks: usize; //        Zipf: u32 ranks at equal steps of probability
  pauseHead: Task; //     tasks that wait for an upgrade
  pauseTail: Task;
  stream0: u64;
  stream1: u64;
  counters: usize;
}

@unmanaged
export class Backend {
  read: Distribution; //    null: it takes what follows, and nothing is drawn
  write: Distribution;
  ratio: Distribution; // null: what is kept does not vary
  device: u32;
  kept: u32; //             bytes of a page that is out, less what `ratio` says
  readMore: u64;
  writeMore: u64;
}

/** A worker, or an operation of a device. */
@unmanaged
export class Server {
  page: u32; //     0 idle
  fault: u32; //    for whose sake it goes, 0: none
  pad: u64;
}

@unmanaged
export class Swap {
  // as configured, in the order of layout.ts
  capacity: i64; //       bytes
  unit: i64; //           bytes a page
  block: u64; //          pages
  sample: u64;
  high: i64;
  low: i64;
  least: i64; //          the watermark min
  workers: u64;
  depth: u64;
  budget: u64; //         thousandths of a core, 0: no limit
  burst: u64;
  entry: u64;
  finish: u64;
  unmap: u64;
  levels: u64;
  scanEvery: u64;
  scanPage: u64;
  prefetch: u64;
  metadata: u64;
  upgrades: u64;
  functions: u64;
  tiered: u64;
  slowMore: u64; //       ns
  // as it goes
  free: i64;
  budgetAt: u64; //       when what was used so far will have been earned
  leaving: i64; //        bytes that will be free when background work is done with what it has on its way out
  tiers: Tiers; //        what is known of pages in the slow tier; null: none is there
  listed: u64; //         pages that stand in a level
  scanned: u64; //        scans so far
  idleWorkers: u64; //    bitmaps
  idleDevices: u64;
  pausedAt: u64;
  stream0: u64;
  stream1: u64;
  on: u32;
  plain: u32; //          1: nothing but what plain.ts does is ever met
  guests: usize;
  guestCount: u32; //     of VMs, and behind them of functions
  ofVms: usize; //        Guest by VM: its own, or that of the function that runs in it
  words: usize; //        u32 a page, number 0 is not used: that of one at rest, or where the record of one that moves is
  kepts: usize; //        u32 a page, of those that are OUT: bytes kept; 0: as its backend says
  pages: usize; //        records of pages that move
  pageSpare: usize; //    the first that is free, 0: none
  pageTop: u32; //        how many there have been
  marks: usize; //        what touches see of each, u8
  pageCount: u32;
  reclaiming: u32; //     from low until high
  quotaReclaims: u32; //  VMs that are over their own
  levelHand: u32; //      VMs take turns at giving
  scanArmed: u32;
  touched: u32; //        1: something was, since the last scan
  rearranged: u32; //     1: a fork is under way, and who begins in it has touched nothing
  spared: u32; //         1: a search has put touched pages aside
  throttled: u32; //      1: background work waits for its budget
  servers: usize;
  devices: u32; //        1: pages may go to some
  going: u32; //          pages on their way out, or rescued there
  serving: u32; //        pages that a server or their mapping brings in
  lacking: u32; //        faults without a frame
  claims0: u32; //        workers that the present look leaves idle to a fault
  claims1: u32; //        … devices
  stages: usize; //       a Stage for each page, where devices are
  exits: usize; //        ring of faults that leave the guest
  exitsMax: u32;
  exitFirst: u32;
  exitCount: u32;
  plans: usize; //        what running tasks touch (plan.ts)
  planLeft: usize; //     u8 a core: touches planned and not made yet
  slot: u32; //           first timer slot
  paused: u32; //         0, 1 faults wait, 2 every access waits
  phase: u32;
  upgrade: u32; //        the one under way
  upgradeWords: usize;
  upgradeCounters: usize;
  guestCounters: usize;
  histograms: usize;
}

/** Zeroed: off. A host without guests' memory pays for one comparison a task. */
export const S: Swap = changetype<Swap>(memory.data(offsetof<Swap>(), 64));

if (offsetof<Page>() > 1 << PAGE_BITS) ERROR("a Page outgrows its room");
if (offsetof<Backend>() > 1 << BACKEND_BITS) ERROR("a Backend outgrows its room");
if (offsetof<Server>() > 16) ERROR("a Server outgrows its room");
if (offsetof<PageQueue>() > 8) ERROR("a PageQueue outgrows its room");
if (offsetof<FaultQueue>() > 16) ERROR("a FaultQueue outgrows its room");
if (offsetof<Exit>() > 16 || offsetof<Stage>() > 16) ERROR("a step outgrows its room");

// @ts-ignore: decorator
@inline
export function guestAt(index: u32): Guest {
  return changetype<Guest>(S.guests + <usize>index * <usize>offsetof<Guest>());
}
/** The memory that tasks of `vm` touch. */
// @ts-ignore: decorator
@inline
export function guestIn(vm: Vm): Guest {
  return load<Guest>(S.ofVms + (<usize>vm.index << 2));
}
/** From now on tasks of `vm` touch the working set of that function. */
export function moveIn(vm: Vm, fn: u32): void {
  store<Guest>(S.ofVms + (<usize>vm.index << 2), guestAt(H.vmCount + fn));
}
/** The VM of `t`, which waits for memory of guest `index`: several VMs may share what is a function's, whose tasks know theirs. */
export function vmOf(index: u32, t: Task): Vm {
  return index < H.vmCount ? vmAt(index) : changetype<Vm>(<usize>t.afterLock);
}
// @ts-ignore: decorator
@inline
export function guestOf(word: u32): Guest {
  return guestAt(word >> GUEST_SHIFT_BITS);
}
// @ts-ignore: decorator
@inline
export function kindOf(word: u32): u32 {
  return (word >> BACKEND_SHIFT) & 7;
}
/** Whether it is read where it lies when it is not in the host's own memory. */
// @ts-ignore: decorator
@inline
export function isTiered(word: u32): bool {
  return kindOf(word) == <u32>W.BACKEND_SLOW;
}
// @ts-ignore: decorator
@inline
export function backendOf(word: u32): Backend {
  return changetype<Backend>(BACKEND_RECORDS + <usize>((word >> (BACKEND_SHIFT - BACKEND_BITS)) & (7 << BACKEND_BITS)));
}
// @ts-ignore: decorator
@inline
export function serverAt(index: u32): Server {
  return changetype<Server>(S.servers + (<usize>index << 4));
}
// @ts-ignore: decorator
@inline
export function setState(p: Page, state: u32): void {
  p.word = (p.word & ~STATE) | state;
}
// @ts-ignore: decorator
@inline
export function marksOf(page: u32): u32 {
  return load<u8>(S.marks + page);
}
// @ts-ignore: decorator
@inline
export function mark(page: u32, marks: u32): void {
  store<u8>(S.marks + page, <u8>marks);
}
/** The counters (layout.ts), at a place that the compiler knows: each of a fault's dozen costs a load and a store, no call. */
export const COUNTERS: usize = memory.data(W.SWAP_COUNTERS * 8, 8);

// @ts-ignore: decorator
@inline
export function tally(counter: usize, by: u64): void {
  add(COUNTERS, counter, by);
}
// @ts-ignore: decorator
@inline
export function tallyGuest(g: Guest, counter: usize, by: u64): void {
  add(g.counters, counter, by);
}
/** The counters of a backend. */
// @ts-ignore: decorator
@inline
export function countersOf(kind: u32): usize {
  return COUNTERS + ((<usize>W.SWAP_OF_BACKENDS + <usize>kind * W.BACKEND_COUNTERS) << 3);
}
// @ts-ignore: decorator
@inline
export function add(counters: usize, counter: usize, by: u64): void {
  store<u64>(counters + (counter << 3), load<u64>(counters + (counter << 3)) + by);
}
function swapHistogramAt(which: usize): usize {
  return S.histograms + which * <usize>histogramBytes(HOST_HISTOGRAM_SUB_BITS);
}
/** A Backend each, at a place that the compiler knows. */
const BACKEND_RECORDS: usize = memory.data(W.BACKENDS << 6, 64);
/** A FaultQueue each (frames.ts), likewise. */
const QUEUE_RECORDS: usize = memory.data(16 * 9, 16);
// @ts-ignore: decorator
@inline
export function queueAt(which: u32): PageQueue {
  return changetype<PageQueue>(QUEUE_RECORDS + (<usize>which << 4));
}
// @ts-ignore: decorator
@inline
export function stageOf(page: u32): Stage {
  return changetype<Stage>(S.stages + (<usize>page << 4));
}
// @ts-ignore: decorator
@inline
export function exitAt(index: u32): Exit {
  return changetype<Exit>(S.exits + (<usize>index << 4));
}

/** Counts `value` in histogram `which`. Not inlined: each copy would take 255 bytes of code. */
export function note(which: usize, value: u64): void {
  record(swapHistogramAt(which), HOST_HISTOGRAM_SUB_BITS, value);
}
