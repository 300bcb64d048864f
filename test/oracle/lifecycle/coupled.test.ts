// The program against both naive simulators on one clock: functions on hosts whose cores a mechanism moves. `npm run oracle -- --functions
// --cores --seeds A..B` runs more.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Coupled } from './coupled.js';
import { compared, text } from './coupled-compare.js';
import { coupled, MECHANISMS } from './coupled-made.js';

const SEEDS = 8;

describe('the program and the naive simulators agree on functions with cores', () => {
  it.each(MECHANISMS)('under %s', async (kind) => {
    const property = fc.asyncProperty(coupled([kind]), async (one) => {
      expect(await compared(one), text(one)).toEqual([]);
    });
    await fc.assert(property, { seed: 7, numRuns: SEEDS });
  });

  it('on scenarios in which requests wait for cores, for memory and for starts', () => {
    const met = { preempted: 0, cold: 0, dormant: 0, late: 0, evicted: 0, ended: 0 };
    const property = fc.property(coupled(), ({ made, spec }) => {
      const naive = new Coupled(spec, made.scenario, made.arrivals);
      naive.run(made.scenario.durationNs);
      const { served, evictions, timedOut, dropped } = naive.counts;
      for (const { counted, spec: of } of naive.oracle.host.vms)
        if (of.workload === null) met.preempted += counted.preemptions;
      met.cold += served.vm + served.full + served.restore;
      met.dormant += served.dormant;
      met.late += timedOut + dropped;
      met.evicted += evictions;
      met.ended += naive.latencies.length;
    });
    fc.assert(property, { seed: 7, numRuns: 40 });
    for (const [what, count] of Object.entries(met)) expect(count, what).toBeGreaterThan(3);
  });
});
