// What is known of a distribution without drawing from it. Means only: they feed checks and warnings, never a result,
// so the host's Math.pow is good enough here and is not used in the core.

function paretoMean(shape: number, min: number, max: number | undefined): number {
  if (max === undefined) return shape > 1 ? (shape * min) / (shape - 1) : Infinity;
  if (max === min) return min;
  const ratio = min / max;
  if (shape === 1) return (min * Math.log(1 / ratio)) / (1 - ratio);
  const cut = Math.pow(ratio, shape);
  return ((shape * min) / (shape - 1)) * ((1 - cut / ratio) / (1 - cut));
}

/** The mean in the distribution's own unit; undefined where only a file knows it. */
export function meanOf(dist: SimpleDist | Dist): number | undefined {
  switch (dist.dist) {
    case 'constant':
      return dist.value;
    case 'exponential':
    case 'lognormal':
    case 'weibull':
      return dist.mean;
    case 'uniform':
      return (dist.min + dist.max) / 2;
    case 'bimodal':
      return dist.short * (1 - dist.longShare) + dist.long * dist.longShare;
    case 'pareto':
      return paretoMean(dist.shape, dist.min, dist.max);
    case 'empirical':
      return undefined;
    case 'mixture': {
      let sum = 0;
      let weights = 0;
      for (const part of dist.of) {
        const mean = meanOf(part);
        if (mean === undefined) return undefined;
        sum += part.weight * mean;
        weights += part.weight;
      }
      return sum / weights;
    }
  }
}

/** Mean of the drawn counts before they are rounded up. */
export function meanCount(tasks: CountDist): number | undefined {
  return typeof tasks === 'number' ? tasks : meanOf(tasks);
}

/** The greatest value that can be drawn; Infinity for an unbounded tail, undefined where only a file knows it. */
export function greatestOf(dist: SimpleDist | Dist): number | undefined {
  switch (dist.dist) {
    case 'constant':
      return dist.value;
    case 'uniform':
      return dist.max;
    case 'bimodal':
      return dist.longShare === 0 ? dist.short : dist.long;
    case 'pareto':
      return dist.max ?? Infinity;
    case 'exponential':
    case 'lognormal':
    case 'weibull':
      return Infinity;
    case 'empirical':
      return undefined;
    case 'mixture': {
      const parts = dist.of.map(greatestOf);
      return parts.includes(undefined) ? undefined : Math.max(...(parts as number[]));
    }
  }
}

/** Values are nanoseconds for times, plain numbers for counts. Every one has a finite mean. */
export type SimpleDist =
  | { readonly dist: 'constant'; readonly value: number }
  | { readonly dist: 'exponential'; readonly mean: number }
  | { readonly dist: 'uniform'; readonly min: number; readonly max: number }
  /** cv: standard deviation / mean. */
  | { readonly dist: 'lognormal'; readonly mean: number; readonly cv: number }
  | { readonly dist: 'bimodal'; readonly short: number; readonly long: number; readonly longShare: number }
  /** min is the scale; without max the tail is unbounded and shape > 1. */
  | { readonly dist: 'pareto'; readonly shape: number; readonly min: number; readonly max?: number | undefined }
  | { readonly dist: 'weibull'; readonly shape: number; readonly mean: number }
  /** scale: what the number 1 in the file stands for (nanoseconds, or a count). */
  | { readonly dist: 'empirical'; readonly file: string; readonly scale: number };

export type Dist =
  SimpleDist | { readonly dist: 'mixture'; readonly of: readonly ({ readonly weight: number } & SimpleDist)[] };

export type CountDist = number | Dist;
