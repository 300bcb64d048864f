// The scenario as the naive simulator takes it: the resolved one, with the VMs of a group told apart.

import type { Scenario } from '../../src/index.js';
import { draw, exponential, type Law } from './statistics/laws.js';

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
  /** From arrival to deadline; absent: as the VM's workload says. */
  readonly deadlineNs?: number | undefined;
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

/** Where uniform numbers come from, and what drawn values are multiplied by; null: nothing is drawn. */
let chance: { readonly unit: () => number; readonly bias: number } | null = null;

/** What happens within `act` may draw. */
export function drawing<T>(unit: () => number, bias: number, act: () => T): T {
  chance = { unit, bias };
  try {
    return act();
  } finally {
    chance = null;
  }
}

/** A value of the distribution; without chance that of a constant alone. */
export function valueOf(law: number | Law): number {
  if (typeof law === 'number') return law;
  if (law.dist === 'constant') return law.value!;
  if (chance === null) throw new Error(`the naive simulator draws nothing here: ${law.dist}`);
  return chance.bias * draw(law, chance.unit);
}

/** Of a gap the whole nanoseconds are waited; what is left of it counts for the next. */
export function gapOf(meanNs: number, left: number): { readonly ns: number; readonly left: number } {
  if (chance === null) throw new Error('the naive simulator draws no arrivals here');
  const gap = exponential(meanNs, chance.unit) + left;
  return { ns: Math.floor(gap), left: gap - Math.floor(gap) };
}

export type MechanismOf<K extends Mechanism['kind']> = Extract<Mechanism, { kind: K }>;
