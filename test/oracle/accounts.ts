// Who pays for a core's time. Every nanosecond after the warm-up is booked once: to a VM under one of four headings, or to nobody.

import type { Account, Core, Counters, Host, Vm } from './types.js';

/** From now on the core's time is booked to `payer` as `account`; null: it is idle. */
export function book(h: Host, core: Core, payer: Vm | null, account: Account = 'transition'): void {
  settle(h, core);
  core.payer = payer;
  core.account = account;
}

export function settle(h: Host, core: Core): void {
  const spent = h.clock.now - core.since;
  core.since = h.clock.now;
  if (core.payer === null) h.idleNs += spent;
  else {
    core.payer.counted.cpu[core.account] += spent;
    core.payer.chargedNs += spent;
  }
}

export function noCounters(): Counters {
  return {
    arrived: 0,
    offeredNs: 0,
    completed: 0,
    dropped: 0,
    met: 0,
    late: 0,
    abandoned: 0,
    overtaken: 0,
    latencies: [],
    slowdowns: [],
    queueDelays: [],
    cpu: { task: 0, steal: 0, idlePoll: 0, transition: 0 },
    steals: 0,
    stealAttempts: 0,
    tasksStolen: 0,
    preemptions: 0,
    yields: 0,
    grants: 0,
    revocations: 0,
    migrations: 0,
    stranded: 0,
    longestOffCoreNs: 0,
    throttledNs: 0,
    coldStarts: { boot: 0, restore: 0 },
  };
}
