// `pool`: so many instances of every function are there at all times, as far as memory goes; those beyond go when they are idle.
// The number is every function's least, which instances.ts keeps.

import * as W from "../layout";
import { NEVER } from "../../kernel/event-queue";
import { keeper, policy, UNLOAD } from "../keeper";
import { Instance } from "../state";

function pool(): void {
  keeper.onIdle = idle;
}

function idle(i: Instance): u64 {
  return i.fn.instances > i.fn.minInstances ? UNLOAD : NEVER;
}

policy(W.KEEP_POOL, pool);
