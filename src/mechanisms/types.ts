// Mechanisms as they are resolved: a kind and its settings.

export type Signal = 'average' | 'oldest' | 'queue-length' | 'policy';

export type Grant = 'one' | 'drain';

interface Deciding {
  readonly intervalNs: number;
  readonly grant: Grant;
}

interface Signalled extends Deciding {
  readonly thresholdNs: number;
  readonly signal: Signal;
  /** Tasks waiting per active vCPU above which a VM is short of cores; read for signal `queue-length`. */
  readonly queueLength: number;
}

interface Polling extends Signalled {
  readonly mode: 'reactive' | 'proactive' | 'both';
  readonly stalenessNs: number;
}

export interface HyperfluxMechanism extends Polling {
  readonly kind: 'hyperflux';
  readonly migrate: boolean;
  readonly finishSection: boolean;
  readonly batch: boolean;
  readonly aggregate: boolean;
}

export interface BlindMechanism extends Polling {
  readonly kind: 'blind';
}

export interface HotplugMechanism extends Signalled {
  readonly kind: 'hotplug';
  readonly latencyNs: number;
  readonly unplugLatencyNs: number;
  readonly idleBeforeNs: number;
}

export interface ShenangoMechanism extends Deciding {
  readonly kind: 'shenango';
  readonly moveLatencyNs: number;
}

export interface CaladanMechanism extends Deciding {
  readonly kind: 'caladan';
  readonly thresholdNs: number;
  readonly moveLatencyNs: number;
  readonly bestEffortQuantumNs: number;
  /** Of the two controllers; absent: the default. */
  readonly htPunishNs?: number;
  readonly bandwidthLimitBytesPerSecond?: number;
}

export interface DittoMechanism extends Deciding {
  readonly kind: 'ditto';
  readonly addLatencyNs: number;
  readonly removeLatencyNs: number;
}

export interface CgroupMechanism {
  readonly kind: 'cgroup';
  readonly periodNs: number;
  readonly contextSwitchNs: number;
}

/** The NSDI'22 simulator's rules; which knob belongs to which rule, parameters/mechanisms.ts tells. */
export interface Nsdi22Mechanism {
  readonly kind: 'nsdi22';
  readonly reallocation: 'none' | 'delay-range' | 'buffer-cores' | 'utilization-range' | 'ideal' | 'head-age';
  readonly intervalNs: number;
  readonly everyStep: boolean;
  readonly allocationNs: number;
  readonly delayLowNs: number;
  readonly delayHighNs: number;
  readonly buffersLow: number;
  readonly buffersHigh: number;
  readonly utilizationLow: number;
  readonly utilizationHigh: number;
  readonly thresholdNs: number;
  readonly twoChoices: boolean;
  readonly penaltyNs: number;
  readonly roundDown: boolean;
}

export interface MicrovmMechanism extends Deciding {
  readonly kind: 'microvm';
  readonly bootNs: number;
  readonly restoreNs: number;
  readonly keepAliveNs: number;
  readonly balancer: 'random' | 'round-robin' | 'shortest-queue';
  readonly queueLength: number;
}

export type Mechanism =
  | { readonly kind: 'ideal' }
  | { readonly kind: 'static' }
  | HotplugMechanism
  | HyperfluxMechanism
  | MicrovmMechanism
  | ShenangoMechanism
  | CaladanMechanism
  | DittoMechanism
  | BlindMechanism
  | CgroupMechanism
  | Nsdi22Mechanism;

export type MechanismKind = Mechanism['kind'];
