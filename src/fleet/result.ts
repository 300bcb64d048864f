// What one run of a fleet tells. Nothing but manifest.wallSeconds and manifest.eventsPerSecond differs between two runs of one fleet, whatever
// the number of workers.

import type { Distribution } from '../metrics/figures.js';
import type { ServedTier } from '../lifecycle/counters.js';
import type { PlacementKind } from './placement.js';
import type { Sample } from './samples.js';
import type { VmClass } from './vms.js';

/** What was run, and on what. */
export interface FleetManifest {
  /** Of the package. */
  name: string;
  /** Of the package. */
  version: string;
  /** Of the canonical JSON of the resolved fleet. */
  scenarioSha256: string;
  /** Of the bytes of the core that placed the VMs (fluxhost-memory.wasm). */
  coreSha256: string;
  /** Of the bytes of the core that simulates hosts (fluxhost.wasm); stands where hosts are simulated. */
  hostCoreSha256?: string;
  /** 64-bit hash over every event of the packing, as 16 hexadecimal digits. */
  fingerprint: string;
  /** Every random choice was drawn from it. */
  seed: number;
  /** How hosts were chosen. */
  placement: PlacementKind | 'policy';
  /** What was simulated. */
  fidelity: 'packing' | 'sampled' | 'full';
  /** What moves cores on hosts that are simulated. */
  mechanism: string;
  /** How long VMs came and went, in simulated ns. */
  durationNs: number;
  /** What of that time hosts were simulated in; stands where they are. */
  windows?: {
    /** How many, evenly spread. */
    count: number;
    /** Of each, in simulated ns. */
    lengthNs: number;
  };
  /** Events: of the packing, and of the hosts that were simulated. */
  events: number;
  /**
   * How long the command took that wrote this: what a run that it went on with took is not in it. Absent where it simulated nothing:
   * of `merge`, and where a run that is done was gone on with.
   */
  wallSeconds?: number;
  /** Events of that command itself over `wallSeconds`: those of rows that it found are not among them. */
  eventsPerSecond?: number;
}

/** VMs that came and went. arrivals = placed + rejected, placed = departed + running + lost. */
export interface PackingResult {
  /** VMs that came. */
  arrivals: number;
  /** Of them, those that got a host. */
  placed: number;
  /** Of them, those that fitted nowhere. */
  rejected: number;
  /** Of those placed, those that left at their time. */
  departed: number;
  /** Of those placed, those there at the end. */
  running: number;
  /** Of those placed, those displaced by a failure or drain that fitted nowhere else; stands where there are failures or drains. */
  lost?: number;
  /** How often a VM was placed anew. */
  moved?: number;
  /** Hosts that failed. */
  failures?: number;
  /** Hosts that were drained. */
  drained?: number;
  /** Hosts that never had a VM. */
  unusedHosts: number;
  /** Most hosts with VMs at once. */
  peakHosts: number;
  /** Most cores sold at once. */
  peakCores: number;
  /** Hosts with VMs, mean over the time from 0. */
  meanHosts: number;
  /** Reserved over all cores, mean over the time from 0, 0 to 1: what is sold over its overcommitment. */
  meanCoreUtilization: number;
  /** The same of memory. */
  meanMemoryUtilization: number;
  /** Cores that were free where memory had run out, over all cores; mean over the samples. Null without VMs. */
  strandedCores: number | null;
  /** Memory that was free where cores had run out, over all memory; mean over the samples. Null without VMs. */
  strandedMemory: number | null;
}

/** A figure of sampled hosts: what it would be for all of them, and its 95 % interval. */
export interface Estimate {
  /** The best guess. */
  estimate: number;
  /** Lower end. */
  low: number;
  /** Upper end; null where the sample has none: the quantile may be above all that was seen. */
  high: number | null;
}

/** Requests of the VMs of one class on hosts that were simulated. */
export interface ClassResult {
  /** Who they are. */
  class: VmClass;
  /** VMs, one a host and epoch. */
  vms: number;
  /** Requests that came. */
  arrived: number;
  /** Of them, those answered. */
  completed: number;
  /** Of them, those turned away. */
  dropped: number;
  /** Of them, those under way when an epoch ended. */
  inFlight: number;
  /** Time to the answer, in ns. */
  latencyNs: Distribution;
  /** Of VMs with an objective. */
  slo?: {
    /** Share of the requests that was to be no slower. */
    quantile: number;
    /** Than this, in ns. */
    targetNs: number;
    /** Whether all requests of the class together were; null where hosts are missing: those that are there are no sample. */
    attained: boolean | null;
    /** Share of the VMs that attained it each for itself. */
    share: number;
  };
  /** Of sampled hosts: intervals. */
  confidence?: Record<string, Estimate>;
}

