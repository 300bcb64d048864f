// Pairing heaps of nodes that lie within records, least (key, order, last) first: no room of their own, so they hold as many as there are records.
// Adding is one comparison; taking any node out is amortized logarithmic.

@unmanaged
export class Node {
  key: u64;
  order: u64; //  decides where keys are equal,
  last: u64; //   and this where both are; no two nodes of a heap have the same of all
  child: Node; // the first of those below
  next: Node; //  the next below the same
  prior: Node; // the one before it, or the one above
  inside: u32; // 1: it is in a heap
}

// @ts-ignore: decorator
@inline export const NODE_BYTES: usize = 40;
if (offsetof<Node>() > NODE_BYTES) ERROR("a Node outgrows NODE_BYTES");

// @ts-ignore: decorator
@inline
function none(): Node {
  return changetype<Node>(0);
}
// @ts-ignore: decorator
@inline
function isNone(node: Node): bool {
  return changetype<usize>(node) == 0;
}

// @ts-ignore: decorator
@inline
function before(a: Node, b: Node): bool {
  if (a.key != b.key) return a.key < b.key;
  return a.order != b.order ? a.order < b.order : a.last < b.last;
}

/** One heap of two roots. */
function meld(a: Node, b: Node): Node {
  if (isNone(a)) return b;
  if (isNone(b)) return a;
  const top = before(a, b) ? a : b;
  const low = top == a ? b : a;
  const child = top.child;
  low.next = child;
  if (!isNone(child)) child.prior = low;
  low.prior = top;
  top.child = low;
  return top;
}

/** Of siblings, the first of which is `first`: by pairs from the front, then all from the back. */
function meldAll(first: Node): Node {
  let pairs = none(); // linked through `next`, the last pair first
  while (!isNone(first)) {
    const a = first;
    const b = a.next;
    if (isNone(b)) {
      a.next = pairs;
      pairs = a;
      break;
    }
    first = b.next;
    a.next = none();
    b.next = none();
    const top = meld(a, b);
    top.next = pairs;
    pairs = top;
  }
  let root = none();
  while (!isNone(pairs)) {
    const next = pairs.next;
    pairs.next = none();
    root = meld(root, pairs);
    pairs = next;
  }
  if (!isNone(root)) {
    root.prior = none();
    root.next = none();
  }
  return root;
}

/** Adds a node that is in no heap; answers the root. */
export function add(root: Node, node: Node): Node {
  assert(!node.inside);
  node.child = none();
  node.next = none();
  node.prior = none();
  node.inside = 1;
  const top = meld(root, node);
  top.prior = none();
  top.next = none();
  return top;
}

/** Takes a node out; answers the root. */
export function remove(root: Node, node: Node): Node {
  assert(node.inside);
  node.inside = 0;
  const below = meldAll(node.child);
  node.child = none();
  if (node == root) return below;
  const prior = node.prior;
  const next = node.next;
  if (prior.child == node) prior.child = next;
  else prior.next = next;
  if (!isNone(next)) next.prior = prior;
  node.next = none();
  node.prior = none();
  const top = meld(root, below);
  top.prior = none();
  top.next = none();
  return top;
}
