// The resolved form of `host.memory` and `vms.*.memory`: what the swap engine is laid out from. Durations are nanoseconds,
// sizes bytes, every default filled.

import type { MechanismKind } from '../mechanisms/types.js';
import type { Dist } from '../input/distributions.js';
import type { ADMISSIONS, DETECTORS } from './tier-parameters.js';

export const BACKEND_NAMES = ['zero', 'lz4', 'zstd', 'ssd', 'remote', 'slow'] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];
export const PATTERNS = ['uniform', 'zipf', 'scan', 'trace'] as const;
export const UPGRADE_KINDS = ['hot-switch', 'hot-upgrade'] as const;
export const FAILURES = ['none', 'prepare', 'transfer'] as const;

/** Shares of pages by the backend that their content goes to; they add up to 1. */
export type Content = Readonly<Record<BackendName, number>>;

/** A place where pages go, and what that takes. */
export interface Backend {
  /** Nanoseconds for a page of 4 KiB. */
  readonly in: Dist;
  /** The same on the way out, in ns. */
  readonly out: Dist;
  /** For each further 4 KiB of a larger page. */
  readonly inMoreNs: number;
  /** The same on the way out, in ns. */
  readonly outMoreNs: number;
  /** Page over what is kept of it in the host's memory; null: nothing is. */
  readonly ratio: number | Dist | null;
}

/** An upgrade of the engine while it runs. */
export interface Upgrade {
  /** What is upgraded, and how. */
  readonly kind: (typeof UPGRADE_KINDS)[number];
  /** When it begins, in ns. */
  readonly atNs: number;
  /** Beside the running engine, in ns. */
  readonly prepareNs: number;
  /** Handing the state over, in ns. */
  readonly transferNs: number;
  /** Of the switch itself, in ns. */
  readonly switchNs: number;
  /** Back to the old one, where it fails, in ns. */
  readonly rollbackNs: number;
  /** At which step; none: it does not. */
  readonly fails: (typeof FAILURES)[number];
}

/** Chooses at which count a page is to come up. */
export interface Tuner {
  /** In ns. */
  readonly roundNs: number;
  /** The counts, in the order in which they are tried. */
  readonly choices: readonly number[];
  /** Rounds in which each is tried. */
  readonly explore: number;
  /** Rounds of the best before all are tried anew; 0: for ever. */
  readonly keep: number;
}

/** A slow tier, whose pages are read where they lie. */
export interface SlowTier {
  /** An access to the host's own memory, in ns. */
  readonly fastNs: number;
  /** An access to the slow tier, in ns. */
  readonly slowNs: number;
  /** Which pages are to come up. */
  readonly detector: (typeof DETECTORS)[number];
  /** Slow accesses, or hint faults, at which a page is. */
  readonly accesses: number;
  /** What a hint fault adds, in ns. */
  readonly hintFaultNs: number;
  /** Marks pages of the slow tier. */
  readonly scan: {
    /** Before the first, in ns. */
    readonly delayNs: number;
    /** Between two, in ns. */
    readonly periodNs: number;
    /** That one looks at. */
    readonly sizeBytes: number;
  };
  /** A fault sooner after its mark finds a candidate, in ns. */
  readonly hotNs: number;
  /** Of candidates. */
  readonly limitBytesPerSecond: number;
  /** Between two comparisons with it, in ns. */
  readonly adjustNs: number;
  /** Tries counts in rounds; absent: `accesses` stays. */
  readonly tuner?: Tuner | undefined;
  /** Which candidates come up. */
  readonly admit: (typeof ADMISSIONS)[number];
  /** Of break-even. */
  readonly factor: number;
  /** Accesses more for each page on its way up. */
  readonly price: number;
  /** Counters of slow accesses. */
  readonly sketch: {
    /** In each of four rows. */
    readonly counters: number;
    /** Between two halvings, in ns. */
    readonly halveNs: number;
  };
}

