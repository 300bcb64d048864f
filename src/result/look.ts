// What a host does at one instant, for whoever watches it: a page that draws it live, a debugger that steps. Read, never written:
// looking changes no event and no result.

/** What a core does: nothing, or what the vCPU on it does. */
export type CoreDoing =
  | 'idle'
  | 'waking'
  | 'entering'
  | 'running'
  | 'searching'
  | 'stealing'
  | 'yielding'
  | 'preempting'
  | 'suspending'
  | 'descheduling'
  | 'spinning';

/** The step of a core's move that is under way; `none`: the core is not moving, or its vCPU still works. */
export type MoveStep = 'none' | 'notify' | 'preempt' | 'suspend' | 'deschedule' | 'wake' | 'enter';

/** One core. */
export interface CoreLook {
  /** Index of the VM on it, in the result's order; -1: none. */
  readonly vm: number;
  /** Of the vCPU on it, within its VM; -1: none. */
  readonly vcpu: number;
  /** At this instant. */
  readonly doing: CoreDoing;
  /** At this instant. */
  readonly step: MoveStep;
  /** Index of the VM that it was promised to; -1: none. */
  readonly target: number;
  /** When the move under way, or the last one, was decided, in ns; 0 before the first. */
  readonly decidedAtNs: number;
}

/** One VM. */
export interface VmLook {
  /** Of the VM. */
  readonly name: string;
  /** Cores that it has or was promised, less those being taken. */
  readonly held: number;
  /** Tasks that wait. */
  readonly waiting: number;
  /** Age of the oldest waiting task. */
  readonly oldestDelayNs: number;
  /** Requests completed since statistics began. */
  readonly completed: number;
  /** Sum of the latencies in its histogram, in ns (its group's where VMs share one). */
  readonly latencySumNs: number;
}

/** A host at one instant. */
export interface HostLook {
  /** Simulated time, in ns. */
  readonly timeNs: number;
  /** Events so far. */
  readonly events: number;
  /** What the last event was for, as in the event log: `vcpu api 3`, `arbiter`, `vm api arrival` … */
  readonly lastEvent: string;
  /** Cores for VMs; those that poll for the whole host are not among them. */
  readonly cores: readonly CoreLook[];
  /** In the result's order. */
  readonly vms: readonly VmLook[];
}
