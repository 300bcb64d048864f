// `hotplug`: cores are plugged into and out of a Linux guest. The same signals, read by a monitor at its own interval, but a
// plug takes `latency` and an unplug `unplugLatency`, and a vCPU is unplugged after it has been idle for `idleBefore`.
// The guest goes on using a vCPU until its unplug completes, then its queue can be stolen from, as with parking.
//
//   knob A: plug latency ns | B: unplug latency ns | C: idle time before unplug ns

import { H, Host } from "../state";
import { nudge } from "../holding";
import { watch, coreToPool, onArbiter, startArbiter } from "../cores/arbiter";
import { costNothing, setHooks, ignoreWidth } from "../hooks";
import { placeGuaranteed } from "../cores/place";

export function hotplug(): void {
  H.yields = 1;
  H.keeps = 1;
  costNothing(offsetof<Host>("notify"));
  H.minSearch = <u64>H.knobC;
  H.yield = <u64>H.knobB;
  H.notify = <u64>H.knobB;
  H.wake = <u64>H.knobA;
  setHooks(start, watch, coreToPool, ignoreWidth, nudge, onArbiter);
}

function start(): void {
  startArbiter();
  placeGuaranteed();
}
