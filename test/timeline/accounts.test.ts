// What the slices of a timeline add up to: the accounts that the core keeps by itself.

import { expect, it } from 'vitest';
import { MECHANISM_KINDS, Simulation, type Result } from '../../src/index.js';
import { contended, VARIANTS } from '../support/contended.js';
import { accountsOf, ns } from '../support/exact.js';
import { sums, traced, type Trace } from './trace.js';

const WARMUP = 1e6;

async function recorded(input: Parameters<typeof Simulation.create>[0]): Promise<{ trace: Trace; result: Result }> {
  const simulation = await Simulation.create(input);
  const { trace } = await traced(simulation, { fromNs: WARMUP });
  const result = simulation.metrics();
  simulation.close();
  return { trace, result };
}

const ACCOUNTS = ['task', 'steal', 'idlePoll', 'transition'] as const;

for (const kind of MECHANISM_KINDS.filter((one) => one !== 'nsdi22')) {
  it(`adds up to every VM's accounts under ${kind}, whatever else is on`, async () => {
    for (const variant of VARIANTS) {
      const { trace, result } = await recorded({ ...contended(kind, variant), duration: '3ms' });
      for (const vm of result.vms) {
        const ofVm = trace.slices.filter(({ track }) => track.startsWith(`${vm.name}/vCPU`));
        const found = sums(ofVm, ({ category }) => category);
        const expected = accountsOf(vm);
        for (const account of ACCOUNTS) {
          expect([variant, vm.name, account, found[account] ?? 0]).toEqual([
            variant,
            vm.name,
            account,
            expected[account],
          ]);
        }
        const throttled = sums(
          trace.slices.filter(({ track }) => track === `${vm.name}/throttled`),
          () => 'all',
        );
        expect([variant, throttled['all'] ?? 0]).toEqual([variant, ns(vm.throttledSeconds)]);
      }
      // the same time again, on the cores: what a vCPU does is nested in its stay there
      const inner = trace.slices.filter(({ track, depth }) => /^cores\/core \d+$/.test(track) && depth === 1);
      const all = Object.values(sums(inner, () => 'all'))[0] ?? 0;
      const held = result.vms.reduce((sum, vm) => sum + ACCOUNTS.reduce((of, one) => of + accountsOf(vm)[one]!, 0), 0);
      expect(all).toBe(held);
    }
  });
}

/** The rules by which that simulator moves cores, and what it does with arrivals where nobody steals. */
const NSDI22 = [
  ...(['none', 'delay-range', 'buffer-cores', 'utilization-range', 'ideal', 'head-age'] as const).map(
    (reallocation) => ({
      knobs: { reallocation },
      vm: {},
    }),
  ),
  { knobs: { reallocation: 'ideal', everyStep: true, allocation: '0ns' }, vm: {} },
  { knobs: { reallocation: 'none', twoChoices: true }, vm: { stealing: 'none' } },
] as const;

it.each(NSDI22)('adds up under nsdi22 with %o, tasks too', async ({ knobs, vm }) => {
  const { trace, result } = await recorded({
    version: 1,
    seed: 7,
    warmup: '1ms',
    duration: '3ms',
    host: { cores: 8 },
    mechanism: { kind: 'nsdi22', ...knobs },
    vms: [
      {
        name: 'app',
        vcpus: { min: 8, max: 8 },
        ...vm,
        workload: {
          arrivals: { process: 'poisson', rate: 2e6 },
          request: { stages: [{ tasks: 1, service: { dist: 'uniform', min: '1us', max: '3us' } }] },
        },
      },
    ],
  });
  const [app] = result.vms;
  const slices = trace.slices.filter(({ track }) => track.startsWith('app/vCPU'));
  const found = sums(slices, ({ category }) => category);
  const expected = accountsOf(app!);
  expect(ACCOUNTS.map((account) => found[account] ?? 0)).toEqual(ACCOUNTS.map((account) => expected[account]));
  expect(expected['task']).toBeGreaterThan(1e6);
  const ended = slices.filter(({ category, values }) => category === 'task' && values['ends'] === 'done');
  expect(ended.length).toBe(app!.completed);
  // the same time again, on the cores
  const inner = trace.slices.filter(({ track, depth }) => /^cores\/core \d+$/.test(track) && depth === 1);
  expect(sums(inner, () => 'all')['all']).toBe(ACCOUNTS.reduce((sum, account) => sum + expected[account]!, 0));
});
