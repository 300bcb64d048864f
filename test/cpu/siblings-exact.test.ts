// Hardware threads to the nanosecond, by hand: who slows whom while it runs, switches or spins (docs/model/speeds.md), and which
// idle thread a VM gets. Two threads share a core, at half the speed each where both work.

import { describe, expect, it } from 'vitest';
import { prepared, resultOf, vmOf, type Exact, type ExactVm } from '../support/exact.js';

const SHARED = { cores: 2, smt: 2, smtFactor: 0.5 } as const;

describe('a thread that spins for a lock', () => {
  // both come at 1000: v0 holds from 1050 on, v1 spins for it, then runs 3000 by itself
  const spinning = (smtSpin: boolean): Exact => ({
    host: { ...SHARED, smtSpin },
    mechanism: 'static',
    vms: [
      {
        name: 'a',
        vcpus: { min: 2, max: 2 },
        lock: 'spin',
        arrivals: [
          [1000, 4000],
          [1000, 3000],
        ],
      },
    ],
  });

  it('slows the holder beside it', async () => {
    // 4000 at half the speed from 1050: 9050; v1 9100 … 12100 beside a thread that searches
    const a = vmOf(await resultOf(spinning(true)), 'a');
    expect(a.latencyNs).toMatchObject({ min: 8050, max: 11_100 });
    expect(a.locks!.longestWaitNs).toBe(8000);
  });

  it('does not where its loop is said to be made of pauses', async () => {
    const a = vmOf(await resultOf(spinning(false)), 'a');
    expect(a.latencyNs).toMatchObject({ min: 4050, max: 7100 });
    expect(a.locks!.longestWaitNs).toBe(4000);
  });
});

describe('a thread that switches tasks', () => {
  const vm = (name: string, arrivals: ExactVm['arrivals']): ExactVm => ({ name, arrivals });
  const switching = (smtSwitch: boolean): Exact => ({
    host: { ...SHARED, smtSwitch },
    mechanism: 'static',
    costs: { taskSwitch: '1us' },
    vms: [
      vm('a', [[0, 10_000]]),
      vm('b', [
        [2000, 1000],
        [2100, 1000],
      ]),
    ],
  });

  it('slows its sibling, from the first of its tasks to the last', async () => {
    // a from 1000 at full speed, from 2000 at half: 1000 + 3000 done at 8000, and 6000 more by itself
    // b: switch to 3000, 1000 at half the speed to 5000, switch to 6000, to 8000
    const result = await resultOf(switching(true));
    expect(vmOf(result, 'a').latencyNs.max).toBe(14_000);
    expect(vmOf(result, 'b').latencyNs).toMatchObject({ min: 3000, max: 8000 - 2100 });
  });

  it('does not where that is said to be no work', async () => {
    // a at full speed also 2000 … 3000 and 5000 … 6000: 5000 done at 8000
    const result = await resultOf(switching(false));
    expect(vmOf(result, 'a').latencyNs.max).toBe(13_000);
    expect(vmOf(result, 'b').latencyNs).toMatchObject({ min: 3000, max: 8000 - 2100 });
  });
});

describe('an idle thread', () => {
  /** The cores that VMs are granted after 100 us, one after the other. */
  const coresOf = async (exact: Exact): Promise<string[]> => {
    const simulation = await prepared({ ...exact, log: { from: '100us', until: '1ms' } });
    await simulation.run();
    const { events } = simulation.eventLog()!;
    simulation.close();
    const cores = events.filter(({ entity }) => entity.startsWith('core ')).map(({ entity }) => entity);
    return cores.filter((core, i) => core !== cores[i - 1]);
  };
  const visitor = (name: string, arrivals: ExactVm['arrivals']): ExactVm => ({
    name,
    vcpus: { min: 0, max: 1 },
    arrivals,
  });

  it.each([1, 2])('is one that the VM had before (smt %i), of those whose siblings are idle too', async (smt) => {
    // a and b each get a core, the first two there are, or the first of each pair; b gives its own back last
    const exact: Exact = {
      host: { cores: 6, smt },
      mechanism: 'hyperflux',
      vms: [
        visitor('a', [
          [0, 1000],
          [120_000, 1000],
        ]),
        visitor('b', [[0, 3000]]),
      ],
    };
    expect(await coresOf(exact)).toEqual(['core 0']);
    // a third one gets the newest
    const third = [
      ...exact.vms.map((vm) => ({ ...vm, arrivals: vm.arrivals.slice(0, 1) })),
      visitor('c', [[120_000, 1]]),
    ];
    expect(await coresOf({ ...exact, vms: third })).toEqual([`core ${smt}`]);
  });

  it('taken from below leaves the others in the order in which they became idle', async () => {
    // a, b, c give 0, 1, 2 back in this order; a comes again and keeps its core; of the others 2 is the newest
    const exact: Exact = {
      host: { cores: 6 },
      mechanism: 'hyperflux',
      vms: [
        visitor('a', [
          [0, 1000],
          [120_000, 200_000],
        ]),
        visitor('b', [[0, 3000]]),
        visitor('c', [[0, 5000]]),
        visitor('d', [[140_001, 1000]]),
      ],
    };
    expect(await coresOf(exact)).toEqual(['core 0', 'core 2']);
  });
});

describe('what another core has in its caches', () => {
  it('is where a task last ran, whoever queues it meanwhile', async () => {
    // both want the lock at their first instruction: t0 50 … 1050 on v0; t1 blocks at 150 on v1 and goes on on v0, 1050 … 1190
    const result = await resultOf({
      host: { cores: 2 },
      mechanism: 'static',
      costs: { moveTask: '90ns' },
      vms: [
        {
          name: 'a',
          vcpus: { min: 2, max: 2 },
          lock: 'block',
          arrivals: [
            [0, 1000],
            [100, 1000],
          ],
        },
      ],
    });
    expect(vmOf(result, 'a').latencyNs).toMatchObject({ min: 1050, max: 1050 + 50 + 90 + 1000 - 100 });
  });
});
