// Records of tasks and requests: one arena of 64-byte lines, as long as there may be tasks at once.
// It is the last region of memory, and the only one that grows while the host runs: by itself where more are needed, up to a limit.

import * as L from "../../layout";
import { arenaTop, extend } from "../../kernel/arena";
import { H, RECORD_BYTES, Task, clock, isNull } from "../state";

/** Room for `count` records to begin with. False: memory cannot grow that far. */
export function layRecords(count: u32, limit: u32): bool {
  H.recordLimit = limit;
  H.records = arenaTop();
  H.recordsEnd = H.records;
  H.recordsFresh = H.records;
  return lengthen(count);
}

function lengthen(count: u64): bool {
  if (!extend(count * RECORD_BYTES)) return false;
  H.recordsEnd += <usize>count * RECORD_BYTES;
  H.freeCount += <u32>count;
  return true;
}

/** Makes sure that `count` records are free. False, and the event ends with the reason, where they cannot be. */
// @ts-ignore: decorator
@inline
export function ensureRecords(count: u64): bool {
  return <u64>H.freeCount >= count || growRecords(count);
}

function growRecords(count: u64): bool {
  const have = <u64>((H.recordsEnd - H.records) / RECORD_BYTES);
  const missing = count - <u64>H.freeCount;
  if (have + missing > <u64>H.recordLimit) {
    clock.status = L.E_TASKS;
    return false;
  }
  // twice as many, or what there is room for
  if (lengthen(max<u64>(missing, min<u64>(have, <u64>H.recordLimit - have))) || lengthen(missing)) return true;
  clock.status = L.E_MEMORY;
  return false;
}

/** One that `ensureRecords` has found free. */
export function allocateRecord(): Task {
  assert(H.freeCount > 0);
  H.freeCount--;
  const t = H.freeRecords;
  if (!isNull(t)) {
    H.freeRecords = t.next;
    return t;
  }
  const fresh = H.recordsFresh;
  assert(fresh < H.recordsEnd);
  H.recordsFresh = fresh + RECORD_BYTES;
  return changetype<Task>(fresh);
}

// @ts-ignore: decorator
@inline
export function freeRecord(t: Task): void {
  t.next = H.freeRecords;
  H.freeRecords = t;
  H.freeCount++;
}

/** `lines` of the arena one behind the other, zeroed, for good; 0, and the event ends with the reason, where there is no room. */
export function takeLines(lines: u32): usize {
  while (<u64>(H.recordsEnd - H.recordsFresh) < <u64>lines * RECORD_BYTES) {
    if (!growRecords(<u64>H.freeCount + <u64>lines)) return 0;
  }
  const at = H.recordsFresh;
  H.recordsFresh = at + <usize>lines * RECORD_BYTES;
  H.freeCount -= lines;
  return at;
}
