// Which core a VM takes is looked up by level and by cores above the guarantee (assembly/cpu/takeable.ts). The checked build asserts of every
// choice that it is what a look at all cores comes to; here it is asked often, on hosts of one, two and three words of cores, with
// several classes, priorities and guarantees, and while mechanisms take each other over.
import { describe, expect, it } from 'vitest';
import { Simulation, parseScenario, withMechanism, type MECHANISM_KINDS, type Scenario } from '../../src/index.js';
import { moduleOf } from '../support/builds.js';

const request = (mean: string) => ({ stages: [{ tasks: 1, service: { dist: 'exponential', mean } }] });

/** VMs of four levels that want more than there is, most of them with something that is guaranteed. */
const scenario = (cores: number, kind: (typeof MECHANISM_KINDS)[number]): Scenario =>
  parseScenario(
    JSON.stringify({
      version: 1,
      seed: 7,
      duration: '600us',
      host: { cores },
      mechanism: kind,
      vms: [
        {
          name: 'api',
          count: cores / 2,
          priority: 3,
          vcpus: { min: 0, max: 4 },
          workload: { arrivals: { process: 'poisson', rate: 60_000 }, request: request('8us') },
        },
        {
          name: 'web',
          count: 3,
          vcpus: { min: 2, max: 12 },
          workload: { arrivals: { process: 'poisson', rate: 400_000 }, request: request('10us') },
        },
        {
          name: 'batch',
          count: 4,
          class: 'best-effort',
          priority: 1,
          vcpus: { min: 1, max: 24 },
          workload: { arrivals: { process: 'saturate', tasks: 30 }, request: request('40us') },
        },
        {
          name: 'scraps',
          class: 'best-effort',
          vcpus: { min: 0, max: cores },
          workload: { arrivals: { process: 'saturate', tasks: 70 }, request: request('90us') },
        },
      ],
    }),
  ).scenario;

describe('a victim is the one that a look at every core finds', () => {
  const KINDS = ['ideal', 'cgroup', 'hyperflux', 'blind', 'shenango', 'caladan'] as const;
  it.each(KINDS.flatMap((kind) => [40, 70, 140].map((cores) => [kind, cores] as const)))(
    'under %s with %d cores',
    async (kind, cores) => {
      const fingerprints = [];
      for (const build of ['checked', 'release'] as const) {
        const simulation = await Simulation.create(scenario(cores, kind), { module: await moduleOf(build) });
        await simulation.run();
        const { manifest, reallocation, vms } = simulation.metrics();
        expect(reallocation.count).toBeGreaterThan(100);
        expect(vms.reduce((sum, vm) => sum + vm.preemptions, 0)).toBeGreaterThan(20);
        fingerprints.push(manifest.fingerprint);
        simulation.close();
      }
      expect(fingerprints[1]).toBe(fingerprints[0]);
    },
  );

  it('while mechanisms take each other over', async () => {
    const cores = 70;
    const module = await moduleOf('checked');
    let simulation = await Simulation.create(scenario(cores, 'ideal'), { module });
    let at = 0;
    for (const kind of ['cgroup', 'hyperflux', 'static', 'ideal', 'hyperflux', 'caladan', 'cgroup'] as const) {
      at += 50_000;
      await simulation.runUntil(at);
      const before = simulation.metrics().vms.reduce((sum, vm) => sum + vm.completed, 0);
      const next = await simulation.fork(withMechanism(scenario(cores, kind), kind));
      simulation.close();
      simulation = next;
      await simulation.runUntil(at + 40_000);
      expect(simulation.metrics().vms.reduce((sum, vm) => sum + vm.completed, 0)).toBeGreaterThan(before);
    }
    simulation.close();
  });
});
