// How many tasks wait, over time, in a recording and in the simulation of it: whether bursts build up and drain alike.

import { TOUCH_NS, type Work } from '../recording/tasks.js';

export interface Timeline {
  /** Between two samples; the first is one step after the second half's period has begun. */
  readonly stepNs: number;
  readonly recorded: readonly number[];
  readonly simulated: readonly number[];
}

/** A period is looked at so often, but for long recordings. */
const STEPS_A_PERIOD = 10;
export const MOST_STEPS = 1024;

export function stepOf(periodNs: number, spanNs: number): number {
  return Math.ceil(Math.max(periodNs / STEPS_A_PERIOD, spanNs / MOST_STEPS));
}

/** Tasks of the VM that have come, have not ended, and do not run, at `zeroNs` + k × `stepNs`, k = 1, 2, … */
export function waitingOf(work: Work, group: number, zeroNs: number, stepNs: number, count: number): number[] {
  const changes = new Int32Array(count + 1);
  /** From the sample that is not before it on. */
  const change = (atNs: number, by: number): void => {
    const k = Math.min(Math.max(Math.ceil((atNs - zeroNs) / stepNs) - 1, 0), count);
    changes[k] = changes[k]! + by;
  };
  for (const { group: of, queuedNs, endNs } of work.tasks) {
    if (of !== group) continue;
    change(queuedNs, 1);
    change(endNs, -1);
  }
  for (const { group: of, fromNs, untilNs, blocked } of work.runs) {
    if (of !== group || (!blocked && untilNs - fromNs < TOUCH_NS)) continue;
    change(fromNs, -1);
    change(untilNs, 1);
  }
  let waiting = 0;
  // A thread that ran before it was seen to be woken is in no task.
  return Array.from({ length: count }, (_, k) => Math.max(0, (waiting += changes[k]!)));
}
