// The rules by which a host is chosen. Each gives a host a first and a second cost, both to be low, and the lowest index decides among
// equals. Costs are doubles, their sums cores before memory: a naive program that computes the same quotients finds the same host.
// All are monotone in what is free, and rounding keeps that, so a node's bounds bound the costs of every host below it.

import { host } from "./hosts";
import * as L from "./layout";
import { NONE, Node, isLeaf, node, rootOf, types } from "./tree";

let rule: u32 = L.PLACE_FIRST_FIT;

export function setRule(which: u32): void {
  rule = which;
}

// The VM that a host is sought for, the type that is searched, and the best host so far.
let needCores: f64 = 0;
let needMemory: f64 = 0;
let departs: f64 = 0;
let typeCores: f64 = 0;
let typeMemory: f64 = 0;
let best: u32 = NONE;
let bestFirst: f64 = 0;
let bestSecond: f64 = 0;

/** Free after placement over capacity, summed. */
// @ts-ignore: decorator
@inline
function left(freeCores: f64, freeMemory: f64): f64 {
  return (freeCores - needCores) / typeCores + (freeMemory - needMemory) / typeMemory;
}

/** The least first cost that a host below the node can have. */
function firstCost(n: Node): f64 {
  switch (rule) {
    case L.PLACE_BEST_FIT:
      return left(max<f64>(n.leastCores, needCores), max<f64>(n.leastMemory, needMemory));
    case L.PLACE_WORST_FIT:
      return -left(n.mostCores, n.mostMemory);
    case L.PLACE_DOT_PRODUCT:
      return -((needCores / typeCores) * (n.mostCores / typeCores) + (needMemory / typeMemory) * (n.mostMemory / typeMemory));
    case L.PLACE_LIFETIME_AWARE:
      // a host without VMs has no departure to be near to: it comes after all others
      if (n.first == Infinity) return Infinity;
      return departs < n.first ? n.first - departs : departs > n.last ? departs - n.last : 0;
  }
  return 0;
}

function secondCost(n: Node): f64 {
  if (rule != L.PLACE_LIFETIME_AWARE) return 0;
  return left(max<f64>(n.leastCores, needCores), max<f64>(n.leastMemory, needMemory));
}

// @ts-ignore: decorator
@inline
function fits(n: Node): bool {
  return n.mostCores >= needCores && n.mostMemory >= needMemory;
}

/** Whether a host of these costs comes before the best so far. */
// @ts-ignore: decorator
@inline
function beats(first: f64, second: f64, index: u32): bool {
  if (first != bestFirst) return first < bestFirst;
  if (second != bestSecond) return second < bestSecond;
  return index < best;
}

/** The node's better half first: what it finds rules out most of the other. */
function search(index: u32, first: f64, second: f64): void {
  const n = node(index);
  if (isLeaf(index)) {
    best = index;
    bestFirst = first;
    bestSecond = second;
    return;
  }
  let near = n.left;
  let far = n.right;
  let a = node(near);
  let b = node(far);
  if (!fits(a)) {
    near = far;
    a = b;
    far = NONE;
    if (!fits(a)) return;
  } else if (!fits(b)) far = NONE;
  let firstA = firstCost(a);
  let secondA = secondCost(a);
  if (far != NONE) {
    let firstB = firstCost(b);
    let secondB = secondCost(b);
    const swap = firstB != firstA ? firstB < firstA : secondB != secondA ? secondB < secondA : b.lowest < a.lowest;
    if (swap) {
      if (beats(firstB, secondB, b.lowest)) search(far, firstB, secondB);
      if (beats(firstA, secondA, a.lowest)) search(near, firstA, secondA);
      return;
    }
    if (beats(firstA, secondA, a.lowest)) search(near, firstA, secondA);
    if (beats(firstB, secondB, b.lowest)) search(far, firstB, secondB);
    return;
  }
  if (beats(firstA, secondA, a.lowest)) search(near, firstA, secondA);
}

/** The host that the rule chooses, NONE where the VM fits nowhere. */
export function choose(cores: f64, memory: f64, departure: f64): u32 {
  needCores = cores;
  needMemory = memory;
  departs = departure;
  best = NONE;
  bestFirst = Infinity;
  bestSecond = Infinity;
  for (let type: u32 = 0; type < types(); type++) {
    const root = rootOf(type);
    if (root == NONE) continue;
    const n = node(root);
    const h = host(n.lowest);
    typeCores = h.cores;
    typeMemory = h.memory;
    if (!fits(n)) continue;
    const first = firstCost(n);
    const second = secondCost(n);
    if (beats(first, second, n.lowest)) search(root, first, second);
  }
  return best;
}
