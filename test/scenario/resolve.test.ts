// Defaults, short forms and resolved shapes; a changed mechanism; warnings.

import { describe, it, expect } from 'vitest';
import { InputError } from '../../src/input/errors.js';
import { meanOf } from '../../src/input/distributions.js';
import { MECHANISM_KINDS, withMechanism, dedicatedCores } from '../../src/scenario/mechanisms.js';
import { COST_PRESETS, PRESET_NAMES } from '../../src/mechanisms/cost-presets.js';
import { COST_NAMES, COST_PARAMETERS } from '../../src/mechanisms/costs.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { resolveScenario } from '../../src/scenario/resolve.js';
import type { ScenarioInput } from '../../src/scenario/schema.js';
import { offeredLoad } from '../../src/scenario/warnings.js';
import { SAMPLE } from './sample.js';

const withSet = (...set: string[]) => parseScenario(SAMPLE, { set });
const serviceOf = (written: string) =>
  withSet(`vms.0.workload.request.stages.0.service=${written}`).scenario.vms[0]?.workload?.request.stages[0]?.service;
const arrivalsOf = (written: string) =>
  withSet(`vms.0.workload.arrivals=${written}`).scenario.vms[0]?.workload?.arrivals;

describe('a resolved scenario', () => {
  it('has every default filled', () => {
    expect(withSet().scenario).toEqual({
      version: 1,
      seed: 1,
      durationNs: 1_000_000_000,
      warmupNs: 0,
      host: { cores: 17, sockets: 1, smt: 1, smtFactor: 0.65, smtSwitch: true, smtSpin: true },
      mechanism: {
        kind: 'hyperflux',
        intervalNs: 10_000,
        thresholdNs: 10_000,
        signal: 'average',
        queueLength: 1,
        mode: 'reactive',
        stalenessNs: 0,
        grant: 'drain',
        migrate: false,
        finishSection: false,
        batch: false,
        aggregate: false,
      },
      costs: {
        stealCheck: 120,
        steal: 120,
        taskSwitch: 50,
        minSearch: 2_000,
        localCheck: 0,
        notify: 1_000,
        preempt: 2_000,
        suspend: 2_000,
        deschedule: 3_000,
        wake: 3_000,
        dispatch: 2_000,
        yield: 2_000,
        issue: 100,
        pollBase: 0,
        pollPerVm: 55,
        migrateTask: 100,
        moveTask: 0,
        moveTaskSocket: 0,
      },
      limits: { tasks: 4_194_304, width: 65_536 },
      histogram: { precision: 0.001, share: 'auto', memoryBytes: 48 * 2 ** 20 },
      fingerprint: true,
      series: null,
      log: null,
      vms: [
        {
          name: 'api',
          count: 1,
          class: 'latency-critical',
          priority: 10,
          vcpus: { min: 1, max: 16 },
          dispatch: 'random',
          stealing: { amount: 'half', victim: 'random' },
          quantumNs: 0,
          workload: {
            arrivals: { process: 'poisson', rate: 1e5 },
            request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: 10_000 } }] },
          },
        },
      ],
    });
  });

  it('splits a forced move into steps that add up to the published 13 us', () => {
    const { costs } = withSet().scenario;
    expect(costs.notify + costs.preempt + costs.suspend + costs.deschedule + costs.wake + costs.dispatch).toBe(13_000);
  });

  it('has no cost at all under `costs: none`', () => {
    expect(Object.values(withSet('costs=none').scenario.costs)).toEqual(COST_NAMES.map(() => 0));
    expect(COST_PARAMETERS.map(({ name }) => name)).toEqual(COST_NAMES);
  });

  it('has measured costs under their name, and the defaults of those that were not measured', () => {
    const measured = withSet('costs=measured-linux-6').scenario.costs;
    const byDefault = withSet().scenario.costs;
    const [preset] = COST_PRESETS;
    expect(COST_PRESETS.map(({ name }) => name)).toEqual(PRESET_NAMES);
    const set = Object.keys(preset!.values);
    expect(set).toContain('taskSwitch');
    for (const name of COST_NAMES)
      expect([name, measured[name]]).toEqual([name, preset!.values[name]?.[0] ?? byDefault[name]]);
    const changed = withSet('costs=measured-linux-6', 'costs.wake=1us').scenario.costs;
    expect(changed).toEqual({ ...measured, wake: 1000 });
  });

  it('gives a best-effort VM the lower priority, unless told otherwise', () => {
    expect(withSet('vms.0.class=best-effort').scenario.vms[0]?.priority).toBe(0);
    expect(withSet('vms.0.class=best-effort', 'vms.0.priority=11').scenario.vms[0]?.priority).toBe(11);
  });

  it('has null for no stealing and for a VM without work', () => {
    expect(withSet('vms.0.stealing=none').scenario.vms[0]?.stealing).toBeNull();
    const idle = resolveScenario({
      version: 1,
      duration: '1s',
      host: { cores: 2 },
      mechanism: 'static',
      vms: [{ name: 'idle', vcpus: { min: 1, max: 1 } }],
    });
    expect(idle.vms[0]?.workload).toBeNull();
  });

  it('lets who waits for a lock leave the vCPU, unless told otherwise', () => {
    const lockOf = (written: string) =>
      withSet(`vms.0.workload.request.lock=${written}`).scenario.vms[0]?.workload?.request.lock;
    expect(lockOf('{ probability: 0.1, hold: 2us }')).toMatchObject({ probability: 0.1, wait: 'block' });
    expect(lockOf('{ probability: 0.1, hold: 2us, wait: spin }')).toMatchObject({ probability: 0.1, wait: 'spin' });
  });

  it('has the knobs of hotplug', () => {
    expect(withSet('mechanism={ kind: hotplug, latency: 5ms }').scenario.mechanism).toEqual({
      kind: 'hotplug',
      latencyNs: 5_000_000,
      unplugLatencyNs: 100_000_000,
      intervalNs: 10_000_000,
      thresholdNs: 10_000,
      signal: 'average',
      queueLength: 1,
      idleBeforeNs: 1_000_000_000,
      grant: 'drain',
    });
  });

  it.each([
    ['{ dist: constant, value: 10us }', { dist: 'constant', value: 10_000 }, 10_000],
    ['{ dist: exponential, mean: 1.5us }', { dist: 'exponential', mean: 1_500 }, 1_500],
    ['{ dist: uniform, min: 0us, max: 4us }', { dist: 'uniform', min: 0, max: 4_000 }, 2_000],
    ['{ dist: lognormal, mean: 1us, cv: 2 }', { dist: 'lognormal', mean: 1_000, cv: 2 }, 1_000],
    [
      '{ dist: bimodal, short: 1us, long: 101us, longShare: 0.01 }',
      { dist: 'bimodal', short: 1_000, long: 101_000, longShare: 0.01 },
      2_000,
    ],
    ['{ dist: pareto, shape: 2, min: 1us }', { dist: 'pareto', shape: 2, min: 1_000 }, 2_000],
    [
      '{ dist: pareto, shape: 1, min: 1us, max: 1ms }',
      { dist: 'pareto', shape: 1, min: 1_000, max: 1_000_000 },
      (1_000 * Math.log(1_000)) / 0.999,
    ],
    ['{ dist: pareto, shape: 2, min: 1us, max: 2us }', { dist: 'pareto', shape: 2, min: 1_000, max: 2_000 }, 4_000 / 3],
    ['{ dist: weibull, shape: 0.5, mean: 3us }', { dist: 'weibull', shape: 0.5, mean: 3_000 }, 3_000],
    ['{ dist: empirical, file: s.txt, scale: 1us }', { dist: 'empirical', file: 's.txt', scale: 1_000 }, undefined],
    ['{ dist: empirical, file: s.txt }', { dist: 'empirical', file: 's.txt', scale: 1 }, undefined],
    [
      '{ dist: mixture, components: [{ weight: 3, dist: constant, value: 1us }, { weight: 1, dist: exponential, mean: 5us }] }',
      {
        dist: 'mixture',
        of: [
          { weight: 3, dist: 'constant', value: 1_000 },
          { weight: 1, dist: 'exponential', mean: 5_000 },
        ],
      },
      2_000,
    ],
  ])('%s', (written, resolved, mean) => {
    const service = serviceOf(written);
    expect(service).toEqual(resolved);
    if (mean === undefined) expect(meanOf(service!)).toBeUndefined();
    else expect(meanOf(service!)).toBeCloseTo(mean, 6);
  });

  it('reads `of` as another word for `components`', () => {
    const parts = '[{ weight: 1, dist: constant, value: 1us }]';
    expect(serviceOf(`{ dist: mixture, of: ${parts} }`)).toEqual(serviceOf(`{ dist: mixture, components: ${parts} }`));
  });

  it('has counts, not times, in the width of a stage', () => {
    const { scenario } = withSet('vms.0.workload.request.stages.0.tasks={ dist: uniform, min: 1, max: 8 }');
    expect(scenario.vms[0]?.workload?.request.stages[0]?.tasks).toEqual({ dist: 'uniform', min: 1, max: 8 });
    expect(() => withSet('vms.0.workload.request.stages.0.tasks={ dist: uniform, min: 1us, max: 8us }')).toThrow(
      InputError,
    );
  });

  it.each([
    ['{ process: deterministic, rate: 5 }', { process: 'deterministic', rate: 5 }],
    [
      '{ process: mmpp, states: [{ rate: 0, meanDwell: 1ms }, { rate: 9, meanDwell: 2ms }] }',
      {
        process: 'mmpp',
        states: [
          { rate: 0, meanDwellNs: 1_000_000 },
          { rate: 9, meanDwellNs: 2_000_000 },
        ],
      },
    ],
    [
      '{ process: onoff, onRate: 9, meanOn: 1ms, meanOff: 2ms }',
      { process: 'onoff', onRate: 9, offRate: 0, meanOnNs: 1_000_000, meanOffNs: 2_000_000, dwell: 'exponential' },
    ],
    [
      '{ process: closed, clients: 3, think: { dist: constant, value: 0us } }',
      { process: 'closed', clients: 3, think: { dist: 'constant', value: 0 } },
    ],
    ['{ process: saturate, tasks: 4 }', { process: 'saturate', tasks: 4 }],
    ['{ process: none }', { process: 'none' }],
    [
      '{ process: trace, file: a.csv, format: azure-2021, start: 1m, functions: 3 }',
      {
        process: 'trace',
        file: 'a.csv',
        format: 'azure-2021',
        timeScale: 1,
        serviceScale: 1,
        startNs: 60_000_000_000,
        functions: 3,
      },
    ],
    [
      '{ process: trace, file: a.csv, format: azure-2021, start: first, window: 1h }',
      {
        process: 'trace',
        file: 'a.csv',
        format: 'azure-2021',
        timeScale: 1,
        serviceScale: 1,
        startNs: 'first',
        windowNs: 3_600_000_000_000,
      },
    ],
  ])('%s', (written, resolved) => {
    expect(arrivalsOf(written)).toEqual(resolved);
  });
});

