// What a policy of one's own may read: the one file that it imports, whatever moves behind it. Everything here is read and never
// written; what the fields mean stands at the records (cpu/records.ts).

export { H, Host, Vm, VCpu, Core, Task } from "./cpu/state";
/** States of a vCPU. */
export { DORMANT, RUNNING, SEARCHING, STEALING, SPINNING, YIELDING } from "./cpu/state";
/** The vCPUs of a VM that accept tasks, by place; all of them, by index; the VMs. */
export { activeAt, vcpuOf, vmAt, isNull } from "./cpu/state";
/** Since when the oldest task that waits in a VM could have run. */
export { oldestReady } from "./cpu/waiting";
