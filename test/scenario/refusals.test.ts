// Every kind of refusal, as the line a person reads: file, line, field, what was given, what is expected.

import { describe, expect, it } from 'vitest';
import { linesOf, problemsOf, SAMPLE } from './sample.js';

const DURATION = 'a duration with a unit (ns, us, ms, s, m or h), such as 10us';
const ABOVE_0 = 'a duration above 0 with a unit (ns, us, ms, s, m or h), such as 10us';
const SERVICE = 'vms.0.workload.request.stages.0.service';

/** The only line that setting one field leads to, without the `--set …: ` in front. */
function lineAfter(set: string): string {
  const lines = linesOf(SAMPLE, [set]);
  expect(lines).toHaveLength(1);
  // A field that is wrong as a whole because of a part that was set stands where the file has it.
  return lines[0]!.replace(`--set ${set}: `, '').replace(/^s\.yaml:\d+: /, '');
}

describe('one wrong field', () => {
  it.each([
    ['version=2', 'version: given 2, expected 1, the only version there is'],
    ['seed=-1', 'seed: given -1, expected a whole number from 0 to 2^53 - 1'],
    ['seed=1.5', 'seed: given 1.5, expected a whole number from 0 to 2^53 - 1'],
    ['seed=9007199254740992', 'seed: given 9007199254740992, expected a whole number from 0 to 2^53 - 1'],
    ['seed=.nan', 'seed: given NaN, expected a whole number from 0 to 2^53 - 1'],
    ['seed="1"', 'seed: given "1", expected a whole number from 0 to 2^53 - 1'],
    ['duration=0s', `duration: given "0s", expected ${ABOVE_0}`],
    ['duration=10', `duration: given 10, expected ${ABOVE_0}`],
    ['duration=-1s', `duration: given "-1s", expected ${ABOVE_0}`],
    ['duration=2600h', 'duration: given "2600h", expected a duration of less than 2^53 ns (about 104 days)'],
    ['warmup=10', `warmup: given 10, expected ${DURATION}`],
    ['host.cores=0', 'host.cores: given 0, expected a whole number from 1 to 65536'],
    [
      'host.cores=1152921504606846976',
      'host.cores: given 1152921504606847000, expected a whole number from 1 to 65536',
    ],
    ['host.sockets=2', 'host.sockets: given 2, expected a number that divides host.cores (17)'],
    [
      'host.smt=3',
      'host.smt: given 3, expected a number that divides host.cores (17), or what hyperflux leaves of it (16)',
    ],
    ['host.memory=64', 'host.memory: given 64, expected a size such as 512GiB, or a mapping { size }'],
    [
      'mechanism=hyperflex',
      'mechanism: given "hyperflex", expected a known mechanism (did you mean "hyperflux"?): ideal, static, hotplug, hyperflux, shenango, caladan, ditto, blind, cgroup, microvm, nsdi22',
    ],
    [
      'mechanism.intervall=5us',
      'mechanism.intervall: given an unknown field, expected a known field (did you mean "interval"?): kind, interval, threshold, signal, queueLength, mode, staleness, grant, migrate, finishSection, batch, aggregate',
    ],
    [
      'mechanism={ kind: nsdi22, twoChoices: true }',
      'vms.0.stealing: given nothing, expected none: under nsdi22 tasks are placed by two choices or stolen, not both',
    ],
    ['mechanism.interval=0ns', `mechanism.interval: given "0ns", expected ${ABOVE_0}`],
    ['mechanism.signal=mean', 'mechanism.signal: given "mean", expected one of: average, oldest, queue-length, policy'],
    ['costs.steal=120', `costs.steal: given 120, expected ${DURATION}`],
    [
      'costs=free',
      'costs: given "free", expected none, measured-linux-6, or a mapping of cost parameters (fluxhost explain costs lists them)',
    ],
    ['limits.tasks=0', 'limits.tasks: given 0, expected a whole number from 1 to 268435456'],
    ['histogram.precision=0', 'histogram.precision: given 0, expected a number from 0.000001 to 0.5'],
    ['fingerprint=1', 'fingerprint: given 1, expected true or false'],
    ...[3, 1, 0, 2.5, 1_000_002].map((samples) => [
      `series.samples=${samples}`,
      `series.samples: given ${samples}, expected an even number from 2 to 1000000: when all are taken, every second one is dropped`,
    ]),
    ['log={ from: 5ms, until: 1ms }', 'log.until: given "1ms", expected log.from (5ms) or later'],
    ['vms=[]', 'vms: given [], expected a list of at least one VM'],
    [
      'vms.0.name=0api',
      'vms.0.name: given "0api", expected a name that starts with a letter and has letters, digits, - and _ (at most 64)',
    ],
    ['vms.0.count=0', 'vms.0.count: given 0, expected a whole number from 1 to 65536'],
    ['vms.0.vcpus.min=20', 'vms.0.vcpus.min: given 20, expected a whole number from 0 to vcpus.max (16)'],
    ['vms.0.vcpus.max=0', 'vms.0.vcpus.max: given 0, expected a whole number from 1 to 65536'],
    [
      'vms.0.slo={ quantile: 1, latency: 1ms }',
      'vms.0.slo.quantile: given 1, expected a number above 0 and below 1, such as 0.99',
    ],
    ['vms.0.stealing=some', 'vms.0.stealing: given "some", expected none, or a mapping { amount, victim }'],
    [
      'vms.0.workload.arrivals.rate=0',
      'vms.0.workload.arrivals.rate: given 0, expected a number of arrivals per second above 0 and up to 1e9, without a unit',
    ],
    [
      'vms.0.workload.arrivals.rate=.inf',
      'vms.0.workload.arrivals.rate: given Infinity, expected a number of arrivals per second above 0 and up to 1e9, without a unit',
    ],
    [
      'vms.0.workload.arrivals.rate=1000/s',
      'vms.0.workload.arrivals.rate: given "1000/s", expected a number of arrivals per second above 0 and up to 1e9, without a unit',
    ],
    [
      'vms.0.workload.arrivals.process=poison',
      'vms.0.workload.arrivals.process: given "poison", expected one of (did you mean "poisson"?): poisson, deterministic, mmpp, onoff, closed, saturate, periodic, trace, none',
    ],
    [
      'vms.0.workload.request.stages.0.tasks=0',
      'vms.0.workload.request.stages.0.tasks: given 0, expected a whole number of tasks from 1, or a distribution of counts',
    ],
    [
      'vms.0.workload.request.stages.0.tasks=70000',
      'vms.0.workload.request.stages.0.tasks: given 70000, expected at most limits.width (65536) tasks',
    ],
    [
      'vms.0.workload.request.stages=[]',
      'vms.0.workload.request.stages: given [], expected a list of at least one stage { tasks, service }',
    ],
    [
      'vms.0.workload.request.lock={ probability: 2, hold: 1us }',
      'vms.0.workload.request.lock.probability: given 2, expected a number from 0 to 1',
    ],
    [`${SERVICE}.mean=0ns`, `${SERVICE}.mean: given "0ns", expected ${ABOVE_0}`],
    [
      `${SERVICE}.mean=0.5ns`,
      `${SERVICE}: given {"dist":"exponential","mean":"0.5ns"}, expected a mean of at least 1ns`,
    ],
    [`${SERVICE}={ dist: uniform, min: 3us, max: 2us }`, `${SERVICE}.min: given "3us", expected no more than max`],
    [
      `${SERVICE}={ dist: bimodal, short: 3us, long: 2us, longShare: 0.1 }`,
      `${SERVICE}.short: given "3us", expected no more than long`,
    ],
    [
      `${SERVICE}={ dist: bimodal, short: 1us, long: 2us, longShare: 1.1 }`,
      `${SERVICE}.longShare: given 1.1, expected a number from 0 to 1`,
    ],
    [
      `${SERVICE}={ dist: pareto, shape: 1, min: 1us }`,
      `${SERVICE}.shape: given 1, expected a number above 1 where max is left out: the mean would be infinite`,
    ],
    [
      `${SERVICE}={ dist: pareto, shape: 1, min: 3us, max: 2us }`,
      `${SERVICE}.min: given "3us", expected no more than max`,
    ],
    [
      `${SERVICE}={ dist: lognormal, mean: 1us, cv: .inf }`,
      `${SERVICE}.cv: given Infinity, expected a number from 0 to 1000`,
    ],
    [
      `${SERVICE}={ dist: weibull, shape: 0, mean: 1us }`,
      `${SERVICE}.shape: given 0, expected a number from 0.05 to 100`,
    ],
    [`${SERVICE}={ dist: empirical }`, `${SERVICE}.file: given nothing, expected the name of a file`],
    [
      `${SERVICE}={ dist: mixture, components: [] }`,
      `${SERVICE}.components: given [], expected a list of at least one distribution, each with a weight`,
    ],
    [
      `${SERVICE}={ dist: mixture, components: [{ weight: 0, dist: constant, value: 1us }] }`,
      `${SERVICE}.components.0.weight: given 0, expected a number above 0`,
    ],
    [
      `${SERVICE}={ dist: mixture, components: [{ weight: 1, dist: mixture }] }`,
      `${SERVICE}.components.0.dist: given "mixture", expected one of: constant, exponential, uniform, lognormal, bimodal, pareto, weibull, empirical`,
    ],
    [
      `${SERVICE}=10us`,
      `${SERVICE}: given "10us", expected a mapping with the field dist, one of: constant, exponential, uniform, lognormal, bimodal, pareto, weibull, empirical, mixture`,
    ],
    [
      'vms.0.workload.arrivals={ process: onoff, onRate: 1, meanOn: 1ms, meanOff: 0ms }',
      `vms.0.workload.arrivals.meanOff: given "0ms", expected ${ABOVE_0}`,
    ],
    [
      'vms.0.workload.arrivals={ process: mmpp, states: [{ rate: 0, meanDwell: 1ms }] }',
      'vms.0.workload.arrivals.states: given [{"rate":0,"meanDwell":"1ms"}], expected a list of at least one state { rate, meanDwell }, one of them with a rate above 0',
    ],
    [
      'vms.0.workload.arrivals={ process: closed, clients: 5000000, think: { dist: constant, value: 1us } }',
      'vms.0.workload.arrivals.clients: given 5000000, expected at most limits.tasks (4194304)',
    ],
    [
      'vms.0.workload.arrivals={ process: saturate, tasks: 5000000 }',
      'vms.0.workload.arrivals.tasks: given 5000000, expected at most limits.tasks (4194304)',
    ],
    [
      'vms.0.workload.arrivals={ process: trace, file: x.csv, format: azure-2018 }',
      'vms.0.workload.arrivals.format: given "azure-2018", expected one of (did you mean "azure-2019"?): csv, azure-2019, azure-2021',
    ],
    [
      'vms.0.workload.arrivals={ process: trace, file: x.csv, format: azure-2019 }',
      'vms.0.workload.arrivals.durations: given nothing, expected the durations file that goes with the invocations (format azure-2019)',
    ],
    [
      'vms.0.workload.arrivals={ process: trace, file: x.csv, format: csv, spread: even }',
      'vms.0.workload.arrivals.spread: given "even", expected no such option: it is one of format azure-2019',
    ],
  ])('%s', (set, line) => {
    expect(lineAfter(set)).toBe(line);
  });
});

