// The power of a fleet of GPUs over time: jobs come, wait in order of arrival for as many GPUs as each takes, and draw power while they run.

import { CellProblems, columnIndexes, csvBlocks, decimal } from '../../workload/csv-rows.js';
import { readText, type TraceHost } from '../../workload/text-source.js';
import { exponential, lognormal, stream } from '../draw.js';

/** Seconds. */
export interface Job {
  readonly at: number;
  readonly duration: number;
}

/** Where jobs run, and what they draw. */
export interface Fleet {
  readonly gpus: number;
  /** Of a job. */
  readonly gpusPerJob: number;
  /** W, of a GPU without a job. */
  readonly idle: number;
  /** W of a GPU by percentile, ascending, evenly spaced from 0 to 100. */
  readonly watts: readonly number[];
}

/** Deciles of a GPU's power: Acme's cluster Kalos (Hu et al., NSDI 2024). */
export const ACME_DECILES = [55.7, 63, 65, 73, 94, 101.5, 149.5, 326.3, 388.8, 403.7, 599.7];

/** By the inverse of the distribution, straight between percentiles. */
export function wattsAt(watts: readonly number[], share: number): number {
  const at = share * (watts.length - 1);
  const below = Math.min(Math.floor(at), watts.length - 2);
  return watts[below]! + (watts[below + 1]! - watts[below]!) * (at - below);
}

/** Poisson arrivals, lognormal durations, over `seconds`. */
export function generatedJobs(seed: number, seconds: number, perSecond: number, mean: number, cv: number): Job[] {
  const [when, length] = [stream(seed, 1), stream(seed, 2)];
  const jobs: Job[] = [];
  for (let at = exponential(when, 1 / perSecond); at < seconds; at += exponential(when, 1 / perSecond))
    jobs.push({ at, duration: lognormal(length, mean, cv) });
  return jobs;
}

/** Mean power of each of `steps` steps, W. */
export function fleetPower(
  jobs: readonly Job[],
  fleet: Fleet,
  seed: number,
  steps: number,
  step: number,
): Float64Array {
  const power = new Float64Array(steps).fill(fleet.gpus * fleet.idle);
  const free = new Float64Array(Math.floor(fleet.gpus / fleet.gpusPerJob)); // when each group of GPUs has no job any more
  const draw = stream(seed, 3);
  for (const { at, duration } of jobs) {
    let first = 0;
    for (let i = 1; i < free.length; i++) if (free[i]! < free[first]!) first = i;
    const begin = Math.max(at, free[first]!);
    const end = begin + duration;
    free[first] = end;
    const more = fleet.gpusPerJob * (wattsAt(fleet.watts, draw()) - fleet.idle);
    for (let i = Math.floor(begin / step); i < steps && i * step < end; i++)
      power[i]! += (more * (Math.min(end, (i + 1) * step) - Math.max(begin, i * step))) / step;
  }
  return power;
}

/** The same with `peak` watts in its greatest step. */
export function scaledTo(power: Float64Array, peak: number): Float64Array {
  const greatest = power.reduce((most, one) => Math.max(most, one), 0);
  return greatest > 0 ? power.map((one) => (one * peak) / greatest) : power;
}

/** Rows with `submission_time` and `duration` in ms, as SURF LISA's, in order of arrival, from the first at 0 on. */
export async function readJobs(host: TraceHost, file: string): Promise<Job[]> {
  const jobs: Job[] = [];
  for await (const block of csvBlocks(readText(host, file), file)) {
    const columns = columnIndexes(block.header, ['submission_time', 'duration'], file);
    const problems = new CellProblems(file);
    block.rows.forEach((row, i) => {
      const [at, duration] = [row[columns.submission_time]!, row[columns.duration]!];
      if (Number.isNaN(decimal(at))) problems.add(block.line(i), 'submission_time', at, 'ms');
      if (!(decimal(duration) >= 0)) problems.add(block.line(i), 'duration', duration, 'ms of at least 0');
      jobs.push({ at: decimal(at) / 1e3, duration: decimal(duration) / 1e3 });
    });
    problems.throwIfAny();
  }
  jobs.sort((a, b) => a.at - b.at);
  const first = jobs[0]?.at ?? 0;
  return jobs.map(({ at, duration }) => ({ at: at - first, duration }));
}
