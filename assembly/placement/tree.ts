// The hosts that take VMs, in an order by which a rule of placement finds its host without looking at all of them: a binary trie over
// the bits of each host's state, one for each type of host. A node knows the bounds of all below it (least and greatest free cores
// and memory, first and last of the latest departures, lowest index), so a search goes only where the best host could still be.
//
// A key's bits, from the first to the last: the latest departure, where the rule looks at it; then free cores and free memory in turns,
// from their highest bits down, so that a subtree is a rectangle; then the index. As in a PATRICIA trie (Morrison 1968) only bits
// in which hosts differ have a node: n hosts have n - 1 inner nodes, and where all are alike the trie is one over indices.
//
//   node   ┌ 0 left u32 ┬ 4 right ┬ 8 parent ┬ 12 bit ┬ 16 lowest u32 ┬ 24 least cores f64 ┬ 32 most cores ┐
//          ┌ 40 least memory ┬ 48 most memory ┬ 56 first departure ┬ 64 last departure ┐
//
// Nodes 0 to n - 1 are the hosts' leaves, those behind them are inner ones; NONE stands for no node.

import { allocate } from "../kernel/arena";
import { host } from "./hosts";
import { KEY_BITS } from "./layout";

// @ts-ignore: decorator
@inline export const NONE: u32 = 0xffffffff;
// @ts-ignore: decorator
@inline const INDEX_BITS: u32 = 32;
// @ts-ignore: decorator
@inline const SHAPE_BITS: u32 = INDEX_BITS + 2 * KEY_BITS;

@unmanaged
export class Node {
  left: u32;
  right: u32;
  parent: u32;
  bit: u32;
  lowest: u32;
  spare: u32;
  leastCores: f64;
  mostCores: f64;
  leastMemory: f64;
  mostMemory: f64;
  first: f64;
  last: f64;
}

let nodes: usize = 0;
let leaves: u32 = 0;
let roots: usize = 0;
let typeCount: u32 = 0;
let spare: u32 = NONE; // inner nodes that are not in use, linked by `left`
let byDeparture: bool = false;

// @ts-ignore: decorator
@inline
export function node(index: u32): Node {
  return changetype<Node>(nodes + <usize>index * <usize>offsetof<Node>());
}

// @ts-ignore: decorator
@inline
export function isLeaf(index: u32): bool {
  return index < leaves;
}

export function rootOf(type: u32): u32 {
  return load<u32>(roots + (<usize>type << 2));
}

export function types(): u32 {
  return typeCount;
}

function setRoot(type: u32, index: u32): void {
  store<u32>(roots + (<usize>type << 2), index);
}

/** Room for `n` hosts of `kinds` types, none of them in the tree. */
export function layTree(n: u32, kinds: u32, departures: bool): bool {
  leaves = n;
  typeCount = kinds;
  byDeparture = departures;
  roots = allocate(<u64>kinds << 2);
  nodes = allocate(<u64>n * 2 * <u64>offsetof<Node>());
  if (roots == 0 || nodes == 0) return false;
  for (let i: u32 = 0; i < kinds; i++) setRoot(i, NONE);
  spare = NONE;
  for (let i: u32 = 1; i <= n; i++) {
    node(2 * n - i).left = spare;
    spare = 2 * n - i;
  }
  return true;
}

/** A leaf's departure as bits that are in the order of time, before 0 and Infinity included. */
// @ts-ignore: decorator
@inline
function departureKey(n: Node): u64 {
  const bits = reinterpret<u64>(n.first);
  return bits ^ (<u64>(<i64>bits >> 63) | (1 << 63));
}

/** Free amounts fill their 53 bits as capacity does, so that turns of bits are turns of halves of the host. */
// @ts-ignore: decorator
@inline
function scaled(free: f64, capacity: f64): u64 {
  const shift = <u64>clz<u64>(<u64>(<i64>capacity)) - (64 - KEY_BITS);
  return <u64>(<i64>free) << shift;
}

function bitOf(leaf: u32, bit: u32): u32 {
  if (bit < INDEX_BITS) return (leaf >> bit) & 1;
  const n = node(leaf);
  if (bit >= SHAPE_BITS) return <u32>(departureKey(n) >> <u64>(bit - SHAPE_BITS)) & 1;
  const h = host(leaf);
  const turn = bit - INDEX_BITS;
  const key = (turn & 1) != 0 ? scaled(n.leastCores, h.cores) : scaled(n.leastMemory, h.memory);
  return <u32>(key >> <u64>(turn >> 1)) & 1;
}

