// The tables of reserved memory: who owns which frame, in a few bytes for each. Everything inside one bank, addressed by
// indices, so that a hot upgrade can copy it as it is; two banks, so that the old version stays until the switch.
// Sizes are ours: Vmem's own structures are not published.
//
//   bank     ┌ header 32 ┬ nodes 24 each ┬ regions 16 each ┬ VMs 16 each ┬ granules 8 each ┐
//   node     ┌ 0 firstRegion u32 ┬ 4 endRegion ┬ 8 firstGranule ┬ 12 endGranule ┬ 16 freeRegions ┬ 20 freeSmall ┐
//   region   ┌ 0 owner u32 ┬ 4 next ┬ 8 free u16 ┬ 10 size u16 ┬ 12 allow u32 ┐   512 granules, the last of a node fewer
//   VM       ┌ 0 regionHead u32 ┬ 4 granuleHead ┬ 8 regions ┬ 12 granules ┐
//   granule  ┌ 0 owner u32 ┬ 4 next ┐
//
// Regions and granules begin alike, and so do a VM's two chains: pieces, large or small, are linked by the same code.
// Owner: 0 nobody, VM + 1, or POISON. Links: index + 1, 0 ends a chain. A region owned as a whole has free = 0 and
// untouched granules; `freeSmall` counts free granules of regions that may be split.

import { allocate } from "../../kernel/arena";
import { REGION_GRANULES } from "./layout";

// @ts-ignore: decorator
@inline export const POISON: u32 = 0xffffffff;
// @ts-ignore: decorator
@inline export const SIZE: u32 = REGION_GRANULES;
// @ts-ignore: decorator
@inline export const LARGE: u32 = 1; // may be handed out as a whole
// @ts-ignore: decorator
@inline export const SMALL: u32 = 2; // may be handed out by the granule

@unmanaged
class Header {
  poisoned: u32;
  vms: u32;
  nodes: u32;
  regions: u32;
  granules: u32;
  balance: u32;
  freeGranules: u32;
  spare: u32;
}

@unmanaged
export class Node {
  firstRegion: u32;
  endRegion: u32;
  firstGranule: u32;
  endGranule: u32;
  freeRegions: u32;
  freeSmall: u32;
}

@unmanaged
class Piece {
  owner: u32;
  next: u32;
}

@unmanaged
class Region extends Piece {
  free: u16;
  size: u16;
  allow: u32;
}

@unmanaged
class Vm {
  regionHead: u32;
  granuleHead: u32;
  regions: u32;
  granules: u32;
}

/** Where things are. In memory, not in globals, so that a copy of memory is a whole snapshot. */
@unmanaged
class Places {
  bank: usize;
  other: usize;
  bytes: usize;
  nodes: usize;
  regions: usize;
  vms: usize;
  granules: usize;
}

const PLACES: usize = memory.data(offsetof<Places>(), 8);
const P: Places = changetype<Places>(PLACES);

// the sizes by which a bank is laid out
if (offsetof<Header>() > 32) ERROR("a Header outgrows its room");
if (offsetof<Node>() > 24) ERROR("a Node outgrows its room");
if (offsetof<Region>() > 16) ERROR("a Region outgrows its room");
if (offsetof<Vm>() > 16) ERROR("a Vm outgrows its room");
if (offsetof<Piece>() > 8) ERROR("a Piece outgrows its room");

export function header(): Header {
  return changetype<Header>(P.bank);
}

export function node(index: u32): Node {
  return changetype<Node>(P.nodes + <usize>index * offsetof<Node>());
}

export function region(index: u32): Region {
  return changetype<Region>(P.regions + ((<usize>index) << 4));
}

export function vm(index: u32): Vm {
  return changetype<Vm>(P.vms + ((<usize>index) << 4));
}

export function granule(index: u32): Piece {
  return changetype<Piece>(P.granules + ((<usize>index) << 3));
}

export function piece(large: bool, index: u32): Piece {
  return large ? region(index) : granule(index);
}

