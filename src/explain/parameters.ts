// Every named parameter in one table. `fluxhost explain` and docs/parameters.md are printed from it, and the schema
// takes its defaults from it, so that what is explained is what is used.

import { COST_PARAMETERS } from '../mechanisms/costs.js';
import { MECHANISM_PARAMETERS } from '../mechanisms/kinds.js';
import { LIFECYCLE_FIELDS, LIFECYCLE_PARAMETERS } from '../lifecycle/parameters.js';
import { MEMORY_PARAMETERS, MEMORY_FIELDS } from '../swap/parameters.js';
import { RESERVE_PARAMETERS, RESERVE_FIELDS } from '../reserve/parameters.js';
import { FLEET_PARAMETERS, FLEET_FIELDS } from '../fleet/parameters.js';
import { POLICY_PARAMETERS } from '../pages/parameters.js';
import { type Parameter, type Field } from '../input/parameter.js';
import { distributionFields } from './distributions.js';
import { SCENARIO_FIELDS } from '../scenario/given.js';
import { SCENARIO_PARAMETERS } from '../scenario/fields.js';

export { COST_NAMES, COST_PARAMETERS, type CostName } from '../mechanisms/costs.js';
export type { Confidence, Field, Parameter, ParameterUnit } from '../input/parameter.js';

export const PARAMETERS: readonly Parameter[] = [
  ...COST_PARAMETERS,
  ...MECHANISM_PARAMETERS,
  ...MEMORY_PARAMETERS,
  ...LIFECYCLE_PARAMETERS,
  ...SCENARIO_PARAMETERS,
  ...RESERVE_PARAMETERS,
  ...FLEET_PARAMETERS,
  ...POLICY_PARAMETERS,
];

/** What can be explained but has no default. */
export function allFields(): readonly Field[] {
  return [
    ...SCENARIO_FIELDS,
    ...distributionFields(),
    ...MEMORY_FIELDS,
    ...LIFECYCLE_FIELDS,
    ...RESERVE_FIELDS,
    ...FLEET_FIELDS,
  ];
}

/**
 * By whole path, by any end of it (`stealCheck`, `hyperflux.interval`), by a beginning (`costs`, `mechanism.hotplug`), or by a
 * group on the way (`memory`). A number stands for the `*` of a list.
 */
export function findParameters(query: string): readonly (Parameter | Field)[] {
  const wanted = query.toLowerCase().replace(/\.\d+(?=\.|$)/g, '.*');
  const all = [...PARAMETERS, ...allFields()];
  const exact = all.filter(({ path }) => path.toLowerCase() === wanted);
  if (exact.length > 0) return exact;
  return all.filter(({ path }) => `.${path.toLowerCase()}.`.includes(`.${wanted}.`));
}
