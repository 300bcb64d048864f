// What belongs to the mechanism in charge: the words of its knobs, and records of its own. Each mechanism says what its records look like
// (`own<Quota>(vm).used`), and nobody else reads them. Every VM and vCPU has room for the largest, laid out with the host, so that a
// fork may hand over to any mechanism; then all rooms are cleared. A record that outgrows its room is a compile error here.

import * as L from "../layout";
import { H, VCpu, VCPU_OWN_BYTES, VM_OWN_AT, VM_OWN_BYTES, Vm, vcpuOf, vmAt } from "./state";

// @ts-ignore: decorator
@inline export const KNOB_BYTES: usize = (L.HOST_KNOBS_END - L.HOST_KNOBS) << 3;
/** The words of the mechanism's knobs. */
export const KNOBS: usize = memory.data((L.HOST_KNOBS_END - L.HOST_KNOBS) << 3, 64);
// @ts-ignore: decorator
@inline const HOST_OWN_BYTES: usize = 64;
const HOST_OWN: usize = memory.data(64, 64);

/**
 * The mechanism's knobs, each an f64: `K` names them in the order of their table in src/mechanisms, without those of the arbiter
 * (Settings).
 */
// @ts-ignore: decorator
@inline
export function knobs<K>(): K {
  if (offsetof<K>() > KNOB_BYTES) ERROR("more knobs than layout.ts has words for");
  return changetype<K>(KNOBS);
}

/** The mechanism's record of `vm`. */
// @ts-ignore: decorator
@inline
export function own<T>(vm: Vm): T {
  if (offsetof<T>() > VM_OWN_BYTES) ERROR("a mechanism's record of a VM outgrows VM_OWN_BYTES");
  return changetype<T>(changetype<usize>(vm) + VM_OWN_AT);
}

/** The mechanism's record of `v`. */
// @ts-ignore: decorator
@inline
export function ownOf<T>(v: VCpu): T {
  if (offsetof<T>() > VCPU_OWN_BYTES) ERROR("a mechanism's record of a vCPU outgrows VCPU_OWN_BYTES");
  return changetype<T>(v.own);
}

/** The same of the vCPU `index` of `vm`: they lie side by side, so that a look through all of them reads no vCPU. */
// @ts-ignore: decorator
@inline
export function ownAt<T>(vm: Vm, index: u32): T {
  return changetype<T>(vcpuOf(vm, 0).own + <usize>index * VCPU_OWN_BYTES);
}

/** The mechanism's record of the host. */
// @ts-ignore: decorator
@inline
export function ownOfHost<T>(): T {
  if (offsetof<T>() > HOST_OWN_BYTES) ERROR("a mechanism's record of the host outgrows HOST_OWN_BYTES");
  return changetype<T>(HOST_OWN);
}

/** Another mechanism takes over: its records are all 0. */
export function clearOwn(): void {
  memory.fill(HOST_OWN, 0, HOST_OWN_BYTES);
  memory.fill(H.ownOfVcpus, 0, <usize>H.vcpuCount * VCPU_OWN_BYTES);
  for (let i: u32 = 0; i < H.vmCount; i++) memory.fill(changetype<usize>(vmAt(i)) + VM_OWN_AT, 0, VM_OWN_BYTES);
}
