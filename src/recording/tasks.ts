// What a recording's threads did, as tasks: a thread that slept is woken (the arrival), gets a CPU (its wait is over), runs, perhaps
// with breaks, and sleeps again. A task's service is the time that it ran. Wake-ups of a thread that does not sleep are none.
//
// Two ways of Linux's are undone. Since 6.18 a cgroup without quota is throttled thread by thread, each when it would next return to
// its program: a thread that is woken meanwhile has a CPU for some 10 us and is taken off it again. Such a run is none: the wait
// goes on. And some kernels do not tell a switch away from idle, nor one away from some of their own threads: it is set to where what
// the thread that then runs is first charged for begins, or to when it was woken.

import { type Groups, NOBODY } from './groups.js';
import type { Span } from './spans.js';
import type { RanEvent, Recording, SchedEvent, SwitchEvent, WakeEvent } from './events.js';

/** A first run that is cut off within it is none: assumed; 10 to 60 us were seen. */
export const TOUCH_NS = 100_000;

/** A time in which a thread had a CPU. */
export interface Run {
  readonly group: number;
  readonly thread: number;
  readonly cpu: number;
  readonly fromNs: number;
  readonly untilNs: number;
  /** It slept then; else it was preempted. */
  readonly blocked: boolean;
  /** Who had the CPU before and after, 0: it was idle. */
  readonly before: number;
  readonly after: number;
}

/** From a wake-up to the next sleep. */
export interface RecordedTask {
  readonly group: number;
  readonly thread: number;
  /** When it was woken, by which thread (0: by an interrupt), and of which VM that is. */
  readonly wakeNs: number;
  readonly waker: number;
  readonly wakerGroup: number;
  /** When it came into a CPU's queue; as far as the recording tells, else when it was woken. */
  readonly queuedNs: number;
  readonly startNs: number;
  /** Where it began. */
  readonly cpu: number;
  readonly endNs: number;
  readonly serviceNs: number;
  /** Times that it had a CPU. */
  readonly runs: number;
  /** Its CPU had been idle since before the wake-up, so that nothing was waited for but the wake-up itself. */
  readonly fromIdle: boolean;
}

/** Tasks and runs of the VMs, and how the CPUs were used. */
export interface Work {
  readonly names: readonly string[];
  readonly by: Groups['by'];
  readonly beginNs: number;
  readonly endNs: number;
  /** Those that ended, by when they ended. */
  readonly tasks: readonly RecordedTask[];
  /** Those of VMs, by when they ended. */
  readonly runs: readonly Run[];
  /** Threads that are in no VM: CPU time by CPU. */
  readonly othersNs: ReadonlyMap<number, number>;
  /** How long runs of any thread last that begin and end with a switch that was told. */
  readonly runsNs: readonly number[];
  /** Switches from idle, or from a thread of the kernel's, that were not told. */
  readonly implied: number;
  /** Times in which a CPU had no thread, by CPU. */
  readonly idle: ReadonlyMap<number, readonly Span[]>;
  /** When some cgroup had new quota. */
  readonly periodsNs: readonly number[];
  /** Threads of a VM that moved to another CPU. */
  readonly migrations: readonly number[];
}

interface Thread {
  wake?: Pick<RecordedTask, 'wakeNs' | 'waker' | 'wakerGroup'>;
  startNs: number;
  startCpu: number;
  ranNs: number;
  runs: number;
  fromIdle: boolean;
  running: boolean;
  /** It has done a task. */
  worked: boolean;
  /** When it last came into a CPU's queue, and into which. */
  queuedNs: number;
  cpu: number;
}

interface Cpu {
  thread: number;
  sinceNs: number;
  /** Whom the running thread followed. */
  before: number;
  /** Its beginning was told. */
  told: boolean;
}

class Reader {
  readonly tasks: RecordedTask[] = [];
  readonly runs: Run[] = [];
  readonly runsNs: number[] = [];
  implied = 0;
  readonly idle = new Map<number, Span[]>();
  readonly othersNs = new Map<number, number>();
  private readonly threads = new Map<number, Thread>();
  private readonly cpus = new Map<number, Cpu>();

  constructor(private readonly groups: Groups) {}

  private thread(pid: number): Thread {
    let thread = this.threads.get(pid);
    if (thread === undefined) {
      thread = {
        startNs: 0,
        startCpu: NOBODY,
        ranNs: 0,
        runs: 0,
        fromIdle: false,
        running: false,
        worked: false,
        queuedNs: 0,
        cpu: NOBODY,
      };
      this.threads.set(pid, thread);
    }
    return thread;
  }

  /** Whoever does something on a CPU that was idle, or a kernel's, runs there; `ranNs`: what he is charged for since he does. */
  meet({ atNs, cpu: number, pid }: Pick<SchedEvent, 'atNs' | 'cpu' | 'pid'>, ranNs?: number): void {
    const cpu = this.cpus.get(number);
    if (cpu === undefined || cpu.thread === pid || pid <= 0) return;
    // A thread of a VM has always told when it left.
    if (cpu.thread !== 0 && (this.groups.of(cpu.thread) !== NOBODY || ranNs === undefined)) return;
    const thread = this.thread(pid);
    const charged = ranNs === undefined ? thread.queuedNs : Math.max(atNs - ranNs, thread.wake?.wakeNs ?? 0);
    const since = Math.max(cpu.sinceNs, charged);
    // The kernel may charge from before it tells that the thread is in the queue: while the CPU wakes.
    thread.queuedNs = Math.min(thread.queuedNs, since);
    this.implied++;
    if (cpu.thread === 0) this.wasIdle(number, cpu.sinceNs, since);
    else {
      this.other(number, since - cpu.sinceNs);
      this.thread(cpu.thread).running = false;
    }
    this.enter(pid, since, number, cpu);
    this.cpus.set(number, { thread: pid, sinceNs: since, before: cpu.thread, told: false });
  }

