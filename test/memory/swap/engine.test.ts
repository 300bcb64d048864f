// The swap engine piece by piece, on a host small enough to count by hand: joined faults, pinned pages, quotas, budget,
// prefetching, devices, scans, and that memory switched off leaves every bit as it was.

import { describe, it, expect } from 'vitest';
import type { ScenarioInput } from '../../../src/index.js';
import { toStableJson } from '../../../src/result/json.js';
import { renderRun } from '../../../src/report/run-table.js';
import { BUILDS, moduleOf } from '../../support/builds.js';
import { memoryOf } from '../../../src/swap/result.js';
import { run, small, ENTRY_NS, FINISH_NS, type HostMemoryInput } from './support.js';

const fixed = (value: string) => ({ stages: [{ tasks: 1, service: { dist: 'constant' as const, value } }] });
const PAGE = 4096;

describe('faults', () => {
  it('on a page already on its way are joined, counted once as a swap-in', async () => {
    // 64 tasks, a device that takes 80 us, and few pages that get most touches: many want a page that is on its way.
    const { memory } = await run(
      small({
        memory: { content: { ssd: 1 } },
        guest: { touches: 1, access: { pattern: 'zipf', exponent: 1.4, cold: 0 } },
        arrivals: { arrivals: { process: 'saturate', tasks: 64 }, request: fixed('1us') },
      }),
    );
    expect(memory.joined).toBeGreaterThan(0);
    expect(memory.backends['ssd']!.swapIns).toBe(memory.swapIns);
    // every fault started a swap-in, joined one, or met a page that had not left yet; those under way at the end are no swap-in yet
    const started = memory.faults - memory.joined - memory.rescued;
    expect(started - memory.swapIns).toBeGreaterThanOrEqual(0);
    expect(started - memory.swapIns).toBeLessThanOrEqual(memory.faultsInFlight);
    expect(memory.faultsInFlight).toBeGreaterThan(0);
    expect(memory.faultsInFlight).toBeLessThanOrEqual(64);
    expect(memory.oldestFaultNs).toBeLessThanOrEqual(80_000 + ENTRY_NS + FINISH_NS);
    expect(memory.faultsOverdue).toBe(false);
    expect(memory.stallNs.count).toBeGreaterThan(memory.swapIns);
    expect(memory.stallNs.count).toBeLessThanOrEqual(memory.swapIns + memory.joined);
  });

  it('stall the task and leave its vCPU to others', async () => {
    // A page that takes 80 us does not keep the other tasks from running.
    const input = small({
      memory: { content: { ssd: 1 } },
      guest: { access: { cold: 0.5, coldTouches: 0.1 } },
      arrivals: { arrivals: { process: 'saturate', tasks: 32 }, request: fixed('5us') },
    });
    const { result, memory } = await run(input);
    const { task } = result.vms[0]!.cpuSeconds;
    expect(memory.swapInNs.min).toBe(80_000 + ENTRY_NS + FINISH_NS);
    expect(task / 0.04).toBeGreaterThan(0.85); // of two vCPUs for 20 ms
  });

  it('cost their vCPU the exit, whether it has another task to run or none', async () => {
    for (const tasks of [1, 32]) {
      const { memory, result } = await run(
        small({
          memory: { content: { ssd: 1 } },
          guest: { access: { cold: 0 } },
          arrivals: { arrivals: { process: 'saturate', tasks }, request: fixed('5us') },
        }),
      );
      const { transition, idlePoll } = result.vms[0]!.cpuSeconds;
      expect(memory.faults).toBeGreaterThan(50);
      // to the last fault or two, whose exit the end may cut off
      expect(Math.abs(transition - (memory.faults * ENTRY_NS) / 1e9)).toBeLessThanOrEqual((2 * ENTRY_NS) / 1e9);
      if (tasks === 1) expect(idlePoll).toBeGreaterThan(memory.faults * 75e-6); // 81.3 us a fault, less its exit
    }
  });

  it('end even where writing a victim takes longer than the time to its next touch', async () => {
    // 2 MiB take 2.6 ms to write and every page is touched all the time: were victims rescued, no fault would ever get a frame.
    const { memory, result } = await run(
      small({
        memory: { size: '32MiB', page: '2MiB', watermarks: { high: 0, low: 0, min: 0 } },
        guest: { size: '48MiB', access: { cold: 0 } },
        arrivals: {
          arrivals: { process: 'poisson', rate: 50_000 },
          request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '5us' } }] },
        },
        rest: { duration: '1s', warmup: '100ms' },
      }),
    );
    expect(memory.swapIns).toBeGreaterThan(100);
    expect(memory.faultsInFlightAtWarmup).toBeGreaterThan(0);
    // 24 pages at most wait, for two workers that need 2.6 ms for each victim and 1 ms to bring a page in
    expect(memory.oldestFaultNs).toBeLessThan(24 * 2 * 3.7e6);
    expect(result.vms[0]!.completed).toBeGreaterThan(0.8 * result.vms[0]!.arrived);
  });

  it('that wait longer than nearly all others are pointed out', async () => {
    // The device hangs for 2 s in one of 250 reads: the run ends before those do.
    const { memory, result } = await run(
      small({
        memory: {
          content: { ssd: 1 },
          deviceDepth: 32,
          backends: { ssd: { in: { dist: 'bimodal', short: '80us', long: '2s', longShare: 0.004 } } },
        },
        guest: { access: { cold: 0 } },
        arrivals: { arrivals: { process: 'poisson', rate: 20_000 }, request: fixed('5us') },
        rest: { duration: '300ms' },
      }),
    );
    expect(memory.oldestFaultNs).toBeGreaterThan(100e6);
    expect(memory.faultsOverdue).toBe(true);
    expect(renderRun(result)).toMatch(
      /faults: \d+ tasks wait for a page, one of them for \d+ ms; the latencies leave them out/,
    );
  });

  it('take nothing at all where every page fits', async () => {
    const { memory } = await run(small({ guest: { size: '512KiB' } }));
    expect(memory.touches).toBeGreaterThan(1000);
    expect([memory.faults, memory.swapIns, memory.swapOuts]).toEqual([0, 0, 0]);
  });

  it('end: a VM whose requests stop has none under way', async () => {
    const { result, memory } = await run(
      small({
        arrivals: {
          arrivals: { process: 'onoff', onRate: 4e5, offRate: 0, meanOn: '1ms', meanOff: '1h', dwell: 'constant' },
          request: fixed('2us'),
        },
        rest: { duration: '30ms', seed: 2 },
      }),
    );
    expect(result.vms[0]!.inFlight).toBe(0);
    expect(memory.faults).toBe(memory.joined + memory.rescued + memory.swapIns);
  });
});

