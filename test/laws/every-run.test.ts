// What holds on every run, exactly: Little's law and the utilization law on a run that ends empty, under every mechanism,
// with fork-join, locks, a quantum, and cores that move. No statistics: the sample-path laws are identities.

import { describe, it, expect } from 'vitest';
import { VM_IN_FLIGHT, VM_LATENCY_NS_SUM } from '../../assembly/layout.js';
import { type ScenarioInput, Simulation, MECHANISM_KINDS } from '../../src/index.js';
import { assertLaws } from '../../src/result/laws.js';
import { VARIANTS, contended } from '../support/contended.js';

/** Long after all others, and no longer: what polls has events in every microsecond of it. */
const SENTINEL_NS = 90_000_000;
const DURATION_S = 0.1;

/** The scenario with its arrivals ended: requests drawn from `arrivals` on are injected at given times instead. */
async function drained(input: ScenarioInput): Promise<Simulation> {
  const vms = input.vms.map((vm) =>
    vm.workload === undefined ? vm : { ...vm, workload: { ...vm.workload, arrivals: { process: 'none' as const } } },
  );
  return Simulation.create({ ...input, warmup: '0ns', duration: `${DURATION_S}s`, vms });
}

describe("Little's law and the utilization law", () => {
  it.each(MECHANISM_KINDS.flatMap((mechanism) => VARIANTS.map((variant) => ({ mechanism, variant }))))(
    '$mechanism, $variant',
    async ({ mechanism, variant }) => {
      const simulation = await drained(contended(mechanism, variant));
      const names = simulation.scenario.vms.map(({ name }) => name);
      names.forEach((vm, index) => {
        const gap = 2_300 + 700 * index;
        simulation.inject({
          vm,
          arrivals: Array.from({ length: 150 }, (_, i) => ({ atNs: Math.floor(i / 5) * 5 * gap })),
        });
      });
      // One request more, long after: the step that meets it ends an idle time, so no area is missed.
      simulation.inject({ vm: names[0]!, arrivals: [{ atNs: SENTINEL_NS }] });
      const areas = names.map(() => 0);
      const core = simulation['core'];
      const steps = new Set<number>();
      while (simulation.nowNs < SENTINEL_NS) {
        const before = simulation.nowNs;
        const present = names.map((_, index) => core.vmCounters(index)[VM_IN_FLIGHT]!);
        steps.add(await simulation.step());
        for (const [index, n] of present.entries()) areas[index]! += n * (simulation.nowNs - before);
      }
      expect([...steps]).toEqual([1]);
      simulation.metrics().vms.forEach((vm, index) => {
        expect(vm.completed, vm.name).toBe(150);
        // ∫ N dt = Σ time in system, in nanoseconds
        expect(core.vmCounters(index)[VM_LATENCY_NS_SUM], vm.name).toBe(areas[index]);
        expect(vm.latencyNs.mean! * 150, vm.name).toBeCloseTo(areas[index]!, 0);
      });
      await simulation.run();
      const result = simulation.metrics();
      assertLaws(result);
      result.vms.forEach((vm, index) => {
        expect(vm.completed, vm.name).toBe(index === 0 ? 151 : 150);
        expect(vm.inFlight, vm.name).toBe(0);
        // core time spent on tasks = service demanded
        expect(vm.cpuSeconds.task, vm.name).toBeCloseTo(vm.offeredLoad! * DURATION_S, 9);
      });
      simulation.close();
    },
  );
});

describe('requests without work', () => {
  it.each(MECHANISM_KINDS)('have a slowdown of one at least, done at once or not: %s', async (mechanism) => {
    const simulation = await drained({ ...contended(mechanism, 'plain'), costs: 'none' });
    const [vm] = simulation.scenario.vms;
    const arrivals = [0, 0, 0, 1000, 1000, 2000].map((atNs) => ({ atNs, serviceNs: 0 }));
    simulation.inject({ vm: vm!.name, arrivals });
    await simulation.runFor(10_000_000);
    const result = simulation.metrics();
    assertLaws(result);
    expect(result.vms[0]!.completed).toBe(arrivals.length);
    expect(result.vms[0]!.slowdown.min).toBeGreaterThanOrEqual(1);
    if (mechanism === 'ideal') expect(result.vms[0]!.latencyNs.max).toBe(0);
    simulation.close();
  });
});
