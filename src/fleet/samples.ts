// The fleet over time, at evenly spaced instants: what is in use, and what nobody can use. A resource is stranded where the other one has
// run out: free memory on a host whose free cores do not take the smallest VM of the trace, free cores where its memory does not.

import * as L from '../../assembly/placement/layout.js';
import type { Scale } from './demand.js';
import type { PlacementCore } from './placement.js';
import type { VmTable } from './vms.js';

/** The fleet after all events of an instant; shares are of the capacity of all hosts. */
export interface Sample {
  /** Simulated time, in ns. */
  atNs: number;
  /** Hosts with VMs. */
  hosts: number;
  /** Hosts that take VMs: neither failed nor drained. */
  open: number;
  /** Reserved cores, 0 to 1. */
  cores: number;
  /** Reserved memory, 0 to 1. */
  memory: number;
  /** Cores that are free where memory has run out, 0 to 1; null without VMs. */
  strandedCores: number | null;
  /** Memory that is free where cores have run out, 0 to 1; null without VMs. */
  strandedMemory: number | null;
}

const SAMPLES = 100;

export class Samples {
  readonly taken: Sample[] = [];
  private next = 0;
  /** Otherwise none is the smallest, and nothing is too little for it. */
  private readonly hasVms: boolean;
  private readonly least = { cores: Infinity, memory: Infinity };

  constructor(
    private readonly core: PlacementCore,
    vms: VmTable,
    cores: Scale,
    memory: Scale,
    private readonly endNs: number,
  ) {
    this.hasVms = vms.count > 0;
    for (let vm = 0; vm < vms.count; vm++) {
      const vmClass = vms.classes[vm]!;
      this.least.cores = Math.min(this.least.cores, vms.cores[vm]! * cores.demand[vmClass]!);
      this.least.memory = Math.min(this.least.memory, vms.memory[vm]! * memory.demand[vmClass]!);
    }
  }

  /** Takes those of instants before `now`: what happens then is not in them. */
  until(now: number): void {
    if (this.endNs === 0) return;
    for (; this.next <= SAMPLES; this.next++) {
      const atNs = Math.round((this.endNs * this.next) / SAMPLES);
      if (atNs >= now) return;
      this.taken.push(this.take(atNs));
    }
  }

  private take(atNs: number): Sample {
    const { core, least } = this;
    const words = core.records();
    const sum = { hosts: 0, open: 0, cores: 0, memory: 0, strandedCores: 0, strandedMemory: 0 };
    let cores = 0;
    let memory = 0;
    for (let at = 0; at < words.length; at += L.HOST_RECORD_WORDS) {
      const freeCores = words[at + L.HOST_FREE_CORES]!;
      const freeMemory = words[at + L.HOST_FREE_MEMORY]!;
      cores += words[at + L.HOST_CORES]!;
      memory += words[at + L.HOST_RAM]!;
      sum.cores += words[at + L.HOST_CORES]! - freeCores;
      sum.memory += words[at + L.HOST_RAM]! - freeMemory;
      if (words[at + L.HOST_VMS]! > 0) sum.hosts++;
      if (words[at + L.HOST_OPEN]! === 0) continue;
      sum.open++;
      if (freeMemory < least.memory) sum.strandedCores += freeCores;
      if (freeCores < least.cores) sum.strandedMemory += freeMemory;
    }
    return {
      ...sum,
      atNs,
      cores: sum.cores / cores,
      memory: sum.memory / memory,
      strandedCores: this.hasVms ? sum.strandedCores / cores : null,
      strandedMemory: this.hasVms ? sum.strandedMemory / memory : null,
    };
  }
}
