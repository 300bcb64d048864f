// Tracks of functions against what the lifecycle itself counted: time in each state, who went and why, memory, and whose VM it was.

import { expect, it } from 'vitest';
import { Simulation } from '../../src/index.js';
import type { LifecycleResult } from '../../src/lifecycle/result.js';
import type { LifecycleSpec } from '../../src/lifecycle/spec.js';
import { nextArrival, random } from '../support/chance.js';
import { fn, host, invocations, lifecycle, MIB, S } from '../support/functions.js';
import { sums, traced, type Trace } from './trace.js';

const draw = random(5);
let at = 0;
const calls = Array.from({ length: 400 }, (): [number, number, number] => [
  (at = nextArrival(at, 4, draw)),
  Math.floor(draw() * 4),
  Math.round(draw() * S),
]);
/** Starts that take time, dormancy that ends by itself and for want of memory, and requests that wait for it. */
const spec = lifecycle({
  memoryBytes: 800 * MIB,
  keepAlive: { policy: 'fixed', timeNs: 2 * S, from: 'end' },
  overflow: { kind: 'queue', timeoutNs: 0 },
  tier: { activeNs: 0, dormantNs: 5e6, restoreNs: 0, vmBootNs: 125e6 },
  functions: [64, 128, 96, 256].map((size, i) => fn({ name: `fn${i}`, memoryBytes: size * MIB, initNs: 2e8 })),
  invocations: invocations(calls),
});

async function recorded(
  given: LifecycleSpec,
  warmupNs = 0,
  fromNs = warmupNs,
): Promise<{ trace: Trace; found: LifecycleResult; endNs: number }> {
  const simulation = await Simulation.create(host(at + 10 * S - warmupNs, { warmupNs }), { lifecycle: given });
  const { trace } = await traced(simulation, { fromNs });
  const found = simulation.metrics().lifecycle!;
  const { endNs } = simulation;
  simulation.close();
  return { trace, found, endNs };
}

const MARKS = { evicted: 'evictions', expired: 'expirations' } as const;

it.each([0, 40 * S])(
  'tells what each function’s instances were doing, and why they went, from %d ns on',
  async (from) => {
    const { trace, found, endNs } = await recorded(spec, from);
    expect(Math.min(found.evictions, found.expirations)).toBeGreaterThan(5);
    for (const { name, warmByteSeconds, ...counts } of found.functions) {
      const slices = trace.slices.filter(({ track }) => track.startsWith(`functions/${name}/instances`));
      const { memoryBytes } = spec.functions.find((one) => one.name === name)!;
      const time = sums(slices, (slice) => slice.name);
      expect(Object.keys(time).sort()).toEqual(['active', 'dormant', 'starting']);
      expect((time['dormant']! * memoryBytes) / S / warmByteSeconds).toBeCloseTo(1, 9);
      const marks = trace.instants.filter(({ track }) => track.startsWith(`functions/${name}/instances`));
      for (const [mark, counter] of Object.entries(MARKS))
        expect([name, mark, marks.filter((one) => one.name === mark).length]).toEqual([name, mark, counts[counter]]);
    }
    // ∫ memory dt is that of all states, and so is the counter's
    const area = (track: string): number => {
      const steps = trace.counters.get(`functions/${track}`)!;
      return steps.reduce((sum, [time, bytes], i) => sum + bytes * ((steps[i + 1]?.[0] ?? endNs) - time), 0) / S;
    };
    expect(area('memory of dormant instances') / found.warmByteSeconds).toBeCloseTo(1, 9);
    const bySlice = trace.slices
      .filter(({ category, track }) => category === 'lifecycle' && track.startsWith('functions/'))
      .reduce((sum, { track, fromNs, untilNs }) => {
        const size = spec.functions.find(({ name }) => track.startsWith(`functions/${name}/`))!.memoryBytes;
        return sum + (size * (untilNs - fromNs)) / S;
      }, 0);
    expect(area('memory used') / bySlice).toBeCloseTo(1, 9);
    const most = Math.max(...trace.counters.get('functions/memory used')!.map(([, bytes]) => bytes));
    expect(most).toBe(found.usedMaxBytes);
  },
);

it('knows why an instance goes across the instant at which the counters begin anew', async () => {
  const warmupNs = 40 * S;
  const { trace, found } = await recorded(spec, warmupNs, 0);
  for (const { name, ...counts } of found.functions) {
    const marks = trace.instants.filter((one) => one.track.startsWith(`functions/${name}/`));
    for (const [mark, counter] of Object.entries(MARKS)) {
      const times = marks.filter((one) => one.name === mark).map(({ fromNs }) => fromNs);
      expect(times.filter((time) => time < warmupNs).length).toBeGreaterThan(0);
      const after = times.filter((time) => time > warmupNs).length;
      expect([name, mark, after]).toEqual([name, mark, counts[counter]]);
    }
  }
});

it('leaves out the VMs in which nothing happens, and calls the others by whose instance they run', async () => {
  const { trace, found } = await recorded(spec);
  const vms = new Set(trace.tracks.flatMap((track) => /^functions of 1-\d+/.exec(track) ?? []));
  expect(vms.size).toBe(found.runningMax);
  const held = trace.slices.filter(({ track, depth }) => track.startsWith('cores/core') && depth === 0);
  expect(held.length).toBeGreaterThan(300);
  const of = trace.slices.filter(({ track }) => track.endsWith('/function'));
  for (const { name, fromNs, untilNs } of held) {
    const [, named, vm] = /^(fn\d) \((functions of 1-\d+) vCPU 0\)$/.exec(name)!;
    const around = of.filter(
      (one) => one.track === `${vm!}/function` && one.fromNs <= fromNs && untilNs <= one.untilNs,
    );
    expect([name, around.map((one) => one.name)]).toEqual([name, [named]]);
  }
});
