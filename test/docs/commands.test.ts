// What the commands do, a program can do: each face of the package gives what the command of that name prints.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import * as fluxhost from '../../src/index.js';
import { renderComparison, renderRun } from '../../src/report-entry.js';
import { captureIo } from '../cli/fake.js';

const SCENARIO = `
version: 1
duration: 2ms
host: { cores: 4 }
mechanism: hyperflux
vms:
  - name: api
    vcpus: { min: 1, max: 3 }
    slo: { quantile: 0.9, latency: 1ms }
    workload:
      arrivals: { process: poisson, rate: 50000 }
      request: { stages: [{ tasks: 1, service: { dist: constant, value: 10us } }] }
`;

let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-commands-'));
  file = join(folder, 'a.yaml');
  writeFileSync(file, SCENARIO);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function printed(...args: string[]): Promise<string> {
  const io = captureIo();
  expect(await main(args, io), io.err).toBe(0);
  return io.out;
}

/** Without what the clock on the wall says. */
const lasting = (text: string): unknown =>
  JSON.parse(text, (key, value: unknown) => (/^(wallSeconds|eventsPerSecond)$/.test(key) ? 0 : value));

describe('a program', () => {
  it('explains what `explain` explains', async () => {
    for (const query of ['stealCheck', 'hotplug', 'vms.*.vcpus.max'])
      expect(JSON.parse(await printed('explain', query, '--json'))).toEqual(fluxhost.explain(query));
    expect(fluxhost.explain().length).toBeGreaterThan(200);
    expect(() => fluxhost.explain('stealCheque')).toThrow(fluxhost.InputError);
  });

  it('gives the schemas that `schema` prints', async () => {
    const { scenarioJsonSchema, resultJsonSchema, fleetJsonSchema, reserveJsonSchema, pagesJsonSchema } = fluxhost;
    const made = {
      scenario: scenarioJsonSchema,
      result: resultJsonSchema,
      fleet: fleetJsonSchema,
      reserve: reserveJsonSchema,
      pages: pagesJsonSchema,
    };
    for (const [name, make] of Object.entries(made)) expect(JSON.parse(await printed('schema', name))).toEqual(make());
  });

  it('runs, changes fields, asserts and prints as `run` does', async () => {
    const { scenario } = fluxhost.parseScenario(SCENARIO);
    const changed = fluxhost.withFields(scenario, ['vms.0.vcpus.min=2', 'seed=3']);
    expect(changed.vms[0]!.vcpus.min).toBe(2);
    const simulation = await fluxhost.Simulation.create(changed);
    await simulation.run();
    const result = simulation.metrics();
    simulation.close();
    const set = ['--set', 'vms.0.vcpus.min=2', '--set', 'seed=3'];
    expect(lasting(await printed('run', file, ...set, '--json'))).toEqual(lasting(fluxhost.toStableJson(result)));
    expect(fluxhost.evaluateAssertion('api.latency.p50 >= 10us', result).holds).toBe(true);
    expect(fluxhost.evaluateAssertion('api.latency.p50 < 10us', result).holds).toBe(false);
    const rows = (text: string): string[] => text.split('\n').filter((line) => line.includes('api'));
    expect(rows(renderRun(result))).toEqual(rows(await printed('run', file, ...set)));
  });

  it('compares as `compare` does', async () => {
    const { scenario } = fluxhost.parseScenario(SCENARIO);
    const asked = { mechanisms: ['ideal', 'static'], replications: 2, sizing: false } as const;
    const comparison = await fluxhost.compare(scenario, asked);
    const args = ['compare', file, '--mechanisms', 'ideal,static', '--replications', '2', '--no-sizing'];
    expect(lasting(await printed(...args, '--json'))).toEqual(lasting(fluxhost.toStableJson(comparison)));
    expect(renderComparison(comparison)).toContain('static');
  });
});