/** Functions, and what became of their requests on hosts that were simulated. */
export interface FunctionsResult {
  /** How many were dealt out. */
  functions: number;
  /** Hosts that have some. */
  hosts: number;
  /** Requests in all the time of the fleet, of all hosts. */
  requests: number;
  /** Of them, those that came when no host was open: nobody simulates them. */
  nowhere: number;
  /** Requests that came in the windows, each once. */
  arrived: number;
  /** How often one that came before waited for memory where an epoch began: arrived + carried = served + dropped + timedOut + inFlight. */
  carried: number;
  /** Of them, those that were given an instance, by where it was found. */
  served: Record<ServedTier, number>;
  /** Share of the served ones for which an instance was restored or booted, 0 to 1; null without any. */
  coldStartRate: number | null;
  /** Requests for which no memory could be made. */
  dropped: number;
  /** Requests that waited for memory as long as they may. */
  timedOut: number;
  /** Requests that waited for memory when an epoch ended. */
  inFlight: number;
  /** Requests that had an instance and had not ended when an epoch did. */
  underWay: number;
  /** Requests that ended. */
  completed: number;
  /** Instances that went for want of memory. */
  evictions: number;
  /** Instances that went because the policy said so. */
  expirations: number;
  /** Instances that booted or were restored. */
  starts: number;
  /** From a request's arrival to when it enters its VM, in ns. */
  startNs: Distribution;
  /** From arrival to end, in ns. */
  latencyNs: Distribution;
  /** GiB·s of instances that lay dormant for 1,000 served requests; null without any. */
  warmGibSecondsPer1000: number | null;
  /** The most that instances of one host held at once, of those that were simulated. */
  usedMaxBytes: number;
  /** Of sampled hosts: intervals. */
  confidence?: Record<string, Estimate>;
}

/** What became of the hosts' cores. */
export interface CoreSeconds {
  /** Running tasks. */
  task: number;
  /** Stealing them. */
  steal: number;
  /** Looking for some. */
  idlePoll: number;
  /** On the move between VMs. */
  transition: number;
  /** Doing nothing. */
  idle: number;
  /** Polling for the mechanism. */
  poll: number;
}

/** Of each cell of the map, of its hosts that were simulated; stands where hosts with functions are. Null where none says anything. */
export interface FunctionMapResult {
  /** Share of the served requests of functions that started cold, in per cent. */
  coldStartPercent: (number | null)[];
  /** What instances held of the memory that is kept for them, mean over the windows, in per cent. */
  functionMemoryPercent: (number | null)[];
}

/** What `fluxhost fleet --json` prints. */
export interface FleetResult {
  /** What was run, and on what. */
  manifest: FleetManifest;
  /** VMs that came and went. */
  packing: PackingResult;
  /** Hosts that were simulated, and all of them. */
  hosts: {
    /** How many were. */
    simulated: number;
    /** How many there are. */
    of: number;
    /** Hosts that were to be simulated and could not be: no figure holds them; stands where there are some. */
    failed?: number;
  };
  /** By class; none where hosts are not simulated. */
  classes: ClassResult[];
  /** Of a fleet with functions, where hosts are simulated; figures scaled to all hosts where they were sampled. */
  functions?: FunctionsResult;
  /** Of simulated hosts, scaled to all of them where they were sampled. */
  coreSeconds?: CoreSeconds;
  /** Evenly over the time. */
  overTime: Sample[];
  /** Reserved cores and memory of each host, mean over the time, in per cent; of large fleets several hosts in order make a cell. */
  map: {
    /** How many hosts make a cell. */
    hostsPerCell: number;
    /** Of each cell. */
    coresPercent: number[];
    /** Of each cell. */
    memoryPercent: number[];
  } & Partial<FunctionMapResult>;
  /** What is allowed but perhaps not meant. */
  warnings: {
    /** A stable word. */
    code: string;
    /** What it is about. */
    field: string;
    /** In a sentence. */
    detail: string;
  }[];
  /** Present where hosts are missing: it was interrupted, or is one part of several. */
  incomplete?: true;
  /** Present where it is one part of several, in words: `part 2 of 3`. */
  part?: string;
}
