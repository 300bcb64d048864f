// Laws of functions whose VMs come and go that have a closed form, and those that hold to the nanosecond.

import { describe, expect, it } from 'vitest';
import type { LifecycleSpec } from '../../src/lifecycle/spec.js';
import { coldStarts, servedInAll, type LifecycleResult } from '../../src/lifecycle/result.js';
import { margin, random } from '../support/chance.js';
import { fn, host, invocations, lifecycle, lifecycleOf, MIB, runFunctions, S } from '../support/functions.js';

/** n arrivals of a Poisson process, of functions in turn by chance. */
function poisson(n: number, perSecond: number, service: (draw: () => number) => number, functions = 1, seed = 1) {
  const draw = random(seed);
  let at = 0;
  const rows = Array.from({ length: n }, (): [number, number, number] => {
    at += (-Math.log(1 - draw()) / perSecond) * S;
    return [Math.round(at), Math.floor(draw() * functions), Math.round(service(draw))];
  });
  return { rows, endNs: Math.round(at) };
}

const fixed = (seconds: number): Pick<LifecycleSpec, 'keepAlive'> => ({
  keepAlive: { policy: 'fixed', timeNs: seconds * S, from: 'end' },
});
describe('Poisson arrivals', () => {
  it('A1: of one function find it gone e^(-λT) of the time', async () => {
    const n = 20_000;
    const { rows, endNs } = poisson(n, 1 / 600, () => 0);
    const found = await lifecycleOf(endNs, { ...fixed(600), invocations: invocations(rows) });
    expect(Math.abs(found.coldStartRate! - 0.3679)).toBeLessThan(margin(0.3679, n));
    const warm = found.warmByteSeconds / (128 * MIB) / (endNs / S);
    expect(Math.abs(warm - 0.6321)).toBeLessThan(0.02);
    expect(Math.abs(found.warmByteSeconds / (128 * MIB) / n - 379.3)).toBeLessThan(12);
  });

  it.each([
    ['exponential', (draw: () => number) => -Math.log(1 - draw()) * S],
    ['constant', () => S],
    ['of two kinds', (draw: () => number) => (draw() < 0.9 ? 0.5 * S : 5.5 * S)],
  ])('A3: find n instances busy as Erlang has it, whatever the service: %s', async (_, service) => {
    const n = 60_000;
    const { rows, endNs } = poisson(n, 8, service);
    const found = await lifecycleOf(endNs, {
      keepAlive: { policy: 'lru' },
      memoryBytes: 10 * 128 * MIB,
      invocations: invocations(rows),
    });
    // losses come in bunches: some three times the variance of independent ones
    expect(Math.abs(found.dropped / n - 0.12166)).toBeLessThan(3 * margin(0.12166, n));
    expect(found.instancesMax).toBe(10);
  });

  it.each([
    ['exponential', (draw: () => number) => -Math.log(1 - draw()) * S],
    ['constant', () => S],
  ])('A3: keep a Poisson number of instances busy without a budget, whatever the service: %s', async (_, service) => {
    const busy: number[] = [];
    for (let seed = 1; seed <= 12; seed++) {
      const { rows, endNs } = poisson(16_000, 8, service, 1, seed);
      const { overTime, dropped } = await lifecycleOf(endNs, { ...fixed(0), invocations: invocations(rows) });
      expect(dropped).toBe(0);
      // seconds lie between two samples, so that they are independent
      const settled = overTime.filter(({ atNs }) => atNs > 20 * S);
      busy.push(...settled.map(({ busyBytes }) => busyBytes / (128 * MIB)));
    }
    const above = busy.filter((count) => count > 12).length / busy.length;
    expect(busy.length).toBeGreaterThan(2500);
    expect(Math.abs(above - 0.0638)).toBeLessThan(margin(0.0638, busy.length));
    const mean = busy.reduce((sum, count) => sum + count, 0) / busy.length;
    expect(Math.abs(mean - 8)).toBeLessThan(4 * Math.sqrt(8 / busy.length));
  });

  it('A6: are never warm where nothing is kept, unless one ends as the next arrives', async () => {
    const rows: [number, number, number][] = [
      [0, 0, S],
      [S, 0, S], // as the first ends
      [2 * S + 1, 0, S], // a nanosecond late
      [3 * S + 1, 0, 0],
      [3 * S + 1, 0, 0], // after the one of no length, at its instant
    ];
    const found = await lifecycleOf(10 * S, { ...fixed(0), invocations: invocations(rows) });
    expect(found.served).toEqual({ active: 0, joined: 0, dormant: 3, restore: 0, vm: 2, full: 0 });
    expect(found.instances).toBe(0);
    expect(found.warmByteSeconds).toBe(0);
  });
});

