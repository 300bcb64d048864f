// CPUs that groups share by weight, as kernel/sched/fair.c of Linux 6.18 does (EEVDF between groups), with its quota in the form of quota.mjs or,
// on several CPUs, in slices as in percpu.mjs: the naive calculation of what `mechanism: cgroup` has not. Within a group tasks go in order
// of arrival, or in that in which they were recorded to begin.
//
// On each CPU every group has a virtual time, what it ran over its weight. It may be chosen (is eligible) while that is not above the mean of those that
// have work, and of those the one with the earliest virtual deadline is: its virtual time when it came, and a slice. Who runs goes on as
// long as it is eligible and within its slice (RUN_TO_PARITY). Looked at is when a task of another group comes, when a task ends, and at
// the ticks once a slice is over. Who has no work any more takes what it is owed along to its next coming (PLACE_LAG); who has run more
// than its share stays in the mean until the others have had theirs (DELAY_DEQUEUE).

import { Pool } from './percpu.mjs';

/** Nobody is owed more (entity_lag: two slices, at least a tick). */
const lagLimit = ({ sliceNs, tickNs }) => Math.max(2 * sliceNs, tickNs);

/** A group's part of a CPU: its queue there, and its virtual time. */
class Part {
  constructor(quota, weight) {
    Object.assign(this, { quota, weight, queue: [] });
    Object.assign(this, { isIn: false, isDelayed: false, virtualNs: 0, deadlineNs: 0, untilNs: 0, lagNs: 0 });
  }
}

/** On one CPU, to the nanosecond: of what a period has not used `keptNs` is left for the next. */
class Plain {
  constructor({ quotaNs = Infinity }, { periodNs, keptNs = 0 }) {
    Object.assign(this, { quotaNs, periodNs, keptNs, usedNs: 0, isStill: false });
    this.nextNs = quotaNs === Infinity ? Infinity : periodNs;
  }

  spend(_, ns) {
    this.usedNs += ns;
  }

  outIn() {
    return this.quotaNs - this.usedNs;
  }

  isOut() {
    return (this.isStill = this.usedNs >= this.quotaNs);
  }

  mayEnter() {
    return !this.isStill;
  }

  /** The CPUs that need not stand still any more. */
  renew(now) {
    if (now < this.nextNs) return [];
    this.nextNs += this.periodNs;
    const { usedNs, quotaNs } = this;
    this.usedNs = usedNs > quotaNs ? usedNs - quotaNs : -Math.min(this.keptNs, quotaNs - usedNs);
    if (!this.isStill || this.usedNs >= quotaNs) return [];
    this.isStill = false;
    return [0];
  }

  rest() {}

  get stands() {
    return this.isStill;
  }
}

/** In slices, as percpu.mjs has them. */
class Sliced {
  constructor(given, rules) {
    this.pool = new Pool(given, { ...rules, sliceNs: rules.quotaSliceNs });
  }

  get nextNs() {
    return Math.min(this.pool.nextNs, this.pool.slackAt);
  }

  spend(cpu, ns) {
    this.pool.members[cpu].leftNs -= ns;
  }

  outIn() {
    return Infinity;
  }

  /** Looked at is when a task ends and another waits, and at ticks. */
  isOut(cpu, { hasEnded, isTick, waits }) {
    const member = this.pool.members[cpu];
    if (member.leftNs <= 0 && (hasEnded ? waits : isTick)) member.still = !this.pool.give(member, this.pool.sliceNs);
    return member.still;
  }

  mayEnter(cpu) {
    const member = this.pool.members[cpu];
    if (!member.still && member.leftNs <= 0) member.still = !this.pool.give(member, this.pool.sliceNs);
    return !member.still;
  }

  renew(now) {
    const before = this.pool.members.map(({ still }) => still);
    this.pool.renew(now);
    return before.flatMap((still, cpu) => (still && !this.pool.members[cpu].still ? [cpu] : []));
  }

  rest(cpu, now) {
    this.pool.giveBack(this.pool.members[cpu], now);
  }

