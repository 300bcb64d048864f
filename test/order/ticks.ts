// A periodic task set on m cores, naively: at every whole unit of time all jobs that are there are ordered anew, the first m run for one
// unit, and who is not done at its deadline is given up. Written from docs/model/order-of-tasks.md for sets of whole numbers.

export interface TaskOfSet {
  readonly service: number;
  readonly period: number;
  readonly deadline?: number;
}

interface Job {
  readonly release: number;
  readonly index: number;
  readonly deadline: number;
  left: number;
}

export interface Ticked {
  readonly order: 'fifo' | 'edf' | 'dm' | 'llf' | 'qllf';
  readonly bins?: number;
  readonly range?: number;
}

export function ticked(
  tasks: readonly TaskOfSet[],
  cores: number,
  horizon: number,
  { order, bins = 8, range }: Ticked,
) {
  const most = range ?? Math.max(...tasks.map(({ deadline, period }) => deadline ?? period));
  const key = (job: Job, now: number): number => {
    const slack = job.deadline - now - job.left;
    if (order === 'edf') return job.deadline;
    if (order === 'dm') return job.deadline - job.release;
    if (order === 'llf') return slack;
    return order === 'qllf' ? Math.min(bins - 1, Math.max(0, Math.floor((slack * bins) / most))) : 0;
  };
  let jobs: Job[] = [];
  let [met, missed, released] = [0, 0, 0];
  for (let now = 0; now <= horizon; now++) {
    missed += jobs.filter(({ deadline }) => deadline <= now).length;
    jobs = jobs.filter(({ deadline }) => deadline > now);
    if (now === horizon) break;
    for (const { service, period, deadline } of tasks) {
      if (now % period !== 0) continue;
      jobs.push({ release: now, index: released++, deadline: now + (deadline ?? period), left: service });
    }
    const first = [...jobs].sort((a, b) => key(a, now) - key(b, now) || a.release - b.release || a.index - b.index);
    for (const job of first.slice(0, cores)) job.left--;
    met += jobs.filter(({ left }) => left === 0).length;
    jobs = jobs.filter(({ left }) => left > 0);
  }
  return { met, missed };
}
