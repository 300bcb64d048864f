// Counters: each has one word in the core and at most one row in TypeScript; what has no row is what other figures are made of.
import { describe, expect, it } from 'vitest';
import * as L from '../../assembly/layout.js';
import * as W from '../../assembly/memory/pages/layout.js';
import type { Counter } from '../../src/metrics/counters.js';
import * as ROWS from '../../src/result/counters.js';
import * as SWAP from '../../src/swap/counters.js';

const words = (...tables: Readonly<Record<string, Counter>>[]): number[] =>
  tables.flatMap((table) => Object.values(table).map(({ word }) => word));
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

describe('a counter', () => {
  it('of a VM is one row, or makes another figure', () => {
    const rows = words(ROWS.VM_COUNTERS, ROWS.VM_SECONDS, ROWS.VM_STARTS, ROWS.LOCK_COUNTERS, ROWS.DEADLINE_COUNTERS);
    const makes = [
      ...[L.VM_CARRIED, L.VM_WORK_NS, L.VM_OFF_CORE_MAX],
      ...[L.VM_LOCK_WAITS_ENDED, L.VM_LOCK_WAIT_NS, L.VM_LOCK_WAIT_MAX],
      ...[L.VM_LATENCY_NS_SUM], // read by tests of the laws only
    ];
    expect(sorted([...rows, ...makes])).toEqual(upTo(L.VM_COUNTERS));
  });

  it('of the host is one row, or makes another figure', () => {
    const { hyperthread, bandwidth } = ROWS.CONTROLLER_COUNTERS;
    const rows = words(ROWS.HOST_COUNTERS, ROWS.MOVE_COUNTERS, ROWS.ARBITER_COUNTERS, hyperthread, bandwidth);
    const makes = [L.HOST_EVENTS, L.HOST_FINGERPRINT_VALUE, L.HOST_POLL_NS, L.HOST_CURVE_LENGTH];
    expect(sorted([...rows, ...makes])).toEqual(upTo(L.HOST_VCPUS_RETURNED + 1));
    expect(L.HOST_VCPUS_RETURNED).toBeLessThan(L.HOST_COUNTERS);
  });

  it('of swapped memory is one row, or makes another figure', () => {
    const made = [W.SWAP_RESIDENT, W.SWAP_PINNED, W.SWAP_UNDER_WAY, W.SWAP_UNDER_WAY_FIRST];
    const makes = [...made, W.SWAP_QUEUED_UP_FIRST];
    const rows = words(SWAP.SWAP_COUNTERS, SWAP.SWAP_SECONDS, SWAP.TIER_COUNTERS);
    expect(sorted([...rows, ...makes])).toEqual(upTo(W.SWAP_OF_BACKENDS));
    expect(sorted([...words(SWAP.BACKEND_COUNTERS), W.BACKEND_FAST, W.BACKEND_FIRST])).toEqual(
      upTo(W.BACKEND_COUNTERS),
    );
    expect(sorted([...words(SWAP.GUEST_COUNTERS, SWAP.GUEST_TIER_COUNTERS), W.GUEST_RESIDENT])).toEqual(
      upTo(W.GUEST_COUNTERS),
    );
    expect(sorted([...words(SWAP.UPGRADE_COUNTERS), W.UPGRADE_OUTCOME])).toEqual(upTo(W.UPGRADE_COUNTERS));
  });
});