describe('fields that do not fit together', () => {
  const second = (rest: string): string => `${SAMPLE}  - name: other\n    vcpus: { min: 0, max: 4 }\n    ${rest}\n`;

  it('guarantees above the cores that VMs can have', () => {
    expect(linesOf(SAMPLE, ['vms.0.count=17'])).toEqual([
      's.yaml:6: vms: given guarantees (vcpus.min × count) that add up to 17, expected at most 16 (host.cores is 17, of which hyperflux keeps 1 for polling)',
    ]);
    expect(linesOf(SAMPLE, ['vms.0.count=18', 'mechanism=static'])).toEqual([
      's.yaml:6: vms: given guarantees (vcpus.min × count) that add up to 18, expected at most 17 (host.cores is 17)',
    ]);
  });

  it('a polling core that would be the only one', () => {
    expect(linesOf(SAMPLE, ['host.cores=1'])).toEqual([
      '--set host.cores=1: host.cores: given 1, expected at least 2: hyperflux keeps 1 for polling',
    ]);
  });

  it('a name twice, also where a group numbers its VMs', () => {
    expect(linesOf(second('').replace('name: other', 'name: api'))).toEqual([
      's.yaml:15: vms.1.name: given "api", expected a name of its own (vms.0 has it already)',
    ]);
    const numbered = second('').replace('name: other', 'name: api-1');
    expect(linesOf(numbered, ['vms.0.count=2'])).toEqual([
      's.yaml:15: vms.1.name: given "api-1", expected a name of its own (a VM of the group "api" is called so)',
    ]);
  });

  it('more time than there are nanoseconds', () => {
    expect(linesOf(SAMPLE, ['duration=2000h', 'warmup=2000h'])).toEqual([
      '--set duration=2000h: duration: given "2000h", expected with the warm-up (2000h) less than 2^53 ns (about 104 days)',
    ]);
  });

  it('more VMs than a host may have', () => {
    expect(linesOf(second('count: 65536'))).toEqual([
      's.yaml:6: vms: given 65537 VMs, expected at most 65536 VMs on one host',
    ]);
  });

  it('a workload without a request', () => {
    expect(linesOf(second('workload: { arrivals: { process: poisson, rate: 1 } }'))).toEqual([
      's.yaml:17: vms.1.workload.request: given nothing, expected a mapping with the fields stages, lock (only a trace with service times, a csv with columns.service named, periodic tasks and process none do without)',
    ]);
  });

  it('both words for the parts of a mixture', () => {
    const parts = '[{ weight: 1, dist: constant, value: 1us }]';
    expect(linesOf(SAMPLE, [`${SERVICE}={ dist: mixture, of: ${parts}, components: ${parts} }`])[0]).toContain(
      'give one of the two',
    );
  });
});

