// In which order a VM runs its tasks, and what becomes of requests that miss their deadline.

export const ORDER_KINDS = ['fifo', 'edf', 'dm', 'llf', 'qllf'] as const;
export type OrderKind = (typeof ORDER_KINDS)[number];

export const LATE = ['abandon', 'finish'] as const;
export type Late = (typeof LATE)[number];

/** In which order a VM with one queue runs its tasks. */
export interface OrderGiven {
  /** First in, first out; earliest deadline; shortest time to the deadline; least slack; least slack in bins. */
  readonly kind: OrderKind;
  /** `qllf`: how many bins there are. */
  readonly bins: number;
  /** `qllf`: the slack that they divide, in ns; absent: the greatest time from an arrival to its deadline. */
  readonly rangeNs?: number | undefined;
  /** `llf`, `qllf`: between two looks at slack, in ns. */
  readonly tickNs: number;
  /** What a choice costs the core that switches to the chosen task. */
  readonly decision: {
    /** In any case, in ns. */
    readonly baseNs: number;
    /** For (the number of tasks to choose from)^exponent, in ns. */
    readonly perTaskNs: number;
    /** Of that. */
    readonly exponent: number;
  };
}

/** A task that releases a job in each period. */
export interface PeriodicTask {
  /** Between two jobs, in ns. */
  readonly periodNs: number;
  /** How long a job runs, in ns. */
  readonly serviceNs: number;
  /** From a job's release, in ns; absent: as the workload says, or the period where it says none. */
  readonly deadlineNs?: number | undefined;
  /** When the first job is released, in ns. */
  readonly offsetNs: number;
}

type Process =
  | { readonly process: 'periodic'; readonly tasks: readonly PeriodicTask[] }
  | { readonly process: 'saturate' }
  | {
      readonly process: 'trace';
      readonly columns?: { readonly deadline?: string | undefined } | undefined;
      readonly deadlineFactor?: number | undefined;
    }
  | { readonly process: 'poisson' | 'deterministic' | 'mmpp' | 'onoff' | 'closed' | 'none' };

/** What orders and deadlines read of a VM. */
export interface OrderedVm {
  readonly name: string;
  readonly dispatch: string;
  readonly quantumNs: number;
  readonly order?: OrderGiven | undefined;
  readonly memory?: unknown;
  readonly workload: {
    readonly arrivals: Process;
    readonly deadlineNs?: number | undefined;
    readonly late?: Late | undefined;
    readonly request: { readonly lock?: unknown };
  } | null;
}

/** What they read of a scenario. */
export interface OrderedScenario {
  readonly host: { readonly smt: number; readonly memoryBandwidthBytesPerSecond?: number | undefined };
  readonly mechanism: { readonly kind: string };
  readonly functions?: unknown;
  readonly vms: readonly OrderedVm[];
}

/** Times from a request's arrival to its deadline that the scenario itself tells, in ns. */
export function deadlinesOf({ workload }: OrderedVm): number[] {
  if (workload === null) return [];
  const { arrivals, deadlineNs: own } = workload;
  if (arrivals.process !== 'periodic') return own === undefined ? [] : [own];
  return arrivals.tasks.map(({ deadlineNs, periodNs }) => deadlineNs ?? own ?? periodNs);
}

/** Whether a trace brings deadlines of its own. */
export function bringsDeadlines({ workload }: OrderedVm): boolean {
  const arrivals = workload?.arrivals;
  return (
    arrivals?.process === 'trace' && (arrivals.columns?.deadline !== undefined || arrivals.deadlineFactor !== undefined)
  );
}

/** Whether its requests have deadlines. */
export const hasDeadlines = (vm: OrderedVm): boolean => deadlinesOf(vm).length > 0 || bringsDeadlines(vm);

/** Whether those that miss them are given up. */
export const abandons = (vm: OrderedVm): boolean => hasDeadlines(vm) && (vm.workload?.late ?? 'abandon') === 'abandon';

/** Whether its tasks run in another order than that in which they come. */
export const isOrdered = ({ order }: OrderedVm): boolean => order !== undefined && order.kind !== 'fifo';
