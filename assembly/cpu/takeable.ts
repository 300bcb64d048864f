// Which cores may be taken, so that a victim is found without a look at every core (victims.ts says who may take from whom). Cores
// whose vCPU can be told to leave are kept by level (class, then priority), by how many cores their VM has above its guarantee, and by whether
// they search: a bitmap of cores for each. A VM that wins or loses a core moves its bits to the next row. Kept only from the first
// question on; what has changed of a core is written down when somebody asks. Where
// more happens between rounds than there are cores, each round that asks lays it out anew.
//
//   level, the lowest first ─→ rows by cores above the guarantee, 1 … most ─→ cores that run | cores that search

import { allocate } from "../kernel/arena";
import {
  Core, H, RUNNING, SEARCHING, SPINNING, STEALING, STEP_NONE, Vm, clearBit, clock, coreAt, isNull, nothing, setBit, vmAt,
} from "./state";

/** Cores that may be taken of all VMs of one class and priority. */
@unmanaged
export class Level {
  index: u32; //  from the lowest up
  most: u32; //   rows: cores that one of its VMs can have above its guarantee
  rows: usize; // 0 … most, each a bitmap of cores that run and one of cores that search
  filled: usize; // bitmaps of the rows that hold any: those that run, those that search
  words: u32; //  of each
  count: u32; //  bits in them
}

@unmanaged
class Takeable {
  on: u32; //         1: kept up to date
  words: u32; //      of a bitmap of cores
  cores: usize; //    of each VM, bitmaps of those that may be taken: those that run, those that search; and in which layout they are what they say
  levels: usize;
  levelCount: u32;
  filled: usize; //   bitmap of the levels that hold any
  changed: usize; //  bitmap of cores that have changed since anybody asked
  layout: u64; //     how many times it was laid out
  askedAt: u64; //    events when somebody asked last,
  gap: u64; //        and how many since the event before in which somebody had
}

const T: Takeable = changetype<Takeable>(memory.data(offsetof<Takeable>(), 64));

// Core.takeable, and which half of a bitmap a core stands in
// @ts-ignore: decorator
@inline const NOT: u32 = 0;
// @ts-ignore: decorator
@inline const RUNS: u32 = 1;
// @ts-ignore: decorator
@inline const SEARCHES: u32 = 2;

// bits of the states in which a vCPU can be told to leave its core
// @ts-ignore: decorator
@inline const LEAVING: u32 = (1 << RUNNING) | (1 << SEARCHING) | (1 << STEALING) | (1 << SPINNING);

// @ts-ignore: decorator
@inline
export function mayLeave(core: Core): bool {
  if (isNull(core.vcpu) || !isNull(core.target) || core.step != STEP_NONE) return false; // nobody's, promised, or being parked for nobody
  return ((LEAVING >> core.vcpu.state) & 1) != 0;
}

/** The same without a branch; of an idle core it reads what it pleases, and it is masked. */
// @ts-ignore: decorator
@inline
export function mayLeaveMasked(core: Core): bool {
  return <bool>(u32(!isNull(core.vcpu)) & u32(isNull(core.target)) & u32(core.step == STEP_NONE) & (LEAVING >> core.vcpu.state));
}

// --- layout ---------------------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
function levelAt(index: u32): Level {
  return changetype<Level>(T.levels + <usize>index * offsetof<Level>());
}

// @ts-ignore: decorator
@inline
export function levelOf(vm: Vm): Level {
  return changetype<Level>(vm.level);
}

/** How many classes and priorities there are, of which VMs of the lowest have the level `lowest`. */
// @ts-ignore: decorator
@inline
export function levelsInAll(): u32 {
  return T.levelCount;
}

// @ts-ignore: decorator
@inline
export function lowest(): usize {
  return T.levels;
}

