// The core's part for placement (assembly/placement) behind names and types: one fleet an instance. It knows what is free on which host
// and which host a rule chooses; time, failures and drains are in pack.ts.

import * as L from '../../assembly/placement/layout.js';
import { instantiateCore, compileMemoryCore } from '../core/load.js';

export const PLACEMENT_KINDS = ['first-fit', 'best-fit', 'worst-fit', 'dot-product', 'lifetime-aware'] as const;
export type PlacementKind = (typeof PLACEMENT_KINDS)[number];

const RULES: Readonly<Record<PlacementKind, number>> = {
  'first-fit': L.PLACE_FIRST_FIT,
  'best-fit': L.PLACE_BEST_FIT,
  'worst-fit': L.PLACE_WORST_FIT,
  'dot-product': L.PLACE_DOT_PRODUCT,
  'lifetime-aware': L.PLACE_LIFETIME_AWARE,
};

interface Exports {
  placementConfigure(hosts: number, types: number, rule: number): number;
  placementHosts(from: number, count: number, type: number, cores: number, memory: number): void;
  placementChoose(cores: number, memory: number, departure: number): number;
  placementPlace(cores: number, memory: number, departure: number): number;
  placementPut(host: number, cores: number, memory: number, departure: number): number;
  placementTake(host: number, cores: number, memory: number): number;
  placementOpen(host: number, open: boolean): void;
  placementUniform(seed: number, entity: number, purpose: number): number;
  vmemExponential(seed: number, entity: number, purpose: number): number;
}

/** Hosts that are alike; amounts in the caller's whole units. */
export interface HostGroup {
  readonly count: number;
  readonly cores: number;
  readonly memory: number;
}

/** What no host can be: more would need tables beyond 4 GiB of linear memory. */
export const MOST_HOSTS = 10_000_000;

export class PlacementCore {
  readonly count: number;
  /** Nothing is allocated once the hosts are laid out, so memory stays where it is. */
  private readonly words: Float64Array;

  private constructor(
    private readonly exports: Exports,
    memory: WebAssembly.Memory,
    readonly sha256: string | null,
    groups: readonly HostGroup[],
    kind: PlacementKind,
  ) {
    this.count = groups.reduce((sum, { count }) => sum + count, 0);
    const at = exports.placementConfigure(this.count, groups.length, RULES[kind]) >>> 0;
    if (at === 0) throw new RangeError(`given ${this.count} hosts, expected tables that fit 4 GiB of linear memory`);
    let from = 0;
    groups.forEach(({ count, cores, memory: ram }, type) => {
      exports.placementHosts(from, count, type, cores, ram);
      from += count;
    });
    this.words = new Float64Array(memory.buffer, at, this.count * L.HOST_RECORD_WORDS);
  }

  /**
   * A fleet of its own, from `module` or the core that comes with the package.
   *
   * @throws TypeError for a core without placement, RangeError where linear memory cannot hold the hosts
   */
  static async create(
    groups: readonly HostGroup[],
    kind: PlacementKind,
    module?: WebAssembly.Module,
  ): Promise<PlacementCore> {
    const { exports, memory, sha256 } = instantiateCore(await compileMemoryCore(module));
    if (typeof exports['placementConfigure'] !== 'function')
      throw new TypeError('core: given a module without placement, expected that of fluxhost-memory.wasm');
    return new PlacementCore(exports as unknown as Exports, memory, sha256, groups, kind);
  }

  /** The host that the rule chooses, -1 where the VM fits nowhere; nothing is placed. */
  choose(cores: number, memory: number, departure: number): number {
    return this.exports.placementChoose(cores, memory, departure);
  }

  /** The same, and the VM is on it. */
  place(cores: number, memory: number, departure: number): number {
    return this.exports.placementPlace(cores, memory, departure);
  }

  /** Puts a VM on a host of the caller's choice; false where it does not fit or the host takes none. */
  put(host: number, cores: number, memory: number, departure: number): boolean {
    return this.exports.placementPut(host, cores, memory, departure) !== 0;
  }

  take(host: number, cores: number, memory: number): void {
    if (this.exports.placementTake(host, cores, memory) === 0)
      throw new RangeError(`host ${host}: asked to give back what it has not given`);
  }

  open(host: number, open: boolean): void {
    this.exports.placementOpen(host, open);
  }

  /** The hosts' records one after the other, where they lie: HOST_RECORD_WORDS doubles each (assembly/placement/layout.ts). */
  records(): Float64Array {
    return this.words;
  }

  /** A word of a host's record. */
  word(host: number, word: number): number {
    return this.words[host * L.HOST_RECORD_WORDS + word]!;
  }

  /** Uniform in [0, 1), a stream for each (seed, entity, purpose). */
  draw(seed: number, entity: number, purpose: number): number {
    return this.exports.placementUniform(seed, entity, purpose);
  }

  /** Exponential with mean 1. */
  exponential(seed: number, entity: number, purpose: number): number {
    return this.exports.vmemExponential(seed, entity, purpose);
  }
}
