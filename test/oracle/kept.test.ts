// Scenarios in which the program and the naive simulator once differed, as they were found: what a seed means changes with the generator.

import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resolveScenario, type ScenarioInput } from '../../src/index.js';
import { compared } from './compare.js';
import type { Arrival } from './scenario.js';
import type { MadeMemory } from './memory/generate.js';

interface Kept extends Partial<Pick<MadeMemory, 'files' | 'traces'>> {
  readonly why: string;
  readonly input: ScenarioInput;
  readonly arrivals: readonly Arrival[];
}

const folder = new URL('kept/', import.meta.url);
const kept = readdirSync(folder).map((name) => {
  const one = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Kept;
  return [one.why, name, one] as const;
});

describe('where the two differed they agree', () => {
  it('in all that were kept', () => expect(kept.length).toBeGreaterThanOrEqual(6));
  it.each(kept)('%s (%s)', async (_why, _name, { input, arrivals, files = {}, traces = [] }) => {
    const memory = { host: {}, guests: [], files, traces } as unknown as MadeMemory;
    expect(await compared({ input, scenario: resolveScenario(input), arrivals, memory })).toEqual([]);
  });
});
