// What the HyperFlux experiments share: replications with seeds of their own, Student-t intervals over them, and text for
// figures. Every mechanism sees the same seeds, so two mechanisms differ by the mechanism alone.

import { meanInterval } from '../../metrics/confidence.js';
import type { Interval } from '../../metrics/figures.js';
import { replicationSeed, CONFIDENCE_LEVEL } from '../../result/replications.js';
import type { Result, VmResult } from '../../result/result.js';
import { formatDurationNs } from '../../report/units.js';
import type { ScenarioInput } from '../../scenario/schema.js';
import { Simulation } from '../../simulation.js';
import type { Claim, ExperimentTable, ExperimentOptions } from '../experiment.js';
import type { OwnNumber } from '../../report/claim-numbers.js';
import { changedBy, settingsIn } from './parameters.js';

/** One question with its answer. */
export interface Answer {
  readonly claims: readonly Claim[];
  readonly tables: readonly ExperimentTable[];
}

/** How often a question's scenarios are run. */
export const replicationsOf = (options?: ExperimentOptions, path = 'replications'): number =>
  settingsIn(options).number(path);

/** The scenario run with each replication's seed, in order; `look` sees each simulation when it is done. */
export async function replicate(
  scenario: ScenarioInput,
  options?: ExperimentOptions,
  replications = replicationsOf(options),
  look?: (simulation: Simulation) => void,
): Promise<readonly Result[]> {
  const settings = settingsIn(options);
  const module = options?.module;
  const changed = changedBy(settings, scenario);
  const results: Result[] = [];
  for (let r = 0; r < replications; r++) {
    const seeded = { ...changed, seed: replicationSeed(settings.number('seed'), r) };
    const simulation = await Simulation.create(seeded, module === undefined ? {} : { module });
    try {
      await simulation.run();
      results.push(simulation.metrics());
      look?.(simulation);
    } finally {
      simulation.close();
    }
  }
  return results;
}

/** The 95 % interval of a figure's mean over the replications. */
export function over(results: readonly Result[], read: (result: Result) => number | null): Interval {
  return meanInterval(results.map(read), CONFIDENCE_LEVEL);
}

/** The VM of that name. */
export function vm(result: Result, name: string): VmResult {
  const found = result.vms.find((one) => one.name === name);
  if (found === undefined)
    throw new RangeError(`vm: given ${name}, expected one of ${result.vms.map((one) => one.name).join(', ')}`);
  return found;
}

/** The mean of an interval that is known not to be empty. */
export function meanOf(interval: Interval): number {
  if (interval.mean === null) throw new RangeError('meanOf: given no values, expected at least one');
  return interval.mean;
}

/** "33.4 ± 1.2 us": mean and half the 95 % interval, in microseconds. */
export function us(interval: Interval): string {
  if (interval.mean === null) return '-';
  return `${spread(interval, 1e-3)} us`;
}

/** The mean alone. */
export const brief = ({ mean }: Interval): string => formatDurationNs(mean);

/** Mean and half the interval, scaled; without units. */
export function spread({ mean, low, high }: Interval, scale = 1): string {
  if (mean === null) return '-';
  const digits = (value: number): string => {
    const scaled = Math.abs(value * scale);
    return (value * scale).toFixed(scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2);
  };
  return low === null || high === null ? digits(mean) : `${digits(mean)} ± ${digits((high - low) / 2)}`;
}

/** Whether an interval of differences lies wholly on one side of 0. */
export function differs({ low, high }: Interval): boolean {
  return low !== null && high !== null && (low > 0 || high < 0);
}

/** An interval as a mark of a picture. */
export function ownNumber(where: string, interval: Interval): OwnNumber {
  const { low, high } = interval;
  const value = meanOf(interval);
  return low === null || high === null ? { where, value } : { where, value, reach: { kind: 'interval', low, high } };
}

/** Requests of one task each, exponential unless told otherwise. */
export function single(mean: string): {
  readonly stages: [{ tasks: number; service: { dist: 'exponential'; mean: string } }];
} {
  return { stages: [{ tasks: 1, service: { dist: 'exponential', mean } }] };
}

/** The same in short, behind an answer; its replications stand with the assumptions. */
export const SURE = '± is a 95 % interval.';

/** How far the figures are to be trusted, in words. */
export function confidence(replications: number): string {
  return `95 % Student-t interval over ${replications} replications with seeds of their own, the same for every mechanism`;
}