/** Room for all of it, when the VMs are known. */
export function layTakeable(): bool {
  T.words = (H.coresInAll + 63) >> 6;
  T.levelCount = gatherLevels();
  T.levels = allocate(<u64>T.levelCount * offsetof<Level>());
  T.filled = allocate(<u64>((T.levelCount + 63) >> 6) << 3);
  const bytes = <usize>T.words << 4;
  T.cores = allocate(<u64>H.vmCount * (bytes + 8));
  T.changed = allocate(<u64>T.words << 3);
  if (T.changed == 0 || T.levels == 0 || T.filled == 0 || T.cores == 0) return false;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    const level = levelAt(placeOf(vm.rankKey, T.levelCount));
    vm.level = changetype<usize>(level);
    level.most = max<u32>(level.most, min<u32>(vm.max, H.coresInAll));
  }
  for (let i: u32 = 0; i < T.levelCount; i++) {
    const level = levelAt(i);
    level.index = i;
    level.words = (level.most >> 6) + 1;
    level.rows = allocate((<u64>level.most + 1) * bytes);
    level.filled = allocate(<u64>level.words << 4);
    if (level.rows == 0 || level.filled == 0) return false;
  }
  return true;
}

/** The keys of all levels in H.scratch, ascending, each once; answers how many. */
function gatherLevels(): u32 {
  let n: u32 = 0;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const key = vmAt(i).rankKey;
    const place = placeOf(key, n);
    const at = H.scratch + (<usize>place << 3);
    if (place < n && load<i64>(at) == key) continue;
    memory.copy(at + 8, at, <usize>(n - place) << 3);
    store<i64>(at, key);
    n++;
  }
  return n;
}

