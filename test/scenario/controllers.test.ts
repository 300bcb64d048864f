// The fields of memory bandwidth and of caladan's controllers: what is refused, resolved, written back and warned of.

import { describe, expect, it } from 'vitest';
import { resolveScenario, type InputError, type ScenarioInput } from '../../src/index.js';
import { warningsOf } from '../../src/scenario/warnings.js';
import { writtenForm } from '../../src/scenario/written.js';
import { saturating } from '../support/scenarios.js';

const caladan = (knobs: Readonly<Record<string, string | number>>): ScenarioInput['mechanism'] => ({
  kind: 'caladan',
  ...knobs,
});

describe('in the scenario', () => {
  const named = (fields: object, mechanism: ScenarioInput['mechanism'] = 'caladan'): ScenarioInput => ({
    version: 1,
    duration: '1ms',
    host: { cores: 5, ...('host' in fields ? (fields.host as object) : {}) },
    mechanism,
    vms: [saturating('batch', 1, { min: 0, max: 1 }, 'vm' in fields ? (fields.vm as object) : {})],
  });
  const refusal = (input: ScenarioInput): string[] => {
    try {
      resolveScenario(input);
      return [];
    } catch (error) {
      return (error as InputError).problems.map(
        ({ path, given, expected }) => `${path}: given ${given}, expected ${expected}`,
      );
    }
  };

  it('a wrong quantity is one line', () => {
    const size = (least: string, most: string) => `the bytes of a second as a size ${least} to ${most}, such as 25GB`;
    expect(refusal(named({ vm: { bandwidthPerVcpu: 5 } }))).toEqual([
      `vms.0.bandwidthPerVcpu: given 5, expected ${size('from 0B', '100GB')}`,
    ]);
    expect(refusal(named({ vm: { bandwidthPerVcpu: '200GB' } }))).toEqual([
      `vms.0.bandwidthPerVcpu: given "200GB", expected ${size('from 0B', '100GB')}`,
    ]);
    expect(refusal(named({ host: { memoryBandwidth: '0B' } }))).toEqual([
      `host.memoryBandwidth: given "0B", expected ${size('above 0B', '100TB')}`,
    ]);
    expect(refusal(named({}, caladan({ bandwidthLimit: 25, htPunish: 5 })))).toEqual([
      'mechanism.htPunish: given 5, expected a duration with a unit (ns, us, ms, s, m or h), such as 10us',
      `mechanism.bandwidthLimit: given 25, expected ${size('from 0B', '100TB')}`,
    ]);
  });

  it('resolves, is written back, and hashes as before where nobody asked', () => {
    expect(Object.keys(resolveScenario(named({})).mechanism)).not.toContain('bandwidthLimitBytesPerSecond');
    const asked = resolveScenario(
      named(
        { host: { memoryBandwidth: '30GB' }, vm: { bandwidthPerVcpu: '1.5GB' } },
        caladan({ bandwidthLimit: '20GB', htPunish: '15us' }),
      ),
    );
    expect(asked.mechanism).toMatchObject({ bandwidthLimitBytesPerSecond: 20e9, htPunishNs: 15_000 });
    expect(asked.host.memoryBandwidthBytesPerSecond).toBe(30e9);
    expect(asked.vms[0]!.bandwidthPerVcpuBytesPerSecond).toBe(1.5e9);
    expect(resolveScenario(writtenForm(asked) as unknown as ScenarioInput)).toEqual(asked);
  });

  it('warns of what can do nothing', () => {
    const warnings = (fields: object, mechanism: ScenarioInput['mechanism'] = 'caladan') =>
      warningsOf(resolveScenario(named(fields, mechanism)));
    expect(warnings({})).toEqual([]);
    expect(warnings({ host: { memoryBandwidth: '30GB' } }, caladan({ bandwidthLimit: '20GB' }))).toEqual([
      'host.memoryBandwidth: no VM declares bandwidthPerVcpu, so no part of the run depends on it',
      'mechanism.bandwidthLimit: no VM declares bandwidthPerVcpu, so no part of the run depends on it',
    ]);
    expect(warnings({ vm: { bandwidthPerVcpu: '1GB' } }, 'hyperflux')).toEqual([
      'vms.0.bandwidthPerVcpu: host.memoryBandwidth has no limit and hyperflux does not look at it: no part of the run depends on it',
    ]);
    expect(warnings({ vm: { bandwidthPerVcpu: '1GB' } })).toEqual([]);
  });
});
