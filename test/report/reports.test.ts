// The readable reports of `run` and `compare`: what they say, how wide they get, what they say about missing figures.

import { describe, it, expect } from 'vitest';
import { differenceOf } from '../../src/result/replications.js';
import type { Result } from '../../src/result/result.js';
import { renderComparison, sloSentence } from '../../src/report/compare-table.js';
import { renderRun } from '../../src/report/run-table.js';
import { MAX_COLUMNS, wrap } from '../../src/report/table.js';
import { withMechanism } from '../../src/scenario/mechanisms.js';
import { parseScenario } from '../../src/scenario/parse.js';
import type { MechanismKind } from '../../src/mechanisms/types.js';
import type { Comparison } from '../../src/study/compare.js';
import type { Sizing } from '../../src/study/sizing.js';
import { combine } from '../../src/study/study.js';
import { type FakeOptions, SCENARIO, fakeTools } from '../cli/fake.js';

const KINDS = ['ideal', 'hyperflux', 'hotplug', 'static'] as const;

async function simulate(kind: MechanismKind, options: FakeOptions = {}, seed = 7, text = SCENARIO): Promise<Result> {
  const { scenario } = parseScenario(text);
  const simulation = await fakeTools(options).create(withMechanism({ ...scenario, seed }, kind), '.');
  await simulation.run();
  return simulation.metrics();
}

function comparisonOf(runs: Result[], sizing?: Sizing[]): Comparison {
  const differences = runs.slice(1).map((run) => differenceOf(runs[0]!, run));
  return sizing === undefined ? { runs, differences } : { runs, differences, sizing };
}

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => [...line].length));

describe('the report of a run', () => {
  it('shows latencies, the SLO, core-seconds by state and the total', async () => {
    const text = renderRun(await simulate('hyperflux'));
    expect(text).toContain('hyperflux, seed 7: 1 ms simulated');
    expect(text).toMatch(/^api +LC +100( +10\.0 us){2} +≥ 10\.0 us +– +10\.0 us +p99 <= 200 us +yes$/m);
    expect(text).toMatch(/^batch +BE .* - +-$/m);
    expect(text).toMatch(/^polling core +1\.00 ms$/m);
    expect(text).toMatch(/^9 cores +9\.00 ms$/m);
    expect(text).toContain('no core moved');
    expect(widest(text)).toBeLessThanOrEqual(MAX_COLUMNS);
  });

  it('says no where the SLO is missed, and warns of a run cut short and of growing backlogs', async () => {
    const result = await simulate('static', { enough: () => 99 });
    result.incomplete = true;
    result.warnings.push({ code: 'unstable', field: 'api.unstable', detail: 'its backlog grew to 1,234 requests' });
    const text = renderRun(result);
    expect(text).toMatch(/^api .* no$/m);
    expect(text).toMatch(/^incomplete: /m);
    expect(text).toMatch(/^ {2}unstable api\.unstable: its backlog grew to 1,234 requests$/m);
  });

  it('tells what was dropped, and only where something was', async () => {
    const result = await simulate('hyperflux');
    expect(renderRun(result)).not.toContain('dropped');
    const [api, batch] = result.vms;
    Object.assign(api!, { arrived: 2_000, dropped: 1_900 });
    Object.assign(batch!, { arrived: 200, dropped: 1 });
    const text = renderRun(result);
    expect(text).toMatch(/^dropped: api turned away 1,900 requests \(95\.0 %\); its SLO counts them as missed$/m);
    expect(text).toMatch(/^dropped: batch turned away 1 requests \(0\.5 %\)$/m);
    const compared = comparisonOf([result, await simulate('static')]);
    expect(renderComparison(compared)).toMatch(/^ {2}dropped +1,900 +0$/m);
    expect(renderComparison(comparisonOf([await simulate('ideal')]))).not.toContain('dropped');
  });

  it('shows dashes for a VM that completed nothing', async () => {
    const { scenario } = parseScenario(SCENARIO);
    const text = renderRun((await fakeTools().create(scenario, '.')).metrics());
    expect(text).toMatch(/^api +LC +0( +-){5} +p99/m);
    expect(text).not.toMatch(/NaN|null|undefined|Infinity/);
  });

  it('adds intervals for replications', async () => {
    const results = await Promise.all([7, 8, 9].map((seed) => simulate('hyperflux', {}, seed)));
    const text = renderRun(combine(results, 3));
    expect(text).toContain('95.0 % interval over 3 replications');
    expect(text).toMatch(/10\.0 us \[10\.0 us, 10\.0 us\]/);
    expect(widest(text)).toBeLessThanOrEqual(MAX_COLUMNS);
  });

  it('tells how often controllers acted, where there were any', async () => {
    const result = await simulate('caladan');
    expect(renderRun(result)).not.toContain('controller');
    result.reallocation.controllers = { hyperthread: { punished: 12_345, relaxed: 7 } };
    expect(renderRun(result)).toMatch(/^hyper-thread controller: punished 12,345 times, relaxed 7 times$/m);
    result.reallocation.controllers = { bandwidth: { punished: 1, relaxed: 0 } };
    expect(renderRun(result)).toMatch(/^bandwidth controller: punished 1 times, relaxed 0 times$/m);
  });

  it('shows the first VMs of many and says how many are left out', async () => {
    const result = await simulate('ideal');
    result.vms = Array.from({ length: 100 }, (_, i) => ({ ...result.vms[0]!, name: `api${i}` }));
    const text = renderRun(result);
    expect(text).toContain('and 76 more VMs');
    expect(text).not.toContain('api24');
  });
});

