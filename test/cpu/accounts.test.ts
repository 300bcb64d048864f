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
  });

  type Stretch = readonly [until: number, account: string];
  /** What each core does until when, as `vm.account`, or `idle`. */
  interface Timed {
    readonly name: string;
    readonly exact: Exact;
    readonly cores: readonly (readonly Stretch[])[];
  }
  const visitor = { class: 'latency-critical', vcpus: { min: 0, max: 1 } } as const;
  const TIMED: readonly Timed[] = [
    {
      name: 'a look and a steal',
      exact: {
        host: { cores: 2 },
        mechanism: 'static',
        vms: [
          {
            name: 'a',
            vcpus: { min: 2, max: 2 },
            stealing: { amount: 'half', victim: 'round-robin' },
            arrivals: [
              [0, 10_000],
              [0, 500],
              [0, 1000],
            ],
          },
        ],
      },
      cores: [
        [
          [50, 'a.transition'],
          [10_050, 'a.task'],
        ],
        [
          [50, 'a.transition'],
          [550, 'a.task'],
          [670, 'a.idlePoll'],
          [790, 'a.steal'],
          [840, 'a.transition'],
          [1840, 'a.task'],
          [5000, 'a.idlePoll'],
        ],
      ],
    },
    {
      // decided in the round at 10000: reading takes 55, issuing 100
      name: 'a move from an idle core, and a yield',
      exact: { host: { cores: 2 }, mechanism: 'hyperflux', vms: [{ ...visitor, name: 'a', arrivals: [[0, 1000]] }] },
      cores: [
        [
          [10_000, 'idle'],
          [15_205, 'a.transition'],
          [16_205, 'a.task'],
          [18_205, 'a.idlePoll'],
          [20_205, 'a.transition'],
          [30_000, 'idle'],
        ],
      ],
    },
    {
      // b is granted in the round at 10000 and told at 21210 that a takes its core
      name: 'a move from a running task, step by step',
      exact: {
        host: { cores: 2 },
        mechanism: 'hyperflux',
        vms: [
          { ...visitor, name: 'a', arrivals: [[12_345, 3000]] },
          { name: 'b', class: 'best-effort', vcpus: { min: 0, max: 1 }, arrivals: [[0, 50_000]] },
        ],
      },
      cores: [
        [
          [10_000, 'idle'],
          [15_260, 'b.transition'],
          [21_210, 'b.task'],
          [23_210, 'b.transition'], // preempt
          [25_210, 'b.transition'], // suspend
          [28_210, 'b.transition'], // deschedule
          [33_260, 'a.transition'], // wake, dispatch, switch
          [36_260, 'a.task'],
          [38_260, 'a.idlePoll'],
          [40_260, 'a.transition'],
        ],
      ],
    },
  ];

  describe.each(TIMED)('$name', ({ exact, cores }) => {
    const ends = [...new Set(cores.flat().map(([until]) => until))].sort((x, y) => x - y);
    const last = Math.min(...cores.map((stretches) => stretches.at(-1)![0]));
    const cuts = ends.flatMap((end) => [end - 7, end, end + 7]).filter((cut) => cut <= last);
    const between = (from: number, to: number): Record<string, number> => {
      const sums: Record<string, number> = {};
      for (const stretches of cores) {
        let begin = 0;
        for (const [until, account] of stretches) {
          sums[account] = (sums[account] ?? 0) + Math.max(0, Math.min(until, to) - Math.max(begin, from));
          begin = until;
        }
      }
      return sums;
    };
    it.each(cuts)('cut at %i ns', async (cut) => {
      for (const [from, to] of [
        [0, cut],
        [cut, last],
      ] as const) {
        if (from === to) continue;
        const result = await resultOf({ ...exact, warmup: `${from}ns`, duration: `${to - from}ns` });
        const given: Record<string, number> = { idle: ns(result.host.idleCoreSeconds) };
        for (const vm of result.vms) {
          for (const [account, sum] of Object.entries(accountsOf(vm))) given[`${vm.name}.${account}`] = sum;
        }
        expect(given).toMatchObject(between(from, to));
      }
    });
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
