// A fork's last step: the mechanism of now takes the host over, or goes on and plans anew what hangs on settings that have changed.

import { arbiter, traits, Settings } from "../state";
import { hooks } from "../hooks";
import { beginAnew, differs, endMotion, quantaAnew, roundsDiffer } from "./fork";
import { publishNow, replanRounds } from "./arbiter";

/** `same`: it is of the kind that was there before; `guarantees`: one of them, or a quota, has changed. */
export function takeOver(same: bool, guarantees: bool): void {
  if (same) {
    hooks.refit(guarantees);
    return;
  }
  if (traits.central) {
    endMotion();
    hooks.start();
  } else {
    beginAnew();
    if (arbiter.on != 0) publishNow();
  }
  if (!hooks.schedule) quantaAnew();
}

/** Rounds of the arbiter go by what holds from now on; hook of every mechanism that has none of its own. */
export function replanArbiter(guarantees: bool): void {
  if (arbiter.on == 0 || (!guarantees && !roundsDiffer())) return;
  if (differs(offsetof<Settings>("staleness"), 8)) publishNow();
  replanRounds();
}
