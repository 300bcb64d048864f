// Several CPUs, a queue at each, and Linux's quota as kernel/sched/fair.c has it, in its barest form: what the model leaves out, one thing
// after the other. Every CPU of a group takes slices of a period's quota from the group's pool; who has nothing left, finds the pool empty
// and is looked at (a tick, or a task's end) stands still until new quota comes; a CPU without tasks gives back all but `keptNs`. Groups
// share a CPU by what each has run there.

/** What gives the pool's rest to CPUs that stand still comes so long after a CPU has given back, and not so shortly before new quota. */
const SLACK_NS = 5e6;
const NEAR_NS = 7e6;

/** A group's quota. */
export class Pool {
  slackAt = Infinity;

  constructor(group, { periodNs, sliceNs, keptNs, cpus }) {
    Object.assign(this, { quotaNs: group.quotaNs ?? Infinity, periodNs, sliceNs, keptNs });
    this.leftNs = this.quotaNs;
    this.nextNs = this.quotaNs === Infinity ? Infinity : periodNs;
    this.members = Array.from({ length: cpus }, () => ({ pool: this, leftNs: 0, still: false, queue: [], ranNs: 0 }));
  }

  /** What a CPU needs to have `wantedNs` left, as far as there is some; whether it has any. */
  give(member, wantedNs) {
    const given = Math.min(wantedNs - member.leftNs, this.leftNs);
    this.leftNs -= given;
    member.leftNs += given;
    return member.leftNs > 0;
  }

  /** A CPU has no task any more. */
  giveBack(member, now) {
    if (member.leftNs <= this.keptNs) return;
    this.leftNs += member.leftNs - this.keptNs;
    member.leftNs = this.keptNs;
    const isOver = this.leftNs > this.sliceNs && this.members.some(({ still }) => still);
    if (isOver && this.slackAt === Infinity && this.nextNs - now > NEAR_NS) this.slackAt = now + SLACK_NS;
  }

  renew(now) {
    if (now >= this.nextNs) {
      [this.leftNs, this.slackAt] = [this.quotaNs, Infinity];
      this.nextNs += this.periodNs;
    } else if (now >= this.slackAt) {
      this.slackAt = Infinity;
      if (this.leftNs <= this.sliceNs) return;
    } else return;
    for (const member of this.members) if (member.still && this.give(member, 1)) member.still = false;
  }
}

/**
 * @param groups each { tasks: [{ atNs, serviceNs, cpu, order }], quotaNs }, from an instant at which a period begins
 * @param rules sliceNs, keptNs, tickNs (0: looked at at once), tickAtNs (when one is); isOne: one queue for all CPUs; isOrdered: tasks in the order recorded
 * @returns of each group how long it stood still with work, and waits and latencies in the order of its tasks
 */
export function perCpu(groups, rules) {
  const { switchNs = 0, tickNs = 0, tickAtNs = 0, isOne = false, isOrdered = false, cpus } = rules;
  const pools = groups.map((group) => new Pool(group, rules));
  const shared = groups.map(() => []);
  const done = groups.map(({ tasks }) => ({ throttledNs: 0, waitsNs: tasks.map(() => 0), latenciesNs: [...tasks] }));
  const arrivals = groups
    .flatMap(({ tasks }, group) => tasks.map((task, i) => ({ ...task, leftNs: task.serviceNs + switchNs, group, i })))
    .sort((a, b) => a.atNs - b.atNs);
  const running = Array.from({ length: cpus }, () => null); // { task, member }
  const queueOf = (group, cpu) => (isOne ? shared[group] : pools[group].members[cpu].queue);
  const put = (queue, task) => {
    let at = queue.length;
    while (isOrdered && at > 0 && queue[at - 1].order > task.order) at--;
    queue.splice(at, 0, task);
  };
  let [now, next, over] = [0, 0, 0];

  const choose = (cpu) => {
    const ready = pools.filter(({ members }, group) => !members[cpu].still && queueOf(group, cpu).length > 0);
    ready.sort((a, b) => a.members[cpu].ranNs - b.members[cpu].ranNs);
    for (const pool of ready) {
      const [member, group] = [pool.members[cpu], pools.indexOf(pool)];
      if (member.leftNs <= 0 && !pool.give(member, pool.sliceNs)) {
        member.still = true;
        continue;
      }
      const task = queueOf(group, cpu).shift();
      if (task.hasBegun !== true) done[group].waitsNs[task.i] = now + switchNs - task.atNs;
      task.hasBegun = true;
      running[cpu] = { task, member };
      return;
    }
  };
  /** Up to when nothing happens. */
  const untilNs = () => {
    let until = arrivals[next]?.atNs ?? Infinity;
    for (const pool of pools) until = Math.min(until, pool.nextNs, pool.slackAt);
    for (const one of running) {
      if (one === null) continue;
      const out = now + Math.max(0, one.member.leftNs);
      until = Math.min(
        until,
        now + one.task.leftNs,
        tickNs === 0 ? out : Math.ceil((out - tickAtNs) / tickNs) * tickNs + tickAtNs,
      );
    }
    return until;
  };
  const pass = (until) => {
    pools.forEach(({ members }, group) => {
      const isStanding =
        members.some(({ still }) => still) && running.every((one) => one === null || !members.includes(one.member));
      const waits = shared[group].length > 0 || members.some(({ queue }) => queue.length > 0);
      if (isStanding && waits) done[group].throttledNs += until - now;
    });
    for (const one of running) {
      if (one === null) continue;
      one.task.leftNs -= until - now;
      one.member.leftNs -= until - now;
      one.member.ranNs += until - now;
    }
    now = until;
  };
  const look = (cpu) => {
    const { task, member } = running[cpu];
    const { group, i } = task;
    const hasEnded = task.leftNs <= 0;
    if (hasEnded) {
      done[group].latenciesNs[i] = now - task.atNs;
      running[cpu] = null;
      over++;
    }
    if (member.leftNs > 0 || !(hasEnded || tickNs === 0 || (now - tickAtNs) % tickNs === 0)) return;
    if (hasEnded && queueOf(group, cpu).length === 0) return;
    if (member.pool.give(member, member.pool.sliceNs)) return;
    member.still = true;
    if (!hasEnded) queueOf(group, cpu).unshift(task);
    running[cpu] = null;
  };

  while (over < arrivals.length) {
    pass(untilNs());
    for (let cpu = 0; cpu < cpus; cpu++) if (running[cpu] !== null) look(cpu);
    for (const pool of pools) pool.renew(now);
    for (; next < arrivals.length && arrivals[next].atNs <= now; next++) {
      const { group, cpu } = arrivals[next];
      const members = pools.map((pool) => pool.members[cpu]);
      // Who has slept has no claim on what he did not run.
      if (members[group].queue.length === 0) members[group].ranNs = Math.max(...members.map(({ ranNs }) => ranNs));
      put(queueOf(group, cpu), arrivals[next]);
    }
    for (let cpu = 0; cpu < cpus; cpu++) {
      if (running[cpu] === null) choose(cpu);
      pools.forEach((pool, group) => {
        const member = pool.members[cpu];
        if (running[cpu]?.member !== member && !member.still && queueOf(group, cpu).length === 0)
          pool.giveBack(member, now);
      });
    }
  }
  return done;
}
