// Two futures side by side in large type: nothing is read from quantiles that too few requests stand behind.
import { describe, expect, it } from 'vitest';
import type { About } from '../../src/web/protocol.js';
import { rowsOf, type Side } from '../../src/web/versus.js';

const about = {
  vms: [
    { name: 'api', slo: { quantile: 0.99, latencyNs: 200_000 } },
    { name: 'batch', slo: null },
  ],
} as unknown as About;

const side = (label: string, ns: number, requests: number): Side => ({
  label,
  overallNs: [ns, null],
  completed: [requests, 10],
});

describe('two futures in numbers', () => {
  it('says no difference and no miss until both have enough requests', () => {
    const [few] = rowsOf(about, [side('A', 48_500, 5000), side('B', 241_000, 999)], false);
    expect(few).toMatchObject({ few: true, missed: [false, false], difference: 'too few requests so far' });
    // nothing more comes
    const [over] = rowsOf(about, [side('A', 48_500, 5000), side('B', 241_000, 999)], true);
    expect(over).toMatchObject({ few: true, missed: [false, false], difference: 'too few requests' });
    expect(rowsOf(about, [side('A', 26_200, 12), side('B', 26_200, 12)], false)[0]!.difference).not.toBe('equal');
    const [enough] = rowsOf(about, [side('A', 78_000, 1000), side('B', 741_000, 1000)], true);
    expect(enough).toMatchObject({ few: false, missed: [false, true], difference: 'B 9.5 times as long' });
  });
});
