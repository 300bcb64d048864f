// A table's cell, which is text, as the number that it says.

import type { ResponsePlot } from '../figure.js';

const TIMES: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9 };

/** A number, and half of its interval where it has one. */
export interface Quantity {
  readonly value: number;
  readonly half: number | null;
  readonly unit: ResponsePlot['panels'][number]['unit'];
}

const NUMBER = String.raw`[\d,]*\.?\d+(?:e-?\d+)?`;
const QUANTITY = new RegExp(
  String.raw`^[+≥]?\s?(-?${NUMBER})(?:\s±\s(${NUMBER}))?\s?(ns|us|µs|ms|s|%|x|[KMG]iB)?(?:\s\([^)]*\))?$`,
);

/**
 * `52.8 s`, `64.8 %`, `1.79x`, `41 170`, `12.2 ± 0.18 us`, `56.3 GiB`, `37.9 % (1.00)`: a number and what it is of, sizes in their own
 * unit; undefined for anything else.
 */
export function quantityOf(text: string): Quantity | undefined {
  const found = QUANTITY.exec(text.trim());
  if (found === null) return undefined;
  const suffix = found[3] ?? '';
  const unit = suffix in TIMES ? 'ns' : suffix === '%' ? 'share' : 'number';
  const scaled = (digits: string): number => {
    const value = Number(digits.replaceAll(',', ''));
    return unit === 'ns' ? value * TIMES[suffix]! : unit === 'share' ? value / 100 : value;
  };
  return { value: scaled(found[1]!), half: found[2] === undefined ? null : scaled(found[2]), unit };
}
