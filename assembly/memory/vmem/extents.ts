// Handing out and taking back: whole gigabytes first, so that as much as possible can be mapped by 1 GiB entries; what is left
// by granules from the region that fits best, so that whole regions stay whole. Isolation of poisoned frames.
// Cost: one pass over a node's regions a request, and one for each region that is broken up; no pass over granules but in those.

import * as L from "./layout";
import {
  LARGE,
  Node,
  POISON,
  SIZE,
  SMALL,
  firstGranule,
  granule,
  header,
  linkPiece,
  node,
  nodeOfGranule,
  nodeOfRegion,
  region,
  unlinkPiece,
  vm,
} from "./tables";

// @ts-ignore: decorator
@inline const NOBODY: u32 = 0xffffffff; // owner 0 less one

/** Granules that `from` could get out of this node. */
function roomIn(n: Node, from: u32): u32 {
  return from == L.FROM_LARGE ? n.freeRegions * SIZE : n.freeSmall;
}

function takeRegion(n: Node, owner: u32, index: u32): void {
  const r = region(index);
  linkPiece(owner, true, index);
  r.free = 0;
  n.freeRegions--;
  if (r.allow & SMALL) n.freeSmall -= SIZE;
  header().freeGranules -= SIZE;
}

/** Up to `want` granules out of region `index`, lowest first; how many. */
function takeGranules(n: Node, owner: u32, index: u32, want: u32): u32 {
  const r = region(index);
  if (want > r.free) want = r.free;
  if (r.allow & LARGE && r.free == SIZE) n.freeRegions--;
  let at = firstGranule(n, index);
  for (let left = want; left > 0; at++) {
    if (granule(at).owner != 0) continue;
    linkPiece(owner, false, at);
    left--;
  }
  r.free -= <u16>want;
  n.freeSmall -= want;
  header().freeGranules -= want;
  return want;
}

/**
 * The region to take single granules from: the fullest partly used one that holds all of them; else the partly used one with
 * the most room (fewest extents); a whole region only when nothing else is left.
 */
function bestRegion(n: Node, want: u32): u32 {
  let best: u32 = 0;
  let bestScore: u32 = u32.MAX_VALUE;
  for (let i = n.firstRegion; i < n.endRegion; i++) {
    const r = region(i);
    const free: u32 = r.free;
    if (free == 0 || !(r.allow & SMALL)) continue;
    const score: u32 = free == SIZE ? SIZE * 4 : free >= want ? free : SIZE * 2 - free;
    if (score < bestScore) {
      bestScore = score;
      best = i;
    }
  }
  return best;
}

/** Takes `granules` that are known to be there. */
function takeFrom(n: Node, owner: u32, granules: u32, from: u32): void {
  let left = granules;
  if (from != L.FROM_SMALL) {
    for (let i = n.firstRegion; i < n.endRegion && left >= SIZE; i++) {
      const r = region(i);
      if (r.free != SIZE || !(r.allow & LARGE)) continue;
      takeRegion(n, owner, i);
      left -= SIZE;
    }
  }
  while (left > 0) left -= takeGranules(n, owner, bestRegion(n, left), left);
}

/** The VM's own node if it suffices, else the best other one; -1: none has that much. */
function chooseNode(owner: u32, granules: u32, from: u32): i32 {
  const v = vm(owner);
  const h = header();
  const own =
    v.regionHead != 0 ? nodeOfRegion(v.regionHead - 1) : v.granuleHead != 0 ? nodeOfGranule(v.granuleHead - 1) : null;
  let best: i32 = -1;
  let bestRoom: u32 = 0;
  for (let i: u32 = 0; i < h.nodes; i++) {
    const n = node(i);
    const room = roomIn(n, from);
    if (room < granules) continue;
    if (n == own) return <i32>i;
    if (best < 0 || (h.balance ? room > bestRoom : room < bestRoom)) {
      best = <i32>i;
      bestRoom = room;
    }
  }
  return best;
}

