// Faults that attacks on the program found in what reads scenarios and traces (../shared/cases/faults), each with its kind.

import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { InputError, parseScenario, resolveScenario, Simulation, type ScenarioInput } from '../../src/index.js';
import { memoryHost } from '../../src/workload/index.js';
import { caseFile, fluxhost } from './command.js';

function refusal(text: string): string {
  try {
    parseScenario(text, { file: 's.yaml' });
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('was not refused');
}

describe('02: warnings of the YAML library', () => {
  test.each(['complex.yaml', 'tag.yaml'])('%s is told by file and line, nothing goes to the process', async (name) => {
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', listen);
    const consoles: unknown[] = [];
    const { warn } = console;
    console.warn = (...args: unknown[]) => void consoles.push(args);
    const { status, err } = await fluxhost('run', caseFile(`faults/02/${name}`));
    await fluxhost('run', caseFile('faults/02/ok.yaml'), '--set', 'vms.0.workload={ ? { a: 1 } : 1 }');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    console.warn = warn;
    expect(status).toBe(2);
    for (const line of err.trimEnd().split('\n')) expect(line).toContain(`${name}:1: `);
    expect([warnings, consoles]).toEqual([[], []]);
  });
});

describe('12: text beyond measure', () => {
  const scenario = (vms: string): string =>
    `version: 1\nduration: 1ms\nhost: { cores: 4 }\nmechanism: ideal\nvms: ${vms}`;

  it.each([
    ['brackets', '['.repeat(2e6), 1],
    ['braces', '{a: '.repeat(1e6), 1],
    ['brackets on a line each', '[\n'.repeat(1e6), 101],
    ['dashes', `vms: 1\n${'- '.repeat(1e6)}`, 2],
    ['question marks', '? '.repeat(1e6), 1],
    ['colons', `a: ${': '.repeat(1e6)}`, 1],
  ])('%s without end', (_, text, line) => {
    expect(refusal(text)).toContain(`s.yaml:${line}: given text that is nested too deeply`);
  });

  it('brackets that close nothing, which would be an error each', () => {
    expect(refusal(`a: ${']'.repeat(2e6)}`)).toContain('s.yaml:1: given a ] that closes nothing');
    expect(refusal('a: 1\nb: {}}\n')).toContain('s.yaml:2: given a } that closes nothing');
    expect(() => parseScenario(scenario('[{ name: "a]}", b: c] }] # ]'))).toThrow('given a ] that closes nothing');
    expect(refusal(scenario('"]"'))).toContain('vms: given "]"');
  });

  it('says no more of the text than a line holds', () => {
    expect(refusal(`a: ${'!'.repeat(1e6)}`).length).toBeLessThan(1000);
    expect(refusal(`${'k'.repeat(1e5)}: 1\n${'k'.repeat(1e5)}: 1`).length).toBeLessThan(1000);
    expect(refusal(`a: *${'k'.repeat(1e5)}`).length).toBeLessThan(1000);
  });

  it.each([
    ['a list', scenario(`[${Array(200_000).fill('{}').join(', ')}]`), 5, 'a list of more than 65536 entries'],
    ['a list in lines', scenario(`\n${'  - {}\n'.repeat(70_000)}`), 65_542, 'a list of more than 65536 entries'],
    [
      'a mapping',
      `{ ${Array.from({ length: 300_000 }, (_, i) => `a${i}: 1`).join(', ')} }`,
      1,
      'a mapping of more than 1000 fields',
    ],
    [
      'a mapping in lines',
      Array.from({ length: 300_000 }, (_, i) => `a${i}: 1`).join('\n'),
      1001,
      'a mapping of more than 1000 fields',
    ],
  ])('%s of very many', (_, text, line, given) => {
    expect(refusal(text)).toContain(`s.yaml:${line}: given ${given}`);
  });

  it('as a value too', () => {
    const vms = Array.from({ length: 200_000 }, () => ({}));
    const input = { version: 1, duration: '1ms', host: { cores: 4 }, mechanism: 'ideal', vms } as unknown;
    expect(() => resolveScenario(input as ScenarioInput)).toThrow(
      'vms: given 200000 VMs, expected at most 65536 VMs on one host',
    );
  });

  it('tells a hundred problems, and how many more there are', () => {
    const lines = refusal(scenario(`[${Array(5000).fill('{}').join(', ')}]`)).split('\n');
    expect(lines).toHaveLength(101);
    expect(lines[100]).toBe('given 9900 more problems, expected none of them');
  });

  it('what is merely large is read', () => {
    const vm = (i: number): string =>
      `  - name: a${i}\n    vcpus: { min: 0, max: 1 }\n    workload:\n      arrivals: { process: none }\n      request: { stages: [ { tasks: 1, service: { dist: constant, value: 1us } } ] }\n`;
    const text = scenario(`\n${Array.from({ length: 2000 }, (_, i) => vm(i)).join('')}`);
    expect(parseScenario(text).scenario.vms).toHaveLength(2000);
    const levels = Array.from({ length: 90 }, (_, i) => `${' '.repeat(i)}- `).join('\n');
    expect(refusal(`extra:\n${levels}`)).toContain('extra: given an unknown field');
  });
});

describe('06: a trace that many VMs name', () => {
  const text = readFileSync(caseFile('faults/06/many-traces.yaml'), 'utf8');
  const trace = readFileSync(caseFile('faults/06/t.csv'), 'utf8');

  function counting(content: string) {
    const held = memoryHost({ 't.csv': content });
    const host = {
      opened: 0,
      open: (path: string) => {
        host.opened++;
        return held.open(path);
      },
    };
    return host;
  }

  it('is opened once, and every VM gets all of it', async () => {
    const files = counting(trace);
    const simulation = await Simulation.create(parseScenario(text).scenario, { files });
    await simulation.run();
    expect(files.opened).toBe(1);
    const { vms } = simulation.metrics();
    expect(vms).toHaveLength(3000);
    for (const { arrived } of vms) expect(arrived).toBe(4);
    simulation.close();
  });

  it('gives each the arrivals of a reading of its own, however far apart they are', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => i * 100);
    const workload = (limit: number | null): string =>
      `workload: { arrivals: { process: trace, file: t.csv, format: csv${limit === null ? '' : `, limit: ${limit}`} }, ` +
      'request: { stages: [ { tasks: 1, service: { dist: constant, value: 10ns } } ] } }';
    const vms = [null, 5000, null, 5000].map(
      (limit, i) => `{ name: v${i}, vcpus: { min: 0, max: 1 }, ${workload(limit)} }`,
    );
    const scenario = `version: 1\nduration: 2ms\nhost: { cores: 4 }\nmechanism: ideal\nvms: [${vms.join(', ')}]`;
    const files = counting(`arrival\n${rows.join('\n')}\n`);
    const simulation = await Simulation.create(parseScenario(scenario).scenario, { files });
    await simulation.run();
    expect(files.opened).toBe(2); // once for each way of reading it
    expect(simulation.metrics().vms.map(({ arrived }) => arrived)).toEqual([20_000, 5000, 20_000, 5000]);
    simulation.close();
  });
});
