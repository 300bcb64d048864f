// `--assert`: what holds, what does not, what cannot be said, and what is no assertion.

import fc from 'fast-check';
import { describe, it, expect } from 'vitest';
import { evaluateAssertion } from '../../src/input/assert.js';
import { parseAssertion } from '../../src/input/assert-syntax.js';
import { InputError } from '../../src/input/errors.js';

const latency = {
  count: 1_000,
  min: 900,
  mean: 14_000,
  stddev: 9_000,
  p50: 11_000,
  p90: 31_000,
  p99: 143_200,
  p999: 210_000,
  max: 400_000,
};
const nothing = {
  count: 0,
  min: null,
  mean: null,
  stddev: null,
  p50: null,
  p90: null,
  p99: null,
  p999: null,
  max: null,
};
const vm = (name: string, latencyNs: object) => ({
  name,
  class: 'latency-critical',
  completed: 1_000,
  latencyNs,
  queueDelayNs: latencyNs,
  slowdown: { ...latency, p99: 14.5 },
  slo: { quantile: 0.99, targetNs: 200_000, attained: true },
  cpuSeconds: { task: 0.25, steal: 0.001 },
  unstable: false,
});
const RESULT = {
  manifest: { mechanism: 'hyperflux', durationNs: 1_000_000_000, eventsPerSecond: 5e6 },
  vms: [vm('api', latency), vm('web-0', latency), vm('idle', nothing), vm('host', { ...latency, p99: 1 })],
  host: { cores: 17, utilization: 0.5, idleCoreSeconds: 3 },
  reallocation: { count: 12, grantNs: latency, grantCurve: [{ atNs: 5, cores: 2 }] },
  memory: {},
  lifecycle: { coldStartRate: 0.05, latencyNs: latency },
};

const holds = (source: string): boolean => evaluateAssertion(source, RESULT).holds;

function refusal(source: string): string {
  try {
    evaluateAssertion(source, RESULT);
  } catch (failure) {
    if (failure instanceof InputError) return failure.message.slice(`--assert ${JSON.stringify(source)}: `.length);
    throw failure;
  }
  throw new Error(`${source} was accepted`);
}

describe('what holds', () => {
  it.each([
    'api.slo.attained',
    'api.latency.p99 < 200us',
    'api.latencyNs.p99 < 0.2ms',
    'api.latency.p99.9 == 210us',
    'api.latency.p999 >= 210us',
    '200us > api.latency.p99',
    'api.latency.count == 1000',
    'api.queueDelay.mean != 1s',
    'api.slowdown.p99 < 20',
    '!api.unstable',
    '!!api.slo.attained',
    'host.utilization >= 0.5',
    'host.idleCore == 3s',
    'api.cpu.task == 250ms',
    'api.cpuSeconds.steal <= 1ms',
    'api.completed > 1e2',
    'web-0.completed > 100',
    'vms.host.latency.p99 == 1ns',
    'reallocation.grant.p50 == 11us',
    'reallocation.grantCurve.0.at == 5ns',
    'manifest.mechanism == "hyperflux"',
    "manifest.mechanism != 'static'",
    'manifest.eventsPerSecond > 1000',
    'api.unstable == false',
    'api.unstable || api.slo.attained',
    'api.unstable && api.unstable || api.slo.attained',
    '!(api.unstable || api.completed < 5) && host.cores == 17',
    '  api.completed>=1000  ',
    'idle.latency.p99 < 1us || api.slo.attained',
    'idle.latency.count == 0',
    'functions.latency.p99 < 144us && functions.coldStartRate == lifecycle.coldStartRate',
  ])('%s', (source) => {
    expect(holds(source)).toBe(true);
  });
});

describe('what does not', () => {
  it.each([
    'api.unstable',
    'api.latency.p99 < 143us',
    'api.completed > 1000',
    '!api.slo.attained',
    'api.unstable || api.completed == 1',
    'manifest.mechanism == "static"',
  ])('%s', (source) => {
    expect(holds(source)).toBe(false);
  });

  it.each([
    'idle.latency.p99 < 200us',
    '!(idle.latency.p99 < 200us)',
    'idle.latency.p99 >= 200us',
    'idle.latency.p99 < 1us && api.slo.attained',
  ])('%s, since nothing was completed', (source) => {
    const verdict = evaluateAssertion(source, RESULT);
    expect(verdict.holds).toBe(false);
    expect(verdict.explanation).toContain('idle.latency.p99 has no value');
    expect(verdict.explanation).toContain('(so it cannot be said to hold)');
  });

  it('is explained with the figures', () => {
    expect(evaluateAssertion('api.latency.p99 < 100us && host.utilization > 0.9', RESULT).explanation).toBe(
      'api.latency.p99 is 143.2us, host.utilization is 0.5',
    );
  });
});

