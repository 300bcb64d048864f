// When a VM stood still although it had work and a CPU was idle: what a cgroup without quota looks like from outside. The kernel's own
// count (cpu.stat) is told beside it; it is a sum over CPUs, and changes when throttling ends.

import { readNote, type StatNote } from '../recording/notes.js';
import { type Span, common, joined, lengthOf, without } from '../recording/spans.js';
import type { Recording } from '../recording/events.js';
import { TOUCH_NS, type Run, type Work } from '../recording/tasks.js';

/** Shorter ones are on their way from one thread to the next. */
const LEAST_NS = 200_000;
/** New quota lets a thread run after at most this; and where it began may be set too early by this (tasks.ts). */
const SOON_NS = 2_000_000;
const EARLY_NS = 500_000;

const isTouch = ({ blocked, fromNs, untilNs }: Run): boolean => !blocked && untilNs - fromNs < TOUCH_NS;

/** Times in which threads of the VM waited, and those in which one ran. */
export function standing(work: Work, group: number): { readonly waits: Span[]; readonly runs: Span[] } {
  const waits: Span[] = [];
  const runs: Span[] = [];
  const preempted = new Map<number, number>();
  for (const { group: of, queuedNs, startNs } of work.tasks) if (of === group) waits.push([queuedNs, startNs]);
  for (const run of work.runs) {
    if (run.group !== group) continue;
    const since = preempted.get(run.thread);
    if (since !== undefined) waits.push([since, run.fromNs]);
    if (run.blocked) preempted.delete(run.thread);
    else preempted.set(run.thread, run.untilNs);
    if (!isTouch(run)) runs.push([run.fromNs, run.untilNs]);
  }
  for (const since of preempted.values()) waits.push([since, work.endNs]);
  return { waits: joined(waits), runs: joined(runs) };
}

/** In order. `cpus`: those that the VM may run on. */
export function throttledSpans(work: Work, group: number, cpus: readonly number[]): Span[] {
  const { waits, runs } = standing(work, group);
  const touches = work.runs.filter((run) => run.group === group && isTouch(run));
  // A CPU that is on its way to take a thread off again is as good as idle.
  const taken = touches.map(({ fromNs, untilNs }): Span => [fromNs, untilNs]);
  const idle = joined([...cpus.flatMap((cpu) => work.idle.get(cpu) ?? []), ...taken]);
  const still = without(waits, runs).filter((span) => {
    const length = span[1] - span[0];
    return length >= LEAST_NS && lengthOf(common(idle, [span])) >= length / 2;
  });
  if (work.periodsNs.length === 0) return still;
  // A CPU of a virtual machine may be slow to wake: what no new quota ends is not waiting for it. With several CPUs one of them may have
  // quota of its own left for who comes meanwhile; who waits at another goes on doing so until there is new quota.
  return still.filter(([from, until]) => {
    const at = firstFrom(work.periodsNs, until - SOON_NS);
    if (at === undefined || at < from) return false;
    return (
      at <= until + EARLY_NS || (cpus.length > 1 && lengthOf(common(waits, [[until, at]])) >= at - until - SOON_NS)
    );
  });
}

/** The first of them that is not before `fromNs`; they are in order. */
function firstFrom(instants: readonly number[], fromNs: number): number | undefined {
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (instants[middle]! < fromNs) low = middle + 1;
    else high = middle;
  }
  return instants[low];
}

/** The CPUs on which a VM ran for at least a twentieth of its time, in the recording's second half: it may start elsewhere. */
export function cpusOf(work: Work, group: number): number[] {
  const used = new Map<number, number>();
  const middle = (work.beginNs + work.endNs) / 2;
  for (const { group: of, cpu, fromNs, untilNs } of work.runs)
    if (of === group && untilNs > middle) used.set(cpu, (used.get(cpu) ?? 0) + untilNs - fromNs);
  const all = [...used.values()].reduce((sum, one) => sum + one, 0);
  return [...used]
    .filter(([, ns]) => ns >= all / 20)
    .map(([cpu]) => cpu)
    .sort((a, b) => a - b);
}

/** What cpu.stat counted from the last sample before `fromNs` to the last before `untilNs`; undefined where there is none. */
export function statThrottledNs(
  { events }: Recording,
  cgroup: string,
  fromNs: number,
  untilNs: number,
): number | undefined {
  let first: StatNote | undefined;
  let last: StatNote | undefined;
  for (const event of events) {
    const note = event.kind === 'note' && event.atNs <= untilNs ? readNote(event.text) : undefined;
    if (note?.kind !== 'stat' || note.cgroup !== cgroup) continue;
    if (event.atNs <= fromNs || first === undefined) first = note;
    last = note;
  }
  return first === undefined || last === undefined ? undefined : last.throttledNs - first.throttledNs;
}
