// `lru`: nothing expires; for want of memory goes whose last request came first.

import * as W from "../layout";
import { keepForEver, keeper, policy } from "../keeper";

function lru(): void {
  keeper.onIdle = keepForEver;
}

policy(W.KEEP_LRU, lru);
