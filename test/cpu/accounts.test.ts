// Each nanosecond of a core is in the account of what the core did in it, wherever a run, a warm-up or a look at the metrics cuts.

import { describe, expect, it } from 'vitest';
import { MECHANISM_KINDS, Simulation, type Result } from '../../src/index.js';
import { contended, VARIANTS } from '../support/contended.js';
import { accountsOf, ns, prepared, resultOf, vmOf, type Exact } from '../support/exact.js';

/** Two tasks of 5 us on one vCPU, each switched in in 10 us; then it searches. */
const switching: Exact = {
  host: { cores: 1 },
  mechanism: 'static',
  costs: { taskSwitch: '10us' },
  vms: [
    {
      name: 'a',
      arrivals: [
        [0, 5000],
        [0, 5000],
      ],
    },
  ],
};
// by 50 us: switch to 10000, task to 15000, switch to 25000, task to 30000, idle
const STEPS = [
  { until: 10_000, account: 'transition' },
  { until: 15_000, account: 'task' },
  { until: 25_000, account: 'transition' },
  { until: 30_000, account: 'task' },
  { until: Infinity, account: 'idlePoll' },
] as const;

/** What the table above says of (from, to]. */
function expectedOf(from: number, to: number): Record<string, number> {
  const sums: Record<string, number> = { task: 0, transition: 0, idlePoll: 0 };
  let begin = 0;
  for (const { until, account } of STEPS) {
    sums[account]! += Math.max(0, Math.min(until, to) - Math.max(begin, from));
    begin = until;
  }
  return sums;
}

describe('a warm-up and an end', () => {
  const instants = [
    1, 9_999, 10_000, 10_001, 14_999, 15_000, 15_001, 16_000, 24_999, 25_000, 25_001, 29_999, 30_000, 36_000,
  ];
  it.each(instants)('at %i ns, within a switch as elsewhere, cut what is booked there', async (at) => {
    for (const [from, to] of [
      [0, at],
      [at, at + 3_000],
      [at, at + 20_000],
    ] as const) {
      const result = await resultOf({ ...switching, warmup: `${from}ns`, duration: `${to - from}ns` });
      expect(accountsOf(vmOf(result, 'a'))).toMatchObject(expectedOf(from, to));
      expect(result.host.utilization).toBeCloseTo(expectedOf(from, to)['task']! / (to - from), 12);
    }
  });

  it('count spinning, stealing and each step of a move where they lie', async () => {
    // v0: 50 … 2050 in its section; v1 spins 150 … 2050, switches 2100, its section to 3100
    const spinning: Exact = {
      host: { cores: 2 },
      mechanism: 'static',
      vms: [
        {
          name: 'a',
          vcpus: { min: 2, max: 2 },
          lock: 'spin',
          arrivals: [
            [0, 2000],
            [100, 1000],
          ],
        },
      ],
    };
    const during = async (from: number, to: number): Promise<Record<string, number>> => {
      const a = vmOf(await resultOf({ ...spinning, warmup: `${from}ns`, duration: `${to - from}ns` }), 'a');
      return { ...accountsOf(a), spin: ns(a.locks!.spinSeconds) };
    };
    expect(await during(120, 1000)).toMatchObject({ task: 880, transition: 30, idlePoll: 850, spin: 850 });
    expect(await during(1000, 2080)).toMatchObject({ task: 1050, transition: 30, idlePoll: 1080, spin: 1050 });
    expect(await during(2080, 3000)).toMatchObject({ task: 900, transition: 20, idlePoll: 920, spin: 0 });

    // an idle core under hyperflux: decided in the round at 10000 (read 155, issued 100): wake to 13255, dispatch to 15255, switch
    // to 15305, task to 16305, search to 18305, yield to 20305
    const moving: Exact = {
      host: { cores: 2 },
      mechanism: 'hyperflux',
      vms: [{ name: 'a', vcpus: { min: 0, max: 1 }, arrivals: [[0, 1000]] }],
    };
    const moved = async (from: number, to: number): Promise<Record<string, number>> => {
      const result = await resultOf({ ...moving, warmup: `${from}ns`, duration: `${to - from}ns` });
      return { ...accountsOf(vmOf(result, 'a')), idleCore: ns(result.host.idleCoreSeconds) };
    };
    const end = (await moved(0, 40_000))['task'];
    expect(end).toBe(1000);
    for (const cut of [9_000, 10_100, 12_000, 14_000, 15_260, 15_310, 16_000, 17_000, 19_000, 30_000]) {
      const [before, after, whole] = [await moved(0, cut), await moved(cut, 40_000), await moved(0, 40_000)];
      const both = Object.fromEntries(
        Object.keys(whole).map((account) => [account, before[account]! + after[account]!]),
      );
      expect(both).toEqual(whole);
    }
  });
});

describe('looks at the metrics, at any instants', () => {
  const total = (result: Result): Record<string, number> => ({
    idle: ns(result.host.idleCoreSeconds),
    ...Object.fromEntries(
      result.vms.flatMap((vm) =>
        Object.entries(accountsOf(vm)).map(([account, sum]) => [`${vm.name}.${account}`, sum]),
      ),
    ),
  });
  const kinds = MECHANISM_KINDS.filter((kind) => kind !== 'nsdi22');

  it.each(kinds)('find accounts under %s that only grow, by as much time as passed, and change none', async (kind) => {
    for (const variant of VARIANTS) {
      // switches as long as many a task, so that most looks fall into one
      const costs = variant === 'costs-none' ? 'none' : { taskSwitch: '3us' };
      const scenario = { ...contended(kind, variant), costs, warmup: '0us', duration: '200us' } as const;
      const simulation = await Simulation.create(scenario);
      let before: Record<string, number> | undefined;
      let cores = 0;
      for (let at = 101; at <= 200_000; at += 9_973) {
        await simulation.runUntil(at);
        const now = total(simulation.metrics());
        const sum = Object.values(now).reduce((a, b) => a + b, 0);
        cores ||= sum / at;
        expect(sum).toBe(cores * at);
        if (before !== undefined) {
          for (const [account, value] of Object.entries(now)) {
            const grown = value - before[account]!;
            expect(grown, `${variant} ${account} at ${at}`).toBeGreaterThanOrEqual(0);
            expect(grown).toBeLessThanOrEqual(cores * 9_973);
          }
        }
        before = now;
      }
      await simulation.run();
      const undisturbed = await Simulation.create(scenario);
      await undisturbed.run();
      expect(total(simulation.metrics())).toEqual(total(undisturbed.metrics()));
      simulation.close();
      undisturbed.close();
    }
  });

  it('change nothing', async () => {
    const looked = await prepared(switching);
    for (let at = 500; at < 200_000; at += 1_700) {
      await looked.runUntil(at);
      expect(accountsOf(vmOf(looked.metrics(), 'a'))).toMatchObject(expectedOf(0, at));
    }
    await looked.run();
    expect(looked.metrics().vms).toEqual((await resultOf(switching)).vms);
    looked.close();
  });
});
