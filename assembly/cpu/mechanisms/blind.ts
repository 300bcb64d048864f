// `blind`: hyperflux without safe parking. The host takes the core without a word; the guest goes on queueing on the vCPU, and
// what ran there, a lock holder perhaps, goes nowhere until the vCPU is back. Shows the hazard that parking removes.

import { H } from "../state";
import { hyperflux } from "./hyperflux";

export function blind(): void {
  hyperflux();
  H.blind = 1;
  H.notify = 0; // nobody is told
  H.preempt = 0;
  H.suspend = 0;
}
