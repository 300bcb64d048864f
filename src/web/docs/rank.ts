// The order of what a search has found: where every word stands as it was asked for (one or several of it), then where one only begins a
// longer one, then what is merely like it; within each, a heading that says no more, then headings, titles of the page, text; and what is
// written to be read before declarations and the list of changes.

import type MiniSearch from 'minisearch';
import type { SearchResult } from 'minisearch';

/** As scripts/site.mjs writes the index. */
export const FIELDS = ['heading', 'title', 'text'] as const;
export const STORED = ['heading', 'title', 'excerpt'] as const;

/** Of MiniSearch: `match` has the fields by the word that was found there. */
interface Found {
  readonly id: unknown;
  readonly score: number;
  readonly queryTerms: readonly string[];
  readonly match: Readonly<Record<string, readonly string[]>>;
  /** As they are stored. */
  readonly heading?: string;
  readonly title?: string;
}

const EXACT = 0;
const PREFIX = 1;
const LIKE = 2;
const oneOf = (word: string): string => word.toLowerCase().replace(/(?<=\w\w)s$/, '');
const likeness = (asked: string, found: string): number =>
  oneOf(found) === oneOf(asked) ? EXACT : found.startsWith(asked) ? PREFIX : LIKE;

const HEADING = 0;
const TITLE = 1;
const TEXT = 2;
/** Where the words stand that were found; a member of a declaration has no heading of its own. */
function placeOf(fields: readonly string[], member: boolean): number {
  if (member || !fields.some((field) => field !== 'text')) return TEXT;
  return fields.includes('heading') ? HEADING : TITLE;
}

/** Of each word that was asked for the best that was found; of all of them the worst. */
function keyOf({ id, queryTerms, match, heading, title }: Found): readonly number[] {
  const api = String(id).startsWith('api/');
  const kind = api ? 1 : String(id).startsWith('CHANGELOG') ? 2 : 0;
  const whole = !api && (heading ?? '').split(' ').map(oneOf).join(' ') === queryTerms.map(oneOf).join(' ');
  const found = Object.entries(match).map(
    ([term, fields]) => [term, placeOf(fields, api && heading !== title)] as const,
  );
  const best = [...new Set(queryTerms)].map((asked) => {
    const begun = found.filter(([term]) => likeness(asked, term) < LIKE);
    const keys = begun.map(([term, place]) => 3 * likeness(asked, term) + place);
    // what merely is like a word may be like another one
    return begun.length > 0 ? Math.min(...keys) : 3 * LIKE + Math.min(...found.map(([, place]) => place));
  });
  const worst = Math.max(...best);
  return [Math.floor(worst / 3), whole ? 0 : 1, worst % 3, kind];
}

function ranked<T extends Found>(results: readonly T[]): T[] {
  const keyed = results.map((result) => ({ result, key: [...keyOf(result), -result.score] }));
  keyed.sort((a, b) => {
    const at = a.key.findIndex((value, i) => value !== b.key[i]);
    return at < 0 ? 0 : a.key[at]! - b.key[at]!;
  });
  return keyed.map(({ result }) => result);
}

/** Sections that have all words of a text, or their beginnings, or what is like them. The index comes in parts. */
export const search = (parts: readonly MiniSearch[], asked: string): SearchResult[] =>
  ranked(
    parts.flatMap((part) =>
      part.search(asked, { prefix: true, fuzzy: 0.15, combineWith: 'AND', boost: { heading: 4, title: 2 } }),
    ),
  );
