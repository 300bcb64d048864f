// Which threads make a VM: those of a cgroup, where the recording says so; else those of a process, or of one name where it tells no
// processes. A thread that a member starts is one, until a note says otherwise.

import type { Recording, SchedEvent } from './events.js';
import { readNote } from './notes.js';

/** Nobody's: not of a VM, and the idle thread. */
export const NOBODY = -1;

/** Threads to VMs, as the stream of events goes on. */
export interface Groups {
  readonly by: 'cgroup' | 'process' | 'name';
  /** In the order in which they were seen. */
  readonly names: readonly string[];
  /** Of a thread, now; NOBODY: of none. */
  of(thread: number): number;
  /** To be told every event, in order. */
  see(event: SchedEvent): void;
}

class Cgroups implements Groups {
  readonly by = 'cgroup';
  readonly names: string[] = [];
  private readonly members = new Map<number, number>();

  of(thread: number): number {
    return this.members.get(thread) ?? NOBODY;
  }

  see(event: SchedEvent): void {
    if (event.kind === 'fork') {
      const group = this.members.get(event.pid);
      if (group !== undefined) this.members.set(event.child, group);
    }
    const note = event.kind === 'note' ? readNote(event.text) : undefined;
    if (note === undefined) return;
    if (!this.names.includes(note.cgroup)) this.names.push(note.cgroup);
    const group = this.names.indexOf(note.cgroup);
    if (note.kind === 'member') this.members.set(note.thread, group);
    if (note.kind === 'left' && this.members.get(note.thread) === group) this.members.delete(note.thread);
  }
}

class Named implements Groups {
  readonly names: string[] = [];
  private readonly groups = new Map<number, number>();

  constructor(
    readonly by: 'process' | 'name',
    private readonly processes: ReadonlyMap<number, number>,
  ) {}

  of(thread: number): number {
    return this.groups.get(thread) ?? NOBODY;
  }

  see(event: SchedEvent): void {
    if (event.kind === 'switch') {
      this.meet(event.pid, event.comm);
      this.meet(event.next, event.nextComm);
    }
    if (event.kind === 'waking' || event.kind === 'wakeup') this.meet(event.thread, event.comm);
  }

  private meet(thread: number, comm: string): void {
    if (thread <= 0 || comm === '' || this.groups.has(thread)) return;
    const process = this.by === 'process' ? this.processes.get(thread) : undefined;
    const name = process === undefined ? comm : String(process);
    let group = this.names.indexOf(name);
    if (group < 0) group = this.names.push(name) - 1;
    this.groups.set(thread, group);
  }
}

export function groupsOf({ events, processes }: Recording): Groups {
  const isNote = (event: SchedEvent): boolean => event.kind === 'note' && readNote(event.text) !== undefined;
  if (events.some(isNote)) return new Cgroups();
  return new Named(processes.size > 0 ? 'process' : 'name', processes);
}
