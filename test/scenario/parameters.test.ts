// The table of parameters: complete, without doubles, and what docs/parameters.md says.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { describe, it, expect } from 'vitest';
import { PARAMETERS, allFields, findParameters } from '../../src/explain/parameters.js';
import { formatDefault, parameterTable, type ParameterUnit } from '../../src/input/parameter.js';
import { renderParametersMarkdown } from '../../src/explain/page.js';
import { reserveJsonSchema } from '../../src/reserve/schema.js';
import { POLICY_PARAMETERS } from '../../src/pages/parameters.js';
import { parsePolicy, POLICY_NAMES } from '../../src/pages/policies.js';
import { scenarioJsonSchema } from '../../src/scenario/schema.js';
import { DURATION_PATTERN, parseDuration, parseSize, SIZE_PATTERN } from '../../src/input/quantities.js';

interface Node {
  type?: string;
  pattern?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
  properties?: Record<string, Node>;
  items?: Node;
  anyOf?: Node[];
  oneOf?: Node[];
  allOf?: Node[];
  $ref?: string;
  enum?: string[];
}

/** Paths of a schema down to what is explained, or to where it ends. */
function paths(root: Node, node: Node, path: string, known: ReadonlySet<string>): string[] {
  if (known.has(path)) return [path];
  if (node.$ref !== undefined) {
    const parts = node.$ref.replace(/^#\//, '').split('/');
    const target = parts.reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], root);
    return paths(root, target as Node, path, known);
  }
  const inner = [
    ...Object.entries(node.properties ?? {}).flatMap(([name, part]) =>
      paths(root, part, path === '' ? name : `${path}.${name}`, known),
    ),
    ...(node.items === undefined ? [] : paths(root, node.items, `${path}.*`, known)),
    ...[...(node.anyOf ?? []), ...(node.allOf ?? [])]
      .filter((part) => part.properties !== undefined || part.items !== undefined || part.$ref !== undefined)
      .flatMap((part) => paths(root, part, path, known)),
  ];
  return inner.length === 0 ? [path] : inner;
}

/** The words that a schema takes at each path. */
function words(node: Node, path: string, found = new Map<string, string[]>()): Map<string, string[]> {
  if (node.enum !== undefined) found.set(path, [...(found.get(path) ?? []), ...node.enum]);
  for (const [name, part] of Object.entries(node.properties ?? {}))
    words(part, path === '' ? name : `${path}.${name}`, found);
  if (node.items !== undefined) words(node.items, `${path}.*`, found);
  for (const part of [...(node.anyOf ?? []), ...(node.oneOf ?? [])]) words(part, path, found);
  return found;
}

/** What a schema takes at each path, unions taken apart. */
function leaves(root: Node, node: Node, path: string, found = new Map<string, Node[]>()): Map<string, Node[]> {
  if (node.$ref !== undefined) {
    const target = node.$ref
      .replace(/^#\//, '')
      .split('/')
      .reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], root);
    return leaves(root, target as Node, path, found);
  }
  const parts = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])];
  if (node.type !== undefined || node.enum !== undefined) found.set(path, [...(found.get(path) ?? []), node]);
  for (const [name, part] of Object.entries(node.properties ?? {}))
    leaves(root, part, path === '' ? name : `${path}.${name}`, found);
  if (node.items !== undefined) leaves(root, node.items, `${path}.*`, found);
  for (const part of parts) leaves(root, part, path, found);
  return found;
}

/** Whether a field of this unit is written so; the unit stands in the parameter's row, the form in the schema. */
const WRITTEN_AS: Readonly<Partial<Record<ParameterUnit, (node: Node) => boolean>>> = {
  ns: ({ pattern }) => pattern === DURATION_PATTERN.source,
  bytes: ({ pattern }) => pattern === SIZE_PATTERN.source,
  'bytes per second': ({ pattern }) => pattern === SIZE_PATTERN.source,
  count: ({ type }) => type === 'integer' || type === 'number',
  share: ({ type, minimum, exclusiveMinimum, maximum, exclusiveMaximum }) =>
    type === 'number' && (minimum ?? exclusiveMinimum ?? -1) >= 0 && (maximum ?? exclusiveMaximum ?? 2) <= 1,
  'yes or no': ({ type }) => type === 'boolean',
};

describe('a field of a scenario or of a server', () => {
  const scenario = leaves(scenarioJsonSchema(), scenarioJsonSchema(), '');
  const server = leaves(reserveJsonSchema(), reserveJsonSchema(), 'reserve');
  const nodesAt = (path: string): readonly Node[] => scenario.get(path) ?? server.get(path) ?? [];
  /** Where a mapping or a list may stand, such as a distribution, also what lies in it. */
  const formsAt = (path: string): readonly Node[] =>
    nodesAt(path).some(({ type }) => type === 'object' || type === 'array')
      ? [...scenario, ...server].flatMap(([at, nodes]) => (at === path || at.startsWith(`${path}.`) ? nodes : []))
      : nodesAt(path);
  const told = [...PARAMETERS, ...allFields()].filter(
    ({ path, unit }) => WRITTEN_AS[unit] !== undefined && nodesAt(path).length > 0,
  );

  it('is looked at', () => {
    expect(told.length).toBeGreaterThan(150);
    expect(new Set(told.map(({ unit }) => unit))).toEqual(new Set(Object.keys(WRITTEN_AS)));
  });

  it.each(told.map((row) => [row.path, row] as const))('%s is written in the unit that its row tells', (path, row) => {
    expect(formsAt(path).filter(WRITTEN_AS[row.unit]!)).not.toEqual([]);
  });

  it.each(
    told.filter((row) => 'default' in row && typeof row.default === 'number').map((row) => [row.path, row] as const),
  )('%s has a default within its bounds', (path, row) => {
    const numbers = nodesAt(path).filter(({ type }) => type === 'integer' || type === 'number');
    const value = (row as { default: number }).default;
    const within = ({ minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity }: Node): boolean =>
      value >= minimum && value > exclusiveMinimum && value <= maximum;
    if (numbers.length > 0) expect(numbers.some(within)).toBe(true);
  });
});

