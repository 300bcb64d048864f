// `hotplug`: cores are plugged into and out of a Linux guest. The same signals, read by a monitor at its own interval, but a
// plug takes `latency` and an unplug `unplugLatency`, and a vCPU is unplugged after it has been idle for `idleBefore`.
// The guest goes on using a vCPU until its unplug completes, then its queue can be stolen from, as with parking.

import * as L from "../../layout";
import { settings, traits, Settings } from "../state";
import { nudge } from "../holding";
import { watch, coreToPool, onArbiter, startArbiter } from "../cores/arbiter";
import { hooks } from "../hooks";
import { costNothing } from "../configure";
import { knobs } from "../own";
import { placeGuaranteed } from "../cores/place";
import { mechanism } from "./registry";

@unmanaged
class HotplugKnobs {
  latencyNs: f64;
  unplugLatencyNs: f64;
  idleBeforeNs: f64;
}

export function hotplug(): void {
  traits.yields = 1;
  traits.keeps = 1;
  costNothing(offsetof<Settings>("notify"));
  const knob = knobs<HotplugKnobs>();
  settings.minSearch = <u64>knob.idleBeforeNs;
  settings.yield = <u64>knob.unplugLatencyNs;
  settings.notify = <u64>knob.unplugLatencyNs;
  settings.wake = <u64>knob.latencyNs;
  hooks.onStart = start;
  hooks.onQueued = watch;
  hooks.onCoreFree = coreToPool;
  hooks.onMoved = nudge;
  hooks.onArbiter = onArbiter;
}

function start(): void {
  startArbiter();
  placeGuaranteed();
}

mechanism(L.MECHANISM_HOTPLUG, hotplug);
