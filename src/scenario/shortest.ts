// A scenario as short as it can be written: every field that may be left out, since leaving it out gives the same scenario, is. What stands
// is what somebody chose. Found by trying: no second list of defaults that could differ from the one that fills them in.

import { type Fields, isFields } from '../input/mapping.js';
import { canonicalJson } from './canonical.js';
import { checkScenario } from './resolve.js';
import type { Scenario } from './types.js';
import { writtenForm } from './written.js';

/** Each costs a check: longer scenarios are written whole. */
const MOST_FIELDS = 400;

const size = (value: unknown): number =>
  typeof value !== 'object' || value === null
    ? 1
    : Object.values(value).reduce<number>((total, part) => total + size(part), 1);

/** The mapping or list with another value at a place; `undefined` takes the place away. */
function withPart(whole: unknown, [name, ...rest]: readonly string[], part: unknown): unknown {
  if (name === undefined) return part;
  if (Array.isArray(whole))
    return whole.map((one: unknown, i): unknown => (i === Number(name) ? withPart(one, rest, part) : one));
  const fields = whole as Fields;
  if (rest.length > 0 || part !== undefined) return { ...fields, [name]: withPart(fields[name], rest, part) };
  return Object.fromEntries(Object.entries(fields).filter(([one]) => one !== name));
}

/** The fields that are not what they would be anyway; the whole written form of a scenario too long, or not exact in writing. */
export function shortestForm(scenario: Scenario): Fields {
  const whole = writtenForm(scenario);
  if (size(whole) > MOST_FIELDS) return whole;
  const target = canonicalJson(scenario);
  const isSame = (fields: unknown): boolean => {
    const { scenario: made } = checkScenario(fields);
    return made !== undefined && canonicalJson(made) === target;
  };
  if (!isSame(whole)) return whole;
  let least: unknown = whole;
  const shorten = (path: readonly string[], value: unknown): void => {
    // a place of a list is none that could be left out
    if (path.length > 0 && !/^\d+$/.test(path.at(-1)!)) {
      const without = withPart(least, path, undefined);
      if (isSame(without)) {
        least = without;
        return;
      }
    }
    if (!isFields(value) && !Array.isArray(value)) return;
    for (const [name, part] of Object.entries(value)) shorten([...path, name], part);
  };
  shorten([], whole);
  return least as Fields;
}
