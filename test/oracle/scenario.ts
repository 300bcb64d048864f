// The scenario as the naive simulator takes it: the resolved one, with the VMs of a group told apart.

import type { Scenario } from '../../src/index.js';

export type ScenarioVm = Scenario['vms'][number];
export type Mechanism = Scenario['mechanism'];

/** An arrival from outside: what a trace or `inject` brings. */
export interface Arrival {
  readonly vm: number;
  readonly atNs: number;
  /** -1: as the VM's workload says. */
  readonly serviceNs: number;
  /** 0: as the VM's workload says. */
  readonly width: number;
}

export interface NamedVm {
  readonly name: string;
  readonly group: ScenarioVm;
}

export function expand(scenario: Scenario): NamedVm[] {
  return scenario.vms.flatMap((group) =>
    Array.from({ length: group.count }, (_, i) => ({
      name: group.count === 1 ? group.name : `${group.name}-${i}`,
      group,
    })),
  );
}

/** The value of a distribution without chance. */
export function valueOf(dist: number | { readonly dist: string; readonly value?: number }): number {
  if (typeof dist === 'number') return dist;
  if (dist.dist === 'constant') return dist.value!;
  throw new Error(`the naive simulator draws nothing: ${dist.dist}`);
}

export type MechanismOf<K extends Mechanism['kind']> = Extract<Mechanism, { kind: K }>;
