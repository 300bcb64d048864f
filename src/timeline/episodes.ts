// What one vCPU does on one core from one change to the next, cut into slices. Each belongs to one account of the result
// (`cpuSeconds`), by which its category is called: over a whole run they add up to it, to the nanosecond.

import { HOLDS_LOCK, VCPU_STATES } from '../core/records.js';

export type Account = 'task' | 'steal' | 'idlePoll' | 'transition';

export interface Slice {
  readonly name: string;
  readonly account: Account;
  readonly fromNs: number;
  readonly untilNs: number;
}

/** A vCPU on its core, as it was when it was last looked at. */
export interface Episode {
  vcpu: number;
  state: number;
  /** The record of the task in its hands, 0: none. */
  task: number;
  /** Of the task, those that matter here. */
  flags: number;
  sinceNs: number;
  /** Since when the task has run without a break. */
  begunNs: number;
  /** When it would end. */
  untilNs: number;
  /** When it next needs a page that may not be there. */
  touchNs: number;
  /** Busy with the exit of a page fault before. */
  faultUntilNs: number;
}

const [, WAKING, ENTERING, RUNNING, SEARCHING, STEALING, YIELDING, PREEMPTING, SUSPENDING, DESCHEDULING, SPINNING] =
  VCPU_STATES.keys();

export { RUNNING, SEARCHING, STEALING };

const OTHERS: ReadonlyMap<number, readonly [string, Account]> = new Map([
  [WAKING!, ['wake', 'transition']],
  [ENTERING!, ['dispatch', 'transition']],
  [STEALING!, ['steal', 'steal']],
  [YIELDING!, ['yield', 'transition']],
  [PREEMPTING!, ['preempt', 'transition']],
  [SUSPENDING!, ['suspend', 'transition']],
  [DESCHEDULING!, ['deschedule', 'transition']],
  [SPINNING!, ['spin for the lock', 'idlePoll']],
]);

const within = (time: number, from: number, until: number): number => Math.min(Math.max(time, from), until);

/** The slices of an episode that has lasted until `nowNs`; none is empty. */
export function slicesOf(episode: Episode, nowNs: number): Slice[] {
  const { state, sinceNs, begunNs, faultUntilNs, flags } = episode;
  const exitNs = within(faultUntilNs, sinceNs, nowNs);
  const slices: Slice[] = [];
  const add = (name: string, account: Account, fromNs: number, untilNs: number): void => {
    if (untilNs > fromNs) slices.push({ name, account, fromNs, untilNs });
  };
  if (state === RUNNING || state === SEARCHING) add('page fault', 'transition', sinceNs, exitNs);
  if (state === RUNNING) {
    const startNs = within(begunNs, exitNs, nowNs);
    add('switch', 'transition', exitNs, startNs);
    add((flags & HOLDS_LOCK) === 0 ? 'task' : 'critical section', 'task', startNs, nowNs);
  } else if (state === SEARCHING) add('search', 'idlePoll', exitNs, nowNs);
  else {
    const [name, account] = OTHERS.get(state)!;
    add(name, account, sinceNs, nowNs);
  }
  return slices;
}
