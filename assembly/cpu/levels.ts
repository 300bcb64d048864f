// Room for what takeable.ts keeps: levels of class and priority, in each a row for every number of cores above the guarantee, in each row a
// bitmap of cores that run and one of cores that search; and of each VM its own two.

import { allocate } from "../kernel/arena";
import { H, Vm, vmAt } from "./state";

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

/** Of a VM; its two bitmaps follow. */
@unmanaged
export class Own {
  layout: u64; // in which they are what they say
  row: u32; //    in which its cores stand
  pad: u32;
}

@unmanaged
class Levels {
  words: u32; //      of a bitmap of cores
  count: u32;
  levels: usize;
  filled: usize; //   bitmap of the levels that hold any
  changed: usize; //  bitmap of cores that have changed since anybody asked
}

export const levels: Levels = changetype<Levels>(memory.data(offsetof<Levels>(), 8));

// which half of a bitmap a core stands in: Core.takeable
// @ts-ignore: decorator
@inline export const RUNS: u32 = 1;
// @ts-ignore: decorator
@inline export const SEARCHES: u32 = 2;

// @ts-ignore: decorator
@inline
export function levelAt(index: u32): Level {
  return changetype<Level>(levels.levels + <usize>index * offsetof<Level>());
}

// @ts-ignore: decorator
@inline
export function levelOf(vm: Vm): Level {
  return changetype<Level>(vm.level);
}

// @ts-ignore: decorator
@inline
export function ownOf(vm: Vm): Own {
  return changetype<Own>(vm.takeable);
}

/** Its bitmap of cores that run; that of those that search follows. */
// @ts-ignore: decorator
@inline
export function coresOf(own: Own): usize {
  return changetype<usize>(own) + offsetof<Own>();
}

// @ts-ignore: decorator
@inline
export function halfOf(which: u32): usize {
  return <usize>(which - RUNS) * (<usize>levels.words << 3);
}

// @ts-ignore: decorator
@inline
export function rowAt(level: Level, row: u32): usize {
  return level.rows + <usize>row * (<usize>levels.words << 4);
}

// @ts-ignore: decorator
@inline
export function filledOf(level: Level, which: u32): usize {
  return level.filled + <usize>(which - RUNS) * (<usize>level.words << 3);
}

/**
 * The rank of `vm` (bag.ts, rankOf) where there are two levels at most, times 4: below its guarantee or not, of the higher or the lowest level,
 * without any core or not.
 */
export function lineOf(vm: Vm): u8 {
  return <u8>((u32(vm.held >= vm.min) << 4) | (<u32>vm.lowest << 3) | (u32(vm.held != 0) << 2));
}

/** Room for all of it, when the VMs are known. */
export function layLevels(): bool {
  levels.words = (H.coresInAll + 63) >> 6;
  levels.count = gatherLevels();
  levels.levels = allocate(<u64>levels.count * offsetof<Level>());
  levels.filled = allocate(<u64>((levels.count + 63) >> 6) << 3);
  const bytes = <usize>levels.words << 4;
  const ownBytes = bytes + offsetof<Own>();
  const own = allocate(<u64>H.vmCount * ownBytes);
  levels.changed = allocate(<u64>levels.words << 3);
  if (levels.changed == 0 || levels.levels == 0 || levels.filled == 0 || own == 0) return false;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    const level = levelAt(placeOf(vm.rankKey, levels.count));
    vm.level = changetype<usize>(level);
    vm.lowest = u8(vm.level == levels.levels);
    vm.takeable = own + <usize>i * ownBytes;
    level.most = max<u32>(level.most, min<u32>(vm.max, H.coresInAll));
  }
  for (let i: u32 = 0; i < levels.count; i++) {
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
