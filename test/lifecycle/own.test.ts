// A keep-alive policy of one's own, called and compiled in: the same decisions as the built-in ones, and the same trajectory both ways.

import { describe, expect, it } from 'vitest';
import { compileCore, PolicyError, type Policy } from '../../src/index.js';
import type { LifecycleSpec } from '../../src/lifecycle/spec.js';
import { buildCore } from '../../src/policy-core.js';
import { fn, host, invocations, lifecycle, MIB, runFunctions, S } from '../support/functions.js';

const rows = Array.from({ length: 400 }, (_, i): [number, number, number] => [
  ((i * i) % 977) * S,
  (i * 7) % 5,
  ((i * 13) % 50) * S,
]);
const functions = [1, 2, 3, 4, 5].map((i) => fn({ name: `f${i}`, memoryBytes: i * 100 * MIB, initNs: (6 - i) * 1e9 }));
const scenario = host(3000 * S);
const spec = (keepAlive: LifecycleSpec['keepAlive']): LifecycleSpec =>
  lifecycle({ functions, invocations: invocations(rows), memoryBytes: 3000 * MIB, keepAlive });
const OWN = spec({ policy: 'policy' });

/** Greedy-dual without its clock, for at most 100 s: nothing that is built in. */
const policy: Policy = {
  keepFor: (view, { lastStartNs }) => Math.max(0, lastStartNs + 100 * S - view.nowNs),
  worth: (_, { fn: of, uses }) => (uses * (6 - (of + 1))) / (of + 1),
};
const COMPILED = `
import { Instance, now } from "./view";
export function keepFor(i: Instance): f64 {
  const until = i.lastStart + 100_000_000_000;
  return until > now() ? <f64>(until - now()) : 0;
}
export function worth(i: Instance): f64 {
  const size = <f64>(i.fn.index + 1);
  return (<f64>i.uses * (6 - size)) / size;
}
`; // without the declarations of what a program answers: the build adds them

describe('a keep-alive policy of one’s own', () => {
  it('decides as the built-in ones do where it says the same', async () => {
    const alike = async (own: Policy, keepAlive: LifecycleSpec['keepAlive']): Promise<void> => {
      const ours = await runFunctions(scenario, OWN, { policy: own });
      expect(ours.lifecycle).toEqual((await runFunctions(scenario, spec(keepAlive))).lifecycle);
    };
    await alike({ keepFor: () => 60 * S }, { policy: 'fixed', timeNs: 60 * S, from: 'end' });
    await alike({ keepFor: () => Infinity }, { policy: 'lru' });
    await alike({ keepFor: () => 0, worth: () => 1 }, { policy: 'fixed', timeNs: 0, from: 'end' });
  });

  it('takes one trajectory, called and compiled in', async () => {
    const called = await runFunctions(scenario, OWN, { policy });
    const module = await compileCore(await buildCore(COMPILED, { debug: true }));
    const compiled = await runFunctions(scenario, OWN, { module });
    expect(called.lifecycle!.evictions).toBeGreaterThan(10);
    expect(called.lifecycle!.expirations).toBeGreaterThan(10);
    expect(compiled.manifest.fingerprint).toBe(called.manifest.fingerprint);
    expect(compiled.lifecycle).toEqual(called.lifecycle);
    const lru = await runFunctions(scenario, spec({ policy: 'lru' }));
    expect(lru.lifecycle!.served).not.toEqual(called.lifecycle!.served);
  });

  it('that answers what cannot be ends the run', async () => {
    await expect(runFunctions(scenario, OWN, { policy: { keepFor: () => -1 } })).rejects.toThrow(PolicyError);
    await expect(runFunctions(scenario, OWN, { policy: { worth: () => NaN } })).rejects.toThrow(
      /policy\.worth: given NaN/,
    );
  });
});
