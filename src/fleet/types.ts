// A fleet that was checked: durations in nanoseconds, sizes in bytes, every default filled.

import type { Dist } from '../input/distributions.js';
import type { FunctionsGiven, LifecycleGiven } from '../lifecycle/source.js';
import type { Overcommit } from './demand.js';
import type { PlacementKind } from './placement.js';
import type { VmClass } from './vms.js';

export const FIDELITIES = ['packing', 'sampled', 'full'] as const;
export const FORMATS = [
  'csv',
  'azure-packing-2020',
  'bitbrains',
  'gwa-t-12',
  'surf-lisa',
  'alibaba-2018',
  'google-2019',
] as const;
export const TIME_UNITS = ['ns', 'us', 'ms', 's', 'm', 'h', 'd'] as const;
export const ARRIVALS = ['poisson', 'deterministic'] as const;

/** Machines of one type. */
export interface HostGroup {
  /** Its name. */
  readonly type: string;
  readonly count: number;
  /** Of each. */
  readonly cores: number;
  readonly memoryBytes: number;
}

/** A size that VMs may have. */
export interface VmSize {
  /** How often it is drawn, over the sum of all weights. */
  readonly weight: number;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly class: VmClass;
}

/** A file of VMs. */
export interface VmTrace {
  readonly file: string;
  readonly format: (typeof FORMATS)[number];
  readonly timeUnit: (typeof TIME_UNITS)[number];
  /** Names of columns of a csv where they are others. */
  readonly columns: {
    readonly arrival?: string | undefined;
    readonly lifetime?: string | undefined;
    readonly cores?: string | undefined;
    readonly memory?: string | undefined;
    readonly class?: string | undefined;
  };
  /** Of azure-packing-2020, whose sizes are shares of it. */
  readonly machine: number;
  readonly types?: string;
  readonly sizes?: readonly VmSize[];
}

/** What VMs are drawn from. */
export interface GeneratedVms {
  readonly process: (typeof ARRIVALS)[number];
  /** VMs a second. */
  readonly rate: number;
  readonly lifetime: Dist;
  readonly sizes: readonly VmSize[];
  readonly warmupNs: number;
}

/** Hosts that are emptied for maintenance. */
export interface Drain {
  readonly atNs: number;
  /** Share of all hosts. */
  readonly hosts: number;
  readonly withinNs: number;
  /** Absent: to the end. */
  readonly outNs?: number;
}

/** Functions whose requests are dealt out over the hosts. */
export interface FleetFunctions {
  /** Where they and their requests come from. */
  readonly given: FunctionsGiven;
  /** How their VMs come and go; without a budget, which is the reserve of each host. */
  readonly lifecycle: LifecycleGiven;
  /** Hosts that each has. */
  readonly spread: number;
  /** Shares of every host that are kept for them: what VMs do not get. */
  readonly reserve: { readonly cores: number; readonly memory: number };
}

/** A fleet that was checked. */
export interface Fleet {
  readonly version: 1;
  readonly seed: number;
  /** Absent: until the last VM has come. */
  readonly durationNs?: number;
  readonly hosts: readonly HostGroup[];
  readonly placement: PlacementKind;
  readonly fidelity: { readonly kind: (typeof FIDELITIES)[number]; readonly share: number };
  readonly simulate: { readonly windows: number; readonly lengthNs: number; readonly warmupNs: number };
  /** Absent: there are VMs only. */
  readonly functions?: FleetFunctions;
  /** One of both; none where there are only functions. */
  readonly vms: { readonly trace?: VmTrace; readonly generated?: GeneratedVms; readonly staggered?: true };
  readonly overcommit: { readonly cores: Overcommit; readonly memory: Overcommit };
  readonly failures?: { readonly mtbfNs: number; readonly repairNs: number };
  readonly drains: readonly Drain[];
}

/** What runs inside a host, as it was written. */
export interface Inside {
  readonly mechanism: unknown;
  readonly costs?: unknown;
  readonly behaviour?: Readonly<Record<string, unknown>>;
}