describe('pages', () => {
  it('that are pinned never move', async () => {
    const { memory } = await run(small({ guest: { pinned: 0.25, access: { cold: 0, pattern: 'uniform' } } }));
    expect(memory.pinnedBytes).toBe(0.25 * 384 * PAGE); // and the core checks at the end that each of them is there
    expect(memory.swapOuts).toBeGreaterThan(100);
  });

  it('that come from a device and were not written to go without a write', async () => {
    const read = await run(small({ memory: { content: { remote: 1 } }, guest: { writes: 0, access: { cold: 0 } } }));
    const written = await run(small({ memory: { content: { remote: 1 } }, guest: { writes: 1, access: { cold: 0 } } }));
    expect(read.memory.cleanDrops).toBeGreaterThan(100);
    expect(read.memory.writebacks).toBeLessThanOrEqual(384); // those that were there at time 0 have no copy yet
    expect(written.memory.cleanDrops).toBe(0);
    expect(written.memory.writebacks).toBeGreaterThanOrEqual(written.memory.swapOuts);
  });

  it('are brought ahead by a scan, and less faults are left', async () => {
    const scan = (prefetch: number) =>
      run(
        small({
          memory: { prefetch, watermarks: { high: 0.2, low: 0.1, min: 0.05 } },
          guest: { access: { pattern: 'scan', cold: 0 } },
          arrivals: { arrivals: { process: 'deterministic', rate: 50_000 }, request: fixed('5us') },
        }),
      );
    const without = (await scan(0)).memory;
    const ahead = (await scan(8)).memory;
    expect(without.prefetched).toBe(0);
    expect(ahead.prefetched).toBeGreaterThan(50);
    expect(ahead.prefetchHits).toBeGreaterThan(0.5 * ahead.prefetched);
    expect(ahead.faults).toBeLessThan(0.6 * without.faults);
  });

  it('that are used again are kept longer with more levels, and less faults are left', async () => {
    const faults: number[] = [];
    for (const levels of [1, 2, 4, 8]) {
      const { memory } = await run(
        small({
          memory: { levels, scan: { interval: '500us' } },
          guest: { access: { pattern: 'zipf', exponent: 0.9, cold: 0 } },
          rest: { duration: '60ms', warmup: '20ms' },
        }),
      );
      faults.push(memory.faults / memory.touches);
    }
    for (let i = 1; i < faults.length; i++) expect(faults[i]!).toBeLessThan(0.99 * faults[i - 1]!);
  });

  it('follow a trace of page numbers', async () => {
    const { Simulation, memoryHost } = await import('../../../src/index.js');
    const input = small({
      memory: { content: { zero: 1 } },
      guest: { access: { pattern: 'trace', file: 'pages.txt' } },
      arrivals: { arrivals: { process: 'saturate', tasks: 1 }, request: fixed('5us') },
    });
    const files = memoryHost({ 'pages.txt': '0\n1\n383\n382\n' });
    const simulation = await Simulation.create(input, { files });
    await simulation.run();
    const memory = memoryOf(simulation.metrics())!;
    // the two last pages are out at time 0 and come in once
    expect(memory.faults).toBe(2);
    expect(memory.touches).toBeGreaterThan(1000);
    await expect(Simulation.create(input, { files: memoryHost({ 'pages.txt': '0\n384\n' }) })).rejects.toThrow(
      'given 384, expected a page of the VM, a whole number from 0 to 383',
    );
  });
});

