// The tables looked at as a whole: every frame has exactly one owner, none is lost, counters say what the tables hold.
// Runs in the program, not only in tests: now and then during a simulation, after it, and on every copied bank before a switch.
// Why it is a proof: a chain of exactly the counted length that ends has no frame twice, chains of two VMs cannot meet because
// a frame names one owner, and what the chains hold together is as much as all frames that name an owner.

import * as L from "./layout";
import { LARGE, POISON, SIZE, SMALL, chain, firstGranule, granule, header, node, piece, region, vm } from "./tables";

/** Whether a chain is exactly as long as it is counted, through pieces of its VM only. */
function isSound(owner: u32, large: bool, pieces: u32): bool {
  const head = chain(owner, large);
  let at = load<u32>(head);
  for (let k = load<u32>(head, 8); k > 0; k--) {
    if (at - 1 >= pieces || piece(large, at - 1).owner != owner + 1) return false;
    at = piece(large, at - 1).next;
  }
  return at == 0;
}

/** BROKEN_* of the first law that is broken; damaged links are found before they are followed. */
export function check(): u32 {
  const h = header();
  let inChains: u64 = 0;
  for (let i: u32 = 0; i < h.vms; i++) {
    if (!isSound(i, true, h.regions) || !isSound(i, false, h.granules)) return L.BROKEN_CHAIN;
    const v = vm(i);
    inChains += <u64>v.regions * SIZE + v.granules;
  }
  let owned: u64 = 0;
  let free: u64 = 0;
  let poisoned: u64 = 0;
  for (let i: u32 = 0; i < h.nodes; i++) {
    const n = node(i);
    let wholeFree: u32 = 0;
    let smallFree: u32 = 0;
    for (let k = n.firstRegion; k < n.endRegion; k++) {
      const r = region(k);
      let freeHere: u32 = 0;
      let ownedHere: u32 = 0;
      for (let g = firstGranule(n, k), end = g + r.size; g < end; g++) {
        const owner = granule(g).owner;
        if (owner == 0) freeHere++;
        else if (owner == POISON) poisoned++;
        else ownedHere++;
      }
      if (r.owner != 0) {
        if (freeHere != SIZE || r.free != 0) return L.BROKEN_COUNT;
        if (r.owner == POISON) poisoned += SIZE;
        else owned += SIZE;
        continue;
      }
      if (freeHere != r.free) return L.BROKEN_COUNT;
      owned += ownedHere;
      free += freeHere;
      if (r.allow & LARGE && freeHere == SIZE) wholeFree++;
      if (r.allow & SMALL) smallFree += freeHere;
    }
    if (wholeFree != n.freeRegions || smallFree != n.freeSmall) return L.BROKEN_COUNT;
  }
  if (inChains != owned) return L.BROKEN_LEAK;
  if (free != h.freeGranules || poisoned != h.poisoned || owned + free + poisoned != h.granules) return L.BROKEN_COUNT;
  return L.BROKEN_NOTHING;
}
