// Short forms of a scenario, written out.

import type { Path } from '../input/errors.js';
import { COST_NAMES } from '../mechanisms/costs.js';

/** Short forms that hide fields are written out when one of those fields is set. */
export function unfold(value: unknown, path: Path): unknown {
  if (path.length === 1 && path[0] === 'mechanism' && typeof value === 'string') return { kind: value };
  if (path.length === 1 && path[0] === 'costs' && value === 'none')
    return Object.fromEntries(COST_NAMES.map((name) => [name, '0ns']));
  if (path.length === 2 && path[0] === 'host' && path[1] === 'memory' && typeof value === 'string')
    return { size: value };
  return value;
}
