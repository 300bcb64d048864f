// `blind`: hyperflux without safe parking. The host takes the core without a word; the guest goes on queueing on the vCPU, and
// what ran there, a lock holder perhaps, goes nowhere until the vCPU is back. Shows the hazard that parking removes.

import * as L from "../../layout";
import { settings, traits } from "../state";
import { hyperflux } from "./hyperflux";
import { mechanism } from "./registry";

export function blind(): void {
  hyperflux();
  traits.blind = 1;
  settings.notify = 0; // nobody is told
  settings.preempt = 0;
  settings.suspend = 0;
}

mechanism(L.MECHANISM_BLIND, blind);