/** Gives VM `owner` that much more memory, or nothing. `span`: over several nodes where no single one suffices. */
export function add(owner: u32, granules: u32, from: u32, span: bool): u32 {
  const h = header();
  if (owner >= h.vms) return L.E_SLOT;
  const chosen = chooseNode(owner, granules, from);
  if (chosen < 0) {
    let room: u64 = 0;
    for (let i: u32 = 0; i < h.nodes; i++) room += roomIn(node(i), from);
    if (!span || room < granules) return L.E_NO_ROOM;
  }
  for (let i: u32 = max(chosen, 0); granules > 0; i++) {
    const n = node(i);
    const part = min(roomIn(n, from), granules);
    takeFrom(n, owner, part, from);
    granules -= part;
  }
  return L.VMEM_OK;
}

/** Back to nobody; a region that is complete again may be handed out as a whole again. */
function freeGranule(owner: u32, index: u32): void {
  const n = nodeOfGranule(index);
  const r = region(n.firstRegion + (index - n.firstGranule) / SIZE);
  unlinkPiece(owner, false, index, 0);
  r.free++;
  n.freeSmall++;
  header().freeGranules++;
  if (r.free == SIZE && r.allow & LARGE) n.freeRegions++;
}

function freeRegion(owner: u32, index: u32): void {
  const n = nodeOfRegion(index);
  const r = region(index);
  unlinkPiece(owner, true, index, 0);
  r.free = <u16>SIZE;
  n.freeRegions++;
  if (r.allow & SMALL) n.freeSmall += SIZE;
  header().freeGranules += SIZE;
}

/** A region of a VM becomes 512 granules of its own. */
function split(owner: u32, index: u32): void {
  unlinkPiece(owner, true, index, 0);
  const first = firstGranule(nodeOfRegion(index), index);
  for (let i: u32 = 0; i < SIZE; i++) linkPiece(owner, false, first + i);
}

/** Takes `granules` back, single ones first, so that gigabyte mappings stay; never more than the VM has. */
export function remove(owner: u32, granules: u32): u32 {
  if (owner >= header().vms) return L.E_SLOT;
  const v = vm(owner);
  if (<u64>v.regions * SIZE + v.granules < granules) return L.E_NO_ROOM;
  while (granules > 0) {
    if (v.granules > 0) {
      freeGranule(owner, v.granuleHead - 1);
      granules--;
    } else if (granules >= SIZE) {
      freeRegion(owner, v.regionHead - 1);
      granules -= SIZE;
    } else split(owner, v.regionHead - 1);
  }
  return L.VMEM_OK;
}

/**
 * Isolates the frame of a memory error for good. Memory that may be split loses one granule; a 1 GiB page of a pool is lost
 * whole, as nothing smaller can be taken out of it. A VM gets as much elsewhere, from the same kind of memory, if there is any.
 */
export function poison(index: u32): u32 {
  const h = header();
  const n = nodeOfGranule(index);
  const at = n.firstRegion + (index - n.firstGranule) / SIZE;
  const r = region(at);
  const g = granule(index);
  if (g.owner == POISON || r.owner == POISON) return L.POISON_KNOWN;
  const owner = (r.owner != 0 ? r.owner : g.owner) - 1;
  const whole = !(r.allow & SMALL);
  const lost: u32 = whole ? SIZE : 1;
  h.poisoned += lost;
  if (owner == NOBODY) {
    if (r.allow & LARGE && r.free == SIZE) n.freeRegions--;
    r.free -= <u16>lost;
    if (!whole) n.freeSmall--;
    h.freeGranules -= lost;
    if (whole) r.owner = POISON;
    else g.owner = POISON;
    return L.POISON_FREE;
  }
  if (r.owner != 0 && !whole) split(owner, at);
  unlinkPiece(owner, whole, whole ? at : index, POISON);
  return add(owner, lost, whole ? L.FROM_LARGE : L.FROM_SMALL, true) == L.VMEM_OK ? L.POISON_REPLACED : L.POISON_LOST;
}
