// Who is over the threshold, as a binary heap in H.scratch, the one that deserves a core most on top: of the thousands that
// one arbiter may serve nearly all can be over it, and most of them leave at once when one is denied (arbiter.ts).
// 32 bytes each: rank, since when there is a backlog, the VM.

import { rankOf } from "../bag";
import { H, Vm } from "../state";

// @ts-ignore: decorator
@inline const RANK_BYTES_SHIFT: u32 = 5;
// @ts-ignore: decorator
@inline const RANK_SINCE: usize = 8;
// @ts-ignore: decorator
@inline export const RANK_VM: usize = 16;

// @ts-ignore: decorator
@inline
export function rankAt(i: u32): usize {
  return H.scratch + (<usize>i << RANK_BYTES_SHIFT);
}

/** Of equals who has had a backlog for longer, then the first. */
export function setRank(i: u32, vm: Vm, since: u64): void {
  const at = rankAt(i);
  store<u64>(at, rankOf(vm));
  store<u64>(at, since, RANK_SINCE);
  store<Vm>(at, vm, RANK_VM);
}

// @ts-ignore: decorator
@inline
function outranks(a: usize, b: usize): bool {
  const rank = load<u64>(a);
  const other = load<u64>(b);
  if (rank != other) return rank < other;
  const since = load<u64>(a, RANK_SINCE);
  const otherSince = load<u64>(b, RANK_SINCE);
  return since < otherSince || (since == otherSince && load<u32>(a, RANK_VM) < load<u32>(b, RANK_VM)); // VMs lie in the order of their indices
}

export function copyRank(to: u32, from: u32): void {
  const target = rankAt(to);
  const source = rankAt(from);
  store<u64>(target, load<u64>(source));
  store<u64>(target, load<u64>(source, RANK_SINCE), RANK_SINCE);
  store<u32>(target, load<u32>(source, RANK_VM), RANK_VM);
}

/** What stands beyond the heap's `n` entries goes to `i`, and down to its place. */
export function sinkRank(i: u32, n: u32): void {
  assert(i <= n && n <= H.vmCount);
  const moved = rankAt(n);
  while (true) {
    let child: u32 = 2 * i + 1;
    if (child >= n) break;
    if (child + 1 < n && outranks(rankAt(child + 1), rankAt(child))) child++;
    if (outranks(moved, rankAt(child))) break;
    copyRank(i, child);
    i = child;
  }
  copyRank(i, n);
}

export function heapify(n: u32): void {
  for (let i = <i32>(n >> 1) - 1; i >= 0; i--) {
    // mostly they are in order, by the time at which their backlogs began
    const child: u32 = 2 * <u32>i + 1;
    if (!outranks(rankAt(child), rankAt(<u32>i)) && (child + 1 == n || !outranks(rankAt(child + 1), rankAt(<u32>i)))) continue;
    copyRank(n, <u32>i);
    sinkRank(<u32>i, n);
  }
}
