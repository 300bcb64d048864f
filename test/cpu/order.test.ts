// What happens first within one nanosecond (docs/model/order.md), by hand: two things meet in an instant, and the figures tell which
// came first. Each case is run with its arrivals handed in all at once, the VMs the other way round, and one by one just before
// they are due: which event happened to be scheduled first must not tell.

import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/index.js';
import { prepared, resultOf, vmOf, type Exact, type ExactVm } from '../support/exact.js';

interface Meeting {
  readonly name: string;
  readonly exact: Exact;
  /** By VM and path. */
  readonly expected: Readonly<Record<string, number>>;
}

const latency = (name: string, ...figures: readonly [min: number, max?: number]): Record<string, number> => ({
  [`${name}.latencyNs.min`]: figures[0],
  [`${name}.latencyNs.max`]: figures[1] ?? figures[0],
});

const front = (arrivals: ExactVm['arrivals'], over: Partial<ExactVm> = {}): ExactVm => ({
  name: 'a',
  class: 'latency-critical',
  vcpus: { min: 0, max: 1 },
  arrivals,
  ...over,
});
const back = (arrivals: ExactVm['arrivals'], over: Partial<ExactVm> = {}): ExactVm => ({
  name: 'b',
  class: 'best-effort',
  vcpus: { min: 0, max: 1 },
  arrivals,
  ...over,
});

const MEETINGS: readonly Meeting[] = [
  {
    name: 'a task that ends as a more important one arrives is done and not preempted',
    // b 0 … 1000, a 1000 … 6000
    exact: { host: { cores: 1 }, mechanism: 'ideal', vms: [front([[1000, 5000]]), back([[0, 1000]])] },
    expected: { ...latency('a', 5000), ...latency('b', 1000), 'b.preemptions': 0, 'b.revocations': 0 },
  },
  {
    name: 'who arrives as another leaves a full VM is let in',
    // 50 … 1000, 1050 … 2000, 2050 … 3000
    exact: {
      host: { cores: 2 },
      mechanism: 'static',
      vms: [
        front(
          [0, 1000, 2000].map((at) => [at, 950] as const),
          { vcpus: { min: 1, max: 1 }, queueLimit: 0 },
        ),
      ],
    },
    expected: { ...latency('a', 1000), 'a.completed': 3, 'a.dropped': 0 },
  },
  {
    name: 'who arrives as a search is given up is still found',
    // searches from 0, gives up at 2000: 2050 … 3050; the search after that ends at 5050, where the next arrives: 5100 … 6100
    exact: {
      host: { cores: 3 },
      mechanism: 'hyperflux',
      vms: [
        front(
          [2000, 5050].map((at) => [at, 1000] as const),
          { vcpus: { min: 1, max: 1 } },
        ),
      ],
    },
    expected: { ...latency('a', 1050), 'a.grants': 0, 'a.yields': 1 },
  },
  {
    name: 'a task whose quantum ends as another arrives stands in front of it',
    // t0 50 … 2050, t1 2100 … 3100, t0 3150 … 5150, t2 5200 … 6200, t0 6250 … 7250
    exact: {
      host: { cores: 2 },
      mechanism: 'static',
      vms: [
        front(
          [
            [0, 5000],
            [100, 1000],
            [2050, 1000],
          ],
          { vcpus: { min: 1, max: 1 }, quantum: '2us' },
        ),
      ],
    },
    expected: { ...latency('a', 3000, 7250), 'a.latencyNs.mean': (7250 + 3000 + 4150) / 3 },
  },
  {
    name: 'a task that ends with its quantum is done, whoever waits',
    // t0 50 … 2050, t1 2100 … 3100
    exact: {
      host: { cores: 2 },
      mechanism: 'static',
      vms: [
        front(
          [
            [0, 2000],
            [2050, 1000],
          ],
          { vcpus: { min: 1, max: 1 }, quantum: '2us' },
        ),
      ],
    },
    expected: latency('a', 1050, 2050),
  },
  {
    name: 'a notice in the nanosecond of a completion finds the task done, and the next one not yet begun',
    // b: the round at 10000 grants, 10210 + 5000 + 50 = 15260 … 21210; a is granted at 20000: notice 20210 + 1000. The next task
    // of b has been switched to for no time: preempt, suspend, deschedule, wake, dispatch 12000, switch 50: a 33260 … 36260
    exact: {
      host: { cores: 2 },
      mechanism: 'hyperflux',
      vms: [
        front([[12_345, 3000]]),
        back([
          [0, 5950],
          [0, 40_000],
        ]),
      ],
    },
    expected: { ...latency('a', 36_260 - 12_345), 'b.latencyNs.min': 21_210, 'b.preemptions': 1 },
  },
  {
    name: 'a notice in the nanosecond in which a section and its task end parks at once',
    // as above, with a section of 5950: told at 21210, nothing is left to be saved; suspend … dispatch 10000: a 31260 … 34260
    exact: {
      host: { cores: 2 },
      mechanism: { kind: 'hyperflux', finishSection: true },
      vms: [front([[12_345, 3000]]), back([[0, 5950]], { lock: 'block' })],
    },
    expected: { ...latency('a', 34_260 - 12_345), ...latency('b', 21_210), 'b.preemptions': 0 },
  },
  {
    name: 'a lock is free in the nanosecond in which it is left, for who was switched in earlier or later',
    // v0 1050 … 5050; v1 wants the lock at 5050, its switch begun at 5000
    exact: {
      host: { cores: 3 },
      mechanism: 'static',
      vms: [
        front(
          [
            [1000, 4000],
            [5000, 3000],
          ],
          { vcpus: { min: 2, max: 2 }, lock: 'block' },
        ),
      ],
    },
    expected: { ...latency('a', 3050, 4050), 'a.locks.waits': 0 },
  },
  {
    name: 'a request that a closed gap brings in the nanosecond of a completion finds its vCPU searching',
    // both tasks on the one vCPU with nobody in front of them
    exact: {
      host: { cores: 2 },
      mechanism: 'static',
      vms: [
        front(
          [
            [0, 1000],
            [1050, 1000],
          ],
          { vcpus: { min: 1, max: 1 } },
        ),
      ],
    },
    expected: { ...latency('a', 1050), 'a.queueDelayNs.max': 50 },
  },
];

