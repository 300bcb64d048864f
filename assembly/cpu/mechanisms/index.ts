// The table of mechanisms: how cores move. Each is one file, or a folder, that sets the hooks which concern it (../hooks.ts), says what
// it is like (records.ts, `yields` and on) and tells its number (registry.ts); a new one is a file and a line here.

import "./ideal";
import "./static";
import "./hotplug";
import "./hyperflux";
import "./caladan/index";
import "./ditto";
import "./blind";
import "./cgroup/index";
import "./microvm";
import "./nsdi22/index";
import { coreReleased } from "../cores/move";
import { H, arbiter, traits } from "../state";
import { chooseCore } from "../cores/grant";
import { hooks } from "../hooks";
import { clearOwn } from "../own";
import { keepNoTakeable } from "../takeable";
import { replanArbiter } from "../cores/refit";
import { choose } from "./registry";

/** Sets the hooks of a mechanism by its number (layout.ts, MECHANISM_*). False: there is none. */
export function chooseMechanism(kind: u32): bool {
  const before = H.mechanism;
  H.mechanism = kind;
  traits.yields = 0;
  traits.central = 0;
  traits.blind = 0;
  traits.keeps = 0;
  traits.halts = 0;
  traits.parkedBusy = 0;
  if (kind != before) arbiter.on = 0;
  const leave = hooks.leave;
  hooks.clear();
  hooks.onChoose = chooseCore;
  hooks.onYield = coreReleased;
  hooks.onRefit = replanArbiter;
  if (kind != before) {
    if (leave != 0) call_indirect<void>(leave);
    clearOwn();
    keepNoTakeable();
  }
  return choose(kind);
}