describe('quotas', () => {
  it('keep one VM from the frames of another', async () => {
    const input = small({ guest: { quota: '400KiB', size: '800KiB', access: { cold: 0 } } });
    const both: ScenarioInput = {
      ...input,
      host: { ...input.host, cores: 4 },
      vms: [input.vms[0]!, { ...input.vms[0]!, name: 'b', memory: { size: '384KiB', access: { cold: 0 } } }],
    };
    const { memory } = await run(both);
    expect(memory.vms['a']!.residentBytes).toBeLessThanOrEqual(400 * 1024);
    expect(memory.vms['a']!.quotaReclaims).toBeGreaterThan(100);
    expect(memory.vms['b']!).toMatchObject({ faults: 0, quotaReclaims: 0, residentBytes: 384 * 1024 });
  });

  it('below what is pinned are refused', async () => {
    await expect(run(small({ guest: { pinned: 0.5, quota: '700KiB' } }))).rejects.toThrow('vms.0.memory.quota');
  });
});

describe('background work', () => {
  it('keeps to its budget', async () => {
    const { memory } = await run(
      small({
        memory: { workers: 4, budget: 0.05, budgetBurst: '20us' },
        guest: { access: { cold: 0.5, coldTouches: 0.3 } },
      }),
    );
    const free = await run(small({ memory: { workers: 4 }, guest: { access: { cold: 0.5, coldTouches: 0.3 } } }));
    // a wait is counted once, however much is charged meanwhile, and swap-ins alone use the budget up
    expect(memory.throttled).toBeGreaterThan(1);
    const inBackground = (outcome: typeof memory) => outcome.swapOuts - outcome.directReclaims;
    expect(inBackground(memory)).toBeLessThan(0.1 * inBackground(free.memory));
    // what the background may not do, faults have to
    expect(memory.directReclaims).toBeGreaterThan(free.memory.directReclaims);
  });

  it('waits for no budget where no VM has a page to give', async () => {
    // `a` brings one page in, at once, which goes again; from then on it is above its quota by what is pinned, and scans use the budget up
    const once = { process: 'closed', clients: 1, think: { dist: 'constant', value: '50us' } } as const;
    const input = small({
      memory: {
        size: '160KiB',
        workers: 1,
        content: { zero: 1 },
        watermarks: { high: 0.15, low: 0.1, min: 0.01 },
        budget: 0.5,
        budgetBurst: '50us',
        scan: { interval: '100us', perPage: '1ms' },
      },
      guest: { size: '100KiB', quota: '88KiB', pinned: 0.8, touches: 1, access: { pattern: 'scan', cold: 0 } },
      arrivals: { arrivals: once, request: fixed('1s') },
    });
    const [a] = input.vms;
    const hits: ScenarioInput['vms'][number] = {
      ...a!,
      name: 'b',
      memory: { size: '16KiB', touches: 1, access: { cold: 0 } },
      workload: { arrivals: { process: 'saturate', tasks: 1 }, request: fixed('5us') },
    };
    const { memory } = await run({ ...input, host: { ...input.host, cores: 4 }, vms: [a!, hits] });
    expect(memory.scans).toBeGreaterThan(100);
    expect(memory.vms['a']).toMatchObject({ faults: 1, quotaReclaims: 1 });
    expect(memory.throttled).toBe(0);
  });

  it('runs on the cores kept for it: no more workers than cores, and no more work', async () => {
    const pressed = (cores: number, workers?: number, interval = '1ms') => {
      const input = small({
        memory: { size: '700KiB', cores, scan: { interval } },
        guest: { access: { cold: 0 } },
        arrivals: { arrivals: { process: 'saturate', tasks: 64 }, request: fixed('5us') },
      });
      const { workers: _, ...memory } = input.host.memory as HostMemoryInput;
      return run({
        ...input,
        host: { cores: 2 + cores, memory: workers === undefined ? memory : { ...memory, workers } },
      });
    };
    await expect(pressed(1, 2)).rejects.toThrow(
      'host.memory.workers: given 2, expected at most host.memory.cores (1): each worker runs on a core of those kept',
    );
    for (const cores of [1, 3, 6]) {
      const { memory } = await pressed(cores);
      const { swapIn, swapOut } = memory.elasticityCoreSeconds;
      expect(swapIn + swapOut).toBeLessThan(cores * 0.02 * 1.01); // work is charged when it begins
      if (cores === 1) expect(swapIn + swapOut).toBeGreaterThan(0.95 * 0.02);
    }
    const busy = await pressed(1, 1, '250ns');
    expect(busy.memory.keptCoresUsed).toBeGreaterThan(1);
    expect(renderRun(busy.result)).toContain('of the cores kept for it');
    expect((await run(small())).memory.keptCoresUsed).toBeNull();
  });

  it('scans only while something is touched, and charges the whole memory', async () => {
    const quiet = small({
      memory: { scan: { interval: '1ms', perPage: '2ns' } },
      arrivals: { arrivals: { process: 'none' } },
    });
    const { result, memory } = await run(quiet);
    expect([memory.scans, memory.touches, result.manifest.events]).toEqual([0, 0, 0]);
    const busy = await run(small({ guest: { size: '512KiB' } }));
    expect(busy.memory.scans).toBe(20);
    expect(busy.memory.elasticityCoreSeconds.scan).toBeCloseTo((20 * 128 * 2) / 1e9, 12);
    const sampled = await run(small({ memory: { size: '16MiB', pageSample: 16 }, guest: { size: '8MiB' } }));
    expect(sampled.memory.elasticityCoreSeconds.scan).toBeCloseTo((16 * 20 * 128 * 2) / 1e9, 12);
  });
});

