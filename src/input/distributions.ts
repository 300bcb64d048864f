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
        /** Its mean, in ns or as a count. */
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

/** Values are nanoseconds for times, plain numbers for counts. Every one has a finite mean. */
export type SimpleDist =
  | {
      /** Which distribution it is. */
      readonly dist: 'constant';
      /** The one value, in ns or as a count. */
      readonly value: number;
    }
  | {
      /** Which distribution it is. */
      readonly dist: 'exponential';
      /** Its mean, in ns or as a count. */
      readonly mean: number;
    }
  | {
      /** Which distribution it is. */
      readonly dist: 'uniform';
      /** The least value, in ns or as a count. */
      readonly min: number;
      /** The greatest value, in ns or as a count; absent: the tail is not bounded. */
      readonly max: number;
    }
  /** cv: standard deviation / mean. */
  | {
      /** Which distribution it is. */
      readonly dist: 'lognormal';
      /** Its mean, in ns or as a count. */
      readonly mean: number;
      /** Standard deviation over mean. */
      readonly cv: number;
    }
  | {
      /** Which distribution it is. */
      readonly dist: 'bimodal';
      /** The lesser value, in ns or as a count. */
      readonly short: number;
      /** The greater value, in ns or as a count. */
      readonly long: number;
      /** Share of the draws that are long, 0 to 1. */
      readonly longShare: number;
    }
  /** min is the scale; without max the tail is unbounded and shape > 1. */
  | {
      /** Which distribution it is. */
      readonly dist: 'pareto';
      /** Exponent of the tail. */
      readonly shape: number;
      /** The least value, in ns or as a count. */
      readonly min: number;
      /** The greatest value, in ns or as a count; absent: the tail is not bounded. */
      readonly max?: number | undefined;
    }
  | {
      /** Which distribution it is. */
      readonly dist: 'weibull';
      /** Exponent of the tail. */
      readonly shape: number;
      /** Its mean, in ns or as a count. */
      readonly mean: number;
    }
  /** scale: what the number 1 in the file stands for (nanoseconds, or a count). */
  | {
      /** Which distribution it is. */
      readonly dist: 'empirical';
      /** File of one value a line. */
      readonly file: string;
      /** What the number 1 of the file stands for, in ns or as a count. */
      readonly scale: number;
    };

export type Dist =
  | SimpleDist
  | {
      /** Which distribution it is. */
      readonly dist: 'mixture';
      /** Distributions of which one is drawn from, by weight. */
      readonly of: readonly ({
        /** How often it is drawn, over the sum of all weights. */
        readonly weight: number;
      } & SimpleDist)[];
    };

export type CountDist = number | Dist;
