// A scenario run to its end, whose result keeps every law.

import { expect } from 'vitest';
import { type ScenarioInput, Simulation } from '../../src/index.js';
import { brokenLaws } from '../../src/result/laws.js';
import type { Result } from '../../src/result/result.js';

export async function lawful(input: ScenarioInput): Promise<Result> {
  const simulation = await Simulation.create(input);
  await simulation.run();
  const found = simulation.metrics();
  simulation.close();
  expect(brokenLaws(found)).toEqual([]);
  return found;
}
