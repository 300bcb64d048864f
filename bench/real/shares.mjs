// One CPU that groups share by weight, as kernel/sched/fair.c of Linux 6.18 does (EEVDF between groups), with its quota in the form of quota.mjs:
// the naive calculation of what `mechanism: cgroup` has not. Within a group tasks go in order of arrival, or in that in which they were
// recorded to begin.
//
// Every group has a virtual time, what it ran over its weight. It may be chosen (is eligible) while that is not above the mean of those that
// have work, and of those the one with the earliest virtual deadline is: its virtual time when it came, and a slice. Who runs goes on as
// long as it is eligible and within its slice (RUN_TO_PARITY). Looked at is when a task of another group comes, when a task ends, and at
// the ticks once a slice is over. Who has no work any more takes what it is owed along to its next coming (PLACE_LAG); who has run more
// than its share stays in the mean until the others have had theirs (DELAY_DEQUEUE).

/** Nobody is owed more (entity_lag: two slices, at least a tick). */
const lagLimit = ({ sliceNs, tickNs }) => Math.max(2 * sliceNs, tickNs);

class Group {
  constructor({ quotaNs = Infinity, weight = 1 }) {
    Object.assign(this, { quotaNs, weight, queue: [], usedNs: 0, isStill: false });
    Object.assign(this, { isIn: false, isDelayed: false, virtualNs: 0, deadlineNs: 0, untilNs: 0, lagNs: 0 });
  }

  get isOver() {
    return this.usedNs >= this.quotaNs;
  }
}

/** The groups that have work, or are owed for. */
class Tree {
  lastNs = 0;

  constructor(groups, rules) {
    Object.assign(this, { groups, rules });
  }

  get inside() {
    return this.groups.filter(({ isIn }) => isIn);
  }

  mean() {
    const inside = this.inside;
    const weight = inside.reduce((sum, one) => sum + one.weight, 0);
    if (weight > 0) this.lastNs = inside.reduce((sum, one) => sum + one.weight * one.virtualNs, 0) / weight;
    return this.lastNs;
  }

  /** It has work again. */
  enter(group) {
    if (group.isIn && !group.isDelayed) return;
    const lag = group.isIn ? Math.min(0, this.mean() - group.virtualNs) : group.lagNs;
    const wasDelayed = group.isIn;
    group.isIn = group.isDelayed = false;
    const others = this.inside.reduce((sum, one) => sum + one.weight, 0);
    const mean = this.mean();
    // What it takes from the mean by coming is made good.
    if (!wasDelayed || lag === 0) {
      group.virtualNs = mean - (others === 0 ? 0 : (lag * (others + group.weight)) / others);
      group.deadlineNs = group.virtualNs + this.rules.sliceNs / group.weight;
    }
    group.isIn = true;
  }

  /** It has none any more, or may not run; `sleeps`: the first. */
  leave(group, sleeps) {
    const limit = lagLimit(this.rules) / group.weight;
    const lag = this.mean() - group.virtualNs;
    group.isDelayed = sleeps && lag < 0;
    if (group.isDelayed) return;
    group.lagNs = Math.min(limit, Math.max(-limit, lag));
    group.isIn = false;
  }

  /** Who is to run; `current` ran until now. */
  choose(current) {
    for (;;) {
      const inside = this.inside;
      if (inside.length === 0) return null;
      const mean = this.mean() + 1e-6;
      const goesOn = current?.isIn === true && !current.isDelayed && current.virtualNs <= mean;
      if (goesOn && current.virtualNs < current.untilNs) return current;
      const [best] = inside
        .filter((one) => inside.length === 1 || one.virtualNs <= mean)
        .sort((a, b) => a.deadlineNs - b.deadlineNs || Number(b === current) - Number(a === current));
      if (!best.isDelayed) return best;
      Object.assign(best, { isIn: false, isDelayed: false, lagNs: 0 });
    }
  }
}

/**
 * @param groups each { tasks: [{ atNs, serviceNs, order }], quotaNs, weight }, from an instant at which a period begins
 * @param rules periodNs, sliceNs, tickNs, keptNs, switchNs; isOrdered: tasks in the order recorded
 * @returns of each group how long it stood still with work, and waits and latencies in the order of its tasks
 */
