// Where there are two classes and priorities a round serves VMs from lines in which they lie as their backlogs began
// (assembly/cpu/cores/usual.ts); where there are three it ranks them anew (rank.ts). A VM that never has a request may be of either of the two or
// of a third: nothing else of the run hangs on that.
import { describe, expect, it } from 'vitest';
import { Simulation, parseScenario, type Scenario } from '../../src/index.js';
import { moduleOf } from '../support/builds.js';

const request = (mean: string) => ({ stages: [{ tasks: 1, service: { dist: 'exponential', mean } }] });

/** `priority` is that of the VM that has no requests. */
const scenario = (mechanism: object, cores: number, min: number, priority: number): Scenario =>
  parseScenario(
    JSON.stringify({
      version: 1,
      seed: 11,
      duration: '2ms',
      host: { cores },
      mechanism,
      vms: [
        {
          name: 'api',
          count: cores,
          priority: 3,
          vcpus: { min: 0, max: 4 },
          workload: { arrivals: { process: 'poisson', rate: 45_000 }, request: request('9us') },
        },
        {
          name: 'sure',
          count: 3,
          priority: 3,
          vcpus: { min, max: 5 },
          workload: { arrivals: { process: 'poisson', rate: 150_000 }, request: request('12us') },
        },
        {
          name: 'batch',
          count: 5,
          priority: 1,
          vcpus: { min, max: cores },
          workload: { arrivals: { process: 'saturate', tasks: 9 }, request: request('60us') },
        },
        {
          name: 'none',
          priority,
          vcpus: { min: 0, max: 1 },
          workload: { arrivals: { process: 'poisson', rate: 0.0001 }, request: request('1us') },
        },
      ],
    }),
  ).scenario;

async function outcome(build: 'checked' | 'release', chosen: Scenario) {
  const simulation = await Simulation.create(chosen, { module: await moduleOf(build) });
  await simulation.run();
  const { manifest, reallocation, vms } = simulation.metrics();
  const { fingerprint, events } = manifest;
  const result = { fingerprint, events, reallocation, vms };
  simulation.close();
  return result;
}

describe('a round with two ranks of VMs grants and denies what one with three does', () => {
  it.each([
    ['hyperflux', { kind: 'hyperflux' }, 16, 0],
    ['hyperflux with guarantees', { kind: 'hyperflux' }, 16, 1],
    ['one core a round', { kind: 'hyperflux', grant: 'one' }, 16, 1],
    ['moves in a batch', { kind: 'hyperflux', batch: true, threshold: '2us' }, 16, 0],
    ['more than 24 cores', { kind: 'hyperflux', mode: 'both' }, 40, 1],
    ['more than 64 cores', { kind: 'hyperflux' }, 70, 1],
    ['blind', { kind: 'blind' }, 16, 1],
  ])('%s', async (_, mechanism, cores, min) => {
    const lines = await outcome('checked', scenario(mechanism, cores, min, 1));
    const ranks = await outcome('checked', scenario(mechanism, cores, min, 2));
    expect(lines.reallocation.count).toBeGreaterThan(30);
    expect(lines).toEqual(ranks);
    expect(await outcome('release', scenario(mechanism, cores, min, 1))).toEqual(lines);
  });
});
