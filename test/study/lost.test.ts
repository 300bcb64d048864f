// A search's candidate may end as soon as an SLO is lost. What it then says must be what the whole run says, and it must
// have spared events, or it would be of no use.

import { beforeAll, describe, expect, it } from 'vitest';
import { type ScenarioInput, Simulation, compileCore, resolveScenario } from '../../src/index.js';
import { mostRequests } from '../../src/study/study.js';

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await compileCore();
});

type Group = ScenarioInput['vms'][number];

const api = (rate: number, more: Partial<Group> = {}): Group => ({
  name: 'api',
  class: 'latency-critical',
  vcpus: { min: 0, max: 16 },
  slo: { quantile: 0.95, latency: '60us' },
  workload: {
    arrivals: { process: 'poisson', rate },
    request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
  },
  ...more,
});

const scenario = (cores: number, vms: Group[], seed = 1): ScenarioInput => ({
  version: 1,
  seed,
  duration: '60ms',
  warmup: '2ms',
  host: { cores },
  mechanism: 'hyperflux',
  vms,
});

async function both(input: ScenarioInput, most: ReadonlyMap<string, number>) {
  const whole = await Simulation.create(input, { module });
  await whole.run();
  const early = await Simulation.create(input, { module });
  await early.run({ endWhenLost: most });
  return { whole: whole.metrics(), early: early.metrics(), spared: whole.events - early.events };
}

const verdicts = (result: { vms: { slo: { attained: boolean | null } | null }[] }) =>
  result.vms.every(({ slo }) => slo === null || slo.attained !== false);

async function requestsOf(input: ScenarioInput): Promise<ReadonlyMap<string, number>> {
  const run = await Simulation.create(input, { module });
  await run.run();
  return mostRequests(resolveScenario(input), run.metrics());
}

describe('a run that ends when an SLO is lost', () => {
  const kinds: [string, Group[]][] = [
    ['one VM', [api(600_000)]],
    ['a short queue', [api(600_000, { queueLimit: 8 })]],
    ['a group that shares its distribution', [api(60_000, { count: 10, vcpus: { min: 0, max: 4 } })]],
  ];
  it.each(kinds)('says what the whole run says: %s', async (_, vms) => {
    let lost = 0;
    let kept = 0;
    const share = vms[0]!.count === undefined ? {} : { histogram: { share: 'group' as const } };
    for (let seed = 1; seed <= 3; seed++) {
      const most = await requestsOf({ ...scenario(12, vms, seed), ...share });
      expect([...most.values()].every((count) => count > 1000)).toBe(true);
      for (let cores = 3; cores <= 12; cores++) {
        const { whole, early, spared } = await both({ ...scenario(cores, vms, seed), ...share }, most);
        expect(verdicts(early), `${cores} cores, seed ${seed}`).toBe(verdicts(whole));
        if (spared > 0) {
          expect(verdicts(whole)).toBe(false);
          expect(early.incomplete).toBe(true);
          lost += 1;
        } else kept += 1;
      }
    }
    expect(lost).toBeGreaterThan(2);
    expect(kept).toBeGreaterThan(2);
  });

  it('spares most of a hopeless run', async () => {
    const most = await requestsOf(scenario(12, [api(600_000)]));
    const { whole, early } = await both(scenario(3, [api(600_000)]), most);
    expect(early.manifest.events).toBeLessThan(whole.manifest.events * 0.4);
  });

  it('goes on where nobody says how many requests can come, and where arrivals follow completions', async () => {
    const { spared } = await both(scenario(3, [api(600_000)]), new Map());
    expect(spared).toBe(0);
    const closed = api(1, {
      workload: {
        ...api(1).workload!,
        arrivals: { process: 'closed', clients: 40, think: { dist: 'constant', value: '10us' } },
      },
    });
    expect(await requestsOf(scenario(3, [closed]))).toEqual(new Map());
  });
});