describe('keeping for T', () => {
  it('serves warm who arrives exactly at its end', async () => {
    const rows: [number, number, number][] = [
      [0, 0, S],
      [11 * S, 0, 0],
      [21 * S + 1, 0, 0],
    ];
    const at = (from: 'end' | 'start') =>
      lifecycleOf(60 * S, { keepAlive: { policy: 'fixed', timeNs: 10 * S, from }, invocations: invocations(rows) });
    expect((await at('end')).served).toMatchObject({ dormant: 1, vm: 2 });
    expect((await at('start')).served).toMatchObject({ dormant: 0, vm: 3 });
  });

  it('takes the one that was started last, so that what is surplus ages', async () => {
    const burst: [number, number, number][] = [
      [0, 0, S],
      [1, 0, S],
      [2, 0, S],
    ];
    const single = Array.from({ length: 20 }, (_, i): [number, number, number] => [(2 + i) * S, 0, 0]);
    const found = await lifecycleOf(60 * S, { ...fixed(5), invocations: invocations([...burst, ...single]) });
    expect(found.served).toMatchObject({ dormant: 20, vm: 3 });
    // two go 5 s after the burst, the third 5 s after the last single request
    expect(found.expirations).toBe(3);
    expect(found.warmByteSeconds / (128 * MIB)).toBeCloseTo(2 * 5 + (21 - 1) + 5, 6);
  });
});

describe('memory × time', () => {
  it('A7: dormant, active and starting is that of all that was held', async () => {
    const durationNs = 2 ** 12 * S;
    const { overTime: empty } = await lifecycleOf(durationNs, {});
    const interval = empty[1]!.atNs - empty[0]!.atNs;
    // everything happens at an instant that is sampled, so that samples tell the whole
    const draw = random(5);
    const some = (most: number): number => Math.ceil(draw() * most) * interval;
    let at = interval;
    const rows: [number, number, number][] = [];
    while ((at += some(4)) < durationNs * 0.9) rows.push([at, 0, some(20)]);
    const found = await lifecycleOf(durationNs, {
      keepAlive: { policy: 'fixed', timeNs: 5 * interval, from: 'end' },
      functions: [fn({ initNs: 2 * interval })],
      memoryBytes: 10 * 128 * MIB,
      overflow: { kind: 'queue', timeoutNs: 0 },
      invocations: invocations(rows),
    });
    const { warmByteSeconds: warm, busyByteSeconds: busy, startingByteSeconds: starting, overTime } = found;
    expect(Math.min(warm, busy, starting, found.evictions + found.expirations)).toBeGreaterThan(0);
    const before = overTime.filter(({ atNs }) => atNs < durationNs);
    const held = before.reduce((sum, { instances }) => sum + instances, 0) * 128 * MIB * (interval / S);
    expect((warm + busy + starting) / held).toBeCloseTo(1, 12);
    for (const { warmBytes, busyBytes, startingBytes, instances } of overTime) {
      expect(warmBytes + busyBytes + startingBytes).toBe(instances * 128 * MIB);
      expect(instances).toBeLessThanOrEqual(10);
    }
  });
});

describe('vertical against horizontal', () => {
  it('A4: holds base + requests, and not base for each', async () => {
    const rows = Array.from({ length: 16 }, (_, i): [number, number, number] => [i, 0, S]);
    const functions = [fn({ memoryBytes: 64 * MIB, memoryPerRequestBytes: 8 * MIB, maxVcpus: 16 })];
    const peak = async (vertical: boolean) =>
      (await lifecycleOf(10 * S, { functions, vertical, invocations: invocations(rows) })).usedMaxBytes / MIB;
    expect(await peak(false)).toBe(1152);
    expect(await peak(true)).toBe(192);
  });

  it('gains nothing for functions of one request at a time', async () => {
    const rows = Array.from({ length: 50 }, (_, i): [number, number, number] => [i * 2 * S, 0, S]);
    const functions = [fn({ memoryPerRequestBytes: 8 * MIB, maxVcpus: 16 })];
    const of = (vertical: boolean) => lifecycleOf(200 * S, { functions, vertical, invocations: invocations(rows) });
    expect(await of(true)).toEqual(await of(false));
  });
});

