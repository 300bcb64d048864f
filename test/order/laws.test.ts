// Laws of orders of the run queue (docs/model/order-of-tasks.md), with their numbers: known facts of real-time scheduling and counts of a
// naive simulator that orders all jobs anew at every unit of time.

import { describe, expect, it } from 'vitest';
import { outcome, run, scenarioOf } from './sets.js';
import { ticked, type TaskOfSet, type Ticked } from './ticks.js';

const set = (...tasks: [service: number, period: number][]): TaskOfSet[] =>
  tasks.map(([service, period]) => ({ service, period }));

const both = async (tasks: TaskOfSet[], cores: number, horizon: number, how: Ticked): Promise<string> => {
  const naive = ticked(tasks, cores, horizon, how);
  const own = await outcome(tasks, cores, horizon, how);
  expect(own).toEqual(naive);
  return `${own.met}/${own.missed}`;
};

describe('E1: one core, U <= 1, no cost', () => {
  const tasks = set([1, 3], [6, 10]);
  it.each([
    ['edf', undefined, '130/0'],
    ['fifo', undefined, '100/30'],
    ['qllf', 1, '100/30'],
    ['qllf', 4, '100/30'],
    ['qllf', 8, '110/20'],
    ['qllf', 16, '130/0'],
  ] as const)('%s, bins %s: %s', async (order, bins, expected) => {
    expect(await both(tasks, 1, 300, { order, range: 32, ...(bins === undefined ? {} : { bins }) })).toBe(expected);
  });
  it('EDF misses none of 40 drawn sets of U <= 1', async () => {
    let state = 7;
    const draw = (n: number): number => (state = (state * 48271) % 2147483647) % n;
    for (let i = 0; i < 40; i++) {
      const tasks: TaskOfSet[] = [];
      let left = 1;
      while (tasks.length < 4) {
        const period = 3 + draw(12);
        const service = 1 + draw(Math.max(1, Math.floor(left * period)));
        if (service / period > left) break;
        left -= service / period;
        tasks.push({ service, period });
      }
      expect((await outcome(tasks, 1, 500, { order: 'edf' })).missed).toBe(0);
    }
  });
});

it('E2: what rate-monotonic order misses at U = 0.97, EDF does not', async () => {
  const tasks = set([2, 5], [4, 7]);
  expect(await both(tasks, 1, 350, { order: 'edf' })).toBe('120/0');
  expect(await both(tasks, 1, 350, { order: 'dm' })).toBe('110/10');
});

it('E3: Dhall: on two cores EDF misses what least slack does not', async () => {
  const tasks = set([2, 20], [2, 20], [20, 21]);
  expect((await outcome(tasks, 2, 420, { order: 'edf' })).missed).toBe(1);
  expect((await outcome(tasks, 2, 420, { order: 'llf' })).missed).toBe(0);
  await both(tasks, 2, 420, { order: 'edf' });
  await both(tasks, 2, 420, { order: 'llf' });
});

describe('E4: overload', () => {
  const tasks = set([3, 6], [2, 8], [3, 12], [5, 24]);
  it('EDF 8/2, LLF 6/4', async () => {
    expect(await both(tasks, 1, 24, { order: 'edf' })).toBe('8/2');
    expect(await both(tasks, 1, 24, { order: 'llf' })).toBe('6/4');
  });
  it('misses are not monotone in the number of bins', async () => {
    const missed: number[] = [];
    for (let bins = 1; bins <= 24; bins++) {
      const found = await both(tasks, 1, 24, { order: 'qllf', bins });
      missed.push(Number(found.split('/')[1]));
    }
    const steps = missed.slice(1).map((count, i) => count - missed[i]!);
    expect(steps.some((step) => step > 0)).toBe(true);
    expect(steps.some((step) => step < 0)).toBe(true);
  });
});

describe('E5: bins between first in, first out and least slack', () => {
  const tasks = set([3, 6], [2, 8], [3, 12], [5, 24]);
  it.each([1, 2])('one bin is first in, first out, bit for bit, on %i cores', async (cores) => {
    const [one, fifo] = await Promise.all(
      (['qllf', 'fifo'] as const).map((order) => run(scenarioOf(tasks, cores, 480, { order, bins: 1 }))),
    );
    expect(one!.manifest.fingerprint).toBe(fifo!.manifest.fingerprint);
    expect(one!.manifest.events).toBe(fifo!.manifest.events);
    expect(one!.vms).toEqual(fifo!.vms);
  });
  // where nobody's slack is below zero: qllf takes all that is for none
  it.each([
    [1, set([1, 4], [2, 6], [3, 12])],
    [2, set([2, 20], [2, 20], [20, 21])],
    [2, set([3, 6], [2, 8], [3, 12], [5, 24])],
  ])('a bin for each unit of slack is least slack, on %i cores', async (cores, feasible) => {
    const options = { range: 24, bins: 24 };
    const [many, llf] = await Promise.all(
      (['qllf', 'llf'] as const).map((order) => run(scenarioOf(feasible, cores, 480, { ...options, order }))),
    );
    expect(llf!.vms[0]!.deadlines!.missed).toBe(0);
    expect(many!.vms).toEqual(llf!.vms);
    expect(many!.manifest.fingerprint).toBe(llf!.manifest.fingerprint);
  });
});

describe('E6: EDF stays feasible while decisions take no more than is left', () => {
  // (1 - U) / sum(1 / T) = 0.6 / (1 / 6) = 3.6
  const tasks = set([2, 10], [3, 15]);
  it.each([
    [0, true],
    [3.5, true],
    [3.6, true],
    [3.601, false],
    [4, false],
  ])('a decision of %d: feasible %s', async (cost, feasible) => {
    const { missed } = await outcome(tasks, 1, 600, { order: 'edf', cost });
    expect(missed === 0).toBe(feasible);
  });
});

describe('random sets: the program and the naive simulator count alike', () => {
  const kinds = ['fifo', 'edf', 'dm', 'llf', 'qllf'] as const;
  it.each(kinds)('%s', async (order) => {
    let state = 11 + kinds.indexOf(order);
    const draw = (n: number): number => (state = (state * 48271) % 2147483647) % n;
    for (let i = 0; i < 40; i++) {
      const tasks = Array.from({ length: 1 + draw(5) }, () => {
        const period = 2 + draw(14);
        const service = 1 + draw(period);
        return { period, service, deadline: service + draw(2 * period) };
      });
      const bins = 1 + draw(12);
      await both(tasks, 1 + draw(3), 200, { order, bins });
    }
  });
});
