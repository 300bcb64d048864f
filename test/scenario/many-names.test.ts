// A name that none has, where there are many: those that may have been meant are told, some of the others, and how many there are.

import { expect, it } from 'vitest';
import { expectedOneOf, namesText, nearest } from '../../src/input/errors.js';
import { Simulation } from '../../src/simulation.js';
import { evaluateAssertion } from '../../src/input/assert.js';
import { resolveScenario } from '../../src/scenario/resolve.js';

const workload = {
  arrivals: { process: 'none' as const },
  request: { stages: [{ tasks: 1, service: { dist: 'exponential' as const, mean: '10us' } }] },
};
const many = (count: number) =>
  resolveScenario({
    version: 1,
    duration: '1ms',
    host: { cores: 9 },
    mechanism: 'hyperflux',
    vms: [
      { name: 'vm', count, vcpus: { min: 0, max: 1 }, workload },
      { name: 'api', vcpus: { min: 1, max: 2 }, workload },
    ],
  });

/** What is said of arrivals for a VM of such a name. */
async function saidOf(count: number, vm: string): Promise<string> {
  const simulation = await Simulation.create(many(count));
  try {
    simulation.inject({ vm, arrivals: [{ atNs: 1, serviceNs: 1 }] });
    return 'nothing';
  } catch (error) {
    return (error as Error).message;
  } finally {
    simulation.close();
  }
}

it('of few VMs all are named', async () => {
  expect(await saidOf(2, 'apu')).toBe(
    'vm: given "apu", expected the name of a VM (did you mean "api"?): vm-0, vm-1, api',
  );
});

it('of many VMs the nearest, some and their number are told, in a line that does not grow', async () => {
  const some = 'vm-0, vm-1, vm-2, vm-3, vm-4, vm-5, vm-6, vm-7, … (5,001 in all)';
  const said = (hint: string, given: string): string =>
    `vm: given "${given}", expected the name of a VM${hint}: ${some}`;
  expect(await saidOf(5000, 'apu')).toBe(said(' (did you mean "api"?)', 'apu'));
  expect(await saidOf(5000, 'vm-5001')).toBe(said(' (did you mean "vm-500" or "vm-501" or "vm-1001"?)', 'vm-5001'));
  expect(await saidOf(5000, 'vm')).toBe(said(' (did you mean "vm-0" or "vm-1" or "vm-2"?)', 'vm'));
  expect(await saidOf(5000, 'database')).toBe(said('', 'database'));
});

it('an assertion on one of many VMs says as much', async () => {
  const simulation = await Simulation.create(many(60));
  await simulation.run();
  expect(() => evaluateAssertion('vm-61.completed > 1', simulation.metrics())).toThrow(
    /\(did you mean "vm-6" or "vm-1" or "vm-11"\?\): vm-0, .*, … \(\d\d in all\)$/,
  );
});

it('lists are cut beyond 24 names, and one letter is not near another', () => {
  const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `name-${i}`);
  expect(namesText(names(24)).split(', ')).toHaveLength(24);
  expect(namesText(names(25))).toMatch(/^name-0, .*, name-7, … \(25 in all\)$/);
  expect(expectedOneOf('one of', 'name-2x', names(24))).toMatch(/^one of \(did you mean "name-2"\?\): /);
  expect(nearest('c', ['a', 'b'])).toBeUndefined();
  expect(nearest('apl', ['api', 'vm'])).toBe('api');
});
