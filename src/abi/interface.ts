// The interface between the host and a policy in Wasm (docs/policy-abi.md): what a module may import, and what it may export. Version 1:
// what stands here keeps its meaning; more may be added, under the same name of the module.

import type { HostView, PolicyName } from '../policy.js';

/** Of the interface; what `fluxhost_policy_version` of a module answers. */
export const ABI_VERSION = 1;
/** The one module that may be imported from. */
export const ABI_MODULE = 'fluxhost_v1';
/** The export that tells the version. */
export const ABI_VERSION_EXPORT = 'fluxhost_policy_version';

/** Types of parameters and of the result: `i32,i32->i32`. */
export type Signature = string;

type Look = (view: HostView, a: number, b: number) => number;

/** What may be imported, and what answers it. Numbers of VMs and vCPUs are unsigned. */
export const ABI_IMPORTS: Readonly<Record<string, readonly [signature: Signature, look: Look]>> = {
  now_ns: ['->f64', (view) => view.nowNs],
  vms: ['->i32', (view) => view.vms],
  cores: ['->i32', (view) => view.cores],
  idle_cores: ['->i32', (view) => view.idleCores],
  cores_held: ['i32->i32', (view, vm) => view.coresHeld(vm)],
  cores_coming: ['i32->i32', (view, vm) => view.coresComing(vm)],
  guarantee: ['i32->i32', (view, vm) => view.guarantee(vm)],
  vcpus: ['i32->i32', (view, vm) => view.vcpus(vm)],
  latency_critical: ['i32->i32', (view, vm) => view.latencyCritical(vm)],
  priority: ['i32->i32', (view, vm) => view.priority(vm)],
  waiting: ['i32->i32', (view, vm) => view.waiting(vm)],
  oldest_delay_ns: ['i32->f64', (view, vm) => view.oldestDelayNs(vm)],
  active_vcpus: ['i32->i32', (view, vm) => view.activeVcpus(vm)],
  active_vcpu: ['i32,i32->i32', (view, vm, place) => view.activeVcpu(vm, place)],
  active_load: ['i32,i32->i32', (view, vm, place) => view.activeLoad(vm, place)],
  queue_length: ['i32,i32->i32', (view, vm, vcpu) => view.queueLength(vm, vcpu)],
  searching: ['i32,i32->i32', (view, vm, vcpu) => view.searching(vm, vcpu)],
  takeable: ['i32,i32->i32', (view, vm, from) => view.takeable(vm, from)],
};

/** The decisions: the name of the export, and its signature. */
export const ABI_EXPORTS: Readonly<Record<PolicyName, readonly [name: string, signature: Signature]>> = {
  dispatch: ['dispatch', 'i32,i32->i32'],
  firstVictim: ['first_victim', 'i32,i32->i32'],
  coresWanted: ['cores_wanted', 'i32->i32'],
  victim: ['victim', 'i32->i32'],
  keepFor: ['keep_for', 'i32,i32,i32,f64->f64'],
  worth: ['worth', 'i32,i32,i32,f64->f64'],
};
