// `victim`: whose core a VM gets where none is idle, decided by a policy of one's own.
import { describe, expect, it } from 'vitest';
import {
  BY_RULE,
  NOBODY,
  PolicyError,
  Simulation,
  type Policy,
  type Result,
  type ScenarioInput,
} from '../../src/index.js';

const batch = (name: string, priority: number) => ({
  name,
  class: 'best-effort' as const,
  priority,
  vcpus: { min: 1, max: 8 },
  workload: {
    arrivals: { process: 'saturate' as const, tasks: 16 },
    request: { stages: [{ tasks: 1, service: { dist: 'exponential' as const, mean: '200us' } }] },
  },
});

const scenario = (): ScenarioInput => ({
  version: 1,
  seed: 3,
  duration: '10ms',
  host: { cores: 17 },
  mechanism: { kind: 'hyperflux', signal: 'policy' },
  vms: [
    {
      name: 'api',
      vcpus: { min: 2, max: 12 },
      workload: {
        arrivals: { process: 'onoff', onRate: 6e5, offRate: 5e4, meanOn: '1ms', meanOff: '3ms' },
        request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
      },
    },
    batch('low', 1),
    batch('high', 2),
  ],
});

async function ran(victim: Policy['victim'], everyRound = false): Promise<Result> {
  const policy: Policy = victim === undefined ? {} : { victim };
  const simulation = await Simulation.create(scenario(), { policy, everyRound });
  await simulation.run();
  const result = simulation.metrics();
  simulation.close();
  return result;
}

const revocations = ({ vms }: Result): number[] => vms.map((vm) => vm.revocations);

describe('whose core a VM gets', () => {
  it('is what the rule says where the policy says so', async () => {
    const rule = await ran(undefined);
    expect((await ran(() => BY_RULE)).manifest.fingerprint).toBe(rule.manifest.fingerprint);
    const [, low, high] = revocations(rule);
    expect(low).toBeGreaterThan(high!); // the lower priority goes first
  });

  it('may be another that the VM may take from, and then is', async () => {
    const [, low, high] = revocations(await ran((view, vm) => (view.takeable(vm, 2) > 0 ? 2 : BY_RULE)));
    const [, lowByRule] = revocations(await ran(undefined));
    expect(high).toBeGreaterThan(low!);
    expect(low).toBeLessThan(lowByRule!);
  });

  it('is nobody’s where the policy says so, or where the VM may take none', async () => {
    const nobody = await ran(() => NOBODY);
    expect(revocations(nobody)).toEqual([0, 0, 0]);
    // best-effort VMs take nothing from api: asked for its core, they get none
    const refused = await ran((_view, vm) => (vm === 0 ? BY_RULE : 0));
    expect(revocations(refused)[0]).toBe(0);
    const told = new Set<string>();
    await ran((view, vm) => {
      told.add(
        `${view.vms} ${view.cores} ${view.guarantee(0)} ${view.vcpus(0)} ${view.latencyCritical(0)} ${view.latencyCritical(1)}`,
      );
      expect(view.takeable(vm, vm)).toBe(0);
      expect(view.priority(2)).toBe(2);
      return BY_RULE;
    });
    expect([...told]).toEqual(['3 16 2 12 1 0']);
  });

  it('asks in every round that could matter, so skipped rounds change nothing', async () => {
    const patient: Policy['victim'] = (view, vm) => (view.oldestDelayNs(vm) < 30_000 ? NOBODY : BY_RULE);
    const [few, all] = [await ran(patient), await ran(patient, true)];
    expect(few.vms).toEqual(all.vms);
    expect(few.vms).not.toEqual((await ran(undefined)).vms);
  });

  it('that is none ends the run', async () => {
    for (const wrong of [0, 3, -1])
      await expect(ran((_view, vm) => (wrong === 0 ? vm : wrong))).rejects.toBeInstanceOf(PolicyError);
  });
});
