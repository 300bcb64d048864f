// What a mechanism decides; the machinery is one for all.

import type { Mechanism as Knobs } from './scenario.js';
import type { Steps } from './moves.js';
import type { Core, Host, Task, Vcpu, Vm } from './types.js';

export interface Mechanism {
  readonly kind: Knobs['kind'];
  /** Cores that poll and run no VM: those of the highest numbers. */
  readonly pollingCores: number;
  /** Whether a vCPU that finds nothing to do gives its core up. */
  readonly yields: boolean;
  /** Cores are taken without the guest's knowledge. */
  readonly blind: boolean;
  finishesSections(): boolean;
  migrates(): boolean;
  /** What it makes of a VM as the scenario has it. */
  adapt(spec: Vm['spec']): Vm['spec'];
  /** At time 0, and at a fork to it from another kind: from the cores as they lie. */
  start(h: Host): void;
  /** A fork to the same kind: other knobs from now on. */
  change(h: Host, knobs: Knobs): void;
  /** A fork to another kind: none of its events comes any more. */
  retire(h: Host): void;
  /** A task has come to wait in the VM: at a vCPU, or (null) in its ingress queue. */
  queued(h: Host, vm: Vm, at: Vcpu | null): void;
  /** The core belongs to nobody. */
  coreFree(h: Host, core: Core): void;
  /** A request has announced that many tasks. */
  announce(h: Host, vm: Vm, width: number): void;
  /** A core for the VM has been decided on. */
  starting(h: Host, vm: Vm): void;
  /** A vCPU of the VM has been woken: its `wake` is over. */
  woken(vm: Vm): void;
  /** A vCPU has entered. */
  entered(h: Host, v: Vcpu): void;
  /** A move has got on: a vCPU has entered, or has left a core that is promised. */
  moved(h: Host): void;
  /** Whether its controllers are on: of hardware threads, of memory bandwidth. */
  controllers(): readonly [boolean, boolean];
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