describe('all problems at once', () => {
  const broken = `version: 1
seed: -3
duration: 0s
host: { cors: 4, cores: 4 }
mechanism: hyperflux
costs: { stealChek: 10ns }
vms:
  - name: a
    vcpu: 2
    vcpus: { min: 9, max: 8 }
  - name: a
    vcpus: { min: 4, max: 4 }
    workload:
      arrivals: { process: poisson, rate: -1 }
      request: { stages: [{ tasks: 1, service: { dist: constant, value: 1 } }] }
`;

  it('in the order of their lines', () => {
    expect(problemsOf(broken).map(({ line, path }) => [line, path])).toEqual([
      [2, 'seed'],
      [3, 'duration'],
      [4, 'host.cors'],
      [6, 'costs.stealChek'],
      [7, 'vms'],
      [9, 'vms.0.vcpu'],
      [10, 'vms.0.vcpus.min'],
      [11, 'vms.1.name'],
      [14, 'vms.1.workload.arrivals.rate'],
      [15, 'vms.1.workload.request.stages.0.service.value'],
    ]);
  });

  it('with those of the command line before them', () => {
    const lines = linesOf(broken, ['vms.7.name=x', 'warmup=3']);
    expect(lines).toHaveLength(12);
    expect(lines[0]).toBe(
      '--set vms.7.name=x: vms.7: given "7", expected a number from 0 to 1, or a name in the list: a, a',
    );
    expect(lines[1]).toBe(`--set warmup=3: warmup: given 3, expected ${DURATION}`);
  });
});
