// How much memory there is for pages: a page count, a size, or a share of the trace's distinct pages. More than the trace
// has is legal (every page is missed once); nothing at all is not.

import type { Problem } from '../input/errors.js';
import { parseSize, QuantityError } from '../input/quantities.js';
import { shareOf } from './policies.js';

/** Records are numbered in 32 bits, and a policy may remember as many pages again. */
const MOST_PAGES = 2 ** 30;

export interface CapacitySpec {
  readonly text: string;
  /** Whether the number of distinct pages must be known first. */
  readonly isShare: boolean;
  pages(distinctPages: number): number;
}

const EXPECTED =
  'a page count, a size such as 64MiB or a share of the distinct pages such as 10%, more than 0; or a range of one of them, the lesser end first: 1%..100%:20:log, 100..1600:5, 1MiB..64MiB:7:log';

const RANGE = /^(\d+(?:\.\d+)?)(%?|[KMGT]?i?B)\.\.(\d+(?:\.\d+)?)(%?|[KMGT]?i?B)(?::(\d{1,4}))?(:log)?$/;
/** Of a range that does not say. */
const POINTS = 10;

/** Numbers from `low` to `high`, evenly or by one factor. */
function spread(low: number, high: number, count: number, log: boolean): number[] {
  return Array.from({ length: count }, (_, i) => {
    const way = i / (count - 1);
    return log ? low * (high / low) ** way : low + (high - low) * way;
  });
}

/**
 * The capacities of a range, ten where it does not say: `1%..100%:20:log`, `100..1600:5`, `1MiB..64MiB:7:log`; everything else as it is.
 * A range that is none is refused where it is read.
 */
export function expandCapacity(text: string): string[] {
  const [, from, unit, to, unitTo, times, log] = RANGE.exec(text) ?? [];
  if (
    from === undefined ||
    to === undefined ||
    (unit === '') !== (unitTo === '') ||
    (unit === '%') !== (unitTo === '%')
  )
    return [text];
  const isSize = unit !== '' && unit !== '%';
  const end = (value: string, of: string): number => (isSize ? sizeOr(value + of) : Number(value));
  const [low, high, count] = [end(from, unit!), end(to, unitTo!), times === undefined ? POINTS : Number(times)];
  if (!(low > 0 && low < high && count >= 2) || (unit === '%' && high > 100)) return [text];
  const values = spread(low, high, count, log !== undefined);
  const written = (value: number): string =>
    unit === '%' ? `${Number(value.toPrecision(4))}%` : `${Math.round(value)}${isSize ? 'B' : ''}`;
  return [...new Set(values.map(written))];
}

/** NaN for what is no size. */
function sizeOr(text: string): number {
  try {
    return parseSize(text);
  } catch (error) {
    if (error instanceof QuantityError) return NaN;
    throw error;
  }
}

/** Reads one capacity; what is wrong is added to `problems` under `path`. */
export function parseCapacity(
  text: string,
  pageSizeBytes: number,
  path: string,
  problems: Problem[],
): CapacitySpec | undefined {
  const refuse = (expected: string): undefined => {
    problems.push({ path, given: JSON.stringify(text), expected });
    return undefined;
  };
  if (text.endsWith('%')) {
    // Against a large number, so that a share that is nothing (0%, 0.0%) is told from one that is merely small.
    const share = shareOf(text, 1e15);
    if (share === undefined || share === 0) return refuse(EXPECTED);
    return { text, isShare: true, pages: (distinct) => Math.min(MOST_PAGES, Math.max(1, shareOf(text, distinct)!)) };
  }
  let pages: number;
  if (/^\d{1,20}$/.test(text)) {
    pages = Number(text);
  } else {
    try {
      pages = Math.floor(parseSize(text) / pageSizeBytes);
    } catch (error) {
      if (error instanceof QuantityError) return refuse(EXPECTED);
      throw error;
    }
  }
  if (pages === 0) return refuse(/^\d+$/.test(text) ? EXPECTED : `at least one page of ${pageSizeBytes} bytes`);
  if (pages > MOST_PAGES) return refuse(`at most 2^30 pages`);
  return { text, isShare: false, pages: () => pages };
}
