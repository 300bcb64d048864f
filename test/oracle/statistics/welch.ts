// Two lists of independent values with one mean, or not: Welch's statistic.

/**
 * Chance of a false alarm is 6e-5 a comparison, so 4 % with the 700 of all tests here together; seeds are fixed, so that it comes
 * always or never.
 */
const MOST_Z = 4;

export interface Compared {
  readonly figure: string;
  readonly program: number;
  readonly naive: number;
  readonly z: number;
}

export const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;

function welch(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [mean(a), mean(b)];
  const spread = (list: readonly number[], m: number): number =>
    list.reduce((sum, value) => sum + (value - m) ** 2, 0) / (list.length - 1) / list.length;
  if (x === y) return 0;
  return (x - y) / Math.sqrt(spread(a, x) + spread(b, y));
}

/** Of each figure a value a batch, or a run. */
export type Batches = Readonly<Record<string, readonly number[]>>;

export function compare(program: Batches, naive: Batches): Compared[] {
  return Object.entries(program).map(([figure, values]) => {
    const others = naive[figure]!;
    return { figure, program: mean(values), naive: mean(others), z: welch(values, others) };
  });
}

export const beyond = (compared: readonly Compared[]): Compared[] =>
  compared.filter(({ z }) => !(Math.abs(z) <= MOST_Z));
