// What is drawn, naively: each law by the inverse of its distribution function, from uniform numbers that are not the program's.

export interface Law {
  readonly dist: string;
  readonly value?: number;
  readonly mean?: number;
  readonly cv?: number;
  readonly min?: number;
  readonly max?: number | undefined;
  readonly short?: number;
  readonly long?: number;
  readonly longShare?: number;
  readonly shape?: number;
  readonly values?: ArrayLike<number>;
  readonly of?: readonly (Law & { readonly weight: number })[];
}

export type Unit = () => number;

/** mulberry32: small, and unlike the program's. */
export function generator(seed: number): Unit {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Stirling's series, behind x = 10; the recurrence before. */
function gamma(x: number): number {
  if (x < 10) return gamma(x + 1) / x;
  return Math.sqrt((2 * Math.PI) / x) * (x / Math.E) ** x * Math.exp(1 / (12 * x) - 1 / (360 * x ** 3));
}

export const exponential = (mean: number, unit: Unit): number => -mean * Math.log(1 - unit());

export function draw(law: Law, unit: Unit): number {
  switch (law.dist) {
    case 'constant':
      return law.value!;
    case 'exponential':
      return exponential(law.mean!, unit);
    case 'uniform':
      return law.min! + unit() * (law.max! - law.min!);
    case 'bimodal':
      return unit() < law.longShare! ? law.long! : law.short!;
    case 'lognormal': {
      const normal = Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
      const variance = Math.log(1 + law.cv! ** 2);
      return law.mean! * Math.exp(Math.sqrt(variance) * normal - variance / 2);
    }
    case 'pareto': {
      const beyond = law.max === undefined ? 0 : (law.min! / law.max) ** law.shape!;
      const above = 1 - unit() * (1 - beyond);
      return law.min! / above ** (1 / law.shape!);
    }
    case 'weibull':
      return (law.mean! / gamma(1 + 1 / law.shape!)) * exponential(1, unit) ** (1 / law.shape!);
    case 'empirical':
      return law.values![Math.floor(unit() * law.values!.length)]!;
    case 'mixture': {
      let left = unit() * law.of!.reduce((sum, { weight }) => sum + weight, 0);
      return draw(law.of!.find(({ weight }) => (left -= weight) < 0) ?? law.of!.at(-1)!, unit);
    }
    default:
      throw new Error(`the naive simulator does not draw: ${law.dist}`);
  }
}

/** Of the laws whose draws the page lays down. */
export function meanOf(law: Law): number {
  if (law.dist === 'uniform') return (law.min! + law.max!) / 2;
  if (law.dist === 'bimodal') return law.short! + law.longShare! * (law.long! - law.short!);
  return law.value!;
}
