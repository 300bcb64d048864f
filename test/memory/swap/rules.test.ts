// Rules of swapped memory beyond the cases that lie beside the repository: devices, exits, scans of many VMs, what a look at a
// run may change, and how figures and events are named.

import { expect, describe, it } from 'vitest';
import { type ScenarioInput, Simulation, memoryHost } from '../../../src/index.js';
import { brokenLaws } from '../../../src/result/laws.js';
import { memoryOf, type MemoryResult } from '../../../src/swap/result.js';
import { renderRun } from '../../../src/report/run-table.js';
import { type GuestMemoryInput, type HostMemoryInput, run, small } from './support.js';

const constant = (value: string) => ({ dist: 'constant', value }) as const;

interface Told {
  /** Page numbers, one a task. */
  readonly pages: readonly number[];
  /** ns of arrival and service. */
  readonly tasks: readonly (readonly [number, number])[];
  readonly guest: GuestMemoryInput;
  readonly vcpus?: number;
}

/** VMs whose every touch is told: 400 KiB of frames, watermarks of 10, 5 and 2 %, one level, zero pages of 1 us. */
async function told(vms: readonly Told[], memory: Partial<HostMemoryInput> = {}, duration = '1ms') {
  const files: Record<string, string> = {};
  const input: ScenarioInput = {
    version: 1,
    seed: 1,
    duration,
    host: {
      cores: vms.reduce((sum, { vcpus = 1 }) => sum + vcpus, 0),
      memory: {
        size: '400KiB',
        workers: 1,
        levels: 1,
        content: { zero: 1 },
        backends: {
          zero: { in: constant('1000ns'), out: constant('1000ns') },
          ssd: { in: constant('50000ns'), out: constant('60000ns') },
        },
        watermarks: { high: 0.1, low: 0.05, min: 0.02 },
        scan: { interval: '1s' },
        metadata: '1B',
        ...memory,
      },
    },
    mechanism: 'static',
    vms: vms.map(({ pages, tasks, guest, vcpus = 1 }, index) => {
      files[`${index}.txt`] = `${pages.join('\n')}\n`;
      files[`${index}.csv`] = `arrival,service\n${tasks.map((task) => task.join(',')).join('\n')}\n`;
      return {
        name: `vm${index}`,
        vcpus: { min: vcpus, max: vcpus },
        memory: { writes: 0, touches: 1, ...guest, access: { pattern: 'trace', file: `${index}.txt` } },
        workload: {
          arrivals: {
            process: 'trace',
            file: `${index}.csv`,
            format: 'csv',
            columns: { arrival: 'arrival', service: 'service' },
            arrivalUnit: 'ns',
            serviceUnit: 'ns',
          },
        },
      } as const;
    }),
  };
  const simulation = await Simulation.create(input, { files: memoryHost(files) });
  await simulation.run();
  const result = simulation.metrics();
  simulation.close();
  expect(brokenLaws(result)).toEqual([]);
  return { result, memory: memoryOf(result)! };
}

describe('a device', () => {
  it('is busy for its own time only: of two pages through one operation the second waits for the first one read', async () => {
    const { memory } = await told(
      [
        {
          pages: [149, 148],
          tasks: [
            [1000, 1000],
            [1000, 1000],
          ],
          guest: { size: '600KiB' },
          vcpus: 2,
        },
      ],
      { content: { ssd: 1 }, deviceDepth: 1 },
    );
    // exit and lock 770, the device once and twice, map and resume 600
    expect(memory.stallNs).toMatchObject({ count: 2, min: 51_370, max: 101_370 });
    expect(memory.elasticityCoreSeconds.swapIn).toBeCloseTo(1200e-9, 15);
  });
});

describe('an exit', () => {
  const pressed = (exit: string) =>
    run(
      small({
        memory: { workers: 1, fault: { exit, lock: '50ns', map: '300ns', resume: '300ns' } },
        guest: { access: { cold: 0.5, coldTouches: 0.2 } },
        arrivals: {
          arrivals: { process: 'poisson', rate: 60_000 },
          request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '5us' } }] },
        },
        rest: { duration: '50ms' },
      }),
    );

  it('that is dearer helps nobody', async () => {
    const runs = await Promise.all(['100ns', '700ns', '2us', '5us'].map(pressed));
    const means = runs.map(({ memory }) => memory.stallNs.mean!);
    const tails = runs.map(({ memory }) => memory.stallNs.p99!);
    for (let i = 1; i < runs.length; i++) {
      expect(means[i]).toBeGreaterThan(means[i - 1]!);
      expect(tails[i]).toBeGreaterThanOrEqual(tails[i - 1]!);
    }
  });
});

