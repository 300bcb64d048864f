// `hotplug`: cores are plugged into and out of a Linux guest. The same signals, read by a monitor at its own interval, but a
// plug takes `latency` and an unplug `unplugLatency`, and a vCPU is unplugged after it has been idle for `idleBefore`.
// The guest goes on using a vCPU until its unplug completes, then its queue can be stolen from, as with parking.
//
//   knob A: plug latency ns | B: unplug latency ns | C: idle time before unplug ns

import { H } from "../state";
import { coreToPool, nudge, onArbiter, startArbiter, watch } from "../arbiter";
import { setHooks, ignoreWidth } from "./index";
import { placeGuaranteed } from "./static";

export function hotplug(): void {
  H.yields = 1;
  H.minSearch = <u64>H.knobC;
  H.yield = <u64>H.knobB;
  H.notify = <u64>H.knobB;
  H.preempt = 0;
  H.suspend = 0;
  H.deschedule = 0;
  H.wake = <u64>H.knobA;
  H.dispatchStep = 0;
  H.issue = 0;
  H.pollBase = 0;
  H.pollPerVm = 0;
  setHooks(start, watch, coreToPool, ignoreWidth, nudge, onArbiter);
}

function start(): void {
  startArbiter();
  placeGuaranteed();
}
