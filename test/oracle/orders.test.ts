// Deadlines and orders of the run queue: the program against the naive simulator, on random scenarios that all have them.

import { describe, expect, it } from 'vitest';
import { FEATURES, ORDER_FEATURES, type Feature } from './generate.js';
import { check, text } from './seeds.js';

/** What goes with every order, or is refused beside one. */
const WITHOUT = ['quantum', 'lock', 'spin', 'shortHold', 'smt', 'bandwidth', 'htPunish', 'memory', 'lockPlace'];
const features: readonly Feature[] = [
  ...FEATURES.filter((f) => !WITHOUT.includes(f) && !f.startsWith('fork')),
  ...ORDER_FEATURES,
];
const MECHANISMS = ['ideal', 'static', 'shenango', 'microvm', 'hyperflux', 'ditto', 'caladan', 'hotplug'];
const SEEDS = Number(process.env['FLUXHOST_RANDOM'] ?? 60);

describe('orders and deadlines', () => {
  it.each([
    ['one mechanism after the other', MECHANISMS],
    ['cores that stay', ['static', 'ideal']],
  ])('%s', async (_, mechanisms) => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const found = await check(seed, { features, mechanisms, always: ['mechanism', 'order'] });
      expect(found === null ? '' : text(found)).toBe('');
    }
  });
});