// @ts-ignore: decorator
@inline
function highest(bits: u64): i32 {
  return 63 - <i32>clz<u64>(bits);
}

/** The first bit in which two hosts of one type differ. */
function difference(a: u32, b: u32): u32 {
  const m = node(a);
  const n = node(b);
  if (byDeparture) {
    const departures = departureKey(m) ^ departureKey(n);
    if (departures != 0) return SHAPE_BITS + <u32>highest(departures);
  }
  const h = host(a);
  const cores = scaled(m.leastCores, h.cores) ^ scaled(n.leastCores, h.cores);
  const memory = scaled(m.leastMemory, h.memory) ^ scaled(n.leastMemory, h.memory);
  const high = max<i32>(cores != 0 ? 2 * highest(cores) + 1 : -1, memory != 0 ? 2 * highest(memory) : -1);
  if (high >= 0) return INDEX_BITS + <u32>high;
  return <u32>highest(<u64>(a ^ b));
}

/** The bounds of a node from those of the two below it; false where they stay as they are. */
function bound(n: Node): bool {
  const a = node(n.left);
  const b = node(n.right);
  const lowest = min<u32>(a.lowest, b.lowest);
  const leastCores = min<f64>(a.leastCores, b.leastCores);
  const mostCores = max<f64>(a.mostCores, b.mostCores);
  const leastMemory = min<f64>(a.leastMemory, b.leastMemory);
  const mostMemory = max<f64>(a.mostMemory, b.mostMemory);
  const first = min<f64>(a.first, b.first);
  const last = max<f64>(a.last, b.last);
  const isSame =
    i32(lowest == n.lowest) &
    i32(leastCores == n.leastCores) &
    i32(mostCores == n.mostCores) &
    i32(leastMemory == n.leastMemory) &
    i32(mostMemory == n.mostMemory) &
    i32(first == n.first) &
    i32(last == n.last);
  if (isSame != 0) return false;
  n.lowest = lowest;
  n.leastCores = leastCores;
  n.mostCores = mostCores;
  n.leastMemory = leastMemory;
  n.mostMemory = mostMemory;
  n.first = first;
  n.last = last;
  return true;
}

/** Brings the bounds of a node and those above up to date, as far as they change. */
function boundFrom(index: u32): void {
  while (index != NONE) {
    const n = node(index);
    if (!bound(n)) return;
    index = n.parent;
  }
}

/** Puts a host in, by what is free on it now. */
export function insert(leaf: u32): void {
  const h = host(leaf);
  const n = node(leaf);
  const type = <u32>h.type;
  n.lowest = leaf;
  n.leastCores = n.mostCores = h.freeCores;
  n.leastMemory = n.mostMemory = h.freeMemory;
  n.first = n.last = h.latest;
  n.parent = NONE;
  let at = rootOf(type);
  if (at == NONE) {
    setRoot(type, leaf);
    return;
  }
  while (!isLeaf(at)) at = bitOf(leaf, node(at).bit) != 0 ? node(at).right : node(at).left;
  const bit = difference(leaf, at);
  at = rootOf(type);
  let above = NONE;
  while (!isLeaf(at) && node(at).bit > bit) {
    above = at;
    at = bitOf(leaf, node(at).bit) != 0 ? node(at).right : node(at).left;
  }
  const fresh = spare;
  const inner = node(fresh);
  spare = inner.left;
  const isRight = bitOf(leaf, bit) != 0;
  inner.bit = bit;
  inner.parent = above;
  inner.left = isRight ? at : leaf;
  inner.right = isRight ? leaf : at;
  replaceBelow(above, type, at, fresh);
  node(at).parent = fresh;
  n.parent = fresh;
  bound(inner);
  boundFrom(above);
}

function replaceBelow(above: u32, type: u32, old: u32, by: u32): void {
  if (above == NONE) setRoot(type, by);
  else if (node(above).left == old) node(above).left = by;
  else node(above).right = by;
}

/** Takes a host out. */
export function remove(leaf: u32): void {
  const type = <u32>host(leaf).type;
  const above = node(leaf).parent;
  if (above == NONE) {
    setRoot(type, NONE);
    return;
  }
  const inner = node(above);
  const other = inner.left == leaf ? inner.right : inner.left;
  node(other).parent = inner.parent;
  replaceBelow(inner.parent, type, above, other);
  inner.left = spare;
  spare = above;
  boundFrom(node(other).parent);
}