  /** Who is charged runs; another CPU tells it when it puts somebody behind him. */
  ran({ atNs, cpu, pid, thread, ranNs }: RanEvent): void {
    this.meet({ atNs, cpu: thread === pid ? cpu : this.thread(thread).cpu, pid: thread }, ranNs);
  }

  move(pid: number, cpu: number): void {
    this.thread(pid).cpu = cpu;
  }

  wake(event: WakeEvent): void {
    const thread = this.thread(event.thread);
    // It has not slept yet, and goes on as if nothing had been.
    if (thread.running) return;
    [thread.queuedNs, thread.cpu] = [event.atNs, event.target];
    if (thread.wake !== undefined) return;
    const wakerGroup = event.pid > 0 ? this.groups.of(event.pid) : NOBODY;
    thread.wake = { wakeNs: event.atNs, waker: Math.max(event.pid, 0), wakerGroup };
    [thread.ranNs, thread.runs] = [0, 0];
  }

  switch(event: SwitchEvent): void {
    const cpu = this.cpus.get(event.cpu);
    if (cpu !== undefined && cpu.thread === event.pid) this.leave(event, cpu);
    if (cpu?.thread === 0 && event.pid === 0) this.wasIdle(event.cpu, cpu.sinceNs, event.atNs);
    if (event.next > 0) this.enter(event.next, event.atNs, event.cpu, event.pid === 0 ? cpu : undefined);
    this.cpus.set(event.cpu, { thread: event.next, sinceNs: event.atNs, before: event.pid, told: true });
  }

  private other(cpu: number, ranNs: number): void {
    this.othersNs.set(cpu, (this.othersNs.get(cpu) ?? 0) + ranNs);
  }

  private wasIdle(cpu: number, fromNs: number, untilNs: number): void {
    const spans = this.idle.get(cpu) ?? [];
    if (spans.length === 0) this.idle.set(cpu, spans);
    if (untilNs > fromNs) spans.push([fromNs, untilNs]);
  }

  private leave(event: SwitchEvent, cpu: Cpu): void {
    const ranNs = event.atNs - cpu.sinceNs;
    if (event.pid === 0) return;
    const group = this.groups.of(event.pid);
    if (group === NOBODY) this.other(event.cpu, ranNs);
    const run = { fromNs: cpu.sinceNs, untilNs: event.atNs, before: cpu.before, after: event.next };
    if (cpu.told) this.runsNs.push(ranNs);
    if (group !== NOBODY) this.runs.push({ ...run, group, thread: event.pid, cpu: event.cpu, blocked: event.blocks });
    const thread = this.thread(event.pid);
    thread.ranNs += ranNs;
    [thread.running, thread.cpu] = [false, event.cpu];
    if (!event.blocks) {
      if (thread.runs === 1 && ranNs < TOUCH_NS) thread.runs = 0;
      return;
    }
    const { wake } = thread;
    delete thread.wake;
    if (wake === undefined || thread.runs === 0 || group === NOBODY) return;
    // To be ended is no work of a thread that has done some; of one that was made for it, it is.
    if (event.ends && thread.worked) return;
    thread.worked = true;
    const { startNs, queuedNs, ranNs: serviceNs, runs, fromIdle } = thread;
    const when = { ...wake, queuedNs: Math.min(queuedNs, startNs), startNs, cpu: thread.startCpu, endNs: event.atNs };
    this.tasks.push({ group, thread: event.pid, ...when, serviceNs, runs, fromIdle });
  }

  /** `idle`: the CPU before, where it was idle. */
  private enter(pid: number, atNs: number, cpu: number, idle: Cpu | undefined): void {
    const thread = this.thread(pid);
    thread.running = true;
    if (thread.runs++ > 0 || thread.wake === undefined) return;
    [thread.startNs, thread.startCpu] = [Math.max(atNs, thread.wake.wakeNs), cpu];
    thread.fromIdle = idle?.thread === 0 && idle.sinceNs <= thread.wake.wakeNs;
  }
}

export function workOf({ events }: Recording, groups: Groups): Work {
  const reader = new Reader(groups);
  const migrations: number[] = [];
  const periodsNs: number[] = [];
  for (const event of events) {
    groups.see(event);
    if (event.kind === 'ran') {
      reader.ran(event);
      continue;
    }
    if (event.kind === 'switch') {
      reader.meet(event);
      reader.switch(event);
    } else if (event.kind === 'waking' || event.kind === 'wakeup') reader.wake(event);
    else if (event.kind === 'period') periodsNs.push(event.atNs);
    else if (event.kind === 'migrate') {
      reader.move(event.thread, event.to);
      const group = groups.of(event.thread);
      if (group !== NOBODY) migrations[group] = (migrations[group] ?? 0) + 1;
    }
  }
  const { tasks, runs, othersNs, runsNs, implied, idle } = reader;
  return {
    ...{ names: groups.names, by: groups.by, tasks, runs, othersNs, runsNs, implied, idle, periodsNs },
    migrations: groups.names.map((_, group) => migrations[group] ?? 0),
    beginNs: events[0]?.atNs ?? 0,
    endNs: events.at(-1)?.atNs ?? 0,
  };
}
