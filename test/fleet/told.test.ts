// What terminal and report say of a fleet's hosts: no more than what was simulated bears.

import { beforeAll, describe, expect, it } from 'vitest';
import { engineHere, rowsOf } from '../../src/fleet/hosts.js';
import { parseFleet } from '../../src/fleet/parse.js';
import type { FleetResult } from '../../src/fleet/result.js';
import { FleetSum, jobsOf, prepareFleet, vmsOf } from '../../src/fleet/simulate.js';
import { renderFleet } from '../../src/report/fleet-table.js';
import { fleetReport } from '../../src/report/html/figures/fleet.js';
import { Simulation } from '../../src/simulation.js';
import { memoryHost } from '../../src/workload/text-source.js';
import { smallFleet } from '../support/fleet.js';

/** Of the first `most` hosts alone, as one that is interrupted leaves it. */
async function resultOf(text: string, most = Infinity): Promise<FleetResult> {
  const loaded = parseFleet(text);
  const vms = await vmsOf(loaded.fleet, memoryHost({}));
  const prepared = await prepareFleet(loaded, vms);
  const sum = new FleetSum(prepared);
  const engine = engineHere(prepared.context!, (scenario) => Simulation.create(scenario, { steady: false }));
  for await (const rows of rowsOf(engine, jobsOf(prepared, prepared.plan.order.slice(0, most)), vms))
    for (const row of rows) sum.add(row);
  return sum.result();
}

const calm = smallFleet('2ms').replace(/failures: .*\n/, '');
const results: Record<'whole' | 'some' | 'none', FleetResult> = {} as never;
beforeAll(async () => {
  results.whole = await resultOf(calm);
  results.some = await resultOf(calm, 6);
  results.none = await resultOf(calm, 0);
});

describe('a fleet of which hosts are missing', () => {
  it('has no tick and no word of an SLO, and warns', () => {
    const whole = fleetReport(results.whole);
    expect([whole.good, whole.verdict]).toEqual([true, expect.stringMatching(/latency-critical meets its SLO/)]);
    expect(results.whole.warnings).toEqual([]);
    for (const [name, left] of [['some', 18] as const, ['none', 24] as const]) {
      const { good, verdict, remarks } = fleetReport(results[name]);
      expect(good, name).toBeNull();
      expect(verdict).toMatch(/^Every VM had a host; hosts are missing, so no SLO is judged\./);
      const { warnings } = results[name];
      expect(warnings).toEqual([expect.objectContaining({ code: 'incomplete', field: 'hosts' })]);
      expect(warnings[0]!.detail).toContain(`${left} of 24 hosts to simulate are missing`);
      expect(remarks.map(({ code }) => code)).toEqual(['incomplete']);
      expect(renderFleet(results[name])).toContain('warning (incomplete) hosts: ');
    }
  });
});
