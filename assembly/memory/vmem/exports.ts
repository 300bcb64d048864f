// Reserved memory (Vmem): what crosses the boundary. One server an instance; numbers only. The clock, the zeroing, the mapping
// and the upgrade's phases are the caller's (src/memory/vmem); here is who owns which frame, and the seeded draws.
// The model of Vmem's extent allocator is a reconstruction from the abstract of arXiv:2511.09961: its structures are not published.

import * as L from "./layout";
import { log } from "../../kernel/math";
import { next, seedStream, unit } from "../../kernel/random";
import { check } from "./check";
import { add, poison, remove } from "./extents";
import {
  SIZE,
  chain,
  firstGranule,
  granule,
  header,
  layOut,
  node,
  nodeOfGranule,
  otherBank,
  piece,
  region,
  swapBanks,
  tableBytes,
  vm,
} from "./tables";

const stream = memory.data(16, 8);

/** Lays the server out; false when memory does not reach. All counts are for each node but `vms`. */
export function vmemConfigure(nodes: u32, granules: u32, large: u32, shared: bool, vms: u32, balance: bool): bool {
  return layOut(nodes, granules, large, shared, vms, balance);
}

/** VM `owner` gets `granules` more, all or none. Answers VMEM_OK or E_*. */
export function vmemAdd(owner: u32, granules: u32, from: u32, span: bool): u32 {
  return add(owner, granules, from, span);
}

/** VM `owner` gives `granules` back. */
export function vmemRemove(owner: u32, granules: u32): u32 {
  return remove(owner, granules);
}

/** Isolates frame `index`. Answers POISON_*. */
export function vmemPoison(index: u32): u32 {
  return poison(index);
}

/** Answers BROKEN_*. */
export function vmemCheck(): u32 {
  return check();
}

/** Copies the tables for the next version; answers where the copy is. The old ones stay in use. */
export function vmemTransfer(): usize {
  const to = otherBank();
  memory.copy(to, changetype<usize>(header()), tableBytes());
  return to;
}

/** Switches to the copy if it is sound; otherwise everything stays as it was. Answers BROKEN_*. */
export function vmemSwitch(): u32 {
  const counts = header();
  const copy = changetype<usize>(otherBank());
  // What places the tables in the bank must agree before the bank is looked at.
  if (memory.compare(copy + 4, changetype<usize>(counts) + 4, 16) != 0) return L.BROKEN_COUNT;
  swapBanks();
  const broken = check();
  if (broken != L.BROKEN_NOTHING) swapBanks();
  return broken;
}

/** Whose frame it is: the VM, -1 for nobody's, -2 for an isolated one. */
export function vmemOwner(index: u32): i32 {
  const n = nodeOfGranule(index);
  const owner = region(n.firstRegion + (index - n.firstGranule) / SIZE).owner;
  return <i32>(owner != 0 ? owner : granule(index).owner) - 1;
}

/** COUNT_* of the server. */
export function vmemCount(which: u32): f64 {
  const h = header();
  if (which == L.COUNT_TOTAL) return h.granules;
  if (which == L.COUNT_FREE) return h.freeGranules;
  if (which == L.COUNT_POISONED) return h.poisoned;
  if (which == L.COUNT_TABLE_BYTES) return <f64>tableBytes();
  let regions: u32 = 0;
  for (let i: u32 = 0; i < h.nodes; i++) regions += node(i).freeRegions;
  return which == L.COUNT_FREE_REGIONS ? regions : largestFree();
}

/** Longest run of free granules; runs end with their node. */
function largestFree(): u32 {
  const h = header();
  let longest: u32 = 0;
  for (let i: u32 = 0; i < h.nodes; i++) {
    const n = node(i);
    let run: u32 = 0;
    for (let k = n.firstRegion; k < n.endRegion; k++) {
      const r = region(k);
      const first = firstGranule(n, k);
      if (r.owner != 0) run = 0;
      else if (r.free == SIZE) run += SIZE;
      else {
        for (let g = first; g < first + r.size; g++) {
          run = granule(g).owner == 0 ? run + 1 : 0;
          if (run > longest) longest = run;
        }
      }
      if (run > longest) longest = run;
    }
  }
  return longest;
}

/** Contiguous runs. Chains go from the last piece handed out to the first: a step down by one continues a run, within a node. */
function runs(owner: u32, large: bool): u32 {
  const n = node(0);
  const perNode = large ? n.endRegion : n.endGranule;
  let found: u32 = 0;
  let before: u32 = 0;
  for (let at = load<u32>(chain(owner, large)); at != 0; at = piece(large, at - 1).next) {
    if (at + 1 != before || at % perNode == 0) found++;
    before = at;
  }
  return found;
}

/** VM_* of one VM. */
export function vmemVmCount(owner: u32, which: u32): u32 {
  const v = vm(owner);
  if (which == L.VM_REGIONS) return v.regions;
  if (which == L.VM_GRANULES) return v.granules;
  return runs(owner, true) + runs(owner, false);
}

/** Uniform in [0, 1): the first draw of the stream (seed, entity, purpose). Each VM has streams of its own. */
export function vmemDraw(seed: f64, entity: f64, purpose: u32): f64 {
  seedStream(stream, <u64>seed, <u64>entity, purpose);
  return unit(next(stream));
}

/** Exponential with mean 1, from the same streams. */
export function vmemExponential(seed: f64, entity: f64, purpose: u32): f64 {
  return -log(1 - vmemDraw(seed, entity, purpose));
}
