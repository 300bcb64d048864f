// Hot-switch and hot-upgrade: phases that take what they are given, accesses that wait and are counted, failures that leave
// everything as it was.

import { describe, expect, it } from 'vitest';
import { run, small, type HostMemoryInput } from './support.js';

type Upgrade = NonNullable<HostMemoryInput['upgrades']>[number];

const PHASES = { at: '5ms', prepare: '2ms', transfer: '1ms', switch: '500us', rollback: '300us' } as const;
const upgraded = (upgrade: Partial<Upgrade>) =>
  run(
    small({
      memory: { upgrades: [{ kind: 'hot-upgrade', ...PHASES, ...upgrade }] },
      guest: { access: { cold: 0.5, coldTouches: 0.1 } },
    }),
  );

describe('a hot-upgrade', () => {
  it('pauses for transfer and switch, once nothing is on its way', async () => {
    const { memory } = await upgraded({});
    const [one] = memory.upgrades;
    expect(one).toMatchObject({ kind: 'hot-upgrade', outcome: 'done', startedNs: 5e6 });
    expect(one!.pausedNs).toBe(one!.quiesceNs + 1_500_000);
    expect(one!.quiesceNs).toBeLessThan(20_000);
    expect(one!.waited).toBeGreaterThan(0);
    expect(one!.waited).toBe(memory.pauseWaits);
    expect(memory.pauseWaitNs.count).toBe(one!.waited);
    expect(one!.waitMaxNs).toBeLessThanOrEqual(one!.pausedNs);
    expect(memory.pauseWaitNs.max).toBe(one!.waitMaxNs);
  });

  it('lets tasks run on that touch what is there; a hot-switch stops them all', async () => {
    const upgrade = await upgraded({});
    const stop = await upgraded({ kind: 'hot-switch' });
    // At most 8 tasks are alive and each waits once a pause; those that never fault go on during an upgrade.
    expect(stop.memory.pauseWaits).toBe(8);
    expect(upgrade.result.vms[0]!.completed).toBeGreaterThan(stop.result.vms[0]!.completed);
    expect(stop.memory.upgrades[0]!.outcome).toBe('done');
  });

  it('that fails while it prepares has paused nothing', async () => {
    const { memory } = await upgraded({ fails: 'prepare' });
    expect(memory.upgrades[0]).toMatchObject({ outcome: 'rolled back', pausedNs: 0, waited: 0 });
    const without = await run(small({ guest: { access: { cold: 0.5, coldTouches: 0.1 } } }));
    const {
      events: _,
      wallSeconds: __,
      eventsPerSecond: ___,
      fingerprint: ____,
      ...rest
    } = memory as unknown as Record<string, unknown>;
    expect({ ...rest, upgrades: [] }).toEqual(without.memory);
  });

  it('that fails in the transfer is rolled back, and what waited goes on', async () => {
    const { memory, result } = await upgraded({ fails: 'transfer' });
    const [one] = memory.upgrades;
    expect(one!.outcome).toBe('rolled back');
    expect(one!.pausedNs).toBe(one!.quiesceNs + 1_300_000);
    expect(memory.pauseWaitNs.count).toBe(one!.waited);
    expect(result.vms[0]!.inFlight).toBe(8);
    expect(memory.swapIns).toBeGreaterThan(0);
  });

  it('that the end of the run cuts off is in progress, with what has waited so far', async () => {
    const cut = async (duration: string) => {
      const { memory } = await run(
        small({
          memory: { upgrades: [{ kind: 'hot-switch', ...PHASES, at: '0ns', prepare: '5ms', transfer: '50ms' }] },
          rest: { duration },
        }),
      );
      return { one: memory.upgrades[0]!, memory };
    };
    const before = await cut('4ms');
    expect(before.one).toMatchObject({ outcome: 'in progress', startedNs: 0, pausedNs: 0, waited: 0 });
    const { one, memory } = await cut('20ms');
    expect(one).toMatchObject({ outcome: 'in progress', pausedNs: 15_000_000, waited: 8 });
    expect(one.waited).toBe(memory.pauseWaits);
    expect(memory.pauseWaitNs.count).toBe(0);
  });

  it('may follow another, and is not reached when it is late', async () => {
    const { memory } = await run(
      small({
        memory: {
          upgrades: [
            { kind: 'hot-upgrade', ...PHASES, at: '1s' },
            { kind: 'hot-switch', ...PHASES, at: '1ms' },
            { kind: 'hot-upgrade', ...PHASES, at: '2ms', fails: 'transfer' },
          ],
        },
      }),
    );
    expect(memory.upgrades.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['hot-switch', 'done'],
      ['hot-upgrade', 'rolled back'],
      ['hot-upgrade', 'not reached'],
    ]);
    expect(memory.upgrades[1]!.startedNs).toBe(1_000_000 + 2_000_000 + memory.upgrades[0]!.pausedNs);
  });
});
