// What a machine's scheduler did, as one stream of events, whatever file it was read from: Linux's sched_switch, sched_waking,
// sched_wakeup, sched_migrate_task, sched_process_fork, sched_stat_runtime, the timer that brings cgroups new quota, and the notes that
// `fluxhost record` writes between them (notes.ts).
// Leaves out priorities and every other event of such files.

interface Happened {
  /** On the recording's own clock, in ns. */
  readonly atNs: number;
  readonly cpu: number;
  /** The thread in whose context it happened; 0: the CPU was idle. */
  readonly pid: number;
}

/** `pid` leaves the CPU, `next` has it from now on. */
export interface SwitchEvent extends Happened {
  readonly kind: 'switch';
  readonly comm: string;
  /** It sleeps, stops or ends; otherwise it would run on, and was preempted. */
  readonly blocks: boolean;
  /** It has ended; then it blocks, too. */
  readonly ends: boolean;
  /** 0: the CPU is idle. */
  readonly next: number;
  readonly nextComm: string;
}

/** Of a thread that slept: `waking` when it is decided, `wakeup` when it stands in a CPU's queue. */
export interface WakeEvent extends Happened {
  readonly kind: 'waking' | 'wakeup';
  readonly thread: number;
  readonly comm: string;
  readonly target: number;
}

export interface MigrateEvent extends Happened {
  readonly kind: 'migrate';
  readonly thread: number;
  readonly from: number;
  readonly to: number;
}

/** A thread or a process begins. */
export interface ForkEvent extends Happened {
  readonly kind: 'fork';
  readonly child: number;
  readonly comm: string;
}

/** `thread`, which runs, is charged for what it ran since it was last. Not every kernel tells a switch from idle: this tells when it was. */
export interface RanEvent extends Happened {
  readonly kind: 'ran';
  readonly thread: number;
  readonly ranNs: number;
}

/** Some cgroup has new quota. */
export interface PeriodEvent extends Happened {
  readonly kind: 'period';
}

/** A line that a program wrote into the trace. */
export interface NoteEvent extends Happened {
  readonly kind: 'note';
  readonly text: string;
}

export type SchedEvent = SwitchEvent | WakeEvent | MigrateEvent | ForkEvent | RanEvent | PeriodEvent | NoteEvent;

/** A recording as it was read. */
export interface Recording {
  readonly format: 'fluxhost' | 'text' | 'perfetto';
  /** In order of time; of one instant in the order of the file. */
  readonly events: readonly SchedEvent[];
  /** Events that the kernel says it has lost; where it only says that some are, each gap counts as one. */
  readonly lost: number;
  /** Of threads, as far as the file tells: the process that they are of. */
  readonly processes: ReadonlyMap<number, number>;
  /** What was recorded on, and what it cost, as far as the file tells. */
  readonly about: Readonly<Record<string, unknown>>;
}

/** In order of time; readers bring the events of each CPU in order, one CPU after the other. */
export function inOrder(events: SchedEvent[]): SchedEvent[] {
  return events.sort((a, b) => a.atNs - b.atNs);
}
