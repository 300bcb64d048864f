// A fork's last step: the mechanism of now takes the host over, or goes on and plans anew what hangs on settings that have changed.

import * as L from "../../layout";
import { H, Host } from "../state";
import { beginAnew, differs, endMotion } from "../cores/switch";
import { armArbiter } from "../rounds";
import { publishNow, replanRounds } from "../cores/arbiter";
import { refit } from "./cgroup";
import { recontrol } from "./caladan/controllers";
import { serveWaiting } from "./ideal";

/** `same`: it is of the kind that was there before; `guarantees`: one of them, or a quota, has changed. */
export function takeOver(same: bool, guarantees: bool): void {
  if (same) goOn(guarantees);
  else if (H.central) {
    endMotion();
    serveWaiting();
  } else {
    beginAnew();
    if (H.arbiter == 0) return;
    publishNow();
    if (H.mechanism == L.MECHANISM_DITTO) armArbiter(H.now + 1); // vCPUs that search above the guarantee are to be taken
  }
}

function goOn(guarantees: bool): void {
  const arbiter = differs(offsetof<Host>("pollBase"), 16) || differs(offsetof<Host>("interval"), offsetof<Host>("dedicated") - offsetof<Host>("interval"))
    || differs(offsetof<Host>("batch"), 8) || differs(offsetof<Host>("queueLength"), 8);
  const knobs = differs(offsetof<Host>("knobA"), 64);
  switch (H.mechanism) {
    case L.MECHANISM_STATIC: {
      if (guarantees) call_indirect<void>(H.onStart);
      return;
    }
    case L.MECHANISM_CGROUP: {
      if (guarantees || knobs) refit();
      return;
    }
    case L.MECHANISM_NSDI22: {
      if (arbiter || knobs) call_indirect<void>(H.onStart);
      return;
    }
    case L.MECHANISM_CALADAN: {
      if (knobs || differs(offsetof<Host>("interval"), 8)) recontrol();
    }
  }
  if (H.arbiter == 0 || (!arbiter && !guarantees)) return;
  if (differs(offsetof<Host>("staleness"), 8)) publishNow();
  replanRounds();
}
