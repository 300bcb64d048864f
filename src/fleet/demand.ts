// What a VM takes of a host where more is sold than there is: its cores and memory over the overcommitment of its class. Exactly: the units
// are so small that every quotient is whole, so that three VMs of a third each fill what one of a whole does.

import type { VmClass } from './vms.js';
import { CLASSES } from './vms.js';

export type Overcommit = Readonly<Record<VmClass, number>>;

interface Ratio {
  readonly over: bigint;
  readonly under: bigint;
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));

/** Of a decimal number with at most three digits behind the point. */
function ratioOf(value: number): Ratio {
  const over = BigInt(Math.round(value * 1000));
  const common = gcd(over, 1000n);
  return { over: over / common, under: 1000n / common };
}

/** One dimension: capacity times `capacity`, the demand of a class times `demand[class]`. */
export interface Scale {
  readonly capacity: number;
  /** By index into CLASSES. */
  readonly demand: readonly number[];
}

export function scaleOf(overcommit: Overcommit): Scale {
  const ratios = CLASSES.map((name) => ratioOf(overcommit[name]));
  const common = ratios.reduce((sum, { over }) => (sum * over) / gcd(sum, over), 1n);
  return {
    capacity: Number(common),
    demand: ratios.map(({ over, under }) => Number((common / over) * under)),
  };
}
