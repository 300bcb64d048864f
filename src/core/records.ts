// The records of a running host, read in place between two events, for who watches it (src/timeline). Nothing is written. Where a
// record and its fields lie the core itself says (assembly/fields.ts).

import * as L from '../../assembly/layout.js';
import type { CompiledScenario } from './compile.js';
import { wordAt } from './words.js';

/** States of a vCPU (assembly/cpu/state.ts). */
export const VCPU_STATES = [
  'dormant',
  'waking',
  'entering',
  'running',
  'searching',
  'stealing',
  'yielding',
  'preempting',
  'suspending',
  'descheduling',
  'spinning',
] as const;

/** Of a task that has not come to its critical section yet, and of one that is in it. */
export const BEFORE_LOCK = 2;
export const HOLDS_LOCK = 4;
/** Of a task that has come to its first instruction. */
export const STARTED = 1;

export class Records {
  /** What layout.ts calls by these numbers: places, and offsets in bytes. */
  readonly at: readonly number[];
  /** Of the host, for VMs and others. */
  readonly cores: number;
  /** `pooled`: one of those that instances of functions run in. */
  readonly vms: readonly { readonly name: string; readonly vcpus: number; readonly pooled: boolean }[];
  /** Their names. */
  readonly functions: readonly string[];
  /** When statistics begin. */
  readonly warmupNs: number;
  /** Slot of the first vCPU. */
  readonly firstVcpu: number;
  private words: Uint32Array;

  constructor(
    exports: WebAssembly.Exports,
    private readonly memory: WebAssembly.Memory,
    { vms, slots, scenario, laid }: CompiledScenario,
  ) {
    this.cores = scenario.host.cores;
    this.warmupNs = scenario.warmupNs;
    this.vms = [...vms, ...slots].map(({ name, group }, i) => ({
      name,
      vcpus: group.vcpus.max,
      pooled: i >= vms.length,
    }));
    this.functions = laid?.spec.functions.map(({ name }) => name) ?? [];
    const core = exports as unknown as { fieldAt(which: number): number; slotVcpus(): number };
    this.at = Array.from({ length: L.WATCHED_FIELDS }, (_, which) => core.fieldAt(which));
    this.firstVcpu = core.slotVcpus();
    this.words = new Uint32Array(memory.buffer);
  }

  /** Linear memory may have grown since: its old views are empty then. */
  refresh(): void {
    if (this.words.buffer !== this.memory.buffer) this.words = new Uint32Array(this.memory.buffer);
  }

  /** A field of 32 bits of the record at `place`. */
  word(place: number, field: number): number {
    return this.words[(place + this.at[field]!) >>> 2]!;
  }

  /** One of 64 bits: a time, exact up to 2^53 ns. */
  time(place: number, field: number): number {
    return wordAt(this.words, (place + this.at[field]!) >>> 2);
  }

  core(index: number): number {
    return this.at[L.AT_CORES]! + index * this.at[L.CORE_STRIDE]!;
  }

  vm(index: number): number {
    return this.at[L.AT_VMS]! + index * this.at[L.VM_STRIDE]!;
  }

  fn(index: number): number {
    return this.at[L.AT_FUNCTIONS]! + index * this.at[L.FUNCTION_STRIDE]!;
  }

  /** One that a function counts since statistics began, exact up to 2^53 (`FN_*` of assembly/lifecycle/layout.ts). */
  functionCounter(index: number, which: number): number {
    return this.counter(this.word(this.fn(index), L.FUNCTION_COUNTERS_AT), which);
  }

  /** One of the counters of 64 bits that begin at `place`. */
  counter(place: number, which: number): number {
    return wordAt(this.words, (place >>> 2) + 2 * which);
  }
}
