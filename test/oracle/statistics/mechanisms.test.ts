// Drawn arrivals, services, widths, vCPUs and victims under each mechanism: the program and the naive simulator agree on average.

import { describe, expect, it } from 'vitest';
import { CASES, statistics } from './mechanisms.js';
import { beyond } from './welch.js';

const REPLICATIONS = 40;

describe('where the program draws, it agrees with the naive simulator on average', () => {
  it.each(CASES.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const compared = await statistics(one, REPLICATIONS);
    expect(compared.find(({ figure }) => figure === 'a.completed')!.program).toBeGreaterThan(20);
    expect(beyond(compared)).toEqual([]);
  });

  it('notices demands that are 5 % too long', async () => {
    const one = CASES.find(({ name }) => name === 'hyperflux, uniform')!;
    const noticed = beyond(await statistics(one, 3 * REPLICATIONS, 1.05)).map(({ figure }) => figure);
    expect(noticed).toEqual(expect.arrayContaining(['a.taskNs', 'b.taskNs']));
  });
});
