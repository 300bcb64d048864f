// The table of mechanisms: how cores move. Each is one file, or a folder, that sets the hooks which concern it (../hooks.ts) and says what
// it is like (records.ts, `yields` and on); a new one is a file and a line here.

import { canGrow } from "../holding";
import { coreReleased } from "../cores/move";
import * as L from "../../layout";
import { H, arbiter, traits } from "../state";
import { ideal } from "./ideal";
import { fixed } from "./static";
import { hotplug } from "./hotplug";
import { hyperflux } from "./hyperflux";
import { shenango, caladan } from "./caladan/index";
import { ditto } from "./ditto";
import { blind } from "./blind";
import { cgroup } from "./cgroup";
import { microvm } from "./microvm";
import { nsdi22 } from "./nsdi22/index";
import { chooseCore } from "../cores/arbiter";
import { hooks } from "../hooks";
import { clearOwn } from "../own";
import { keepNoTakeable } from "../takeable";
import { replanArbiter } from "../cores/refit";

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
  traits.tellsStart = 0;
  const leave = hooks.leave;
  hooks.clear();
  hooks.onChoose = chooseCore;
  hooks.onYield = coreReleased;
  hooks.onWants = canGrow;
  hooks.onRefit = replanArbiter;
  if (kind != before) {
    if (leave != 0) call_indirect<void>(leave);
    clearOwn();
    keepNoTakeable();
  }
  switch (kind) {
    case L.MECHANISM_IDEAL:
      ideal();
      return true;
    case L.MECHANISM_STATIC:
      fixed();
      return true;
    case L.MECHANISM_HOTPLUG:
      hotplug();
      return true;
    case L.MECHANISM_HYPERFLUX:
      hyperflux();
      return true;
    case L.MECHANISM_SHENANGO:
      shenango();
      return true;
    case L.MECHANISM_CALADAN:
      caladan();
      return true;
    case L.MECHANISM_DITTO:
      ditto();
      return true;
    case L.MECHANISM_BLIND:
      blind();
      return true;
    case L.MECHANISM_CGROUP:
      cgroup();
      return true;
    case L.MECHANISM_MICROVM:
      microvm();
      return true;
    case L.MECHANISM_NSDI22:
      nsdi22();
      return true;
  }
  return false;
}