describe('what is refused', () => {
  it.each([
    [
      'apx.completed > 1',
      'apx.completed: given "apx", expected a VM or a section of the result (did you mean "api"?): api, web-0, idle, host, manifest, reallocation, memory, lifecycle, functions, vms',
    ],
    [
      'api.latency.p98 < 1us',
      'api.latency.p98: given "p98", expected a field of api.latency (did you mean "p90"?): count, min, mean, stddev, p50, p90, p99, p999, max',
    ],
    ['api.completed.rate > 1', 'api.completed.rate: given "rate", expected nothing after api.completed, which is 1000'],
    [
      'api.latency < 1us',
      'api.latency: given more than one figure, expected one of its fields: count, min, mean, stddev, p50, p90, p99, p999, max',
    ],
    [
      'api.latency.p99 < 200',
      'api.latency.p99: given 200, expected a duration with a unit, such as 200us to compare it with',
    ],
    [
      '200 > api.latency.p99',
      'api.latency.p99: given 200, expected a duration with a unit, such as 200us to compare it with',
    ],
    ['api.completed > 5us', 'api.completed: given 5us, expected a number without a unit to compare it with'],
    [
      'api.latency.p99 < 64MiB',
      'api.latency.p99: given 64MiB, expected a duration with a unit, such as 200us to compare it with',
    ],
    ['api.slo.attained > 1', 'api.slo.attained: given 1, expected true or false to compare it with'],
    ['api.slo.attained > false', 'api.slo.attained: given >, expected == or !=, since it is not a number'],
    ['api.completed', 'api.completed: given 1000, expected true or false, or a comparison of it'],
    ['', 'at its end: given nothing, expected a name such as api.latency.p99, or a literal such as 200us'],
    [
      'api.completed >',
      'at its end: given nothing, expected a name such as api.latency.p99, or a literal such as 200us',
    ],
    ['api.completed = 5', 'character 15: given "= 5", expected == to compare'],
    ['api.completed > 5 > 3', 'character 19: given ">", expected &&, ||, a comparison, or the end'],
    ['(api.unstable', 'at its end: given nothing, expected a closing parenthesis, &&, ||, or a comparison'],
    ['api.unstable)', 'character 13: given ")", expected &&, ||, a comparison, or the end'],
    [
      'api.latency.p99 < 5parsecs',
      'character 19: given "5parsecs", expected a number, a duration such as 200us, or a size such as 64MiB',
    ],
    [
      'api.unstable; x',
      'character 13: given "; x", expected a name, a number, a comparison (< <= > >= == !=), !, &&, || or a parenthesis',
    ],
    [
      'api.__proto__.x > 1',
      'api.__proto__.x: given "__proto__", expected a field of api: name, class, completed, latency, queueDelay, slowdown, slo, cpu, unstable',
    ],
  ])('%s', (source, line) => {
    expect(refusal(source)).toBe(line);
  });

  it('a wrong unit, even where there is no figure yet', () => {
    expect(refusal('idle.latency.p99 < 200')).toBe(
      'idle.latency.p99: given 200, expected a duration with a unit, such as 200us to compare it with',
    );
  });

  it('a wrong name, even where the other side has decided already', () => {
    expect(refusal('api.slo.attained || apy.unstable')).toContain('apy.unstable: given "apy"');
    expect(refusal('api.unstable && apy.unstable')).toContain('apy.unstable: given "apy"');
  });

  it('thousands of parentheses, without overflowing', () => {
    expect(() => parseAssertion('('.repeat(5_000))).toThrow(InputError);
    expect(() => parseAssertion('!'.repeat(5_000))).toThrow(InputError);
    expect(() => parseAssertion('x'.repeat(10_001))).toThrow(InputError);
  });

  it('nothing in any other way than with an InputError', () => {
    const word = fc.constantFrom(
      'api',
      'api.completed',
      'api.latency.p99',
      'idle.latency.p99',
      '5',
      '200us',
      '"x"',
      'true',
      '<',
      '==',
      '&&',
      '||',
      '!',
      '(',
      ')',
      '=',
      '.',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 9 }), (words) => {
        try {
          const verdict = evaluateAssertion(words.join(' '), RESULT);
          expect(typeof verdict.holds).toBe('boolean');
        } catch (failure) {
          expect(failure).toBeInstanceOf(InputError);
        }
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });
});
