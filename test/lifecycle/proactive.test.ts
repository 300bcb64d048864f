// A width that is announced starts VMs before its requests exist (docs/model/lifecycle.md): laws of it, on generated bursts.

import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.js';
import type { LifecycleResult } from '../../src/lifecycle/result.js';
import { renderLifecycle } from '../../src/report/lifecycle-table.js';
import { Simulation } from '../../src/simulation.js';
import { fn, invocations, lifecycleOf, S } from '../support/functions.js';

const MS = 1e6;
const BOOT = 50 * MS;
const tier = { activeNs: 0, dormantNs: 0, restoreNs: 0, vmBootNs: BOOT };

/** Bursts of `width` requests, a second apart, each known `aheadNs` before. */
function bursts(width: number, aheadNs: number, count = 5): [number, number, number][] {
  return Array.from({ length: count }, (_, i) => i * S).flatMap((atNs): [number, number, number][] => [
    [atNs, 0, -width],
    ...Array.from({ length: width }, (): [number, number, number] => [atNs + aheadNs, 0, 10 * MS]),
  ]);
}

const of = (
  width: number,
  aheadNs: number,
  proactive: boolean,
  { vcpus = 1, ...given }: { vcpus?: number; memoryBytes?: number } = {},
): Promise<LifecycleResult> =>
  lifecycleOf(10 * S, {
    tier,
    proactive,
    keepAlive: { policy: 'fixed', timeNs: 100 * MS, from: 'end' },
    functions: [fn({ maxVcpus: vcpus, concurrency: vcpus })],
    invocations: invocations(bursts(width, aheadNs)),
    ...given,
  });

describe('an announced width', () => {
  it('known a start before finds all its VMs dormant, and one known later waits for the rest of the start', async () => {
    const early = await of(8, BOOT, true);
    expect(early.served).toMatchObject({ dormant: 40, joined: 0, vm: 0 });
    expect(early).toMatchObject({ announced: 5, startedAhead: 40, starts: 40, startNs: { max: 0 } });
    const late = await of(8, 20 * MS, true);
    expect(late.served).toMatchObject({ dormant: 0, joined: 40, vm: 0 });
    expect([late.startNs.min, late.startNs.max]).toEqual([BOOT - 20 * MS, BOOT - 20 * MS]);
    const unheard = await of(8, BOOT, false);
    expect(unheard.served).toMatchObject({ dormant: 0, joined: 0, vm: 40 });
    expect(unheard).toMatchObject({ announced: 0, startedAhead: 0 });
    expect(renderLifecycle(early, false)).toContain('40 starts, 40 of them for 5 announcements; 0 evictions');
    expect(renderLifecycle(unheard, false)).not.toContain('announcements');
  });

  it('starts a VM for as many requests as it has vCPUs, less the instances that there are', async () => {
    for (const [width, vcpus, wanted] of [
      [8, 4, 2],
      [9, 4, 3],
      [1, 4, 1],
    ] as const) {
      const found = await of(width, BOOT, true, { vcpus });
      expect(found.instancesMax, `${width} on ${vcpus}`).toBe(wanted);
      expect(found.startedAhead).toBe(5 * wanted);
    }
    const kept = await lifecycleOf(10 * S, { tier, proactive: true, invocations: invocations(bursts(8, BOOT)) });
    expect(kept.startedAhead).toBe(8);
  });

  it('evicts nothing, and starts as many as there is memory for', async () => {
    const found = await of(8, BOOT, true, { memoryBytes: 5 * 128 * 2 ** 20 });
    expect(found).toMatchObject({ startedAhead: 25, evictions: 0, dropped: 15 });
  });

  it('that asks for nothing new changes nothing', async () => {
    const rows = bursts(1, 5 * MS);
    const calls = rows.filter(([, , service]) => service >= 0);
    const functions = [fn({ minInstances: 1 })];
    const run = (all: typeof rows) =>
      lifecycleOf(10 * S, { tier, functions, proactive: true, invocations: invocations(all) });
    expect({ ...(await run(rows)), announced: 0 }).toEqual(await run(calls));
  });
});

describe('generated bursts', () => {
  const text = (proactive: boolean, more = ''): string => `version: 1
duration: 200s
host: { cores: 256 }
mechanism: ideal
costs: none
lifecycle: { proactive: ${proactive}, runtimeInit: 0ns, tier: { vmBoot: 30ms }, keepAlive: { policy: fixed, time: 1s } }
functions: { count: 20, rate: 60, memory: 64MiB, service: 5ms${more} }
`;
  async function run(written: string): Promise<{ result: LifecycleResult; notes: string[] }> {
    const simulation = await Simulation.create(parseScenario(written).scenario);
    await simulation.run();
    const [result, notes] = [simulation.metrics().lifecycle!, simulation.traceNotes()];
    simulation.close();
    return { result, notes };
  }

  it('come at the rate that is asked for, and are as many whether anybody listens or not', async () => {
    const [heard, unheard] = [
      await run(text(true, ', width: 6, ahead: 40ms')),
      await run(text(false, ', width: 6, ahead: 40ms')),
    ];
    expect(heard.result.arrived).toBe(unheard.result.arrived);
    expect(heard.result.arrived % 6).toBe(0);
    // 2,000 bursts, 5 standard deviations
    expect(Math.abs(heard.result.announced - 2000)).toBeLessThan(5 * Math.sqrt(2000));
    // instances that are busy with a burst before count as there
    expect(heard.result.coldStartRate!).toBeLessThan(0.03);
    expect(unheard.result.coldStartRate!).toBeGreaterThan(0.2);
    expect(heard.notes).toEqual([]);
    expect((await run(text(true))).notes.join()).toContain('lifecycle.proactive');
  });
});
