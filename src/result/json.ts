// A result as JSON: keys sorted, so that equal results are equal bytes, and nothing that steers a terminal.

import { printableJson } from '../input/errors.js';

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  // Without a prototype: a VM or a cold-start tier may be called "__proto__".
  const sorted = Object.create(null) as Record<string, unknown>;
  for (const [key, part] of entries) sorted[key] = sortKeys(part);
  return sorted;
}

/**
 * JSON with keys in code-unit order, two spaces of indent and a closing line feed.
 * Refuses numbers that JSON has no word for: they would silently become null.
 */
export function toStableJson(value: unknown): string {
  const text = JSON.stringify(
    sortKeys(value),
    (key, part: unknown) => {
      if (typeof part === 'number' && !Number.isFinite(part)) {
        throw new RangeError(`result field "${key}": given ${part}, expected a finite number or null`);
      }
      return part;
    },
    2,
  );
  return `${printableJson(text)}\n`;
}
