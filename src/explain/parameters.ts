// Every named parameter in one table. `fluxhost explain` and docs/parameters.md are printed from it, and the schema
// takes its defaults from it, so that what is explained is what is used.

import { COST_PARAMETERS } from '../mechanisms/costs.js';
import { MECHANISM_PARAMETERS } from '../mechanisms/kinds.js';
import { DATAPATH_FIELDS, DATAPATH_PARAMETERS } from '../datapath/parameters.js';
import { GPU_FIELDS, GPU_PARAMETERS } from '../gpu/parameters.js';
import { LIFECYCLE_FIELDS, LIFECYCLE_PARAMETERS } from '../lifecycle/parameters.js';
import { MEMORY_PARAMETERS, MEMORY_FIELDS } from '../swap/parameters.js';
import { RESERVE_PARAMETERS, RESERVE_FIELDS } from '../reserve/parameters.js';
import { FLEET_PARAMETERS, FLEET_FIELDS } from '../fleet/parameters.js';
import { POLICY_PARAMETERS } from '../pages/parameters.js';
import { type Parameter, type Field } from '../input/parameter.js';
import { distributionFields } from './distributions.js';
import { SCENARIO_FIELDS } from '../scenario/given.js';
import { SCENARIO_PARAMETERS } from '../scenario/fields.js';
import { ORDER_FIELDS, ORDER_PARAMETERS } from '../scenario/order-fields.js';

export { COST_NAMES, type CostName } from '../mechanisms/costs.js';
export type { Confidence, Field, Parameter, ParameterUnit } from '../input/parameter.js';

export const PARAMETERS: readonly Parameter[] = [
  ...COST_PARAMETERS,
  ...MECHANISM_PARAMETERS,
  ...MEMORY_PARAMETERS,
  ...LIFECYCLE_PARAMETERS,
  ...DATAPATH_PARAMETERS,
  ...GPU_PARAMETERS,
  ...SCENARIO_PARAMETERS,
  ...ORDER_PARAMETERS,
  ...RESERVE_PARAMETERS,
  ...FLEET_PARAMETERS,
  ...POLICY_PARAMETERS,
];

/** What can be explained but has no default. */
export function allFields(): readonly Field[] {
  return [
    ...SCENARIO_FIELDS,
    ...ORDER_FIELDS,
    ...distributionFields(),
    ...MEMORY_FIELDS,
    ...LIFECYCLE_FIELDS,
    ...DATAPATH_FIELDS,
    ...GPU_FIELDS,
    ...RESERVE_FIELDS,
    ...FLEET_FIELDS,
  ];
}

/** What a path is called where the name of a process, mechanism, policy or distribution is left out: `vms.*.workload.arrivals.rate`. */
const withoutVariant = (path: string): string =>
  path.replace(/^(vms\.\*\.workload\.arrivals|mechanism|distribution|lifecycle\.keepalive)\.[^.]+\./, '$1.');

/** A scenario's own before those of other files. */
export const isElsewhere = ({ path }: Parameter | Field): boolean => /^(fleet|reserve|pages)\./.test(path);

/** Lists as the tables write them: a number, [] or, of VMs, a name stands for `*`. */
function pattern(query: string): string {
  const stars = query
    .toLowerCase()
    .replace(/\[\w*-]*\]/g, '.*')
    .replace(/\.\d+(?=\.|$)/g, '.*');
  return stars.replace(/^(fleet\.)?vms\.(?!\*)([^.]+)(?=\.)/, (all, fleet: string | undefined, name: string) =>
    NAMED_PARTS.has(`${fleet ?? ''}vms.${name}`) ? all : `${fleet ?? ''}vms.*`,
  );
}

let namedParts: ReadonlySet<string> | undefined;
/** `fleet.vms.trace` and the like: what stands below `vms` and is no VM's name. */
const NAMED_PARTS = {
  has(part: string): boolean {
    namedParts ??= new Set(
      [...PARAMETERS, ...allFields()].flatMap(({ path }) => {
        const [, found] = /^((?:fleet\.|reserve\.)?vms\.[^.*]+)/.exec(path.toLowerCase()) ?? [];
        return found === undefined ? [] : [found];
      }),
    );
    return namedParts.has(part);
  },
};

/**
 * By whole path, by any end of it (`stealCheck`, `hyperflux.interval`), by a beginning (`costs`, `mechanism.hotplug`), or by a
 * group on the way (`memory`); by a choice that one takes (`best-fit`). A number or a VM's name stands for the `*` of a list, and the
 * name of a process may be left out (`arrivals.rate`). All that match, a scenario's own first.
 */
export function findParameters(query: string): readonly (Parameter | Field)[] {
  const wanted = pattern(query);
  const all = [...PARAMETERS, ...allFields()];
  const exact = all.filter(({ path }) => path.toLowerCase() === wanted);
  if (exact.length > 0) return exact;
  const within = (wanting: string): readonly (Parameter | Field)[] =>
    all
      .filter(({ path }) => {
        const low = path.toLowerCase();
        return [low, withoutVariant(low)].some((written) => `.${written}.`.includes(`.${wanting}.`));
      })
      .toSorted((a, b) => Number(isElsewhere(a)) - Number(isElsewhere(b)));
  const found = within(wanted);
  if (found.length > 0) return found;
  const chosen = all.filter(({ choices }) => choices?.some((choice) => choice.toLowerCase() === wanted) === true);
  if (chosen.length > 0) return chosen;
  // `api.slo.latency`, as an assertion writes it
  return wanted.includes('.') ? within(wanted.replace(/^[^.]+/, 'vms.*')) : [];
}