describe('starts', () => {
  const tier = { activeNs: 7, dormantNs: 13_000, restoreNs: 11e6, vmBootNs: 1_370_000 };

  it('take what their tiers say, and confidential ones attestation', async () => {
    const functions = [
      fn({ name: 'plain' }),
      fn({ name: 'runtime', initNs: 5e8 }),
      fn({ name: 'secret', initNs: 5e8, confidential: true }),
      fn({ name: 'shared', concurrency: 2, maxVcpus: 2, initNs: 5e8 }),
    ];
    const rows: [number, number, number][] = [
      ...[0, 1, 2].flatMap((of): [number, number, number][] => [
        [0, of, S],
        [9 * S, of, S], // dormant
        [100 * S, of, S], // gone, with a snapshot
      ]),
      [0, 3, 10 * S],
      [100, 3, S], // joins
      [5 * S, 3, S], // active
    ];
    const found = await lifecycleOf(300 * S, {
      ...fixed(20),
      tier,
      attestNs: 3e8,
      snapshots: 'onExpiry',
      functions,
      invocations: invocations(rows),
    });
    expect(found.served).toEqual({ active: 1, joined: 1, dormant: 3, restore: 3, vm: 1, full: 3 });
    const least = (of: keyof LifecycleResult['served']) => [found.startNsByTier[of].min, found.startNsByTier[of].max];
    expect(least('active')).toEqual([7, 7]);
    expect(least('joined')).toEqual([501_370_000 - 100, 501_370_000 - 100]);
    expect(least('dormant')).toEqual([13_000, 13_000]);
    expect(least('restore')).toEqual([11e6, 11e6]);
    expect(least('vm')).toEqual([1_370_000, 1_370_000]);
    expect(least('full')).toEqual([501_370_000, 801_370_000]);
    // the mean of all is that of the tiers by their shares
    const tiers = Object.keys(found.served) as (keyof LifecycleResult['served'])[];
    const summed = tiers.reduce((sum, of) => sum + found.served[of] * found.startNsByTier[of].mean!, 0);
    expect(found.startNs.mean).toBeCloseTo(summed / servedInAll(found), 3);
  });

  it('pass the gate one behind the other', async () => {
    const rows = Array.from({ length: 6 }, (_, i): [number, number, number] => [i, i, 0]);
    const functions = rows.map((_, i) => fn({ name: `f${i}` }));
    const of = async (boot: LifecycleSpec['boot']) => {
      const found = await lifecycleOf(600 * S, {
        tier: { ...tier, vmBootNs: 10e6 },
        boot,
        functions,
        invocations: invocations(rows),
      });
      return found.functions.map(({ meanStartNs }, i) => meanStartNs! + i);
    };
    const ms = 1e6;
    expect(await of({ slots: 2, ratePerSecondPerCore: 0 })).toEqual(
      [10, 10, 20, 20, 30, 30].map((end, i) => end * ms + (i % 2)),
    );
    // 512 cores: 51.2 a second
    const period = Math.round(1e9 / 51.2);
    const all = await of({ slots: 0, ratePerSecondPerCore: 0.1 });
    expect(all).toEqual(rows.map((_, i) => i * period + 10 * ms));
  });
});

describe('starts that are work of a core', () => {
  const tier = { activeNs: 0, dormantNs: 0, restoreNs: 0, vmBootNs: 2e8 };
  const functions = [0, 1, 2, 3].map((i) => fn({ name: `f${i}`, initNs: 8e8, confidential: i === 3 }));
  const rows = functions.map((_, i): [number, number, number] => [i, i, S]);
  const found = async (cores: number, cpu: number, minInstances = 0) => {
    const scenario = host(60 * S);
    const spec = lifecycle({
      tier,
      attestNs: 5e8,
      functions: functions.map((one) => ({ ...one, minInstances })),
      invocations: invocations(minInstances > 0 ? [] : rows),
      boot: { slots: 0, ratePerSecondPerCore: 0, cpu },
    });
    return (await runFunctions({ ...scenario, host: { ...scenario.host, cores } }, spec)).lifecycle!;
  };
  const ready = ({ functions: all }: LifecycleResult): number[] => all.map(({ meanStartNs }, i) => meanStartNs! + i);

  it('end with cores enough when they would have, and take the cores’ time', async () => {
    const [waits, works] = [await found(64, 0), await found(64, 1)];
    expect(ready(works)).toEqual(ready(waits));
    expect(ready(works)).toEqual([S, S + 1, S + 2, 1.5 * S + 3]);
    expect(waits.cpuSeconds.task).toBe(4);
    expect(works.cpuSeconds.task).toBe(8);
    expect((await found(64, 0.25)).cpuSeconds.task).toBe(5);
  });

  it('wait for each other, and for requests, where there is one core', async () => {
    const works = await found(1, 1);
    // 1 s each of boot and init in the order of arrival, the request of the first behind them
    expect(ready(works).slice(0, 3)).toEqual([S, 2 * S, 3 * S]);
    expect(works.cpuSeconds.task).toBe(8);
    expect(works.latencyNs.max!).toBeGreaterThan(7 * S);
  });

  it('give their VM back when nobody waits for them', async () => {
    const works = await found(2, 1, 3);
    expect(works).toMatchObject({ instances: 12, arrived: 0, starts: 12 });
    expect(works.cpuSeconds.task).toBe(12);
  });
});