describe('a scan', () => {
  it('costs what all VMs have there, and none comes while nothing is touched', async () => {
    const still: Told = { pages: [0], tasks: [[990_000, 100]], guest: { size: '100KiB' } };
    const busy: Told = { pages: [0], tasks: [[110_000, 100]], guest: { size: '100KiB' } };
    const { memory } = await told([still, busy], { scan: { interval: '20us', perPage: '3ns' }, levels: 3 });
    // at 120 us, of 25 pages each, and at 1 ms
    expect(memory.scans).toBe(2);
    expect(memory.elasticityCoreSeconds.scan).toBeCloseTo(2 * 50 * 3e-9, 15);
  });
});

describe('a share of pages', () => {
  it('is exact, whatever the binary fraction', async () => {
    for (const [pinned, pages] of [
      [0.1, 1],
      [0.3, 3],
      [0.7, 7],
    ]) {
      const { memory } = await told([{ pages: [0], tasks: [[1000, 100]], guest: { size: '40KiB', pinned: pinned! } }]);
      expect(memory.pinnedBytes).toBe(pages! * 4096);
    }
  });
});

describe('a look at a run', () => {
  it('changes nothing of memory, whenever it comes', async () => {
    const input = small({
      memory: {
        prefetch: 2,
        content: { zero: 0.2, lz4: 0.5, ssd: 0.3 },
        scan: { interval: '50us' },
        upgrades: [{ kind: 'hot-switch', at: '5ms', prepare: '1ms', transfer: '1ms' }],
      },
      guest: { touches: 2.5, access: { cold: 0.5, coldTouches: 0.1 } },
    });
    const straight = await run(input);
    const simulation = await Simulation.create(input);
    let seen: MemoryResult | undefined;
    for (let at = 1; at <= 20_000_000; at += 70_001) {
      await simulation.runUntil(Math.min(at, 20_000_000));
      const now = memoryOf(simulation.metrics())!;
      expect(now.touches).toBeGreaterThanOrEqual(seen?.touches ?? 0);
      seen = now;
    }
    await simulation.run();
    const looked = simulation.metrics();
    simulation.close();
    expect(looked.manifest.fingerprint).toBe(straight.result.manifest.fingerprint);
    expect(looked.memory).toEqual(straight.result.memory);
  });
});

describe('what is told', () => {
  it('names the events of memory', async () => {
    const input = small({
      memory: { content: { lz4: 0.5, ssd: 0.5 }, budget: 0.01, upgrades: [{ kind: 'hot-upgrade', at: '3ms' }] },
      rest: { log: { from: '0ns', until: '20ms', events: 100_000 } },
    });
    const simulation = await Simulation.create(input);
    await simulation.run();
    const entities = new Set(simulation.eventLog()!.events.map(({ entity }) => entity.replace(/ \d+$/, '')));
    simulation.close();
    expect([...entities].filter((entity) => entity.startsWith('memory')).toSorted()).toEqual(
      ['budget', 'device', 'fault', 'mapped', 'scan', 'unmapped', 'upgrade', 'worker'].map((name) => `memory ${name}`),
    );
    expect([...entities].filter((entity) => entity.startsWith('client'))).toEqual([]);
  });

  it('marks more work than the kept cores could do, and breaks a law where sums do not add up', async () => {
    const input = small({
      memory: { size: '700KiB', cores: 1, workers: 1, scan: { interval: '250ns' } },
      guest: { access: { cold: 0 } },
    });
    const { result, memory } = await run({ ...input, host: { ...input.host, cores: 3 } });
    expect(memory.keptCoresUsed).toBeGreaterThan(1);
    expect(renderRun(result).replace(/\s+/g, ' ')).toMatch(/% of the cores kept for it: more than they are/);
    memory.swapIns++;
    memory.cleanDrops++;
    expect(brokenLaws(result)).toHaveLength(2);
  });
});

describe('a touch', () => {
  it('that finds its page and one that does not count one each, whatever comes first', async () => {
    // two of three pages are there: page 0 is hit, then page 1 or 2 is not
    const { memory } = await told(
      [
        {
          pages: [0, 1, 0, 2],
          tasks: [
            [0, 2000],
            [50_000, 2000],
          ],
          guest: { size: '12KiB', touches: 2 },
        },
      ],
      { size: '8KiB', watermarks: { high: 0, low: 0, min: 0 } },
    );
    expect(memory.touches).toBe(4);
    expect(memory.faults).toBeGreaterThan(0);
  });
});
