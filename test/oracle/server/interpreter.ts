// Threads of one interpreter, written from docs/gil.md alone: a list of events that is searched for the least, intervals as events of
// their own that find out when they happen whether they still mean anything.

import type { GilSpec } from '../../../src/systems/gil.js';

export interface Change {
  readonly at: number;
  readonly threads: number;
}

interface Thread {
  readonly index: number;
  cpu: number;
  io: number;
  left: number;
  begun: number;
  queued: number;
  active: boolean;
}

interface Holder {
  thread: Thread | null;
  /** Its polls are under way. */
  polling: boolean;
  since: number;
  /** Changes with every holder and interval: what was planned for another is void. */
  turn: number;
}

interface Event {
  readonly time: number;
  readonly rank: number;
  readonly sequence: number;
  readonly happen: () => void;
}

const DONE = 1;
const ARRIVE = 2;
const POLL = 3;

export function naiveInterpreter(spec: GilSpec, changes: readonly Change[], until: number) {
  if ('law' in spec.tasks) throw new Error('only a table of tasks can be followed');
  const { cpuNs, ioNs } = spec.tasks;
  let events: Event[] = [];
  let sequence = 0;
  let now = 0;
  let drawn = 0;
  let limit = 0;
  const tasks: { wall: number; cpu: number }[] = [];
  let used = 0;
  let overhead = 0;
  let handovers = 0;
  let preemptions = 0;
  const queue: Thread[] = [];
  const holders: Holder[] = Array.from({ length: spec.workers }, () => ({
    thread: null,
    polling: false,
    since: 0,
    turn: 0,
  }));
  const threads: Thread[] = Array.from({ length: spec.threads }, (_, index) => ({
    index,
    cpu: 0,
    io: 0,
    left: 0,
    begun: 0,
    queued: 0,
    active: false,
  }));

  const plan = (time: number, rank: number, happen: () => void): void => {
    events.push({ time, rank, sequence: sequence++, happen });
  };
  const poll = (holder: Holder): void => {
    holder.polling = false;
    const thread = queue.shift();
    if (thread === undefined) return;
    let over = 0;
    if (thread.queued < now) {
      over = spec.switchNs + spec.perWaiterNs * queue.length;
      overhead += over;
      handovers++;
    }
    holder.thread = thread;
    holder.since = now + over;
    holder.turn++;
    const end = holder.since + thread.left;
    const from = holder.since + spec.intervalNs;
    if (queue.length > 0 && from < end) waitFor(holder, from);
    else finishAt(holder, end);
  };
  const finishAt = (holder: Holder, end: number): void => {
    const turn = ++holder.turn;
    plan(end, DONE, () => {
      if (holder.turn === turn) done(holder);
    });
  };
  const waitFor = (holder: Holder, time: number): void => {
    const turn = ++holder.turn;
    plan(time, DONE, () => {
      if (holder.turn !== turn) return;
      const thread = holder.thread!;
      if (queue.length === 0) return finishAt(holder, holder.since + thread.left);
      used += now - holder.since;
      thread.left -= now - holder.since;
      preemptions++;
      thread.queued = now;
      queue.push(thread);
      holder.thread = null;
      pollSoon(holder);
    });
  };
  const pollSoon = (holder: Holder): void => {
    holder.polling = true;
    plan(now, POLL, () => poll(holder));
  };
  const done = (holder: Holder): void => {
    const thread = holder.thread!;
    used += thread.left;
    holder.thread = null;
    pollSoon(holder);
    plan(now + thread.io, ARRIVE, () => ended(thread));
  };
  const begin = (thread: Thread): void => {
    thread.cpu = cpuNs[drawn % cpuNs.length]!;
    thread.io = ioNs[drawn % ioNs.length]!;
    drawn++;
    thread.left = thread.cpu;
    thread.begun = now;
    thread.queued = now;
    queue.push(thread);
    const idle = holders.find((holder) => holder.thread === null && !holder.polling);
    if (idle !== undefined) return pollSoon(idle);
    if (queue.length > 1) return;
    for (const holder of holders) {
      if (holder.thread === null) continue;
      const from = Math.max(now, holder.since) + spec.intervalNs;
      if (from < holder.since + holder.thread.left) waitFor(holder, from);
    }
  };
  const ended = (thread: Thread): void => {
    tasks.push({ wall: now - thread.begun, cpu: thread.cpu });
    if (thread.index >= limit && !spec.lazy) thread.active = false;
    else begin(thread);
  };
  const apply = (wanted: number): void => {
    limit = wanted;
    for (const thread of threads.slice(0, wanted)) {
      if (thread.active) continue;
      thread.active = true;
      plan(now + spec.startNs, ARRIVE, () => {
        if (thread.index >= limit && !spec.lazy) thread.active = false;
        else begin(thread);
      });
    }
  };

  let left = [...changes];
  for (;;) {
    const first = events.reduce<Event | null>(
      (least, event) => (least === null || before(event, least) ? event : least),
      null,
    );
    const change = left[0];
    // a change comes behind all that happens in its instant
    if (change !== undefined && (first === null || first.time > change.at)) {
      now = change.at;
      left = left.slice(1);
      apply(change.threads);
      continue;
    }
    if (first === null || first.time > until) break;
    events = events.filter((event) => event !== first);
    now = first.time;
    first.happen();
  }
  const window = tasks.slice(-spec.window);
  return {
    tasks: tasks.length,
    cpuNs: tasks.reduce((sum, { cpu }) => sum + cpu, 0),
    wallNs: tasks.reduce((sum, { wall }) => sum + wall, 0),
    usedNs: used,
    overheadNs: overhead,
    preemptions,
    handovers,
    active: threads.filter(({ active }) => active).length,
    ratio:
      window.length === 0
        ? 0
        : window.reduce((sum, { wall, cpu }) => sum + (wall === 0 ? 0 : 1 - cpu / wall), 0) / window.length,
  };
}

function before(a: Event, b: Event): boolean {
  if (a.time !== b.time) return a.time < b.time;
  return a.rank === b.rank ? a.sequence < b.sequence : a.rank < b.rank;
}