/** The first of the `n` keys that is not below `key`. */
function placeOf(key: i64, n: u32): u32 {
  let low: u32 = 0;
  let high = n;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<i64>(H.scratch + (<usize>middle << 3)) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

// --- kept up to date ------------------------------------------------------------------------------------------------

/** Nobody looks for victims any more, or not yet. */
export function keepNoTakeable(): void {
  T.on = 0;
}

/** A round is over: what may change at every event until somebody asks again is laid out anew then. */
export function restTakeable(): void {
  if (T.gap > <u64>H.coresInAll) T.on = 0;
}

function keepTakeable(): void {
  T.on = 1;
  T.layout++;
  for (let w: u32 = 0; w < (T.levelCount + 63) >> 6; w++) store<u64>(T.filled + (<usize>w << 3), 0);
  for (let i: u32 = 0; i < T.levelCount; i++) if (levelAt(i).count != 0) clearLevel(levelAt(i));
  for (let w: u32 = 0; w < T.words; w++) store<u64>(T.changed + (<usize>w << 3), 0);
  for (let i: u32 = 0; i < H.coresInAll; i++) {
    const core = coreAt(i);
    const is = standing(core);
    core.takeable = <u8>is;
    if (is != NOT) enlist(core, is);
  }
}

function clearLevel(level: Level): void {
  for (let which = RUNS; which <= SEARCHES; which++) {
    for (let w: u32 = 0; w < level.words; w++) {
      const filled = filledOf(level, which) + (<usize>w << 3);
      for (let bits = load<u64>(filled); bits != 0; bits &= bits - 1) {
        const row = rowAt(level, (w << 6) + <u32>ctz<u64>(bits)) + halfOf(which);
        for (let at = row, end = row + (<usize>T.words << 3); at < end; at += 8) store<u64>(at, 0);
      }
      store<u64>(filled, 0);
    }
  }
  level.count = 0;
}

/** Whether what is said of a VM's cores is of this layout. */
// @ts-ignore: decorator
@inline
function isSeen(vm: Vm): bool {
  return load<u64>(coresOf(vm) + (<usize>T.words << 4)) == T.layout;
}

/** A VM of which the first core is laid out. */
// @ts-ignore: decorator
@inline
function see(vm: Vm): void {
  const end = coresOf(vm) + (<usize>T.words << 4);
  for (let at = coresOf(vm); at < end; at += 8) store<u64>(at, 0); // a few words
  store<u64>(end, T.layout);
  vm.row = rowOf(vm);
}

/** Cores above the guarantee; 0: what it has is not taken. */
// @ts-ignore: decorator
@inline
function rowOf(vm: Vm): u32 {
  return vm.held > vm.min ? vm.held - vm.min : 0;
}

/** What `vm` holds or is guaranteed has changed. */
// @ts-ignore: decorator
@inline
export function takeableHeld(vm: Vm): void {
  const row = rowOf(vm);
  vm.victimKey = row == 0 ? i64.MAX_VALUE : vm.rankKey - (<i64>row << 1);
  if (T.on && vm.row != row) changeRow(vm);
}

/** Something about `core` has changed that says whether it may be taken. */
// @ts-ignore: decorator
@inline
export function takeableCore(core: Core): void {
  if (T.on) setBit(T.changed, core.index);
}

/** Its vCPU is about to leave `core`, or it is promised. */
// @ts-ignore: decorator
@inline
export function takeableGone(core: Core): void {
  if (T.on && core.takeable != NOT) drop(core);
}

// @ts-ignore: decorator
@inline
function standing(core: Core): u32 {
  return !mayLeave(core) ? NOT : core.vcpu.state == SEARCHING ? SEARCHES : RUNS;
}

function refresh(core: Core): void {
  const is = standing(core);
  if (core.takeable == is) return;
  if (core.takeable != NOT) drop(core);
  core.takeable = <u8>is;
  if (is != NOT) enlist(core, is);
}

// @ts-ignore: decorator
@inline
function enlist(core: Core, is: u32): void {
  const vm = core.lastVm; // whose vCPU it runs
  if (!isSeen(vm)) see(vm);
  setBit(coresOf(vm) + halfOf(is), core.index);
  if (vm.row == 0) return;
  setBit(rowAt(levelOf(vm), vm.row) + halfOf(is), core.index);
  fill(levelOf(vm), vm.row, is);
}

function drop(core: Core): void {
  const vm = core.lastVm;
  const was = <u32>core.takeable;
  const half = halfOf(was);
  core.takeable = <u8>NOT;
  clearBit(coresOf(vm) + half, core.index);
  if (vm.row == 0) return;
  const row = rowAt(levelOf(vm), vm.row) + half;
  clearBit(row, core.index);
  if (isEmpty(row)) empty(levelOf(vm), vm.row, was);
}

function changeRow(vm: Vm): void {
  if (!isSeen(vm)) return;
  const before = vm.row;
  const row = rowOf(vm);
  assert(row <= levelOf(vm).most);
  vm.row = row;
  changeHalf(vm, before, row, RUNS);
  changeHalf(vm, before, row, SEARCHES);
}

function changeHalf(vm: Vm, before: u32, row: u32, which: u32): void {
  const own = coresOf(vm) + halfOf(which);
  if (isEmpty(own)) return;
  if (T.words == 1) {
    // up to 64 cores: no loops
    const bits = load<u64>(own);
    if (before != 0) {
      const at = rowAt(levelOf(vm), before) + halfOf(which);
      const left = load<u64>(at) & ~bits;
      store<u64>(at, left);
      if (left == 0) empty(levelOf(vm), before, which);
    }
    if (row == 0) return;
    const at = rowAt(levelOf(vm), row) + halfOf(which);
    store<u64>(at, load<u64>(at) | bits);
    fill(levelOf(vm), row, which);
    return;
  }
  const bytes = <usize>T.words << 3;
  if (before != 0) {
    const at = rowAt(levelOf(vm), before) + halfOf(which);
    let left: u64 = 0;
    for (let w: usize = 0; w < bytes; w += 8) {
      const bits = load<u64>(at + w) & ~load<u64>(own + w);
      store<u64>(at + w, bits);
      left |= bits;
    }
    if (left == 0) empty(levelOf(vm), before, which);
  }
  if (row == 0) return;
  const at = rowAt(levelOf(vm), row) + halfOf(which);
  for (let w: usize = 0; w < bytes; w += 8) store<u64>(at + w, load<u64>(at + w) | load<u64>(own + w));
  fill(levelOf(vm), row, which);
}

// @ts-ignore: decorator
@inline
function coresOf(vm: Vm): usize {
  return T.cores + <usize>vm.index * ((<usize>T.words << 4) + 8);
}

// @ts-ignore: decorator
@inline
function halfOf(which: u32): usize {
  return <usize>(which - RUNS) * (<usize>T.words << 3);
}

// @ts-ignore: decorator
@inline
function rowAt(level: Level, row: u32): usize {
  return level.rows + <usize>row * (<usize>T.words << 4);
}

function isEmpty(bits: usize): bool {
  if (T.words == 1) return load<u64>(bits) == 0;
  const end = bits + (<usize>T.words << 3);
  for (let at = bits; at < end; at += 8) if (load<u64>(at) != 0) return false;
  return true;
}

// @ts-ignore: decorator
@inline
function filledOf(level: Level, which: u32): usize {
  return level.filled + <usize>(which - RUNS) * (<usize>level.words << 3);
}

function fill(level: Level, row: u32, which: u32): void {
  const at = filledOf(level, which) + (<usize>(row >> 6) << 3);
  const bits = load<u64>(at);
  const bit = <u64>1 << (row & 63);
  if (bits & bit) return;
  store<u64>(at, bits | bit);
  if (level.count++ == 0) setBit(T.filled, level.index);
}

function empty(level: Level, row: u32, which: u32): void {
  clearBit(filledOf(level, which), row);
  if (--level.count == 0) clearBit(T.filled, level.index);
}

// --- asked ----------------------------------------------------------------------------------------------------------

/** The lowest level of which any core can be taken; null: none. */
export function lowestLevel(): Level {
  if (clock.events != T.askedAt) T.gap = clock.events - T.askedAt;
  T.askedAt = clock.events;
  if (T.on == 0) keepTakeable();
  for (let w: u32 = 0; w < T.words; w++) {
    const at = T.changed + (<usize>w << 3);
    let changed = load<u64>(at);
    store<u64>(at, 0);
    for (; changed != 0; changed &= changed - 1) refresh(coreAt((w << 6) + <u32>ctz<u64>(changed)));
  }
  const words = (T.levelCount + 63) >> 6;
  for (let w: u32 = 0; w < words; w++) {
    const bits = load<u64>(T.filled + (<usize>w << 3));
    if (bits != 0) return levelAt((w << 6) + <u32>ctz<u64>(bits));
  }
  return nothing<Level>();
}

/**
 * The first core of the level whose VM has most above its guarantee, and at least `least` ≥ 1; rather one that searches. Null: there
 * is none.
 */
export function takeableOf(level: Level, least: u32): Core {
  let which = SEARCHES;
  let row = greatestRow(level, which, least);
  if (row == 0) {
    which = RUNS;
    row = greatestRow(level, which, least);
    if (row == 0) return nothing<Core>();
  }
  const bits = rowAt(level, row) + halfOf(which);
  for (let w: u32 = 0; w < T.words; w++) {
    const word = load<u64>(bits + (<usize>w << 3));
    if (word != 0) return coreAt((w << 6) + <u32>ctz<u64>(word));
  }
  assert(false);
  return nothing<Core>();
}

/** 0: none is filled from `least` on. */
function greatestRow(level: Level, which: u32, least: u32): u32 {
  const filled = filledOf(level, which);
  for (let w = <i32>level.words - 1; w >= <i32>(least >> 6); w--) {
    let bits = load<u64>(filled + (<usize>w << 3));
    if (w == <i32>(least >> 6)) bits &= ~<u64>0 << (least & 63);
    if (bits != 0) return (<u32>w << 6) + 63 - <u32>clz<u64>(bits);
  }
  return 0;
}
