// The kinds of mechanism that can be run, and how many cores each keeps for itself. One line each.

import type { MechanismKind } from './types.js';
export const MECHANISM_KINDS = [
  'ideal',
  'static',
  'hotplug',
  'hyperflux',
  'microvm',
  'shenango',
  'caladan',
  'ditto',
  'blind',
  'cgroup',
  'nsdi22',
] as const satisfies readonly MechanismKind[];

/** Cores that poll for the whole host and run no VM. */
const DEDICATED_CORES: Readonly<Record<MechanismKind, number>> = {
  ideal: 0,
  static: 0,
  hotplug: 0,
  microvm: 0,
  shenango: 1, // the IOKernel
  caladan: 1, // the IOKernel
  ditto: 0,
  blind: 1,
  cgroup: 0,
  nsdi22: 0, // that simulator's arbiter takes no core
  hyperflux: 1, // the seed's one dedicated busy-polling core (APSys 2025, section 3.5)
};

export function dedicatedCores(kind: MechanismKind): number {
  return DEDICATED_CORES[kind];
}
