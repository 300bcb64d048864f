// `policy`: one's own, compiled in (keep-alive.ts) or answered by the program.

import { E_POLICY, POLICY_KEEP_FOR, POLICY_WORTH } from "../../layout";
import * as W from "../layout";
import { NEVER } from "../../kernel/event-queue";
import { clock, settings } from "../../cpu/state";
import { hostKeepFor, hostWorth, keepFor, worth } from "../keep-alive";
import { rank } from "../instances";
import { keeper, policy } from "../keeper";
import { Instance } from "../state";

// @ts-ignore: decorator
@inline const LONGEST: f64 = 9_007_199_254_740_992; // 2^53 ns, beyond every run

function own(): void {
  keeper.onIdle = idle;
  keeper.onUsed = used;
}

/** Neither below zero nor no number. */
function checked(answer: f64): f64 {
  if (answer >= 0) return answer;
  clock.status = E_POLICY;
  return 0;
}

function idle(i: Instance): u64 {
  const f = i.fn;
  const asks = (settings.answers & POLICY_KEEP_FOR) != 0;
  const time = checked(asks ? hostKeepFor(f.index, i.uses, f.instances, <f64>(<i64>i.lastStart)) : keepFor(i));
  return time >= LONGEST ? NEVER : clock.now + <u64>(<i64>(time + 0.5));
}

function used(i: Instance): void {
  const f = i.fn;
  const asks = (settings.answers & POLICY_WORTH) != 0;
  rank(i, checked(asks ? hostWorth(f.index, i.uses, f.instances, <f64>(<i64>i.lastStart)) : worth(i)));
}

policy(W.KEEP_OWN, own);