describe('from a value', () => {
  const input: ScenarioInput = {
    version: 1,
    duration: '1s',
    host: { cores: 17 },
    mechanism: 'hyperflux',
    vms: [
      {
        name: 'api',
        vcpus: { min: 1, max: 16 },
        workload: {
          arrivals: { process: 'poisson', rate: 1e5 },
          request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
        },
      },
    ],
  };

  it('is the same scenario as from text', () => {
    expect(resolveScenario(input)).toEqual(withSet().scenario);
  });

  it('tells every problem, without a file', () => {
    const wrong = { ...input, seed: -1, host: { cores: 0 } };
    expect(() => resolveScenario(wrong)).toThrow(
      'seed: given -1, expected a whole number from 0 to 2^53 - 1\nhost.cores: given 0, expected a whole number from 1 to 65536',
    );
  });

  it.each([undefined, null, 3, 'x', [], new Date(0)])('%s is no scenario', (value) => {
    expect(() => resolveScenario(value as unknown as ScenarioInput)).toThrow(InputError);
  });
});

describe('another mechanism', () => {
  it.each(MECHANISM_KINDS)('%s has its defaults, all else stays', (kind) => {
    const { scenario } = withSet('mechanism=static');
    const changed = withMechanism(scenario, kind);
    expect(changed).toEqual({ ...scenario, mechanism: withSet(`mechanism=${kind}`).scenario.mechanism });
  });

  it('keeps the knobs of a mechanism that is there already', () => {
    const { scenario } = withSet('mechanism={ kind: hyperflux, interval: 5us }');
    expect(withMechanism(scenario, 'hyperflux')).toBe(scenario);
  });

  it('refuses guarantees that its polling core leaves no room for', () => {
    const { scenario } = withSet('mechanism=static', 'vms.0.count=17');
    expect(dedicatedCores('hyperflux')).toBe(1);
    expect(() => withMechanism(scenario, 'hyperflux')).toThrow(
      'expected at most 16 (host.cores is 17, of which hyperflux keeps 1 for polling)',
    );
  });
});

