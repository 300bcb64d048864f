// Drawn arrivals, services, widths, vCPUs and victims: the program and the naive simulator agree on average.

import { describe, expect, it } from 'vitest';
import { CASES, MOST_Z, statistics } from './statistics.js';

const REPLICATIONS = 40;

describe('where the program draws, it agrees with the naive simulator on average', () => {
  it.each(CASES)('$name', async (one) => {
    const compared = await statistics(one, REPLICATIONS);
    expect(compared.find(({ figure }) => figure === 'a.completed')!.program).toBeGreaterThan(20);
    expect(compared.filter(({ z }) => !(Math.abs(z) <= MOST_Z))).toEqual([]);
  });

  it('notices demands that are a fifth too long', async () => {
    const compared = await statistics(CASES[0]!, REPLICATIONS, 1.2);
    expect(compared.filter(({ z }) => Math.abs(z) > MOST_Z).map(({ figure }) => figure)).toContain('a.cpu.task');
  });
});