function figure(result: Result, path: string): unknown {
  const [name = '', ...rest] = path.split('.');
  return rest.reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], vmOf(result, name));
}

async function oneByOne(exact: Exact): Promise<Result> {
  const simulation = await prepared({ ...exact, vms: exact.vms.map((vm) => ({ ...vm, arrivals: [] })) });
  const arrivals = exact.vms.flatMap((vm) =>
    vm.arrivals.map(([atNs, serviceNs]) => ({ vm: vm.name, atNs, serviceNs })),
  );
  for (const { vm, ...arrival } of arrivals.sort((x, y) => x.atNs - y.atNs)) {
    if (arrival.atNs > 0) await simulation.runUntil(arrival.atNs - 1);
    simulation.inject({ vm, arrivals: [arrival] });
  }
  await simulation.run();
  const result = simulation.metrics();
  simulation.close();
  return result;
}

describe.each(MEETINGS)('$name', ({ exact, expected }) => {
  const figures = (result: Result): Record<string, unknown> =>
    Object.fromEntries(Object.keys(expected).map((path) => [path, figure(result, path)]));

  it('handed in at once', async () => expect(figures(await resultOf(exact))).toEqual(expected));
  it('the VMs the other way round', async () =>
    expect(figures(await resultOf(exact, exact.vms.toReversed()))).toEqual(expected));
  it('one by one', async () => expect(figures(await oneByOne(exact))).toEqual(expected));
});