describe('warnings', () => {
  it('has none for an ordinary scenario', () => {
    expect(withSet().warnings).toEqual([]);
  });

  it('tells of a queue that must grow', () => {
    const { scenario, warnings } = withSet('vms.0.workload.arrivals.rate=2e6');
    expect(offeredLoad(scenario.vms[0]!)).toBeCloseTo(20, 9);
    expect(warnings).toEqual([
      'vms.0 (api): is offered 20.00 cores of work and can have 16: its queue grows as long as the run lasts',
    ]);
    expect(withSet('vms.0.workload.arrivals.rate=2e6', 'vms.0.queueLimit=64').warnings).toEqual([
      'vms.0 (api): is offered 20.00 cores of work and can have 16: what finds it full is dropped',
    ]);
  });

  it('tells of a VM without a core under static', () => {
    expect(withSet('mechanism=static', 'vms.0.vcpus.min=0').warnings).toEqual([
      'vms.0 (api): has no core under static, since vcpus.min is 0: nothing it is sent is ever served',
    ]);
  });

  it('tells what is recorded only', () => {
    expect(withSet('host.memory=1GiB').warnings).toEqual([
      'host.memory: recorded; no VM has memory, so no part of the run depends on it',
    ]);
  });

  it('tells of a hotplug that the run is too short for', () => {
    expect(withSet('mechanism={ kind: hotplug, latency: 2h }').warnings).toEqual([
      'mechanism.latency: 2h is longer than the run: no vCPU is ever added',
    ]);
  });

  it('has none for sockets and hardware threads, which are modelled', () => {
    expect(withSet('host.cores=16', 'host.sockets=2', 'host.smt=2', 'vms.0.vcpus.max=15').warnings).toEqual([]);
  });
});
