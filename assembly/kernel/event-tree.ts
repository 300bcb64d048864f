// The winner tree of the event queue (event-queue.ts): what lies where, and the way from a leaf to the root.
//
//   nodes, 16 bytes each: key, u64: time (ns) << 5 | rank; slot, u32. The root is node 1, node n has nodes 2n and 2n + 1 below it
//   place, u64 a leaf, and so side by side: sequence << 24 | slot, of the event that is pending there
//   position, u32 a slot: the node that is its leaf; 0 = not pending
//   free, u32 each: leaves without an event

// @ts-ignore: decorator
@inline export const NEVER: u64 = 0xffff_ffff_ffff_ffff;
// @ts-ignore: decorator
@inline export const NODE_BYTES: usize = 16; // key, slot
// @ts-ignore: decorator
@inline export const NODE_SHIFT: usize = 4;

@unmanaged
export class EventQueue {
  nodes: usize;
  half: usize; // of the address of the nodes
  places: usize; // place of leaf n is 8 n bytes behind
  position: usize;
  free: usize; // leaves without an event, a stack
  freeCount: u32;
  leaves: u32; // there are; a power of two
  levels: u32; // from a leaf to the root
  hole: u32; // the leaf of an event that was taken or cancelled, while nothing else has it; 0 = none
  rank: u32; // of the event that was taken last, and its slot: what has happened of this instant
  sequence: u64;
  slot: u32;
  capacity: u32;
}

// @ts-ignore: decorator
@inline
export function nodeAt(q: EventQueue, node: u32): usize {
  return q.nodes + (<usize>node << NODE_SHIFT);
}

// @ts-ignore: decorator
@inline
export function keyAt(q: EventQueue, node: u32): u64 {
  return load<u64>(nodeAt(q, node));
}

// @ts-ignore: decorator
@inline
export function slotAt(q: EventQueue, node: u32): u32 {
  return load<u32>(nodeAt(q, node), 8);
}

// @ts-ignore: decorator
@inline
export function write(at: usize, key: u64, slot: u32): void {
  store<u64>(at, key);
  store<u32>(at, slot, 8);
}

/** Of the event that is pending in `slot`; 0: none is. */
// @ts-ignore: decorator
@inline
export function leafOf(q: EventQueue, slot: u32): u32 {
  return load<u32>(q.position + (<usize>slot << 2));
}

// @ts-ignore: decorator
@inline
export function placeAt(q: EventQueue, leaf: u32): usize {
  return q.places + (<usize>leaf << 3);
}

/** Of two slots whose events have the same key, whose place is first. */
function firstPlaced(q: EventQueue, a: u32, b: u32): u32 {
  return load<u64>(placeAt(q, leafOf(q, a))) < load<u64>(placeAt(q, leafOf(q, b))) ? a : b;
}

/** Whose event comes first, of two keys and slots. */
// @ts-ignore: decorator
@inline
export function winner(q: EventQueue, key: u64, slot: u32, otherKey: u64, otherSlot: u32): u32 {
  if (otherKey == key) otherSlot = firstPlaced(q, slot, otherSlot);
  return select<u32>(slot, otherSlot, key < otherKey);
}

/** Writes the node above the one at `at`; answers where it is. */
// @ts-ignore: decorator
@inline
function above(at: usize, half: usize, key: u64, slot: u32): usize {
  at = ((at >> 1) + half) & ~(NODE_BYTES - 1);
  write(at, key, slot);
  return at;
}

/**
 * Writes a leaf, and whoever wins on each node from there to the root. Four levels without a loop, since the engine asks in each turn
 * whether it is to stop; a select has its own comparison, of which the engine makes no word then. Two events with the same key, which are
 * rare, are left to settleFar: what a level does about them is more code than all else in it, and lies in the lines that are run.
 */
// @ts-ignore: decorator
@inline
export function settle(q: EventQueue, leaf: u32, leafKey: u64, leafSlot: u32): void {
  const half = q.half;
  const root = q.nodes + NODE_BYTES;
  let at = nodeAt(q, leaf);
  let key = leafKey;
  let slot = leafSlot;
  let other: u64;
  write(at, key, slot);
  do {
    if (q.levels & 1) {
      other = load<u64>(at ^ NODE_BYTES);
      if (other == key) break;
      slot = select<u32>(slot, load<u32>(at ^ NODE_BYTES, 8), key < other);
      key = select<u64>(other, key, other < key);
      at = above(at, half, key, slot);
    }
    if (q.levels & 2) {
      other = load<u64>(at ^ NODE_BYTES);
      if (other == key) break;
      slot = select<u32>(slot, load<u32>(at ^ NODE_BYTES, 8), key < other);
      key = select<u64>(other, key, other < key);
      at = above(at, half, key, slot);
      other = load<u64>(at ^ NODE_BYTES);
      if (other == key) break;
      slot = select<u32>(slot, load<u32>(at ^ NODE_BYTES, 8), key < other);
      key = select<u64>(other, key, other < key);
      at = above(at, half, key, slot);
    }
    other = load<u64>(at ^ NODE_BYTES);
    if (other == key) break;
    slot = select<u32>(slot, load<u32>(at ^ NODE_BYTES, 8), key < other);
    key = select<u64>(other, key, other < key);
    at = above(at, half, key, slot);
    other = load<u64>(at ^ NODE_BYTES);
    if (other == key) break;
    slot = select<u32>(slot, load<u32>(at ^ NODE_BYTES, 8), key < other);
    key = select<u64>(other, key, other < key);
    at = above(at, half, key, slot);
    other = load<u64>(at ^ NODE_BYTES);
    if (other == key) break;
    slot = select<u32>(slot, load<u32>(at ^ NODE_BYTES, 8), key < other);
    key = select<u64>(other, key, other < key);
    at = above(at, half, key, slot);
    other = load<u64>(at ^ NODE_BYTES);
    if (other == key) break;
    slot = select<u32>(slot, load<u32>(at ^ NODE_BYTES, 8), key < other);
    key = select<u64>(other, key, other < key);
    at = above(at, half, key, slot);
    if (at == root) return;
  } while (false);
  settleFar(q, at, key, slot);
}

/** From the node at `at` on: beside it is an event of the same key, or there are eight levels or more. */
function settleFar(q: EventQueue, at: usize, key: u64, slot: u32): void {
  const half = q.half;
  const root = q.nodes + NODE_BYTES;
  do {
    const other = load<u64>(at ^ NODE_BYTES);
    slot = winner(q, key, slot, other, load<u32>(at ^ NODE_BYTES, 8));
    key = select<u64>(other, key, other < key);
    at = above(at, half, key, slot);
  } while (at != root);
}

/** The key of a leaf without an event: above all others, and no other leaf's. */
// @ts-ignore: decorator
@inline
export function vacant(leaf: u32): u64 {
  return NEVER - <u64>leaf;
}
