// `--set PATH=VALUE`: reaches every field, and refuses what is not there.

import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.js';
import { linesOf, SAMPLE } from './sample.js';

const withSet = (...set: string[]) => parseScenario(SAMPLE, { set }).scenario;

describe('--set', () => {
  it('reaches fields that are there, fields that are not, and fields of short forms', () => {
    expect(withSet('vms.0.workload.arrivals.rate=2e6').vms[0]?.workload?.arrivals).toEqual({
      process: 'poisson',
      rate: 2e6,
    });
    expect(withSet('vms.api.vcpus.max=8').vms[0]?.vcpus).toEqual({ min: 1, max: 8 });
    expect(withSet('costs.stealCheck=1us').costs.stealCheck).toBe(1_000);
    expect(withSet('mechanism.interval=5us').mechanism).toMatchObject({ kind: 'hyperflux', intervalNs: 5_000 });
    expect(withSet('mechanism=hyperflux:signal=oldest:interval=5us').mechanism).toMatchObject({
      kind: 'hyperflux',
      signal: 'oldest',
      intervalNs: 5_000,
    });
    expect(() => withSet('mechanism=hyperflux:sgnal=oldest')).toThrow(/mechanism\.sgnal/);
    expect(withSet('host.memory.size=64GiB').host.memoryBytes).toBe(64 * 2 ** 30);
    expect(withSet('vms.0.slo={ quantile: 0.999, latency: 1ms }').vms[0]?.slo).toEqual({
      quantile: 0.999,
      latencyNs: 1_000_000,
    });
    expect(withSet('vms.0.stealing.victim=round-robin').vms[0]?.stealing).toEqual({
      amount: 'half',
      victim: 'round-robin',
    });
  });

  it('writes out the costs behind `none` before it changes one', () => {
    const { costs } = withSet('costs=none', 'costs.steal=5ns');
    expect(costs.steal).toBe(5);
    expect(Object.values(costs).filter((ns) => ns !== 0)).toEqual([5]);
  });

  it('lets the later one win', () => {
    expect(withSet('seed=1', 'seed=2').seed).toBe(2);
  });

  it.each([
    ['seed', '--set seed: given "seed", expected PATH=VALUE, such as vms.0.workload.arrivals.rate=2e6'],
    ['=1', '--set =1: given "=1", expected PATH=VALUE, such as vms.0.workload.arrivals.rate=2e6'],
    [
      'vms..name=x',
      '--set vms..name=x: given "vms..name", expected PATH=VALUE, such as vms.0.workload.arrivals.rate=2e6',
    ],
    ['seed=', '--set seed=: seed: given nothing, expected a value as in a scenario: 10us, 2e6, { min: 1, max: 4 }'],
    [
      'seed=null',
      '--set seed=null: seed: given null, expected a value as in a scenario: 10us, 2e6, { min: 1, max: 4 }',
    ],
    ['seed=~', '--set seed=~: seed: given null, expected a value as in a scenario: 10us, 2e6, { min: 1, max: 4 }'],
    ['seed={ a', '--set seed={ a: seed: given "{ a", expected a value as in a scenario: 10us, 2e6, { min: 1, max: 4 }'],
    ['seed=*a', '--set seed=*a: seed: given "*a", expected a value as in a scenario: 10us, 2e6, { min: 1, max: 4 }'],
    ['vms.1.name=b', '--set vms.1.name=b: vms.1: given "1", expected a number from 0 to 0, or a name in the list: api'],
    [
      'vms.-1.name=b',
      '--set vms.-1.name=b: vms.-1: given "-1", expected a number from 0 to 0, or a name in the list: api',
    ],
    [
      'vms.bpi.name=b',
      '--set vms.bpi.name=b: vms.bpi: given "bpi", expected a number from 0 to 0, or a name in the list (did you mean "api"?): api',
    ],
    [
      'duration.seconds=1',
      '--set duration.seconds=1: duration: given "1s", expected a mapping or a list there, for seconds to be a field of',
    ],
    ['__proto__.seed=1', '--set __proto__.seed=1: __proto__: given an unknown field, expected a field of the scenario'],
    [
      'vms.0.vcpu.max=3',
      '--set vms.0.vcpu.max=3: vms.0.vcpu: given an unknown field, expected a known field (did you mean "vcpus"?): name, count, class, priority, vcpus, slo, dispatch, stealing, quantum, order, queueLimit, quota, bandwidthPerVcpu, memory, workload',
    ],
    [
      'sede=3',
      '--set sede=3: sede: given an unknown field, expected a known field (did you mean "seed"?): version, seed, duration, warmup, host, mechanism, costs, limits, histogram, fingerprint, series, log, datapath, gpu, lifecycle, functions, vms',
    ],
  ])('refuses %s', (set, line) => {
    expect(linesOf(SAMPLE, [set])).toEqual([line]);
  });

  it('holds a value from the command line to the rules of the file', () => {
    expect(linesOf(SAMPLE, ['vms.0.vcpus.max=0'])).toEqual([
      '--set vms.0.vcpus.max=0: vms.0.vcpus.max: given 0, expected a whole number from 1 to 65536',
    ]);
  });
});
