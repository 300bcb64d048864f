// Where the boot time of a VM with passed-through devices goes: fixed part, waiting, allocation, zeroing, further faults,
// pinning, mapping. Each manager has some of the parts; every cost is a named parameter (parameters.ts).
// Leaves out what runs beside: zeroing that overlaps with firmware, or a guest that starts before its memory is complete.

import type { ReserveScenario } from './schema.js';

const GB = 1e9;

/** Where the time of starting a VM goes. */
export interface BootSplit {
  /** What does not depend on memory, in ns. */
  readonly fixedNs: number;
  /** For the manager to be free: operations before it, an upgrade. */
  readonly waitNs: number;
  /** Finding the memory, in ns. */
  readonly allocateNs: number;
  /** Until all its memory is zero; with shared zeroing threads the wait for them is in here. */
  readonly zeroNs: number;
  /** Page faults that are left, in ns. */
  readonly faultNs: number;
  /** Pinning it for devices, in ns. */
  readonly pinNs: number;
  /** Mapping it for devices, in ns. */
  readonly mapNs: number;
  /** All parts, in ns. */
  readonly totalNs: number;
}

export const BOOT_PARTS = ['fixedNs', 'waitNs', 'allocateNs', 'zeroNs', 'faultNs', 'pinNs', 'mapNs'] as const;

/** Nanoseconds for `bytes` at a cost per GB. */
export function perGB(bytes: number, nsPerGB: number): number {
  return Math.round((bytes / GB) * nsPerGB);
}

/**
 * Zeroing alone, with that many threads on one VM.
 * @internal
 */
export function zeroingNs(scenario: ReserveScenario, bytes: number, threads: number): number {
  const { zeroPerGB, zeroFloorPerGB } = scenario.costs;
  // The memory bandwidth bounds many threads, never one: a single thread is as fast as it was measured.
  return perGB(bytes, Math.max(zeroPerGB / threads, Math.min(zeroFloorPerGB, zeroPerGB)));
}

/**
 * What an operation of the manager takes once it is its turn.
 * @internal
 */
export function operationNs(scenario: ReserveScenario, extents: number): number {
  return scenario.costs.operation + extents * scenario.costs.extent;
}

/**
 * `zeroNs` of Vmem comes from its shared threads; the others zero with threads of the VM's own.
 * @internal
 */
export function bootSplit(
  scenario: ReserveScenario,
  bytes: number,
  extents: number,
  waitNs: number,
  vmemZeroNs: number,
): BootSplit {
  const { costs, manager } = scenario;
  const vmem = manager === 'vmem';
  const parts = {
    fixedNs: scenario.boot.fixed,
    waitNs,
    allocateNs: operationNs(scenario, extents),
    zeroNs: vmem ? vmemZeroNs : zeroingNs(scenario, bytes, scenario.hugetlb.zeroThreads),
    faultNs: manager === 'thp' ? perGB(bytes * (1 - scenario.thp.hugeShare), costs.faultPerGB) : 0,
    pinNs: vmem ? 0 : perGB(bytes, costs.pinPerGB),
    mapNs: vmem ? extents * costs.mapPerExtent : 0,
  };
  return { ...parts, totalNs: BOOT_PARTS.reduce((sum, part) => sum + parts[part], 0) };
}
