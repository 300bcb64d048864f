// `hyperflux` (APSys'25; arXiv 2608.12633): vCPUs that lie dormant until a core is theirs, safe parking, voluntary yield, and
// an arbiter on a dedicated polling core, reactive (over a threshold of queueing delay) or proactive (a request announces
// its width). A move takes 13 us end to end by default; the split into steps is assumed, the sum is published.

import * as L from "../../layout";
import { traits } from "../state";
import { nudge } from "../holding";
import { watch, coreToPool, announce, onArbiter, startArbiter } from "../cores/arbiter";
import { hooks } from "../hooks";
import { placeGuaranteed } from "../cores/place";
import { mechanism } from "./registry";

export function hyperflux(): void {
  traits.yields = 1;
  hooks.onStart = start;
  hooks.onQueued = watch;
  hooks.onCoreFree = coreToPool;
  hooks.onAnnounce = announce;
  hooks.onMoved = nudge;
  hooks.onArbiter = onArbiter;
}

function start(): void {
  startArbiter();
  placeGuaranteed();
}

mechanism(L.MECHANISM_HYPERFLUX, hyperflux);
