// Draws from uniform ones.

/** Standard normal, by Box and Muller: takes two uniform draws of [0, 1). */
export const normal = (uniform: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

/** `cv`: standard deviation over mean. */
export function lognormal(uniform: () => number, mean: number, cv: number): number {
  const variance = Math.log(1 + cv * cv);
  return mean * Math.exp(Math.sqrt(variance) * normal(uniform) - variance / 2);
}
