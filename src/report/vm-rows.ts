// VMs of one entry with a count are one row of a report: its name, its members, and which of them is the worst or the median one.

import type { VmResult } from '../result/result.js';
import { groupsOf } from '../input/vm-groups.js';

/** A VM by itself, or the VMs of a group. */
export interface VmRow {
  readonly name: string;
  readonly vms: readonly VmResult[];
}

/** By the group's name, in the order of the VMs. */
export function rowsOf(vms: readonly VmResult[]): VmRow[] {
  const groups = groupsOf(vms.map(({ name }) => name));
  const groupOf = new Map([...groups].flatMap(([group, members]) => members.map((member) => [member, group] as const)));
  const rows = new Map<string, VmResult[]>();
  for (const vm of vms) {
    const name = groupOf.get(vm.name) ?? vm.name;
    rows.set(name, [...(rows.get(name) ?? []), vm]);
  }
  return [...rows].map(([name, members]) => ({ name, vms: members }));
}

export type LatencyKey = 'mean' | 'p50' | 'p99' | 'p999' | 'max';

/** The member at a share of those ordered by a latency: 1 the worst, 0.5 the median one. */
export function memberAt(vms: readonly VmResult[], key: LatencyKey, share: number): VmResult {
  const ordered = [...vms].sort((a, b) => (a.latencyNs[key] ?? -1) - (b.latencyNs[key] ?? -1));
  return ordered[Math.floor(share * (ordered.length - 1))]!;
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
