// The text of a scenario: YAML and JSON, and everything that is neither, or is meant to do harm.

import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/input/errors.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { linesOf, SAMPLE } from './sample.js';

const A_SCENARIO = 'a scenario: a YAML or JSON mapping with version, duration, host, mechanism and vms';
const AS_JSON = {
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

describe('text', () => {
  it('is YAML or JSON alike', () => {
    const yaml = parseScenario(SAMPLE);
    for (const indent of [0, 2, '\t']) {
      const json = parseScenario(JSON.stringify(AS_JSON, null, indent));
      expect(json).toEqual(yaml);
    }
  });

  it('has one hash however it is written, and another when it means something else', () => {
    const { sha256 } = parseScenario(SAMPLE);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(parseScenario(`# a comment\nseed: 1\n${SAMPLE.replace('1s', '1000ms')}`).sha256).toBe(sha256);
    expect(parseScenario(SAMPLE, { set: ['costs.stealCheck=120ns'] }).sha256).toBe(sha256);
    expect(parseScenario(SAMPLE, { set: ['costs.stealCheck=121ns'] }).sha256).not.toBe(sha256);
  });

  it('may share parts by anchors', () => {
    const text = SAMPLE.replace('- name: api', '- &vm\n    name: api');
    const shared =
      text.replace('workload:', 'workload: &work') +
      '  - name: b\n    vcpus: { min: 0, max: 1 }\n    workload: *work\n';
    const { scenario } = parseScenario(shared);
    expect(scenario.vms[1]?.workload).toEqual(scenario.vms[0]?.workload);
    const changed = parseScenario(shared, { set: ['vms.b.workload.arrivals.rate=5'] }).scenario;
    expect(changed.vms[0]?.workload?.arrivals).toEqual({ process: 'poisson', rate: 1e5 });
    expect(changed.vms[1]?.workload?.arrivals).toEqual({ process: 'poisson', rate: 5 });
  });
});

describe('refused text', () => {
  it('wrong in many lines alike is told of a few, and of how many more', () => {
    const expected = 'a page number';
    const alike = Array.from({ length: 20 }, (_, i) => ({
      file: 'a.csv',
      line: i + 2,
      path: 'page',
      given: `x${i}`,
      expected,
    }));
    const other = { file: 'a.csv', line: 9, path: 'size', given: 'y', expected: 'bytes' };
    const error = new InputError([...alike, other]);
    expect(error.problems).toHaveLength(21);
    expect(error.message.split('\n')).toEqual([
      'a.csv:2: page: given x0, expected a page number',
      'a.csv:3: page: given x1, expected a page number',
      'a.csv:4: page: given x2, expected a page number',
      'and at least 17 more lines like these',
      'a.csv:9: size: given y, expected bytes',
    ]);
    // fields of a scenario are other mistakes each
    const fields = ['a', 'b', 'c', 'd'].map((path) => ({ path, given: '1', expected }));
    expect(new InputError(fields).message.split('\n')).toHaveLength(4);
  });

  it.each([
    ['an empty file', '', `s.yaml: given an empty document, expected ${A_SCENARIO}`],
    ['a list', '- 1\n- 2\n', `s.yaml: given a list, expected ${A_SCENARIO}`],
    ['plain text', 'hello', `s.yaml: given "hello", expected ${A_SCENARIO}`],
    [
      'CSV',
      'app,func,end_timestamp,duration\na,b,1.5,0.2\n',
      `s.yaml: given "app,func,end_timestamp,duration a,b,1.5,0.2", expected ${A_SCENARIO}`,
    ],
    ['a binary file', 'PK\u0003\u0004\u0000\u0000', `s.yaml: given a binary file, expected ${A_SCENARIO}`],
    ['wrongly decoded bytes', '\u001f\ufffd\b', `s.yaml: given a binary file, expected ${A_SCENARIO}`],
    [
      'a key twice',
      'version: 1\nseed: 1\nseed: 2\n',
      's.yaml:3: given seed a second time in one mapping, expected every field once',
    ],
    [
      'a key twice in JSON',
      '{\n"seed": 1,\n"seed": 2}',
      's.yaml:3: given "seed" a second time in one mapping, expected every field once',
    ],
    [
      'two documents',
      `${SAMPLE}---\n${SAMPLE}`,
      's.yaml:15: given more than one document, expected one scenario a file',
    ],
    [
      'an alias of nothing',
      'version: *nothing\n',
      's.yaml: given aliases that cannot be followed (Unresolved alias (the anchor must be set before the alias): nothing), expected at most 100 uses of anchors that are there',
    ],
  ])('%s', (_, text, line) => {
    expect(linesOf(text)).toEqual([line]);
  });

  it('broken YAML, with its line', () => {
    const [line] = linesOf('version: 1\nhost: { cores: 4\nvms: []\n');
    expect(line).toMatch(/^s\.yaml:[34]: given text that is not YAML \(.+\), expected a scenario/);
  });

  it('an alias bomb', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 10; i++)
      lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
    expect(linesOf(lines.join('\n'))[0]).toContain('aliases that cannot be followed');
  });

  it('an alias of itself', () => {
    expect(
      linesOf(SAMPLE.replace('vms:', 'vms: &vms').replace('workload:', 'extra: *vms\n    workload:')).join('\n'),
    ).toContain('vms.0.extra: given an unknown field');
  });

  it('text nested without end', () => {
    expect(linesOf(`vms: ${'['.repeat(200_000)}`)[0]).toContain('given text that is nested too deeply');
  });

  it('more than 8 MiB', () => {
    expect(linesOf(`# ${'x'.repeat(8 * 2 ** 20)}`)).toEqual([
      's.yaml: given more than 8 MiB of text, expected a scenario of at most 8 MiB',
    ]);
  });

  it('fields that JavaScript gives a meaning to', () => {
    const text = `${SAMPLE}__proto__: { fingerprint: false }\nconstructor: 1\n`;
    expect(linesOf(text).map((line) => line.replace(/, expected.*/, ''))).toEqual([
      's.yaml:15: __proto__: given an unknown field',
      's.yaml:16: constructor: given an unknown field',
    ]);
    expect(({} as Record<string, unknown>)['fingerprint']).toBeUndefined();
  });
});