/** The host's memory, and how it is swapped. */
export interface HostMemory {
  /** What is moved at once. */
  readonly pageBytes: number;
  /** Blocks within which prefetching stays. */
  readonly blockBytes: number;
  /** How many times smaller the memory is simulated. */
  readonly pageSample: number;
  /** Shares of the memory. */
  readonly watermarks: {
    /** Free at which background swap-out rests. */
    readonly high: number;
    /** Free below which it works. */
    readonly low: number;
    /** Free below which a fault writes a page out by itself. */
    readonly min: number;
  };
  /** That zero, compress and decompress pages. */
  readonly workers: number;
  /** Operations at once on SSD and remote memory. */
  readonly deviceDepth: number;
  /** Of host.cores, kept for the workers. */
  readonly cores: number;
  /** Cores' worth of background work; 0: no limit. */
  readonly budget: number;
  /** How far it may run ahead of the budget, in ns. */
  readonly budgetBurstNs: number;
  /** What a fault costs on the core that faults. */
  readonly fault: {
    /** From the access to the handler, in ns. */
    readonly exitNs: number;
    /** Taking the page's lock, in ns. */
    readonly lockNs: number;
    /** Entering the page, in ns. */
    readonly mapNs: number;
    /** Back to the guest, in ns. */
    readonly resumeNs: number;
  };
  /** Of age. */
  readonly levels: number;
  /** The looks by which pages age. */
  readonly scan: {
    /** Between two, in ns. */
    readonly intervalNs: number;
    /** For each page, in ns. */
    readonly perPageNs: number;
  };
  /** Pages brought ahead with each fault. */
  readonly prefetch: number;
  /** What the engine keeps for itself. */
  readonly metadataBytes: number;
  /** Where pages go. */
  readonly content: Content;
  /** Of what lies in the slow tier. */
  readonly tier: SlowTier;
  /** By name. */
  readonly backends: Readonly<Record<BackendName, Backend>>;
  /** In order of time. */
  readonly upgrades: readonly Upgrade[];
}

/** Which pages tasks touch. */
export interface Access {
  /** Of the hot part. */
  readonly pattern: (typeof PATTERNS)[number];
  /** Of Zipf's law. */
  readonly exponent: number;
  /** Share of the pages outside the part that the pattern is over. */
  readonly cold: number;
  /** Share of the touches that go there. */
  readonly coldTouches: number;
  /** 0: the hot part stays where it is. */
  readonly phaseNs: number;
  /** Share of the pages by which it moves on. */
  readonly shift: number;
  /** `trace`: page numbers, one a line. */
  readonly file?: string | undefined;
}

/** What the tasks of a VM touch. */
export interface GuestMemory {
  /** Memory that the VM believes it has. */
  readonly sizeBytes: number;
  /** Resident at most; absent: no limit. */
  readonly quotaBytes?: number | undefined;
  /** Share of its pages that never move. */
  readonly pinned: number;
  /** Mean pages that a task touches. */
  readonly touches: number;
  /** Share of touches that write. */
  readonly writes: number;
  /** Which pages its tasks touch. */
  readonly access: Access;
  /** Where its pages go; absent: as the host's. */
  readonly content?: Content | undefined;
}

/** What swapped memory looks at of a scenario. */
export interface SwappedScenario {
  readonly host: { readonly cores: number; readonly memory?: HostMemory; readonly memoryBytes?: number };
  readonly mechanism: { readonly kind: MechanismKind };
  readonly vms: readonly {
    readonly count: number;
    readonly vcpus: { readonly min: number };
    readonly memory?: GuestMemory;
  }[];
  /** Present where functions' working sets are pages of the host's memory. */
  readonly lifecycle?: FunctionsLifecycle | undefined;
  /** Functions that are laid out. */
  readonly laid?: { readonly spec: FunctionsLifecycle & LaidFunctionNames } | undefined;
}

interface LaidFunctionNames {
  readonly functions: readonly { readonly name: string; readonly memoryBytes: number }[];
}

/** What swapped memory looks at of a lifecycle. */
interface FunctionsLifecycle {
  readonly snapshots: 'none' | 'onExpiry';
  readonly workingSetBytes?: number | undefined;
}
