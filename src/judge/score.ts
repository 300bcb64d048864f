// One number for a policy, and what it is made of. Each part is at most 1, which is what `ideal` has.

import { geometricMean, type SuiteResult, type SuiteRow } from '../study/suite/suite.js';

/** What a score is made of, each from 0 to 1. */
export interface JudgedParts {
  /** Target over latency at the SLO's quantile, of the VM that is furthest beyond; 1 where every target is met. */
  slo: number;
  /** Latency under `ideal` over latency, at that quantile, geometric mean over the VMs. */
  tail: number;
  /** Best-effort work over that under `ideal`; 1 where there is none. */
  work: number;
}

/** A scenario, judged. */
export interface JudgedScenario {
  /** Its name. */
  name: string;
  /** Geometric mean of the parts; 0 where the policy failed. */
  score: number;
  /** Null where it failed. */
  parts: JudgedParts | null;
}

/** A set of scenarios, judged. */
export interface JudgedSet {
  /** Mean over the scenarios. */
  score: number;
  /** Means over the scenarios, those in which the policy failed counted as 0. */
  parts: JudgedParts;
  /** Each. */
  scenarios: JudgedScenario[];
}

const atMostOne = (value: number): number => (value > 1 ? 1 : value < 0 ? 0 : value);

/** Of one row of the suite's table. */
function partsOf({ figures }: SuiteRow): JudgedParts | null {
  if (figures === null) return null;
  const { tailOverTarget, tail, bestEffort } = figures;
  return {
    slo: tailOverTarget.mean === null ? 1 : atMostOne(1 / tailOverTarget.mean),
    tail: tail.mean === null ? 1 : atMostOne(1 / tail.mean),
    work: bestEffort.mean === null ? 1 : atMostOne(bestEffort.mean),
  };
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, one) => sum + one, 0) / values.length;

/** The rows of one mechanism of a suite's table as a score. */
export function scoreRows({ rows }: Pick<SuiteResult, 'rows'>, mechanism: string): JudgedSet {
  const scenarios = rows
    .filter((row) => row.mechanism === mechanism)
    .map((row): JudgedScenario => {
      const parts = partsOf(row);
      const score = parts === null ? 0 : geometricMean([parts.slo, parts.tail, parts.work])!;
      return { name: row.scenario, score, parts };
    });
  const part = (name: keyof JudgedParts): number => mean(scenarios.map(({ parts }) => parts?.[name] ?? 0));
  return {
    score: mean(scenarios.map(({ score }) => score)),
    parts: { slo: part('slo'), tail: part('tail'), work: part('work') },
    scenarios,
  };
}
