// The cases computed by hand, by the naive simulator alone: a second opinion that is wrong is worthless.

import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { figuresOf } from './figures.js';
import { Oracle } from './oracle.js';
import { expand, type Arrival } from './scenario.js';
import { parseScenario, type Scenario } from '../../src/index.js';

const folder = fileURLToPath(new URL('../../../shared/cases/exact/', import.meta.url));

interface Case {
  readonly scenario: string;
  readonly expected: Readonly<Record<string, number>>;
  readonly why: string;
}

/** The arrivals of the scenario's traces, all in ns. */
function traced(scenario: Scenario): Arrival[] {
  return expand(scenario).flatMap(({ group }, vm) => {
    const process = group.workload?.arrivals;
    if (process?.process !== 'trace') return [];
    const [header = '', ...lines] = readFileSync(`${folder}${process.file}`, 'utf8').trim().split('\n');
    const column = (line: string, name: string): number => {
      const i = header.split(',').indexOf(name);
      return i < 0 ? NaN : Number(line.split(',')[i]);
    };
    return lines.map((line) => ({
      vm,
      atNs: column(line, 'arrival'),
      serviceNs: column(line, 'service'),
      width: column(line, 'width') || 0,
    }));
  });
}

function given(figures: Record<string, number>, path: string): number {
  const [vm, ...rest] = path.split('.');
  const key = rest.join('.');
  if (path === 'host.idleCoreSeconds') return figures['idleNs']!;
  if (key === 'latencyNs.mean') return figures[`${vm}.latencyNs.sum`]! / figures[`${vm}.latencyNs.count`]!;
  return figures[`${vm}.${key.replace('cpuSeconds', 'cpu').replace('spinSeconds', 'spinNs')}`]!;
}

describe('the naive simulator agrees with the cases computed by hand', () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
    const { scenario: file, expected, why } = JSON.parse(readFileSync(`${folder}${name}`, 'utf8')) as Case;
    it(name.replace('.json', ''), () => {
      const { scenario } = parseScenario(readFileSync(`${folder}${file}`, 'utf8'));
      const oracle = new Oracle(scenario, traced(scenario));
      oracle.run();
      const figures = figuresOf(oracle);
      const paths = Object.keys(expected).filter((path) => path !== 'host.utilization');
      expect(Object.fromEntries(paths.map((path) => [path, given(figures, path)])), why).toEqual(
        Object.fromEntries(paths.map((path) => [path, expected[path]])),
      );
    });
  }
});
