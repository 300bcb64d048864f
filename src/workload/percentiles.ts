// Service times from published percentiles: the inverse of a distribution function that is linear between them.
// Leaves out what the percentiles do not tell: the shape between two of them, and any correlation in time.

/** The probabilities of the `percentile_Average_*` columns of the Azure Functions 2019 durations. */
export const AZURE_PERCENTILES = [0, 1, 25, 50, 75, 99, 100] as const;

const POINTS = AZURE_PERCENTILES.length;
const PROBABILITIES = Float64Array.from(AZURE_PERCENTILES, (percent) => percent / 100);

/**
 * The value at probability `unit`, from `POINTS` rising values that begin at `offset` of `table`.
 *
 *     inverseOfPercentiles([0, 10, 20, 30, 40, 50, 60], 0, 0.5) === 30
 */
export function inverseOfPercentiles(table: ArrayLike<number>, offset: number, unit: number): number {
  let upper = 1;
  while (upper < POINTS - 1 && unit > PROBABILITIES[upper]!) upper++;
  const lowValue = table[offset + upper - 1]!;
  const share = (unit - PROBABILITIES[upper - 1]!) / (PROBABILITIES[upper]! - PROBABILITIES[upper - 1]!);
  return lowValue + share * (table[offset + upper]! - lowValue);
}
