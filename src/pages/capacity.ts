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
  'a page count, a size such as 64MiB or a share of the distinct pages such as 10%, more than 0; or a range of shares, 1%..100%:20:log';

const RANGE = /^(\d+(?:\.\d+)?)%\.\.(\d+(?:\.\d+)?)%:(\d{1,4})(:log)?$/;

/** The shares of a range, `1%..100%:20:log`; everything else as it is. A range that is none is refused where it is read. */
export function expandCapacity(text: string): string[] {
  const [, from, to, times, log] = RANGE.exec(text) ?? [];
  const [low, high, count] = [Number(from), Number(to), Number(times)];
  if (!(low > 0 && low < high && high <= 100 && count >= 2)) return [text];
  const shares = Array.from({ length: count }, (_, i) => {
    const way = i / (count - 1);
    return log === undefined ? low + (high - low) * way : low * (high / low) ** way;
  });
  return [...new Set(shares.map((share) => `${Number(share.toPrecision(4))}%`))];
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
