import { expect, it } from 'vitest';
import { fleetJsonSchema } from '../../src/fleet/schema.js';

/** Paths of the properties that say nothing of themselves. */
function silent(node: unknown, path = ''): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    if (key !== 'properties') return silent(value, path);
    return Object.entries(value as Record<string, Record<string, unknown>>).flatMap(([name, field]) => [
      ...('description' in field || 'const' in field ? [] : [`${path}.${name}`]),
      ...silent(field, `${path}.${name}`),
    ]);
  });
}

it('says of every field of a fleet what it is', () => {
  expect(silent(fleetJsonSchema())).toEqual([]);
});
