// Policies and capacities as people write them.

import { test, expect, describe } from 'vitest';
import { parseCapacity } from '../../src/pages/capacity.js';
import { parsePolicy, POLICY_NAMES } from '../../src/pages/policies.js';
import { type Problem, formatProblem } from '../../src/input/errors.js';

function policy(text: string): { label: string; parameters: Record<string, number> } | string[] {
  const problems: Problem[] = [];
  const spec = parsePolicy(text, '--policy', problems);
  return spec === undefined ? problems.map(formatProblem) : { label: spec.label, parameters: spec.parameters(70, 5) };
}

function capacity(text: string, pageSizeBytes = 4096, distinct = 15_983): number | string {
  const problems: Problem[] = [];
  const spec = parseCapacity(text, pageSizeBytes, '--capacity', problems);
  return spec === undefined ? formatProblem(problems[0]!) : spec.pages(distinct);
}

test('every policy of the contract', () => {
  expect(POLICY_NAMES).toEqual('lru fifo clock random lfu 2q arc sieve s3fifo taiji opt'.split(' '));
});

test('parameters have their published defaults and can be given', () => {
  expect(policy('lru')).toEqual({ label: 'lru', parameters: {} });
  expect(policy('clock')).toEqual({ label: 'clock', parameters: { bits: 1 } });
  expect(policy('clock:bits=2')).toEqual({ label: 'clock:bits=2', parameters: { bits: 2 } });
  // Shares of 70 pages, rounded down, taken exactly: 0.1 * 70 is not 7 in binary.
  expect(policy('s3fifo')).toEqual({ label: 's3fifo', parameters: { small: 7, ghost: 63 } });
  expect(policy('2q')).toEqual({ label: '2q', parameters: { kin: 17, kout: 35 } });
  expect(policy('2q:kin=3:kout=12.5%')).toEqual({ label: '2q:kin=3:kout=12.5%', parameters: { kin: 3, kout: 8 } });
  expect(policy('taiji')).toEqual({ label: 'taiji', parameters: { levels: 4, scan: 70 } });
  expect(policy('random')).toEqual({ label: 'random', parameters: { seed: 5 } });
  expect(policy('random:seed=9')).toEqual({ label: 'random:seed=9', parameters: { seed: 9 } });
});

test.each([
  ['lruu', '(did you mean "lru"?)'],
  ['', 'expected a policy'],
  ['LRU', '(did you mean "lru"?)'],
  ['lru:x=1', 'expected no parameters for lru'],
  ['clock:bit=2', '(did you mean "bits"?)'],
  ['clock:bits=3', 'with a whole number from 1 to 2'],
  ['clock:bits=50%', 'with a whole number from 1 to 2'],
  ['clock:bits', 'with a whole number from 1 to 2'],
  ['taiji:levels=0', 'from 1 to 64'],
  ['2q:kin=-1', '0 or more, or a share of the capacity'],
])('policy %j is refused', (text, message) => {
  const told = policy(text);
  expect(told).toHaveLength(1);
  expect((told as string[])[0]).toContain(message);
});

describe('capacities', () => {
  test.each([
    ['1', 1],
    ['10000', 10_000],
    ['64MiB', 16_384],
    ['10KiB', 2],
    ['10%', 1598],
    ['12.5%', 1997],
    ['0.001%', 1],
    ['300%', 47_949],
    ['999999999', 999_999_999],
  ])('%s is %i pages', (text, pages) => {
    expect(capacity(text)).toBe(pages);
  });

  test('a size counts pages of the size asked for', () => {
    expect(capacity('64MiB', 2 ** 21)).toBe(32);
  });

  test.each(['0', '00', '0%', '0.0%', '-1', '1.5', '10x', '', '%', '1e3', '4GB GB', 'ten'])('%j is refused', (text) => {
    expect(capacity(text)).toContain(`--capacity: given ${JSON.stringify(text)}, expected a page count, a size`);
  });

  test('less than a page, or more than can be numbered', () => {
    expect(capacity('4095B')).toContain('expected at least one page of 4096 bytes');
    expect(capacity('1073741825')).toContain('expected at most 2^30 pages');
    expect(capacity('8000TiB')).toContain('expected at most 2^30 pages');
  });
});
