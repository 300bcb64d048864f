// The resolved form of `host.memory` and `vms.*.memory`: what the swap engine is laid out from. Durations are nanoseconds,
// sizes bytes, every default filled.

import type { MechanismKind } from '../mechanisms/types.js';
import type { Dist } from '../input/distributions.js';

export const BACKEND_NAMES = ['zero', 'lz4', 'zstd', 'ssd', 'remote'] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];
export const PATTERNS = ['uniform', 'zipf', 'scan', 'trace'] as const;
export const UPGRADE_KINDS = ['hot-switch', 'hot-upgrade'] as const;
export const FAILURES = ['none', 'prepare', 'transfer'] as const;

/** Shares of pages by the backend that their content goes to; they add up to 1. */
export type Content = Readonly<Record<BackendName, number>>;

export interface Backend {
  /** Nanoseconds for a page of 4 KiB. */
  readonly in: Dist;
  readonly out: Dist;
  /** For each further 4 KiB of a larger page. */
  readonly inMoreNs: number;
  readonly outMoreNs: number;
  /** Page over what is kept of it in the host's memory; null: nothing is. */
  readonly ratio: number | Dist | null;
}

export interface Upgrade {
  readonly kind: (typeof UPGRADE_KINDS)[number];
  readonly atNs: number;
  readonly prepareNs: number;
  readonly transferNs: number;
  readonly switchNs: number;
  readonly rollbackNs: number;
  readonly fails: (typeof FAILURES)[number];
}

export interface HostMemory {
  readonly pageBytes: number;
  readonly blockBytes: number;
  readonly pageSample: number;
  /** Shares of the memory. */
  readonly watermarks: { readonly high: number; readonly low: number; readonly min: number };
  readonly workers: number;
  readonly deviceDepth: number;
  /** Of host.cores, kept for the workers. */
  readonly cores: number;
  /** Cores' worth of background work; 0: no limit. */
  readonly budget: number;
  readonly budgetBurstNs: number;
  readonly fault: {
    readonly exitNs: number;
    readonly lockNs: number;
    readonly mapNs: number;
    readonly resumeNs: number;
  };
  readonly levels: number;
  readonly scan: { readonly intervalNs: number; readonly perPageNs: number };
  readonly prefetch: number;
  readonly metadataBytes: number;
  readonly content: Content;
  readonly backends: Readonly<Record<BackendName, Backend>>;
  readonly upgrades: readonly Upgrade[];
}

export interface Access {
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

export interface GuestMemory {
  readonly sizeBytes: number;
  readonly quotaBytes?: number | undefined;
  /** Share of its pages that never move. */
  readonly pinned: number;
  /** Mean pages that a task touches. */
  readonly touches: number;
  /** Share of touches that write. */
  readonly writes: number;
  readonly access: Access;
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
}
