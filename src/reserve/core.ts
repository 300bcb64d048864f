// The core's part for reserved memory (assembly/memory/vmem) behind names and types: one server an instance.
// Leaves out time: who owns which frame is all it knows.

import {
  GRANULE_BYTES,
  REGION_GRANULES,
  FROM_SHARED,
  FROM_LARGE,
  FROM_SMALL,
  POISON_KNOWN,
  POISON_FREE,
  POISON_REPLACED,
  POISON_LOST,
  BROKEN_CHAIN,
  BROKEN_LEAK,
  BROKEN_COUNT,
  VMEM_OK,
  E_NO_ROOM,
  BROKEN_NOTHING,
  VM_REGIONS,
  VM_GRANULES,
  VM_EXTENTS,
  COUNT_TOTAL,
  COUNT_FREE,
  COUNT_FREE_REGIONS,
  COUNT_POISONED,
  COUNT_LARGEST_FREE,
  COUNT_TABLE_BYTES,
} from '../../assembly/memory/vmem/layout.js';
import { instantiateCore, compileMemoryCore } from '../core/load.js';
import { LawError } from '../result/laws.js';

export { GRANULE_BYTES, REGION_GRANULES };

interface Exports {
  vmemConfigure(nodes: number, granules: number, large: number, shared: boolean, vms: number, balance: boolean): number;
  vmemAdd(vm: number, granules: number, from: number, span: boolean): number;
  vmemRemove(vm: number, granules: number): number;
  vmemPoison(granule: number): number;
  vmemCheck(): number;
  vmemTransfer(): number;
  vmemSwitch(): number;
  vmemOwner(granule: number): number;
  vmemCount(which: number): number;
  vmemVmCount(vm: number, which: number): number;
  vmemDraw(seed: number, entity: number, purpose: number): number;
  vmemExponential(seed: number, entity: number, purpose: number): number;
}

/** How a server's frames are laid out; counts are for each node. */
export interface FrameLayout {
  readonly nodes: number;
  readonly granulesPerNode: number;
  /** Whole regions kept for whole use; read where not `shared`. */
  readonly largeRegionsPerNode: number;
  /** Every region serves whole and by the granule. */
  readonly shared: boolean;
  readonly vms: number;
  readonly placement: 'pack' | 'balance';
}

export type Source = 'shared' | 'large' | 'small';
export type PoisonOutcome = 'known' | 'free' | 'replaced' | 'lost';

const SOURCES: Readonly<Record<Source, number>> = { shared: FROM_SHARED, large: FROM_LARGE, small: FROM_SMALL };
const POISON_OUTCOMES: Readonly<Record<number, PoisonOutcome>> = {
  [POISON_KNOWN]: 'known',
  [POISON_FREE]: 'free',
  [POISON_REPLACED]: 'replaced',
  [POISON_LOST]: 'lost',
};
const BROKEN: Readonly<Record<number, string>> = {
  [BROKEN_CHAIN]: "a VM's chain of frames is not what it counts",
  [BROKEN_LEAK]: 'a frame belongs to a VM that does not know it',
  [BROKEN_COUNT]: 'a counter is not what the tables hold',
};

export class VmemCore {
  private constructor(
    private readonly exports: Exports,
    private readonly memory: WebAssembly.Memory,
    readonly sha256: string | null,
  ) {}

  /**
   * A server of its own, from `module` or the core that comes with the package.
   *
   * @throws TypeError for a core without reserved memory, RangeError where linear memory cannot hold the tables
   */
  static async create(layout: FrameLayout, module?: WebAssembly.Module): Promise<VmemCore> {
    const { exports, memory, sha256 } = instantiateCore(await compileMemoryCore(module));
    if (typeof exports['vmemConfigure'] !== 'function') {
      throw new TypeError('core: given a module without reserved memory, expected that of fluxhost-memory.wasm');
    }
    const core = new VmemCore(exports as unknown as Exports, memory, sha256);
    const { nodes, granulesPerNode, largeRegionsPerNode, shared, vms, placement } = layout;
    if (!core.exports.vmemConfigure(nodes, granulesPerNode, largeRegionsPerNode, shared, vms, placement === 'balance'))
      throw new RangeError(`given ${nodes * granulesPerNode} frames, expected tables that fit 4 GiB of linear memory`);
    return core;
  }

