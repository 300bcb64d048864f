// What a word of a scenario means: the parameters that it names, with unit, default, source and how far that is to be trusted.

import { expectedOneOf, InputError, show } from '../input/errors.js';
import type { Field, Parameter } from '../input/parameter.js';
import { findGroup, GROUP_NAMES } from './groups.js';
import { allFields, findParameters, PARAMETERS } from './parameters.js';

/**
 * The parameters and fields that a query names: a path (`costs.stealCheck`), the end of one (`stealCheck`), a mechanism
 * (`hotplug`) or a part of a scenario (`costs`); without a query all of them. Defaults are in ns and bytes.
 *
 * @example
 * explain('stealCheck')[0].default; // 120
 *
 * @throws InputError for what names none
 */
export function explain(query?: string): readonly (Parameter | Field)[] {
  const all = [...PARAMETERS, ...allFields()];
  if (query === undefined) return all;
  const group = findGroup(query);
  if (group !== undefined) return all.filter(({ path }) => path.startsWith(group.prefix));
  const found = findParameters(query);
  if (found.length > 0) return found;
  // any end of a path is a name: vcpus.max, slo.latency
  const ends = all.flatMap(({ path }) => path.split('.').map((_, i, parts) => parts.slice(i).join('.')));
  const expected = expectedOneOf('a known parameter', query, [...new Set([...ends, ...GROUP_NAMES])]).split(':', 1)[0];
  throw new InputError({
    path: 'PARAMETER',
    given: show(query),
    expected: `${expected}; fluxhost explain lists them all`,
  });
}
