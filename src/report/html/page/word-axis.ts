// An axis of words: those that would run into each other stand aslant, and of many numbers some are left out.

import type * as Plot from '@observablehq/plot';

const MOST_LETTERS = 24;
/** Pixels between the words of an axis. */
const LEAST_APART = 36;

const isNumber = (word: string): boolean => word !== '' && Number.isFinite(Number(word));

/** Words that would run into each other stand aslant. */
export function slanted(xs: readonly (number | string)[], width: number): boolean {
  const words = [...new Set(xs)].map(String);
  // a letter apart
  return !words.every(isNumber) && (Math.max(...words.map((word) => word.length)) + 1) * 7 > width / words.length;
}

/** Pixels by which they reach further down. */
export const slantedDepth = (xs: readonly (number | string)[]): number =>
  Math.round(Math.min(MOST_LETTERS, Math.max(...xs.map((x) => String(x).length))) * 7 * Math.sin((40 * Math.PI) / 180));

export function wordTicks(xs: readonly (number | string)[], width: number): Plot.ScaleOptions {
  const words = [...new Set(xs)].map(String);
  const every = Math.ceil((words.length * LEAST_APART) / width);
  // of many numbers some are enough
  if (every > 1 && words.every(isNumber)) return { ticks: words.filter((_, i) => i % every === every - 1) };
  const tickFormat = (word: unknown): string => {
    const text = String(word);
    return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text;
  };
  return slanted(xs, width) ? { tickRotate: -40, tickFormat } : { tickFormat };
}
