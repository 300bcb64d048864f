// Kendall's tau-b between two lists that may have ties, and how often chance alone makes as much of it.

import { stream } from '../draw.js';

/** Whether a pair of places counts. */
type Pairs = (i: number, j: number) => boolean;
const every: Pairs = () => true;

/** (concordant - discordant) / sqrt((pairs not tied in x) (pairs not tied in y)), of the pairs that count; null: all are tied in one. */
export function tauB(x: readonly number[], y: readonly number[], counts: Pairs = every): number | null {
  let [sum, inX, inY] = [0, 0, 0];
  for (let i = 0; i < x.length; i++)
    for (let j = 0; j < i; j++) {
      if (!counts(i, j)) continue;
      const [a, b] = [Math.sign(x[i]! - x[j]!), Math.sign(y[i]! - y[j]!)];
      sum += a * b;
      inX += Math.abs(a);
      inY += Math.abs(b);
    }
  return inX === 0 || inY === 0 ? null : sum / Math.sqrt(inX * inY);
}

export interface TauTest {
  readonly tau: number | null;
  /** Share of permutations whose tau is as far from 0, this order counted among them; null where there is no tau. */
  readonly p: number | null;
}

/** y is shuffled within each group, pairs of one group count; without groups all are one. */
export function permutationTest(
  x: readonly number[],
  y: readonly number[],
  permutations: number,
  seed: number,
  groups?: readonly string[],
): TauTest {
  const counts: Pairs = groups === undefined ? every : (i, j) => groups[i] === groups[j];
  const tau = tauB(x, y, counts);
  if (tau === null) return { tau, p: null };
  const next = stream(seed, 0);
  const places = new Map<string, number[]>();
  y.forEach((_, i) => {
    const group = groups?.[i] ?? '';
    places.set(group, [...(places.get(group) ?? []), i]);
  });
  const shuffled = [...y];
  let asFar = 0;
  for (let k = 0; k < permutations; k++) {
    for (const own of places.values())
      for (let i = own.length - 1; i > 0; i--) {
        const j = Math.floor(next() * (i + 1));
        [shuffled[own[i]!], shuffled[own[j]!]] = [shuffled[own[j]!]!, shuffled[own[i]!]!];
      }
    // rounding must not tell equal orders apart
    if (Math.abs(tauB(x, shuffled, counts)!) >= Math.abs(tau) - 1e-12) asFar++;
  }
  return { tau, p: (1 + asFar) / (1 + permutations) };
}
