// The core's servers against the naive ones: random rows of servers, every discipline, bounds and batches, many events in one
// instant; every item's fate, end and wait, every account, exactly. And one trajectory in all three builds.

import { beforeAll, describe, expect, it } from 'vitest';
import { type Discipline, runServers } from '../../../src/server/run.js';
import { BUILDS, moduleOf } from '../../support/builds.js';
import { drawn } from './draw.js';
import { naiveServers } from './servers.js';

describe('servers with budgets, by two programs', () => {
  let module: WebAssembly.Module;
  beforeAll(async () => {
    module = await moduleOf('release');
  });

  it('take one trajectory, whatever the row, the discipline and the bounds', async () => {
    const used = new Map<Discipline, number>();
    const fates = new Map<string, number>();
    for (let seed = 1; seed <= 300; seed++) {
      const { specs, items } = drawn(seed);
      const core = await runServers(specs, items, { module });
      expect(core, `seed ${seed}`).toEqual(naiveServers(specs, items));
      for (const { discipline } of specs) used.set(discipline, (used.get(discipline) ?? 0) + 1);
      for (const { fate } of core.items) fates.set(fate, (fates.get(fate) ?? 0) + 1);
    }
    expect([...used.keys()].toSorted()).toEqual(['bytes', 'cycles', 'fifo', 'packets', 'siloed']);
    for (const fate of ['served', 'budget', 'queue']) expect(fates.get(fate), fate).toBeGreaterThan(500);
  });

  it('stop where they are told to, with the rest in flight', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { specs, items } = drawn(seed);
      const until = items.at[items.at.length >> 1]!;
      const core = await runServers(specs, items, { module, until });
      expect(core, `seed ${seed}`).toEqual(naiveServers(specs, items, until));
    }
  });

  it('are the same in every build', async () => {
    const { specs, items } = drawn(77);
    const runs = [];
    for (const build of BUILDS) runs.push(await runServers(specs, items, { module: await moduleOf(build) }));
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });
});
