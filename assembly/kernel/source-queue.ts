// Pending arrivals, apart from all other events: a source has one at most, and when it has come the next is known. So each source has a leaf
// of its own in a winner tree (event-tree.ts), none is looked for, given out or left vacant, and what is first lies beside the tree, at an
// address that is known when it is compiled. Of a single source that is all there is.
//
// Nothing takes an event out: the first stays what it is until its source's next is put in its place, or none.
//
//   nodes, 16 bytes each: key (event-tree.ts), u64; who, u64: slot, and above it the address of what the source belongs to.
//   The root is node 1, node n has nodes 2n and 2n + 1 below it; slots ascend with leaves

import { allocate } from "./arena";
import { NODE_BYTES, vacant } from "./event-tree";

@unmanaged
export class SourceQueue {
  key: u64; //  of the first; nearly NEVER where none is pending
  who: u64;
  nodes: usize;
  half: usize; // of their address
  leaves: u32; // a power of two
}

/** Room for one event of each of `sources`, which are to be named. False when memory cannot grow that far. */
export function createSources(q: SourceQueue, sources: u32): bool {
  let leaves: u32 = 1;
  while (leaves < sources) leaves <<= 1;
  q.nodes = allocate((<u64>leaves << 1) * NODE_BYTES);
  q.half = q.nodes >> 1;
  q.leaves = leaves;
  if (q.nodes == 0) return false;
  // of two leaves the later is first, as its key is less; the last of all below a node is that of its rightmost leaf
  for (let node: u32 = (leaves << 1) - 1; node > 0; node--) {
    const at = q.nodes + (<usize>node << 4);
    store<u64>(at, node >= leaves ? vacant(node) : load<u64>(at + (<usize>node << 4), NODE_BYTES));
  }
  q.key = load<u64>(q.nodes, NODE_BYTES);
  return true;
}

/** Where the source `index` has its leaf. */
// @ts-ignore: decorator
@inline
export function sourceAt(q: SourceQueue, index: u32): usize {
  return q.nodes + (<usize>(q.leaves + index) << 4);
}

/** Whose the events of the source `index` are: a slot, and above it what is to be known beside it. */
export function nameSource(q: SourceQueue, index: u32, who: u64): void {
  store<u64>(sourceAt(q, index), who, 8);
  if (q.leaves == 1) q.who = who;
}

/** Of two whose events have the same key, whose slot is less. */
function firstPlaced(a: u64, b: u64): u64 {
  return <u32>a < <u32>b ? a : b;
}

/** The source `index` has an event with that key from now on, and no other. */
// @ts-ignore: decorator
@inline
export function putSource(q: SourceQueue, index: u32, key: u64): void {
  if (q.leaves == 1) q.key = key;
  else settle(q, index, key);
}

/** Whoever wins on each node from the leaf to the root. */
function settle(q: SourceQueue, index: u32, first: u64): void {
  const half = q.half;
  const root = q.nodes + NODE_BYTES;
  let at = sourceAt(q, index);
  let key = first;
  let who = load<u64>(at, 8);
  store<u64>(at, key);
  do {
    const other = load<u64>(at ^ NODE_BYTES);
    let otherWho = load<u64>(at ^ NODE_BYTES, 8);
    if (other == key) otherWho = firstPlaced(who, otherWho);
    who = select<u64>(who, otherWho, key < other);
    key = select<u64>(other, key, other < key);
    at = ((at >> 1) + half) & ~(NODE_BYTES - 1);
    store<u64>(at, key);
    store<u64>(at, who, 8);
  } while (at != root);
  q.key = key;
  q.who = who;
}

/** The source has none. */
export function dropSource(q: SourceQueue, index: u32): void {
  putSource(q, index, vacant(q.leaves + index));
}
