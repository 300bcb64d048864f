// Wake-ups as requests: one each, or those together that one thread made at once.

import type { RecordedTask, Work } from '../recording/tasks.js';

/** Wake-ups in one request: so close after each other, by one thread that did not leave its CPU meanwhile (assumed). */
const TOGETHER_NS = 20_000;

/** A request's tasks, by when they were woken. */
export type Request = readonly [RecordedTask, ...RecordedTask[]];

/** By when they begin. `together`: wake-ups by one thread at once are one; else each is one. An interrupt's are always one each. */
export function requestsOf(work: Work, group: number, together: boolean): Request[] {
  const wakes = work.tasks.filter((task) => task.group === group).sort((a, b) => a.wakeNs - b.wakeNs);
  const requests: [RecordedTask, ...RecordedTask[]][] = [];
  const last = new Map<number, { readonly wakeNs: number; readonly request: RecordedTask[] }>();
  for (const task of wakes) {
    const before = together && task.waker > 0 ? last.get(task.waker) : undefined;
    const isNext = before !== undefined && task.wakeNs - before.wakeNs < TOGETHER_NS;
    if (isNext) before.request.push(task);
    else requests.push([task]);
    last.set(task.waker, { wakeNs: task.wakeNs, request: isNext ? before.request : requests.at(-1)! });
  }
  return requests.sort((a, b) => comesNs(a) - comesNs(b));
}

/** When a request's first task stands in a queue, and when its last one has ended. */
export const comesNs = (request: Request): number => Math.min(...request.map(({ queuedNs }) => queuedNs));
export const endsNs = (request: Request): number => Math.max(...request.map(({ endNs }) => endNs));

/** How many requests have how many wake-ups. */
export function widthsOf(work: Work, group: number): Map<number, number> {
  const widths = new Map<number, number>();
  for (const { length } of requestsOf(work, group, true)) widths.set(length, (widths.get(length) ?? 0) + 1);
  return widths;
}

/**
 * By how much services differ within requests of several tasks: the mean over them of standard deviation / mean; 0: there are none. A
 * trace's row has one service for all of its tasks.
 */
export function unevenness(requests: readonly Request[]): number {
  const wide = requests.filter(({ length }) => length > 1);
  if (wide.length === 0) return 0;
  const of = (request: Request): number => {
    const mean = request.reduce((sum, { serviceNs }) => sum + serviceNs, 0) / request.length;
    const variance = request.reduce((sum, { serviceNs }) => sum + (serviceNs - mean) ** 2, 0) / request.length;
    return Math.sqrt(variance) / mean;
  };
  return wide.reduce((sum, request) => sum + of(request), 0) / wide.length;
}
