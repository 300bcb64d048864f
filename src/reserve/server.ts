// One server under one manager: its frames, who may have which, and what a VM's memory looks like once it is there.
// Leaves out time; traffic.ts has the events.

import { zeroingNs, bootSplit, operationNs } from './boot.js';
import { VmemCore, GRANULE_BYTES, type Source, REGION_GRANULES } from './core.js';
import { type MemoryPlan, memoryPlan } from './accounting.js';
import { type MappingMix, missShare, packetNs } from './reach.js';
import type { BootRow } from './result.js';
import type { ReserveScenario } from './schema.js';

export class Server {
  private constructor(
    readonly scenario: ReserveScenario,
    readonly plan: MemoryPlan,
    readonly core: VmemCore,
  ) {}

  static async create(scenario: ReserveScenario, module?: WebAssembly.Module): Promise<Server> {
    const plan = memoryPlan(scenario);
    const { nodes, vms, placement } = scenario.server;
    const { granulesPerNode, largeRegionsPerNode } = plan;
    const shared = scenario.manager === 'vmem';
    const layout = { nodes, granulesPerNode, largeRegionsPerNode, shared, vms, placement };
    return new Server(scenario, plan, await VmemCore.create(layout, module));
  }

  /** Whole granules: what a VM of that size is given. */
  granulesFor(bytes: number): number {
    return Math.ceil(bytes / GRANULE_BYTES);
  }

  /** Where a VM's memory may come from, best first. Pools of one page size do not mix within a VM. */
  private sources(granules: number): Source[] {
    const { manager, hugetlb } = this.scenario;
    if (manager === 'vmem') return ['shared'];
    if (manager === 'thp' || granules % REGION_GRANULES !== 0) return ['small'];
    return hugetlb.fallback ? ['large', 'small'] : ['large'];
  }

  /** Where the memory came from, or undefined where there is no room. */
  place(slot: number, granules: number): Source | undefined {
    const { span } = this.scenario.server;
    return this.sources(granules).find((source) => this.core.add(slot, granules, source, span));
  }

  /** How the VM's memory is mapped. Transparent huge pages are a share, since compaction is not simulated. */
  mixOf(slot: number): MappingMix {
    const { manager, thp } = this.scenario;
    if (manager === 'thp') return { gigabyteShare: 0, megabyteShare: thp.hugeShare, pageShare: 1 - thp.hugeShare };
    const gigabyteShare = (this.core.regionsOf(slot) * REGION_GRANULES) / this.core.granulesOf(slot);
    return { gigabyteShare, megabyteShare: 1 - gigabyteShare, pageShare: 0 };
  }

  /** IOTLB misses of a VM's network traffic and what a packet takes with them. */
  network(slot: number): { missShare: number; packetNs: number } {
    const { buffers, entries } = this.scenario.network;
    const bytes = Math.min(buffers, this.core.granulesOf(slot) * GRANULE_BYTES);
    const miss = missShare(this.mixOf(slot), bytes, entries);
    return { missShare: miss, packetNs: packetNs(this.scenario, miss) };
  }

  /** Of the sizes that boots are to have and that VMs ask for, those for which there is no room even on the empty server, in bytes. */
  sizesThatNeverFit(asked: readonly number[]): number[] {
    const sizes = new Set([...(this.scenario.boot.sizes ?? []), ...asked]);
    return [...sizes]
      .filter((bytes) => {
        const granules = this.granulesFor(bytes);
        const fits = this.place(0, granules) !== undefined;
        if (fits) this.core.remove(0, granules);
        return !fits;
      })
      .sort((a, b) => a - b);
  }

  /** Boots of one VM alone on the empty server; sizes for which there is no room are left out. */
  bootTable(): (BootRow & { missShare: number; packetNs: number })[] {
    const { scenario, core } = this;
    return (scenario.boot.sizes ?? []).flatMap((sizeBytes) => {
      const granules = this.granulesFor(sizeBytes);
      if (this.place(0, granules) === undefined) return [];
      const extents = core.extentsOf(0);
      const given = granules * GRANULE_BYTES;
      // Zeroed in advance, nothing waits; otherwise its zeroing threads have nothing else to do.
      const zeroNs = scenario.zeroing.when === 'destroy' ? 0 : zeroingNs(scenario, given, scenario.zeroing.threads);
      const row = {
        sizeBytes: given,
        extents,
        gigabyteShare: this.mixOf(0).gigabyteShare,
        ...this.network(0),
        ...bootSplit(scenario, given, extents, 0, zeroNs),
      };
      core.remove(0, granules);
      return [row];
    });
  }

  /** Time an operation on this VM holds the manager. */
  operationNs(slot: number): number {
    return operationNs(this.scenario, this.core.extentsOf(slot));
  }
}