  /** Gives a VM that much more; false, and nothing changed, where there is no room. */
  add(vm: number, granules: number, from: Source, span: boolean): boolean {
    const answer = this.exports.vmemAdd(vm, granules, SOURCES[from], span);
    if (answer !== VMEM_OK && answer !== E_NO_ROOM) throw new RangeError(`VM ${vm}: beyond the configured number`);
    return answer === VMEM_OK;
  }

  remove(vm: number, granules: number): void {
    if (this.exports.vmemRemove(vm, granules) !== VMEM_OK)
      throw new RangeError(`VM ${vm}: cannot give back ${granules} granules, it has ${this.granulesOf(vm)}`);
  }

  poison(granule: number): PoisonOutcome {
    return POISON_OUTCOMES[this.exports.vmemPoison(granule)]!;
  }

  /** @throws LawError where a frame is owned twice, lost or miscounted */
  check(): void {
    const broken = this.exports.vmemCheck();
    if (broken !== BROKEN_NOTHING) throw new LawError(`reserved memory: ${BROKEN[broken]}`);
  }

  /** Copies the tables for the next version; `damage` spoils the copy, as a faulty version would. */
  transfer(damage: boolean): void {
    const at = this.exports.vmemTransfer() >>> 0;
    if (!damage) return;
    const last = new DataView(this.memory.buffer, at + this.tableBytes - 8, 4);
    last.setUint32(0, last.getUint32(0, true) ^ 0x55555, true);
  }

  /** Switches to the copy; false, with everything as it was, where the copy is not sound. */
  switch(): boolean {
    return this.exports.vmemSwitch() === BROKEN_NOTHING;
  }

  /** The VM's number, 'free' or 'isolated'. */
  ownerOf(granule: number): number | 'free' | 'isolated' {
    const owner = this.exports.vmemOwner(granule);
    return owner >= 0 ? owner : owner === -1 ? 'free' : 'isolated';
  }

  regionsOf(vm: number): number {
    return this.exports.vmemVmCount(vm, VM_REGIONS);
  }

  /** All of a VM's memory, whole regions included. */
  granulesOf(vm: number): number {
    return this.regionsOf(vm) * REGION_GRANULES + this.exports.vmemVmCount(vm, VM_GRANULES);
  }

  /** Contiguous runs, gigabytes and single granules apart: one map operation each. */
  extentsOf(vm: number): number {
    return this.exports.vmemVmCount(vm, VM_EXTENTS);
  }

  get totalGranules(): number {
    return this.exports.vmemCount(COUNT_TOTAL);
  }

  get freeGranules(): number {
    return this.exports.vmemCount(COUNT_FREE);
  }

  get freeRegions(): number {
    return this.exports.vmemCount(COUNT_FREE_REGIONS);
  }

  get poisonedGranules(): number {
    return this.exports.vmemCount(COUNT_POISONED);
  }

  get largestFreeGranules(): number {
    return this.exports.vmemCount(COUNT_LARGEST_FREE);
  }

  /** Of one copy of the tables: what an upgrade transfers. */
  get tableBytes(): number {
    return this.exports.vmemCount(COUNT_TABLE_BYTES);
  }

  /** Uniform in [0, 1), a stream for each (seed, entity, purpose). */
  draw(seed: number, entity: number, purpose: number): number {
    return this.exports.vmemDraw(seed, entity, purpose);
  }

  /** Exponential with mean 1. */
  exponential(seed: number, entity: number, purpose: number): number {
    return this.exports.vmemExponential(seed, entity, purpose);
  }
}