/** Head of one of a VM's chains; 8 bytes on is its length. */
export function chain(owner: u32, large: bool): usize {
  return changetype<usize>(vm(owner)) + (large ? 0 : 4);
}

export function linkPiece(owner: u32, large: bool, index: u32): void {
  const at = chain(owner, large);
  const p = piece(large, index);
  p.owner = owner + 1;
  p.next = load<u32>(at);
  store<u32>(at, index + 1);
  store<u32>(at, load<u32>(at, 8) + 1, 8);
}

/** Takes a piece that is there out of its chain; its owner becomes `heir`. */
export function unlinkPiece(owner: u32, large: bool, index: u32, heir: u32): void {
  const head = chain(owner, large);
  let at = head;
  while (load<u32>(at) != index + 1) at = changetype<usize>(piece(large, load<u32>(at) - 1)) + offsetof<Piece>("next");
  const p = piece(large, index);
  store<u32>(at, p.next);
  store<u32>(head, load<u32>(head, 8) - 1, 8);
  p.owner = heir;
  p.next = 0;
}

export function tableBytes(): usize {
  return P.bytes;
}

/** The copy that is not in use: where the next version's tables are prepared. */
export function otherBank(): usize {
  return P.other;
}

function place(at: usize): void {
  P.bank = at;
  const h = header();
  P.nodes = at + offsetof<Header>();
  P.regions = P.nodes + <usize>h.nodes * offsetof<Node>();
  P.vms = P.regions + ((<usize>h.regions) << 4);
  P.granules = P.vms + ((<usize>h.vms) << 4);
}

/** Makes the other bank the one in use; its header has been copied or filled. */
export function swapBanks(): void {
  const was = P.bank;
  place(P.other);
  P.other = was;
}

/** First granule of a region: regions of a node follow one another, and every one but its last is full. */
export function firstGranule(n: Node, index: u32): u32 {
  return n.firstGranule + (index - n.firstRegion) * SIZE;
}

/** Every node has as many regions and granules as any other. */
export function nodeOfRegion(index: u32): Node {
  return node(index / node(0).endRegion);
}

export function nodeOfGranule(index: u32): Node {
  return node(index / node(0).endGranule);
}

/**
 * Lays out both banks: `nodes` nodes of `granules` granules each, of which the first `large` whole regions are kept for whole
 * use and all others for single granules; `shared` lets every whole region serve both. False when memory does not reach.
 */
export function layOut(nodes: u32, granules: u32, large: u32, shared: bool, vms: u32, balance: bool): bool {
  const perNode = (granules + SIZE - 1) / SIZE;
  const size =
    offsetof<Header>() +
    <u64>nodes * (offsetof<Node>() + <u64>perNode * offsetof<Region>() + <u64>granules * offsetof<Piece>()) +
    <u64>vms * offsetof<Vm>();
  const at = allocate(size);
  P.other = at == 0 ? 0 : allocate(size);
  if (P.other == 0) return false;
  P.bytes = <usize>size;
  const h = changetype<Header>(at);
  h.nodes = nodes;
  h.regions = nodes * perNode;
  h.vms = vms;
  h.granules = nodes * granules;
  h.freeGranules = h.granules;
  h.balance = u32(balance);
  place(at);
  for (let i: u32 = 0; i < nodes; i++) {
    const n = node(i);
    n.firstRegion = i * perNode;
    n.endRegion = n.firstRegion + perNode;
    n.firstGranule = i * granules;
    n.endGranule = n.firstGranule + granules;
    for (let r: u32 = 0; r < perNode; r++) {
      const one = region(n.firstRegion + r);
      const room = granules - r * SIZE;
      const whole = room >= SIZE;
      one.size = <u16>(whole ? SIZE : room);
      one.free = one.size;
      one.allow = !whole ? SMALL : shared ? LARGE | SMALL : r < large ? LARGE : SMALL;
      if (one.allow & LARGE) n.freeRegions++;
      if (one.allow & SMALL) n.freeSmall += one.size;
    }
  }
  return true;
}