  get stands() {
    return this.pool.members.some(({ still }) => still);
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
 * @param groups each { tasks: [{ atNs, serviceNs, cpu, order }], quotaNs, weight }, from an instant at which a period begins
 * @param rules periodNs, sliceNs, tickNs, keptNs, switchNs; isOrdered: tasks in the order recorded; cpus (1), each with the tasks that began
 *   there; quotaSliceNs: quota in slices
 * @returns of each group how long it stood still with work, and waits and latencies in the order of its tasks
 */
export function byShares(given, rules) {
  const { tickNs, switchNs = 0, isOrdered = false, cpus = 1 } = rules;
  const quotas = given.map((one) => new (rules.quotaSliceNs === undefined ? Plain : Sliced)(one, { ...rules, cpus }));
  const all = Array.from({ length: cpus }, () => given.map(({ weight = 1 }, g) => new Part(quotas[g], weight)));
  const trees = all.map((parts) => new Tree(parts, rules));
  const done = given.map(({ tasks }) => ({ throttledNs: 0, waitsNs: tasks.map(() => 0), latenciesNs: [...tasks] }));
  const placeOf = ({ cpu = 0 }) => (cpus === 1 ? 0 : cpu);
  const arrivals = given
    .flatMap(({ tasks }, g) => tasks.map((task, i) => ({ ...task, leftNs: task.serviceNs, g, i, on: placeOf(task) })))
    .sort((a, b) => a.atNs - b.atNs);
  let [now, next, over] = [0, 0, 0];
  /** Of each CPU the task that has it, and the part that was last chosen. */
  const running = all.map(() => null);
  const holders = all.map(() => null);
  const isTick = () => now % tickNs === 0;
  const put = (task) => {
    const { queue } = all[task.on][task.g];
    let at = queue.length;
    while (isOrdered && at > 0 && queue[at - 1].order > task.order) at--;
    queue.splice(at, 0, task);
  };
  /** Whoever is chosen has the CPU; who had it waits at the head of its queue. */
  const schedule = (cpu) => {
    const [holder, current] = [holders[cpu], running[cpu]];
    const best = trees[cpu].choose(holder);
    if (current !== null && best === holder) return;
    if (current !== null) holder.queue.unshift(current);
    if (best !== null && best !== holder) best.untilNs = best.deadlineNs;
    holders[cpu] = best;
    const task = best?.queue.shift() ?? null;
    running[cpu] = task;
    if (task === null) return;
    if (task.hasBegun !== true) done[task.g].waitsNs[task.i] = now + switchNs - task.atNs;
    task.hasBegun = true;
    task.leftNs += switchNs;
  };
  const pass = (until) => {
    for (const [g, quota] of quotas.entries()) {
      const isStanding = quota.stands && running.every((task) => task?.g !== g);
      if (isStanding && all.some((parts) => parts[g].queue.length > 0)) done[g].throttledNs += until - now;
    }
    for (const [cpu, task] of running.entries()) {
      if (task === null) continue;
      const part = all[cpu][task.g];
      task.leftNs -= until - now;
      part.quota.spend(cpu, until - now);
      part.virtualNs += (until - now) / part.weight;
      if (part.virtualNs >= part.deadlineNs) part.deadlineNs = part.virtualNs + rules.sliceNs / part.weight;
    }
    now = until;
  };
  const renew = () => {
    for (const [g, quota] of quotas.entries())
      for (const cpu of quota.renew(now)) if (all[cpu][g].queue.length > 0) trees[cpu].enter(all[cpu][g]);
    for (const [cpu, parts] of all.entries()) {
      if (running[cpu] === null) schedule(cpu);
      for (const part of parts) if (!part.isIn || part.isDelayed) part.quota.rest(cpu, now);
    }
  };
  /** Its task has ended, or its quota has, where that is looked at. */
  const stop = (cpu) => {
    const { leftNs, g, i, atNs } = running[cpu];
    const part = all[cpu][g];
    const hasEnded = leftNs <= 0;
    const waits = part.queue.length > 0;
    const isOut = part.quota.isOut(cpu, { hasEnded, isTick: isTick(), waits });
    if (!hasEnded && !isOut) return;
    if (hasEnded) done[g].latenciesNs[i] = now - atNs;
    else part.queue.unshift(running[cpu]);
    over += Number(hasEnded);
    running[cpu] = null;
    if (isOut || !waits) {
      trees[cpu].leave(part, !isOut);
      holders[cpu] = null;
    }
    schedule(cpu);
  };
  /** Up to when nothing happens. */
  const untilNs = () => {
    let until = Math.min(arrivals[next]?.atNs ?? Infinity, ...quotas.map(({ nextNs }) => nextNs));
    for (const [cpu, task] of running.entries())
      if (task !== null)
        until = Math.min(
          until,
          ...[(Math.floor(now / tickNs) + 1) * tickNs, now + task.leftNs, now + quotas[task.g].outIn(cpu)],
        );
    return until;
  };

  while (over < arrivals.length) {
    pass(untilNs());
    for (const [cpu, task] of running.entries()) if (task !== null) stop(cpu);
    renew();
    for (; next < arrivals.length && arrivals[next].atNs <= now; next++) {
      const { g, on } = arrivals[next];
      const part = all[on][g];
      put(arrivals[next]);
      if (running[on]?.g !== g && !part.quota.mayEnter(on)) continue;
      trees[on].enter(part);
      if (running[on] === null || holders[on] !== part) schedule(on);
    }
    for (const [cpu, task] of running.entries())
      if (task !== null && isTick() && holders[cpu].virtualNs >= holders[cpu].untilNs) schedule(cpu);
  }
  return done;
}
