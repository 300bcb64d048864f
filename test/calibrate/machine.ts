// A machine with one CPU that does exactly what the model says of it, written apart from both: threads are woken, come into the queue
// after a latency where the CPU is idle, run in order of arrival, and stand still from when the quota of a period is used until the
// next begins. What it does comes out as ftrace would tell it.

export interface Machine {
  /** Of each task: when it is woken, and what it runs, the switch included, in ns. */
  readonly tasks: readonly { readonly atNs: number; readonly runNs: number }[];
  readonly wakeUpNs: number;
  /** Of each period; none: no limit. */
  readonly quotaNs: number | undefined;
  readonly periodNs: number;
  /** An instant at which a period begins. */
  readonly phaseNs: number;
  /** Tells no switch away from idle, as some kernels do. */
  readonly mute?: boolean;
}

const FIRST_THREAD = 1000;
const stamp = (ns: number): string => `${Math.floor(ns / 1e9)}.${String(ns % 1e9).padStart(9, '0')}`;

export interface Done {
  readonly text: string;
  readonly waitsNs: readonly number[];
  readonly throttledNs: number;
}

export function operate({ tasks, wakeUpNs, quotaNs, periodNs, phaseNs, mute }: Machine): Done {
  const lines: { readonly atNs: number; readonly line: string }[] = [];
  const say = (atNs: number, pid: number, event: string): void => {
    const comm = pid === 0 ? '<idle>' : pid === 1 ? 'dispatch' : 'work';
    lines.push({ atNs, line: `${comm}-${pid} [001] d..2. ${stamp(atNs)}: ${event}` });
  };
  let sinceNs = 0;
  const turn = (atNs: number, from: number, state: string, to: number): void => {
    const name = (pid: number): string => (pid === 0 ? 'swapper/1' : 'work');
    if (mute === true && from === 0) {
      sinceNs = atNs;
      return;
    }
    // Charged when it leaves: so the kernel tells when it began.
    if (mute === true && from > 1)
      say(atNs, from, `sched_stat_runtime: comm=work pid=${from} runtime=${atNs - sinceNs} [ns]`);
    sinceNs = atNs;
    say(
      atNs,
      from,
      `sched_switch: prev_comm=${name(from)} prev_pid=${from} prev_prio=120 prev_state=${state} ==> next_comm=${name(to)} next_pid=${to} next_prio=120`,
    );
  };
  say(
    0,
    0,
    `tracing_mark_write: fluxhost limit ${(quotaNs ?? -1000) / 1000 < 0 ? -1 : quotaNs! / 1000} ${periodNs / 1000} /box`,
  );
  tasks.forEach((_, i) => say(0, 0, `tracing_mark_write: fluxhost member ${FIRST_THREAD + i} /box`));
  const periodOf = (ns: number): number => Math.floor((ns - phaseNs) / periodNs);
  let [freeNs, period, used, throttledNs] = [0, -Infinity, 0, 0];
  const waitsNs: number[] = [];
  let last = 0;
  /** Whoever begins now: in a period of its own. */
  const renew = (ns: number): void => {
    if (periodOf(ns) > period) [period, used] = [periodOf(ns), 0];
  };
  tasks.forEach(({ atNs, runNs }, i) => {
    const thread = FIRST_THREAD + i;
    const waking = {
      atNs,
      line: `dispatch-1 [000] d..2. ${stamp(atNs)}: sched_waking: comm=work pid=${thread} prio=120 target_cpu=001`,
    };
    lines.push(waking);
    const queuedNs = atNs + (freeNs <= atNs ? wakeUpNs : 0);
    const wakeup = `sched_wakeup: comm=work pid=${thread} prio=120 target_cpu=001`;
    // An idle CPU takes it from its own queue; else the waker puts it there.
    if (freeNs <= atNs) say(queuedNs, 0, wakeup);
    else lines.push({ atNs, line: `dispatch-1 [000] d..2. ${stamp(atNs)}: ${wakeup}` });
    let now = Math.max(queuedNs, freeNs);
    let before = freeNs > queuedNs || (freeNs === queuedNs && last !== 0) ? last : 0;
    let left = runNs;
    let [begun, ran] = [false, false];
    while (left > 0) {
      renew(now);
      if (quotaNs !== undefined && used >= quotaNs) {
        const next = phaseNs + (period + 1) * periodNs;
        if (before !== 0) turn(now, before, ran ? 'R' : 'S', 0);
        before = 0;
        throttledNs += next - now;
        now = next;
        say(now, 0, 'hrtimer_expire_entry: hrtimer=1 function=sched_cfs_period_timer now=1');
        continue;
      }
      if (before !== thread) turn(now, before, before === 0 ? 'R' : 'S', thread);
      before = thread;
      const edge = phaseNs + (period + 1) * periodNs;
      const run = Math.min(left, edge - now, quotaNs === undefined ? Infinity : quotaNs - used);
      // Who is cut off at once has not begun: so it is read, too.
      const isNone = run < left && run < 100_000 && run === (quotaNs ?? Infinity) - used;
      if (!begun && !isNone) waitsNs.push(now - queuedNs);
      begun ||= !isNone;
      ran = true;
      [now, left, used] = [now + run, left - run, used + run];
    }
    const next = tasks[i + 1];
    freeNs = now;
    last = thread;
    if (next === undefined || next.atNs > now) {
      turn(now, thread, 'S', 0);
      last = 0;
    }
  });
  const text = lines.map(({ atNs, line }, i) => ({ atNs, line, i })).sort((a, b) => a.atNs - b.atNs || a.i - b.i);
  return { text: `${text.map(({ line }) => line).join('\n')}\n`, waitsNs, throttledNs };
}
