// The fields of every distribution, as the schema has them; of times here, and the same with numbers where tasks are counted.

import type { Field, ParameterUnit } from '../input/parameter.js';
import { variantRows } from './schema-rows.js';

/** Where a distribution stands in a scenario: any of several places. */
export const DISTRIBUTION = 'distribution';
const ONE_OF_THEM = 'vms.*.workload.request.stages.*.service';

const unitOf = (form: string): ParameterUnit =>
  form === 'duration' ? 'ns' : form === 'text' ? 'name' : /^number .* to 1$/.test(form) ? 'share' : 'count';

let found: readonly Field[] | undefined;

/** Read off the whole schema, which takes longer than importing the package: when it is first asked for. */
export function distributionFields(): readonly Field[] {
  found ??= [...variantRows(ONE_OF_THEM)].flatMap(([name, rows]) =>
    rows
      .filter(({ path }) => path !== 'dist' && !path.includes('.'))
      .map(({ path, form, meaning, required, default: byDefault }): Field => ({
        name: path,
        path: `${DISTRIBUTION}.${name}.${path}`,
        unit: unitOf(form),
        meaning,
        absent: required ? 'must be given' : (byDefault ?? 'none'),
      })),
  );
  return found;
}
