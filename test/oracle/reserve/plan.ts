// What a server has to sell: docs/vmem.md, "What there is to sell".

import { GRANULE, WHOLE, type Layout } from './frames.js';
import type { ReserveScenario } from '../../../src/reserve/schema.js';

export interface Plan {
  readonly layout: Layout;
  readonly descriptorBytes: number;
  readonly tableBytes: number;
  readonly headroomBytes: number;
  readonly sellableBytes: number;
  /** One copy of the tables. */
  readonly copyBytes: number;
}

export function planOf({ manager, server, hugetlb, thp }: ReserveScenario): Plan {
  const { memory, kernel, nodes } = server;
  const bank = (granules: number): number =>
    32 + nodes * (24 + Math.ceil(granules / WHOLE) * 16 + granules * 8) + server.vms * 16;
  const granulesOf = (bytes: number): number => Math.max(0, Math.floor(bytes / nodes / GRANULE));
  let descriptorBytes = memory / 64;
  let headroomBytes = 0;
  let rest = memory - kernel - descriptorBytes;
  if (manager === 'vmem') {
    descriptorBytes = kernel / 64;
    rest = memory - kernel - descriptorBytes;
    rest -= 2 * bank(granulesOf(rest));
  } else if (manager === 'thp') {
    headroomBytes = memory * thp.headroomShare;
    rest -= headroomBytes;
  } else if (manager === 'hvo') {
    const freed = (hugetlb.largeShare * (4095 / 4096) + (1 - hugetlb.largeShare) * (7 / 8)) / 64;
    rest = Math.max(0, rest) / (1 - freed);
    descriptorBytes -= rest * freed;
  }
  const granulesPerNode = granulesOf(rest);
  const pools = manager === 'hugetlb' || manager === 'hvo';
  return {
    descriptorBytes,
    headroomBytes,
    tableBytes: manager === 'vmem' ? 2 * bank(granulesPerNode) : 0,
    copyBytes: bank(granulesPerNode),
    sellableBytes: granulesPerNode * nodes * GRANULE,
    layout: {
      nodes,
      granulesPerNode,
      largeRegionsPerNode: pools ? Math.floor((granulesPerNode * hugetlb.largeShare) / WHOLE) : 0,
      shared: manager === 'vmem',
      balance: server.placement === 'balance',
    },
  };
}
