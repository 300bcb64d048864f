// What a mechanism decides; the machinery is one for all.

import type { Steps } from './moves.js';
import type { Core, Host, Task, Vcpu, Vm } from './types.js';

export interface Mechanism {
  /** Cores that poll and run no VM: those of the highest numbers. */
  readonly pollingCores: number;
  /** Whether a vCPU that finds nothing to do gives its core up. */
  readonly yields: boolean;
  /** Cores are taken without the guest's knowledge. */
  readonly blind: boolean;
  readonly finishesSections: boolean;
  readonly migrates: boolean;
  start(h: Host): void;
  /** A task has come to wait in the VM: at a vCPU, or (null) in its ingress queue. */
  queued(h: Host, vm: Vm, at: Vcpu | null): void;
  /** The core belongs to nobody. */
  coreFree(h: Host, core: Core): void;
  /** A request has announced that many tasks. */
  announce(h: Host, vm: Vm, width: number): void;
  /** A vCPU has entered. */
  entered(h: Host, v: Vcpu): void;
  /** After every event. */
  after(h: Host): void;
  /** Costs that the mechanism sets. */
  costs(costs: Costs): Costs;
  steps(h: Host, vm: Vm): Steps;
  /** All of the VM's vCPUs are active, with a core or without. */
  alwaysActive(vm: Vm): boolean;
  /** How long a vCPU searches before it gives up; Infinity: for ever. */
  searchFor(h: Host, v: Vcpu): number;
  mayYield(h: Host, v: Vcpu): boolean;
  yieldCore(h: Host, v: Vcpu): void;
  /** Which vCPU of the VM is woken on the core. */
  vcpuFor(h: Host, vm: Vm, core: Core): Vcpu;
  putOn(h: Host, v: Vcpu, task: Task): void;
}

export type Costs = Host['scenario']['costs'];
