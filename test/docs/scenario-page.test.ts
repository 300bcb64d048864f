// docs/scenario.md: printed from the schema; its lines to copy make scenarios, its samples of traces are read, its examples are
// what their fields take. And the schema says of every field what it means.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { explain, memoryHost, parseScenario, scenarioJsonSchema, InputError, Simulation } from '../../src/index.js';
import {
  ARRIVAL_LINES,
  DISTRIBUTION_LINES,
  TRACE_LINES,
  exampleOf,
  renderScenarioMarkdown,
} from '../../src/explain/scenario-page.js';
import { scenarioRows, variantRows } from '../../src/explain/schema-rows.js';
import { DISTRIBUTIONS } from '../../src/input/distribution-schema.js';
import { PROCESSES, TRACE_FORMATS } from '../../src/scenario/schema/arrivals.js';

interface Node {
  readonly description?: string;
  readonly properties?: Record<string, Node>;
  readonly items?: Node;
  readonly anyOf?: Node[];
  readonly oneOf?: Node[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly const?: unknown;
  readonly enum?: unknown[];
  readonly type?: string;
}

function undescribed(node: Node, path: string): string[] {
  const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.items === undefined ? [] : [node.items])];
  return [
    ...Object.entries(node.properties ?? {}).flatMap(([name, field]) => [
      ...((field.description ?? '') === '' ? [`${path}.${name}`] : []),
      ...undescribed(field, `${path}.${name}`),
    ]),
    ...inner.flatMap((one) => undescribed(one, path)),
  ];
}

/** As far as a schema's own words go; mappings are looked at by the parser of scenarios. */
function takes(node: Node, value: unknown): boolean {
  const alternatives = node.anyOf ?? node.oneOf;
  if (alternatives !== undefined) return alternatives.some((one) => takes(one, value));
  if (node.const !== undefined) return value === node.const;
  if (node.enum !== undefined) return node.enum.includes(value);
  if (node.pattern !== undefined) return typeof value === 'string' && new RegExp(node.pattern).test(value);
  if (node.type === 'object' || node.type === 'array') return typeof value === 'object';
  if (node.type === 'string' || node.type === 'boolean') return typeof value === node.type;
  const number = typeof value === 'number' ? value : NaN;
  const whole = node.type !== 'integer' || Number.isInteger(number);
  return (
    whole &&
    number >= (node.minimum ?? -Infinity) &&
    number > (node.exclusiveMinimum ?? -Infinity) &&
    number <= (node.maximum ?? Infinity)
  );
}

const scenario = (arrivals: string, service = 'service: { dist: constant, value: 10us }'): string =>
  `version: 1\nduration: 1ms\nhost: { cores: 4 }\nmechanism: ideal\nvms:\n  - name: api\n    vcpus: { min: 1, max: 3 }\n    workload:\n` +
  `      ${arrivals}\n      request: { stages: [{ tasks: 1, ${service} }] }\n`;

describe('docs/scenario.md', () => {
  it('is what the program prints', async () => {
    const { format, resolveConfig } = await import('prettier');
    const path = new URL('../../docs/scenario.md', import.meta.url).pathname;
    const options = { ...(await resolveConfig(path)), parser: 'markdown' };
    expect(readFileSync(path, 'utf8')).toBe(await format(renderScenarioMarkdown(), options));
  });

  it('has every field with an example that the field takes', () => {
    const page = renderScenarioMarkdown();
    for (const row of scenarioRows()) {
      expect(page, row.path).toContain(`| \`${row.path}\` |`);
      const example = exampleOf(row);
      if (row.form === 'see below') continue;
      if (row.required || row.default !== undefined) expect(example, row.path).toBeDefined();
      if (example === undefined || example.includes('…')) continue;
      expect(takes(row.node as Node, parse(example)), `${row.path}: ${example}`).toBe(true);
    }
  });

  it('says of every field of a trace what its absence means, with an example that the field takes', () => {
    const [, section] = /### `trace`\n([\s\S]*?)\n### /.exec(renderScenarioMarkdown())!;
    const lines = section!.split('\n');
    const rows = variantRows('vms.*.workload.arrivals')
      .get('trace')!
      .filter(({ path }) => path !== 'process');
    expect(rows.length).toBeGreaterThan(18);
    for (const { path, form, required, default: byDefault, node } of rows) {
      const begin = `- \`${path}\` (${form}`;
      const told = lines.filter((line) => line.startsWith(begin)).map((line) => line.slice(begin.length));
      expect(told, path).toHaveLength(1);
      if (required || byDefault !== undefined) continue;
      const [, absent, example] = /^; absent: (.+); such as `(.+)`\): /.exec(told[0]!) ?? [];
      expect([path, absent]).not.toEqual([path, undefined]);
      expect(takes(node as Node, parse(example!)), `${path}: ${example}`).toBe(true);
    }
  });

  it('has lines to copy that make scenarios, one for each process and distribution', () => {
    expect(Object.keys(ARRIVAL_LINES)).toEqual([...PROCESSES]);
    expect([...variantRows('vms.*.workload.arrivals').keys()]).toEqual([...PROCESSES]);
    expect(Object.keys(DISTRIBUTION_LINES)).toEqual([...DISTRIBUTIONS]);
    for (const [name, line] of Object.entries(ARRIVAL_LINES))
      expect(parseScenario(scenario(line)).scenario.vms[0]!.workload!.arrivals.process).toBe(name);
    for (const [name, line] of Object.entries(DISTRIBUTION_LINES)) {
      const { workload } = parseScenario(scenario(ARRIVAL_LINES['poisson']!, line)).scenario.vms[0]!;
      expect(workload!.request.stages[0]!.service.dist).toBe(name);
    }
  });

  it.each(Object.keys(TRACE_LINES))('has a sample of a %s trace that is read', async (format) => {
    expect(Object.keys(TRACE_LINES)).toEqual([...TRACE_FORMATS]);
    const { line, samples } = TRACE_LINES[format]!;
    const { scenario: resolved } = parseScenario(scenario(line).replace('duration: 1ms', 'duration: 100s'));
    const simulation = await Simulation.create(resolved, { files: memoryHost(samples) });
    await simulation.run();
    expect(simulation.metrics().vms[0]!.completed).toBeGreaterThan(1);
    simulation.close();
  });
});

describe('the schema of a scenario', () => {
  it('says of every field what it means', () => {
    expect(undescribed(scenarioJsonSchema() as Node, 'scenario')).toEqual([]);
    expect(undescribed({ properties: { a: { type: 'string' } } }, 'made up')).toEqual(['made up.a']);
  });
});

describe('explain', () => {
  it('knows fields that must be given, processes and distributions', () => {
    expect(explain('version').some(({ path }) => path === 'version')).toBe(true);
    expect(explain('onoff').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['onRate', 'offRate', 'meanOn', 'dwell']),
    );
    expect(explain('pareto').map(({ name }) => name)).toEqual(['shape', 'min', 'max']);
    expect(explain('pareto.shape')).toHaveLength(1);
  });

  it.each([
    ['vcpus.mx', 'vcpus.max'],
    ['onof', 'onoff'],
    ['paretto', 'pareto'],
    ['host.core', 'host.cores'],
    ['slo.latncy', 'slo.latency'],
  ])('suggests what is near %s', (wrong, near) => {
    expect(() => explain(wrong)).toThrow(InputError);
    expect(() => explain(wrong)).toThrow(`did you mean "${near}"`);
  });
});
