// The JSON Schema for editors against the check that a run makes: it accepts the examples, and never refuses what the
// check accepts. (It cannot know everything the check knows: sums, names, one field against another.)

import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, it, expect } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { checkScenario } from '../../src/scenario/resolve.js';
import { MECHANISM_KINDS } from '../../src/mechanisms/kinds.js';
import { loadScenario } from '../../src/scenario/load.js';
import { scenarioJsonSchema } from '../../src/scenario/schema.js';
import { resultJsonSchema } from '../../src/result/result.js';
import { SAMPLE } from './sample.js';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
/** Some examples are of other commands (`reserve`, `fleet`): a scenario says which mechanism moves the cores of its one host. */
const isScenario = (name: string): boolean => /^host:[^]*^mechanism:/m.test(readFileSync(EXAMPLES + name, 'utf8'));
const files = readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml') && isScenario(name));

/** These show HyperFlux; the others may show any mechanism. */
const OF_HYPERFLUX = ['azure-replay.yaml', 'burst.yaml', 'colocated.yaml', 'fork-join.yaml'];

const schema = scenarioJsonSchema();
const editor = z.fromJSONSchema(schema);

/** JSON has no undefined: what an editor sees is the text. */
const accepts = (written: unknown): boolean => editor.safeParse(written).success;

describe('the examples', () => {
  it('are all there', () => {
    expect(files).toEqual(expect.arrayContaining(OF_HYPERFLUX));
  });

  it.each(files)('%s is accepted by the schema and by the check, without a warning', async (file) => {
    expect(editor.safeParse(parse(readFileSync(EXAMPLES + file, 'utf8'))).error).toBeUndefined();
    const { warnings, scenario } = await loadScenario(EXAMPLES + file);
    expect(warnings).toEqual([]);
    expect(MECHANISM_KINDS).toContain(scenario.mechanism.kind);
    if (OF_HYPERFLUX.includes(file)) expect(scenario.mechanism.kind).toBe('hyperflux');
  });
});

describe('the JSON Schema', () => {
  it('describes the written form', () => {
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema['required']).toEqual(['version', 'duration', 'host', 'mechanism']);
    expect(JSON.stringify(schema)).toContain('Looking once into another vCPU');
  });

  it.each([
    ['an unknown field', { seeds: 1 }],
    ['a bare number for a duration', { duration: 10 }],
    ['a unit that there is none of', { duration: '10 parsecs' }],
    ['a number below its least', { host: { cores: 0 } }],
    ['an unknown mechanism', { mechanism: 'hyperflx' }],
    ['a knob of another mechanism', { mechanism: { kind: 'ideal', interval: '5us' } }],
    ['VMs that are no list', { vms: { name: 'api' } }],
  ])('refuses %s', (_, change) => {
    const sample = parse(SAMPLE) as Record<string, unknown>;
    expect(accepts(sample)).toBe(true);
    expect(accepts({ ...sample, ...change })).toBe(false);
  });

  it('accepts whatever the check accepts', () => {
    // Mostly right: with some ten fields, few scenarios would be right as a whole otherwise.
    const mostly = <T>(right: readonly T[], wrong: readonly unknown[]) =>
      fc.oneof(
        { weight: 15, arbitrary: fc.constantFrom<unknown>(...right) },
        { weight: 1, arbitrary: fc.constantFrom(...wrong) },
      );
    const time = mostly(['1.5us', '10us', '2s', '1 ms'], ['0ns', '10', 10, null]);
    const dist = fc.oneof(
      fc.record({ dist: mostly(['constant'], ['konstant']), value: time }),
      fc.record({ dist: fc.constant('exponential'), mean: time }),
      fc.record({ dist: fc.constant('pareto'), shape: mostly([1.5, 2], [0.5, 0]), min: time }),
    );
    const vm = fc.record(
      {
        name: fc.constantFrom('a', 'b', 'c', 'd'),
        vcpus: fc.record({ min: mostly([0, 1], [-1, 3]), max: mostly([1, 2], [0]) }),
        queueLimit: mostly<unknown>([0, 7, 'none'], [-1, 'all']),
        workload: fc.record({
          arrivals: mostly(
            [
              { process: 'poisson', rate: 5 },
              { process: 'closed', clients: 2, think: { dist: 'constant', value: '0us' } },
              { process: 'saturate', tasks: 2 },
            ],
            [{ process: 'poisson', rate: -5 }, { process: 'closed' }],
          ),
          request: fc.record({
            stages: fc.array(
              fc.record({ tasks: mostly([1, { dist: 'uniform', min: 1, max: 4 }], [0, 2.5]), service: dist }),
              { minLength: 1, maxLength: 2 },
            ),
          }),
        }),
      },
      { requiredKeys: ['name', 'vcpus'] },
    );
    const written = fc.record(
      {
        version: mostly([1], [2]),
        duration: time,
        seed: mostly([0, 5], [-1, 0.5]),
        host: fc.record(
          { cores: mostly([4, 20], [0, 1.5]), memory: mostly(['1GiB', { size: '1GB' }], ['1', 5]) },
          { requiredKeys: ['cores'] },
        ),
        mechanism: mostly(
          ['static', 'ideal', 'hotplug', { kind: 'hyperflux', interval: '5us' }],
          ['none', { kind: 'static', interval: '5us' }],
        ),
        costs: mostly<unknown>(['none', { steal: '1us' }, {}], [{ steal: 1 }]),
        vms: fc.array(vm, { minLength: 1, maxLength: 2 }),
      },
      { requiredKeys: ['version', 'duration', 'host', 'mechanism', 'vms'] },
    );
    let both = 0;
    fc.assert(
      fc.property(written, (value) => {
        const text = JSON.parse(JSON.stringify(value)) as unknown;
        const checked = checkScenario(text).scenario !== undefined;
        if (checked) both++;
        return !checked || accepts(text);
      }),
      { numRuns: 1_000, seed: 1 },
    );
    expect(both).toBeGreaterThan(100); // else the property has said nothing
  });

  it('of a result names the contract’s fields', () => {
    const text = JSON.stringify(resultJsonSchema());
    for (const name of [
      'manifest',
      'scenarioSha256',
      'fingerprint',
      'latencyNs',
      'p999',
      'pollCoreSeconds',
      'grantNs',
      'confidence',
    ])
      expect(text).toContain(`"${name}"`);
  });
});
