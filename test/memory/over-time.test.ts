// Where memory lies over time: each sample against what a run that is stopped there says of itself, by settling its accounts.

import { expect, it } from 'vitest';
import { Simulation, type MemoryResult, type ScenarioInput } from '../../src/index.js';
import { seriesResult } from '../../src/result/series.js';

const SWAPPED: ScenarioInput = {
  version: 1,
  seed: 5,
  warmup: '3300us',
  duration: '17ms',
  host: { cores: 6, memory: { size: '64MiB', cores: 2, workers: 2, content: { lz4: 0.7, zero: 0.3 } } },
  mechanism: 'static',
  series: { interval: '500us', samples: 64 },
  vms: ['db', 'web'].map((name) => ({
    name,
    vcpus: { min: 2, max: 2 },
    memory: { size: '72MiB', touches: 3, access: { pattern: 'uniform' as const } },
    workload: {
      arrivals: { process: 'poisson' as const, rate: 4e4 },
      request: { stages: [{ tasks: 1, service: { dist: 'exponential' as const, mean: '10us' } }] },
    },
  })),
};

const memoryOf = (simulation: Simulation): MemoryResult => simulation.metrics().memory as MemoryResult;

it('is at every sample what the accounts say there', async () => {
  const simulation = await Simulation.create(SWAPPED);
  await simulation.run();
  const { timeNs, memory } = simulation.series()!;
  expect(timeNs).toHaveLength(40);
  const again = await Simulation.create(SWAPPED);
  let before = 0;
  let earlier = 0; // faults of the warm-up, whose counts are dropped at its end
  for (const [i, atNs] of timeNs.entries()) {
    if (before < 3.3e6 && atNs >= 3.3e6) {
      await again.runUntil(3.3e6 - 1);
      earlier = memoryOf(again).faults;
    }
    await again.runUntil(atNs);
    const now = memoryOf(again);
    expect(memory!.freeBytes[i]).toBe(now.freeBytes);
    expect(memory!.outBytes[i]).toBe(Math.round(now.outShare! * now.virtualBytes));
    expect(memory!.residentBytes[i]! + memory!.outBytes[i]!).toBe(now.virtualBytes);
    const sum = memory!.faults.slice(0, i + 1).reduce((all, one) => all + one, 0);
    expect(sum).toBe(now.faults + earlier);
    before = atNs;
  }
  expect(earlier).toBeGreaterThan(100);
  expect(new Set(memory!.outBytes).size).toBeGreaterThan(5);
  simulation.close();
  again.close();
});

it('changes nothing of a run, and drops every second sample as the others are dropped', async () => {
  const few: ScenarioInput = { ...SWAPPED, series: { interval: '500us', samples: 16 } };
  const [many, some, none] = await Promise.all(
    [SWAPPED, few, { ...SWAPPED, series: undefined }].map((input) => Simulation.create(input)),
  );
  for (const one of [many!, some!, none!]) await one.run();
  const vms = (simulation: Simulation): unknown => simulation.metrics().vms;
  expect(vms(many!)).toEqual(vms(none!));
  expect(memoryOf(many!)).toEqual(memoryOf(none!));
  const [all, kept] = [many!.series()!, some!.series()!];
  expect(kept.intervalNs).toBe(2e6);
  expect(kept.timeNs.length).toBe(10);
  for (const [i, time] of kept.timeNs.entries()) {
    const at = all.timeNs.indexOf(time);
    expect(kept.memory!.residentBytes[i]).toBe(all.memory!.residentBytes[at]);
    expect(kept.memory!.faults[i]).toBe(all.memory!.faults.slice(at - 3, at + 1).reduce((sum, one) => sum + one, 0));
  }
});

it('goes on after a snapshot and in a fork as it would have', async () => {
  const whole = await Simulation.create(SWAPPED);
  await whole.run();
  const half = await Simulation.create(SWAPPED);
  await half.runUntil(9_123_456);
  for (const second of [await Simulation.restore(half.snapshot()), await half.fork(), half]) {
    await second.run();
    expect(second.series()!.memory).toEqual(whole.series()!.memory);
  }
});

it('is null where a sample was not read, and absent without swapped memory', async () => {
  const simulation = await Simulation.create(SWAPPED);
  while (simulation.series()!.timeNs.length < 2) await simulation.step();
  const series = simulation.series()!;
  const unread = { ...series.memory!, faults: [3, NaN] };
  expect(seriesResult({ ...series, memory: unread }).memory!.faults).toEqual([3, null]);
  const { memory: _, ...host } = SWAPPED.host;
  const vms = SWAPPED.vms.map(({ memory: __, ...vm }) => vm);
  const dry = await Simulation.create({ ...SWAPPED, host, vms });
  await dry.run();
  expect(dry.series()!.memory).toBeUndefined();
});

it('is looked at in the strips of a report, too', async () => {
  const simulation = await Simulation.create({ ...SWAPPED, series: undefined });
  await simulation.run({ strips: true });
  const { windows } = (await simulation.strips())!;
  const { memory, columnNs } = windows[0]!;
  const again = await Simulation.create(SWAPPED);
  for (let column = 0; column < 512; column += 37) {
    await again.runUntil(Math.floor((column + 0.5) * columnNs));
    const now = memoryOf(again);
    expect([memory!.freeBytes[column], memory!.outBytes[column]]).toEqual([
      now.freeBytes,
      Math.round(now.outShare! * now.virtualBytes),
    ]);
  }
  expect(windows[1]!.memory).toBeUndefined();
});
