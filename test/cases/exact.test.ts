// Cases computed by hand, which lie beside the repository in ../shared/cases/exact: one scenario each, with expected figures of
// the result and the arithmetic that leads to them. They are held against the whole program, from the text of a scenario on.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { nodeHost } from '../../src/node-entry.js';
import { Simulation, parseScenario, type Result } from '../../src/index.js';

interface Case {
  readonly scenario: string;
  readonly expected: Readonly<Record<string, number | string | boolean | null>>;
  readonly why: string;
}

const folder = fileURLToPath(new URL('../../../shared/cases/exact/', import.meta.url));

function names(): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    throw new Error('no folder ../shared/cases/exact beside the repository: its cases are needed');
  }
}

/** `a.b.c` of the result; the first part may be a VM's name. */
function at(result: Result, path: string): unknown {
  const [first = '', ...rest] = path.split('.');
  const vm = result.vms.find(({ name }) => name === first);
  let value: unknown = vm ?? result[first as keyof Result];
  for (const part of rest) value = (value as Record<string, unknown> | undefined)?.[part];
  return value;
}

/** Core time is given in whole nanoseconds there, and in seconds here. */
function inItsUnit(path: string, value: unknown, expected: unknown): unknown {
  const isTime = /(cpuSeconds\.\w+|Seconds)$/.test(path);
  if (!isTime || typeof value !== 'number' || typeof expected !== 'number') return value;
  return Number.isInteger(expected) && expected > 50 ? Math.round(value * 1e9) : value;
}

async function run(scenario: string): Promise<Result> {
  const path = `${folder}${scenario}`;
  const simulation = await Simulation.create(parseScenario(readFileSync(path, 'utf8')).scenario, {
    files: nodeHost(dirname(path)),
  });
  await simulation.run();
  const result = simulation.metrics();
  simulation.close();
  return result;
}

describe('cases computed by hand', () => {
  it('are there', () => {
    expect(names().length).toBeGreaterThanOrEqual(46);
  });

  for (const name of names()) {
    it(name.replace('.json', ''), async () => {
      const { scenario, expected, why } = JSON.parse(readFileSync(`${folder}${name}`, 'utf8')) as Case;
      const result = await run(scenario);
      const given = Object.fromEntries(
        Object.entries(expected).map(([path, value]) => [path, inItsUnit(path, at(result, path), value)]),
      );
      expect(given, why).toEqual(expected);
    });
  }
});
