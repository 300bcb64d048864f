// Short forms of a scenario, written out.

import type { Path } from '../input/errors.js';
import { type Fields, isFields } from '../input/mapping.js';
import { GENERATED } from '../lifecycle/generated.js';
import { formatDuration } from '../input/quantities.js';
import { presetNs } from '../mechanisms/cost-presets.js';
import { COST_NAMES } from '../mechanisms/costs.js';

/** Functions that are generated, told beside the other fields or, where `apart`, as a mapping of their own; both mean the same. */
function functions(value: Fields, apart: boolean): Fields {
  const { generated, ...rest } = value;
  if (generated !== undefined && !isFields(generated)) return value;
  if (!apart) return { ...rest, ...generated };
  const isGenerated = ([name]: readonly [string, unknown]): boolean => (GENERATED as readonly string[]).includes(name);
  const fields = Object.entries(rest);
  return {
    ...Object.fromEntries(fields.filter((field) => !isGenerated(field))),
    generated: { ...Object.fromEntries(fields.filter(isGenerated)), ...generated },
  };
}

/** The costs that a preset sets; what is no preset is left to be refused. */
function presetFields(name: string): unknown {
  const fields = COST_NAMES.flatMap((cost) => {
    const ns = presetNs(name, cost);
    return ns === undefined ? [] : [[cost, formatDuration(ns)] as const];
  });
  return fields.length === 0 ? name : Object.fromEntries(fields);
}

/** Short forms that hide fields are written out when one of those fields is set. */
export function unfold(value: unknown, path: Path, next: string): unknown {
  if (path.length === 1 && path[0] === 'mechanism' && typeof value === 'string') return { kind: value };
  if (path.length === 1 && path[0] === 'costs' && value === 'none')
    return Object.fromEntries(COST_NAMES.map((name) => [name, '0ns']));
  if (path.length === 1 && path[0] === 'costs' && typeof value === 'string') return presetFields(value);
  if (path.length === 2 && path[0] === 'host' && path[1] === 'memory' && typeof value === 'string')
    return { size: value };
  if (path.length === 1 && path[0] === 'functions' && isFields(value)) return functions(value, next === 'generated');
  if (path.length === 3 && path[0] === 'vms' && path[2] === 'order' && typeof value === 'string')
    return { kind: value };
  return value;
}
