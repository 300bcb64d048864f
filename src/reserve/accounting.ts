// Where a server's memory goes before the first VM is sold: kernel, page descriptors, tables, headroom; what is left is laid
// out in granules. Page descriptors are 64 B for each 4 KiB page, 1.5625 %, of whatever the kernel's page allocator manages.
// Leaves out firmware holes and descriptors of other kinds (memory cgroups, KASAN shadow).

import { REGION_GRANULES, GRANULE_BYTES } from './core.js';
import type { ReserveScenario, ManagerKind } from './schema.js';

const DESCRIPTOR_BYTES = 64;
const PAGE_BYTES = 4096;
export const DESCRIPTOR_SHARE = DESCRIPTOR_BYTES / PAGE_BYTES;
/** HVO keeps one 4 KiB page of descriptors for each huge page: 1 of the 8 of a 2 MiB page, 1 of the 4096 of a 1 GiB page. */
const HVO_FREED = { small: 7 / 8, large: 4095 / 4096 } as const;

// What the tables of assembly/memory/vmem/tables.ts take.
const HEADER_BYTES = 32;
const NODE_BYTES = 24;
const REGION_BYTES = 16;
const VM_BYTES = 16;
const GRANULE_TABLE_BYTES = 8;

/** Where the memory of a server goes before the first VM is sold. */
export interface MemoryPlan {
  /** All of it. */
  readonly totalBytes: number;
  /** Kept by the host itself. */
  readonly kernelBytes: number;
  /** Page descriptors that stay. */
  readonly descriptorBytes: number;
  /** Tables of the manager itself; both copies, as an upgrade needs them. */
  readonly tableBytes: number;
  /** Kept free for the page allocator. */
  readonly headroomBytes: number;
  /** What VMs can be made of. */
  readonly sellableBytes: number;
  /** Lost because nodes hold whole granules only. */
  readonly roundingBytes: number;
  /** Granules of 2 MiB that each node has to sell. */
  readonly granulesPerNode: number;
  /** Whole gigabytes kept for whole use, where pools are apart. */
  readonly largeRegionsPerNode: number;
}

/** Bytes of one copy of the tables. */
export function tableBytes(nodes: number, granulesPerNode: number, vms: number): number {
  const regions = Math.ceil(granulesPerNode / REGION_GRANULES);
  return (
    HEADER_BYTES +
    nodes * (NODE_BYTES + regions * REGION_BYTES + granulesPerNode * GRANULE_TABLE_BYTES) +
    vms * VM_BYTES
  );
}

/** What the manager leaves to sell, before rounding to granules, and what it takes for itself. */
function shares(
  scenario: ReserveScenario,
  kind: ManagerKind,
): { sellable: number; descriptors: number; headroom: number } {
  const { memory: total, kernel, nodes, vms } = scenario.server;
  const all = total * DESCRIPTOR_SHARE;
  switch (kind) {
    case 'vmem': {
      const descriptors = kernel * DESCRIPTOR_SHARE;
      const most = Math.max(Math.floor((total - kernel - descriptors) / nodes / GRANULE_BYTES), 0);
      const tables = 2 * tableBytes(nodes, most, vms);
      return { sellable: total - kernel - descriptors - tables, descriptors, headroom: 0 };
    }
    case 'hugetlb':
      return { sellable: total - kernel - all, descriptors: all, headroom: 0 };
    case 'hvo': {
      // Descriptors that are freed enlarge the pool, whose descriptors are freed in turn.
      const large = scenario.hugetlb.largeShare;
      const freed = DESCRIPTOR_SHARE * (large * HVO_FREED.large + (1 - large) * HVO_FREED.small);
      const sellable = Math.max(total - kernel - all, 0) / (1 - freed);
      return { sellable, descriptors: all - sellable * freed, headroom: 0 };
    }
    case 'thp': {
      const headroom = total * scenario.thp.headroomShare;
      return { sellable: total - kernel - all - headroom, descriptors: all, headroom };
    }
  }
}

/**
 * The kernel's memory and every table is spread evenly over the nodes.
 * @internal
 */
export function memoryPlan(scenario: ReserveScenario, kind: ManagerKind = scenario.manager): MemoryPlan {
  const { memory: totalBytes, kernel: kernelBytes, nodes } = scenario.server;
  const { sellable, descriptors, headroom } = shares(scenario, kind);
  /** Granules of 2 MiB that each node has to sell. */
  const granulesPerNode = Math.max(Math.floor(sellable / nodes / GRANULE_BYTES), 0);
  const tables = kind === 'vmem' ? 2 * tableBytes(nodes, granulesPerNode, scenario.server.vms) : 0;
  const pooled = kind === 'hugetlb' || kind === 'hvo';
  const sellableBytes = granulesPerNode * nodes * GRANULE_BYTES;
  return {
    totalBytes,
    kernelBytes,
    descriptorBytes: descriptors,
    tableBytes: tables,
    headroomBytes: headroom,
    sellableBytes,
    roundingBytes: totalBytes - kernelBytes - descriptors - tables - headroom - sellableBytes,
    granulesPerNode,
    largeRegionsPerNode: pooled ? Math.floor((granulesPerNode * scenario.hugetlb.largeShare) / REGION_GRANULES) : 0,
  };
}
