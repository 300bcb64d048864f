// What terminal and report say of a fleet's hosts: no more than what was simulated bears.

import { beforeAll, describe, expect, it } from 'vitest';
import { fleet } from '../../src/fleet/api.js';
import { engineHere, rowsOf } from '../../src/fleet/hosts.js';
import { parseFleet } from '../../src/fleet/parse.js';
import type { FleetResult } from '../../src/fleet/result.js';
import { FleetSum, jobsOf, prepareFleet, vmsOf } from '../../src/fleet/simulate.js';
import type { ClassSums } from '../../src/fleet/sums.js';
import { shareOf, type Sum } from '../../src/fleet/survey.js';
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
    expect(results.whole.classes[0]!.slo!.attained).toBe(true);
    for (const [name, left] of [['some', 18] as const, ['none', 24] as const]) {
      const { good, verdict, remarks } = fleetReport(results[name]);
      expect(good, name).toBeNull();
      expect(verdict).toMatch(/^Every VM had a host; hosts are missing, so no SLO is judged\./);
      const { warnings } = results[name];
      expect(warnings).toEqual([expect.objectContaining({ code: 'incomplete', field: 'hosts' })]);
      expect(warnings[0]!.detail).toContain(`${left} of 24 hosts to simulate are missing`);
      expect(remarks.map(({ code }) => code)).toEqual(['incomplete']);
      expect(renderFleet(results[name])).toContain('warning (incomplete) hosts: ');
      expect(results[name].classes.every(({ slo }) => slo?.attained === null)).toBe(true);
    }
  });
});

describe('a fleet whose hosts are simulated', () => {
  it('tells in which windows of its time', () => {
    const { whole } = results;
    expect(whole.manifest.windows).toEqual({ count: 2, lengthNs: 2e6 });
    expect(renderFleet(whole)).toMatch(/24 of 24 hosts simulated under hyperflux in 2 windows of 2\.0+ ms/);
    expect(fleetReport(whole).facts[0]).toMatch(/^2\shours placed; hosts simulated in 2 windows of 2\.00\sms$/);
  });
});

describe('hosts that never had a VM', () => {
  it('are not those that had one for a moment', async () => {
    const csv = 'arrivalS,lifetimeS,cores,memoryGiB\n0,1,4,8\n';
    const hosts = [{ count: 3, cores: 64, memory: '64GiB' }];
    const vms = { trace: { file: 'vms.csv' } };
    const short = await fleet({ version: 1, duration: '1h', hosts, vms }, { files: { 'vms.csv': csv } });
    expect(short.map.coresPercent).toEqual([0, 0, 0]);
    expect(short.packing.unusedHosts).toBe(2);
    expect(fleetReport(short).figures[0]!.answer).toBe('2 of 3 hosts never had a VM; at most 1 had VMs at once.');
    expect(fleetReport(short).facts[0]).toMatch(/placed$/);
  });
});

describe('sampled hosts', () => {
  it('have an interval beside every figure, and about how many were answered', async () => {
    const sampled = await resultOf(calm.replace('fidelity: full', 'fidelity: { kind: sampled, share: 0.3 }'));
    expect(sampled.hosts.simulated).toBeLessThan(24);
    const row = fleetReport(sampled).claims![0]!.table.rows[0]!;
    for (const cell of row.slice(1)) expect(cell).toMatch(/ \(\S.* (to .*|or more)\)$/);
    expect(row[1]).toMatch(/^≈ /);
    expect(renderFleet(sampled)).toMatch(/latency-critical +≈ [\d ,]+ \([\d ,]+ to [\d ,]+\)/);
    expect(fleetReport(results.whole).claims![0]!.table.rows.flat().join()).not.toMatch(/≈| to /);
  });

  it('have no interval while some are missing', async () => {
    const text = calm.replace('fidelity: full', 'fidelity: { kind: sampled, share: 0.3 }');
    const { classes, hosts } = await resultOf(text, 3);
    expect(hosts.simulated).toBe(3);
    expect(classes.map(({ confidence }) => confidence)).toEqual(classes.map(() => undefined));
    expect(classes.length).toBeGreaterThan(0);
  });

  it('have shares that do not pass 0 or 1, however they round', () => {
    const sums = (vms: number): ClassSums => ({ counts: new Map([['judged', vms]]) }) as never;
    const all: Sum<ClassSums> = { sum: 0, of: ({ counts }) => counts.get('judged')! };
    for (let vms = 1; vms < 200; vms++) {
      const strata = [{ of: 40, groups: [1, 2].map(() => ({ hosts: 1, sums: sums(vms) })) }];
      const { low, high } = shareOf(strata, { ...all, sum: 40 * vms }, { ...all, sum: 40 * vms });
      expect([low > 0, low < 1, high], String(vms)).toEqual([true, true, 1]);
      const nobody = shareOf(strata, { sum: 0, of: () => 0 }, { ...all, sum: 40 * vms });
      expect([nobody.low, nobody.high! > 0]).toEqual([0, true]);
    }
  });
});

describe('a trace that all VMs replay', () => {
  it('is warned of', async () => {
    const arrivals = '{ process: trace, format: csv, file: none.csv }';
    const { warnings } = await resultOf(calm.replace('{ process: poisson, rate: 20000 }', arrivals), 0);
    expect(warnings.map(({ code }) => code)).toContain('same-rows');
    expect(results.whole.warnings.map(({ code }) => code)).not.toContain('same-rows');
  });
});
