// A claim says its figures twice, in words for people and as numbers for a picture: what the picture shows must stand in the words.

import { expect } from 'vitest';
import type { Claim } from '../../src/experiments/experiment.js';
import type { ClaimNumbers } from '../../src/report/claim-numbers.js';

/** As what a number of a unit may be written: itself, in percent, in us, in MiB, … */
const WRITTEN: Readonly<Record<ClaimNumbers['unit'], readonly ((value: number) => number)[]>> = {
  ns: [(ns) => ns / 1e3, (ns) => ns / 1e6],
  bytes: [(bytes) => bytes / 1e6, (bytes) => bytes / 2 ** 20, (bytes) => bytes / 2 ** 30],
  MB: [(bytes) => bytes / 1e6],
  share: [(share) => 100 * share],
  change: [(share) => 100 * share, (share) => -100 * share],
  ratio: [(ratio) => ratio, (ratio) => 100 * (ratio - 1)],
};

/** How a paper's figure is written that ours stands beside: in the same unit. */
const UNITS: Readonly<Record<ClaimNumbers['unit'], RegExp>> = {
  ns: /\d (ns|us|ms|s)\b/,
  bytes: /\d [KMGT]i?B of 2\^|\d [KMGT]iB/,
  MB: /\d MB/,
  share: /%|^0$/,
  change: /%/,
  ratio: /\dx\b|times/,
};

const numbersIn = (text: string): { value: number; step: number }[] =>
  [...text.matchAll(/\d[\d,]*(?:\.(\d+))?/g)].map(([all, decimals = '']) => ({
    value: Number(all.replaceAll(',', '')),
    step: 10 ** -decimals.length,
  }));

function stands(value: number, unit: ClaimNumbers['unit'], text: string): boolean {
  const found = numbersIn(text);
  const direct = WRITTEN[unit].some((as) =>
    found.some((one) => Math.abs(Math.abs(as(value)) - one.value) <= 0.51 * one.step),
  );
  // "72 against 72 MiB" says how many times as much without the word
  const asRatio =
    unit === 'ratio' &&
    found.some((a) => found.some((b) => b.value > 0 && Math.abs(a.value / b.value / value - 1) < 0.01));
  return direct || asRatio;
}

/** Holds every number of the claims against the words; and tells which claims have numbers. */
export function heldNumbers(claims: readonly Claim[]): string[] {
  const drawn = claims.filter(({ numbers }) => numbers !== undefined);
  for (const { id, paper, ours, numbers } of drawn) {
    const { unit, paper: published, ours: own } = numbers!;
    if (/\d/.test(paper)) expect(paper, id).toMatch(UNITS[unit]);
    if (/\d/.test(paper))
      for (const value of [published.value, published.to ?? published.value])
        expect(stands(value, unit, paper), `${id}: ${value} in "${paper}"`).toBe(true);
    expect(own.length, id).toBeGreaterThan(0);
    for (const { value, reach } of own) {
      expect(stands(value, unit, ours), `${id}: ${value} in "${ours}"`).toBe(true);
      if (reach === undefined) continue;
      expect(value, id).toBeGreaterThanOrEqual(reach.low);
      expect(value, id).toBeLessThanOrEqual(reach.high);
    }
  }
  return drawn.map(({ id }) => id);
}
