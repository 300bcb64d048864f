// The naive swap engine alone against the cases computed by hand.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseScenario, type Scenario } from '../../../src/index.js';
import { drive, type Arrival, type Driven } from './driver.js';
import { NaiveSwap } from './engine.js';

const FOLDER = join(import.meta.dirname, '../../../../shared/cases/memory');

interface Case {
  readonly scenario: string;
  readonly command?: string;
  readonly expected: Record<string, number>;
  readonly why: string;
}

function read(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8');
}

function run(scenario: Scenario): Driven {
  const arrivals = scenario.vms.map(({ workload }): Arrival[] => {
    if (workload?.arrivals.process !== 'trace') return [];
    const rows = read(workload.arrivals.file).trim().split('\n').slice(1);
    return rows.map((row) => {
      const [at, serviceNs] = row.split(',').map(Number);
      return { at: at!, serviceNs: serviceNs! };
    });
  });
  const traces = scenario.vms.map(({ memory }) =>
    memory?.access.file === undefined ? null : read(memory.access.file).trim().split('\n').map(Number),
  );
  return drive(scenario, arrivals, traces, (cpu, spec, pages) => new NaiveSwap(cpu, spec, pages));
}

const least = (list: readonly number[]): number => Math.min(...list);
const most = (list: readonly number[]): number => Math.max(...list);

/** The figure at a path of a result. */
function figure({ memory, latencyNs }: Driven, scenario: Scenario, path: string): unknown {
  const parts = path.split('.');
  if (parts[0] === 'vms') {
    const done = latencyNs[scenario.vms.findIndex(({ name }) => name === parts[1])]!.filter((ns) => ns !== null);
    return parts[3] === 'min' ? least(done) : most(done);
  }
  const [, first, second, third] = parts;
  if (first === 'pageBytes') return scenario.host.memory!.pageBytes;
  if (first === 'elasticityCoreSeconds') return memory.elasticityNs[second as 'swapIn'] / 1e9;
  if (third === 'stallSeconds') return memory.vms[second!]!.stallNs / 1e9;
  if (first === 'stallNs') {
    if (second === 'count') return memory.stallNs.length;
    return second === 'min' ? least(memory.stallNs) : most(memory.stallNs);
  }
  let at: unknown = memory;
  for (const part of parts.slice(1)) at = (at as Record<string, unknown>)[part];
  return at;
}

describe('cases of the swap engine computed by hand', () => {
  for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.json'))) {
    const { scenario: file, expected, why, command } = JSON.parse(read(name)) as Case;
    if (command !== undefined) continue;
    it(`${name.slice(0, -'.json'.length)}: ${why}`, () => {
      const { scenario } = parseScenario(read(file));
      const driven = run(scenario);
      const got = Object.fromEntries(Object.keys(expected).map((path) => [path, figure(driven, scenario, path)]));
      expect(got).toEqual(expected);
    });
  }
});
