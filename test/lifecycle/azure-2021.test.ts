// The published part of the Azure 2021 trace with a function table that follows from the functions' hashes: counts that a
// simulator of another author came to.

import { describe, expect, it } from 'vitest';
import type { FunctionSpec, LifecycleSpec } from '../../src/lifecycle/spec.js';
import { servedInAll } from '../../src/lifecycle/result.js';
import { fn, invocations, lifecycleOf, MIB, S } from '../support/functions.js';
import { cellsOf } from '../workload/helpers.js';

function read(): Pick<LifecycleSpec, 'functions' | 'invocations'> {
  const [, ...lines] = cellsOf('azure-functions-2021/invocations.csv.gz');
  const numbers = new Map<string, number>();
  const functions: FunctionSpec[] = [];
  const rows = lines.map(([, name = '', end, duration]): [number, number, number] => {
    if (!numbers.has(name)) {
      numbers.set(name, functions.length);
      const hex = (from: number): number => parseInt(name.slice(from, from + 8), 16);
      const memoryBytes = 128 * (1 + (hex(0) % 8)) * MIB;
      functions.push(fn({ name, memoryBytes, initNs: 1e8 * (1 + (hex(8) % 10)) }));
    }
    const serviceNs = Math.round(Number(duration) * S);
    return [Math.round(Number(end) * S) - serviceNs, numbers.get(name)!, serviceNs];
  });
  const first = Math.min(0, ...rows.map(([at]) => at));
  return { functions, invocations: invocations(rows.map(([at, of, service]) => [at - first, of, service])) };
}

describe('Azure 2021', () => {
  const trace = read();
  const counts = async (given: Partial<LifecycleSpec>) => {
    const result = await lifecycleOf(20_000 * S, { ...trace, ...given });
    const cold = result.served.restore + result.served.vm + result.served.full;
    return {
      warm: result.served.active + result.served.dormant,
      cold,
      joined: result.served.joined,
      dropped: result.dropped,
      all: servedInAll(result) + result.dropped,
      peakMiB: result.usedMaxBytes / MIB,
    };
  };
  const fixed = (seconds: number) => ({ keepAlive: { policy: 'fixed', timeNs: seconds * S, from: 'end' } as const });

  it('A5: is kept for 60 s, for 600 s, or until memory is short', async () => {
    expect(await counts(fixed(60))).toMatchObject({ warm: 238, cold: 360, dropped: 0, all: 598 });
    expect(await counts(fixed(600))).toMatchObject({ warm: 510, cold: 88, dropped: 0 });
    expect(await counts({ keepAlive: { policy: 'lru' }, memoryBytes: 16_384 * MIB })).toMatchObject({
      warm: 418,
      cold: 171,
      dropped: 9,
    });
  });

  it.each([
    [1, 88, 0, 32_422],
    [2, 66, 18, 23_552],
    [4, 57, 25, 20_774],
    [16, 51, 31, 18_701],
  ])('of %i requests an instance: %i cold, %i joined, %i MiB at most', async (concurrency, cold, joined, peak) => {
    const functions = trace.functions.map((one) => {
      const memoryPerRequestBytes = Math.round(one.memoryBytes / 10);
      return {
        ...one,
        concurrency,
        maxVcpus: concurrency,
        memoryPerRequestBytes,
        memoryBytes: one.memoryBytes - memoryPerRequestBytes,
      };
    });
    const found = await counts({ functions, ...fixed(600) });
    expect(found).toMatchObject({ cold, joined });
    expect(Math.round(found.peakMiB)).toBe(peak);
  });
});
