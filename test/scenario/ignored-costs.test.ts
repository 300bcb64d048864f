// A cost that a mechanism does not have, or sets by a knob of its own, is warned about where a scenario gives one: and it is true that the
// run does not depend on it, while it does on every other.

import { describe, expect, it } from 'vitest';
import { MECHANISM_KINDS, Simulation, resolveScenario, type ScenarioInput } from '../../src/index.js';
import type { MechanismKind } from '../../src/mechanisms/types.js';
import { COST_NAMES, type CostName } from '../../src/mechanisms/costs.js';
import { warningsOf } from '../../src/scenario/warnings.js';

function scenario(kind: MechanismKind, costs: ScenarioInput['costs']): ScenarioInput {
  const request = { stages: [{ tasks: 2, service: { dist: 'exponential' as const, mean: '9us' } }] };
  const bursts = { process: 'onoff' as const, onRate: 3e5, offRate: 2e4, meanOn: '100us', meanOff: '200us' };
  return {
    version: 1,
    duration: '3ms',
    host: { cores: 8, sockets: 2 },
    mechanism:
      kind === 'hotplug'
        ? { kind, latency: '50us', unplugLatency: '50us', interval: '10us', idleBefore: '50us' }
        : kind === 'microvm'
          ? { kind, boot: '50us', restore: '20us', keepAlive: '50us', interval: '10us' }
          : kind === 'ditto'
            ? { kind, interval: '50us' }
            : kind === 'nsdi22'
              ? { kind, interval: '5us' }
              : kind,
    costs,
    vms: [
      { name: 'a', vcpus: { min: 2, max: 5 }, workload: { arrivals: bursts, request } },
      { name: 'b', class: 'best-effort', vcpus: { min: 1, max: 5 }, workload: { arrivals: bursts, request } },
    ],
  };
}

async function fingerprint(input: ScenarioInput): Promise<unknown> {
  const simulation = await Simulation.create(input);
  await simulation.run();
  const { vms, host, reallocation } = simulation.metrics();
  simulation.close();
  return { vms, host, reallocation };
}

const warned = (kind: MechanismKind, costs: ScenarioInput['costs']): string[] =>
  warningsOf(resolveScenario(scenario(kind, costs))).filter((text) => text.startsWith('costs.'));

describe('a cost that a mechanism ignores', () => {
  it.each(MECHANISM_KINDS)('is warned about, and changes nothing under %s', async (kind) => {
    const plain = await fingerprint(scenario(kind, {}));
    for (const name of COST_NAMES) {
      const costs = { [name]: '777ns' } as Record<CostName, string>;
      if (warned(kind, costs).length > 0) expect(await fingerprint(scenario(kind, costs)), name).toEqual(plain);
    }
  });

  it('is every one under ideal, and none where it is as usual or where all are none', () => {
    const all = Object.fromEntries(COST_NAMES.map((name) => [name, '777ns']));
    expect(warned('ideal', all)).toHaveLength(COST_NAMES.length);
    expect(warned('ideal', 'none')).toEqual([]);
    expect(warned('ideal', { notify: '1us' })).toEqual([]);
    expect(warned('hotplug', { notify: '2us', taskSwitch: '90ns' })).toEqual([
      'costs.notify: hotplug has no such cost, or one of its own: no part of the run depends on it',
    ]);
  });

  it('is none that counts', async () => {
    for (const [kind, name] of [
      ['hyperflux', 'notify'],
      ['hyperflux', 'yield'],
      ['blind', 'deschedule'],
      ['caladan', 'pollPerVm'],
      ['static', 'taskSwitch'],
      ['cgroup', 'minSearch'],
      ['hotplug', 'stealCheck'],
    ] as const) {
      expect(warned(kind, { [name]: '777ns' }), `${kind} ${name}`).toEqual([]);
      expect(await fingerprint(scenario(kind, { [name]: '777ns' })), `${kind} ${name}`).not.toEqual(
        await fingerprint(scenario(kind, {})),
      );
    }
    expect(warned('hyperflux', { migrateTask: '777ns' })).toEqual([
      'costs.migrateTask: hyperflux migrates no tasks: no part of the run depends on it',
    ]);
  });
});
