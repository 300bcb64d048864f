// Cases of swapped memory computed by hand, which lie beside the repository in ../shared/cases/memory: one scenario each, with
// expected figures of the result and the arithmetic that leads to them. Those that begin with r are of `fluxhost reserve`.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it, expect } from 'vitest';
import { nodeHost } from '../../src/node-entry.js';
import { Simulation, parseScenario } from '../../src/index.js';
import { assertLaws } from '../../src/result/laws.js';
import { loadReserve } from '../../src/reserve/file.js';
import { compareReserve } from '../../src/reserve/simulate.js';

interface Case {
  readonly scenario: string;
  readonly expected: Readonly<Record<string, number | string | boolean | null>>;
  readonly why: string;
}

const folder = fileURLToPath(new URL('../../../shared/cases/memory/', import.meta.url));

function names(): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    throw new Error('no folder ../shared/cases/memory beside the repository: its cases are needed');
  }
}

/** `a.b.c` of the result. Where a list is of things with names, as VMs are, a part may be one. */
function at(result: unknown, path: string): unknown {
  let value = result;
  for (const part of path.split('.')) {
    const named = Array.isArray(value) ? (value as { name?: unknown }[]).find((item) => item.name === part) : undefined;
    value = named ?? (value as Record<string, unknown> | undefined)?.[part];
  }
  return value;
}

async function run(scenario: string): Promise<unknown> {
  const path = `${folder}${scenario}`;
  const simulation = await Simulation.create(parseScenario(readFileSync(path, 'utf8')).scenario, {
    files: nodeHost(dirname(path)),
  });
  await simulation.run();
  const result = simulation.metrics();
  simulation.close();
  assertLaws(result);
  return result;
}

describe('cases of memory computed by hand', () => {
  it('are there', () => {
    expect(names().length).toBeGreaterThanOrEqual(32);
  });

  for (const name of names()) {
    it(name.replace('.json', ''), async () => {
      const { scenario, expected, why } = JSON.parse(readFileSync(`${folder}${name}`, 'utf8')) as Case;
      const result = name.startsWith('r') ? await reserve(scenario) : await run(scenario);
      const given = Object.fromEntries(Object.keys(expected).map((path) => [path, at(result, path)]));
      expect(given, why).toEqual(expected);
    });
  }
});

async function reserve(scenario: string): Promise<unknown> {
  return compareReserve(await loadReserve(`${folder}${scenario}`), []);
}