describe('bits', () => {
  it('are the same in every build', async () => {
    const input = small({
      memory: {
        prefetch: 2,
        content: { zero: 0.2, lz4: 0.5, remote: 0.3 },
        upgrades: [{ kind: 'hot-upgrade', at: '5ms', prepare: '1ms', transfer: '1ms' }],
      },
    });
    const texts: string[] = [];
    for (const build of BUILDS) {
      const { result } = await run(input, await moduleOf(build));
      const { coreSha256: _, wallSeconds: __, eventsPerSecond: ___, ...manifest } = result.manifest;
      texts.push(toStableJson({ ...result, manifest }));
    }
    expect(texts[1]).toBe(texts[0]);
    expect(texts[2]).toBe(texts[0]);
  });

  it('of arrivals and services do not depend on memory: without faults a run is the run without memory', async () => {
    // no service of 0 ns: such a task's touch is an event of its own
    const withMemory = small({
      guest: { size: '512KiB' },
      memory: { scan: { interval: '1h' } },
      arrivals: {
        arrivals: { process: 'saturate', tasks: 8 },
        request: { stages: [{ tasks: 1, service: { dist: 'uniform', min: '1us', max: '9us' } }] },
      },
    });
    const vm: Partial<ScenarioInput['vms'][number]> = { ...withMemory.vms[0]! };
    delete vm.memory;
    const without: ScenarioInput = { ...withMemory, host: { cores: 2 }, vms: [vm as ScenarioInput['vms'][number]] };
    const [a, b] = [await run(withMemory), await run(without)];
    expect(a.result.manifest.fingerprint).toBe(b.result.manifest.fingerprint);
    expect(a.result.vms).toEqual(b.result.vms);
    expect(b.result.memory).toEqual({});
  });

  it('of what is touched do not depend on the mechanism', async () => {
    const open = (mechanism: 'static' | 'ideal') => ({
      ...small({
        guest: { size: '512KiB', access: { pattern: 'zipf', cold: 0.2, coldTouches: 0.1 } },
        arrivals: { arrivals: { process: 'poisson', rate: 1e5 }, request: fixed('5us') },
      }),
      mechanism,
    });
    const [a, b] = [await run(open('static')), await run(open('ideal'))];
    expect(Math.abs(a.memory.touches - b.memory.touches)).toBeLessThanOrEqual(4); // those under way at the end
  });
});
