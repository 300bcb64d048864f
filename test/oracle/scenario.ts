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

interface Law {
  readonly dist: string;
  readonly value?: number;
  readonly mean?: number;
  readonly cv?: number;
  readonly min?: number;
  readonly max?: number | undefined;
  readonly short?: number;
  readonly long?: number;
  readonly longShare?: number;
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
  return chance.bias * drawn(law, chance.unit);
}

function drawn(law: Law, unit: () => number): number {
  const u = unit();
  switch (law.dist) {
    case 'exponential':
      return -law.mean! * Math.log(1 - u);
    case 'uniform':
      return law.min! + u * (law.max! - law.min!);
    case 'bimodal':
      return u < law.longShare! ? law.long! : law.short!;
    case 'lognormal': {
      const normal = Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * unit());
      const variance = Math.log(1 + law.cv! ** 2);
      return law.mean! * Math.exp(Math.sqrt(variance) * normal - variance / 2);
    }
    default:
      throw new Error(`the naive simulator does not draw: ${law.dist}`);
  }
}

/** Of a gap the whole nanoseconds are waited; what is left of it counts for the next. */
export function gapOf(meanNs: number, left: number): { readonly ns: number; readonly left: number } {
  if (chance === null) throw new Error('the naive simulator draws no arrivals here');
  const gap = -meanNs * Math.log(1 - chance.unit()) + left;
  return { ns: Math.floor(gap), left: gap - Math.floor(gap) };
}

export type MechanismOf<K extends Mechanism['kind']> = Extract<Mechanism, { kind: K }>;
