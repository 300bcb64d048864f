// Functions whose VMs come and go: what the core is laid out from. Times are whole nanoseconds, sizes bytes, every default
// filled, files read. Leaves out how it was written: that is schema.ts; what each word means: docs/model/lifecycle.md.

/** A function: what an instance of it holds and takes. */
export interface FunctionSpec {
  /** Named in the result. */
  readonly name: string;
  /** Who owns it. */
  readonly tenant: string;
  /** Memory of an instance, whatever it does. */
  readonly memoryBytes: number;
  /** Memory of each request that runs on it, beyond `memoryBytes`. */
  readonly memoryPerRequestBytes: number;
  /** Of its runtime, after the VM has booted; 0: none is needed. */
  readonly initNs: number;
  /** The most cores that an instance can hold. */
  readonly maxVcpus: number;
  /** Requests that an instance takes at once. */
  readonly concurrency: number;
  /** Instances that are always there. */
  readonly minInstances: number;
  /** Whether a VM that boots is attested. */
  readonly confidential: boolean;
}

/** Sorted by `atNs`; ties keep the order of the rows that they came from. */
export interface Invocations {
  /** Instants of arrival. */
  readonly atNs: Float64Array;
  /** Index of the function. */
  readonly fn: Uint32Array;
  /** How long each runs on one core; below 0: no request, but the announcement that so many will come. */
  readonly serviceNs: Float64Array;
}

/** Where a request may find its instance, from the fastest; results also know `joined`. */
export const TIERS = ['active', 'dormant', 'restore', 'vm', 'full'] as const;
export type Tier = (typeof TIERS)[number];

/** When a dormant instance goes, and which goes first. */
export type KeepAlive =
  | {
      /** For a fixed time. */
      readonly policy: 'fixed';
      /** How long, in ns. */
      readonly timeNs: number;
      /** From the last request's end, or from its start. */
      readonly from: 'end' | 'start';
    }
  | {
      /** Until its memory is needed; the least recently started goes first. */
      readonly policy: 'lru';
    }
  | {
      /** Until its memory is needed; the least worth by greedy-dual goes first. */
      readonly policy: 'gd';
      /** Whose uses count. */
      readonly frequency: 'function' | 'instance';
    }
  | {
      /** By a histogram of idle times. */
      readonly policy: 'hist';
      /** Whose rules. */
      readonly rules: 'dslab' | 'faascache';
    }
  | {
      /** A number of instances that is kept up. */
      readonly policy: 'pool';
      /** Of each function. */
      readonly instances: number;
    }
  | {
      /** One's own. */
      readonly policy: 'policy';
    };

/** What is said of the lifecycle itself; the functions and their invocations come beside it. */
export interface LifecycleSettings {
  /** Budget of all instances; null: none. */
  readonly memoryBytes: number | null;
  /** When a dormant instance goes, and which goes first. */
  readonly keepAlive: KeepAlive;
  /** What becomes of a request for which no memory can be made. */
  readonly overflow: {
    /** Dropped, queued, or queued for so long. */
    readonly kind: 'drop' | 'queue' | 'timeout';
    /** How long, in ns. */
    readonly timeoutNs: number;
  };
  /** Tiers that exist, in the order in which they are tried. */
  readonly order: readonly Tier[];
  /** Starts at a time, and starts per second and core of the host; 0: no limit. */
  readonly boot: {
    /** At a time. */
    readonly slots: number;
    /** Starts per second and core. */
    readonly ratePerSecondPerCore: number;
    /** Share of booting and initializing that is work of a core; absent: none. */
    readonly cpu?: number | undefined;
  };
  /** How much goes for a request. */
  readonly evict: 'asNeeded' | 'asFaasCache';
  /** `onExpiry`: an instance that expires leaves a snapshot of its function. */
  readonly snapshots: 'none' | 'onExpiry';
  /** What it takes to start from each tier. */
  readonly tier: {
    /** From an active instance, in ns. */
    readonly activeNs: number;
    /** From a dormant one, in ns. */
    readonly dormantNs: number;
    /** From a snapshot, in ns. */
    readonly restoreNs: number;
    /** Booting a VM, its runtime left out, in ns. */
    readonly vmBootNs: number;
  };
  /** What a restored instance touches of its snapshot, which lies in the host's memory; absent: nothing that is simulated. */
  readonly workingSetBytes?: number | undefined;
  /** Of a confidential function, where its VM boots. */
  readonly attestNs: number;
  /** Whether an announced width starts VMs ahead. */
  readonly proactive: boolean;
  /** One VM per function grows by requests. */
  readonly vertical: boolean;
}

/** The whole of it. */
export interface LifecycleSpec extends LifecycleSettings {
  /** What may be called. */
  readonly functions: readonly FunctionSpec[];
  /** Who is called when, and for how long. */
  readonly invocations: Invocations;
}
