// One CPU, tasks in order of arrival, and Linux's quota in its barest form: the second, naive calculation beside `mechanism: cgroup`. With
// `keptNs` above 0 it keeps of what a period has not used that much for the next, which Linux does on every CPU (min_cfs_rq_runtime, 1 ms,
// kernel/sched/fair.c) and the model does not.

/**
 * @param tasks [arrival, service] in ns, from an instant at which a period begins
 * @returns how long it stood still for want of quota, and each task's wait
 */
export function underQuota(tasks, { quotaNs, periodNs, switchNs = 0, keptNs = 0 }) {
  let [now, period, used, throttledNs] = [0, 0, 0, 0];
  const waitsNs = [];
  const renew = () => {
    for (; period < Math.floor(now / periodNs); period++) {
      used = used > quotaNs ? used - quotaNs : -Math.min(keptNs, quotaNs - used);
    }
  };
  for (const [arrivalNs, serviceNs] of tasks) {
    now = Math.max(now, arrivalNs);
    let left = serviceNs + switchNs;
    let begun = false;
    while (left > 0) {
      renew();
      if (used >= quotaNs) {
        const next = (period + 1) * periodNs;
        throttledNs += next - now;
        now = next;
        continue;
      }
      if (!begun) waitsNs.push(now + switchNs - arrivalNs);
      begun = true;
      const run = Math.min(left, quotaNs - used, (period + 1) * periodNs - now);
      [now, left, used] = [now + run, left - run, used + run];
    }
  }
  return { throttledNs, waitsNs };
}

/** The rows of a trace that `fluxhost calibrate --out` has written. */
export const tasksOf = (csv) =>
  csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));