export function byShares(given, rules) {
  const { periodNs, tickNs, keptNs = 0, switchNs = 0, isOrdered = false } = rules;
  const groups = given.map((one) => new Group(one));
  const tree = new Tree(groups, rules);
  const done = given.map(({ tasks }) => ({ throttledNs: 0, waitsNs: tasks.map(() => 0), latenciesNs: [...tasks] }));
  const arrivals = given
    .flatMap(({ tasks }, g) => tasks.map((task, i) => ({ ...task, leftNs: task.serviceNs, group: groups[g], g, i })))
    .sort((a, b) => a.atNs - b.atNs);
  let [now, next, over, period] = [0, 0, 0, 0];
  /** The task that has the CPU, and the group that was last chosen. */
  let [running, holder] = [null, null];

  const put = (task) => {
    const { queue } = task.group;
    let at = queue.length;
    while (isOrdered && at > 0 && queue[at - 1].order > task.order) at--;
    queue.splice(at, 0, task);
  };
  /** Whoever is chosen has the CPU; who had it waits at the head of its queue. */
  const schedule = () => {
    const best = tree.choose(holder);
    if (running !== null && best === holder) return;
    if (running !== null) holder.queue.unshift(running);
    if (best !== null && best !== holder) best.untilNs = best.deadlineNs;
    holder = best;
    running = best?.queue.shift() ?? null;
    if (running === null) return;
    if (running.hasBegun !== true) done[running.g].waitsNs[running.i] = now + switchNs - running.atNs;
    running.hasBegun = true;
    running.leftNs += switchNs;
  };
  const pass = (until) => {
    for (const [g, { isStill, queue }] of groups.entries())
      if (isStill && queue.length > 0) done[g].throttledNs += until - now;
    if (running !== null) {
      const { group } = running;
      running.leftNs -= until - now;
      group.usedNs += until - now;
      group.virtualNs += (until - now) / group.weight;
      if (group.virtualNs >= group.deadlineNs) group.deadlineNs = group.virtualNs + rules.sliceNs / group.weight;
    }
    now = until;
  };
  const renew = () => {
    for (; period < Math.floor(now / periodNs); period++) {
      for (const group of groups) {
        const { usedNs, quotaNs } = group;
        if (quotaNs === Infinity) continue;
        group.usedNs = usedNs > quotaNs ? usedNs - quotaNs : -Math.min(keptNs, quotaNs - usedNs);
        if (!group.isStill || group.isOver) continue;
        group.isStill = false;
        if (group.queue.length > 0) tree.enter(group);
      }
    }
    if (running === null) schedule();
  };
  /** Its task has ended, or its quota has. */
  const stop = () => {
    const { group, leftNs, g, i, atNs } = running;
    const hasEnded = leftNs <= 0;
    if (!hasEnded && !group.isOver) return;
    if (hasEnded) done[g].latenciesNs[i] = now - atNs;
    else group.queue.unshift(running);
    over += Number(hasEnded);
    running = null;
    group.isStill = group.isOver;
    if (group.isStill || group.queue.length === 0) {
      tree.leave(group, !group.isStill);
      holder = null;
    }
    schedule();
  };

  while (over < arrivals.length) {
    const ticks = running === null ? Infinity : (Math.floor(now / tickNs) + 1) * tickNs;
    const ends = running === null ? Infinity : now + running.leftNs;
    const quota = running === null ? Infinity : now + running.group.quotaNs - running.group.usedNs;
    pass(Math.min(arrivals[next]?.atNs ?? Infinity, ticks, ends, quota, (period + 1) * periodNs));
    if (running !== null) stop();
    renew();
    for (; next < arrivals.length && arrivals[next].atNs <= now; next++) {
      const task = arrivals[next];
      put(task);
      if (task.group.isStill) continue;
      tree.enter(task.group);
      if (running === null || holder !== task.group) schedule();
    }
    if (running !== null && now % tickNs === 0 && running.group.virtualNs >= running.group.untilNs) schedule();
  }
  return done;
}
