// Hot upgrade: the copy of the tables, the check before the switch, the rollback; then upgrades under dense traffic.

import * as fc from 'fast-check';
import { beforeAll, describe, it, expect } from 'vitest';
import { instantiateCore } from '../../../src/core/load.js';
import { VMEM_UPGRADE } from '../../../src/experiments/vmem/servers.js';
import { GRANULE_BYTES } from '../../../src/reserve/core.js';
import { tableBytes } from '../../../src/reserve/accounting.js';
import { type LoadedReserve, resolveReserve } from '../../../src/reserve/parse.js';
import { simulateReserve } from '../../../src/reserve/simulate.js';
import type { ReserveResult } from '../../../src/reserve/result.js';
import { buildOf } from './cores.js';

type Raw = Record<string, (...numbers: (number | boolean)[]) => number>;
const GRANULES = 1100;
const VMS = 3;

/** A thousand VMs a second, an upgrade every 500 ms. */
function denseTraffic(mode: 'hot' | 'reload', failureShare: number): LoadedReserve {
  const { input } = VMEM_UPGRADE;
  return resolveReserve({ ...input, upgrade: { ...input.upgrade!, mode, failureShare } });
}

let module: WebAssembly.Module;
let hot: ReserveResult;
let reload: ReserveResult;

beforeAll(async () => {
  module = await buildOf('release');
  hot = await simulateReserve(denseTraffic('hot', 0.25), module);
  reload = await simulateReserve(denseTraffic('reload', 0), module);
});

/** A server with two VMs and an isolated frame, on the raw exports. */
function occupied(): { raw: Raw; memory: WebAssembly.Memory } {
  const { exports, memory } = instantiateCore(module);
  const raw = exports as unknown as Raw;
  raw['vmemConfigure']!(1, GRANULES, 0, true, VMS, false);
  raw['vmemAdd']!(0, 600, 0, true);
  raw['vmemAdd']!(1, 40, 0, true);
  raw['vmemPoison']!(GRANULES - 1);
  return { raw, memory };
}

describe('the copied tables', () => {
  it('are refused whichever owner of a frame is damaged, and the old ones stay', () => {
    const { raw, memory } = occupied();
    const owners = (): number[] => Array.from({ length: GRANULES }, (_, at) => raw['vmemOwner']!(at));
    const before = owners();
    const firstGranule = tableBytes(1, GRANULES, VMS) - GRANULES * 8;
    fc.assert(
      fc.property(fc.nat(GRANULES - 1), fc.integer({ min: 1, max: 0xffffffff }), (granule, flip) => {
        const copy = raw['vmemTransfer']!() >>> 0;
        const view = new DataView(memory.buffer);
        const at = copy + firstGranule + granule * 8;
        view.setUint32(at, (view.getUint32(at, true) ^ flip) >>> 0, true);
        expect(raw['vmemSwitch']!()).not.toBe(0);
        expect(raw['vmemCheck']!()).toBe(0);
      }),
      { numRuns: 300, seed: 9 },
    );
    expect(owners()).toEqual(before);
  });

  it('are refused when their own size is damaged, before anything is looked up in them', () => {
    for (const word of [1, 2, 3, 4]) {
      const { raw, memory } = occupied();
      const copy = raw['vmemTransfer']!() >>> 0;
      new DataView(memory.buffer).setUint32(copy + 4 * word, 0x7fffffff, true);
      expect(raw['vmemSwitch']!()).not.toBe(0);
      expect(raw['vmemCheck']!()).toBe(0);
    }
  });

  it('serve after the switch, and the ones before it are free to be the next copy', () => {
    const { raw } = occupied();
    for (let version = 2; version < 6; version++) {
      raw['vmemTransfer']!();
      expect(raw['vmemSwitch']!()).toBe(0);
      expect(raw['vmemAdd']!(2, 3, 0, true)).toBe(0);
      expect(raw['vmemCheck']!()).toBe(0);
    }
    expect(raw['vmemVmCount']!(2, 1)).toBe(12);
  });

  it('are as large as the plan of the server says', () => {
    const { raw } = occupied();
    expect(raw['vmemCount']!(4)).toBe(tableBytes(1, GRANULES, VMS));
  });
});

describe('upgrades with a thousand VMs a second', () => {
  it('fail no operation, though many wait', () => {
    const { vms, upgrades } = hot.memory;
    expect([vms!.failed, vms!.operationsFailed]).toEqual([0, 0]);
    expect(vms!.arrived).toBeGreaterThan(15_000);
    expect(upgrades!.operationsDelayed).toBeGreaterThan(50);
    expect(upgrades!.attempted).toBe(upgrades!.switched + upgrades!.rolledBack);
    expect(upgrades!.rolledBack).toBeGreaterThan(0);
    expect(upgrades!.switched).toBeGreaterThan(0);
    expect(upgrades!.guestsContinued).toBeGreaterThan(500);
  });

  it('do fail operations where the module is reloaded: the traffic hits the window', () => {
    const { arrived, placed, rejected, failed, operationsFailed } = reload.memory.vms!;
    expect(failed).toBeGreaterThan(25);
    expect(operationsFailed).toBeGreaterThan(25);
    expect(arrived).toBe(placed + rejected + failed);
    expect(reload.memory.upgrades!.rolledBack).toBe(0);
  });

  it('bound the delay: nobody waits longer than the pause and those ahead of him', () => {
    const { upgrades, operationNs, boot } = hot.memory;
    const { delayedNs, pauseNs, transferNs, drainNs } = upgrades!;
    // Operations of one pause, at most: those that waited in all of them. Each takes 20 us and 1 us an extent.
    const longestOwn = boot!.allocateNs.max!;
    expect(delayedNs.max).toBeLessThanOrEqual(pauseNs.max! + upgrades!.operationsDelayed * longestOwn);
    // Arrivals fall anywhere in the pause: of so many, one comes near its beginning and waits for nearly all of it.
    expect(delayedNs.max).toBeGreaterThan(0.9 * transferNs.max!);
    expect(operationNs!.max).toBeGreaterThanOrEqual(delayedNs.max!);
    expect(pauseNs.max).toBeLessThanOrEqual(drainNs.max! + transferNs.max! + 10_000);
    expect(transferNs.min).toBe(transferNs.max);
    expect(transferNs.max).toBe(Math.round(hot.memory.plan.tableBytes / 2));
  });

  it('roll back every time a transfer is always damaged, and the first version goes on', async () => {
    const { memory } = await simulateReserve(denseTraffic('hot', 1), module);
    expect(memory.upgrades!.switched).toBe(0);
    expect(memory.upgrades!.rolledBack).toBe(memory.upgrades!.attempted);
    expect([memory.vms!.failed, memory.vms!.operationsFailed]).toEqual([0, 0]);
    expect(memory.upgrades!.guestsContinued).toBe(0);
  });

  it('leave memory errors isolated', () => {
    const { poison } = hot.memory;
    expect(poison!.free + poison!.replaced).toBeGreaterThan(50);
    expect(poison!.isolatedBytes).toBe((poison!.free + poison!.replaced + poison!.lost) * GRANULE_BYTES);
  });
});
