// `ditto` (arXiv 2409.15542): the guest publishes how many vCPUs it could use, the hypervisor samples that every `interval` and
// adds or removes worker vCPUs, about 14 us each. What a burst waits for is the next sample, not the 14 us.

import * as L from "../../layout";
import { H, coreAt, isNull, SEARCHING, vmAt, clock, settings, Settings } from "../state";
import { watch, coreToPool, startArbiter, onArbiter } from "../cores/arbiter";
import { armArbiter } from "../rounds";
import { beginPark } from "../cores/move";
import { hooks } from "../hooks";
import { costNothing } from "../configure";
import { knobs } from "../own";
import { placeGuaranteed } from "../cores/place";
import { mechanism } from "./registry";

@unmanaged
class DittoKnobs {
  addLatencyNs: f64;
  removeLatencyNs: f64;
}

export function ditto(): void {
  settings.threshold = 0; // any task that waits is asked for
  costNothing(offsetof<Settings>("notify"));
  settings.notify = <u64>knobs<DittoKnobs>().removeLatencyNs;
  settings.wake = <u64>knobs<DittoKnobs>().addLatencyNs;
  hooks.onStart = start;
  hooks.onQueued = watch;
  hooks.onCoreFree = coreToPool;
  hooks.onArbiter = sample;
}

function start(): void {
  startArbiter();
  placeGuaranteed();
  if (clock.now != 0) armArbiter(clock.now + 1); // a fork: vCPUs that search above the guarantee are to be taken
}

/** One sample: idle vCPUs above the guarantee are taken, then demand is served. */
function sample(): void {
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    if (isNull(core.vcpu)) continue;
    const v = core.vcpu;
    if (v.state == SEARCHING && v.vm.held > v.vm.min) beginPark(core);
  }
  onArbiter();
  // there is something to sample as long as some VM has more than its guarantee
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    if (vm.held > vm.min || vm.queued != 0) {
      armArbiter(clock.now + 1);
      return;
    }
  }
}

mechanism(L.MECHANISM_DITTO, ditto);
