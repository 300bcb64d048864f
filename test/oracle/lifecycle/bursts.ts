// Announcements put among the invocations of a random scenario: of a call's function, at the instant of a call before it.

import fc from 'fast-check';
import type { LifecycleSpec } from '../../../src/lifecycle/spec.js';

interface Burst {
  /** Of which call, and so of which function. */
  readonly of: number;
  readonly width: number;
  /** How many calls before it the width is known. */
  readonly before: number;
}

export const bursts: fc.Arbitrary<Burst[]> = fc.array(
  fc.record({ of: fc.nat(200), width: fc.integer({ min: 1, max: 6 }), before: fc.nat(5) }),
  { minLength: 1, maxLength: 20 },
);

export function withBursts(spec: LifecycleSpec, announced: readonly Burst[]): LifecycleSpec {
  const { atNs, fn, serviceNs } = spec.invocations;
  if (atNs.length === 0) return spec;
  const rows = Array.from(atNs, (at, i) => [[at, fn[i]!, serviceNs[i]!] as const]);
  for (const { of, width, before } of announced) {
    const call = of % atNs.length;
    const known = Math.max(0, call - before);
    rows[known]!.unshift([atNs[known]!, fn[call]!, -width]);
  }
  const all = rows.flat();
  return {
    ...spec,
    proactive: true,
    invocations: {
      atNs: Float64Array.from(all, ([at]) => at),
      fn: Uint32Array.from(all, ([, one]) => one),
      serviceNs: Float64Array.from(all, ([, , ns]) => ns),
    },
  };
}