describe('a field of a scenario', () => {
  const taken = words(scenarioJsonSchema(), '');
  const told = PARAMETERS.filter(({ path, choices }) => choices !== undefined && taken.has(path));

  it('is looked at', () => {
    expect(told.map(({ path }) => path)).toEqual(expect.arrayContaining(['vms.*.dispatch', 'vms.*.stealing.victim']));
  });

  it.each(told.map(({ path, choices }) => [path, choices] as const))('%s tells all its choices', (path, choices) => {
    expect([...choices!].sort()).toEqual([...new Set(taken.get(path))].sort());
  });
});

describe('every field of memory', () => {
  const known = new Set([...PARAMETERS, ...allFields()].map(({ path }) => path));
  const fields = [
    ...paths(scenarioJsonSchema(), scenarioJsonSchema(), '', known).filter((path) =>
      /^(host|vms\.\*)\.memory\./.test(path),
    ),
    ...paths({ properties: { reserve: reserveJsonSchema() } }, reserveJsonSchema(), 'reserve', known),
  ];

  it('is among those looked at', () => {
    expect(fields.length).toBeGreaterThan(90);
    expect(fields).toContain('host.memory.upgrades.*.kind');
    expect(fields).toContain('reserve.vms.sizes.*.memory');
  });

  it.each([...new Set(fields)])('%s can be explained', (path) => {
    expect([...known]).toContain(path);
  });

  it('and of a policy has the default that the policy takes', () => {
    for (const { path, default: value } of POLICY_PARAMETERS) {
      const [, policy, name] = path.split('.');
      const plain = parsePolicy(policy!, '', [])!.parameters(1000, 7)[name!];
      const given =
        value === '--seed' ? 7 : parsePolicy(`${policy}:${name}=${value}`, '', [])!.parameters(1000, 0)[name!];
      expect(plain).toBe(given);
    }
    for (const name of POLICY_NAMES)
      expect(Object.keys(parsePolicy(name, '', [])!.parameters(100, 1))).toEqual(
        POLICY_PARAMETERS.filter(({ path }) => path.startsWith(`pages.${name}.`)).map((parameter) => parameter.name),
      );
  });
});

describe('the table of parameters', () => {
  it('has every path once', () => {
    expect(new Set(PARAMETERS.map(({ path }) => path)).size).toBe(PARAMETERS.length);
  });

  it.each(PARAMETERS.map((parameter) => [parameter.path, parameter] as const))(
    '%s has meaning, source and a default of its unit',
    (path, parameter) => {
      expect(path.endsWith(parameter.name)).toBe(true);
      expect(parameter.meaning).toMatch(/\.$/);
      expect(parameter.source.length).toBeGreaterThan(10);
      if (parameter.unit === 'ns') expect(parseDuration(formatDefault(parameter))).toBe(parameter.default);
      if (parameter.unit === 'bytes') expect(parseSize(formatDefault(parameter))).toBe(parameter.default);
      if (parameter.unit === 'bytes per second' && parameter.default !== 'no limit')
        expect(parseSize(formatDefault(parameter))).toBe(parameter.default);
      if (parameter.unit === 'choice') expect(parameter.choices).toContain(parameter.default);
      if (parameter.unit === 'yes or no') expect(typeof parameter.default).toBe('boolean');
    },
  );

  it('says "assumed" of everything without a source of its own', () => {
    const ours = PARAMETERS.filter(({ source }) => source.startsWith('a choice of this program'));
    expect(ours.length).toBeGreaterThan(0);
    expect(new Set(ours.map(({ confidence }) => confidence))).toEqual(new Set(['assumed']));
  });

  it('is found by path, by the end and by the beginning of one', () => {
    expect(findParameters('costs.stealCheck').map(({ path }) => path)).toEqual(['costs.stealCheck']);
    expect(findParameters('STEALCHECK').map(({ path }) => path)).toEqual(['costs.stealCheck']);
    expect(findParameters('interval').map(({ path }) => path)).toEqual([
      'mechanism.hotplug.interval',
      'mechanism.hyperflux.interval',
      'mechanism.shenango.interval',
      'mechanism.caladan.interval',
      'mechanism.ditto.interval',
      'mechanism.blind.interval',
      'mechanism.microvm.interval',
      'mechanism.nsdi22.interval',
      'host.memory.scan.interval',
      'series.interval',
    ]);
    expect(findParameters('mechanism.hotplug')).toHaveLength(8);
    expect(findParameters('nothing')).toEqual([]);
  });

  it('refuses a default that the program asks for wrongly', () => {
    const { defaultOf, defaultNumber, defaultChoice } = parameterTable(PARAMETERS);
    expect(() => defaultOf('costs.nothing')).toThrow('no parameter has the path "costs.nothing"');
    expect(() => defaultNumber('mechanism.hyperflux.mode')).toThrow('is not a number');
    expect(() => defaultChoice('mechanism.hyperflux.mode', ['other'])).toThrow('is none of other');
  });

  it('is what docs/parameters.md shows (npm run docs prints it)', async () => {
    const path = fileURLToPath(new URL('../../docs/parameters.md', import.meta.url));
    const options = { ...(await resolveConfig(path)), parser: 'markdown' };
    expect(readFileSync(path, 'utf8')).toBe(await format(renderParametersMarkdown(), options));
  });
});
