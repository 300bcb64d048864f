// Mechanisms side by side: the same workload and seeds under each, paired differences against the first, and the cores
// that each needs.

import { type Difference, differenceOf } from '../result/replications.js';
import type { Result } from '../result/result.js';
import type { Scenario } from '../scenario/types.js';
import { likelyCores } from './likely.js';
import { ofTheVms, type Sizing, sizeFor } from './sizing.js';
import { type Study, combine } from './study.js';
import { type Variant, fitting } from './variant.js';

/** Mechanisms side by side. */
export interface Comparison {
  /** A result each, in the order asked for. */
  runs: Result[];
  /** Each mechanism against the first. */
  differences: Difference[];
  /** Mechanisms that the scenario does not fit, with the reason; absent where it fits all. */
  refused?: {
    /** As it was asked for. */
    mechanism: string;
    /** What it would need. */
    why: string;
  }[];
  /** Absent where it is not asked for, without any SLO, or when interrupted before it. */
  sizing?: Sizing[];
  /** Present when it was interrupted. */
  incomplete?: true;
}

export interface ComparisonQuestion {
  readonly variants: readonly Variant[];
  readonly replications: number;
  /** Whether the least cores for every SLO are searched, where any VM states one. */
  readonly sizing: boolean;
  /** Upper end of that search. */
  readonly mostCores?: number | undefined;
}

/** Two runs may be of one kind of mechanism: differences and sizes are told apart by what the variant was called. */
const called = (difference: Difference, value: Variant, baseline: Variant): Difference => ({
  ...difference,
  mechanism: value.label,
  baseline: baseline.label,
});

/**
 * @param file named in problems
 * @param before sees the first result of each variant's time zero, before anything has run
 * @throws InputError, before anything runs, where the scenario fits no variant
 */
export async function compareAll(
  study: Study,
  scenario: Scenario,
  { variants, replications, sizing, mostCores }: ComparisonQuestion,
  { file, before }: { readonly file?: string; readonly before?: () => void | Promise<void> } = {},
): Promise<Comparison> {
  const { fits, refused } = fitting(scenario, variants, file);
  const runs: Result[] = [];
  const bases: Result[] = [];
  for (const { scenario: one } of fits) {
    if (study.interrupted) break;
    // every mechanism at the instant that was the worst of the first
    const close = bases[0]?.strips?.windows.find(({ what }) => what === 'worst');
    const results = await study.replications(one, replications, before, close?.fromNs);
    bases.push(results[0]!);
    runs.push(combine(results, replications));
  }
  const [first, ...others] = runs;
  const comparison: Comparison = {
    runs,
    differences: others.map((other, i) => called(differenceOf(first!, other), fits[i + 1]!.variant, fits[0]!.variant)),
    ...(refused.length > 0 ? { refused } : {}),
  };
  if (sizing && scenario.vms.some((vm) => vm.slo !== undefined)) {
    comparison.sizing = [];
    const byFormula = likelyCores(scenario);
    let likely = byFormula;
    for (const [i, { scenario: one, variant }] of fits.entries()) {
      const base = bases[i];
      if (base === undefined || base.incomplete === true) break;
      // where no core moves, the formula knows better than mechanisms whose cores do
      const first = one.mechanism.kind === 'static' ? (byFormula ?? likely) : likely;
      const found = await sizeFor(study, one, base, mostCores, first);
      if (found === null) break;
      likely = ofTheVms(one, found) ?? likely;
      comparison.sizing.push({ ...found, mechanism: variant.label });
    }
  }
  if (study.interrupted) comparison.incomplete = true;
  return comparison;
}
