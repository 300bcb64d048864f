// Where a task may do nothing but run from its start to its end, the core asks it nothing else; a VM with a bound on its requests is
// asked everything. A bound that is never reached must not be noticed, to the bit, under every mechanism.

import { describe, expect, it } from 'vitest';
import { MECHANISM_KINDS, type ScenarioInput, Simulation } from '../../src/index.js';
import { contended } from '../support/contended.js';

const asked = (input: ScenarioInput): ScenarioInput => ({
  ...input,
  vms: input.vms.map((vm) => ({ ...vm, queueLimit: 1_000_000 })),
});

async function ran(input: ScenarioInput): Promise<unknown> {
  const simulation = await Simulation.create({ ...input, duration: '1500us' });
  await simulation.run();
  const result = simulation.metrics();
  simulation.close();
  const figures: Partial<typeof result> = { ...result };
  delete figures.manifest;
  delete figures.warnings; // a load of 1 is warned of where nothing is bounded
  return { fingerprint: result.manifest.fingerprint, figures };
}

describe('a VM whose tasks only run', () => {
  it.each(MECHANISM_KINDS)('gives under %s what it gives where each is asked what else it may do', async (kind) => {
    const input = contended(kind, 'plain');
    const plain = await ran(input);
    expect(plain).toEqual(await ran(asked(input)));
    expect(plain).toHaveProperty('figures.vms.0.completed', expect.any(Number));
  });

  it('has counted whenever somebody looks', async () => {
    const simulation = await Simulation.create(contended('ideal', 'plain'));
    let most = 0;
    for (let look = 0; look < 40; look++) {
      await simulation.step(7);
      const [vm] = simulation.metrics().vms;
      expect(vm!.latencyNs.count).toBe(vm!.completed);
      expect(vm!.slowdown.count).toBe(vm!.completed);
      most = vm!.completed;
    }
    expect(most).toBeGreaterThan(20);
    simulation.close();
  });
});
