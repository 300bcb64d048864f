// From a resolved scenario back to a written one: nothing is lost on the way, and overrides of a running host name what they can
// and cannot change in the words of a file.

import * as fc from 'fast-check';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, it, expect } from 'vitest';
import { InputError, type Problem } from '../../src/input/errors.js';
import { loadScenario } from '../../src/scenario/load.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { resolveScenario } from '../../src/scenario/resolve.js';
import type { ScenarioInput } from '../../src/scenario/schema.js';
import type { Scenario } from '../../src/scenario/types.js';
import { writtenForm, changedScenario } from '../../src/scenario/written.js';
import { MECHANISM_KINDS } from '../../src/scenario/mechanisms.js';
import { contended } from '../support/contended.js';

const again = (scenario: Scenario): Scenario => resolveScenario(writtenForm(scenario) as unknown as ScenarioInput);

const EVERYTHING = `
version: 1
seed: 3
duration: 1.5ms
warmup: 250us
host: { cores: 8, sockets: 2, smt: 2, smtFactor: 0.6, memory: { size: 4GiB, workers: 3, backends: { lz4: { in: { dist: constant, value: 1.5us }, ratio: 3 }, ssd: { more: 7us } }, upgrades: [ { kind: hot-switch, at: 1ms } ] } }
mechanism: { kind: hyperflux, interval: 7us, mode: both }
costs: { steal: 333ns }
limits: { tasks: 5000 }
histogram: { precision: 0.01, memory: 32MiB }
fingerprint: false
series: { interval: 10us }
log: { from: 0ns, until: 1ms }
vms:
  - name: web
    count: 2
    vcpus: { min: 1, max: 4 }
    slo: { quantile: 0.99, latency: 200us }
    stealing: none
    quantum: 5us
    queueLimit: 40
    memory: { size: 1GiB, touches: 2.5, access: { pattern: scan, phase: 1ms } }
    workload:
      arrivals: { process: mmpp, states: [ { rate: 1e5, meanDwell: 1ms }, { rate: 0, meanDwell: 2ms } ] }
      request:
        lock: { probability: 0.1, hold: 2us }
        stages:
          - { tasks: { dist: uniform, min: 1, max: 6 }, service: { dist: lognormal, mean: 1.25us, cv: 2 } }
          - tasks: 2
            service:
              dist: mixture
              components:
                - { weight: 1, dist: bimodal, short: 0.5ns, long: 10us, longShare: 0.1 }
                - { weight: 2, dist: pareto, shape: 2.5, min: 300ns }
  - name: think
    vcpus: { min: 0, max: 2 }
    workload:
      arrivals: { process: closed, clients: 4, think: { dist: uniform, min: 0ns, max: 1.5us } }
      request: { stages: [ { tasks: 1, service: { dist: empirical, file: times.txt, scale: 1us } } ] }
  - name: replay
    vcpus: { min: 0, max: 2 }
    workload:
      arrivals: { process: trace, file: a.csv, format: csv, start: first, window: 3us, columns: { service: cost } }
  - name: waves
    class: best-effort
    vcpus: { min: 0, max: 2 }
    workload:
      arrivals: { process: onoff, onRate: 1e5, meanOn: 1ms, meanOff: 1ms, dwell: constant }
      request: { stages: [ { tasks: 1, service: { dist: weibull, shape: 0.7, mean: 2us } } ] }
  - { name: idle, vcpus: { min: 0, max: 2 } }
`;

describe('the written form', () => {
  it('resolves to the scenario it was made of, whatever is in it', () => {
    const { scenario } = parseScenario(EVERYTHING);
    expect(again(scenario)).toEqual(scenario);
  });

  it('does so for every mechanism and every example', async () => {
    for (const kind of MECHANISM_KINDS) {
      const scenario = resolveScenario(contended(kind, 'lock'));
      expect(again(scenario)).toEqual(scenario);
    }
    const folder = fileURLToPath(new URL('../../examples', import.meta.url));
    let count = 0;
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.yaml'))) {
      // Examples of other formats (a server of memory slices, say) are no scenarios.
      const loaded = await loadScenario(`${folder}/${name}`).catch((error: unknown) => {
        if (error instanceof InputError) return undefined;
        throw error;
      });
      if (loaded === undefined) continue;
      expect(again(loaded.scenario), name).toEqual(loaded.scenario);
      count++;
    }
    expect(count).toBeGreaterThanOrEqual(4);
  });
});

const problemsOf = (work: () => unknown): readonly Problem[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('overrides of a running host', () => {
  const { scenario } = parseScenario(EVERYTHING);
  const changed = (...set: string[]): Scenario => changedScenario(scenario, set, 'a.snapshot');

  it('leave the very same object where there are none', () => {
    expect(changed()).toBe(scenario);
  });

  it('change what they name, by number or by name, and nothing else', () => {
    const after = changed('mechanism=ideal', 'seed=9', 'duration=3ms', 'costs.steal=1us', 'vms.web.vcpus.min=2');
    const [web, ...others] = scenario.vms;
    expect(after).toEqual({
      ...scenario,
      mechanism: { kind: 'ideal' },
      seed: 9,
      durationNs: 3_000_000,
      costs: { ...scenario.costs, steal: 1_000 },
      vms: [{ ...web, vcpus: { min: 2, max: 4 } }, ...others],
    });
    expect(changed('mechanism.interval=1us').mechanism).toEqual({ ...scenario.mechanism, intervalNs: 1_000 });
  });

  it('keep every bit of what they do not name, even where no text of it would', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e12, noNaN: true }), (value) => {
        const [web, ...others] = scenario.vms;
        const stages = [{ tasks: 1, service: { dist: 'constant' as const, value } }];
        const odd = {
          ...scenario,
          vms: [{ ...web!, workload: { ...web!.workload!, request: { stages } } }, ...others],
        };
        expect(changedScenario(odd, ['seed=4'], 'a.snapshot')).toEqual({ ...odd, seed: 4 });
      }),
      { seed: 1 },
    );
  });

  it('name what is laid out already, in the words of a file, all at once', () => {
    expect(problemsOf(() => changed('warmup=1ms', 'host.cores=12', 'host.memory.size=8GiB', 'seed=5'))).toEqual([
      expect.objectContaining({ file: '--set warmup=1ms', path: 'warmup', given: '1ms' }),
      expect.objectContaining({ file: '--set host.cores=12', path: 'host.cores', given: '12' }),
      expect.objectContaining({ file: '--set host.memory.size=8GiB', path: 'host.memory.size', given: '8GiB' }),
    ]);
    const [problem] = problemsOf(() => changed('warmup=1ms'));
    expect(problem!.expected).toMatch(/^250us, as in the simulation that is forked/);
  });

  it('are held to the rules of a file', () => {
    const problems = problemsOf(() => changed('duration=5', 'mechanism=idael', 'vms.wob.quantum=1us', 'seed'));
    expect(problems.map(({ file }) => file)).toEqual([
      '--set vms.wob.quantum=1us',
      '--set seed',
      '--set duration=5',
      '--set mechanism=idael',
    ]);
    expect(problemsOf(() => changed('vms.web.vcpus.min=4'))[0]).toMatchObject({ file: 'a.snapshot', path: 'vms' });
  });
});