describe('the report of a comparison', () => {
  it('has a column per mechanism and factors against the first', async () => {
    const runs = await Promise.all(KINDS.map((kind) => simulate(kind)));
    const text = renderComparison(comparisonOf(runs));
    expect(text).toMatch(/^ +ideal +hyperflux +hotplug +static$/m);
    expect(text).toMatch(/^ {2}latency p99 +≥ 10\.0 us +≥ 10\.0 us 1\.00x +≥ 10\.0 us 1\.00x +≥ 1\.00 ms 100x$/m);
    expect(text).toMatch(/^ {2}SLO p99 <= 200 us +yes +yes +yes +no$/m);
    expect(text).toMatch(/^ {2}task core-seconds( +1\.00 us){4}$/m);
    expect(text).toMatch(/^ {2}polling core +0 s +1\.00 ms +0 s +0 s$/m);
  });

  it('stays within 110 columns, for long names, wide figures and any number of mechanisms', async () => {
    const runs = await Promise.all(KINDS.map((kind) => simulate(kind)));
    for (const [i, run] of runs.entries()) {
      run.manifest.mechanism = `${'mechanism-'.repeat(4)}${i}`;
      run.vms[0]!.name = 'n'.repeat(60);
      run.vms[0]!.latencyNs.p99 = 10 ** (3 * i) * 987_654_321;
    }
    const six = [...runs, { ...runs[0]!, manifest: { ...runs[0]!.manifest, mechanism: 'fifth' } }];
    const sizing = six.map((run): Sizing => ({
      mechanism: run.manifest.mechanism,
      of: 'host.cores',
      cores: null,
      set: [],
      searchedFrom: 1,
      searchedTo: 65_536,
      runs: 9,
    }));
    const text = renderComparison(comparisonOf(six, sizing));
    expect(widest(text)).toBeLessThanOrEqual(MAX_COLUMNS);
    expect(text).toContain('fifth');
  });

  it('marks factors that replications do not tell from 1', async () => {
    const of = async (seeds: readonly number[]): Promise<Result> =>
      combine(await Promise.all(seeds.map((seed) => simulate('ideal', {}, seed))), 3);
    const noisy = await of([9, 7, 8]);
    noisy.manifest.mechanism = 'hyperflux';
    expect(renderComparison(comparisonOf([await of([7, 8, 9]), noisy]))).toMatch(
      /^ {2}latency p99 +≥10\.0 us ± 2\.50 ns +≥10\.0 us ± 2\.50 ns\n {4}ratio +~1\.00x ± 0\.00043$/m,
    );
  });

  it('ends in a sentence that says who meets the SLO, and with how many cores', async () => {
    const runs = await Promise.all(KINDS.map((kind) => simulate(kind)));
    const sizing: Sizing[] = [
      {
        mechanism: 'ideal',
        of: 'host.cores',
        cores: 4,
        set: ['host.cores=4'],
        searchedFrom: 2,
        searchedTo: 16,
        runs: 3,
      },
      {
        mechanism: 'hyperflux',
        of: 'host.cores',
        cores: 5,
        set: ['host.cores=5'],
        searchedFrom: 3,
        searchedTo: 17,
        runs: 3,
      },
      {
        mechanism: 'hotplug',
        of: 'host.cores',
        cores: null,
        set: [],
        searchedFrom: 2,
        searchedTo: 16,
        runs: 1,
        bound: { by: 'service', detail: 'too long' },
      },
      {
        mechanism: 'cgroup',
        of: 'quotas',
        cores: 1,
        set: ['vms.api.quota=1'],
        searchedFrom: 1,
        searchedTo: 8,
        runs: 4,
      },
      {
        mechanism: 'static',
        of: 'guarantees',
        cores: 30,
        set: ['vms.api.vcpus.min=28'],
        searchedFrom: 1,
        searchedTo: 36,
        runs: 6,
      },
    ];
    const comparison = comparisonOf(runs, sizing);
    expect(sloSentence(comparison)).toBe(
      'On 9 cores ideal, hyperflux and hotplug meet every SLO; static does not. That is judged by as few as 100 requests of api, too few to rely on p99. To meet every SLO, ideal needs 4 cores and ' +
        'hyperflux 5 cores. Under hotplug no number that was run, up to 16 cores, meets every SLO: too long (service). ' +
        'cgroup needs 1 whole core of quota (vms.api.quota=1) and static 30 guaranteed cores (vms.api.vcpus.min=28), ' +
        'which do not rank with cores of a host: it is left open what work without an SLO gets beside.',
    );
    const inTheWay = { by: 'mechanism', detail: 'none of the 2 values' };
    const hotplug = sizing.map((one) => (one.bound === undefined ? one : { ...one, bound: inTheWay }));
    expect(sloSentence(comparisonOf(runs, hotplug))).toContain(
      'Under hotplug no number that was run, up to 16 cores, meets every SLO: hotplug itself is in the way, ' +
        'for a core for every vCPU and moves at no cost would be enough.',
    );
    const text = renderComparison(comparison);
    expect(text.trimEnd().split('\n').slice(-3).join(' ')).toContain(
      sloSentence(comparison).split(': ')[1]!.slice(-25),
    );
    expect(text).toMatch(/^cores needed for every SLO +4 +5 +not with 16 +1 of quota$/m);
    const legend = 'N of quota: searched in whole cores (fluxhost size --find vms.NAME.quota finds parts of one)';
    expect(text.split('\n')).toContain(legend);
    const others = comparisonOf(
      runs,
      sizing.filter(({ of }) => of !== 'quotas'),
    );
    expect(renderComparison(others)).not.toContain('N of quota');
  });

  it('says so where nobody meets it, everybody does, or no SLO is stated', async () => {
    const missed = await Promise.all(KINDS.map((kind) => simulate(kind, { enough: () => 99 })));
    expect(sloSentence(comparisonOf(missed))).toBe(
      'On 9 cores no mechanism meets every SLO. That is judged by as few as 100 requests of api, too few to rely on p99.',
    );
    expect(sloSentence(comparisonOf([await simulate('ideal')]))).toBe(
      'On 9 cores ideal meets every SLO. That is judged by as few as 100 requests of api, too few to rely on p99.',
    );
    const without = await simulate('ideal', {}, 7, SCENARIO.replace(/ +slo:.*\n/, ''));
    expect(sloSentence(comparisonOf([without]))).toMatch(/^No VM states an SLO/);
  });

  it('wraps at blanks', () => {
    expect(wrap('aaa bbb ccc', 7)).toBe('aaa bbb\nccc');
    expect(wrap('abcdefghij k', 5)).toBe('abcdefghij\nk');
  });
});
