// What a policy of one's own may read: the one file that it imports, whatever moves behind it. Everything here is read and never
// written; what the fields mean stands at the records (cpu/records.ts).

import { H as host, clock } from "./cpu/state";

export { Vm, VCpu, Core, Task } from "./cpu/state";
/** States of a vCPU. */
export { DORMANT, RUNNING, SEARCHING, STEALING, SPINNING, YIELDING } from "./cpu/state";
/** The vCPUs of a VM that accept tasks, by place; all of them, by index; the VMs. */
export { activeAt, vcpuOf, vmAt, isNull } from "./cpu/state";
/** Since when the oldest task that waits in a VM could have run. */
export { oldestReady } from "./cpu/waiting";

/** The host as a policy sees it. */
@unmanaged
export class Host {
  /** Simulated time, ns. */
  // @ts-ignore: decorator
  @inline
  get now(): u64 {
    return clock.now;
  }
  // @ts-ignore: decorator
  @inline
  get vmCount(): u32 {
    return host.vmCount;
  }
  /** Cores for VMs: without those that poll for the whole host. */
  // @ts-ignore: decorator
  @inline
  get coreCount(): u32 {
    return host.coreCount;
  }
  /** Cores that no VM holds. */
  // @ts-ignore: decorator
  @inline
  get idleCount(): u32 {
    return host.idleCount;
  }
}

export const H: Host = changetype<Host>(0);
