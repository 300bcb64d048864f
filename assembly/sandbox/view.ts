// What a policy of one's own sees where it is compiled for the sandbox (`fluxhost judge my-policy.ts`): the names of assembly/view.ts,
// answered by the interface of docs/policy-abi.md and not by the host's records. A field that is not here is not shown there.
// A VM or vCPU is its number, one more, so that none is null.

// @ts-ignore: decorator
@external("fluxhost_v1", "now_ns") declare function nowNs(): f64;
// @ts-ignore: decorator
@external("fluxhost_v1", "vms") declare function vms(): u32;
// @ts-ignore: decorator
@external("fluxhost_v1", "cores") declare function cores(): u32;
// @ts-ignore: decorator
@external("fluxhost_v1", "idle_cores") declare function idleCores(): u32;
// @ts-ignore: decorator
@external("fluxhost_v1", "cores_held") declare function coresHeld(vm: u32): u32;
// @ts-ignore: decorator
@external("fluxhost_v1", "cores_coming") declare function coresComing(vm: u32): u32;
// @ts-ignore: decorator
@external("fluxhost_v1", "guarantee") declare function guarantee(vm: u32): u32;
// @ts-ignore: decorator
@external("fluxhost_v1", "vcpus") declare function mostVcpus(vm: u32): u32;
// @ts-ignore: decorator
@external("fluxhost_v1", "latency_critical") declare function latencyCritical(vm: u32): u32;
// @ts-ignore: decorator
@external("fluxhost_v1", "priority") declare function priority(vm: u32): i32;
// @ts-ignore: decorator
@external("fluxhost_v1", "waiting") declare function waiting(vm: u32): u32;
// @ts-ignore: decorator
@external("fluxhost_v1", "oldest_delay_ns") declare function oldestDelayNs(vm: u32): f64;
// @ts-ignore: decorator
@external("fluxhost_v1", "active_vcpus") declare function activeVcpus(vm: u32): u32;
// @ts-ignore: decorator
@external("fluxhost_v1", "active_vcpu") declare function activeVcpu(vm: u32, place: u32): u32;
// @ts-ignore: decorator
@external("fluxhost_v1", "queue_length") declare function queueLength(vm: u32, vcpu: u32): u32;
// @ts-ignore: decorator
@external("fluxhost_v1", "searching") declare function searching(vm: u32, vcpu: u32): u32;
// @ts-ignore: decorator
@external("fluxhost_v1", "takeable") declare function takeableOf(vm: u32, from: u32): u32;

/** The one state of a vCPU that is shown: it has a core, runs no task and looks for one. */
export const SEARCHING: u32 = 4;
// @ts-ignore: decorator
@inline const OTHERWISE: u32 = 0xff;

@unmanaged
export class Vm {
  // @ts-ignore: decorator
  @inline get index(): u32 { return <u32>changetype<usize>(this) - 1; }
  // @ts-ignore: decorator
  @inline get queued(): u32 { return waiting(this.index); }
  // @ts-ignore: decorator
  @inline get held(): u32 { return coresHeld(this.index); }
  // @ts-ignore: decorator
  @inline get coming(): u32 { return coresComing(this.index); }
  // @ts-ignore: decorator
  @inline get min(): u32 { return guarantee(this.index); }
  // @ts-ignore: decorator
  @inline get max(): u32 { return mostVcpus(this.index); }
  // @ts-ignore: decorator
  @inline get activeCount(): u32 { return activeVcpus(this.index); }
  // @ts-ignore: decorator
  @inline get cls(): u32 { return latencyCritical(this.index); }
  // @ts-ignore: decorator
  @inline get priority(): i32 { return priority(this.index); }
}

@unmanaged
export class VCpu {
  // @ts-ignore: decorator
  @inline private get place(): u32 { return <u32>changetype<usize>(this) - 1; }
  // @ts-ignore: decorator
  @inline get index(): u32 { return this.place & 0xffff; }
  // @ts-ignore: decorator
  @inline get vm(): Vm { return vmAt(this.place >> 16); }
  // @ts-ignore: decorator
  @inline get queueLength(): u32 { return queueLength(this.place >> 16, this.index); }
  // @ts-ignore: decorator
  @inline get state(): u32 { return searching(this.place >> 16, this.index) != 0 ? SEARCHING : OTHERWISE; }
}

// @ts-ignore: decorator
@inline
export function vmAt(index: u32): Vm {
  return changetype<Vm>(<usize>index + 1);
}

// @ts-ignore: decorator
@inline
export function vcpuOf(vm: Vm, index: u32): VCpu {
  return changetype<VCpu>(<usize>((vm.index << 16) | index) + 1);
}

// @ts-ignore: decorator
@inline
export function activeAt(vm: Vm, place: u32): VCpu {
  return vcpuOf(vm, activeVcpu(vm.index, place));
}

// @ts-ignore: decorator
@inline
export function isNull<T>(x: T): bool {
  return changetype<usize>(x) == 0;
}

/** Since when the oldest task that waits in a VM could have run, ns. */
// @ts-ignore: decorator
@inline
export function oldestReady(vm: Vm): u64 {
  return H.now - <u64>oldestDelayNs(vm.index);
}

/** Cores of `from` that `vm` may take now. */
// @ts-ignore: decorator
@inline
export function takeable(vm: Vm, from: Vm): u32 {
  return takeableOf(vm.index, from.index);
}

@unmanaged
export class Host {
  /** Simulated time, ns. */
  // @ts-ignore: decorator
  @inline get now(): u64 { return <u64>nowNs(); }
  // @ts-ignore: decorator
  @inline get vmCount(): u32 { return vms(); }
  // @ts-ignore: decorator
  @inline get coreCount(): u32 { return cores(); }
  // @ts-ignore: decorator
  @inline get idleCount(): u32 { return idleCores(); }
}

export const H: Host = changetype<Host>(0);
