// `gd`: greedy-dual (FaasCache). An instance is worth what its function's uses cost to start again, for each MiB that it holds; the clock
// is what the last victim was worth, so what is not used falls behind.

import * as W from "../layout";
import { isNull } from "../../cpu/state";
import { rank } from "../instances";
import { keepForEver, keeper, policy } from "../keeper";
import { Instance, life } from "../state";

function gd(): void {
  keeper.onIdle = keepForEver;
  keeper.onUsed = life.variant ? usedAlone : used;
  keeper.onEvicted = evicted;
}

/** FaasCache's source: all instances of the function are worth what their uses together say. */
function used(i: Instance): void {
  const f = i.fn;
  const worth = life.clock + <f64>f.usesSum * f.cost;
  for (let k = f.first; !isNull(k); k = k.sibling) rank(k, worth);
}

function usedAlone(i: Instance): void {
  rank(i, life.clock + <f64>i.uses * i.fn.cost);
}

function evicted(i: Instance): void {
  life.clock = i.priority;
}

policy(W.KEEP_GD, gd);