describe('where memory is short', () => {
  const two = [fn({ name: 'a' }), fn({ name: 'b' })];
  const rows: [number, number, number][] = [
    [0, 0, 10 * S],
    [S, 1, 2 * S],
    [2 * S, 1, 2 * S],
    [20 * S, 1, S],
  ];
  const of = (overflow: LifecycleSpec['overflow']) =>
    lifecycleOf(60 * S, { functions: two, memoryBytes: 128 * MIB, overflow, invocations: invocations(rows) });

  it('requests are dropped, wait, or wait no longer than they may', async () => {
    expect(await of({ kind: 'drop', timeoutNs: 0 })).toMatchObject({ dropped: 2, evictions: 1, timedOut: 0 });
    const waits = await of({ kind: 'queue', timeoutNs: 0 });
    expect(waits).toMatchObject({ dropped: 0, evictions: 1, inFlightMax: 2 });
    // 9 s for the first to end, 10 s for the one behind the second
    expect(waits.functions[1]!.meanStartNs! * 3).toBe((9 + 10) * S);
    expect(await of({ kind: 'timeout', timeoutNs: 9 * S })).toMatchObject({ timedOut: 1, evictions: 1 });
    // served by what ends in the nanosecond in which it would have given up
    expect(await of({ kind: 'timeout', timeoutNs: 10 * S })).toMatchObject({ timedOut: 0 });
    expect(await of({ kind: 'timeout', timeoutNs: 8 * S - 1 })).toMatchObject({ timedOut: 2 });
  });

  it('nothing is evicted where that cannot help, unless as FaasCache does', async () => {
    const functions = [
      fn({ name: 'small' }),
      fn({ name: 'busy', memoryBytes: 256 * MIB }),
      fn({ name: 'large', memoryBytes: 512 * MIB }),
    ];
    const many: [number, number, number][] = [
      [0, 0, S],
      [0, 1, 50 * S],
      [10 * S, 2, S],
    ];
    const evicting = (evict: LifecycleSpec['evict']) =>
      lifecycleOf(60 * S, { functions, memoryBytes: 600 * MIB, evict, invocations: invocations(many) });
    expect(await evicting('asNeeded')).toMatchObject({ dropped: 1, evictions: 0 });
    expect(await evicting('asFaasCache')).toMatchObject({ dropped: 1, evictions: 1 });
  });

  it('a function that never fits is told, and its requests are dropped though others wait', async () => {
    const functions = [fn({ name: 'giant', memoryBytes: 1024 * MIB }), fn({ name: 'fits' })];
    const all: [number, number, number][] = [
      [0, 0, S],
      [1, 1, S],
    ];
    const found = await lifecycleOf(10 * S, {
      functions,
      memoryBytes: 128 * MIB,
      overflow: { kind: 'queue', timeoutNs: 0 },
      invocations: invocations(all),
    });
    expect(found).toMatchObject({ dropped: 1, completed: 1, neverFit: ['giant'] });
  });
});

describe('VM slots', () => {
  it('are as many as a run needs, and their number changes nothing', async () => {
    const { rows, endNs } = poisson(3000, 1000, (draw) => -Math.log(1 - draw()) * 0.7 * S, 5, 7);
    const functions = [0, 1, 2, 3, 4].map((i) =>
      fn({ name: `f${i}`, initNs: i * 1e8, memoryBytes: (i + 1) * 64 * MIB }),
    );
    const spec = lifecycle({ functions, invocations: invocations(rows), memoryBytes: 120 * 1024 * MIB });
    // some 700 run at once: 256 are laid out, then 512, then 1,024
    const scenario = host(endNs + 20 * S, { warmupNs: S });
    const result = await runFunctions(scenario, spec);
    const enough = await runFunctions(scenario, spec, { functionVms: 2000 });
    const timeless = ({ manifest: { wallSeconds: _, eventsPerSecond: __, ...manifest }, ...rest }: typeof enough) => ({
      ...rest,
      manifest,
    });
    expect(timeless(result)).toEqual(timeless(enough));
    expect(result.lifecycle!.runningMax).toBeGreaterThan(512);
    expect(servedInAll(result.lifecycle!) + result.lifecycle!.dropped).toBe(result.lifecycle!.arrived);
    expect(coldStarts(result.lifecycle!)).toBeGreaterThan(256);
  });
});
