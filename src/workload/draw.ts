// Draws from a distribution outside the core: of what is decided before a run, such as the memory of generated functions.

import type { Dist } from '../input/distributions.js';
import { exp, log, logGamma, pow } from './elementary.js';
import type { SplitMix64 } from './random.js';

/** Numbers of the files that empirical distributions name. */
export type NumberTables = ReadonlyMap<string, Float64Array>;
/** One draw, in the unit of the distribution's parameters; not rounded. */
export type Draw = (random: SplitMix64) => number;

/** Exponential with mean 1. */
export const exponential: Draw = (random) => -log(1 - random.unit());

/** Standard normal, Marsaglia's polar method. */
function normal(random: SplitMix64): number {
  for (;;) {
    const u = 2 * random.unit() - 1;
    const v = 2 * random.unit() - 1;
    const s = u * u + v * v;
    if (s < 1 && s > 0) return u * Math.sqrt((-2 * log(s)) / s);
  }
}

function mixture(parts: readonly { readonly weight: number; readonly draw: Draw }[]): Draw {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  return (random) => {
    let left = random.unit() * total;
    const part = parts.find(({ weight }) => (left -= weight) < 0) ?? parts.at(-1)!;
    return part.draw(random);
  };
}

/** How to draw from it; what follows from its parameters alone is computed once. */
export function drawOf(dist: Dist, tables: NumberTables): Draw {
  switch (dist.dist) {
    case 'constant':
      return () => dist.value;
    case 'exponential':
      return (random) => dist.mean * exponential(random);
    case 'uniform':
      return (random) => dist.min + (dist.max - dist.min) * random.unit();
    case 'lognormal': {
      const variance = log(1 + dist.cv * dist.cv);
      const [location, scale] = [log(dist.mean) - variance / 2, Math.sqrt(variance)];
      return (random) => exp(location + scale * normal(random));
    }
    case 'bimodal':
      return (random) => (random.unit() < dist.longShare ? dist.long : dist.short);
    case 'pareto': {
      const { shape, min, max } = dist;
      const cut = max === undefined ? 1 : 1 - pow(min / max, shape);
      return (random) => min * pow(1 - random.unit() * cut, -1 / shape);
    }
    case 'weibull': {
      const scale = dist.mean / exp(logGamma(1 + 1 / dist.shape));
      return (random) => scale * pow(exponential(random), 1 / dist.shape);
    }
    case 'empirical': {
      const numbers = tables.get(dist.file);
      if (numbers === undefined) throw new Error(`the numbers of ${dist.file} have not been read`);
      return (random) => dist.scale * numbers[Math.floor(random.unit() * numbers.length)]!;
    }
    case 'mixture':
      return mixture(dist.of.map(({ weight, ...part }) => ({ weight, draw: drawOf(part, tables) })));
  }
}

/** Files that it names. */
export function filesOf(dist: Dist): readonly string[] {
  if (dist.dist === 'mixture') return dist.of.flatMap(({ weight: _, ...part }) => filesOf(part));
  return dist.dist === 'empirical' ? [dist.file] : [];
}
