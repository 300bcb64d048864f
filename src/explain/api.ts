// What a word of a scenario means: the parameters that it names, with unit, default, source and how far that is to be trusted.

import { argument } from '../input/argument.js';
import { InputError, show } from '../input/errors.js';
import type { Field, Parameter } from '../input/parameter.js';
import { findGroup, GROUP_NAMES } from './groups.js';
import { nearOnes } from './near.js';
import { allFields, findParameters, isElsewhere, PARAMETERS } from './parameters.js';

/**
 * The parameters and fields that a query names: a path (`costs.stealCheck`), the end of one (`stealCheck`), a mechanism
 * (`hotplug`) or a part of a scenario (`costs`), or `scenario` for all that one has; without a query all of them. Defaults are in ns and bytes.
 *
 * @example
 * explain('stealCheck')[0].default; // 120
 *
 * `words`: further words that a mistyped one may have meant.
 *
 * @throws InputError for what names none, with the nearest that there are
 */
export function explain(query?: string, words: readonly string[] = []): readonly (Parameter | Field)[] {
  const all = [...PARAMETERS, ...allFields()];
  if (query === undefined) return all;
  argument('PARAMETER', query, 'a text', 'the name of a parameter');
  if (query.toLowerCase() === 'scenario') return all.filter((one) => !isElsewhere(one));
  const group = findGroup(query);
  if (group !== undefined) return all.filter(({ path }) => path.startsWith(group.prefix));
  const found = findParameters(query);
  if (found.length > 0) return found;
  // any end of a path is a name: vcpus.max, slo.latency
  const ends = all.flatMap(({ path }) => path.split('.').map((_, i, parts) => parts.slice(i).join('.')));
  const near = nearOnes(query, [...new Set([...ends.filter((end) => !end.startsWith('*')), ...GROUP_NAMES, ...words])]);
  throw new InputError({
    path: 'PARAMETER',
    given: show(query),
    expected: `a known parameter (did you mean ${near.map((name) => `"${name}"`).join(', ')}?); fluxhost explain lists them all`,
  });
}
