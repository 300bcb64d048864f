// `fixed`: a dormant instance goes a fixed time after its last request, counted from the request's end or, as FaasCache does, its start.

import * as W from "../layout";
import { clock } from "../../cpu/state";
import { keeper, policy } from "../keeper";
import { Instance, life } from "../state";

function fixed(): void {
  keeper.onIdle = idle;
}

function idle(i: Instance): u64 {
  return (life.variant ? i.lastStart : clock.now) + life.time;
}

policy(W.KEEP_FIXED, fixed);
