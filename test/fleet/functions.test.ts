// Functions of a fleet: each request on one host, once; what hosts did together is what each does by itself. The naive side draws, cuts and
// adds up as docs/fleet.md says it, with scenarios of one host each.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { fleet } from '../../src/fleet/api.js';
import { FUNCTION_COUNTS, FunctionSums, type RowFunctions } from '../../src/fleet/function-row.js';
import { type FunctionCalls, NOWHERE, dealOut } from '../../src/fleet/functions.js';
import { Outages } from '../../src/fleet/outages.js';
import { resolveFleet } from '../../src/fleet/parse.js';
import type { FleetResult } from '../../src/fleet/result.js';
import type { FleetInput } from '../../src/fleet/schema.js';
import { seedOf } from '../../src/fleet/work.js';
import { evaluateAssertion } from '../../src/input/assert.js';
import type { InputError } from '../../src/input/errors.js';
import { fleetReport } from '../../src/report/html/figures/fleet.js';
import { renderFleet } from '../../src/report/fleet-table.js';
import { Simulation } from '../../src/simulation.js';
import { functionStream } from '../../src/workload/functions.js';
import { SplitMix64 } from '../../src/workload/random.js';
import { captureIo } from '../cli/fake.js';
import { memoryHost } from '../../src/workload/text-source.js';

interface Row {
  readonly fn: string;
  readonly atMs: number;
  readonly runMs: number;
}

const NAMES = Array.from({ length: 12 }, (_, i) => `f${i}`);
const random = new SplitMix64(5);
const below = (n: number): number => Math.floor(random.unit() * n);
/** One at 0, and one at every end of a window. */
const ROWS: readonly Row[] = [
  ...[0, 20_000, 40_000, 60_000, 80_000].map((atMs) => ({ fn: 'f0', atMs, runMs: 5 })),
  ...Array.from({ length: 900 }, () => ({ fn: NAMES[below(12)]!, atMs: 1 + below(99_998), runMs: 1 + below(900) })),
].sort((a, b) => a.atMs - b.atMs);
const TABLE = `func,memoryMiB,initMs\n${NAMES.map((name, i) => `${name},${100 + 50 * i},${20 * i}\n`).join('')}`;
const traceOf = (rows: readonly Row[]): string =>
  `app,func,end_timestamp,duration\n${rows
    .map(({ fn, atMs, runMs }) => `a,${fn},${((atMs + runMs) / 1000).toFixed(3)},${(runMs / 1000).toFixed(3)}\n`)
    .join('')}`;
const files = { 'calls.csv': traceOf(ROWS), 'table.csv': TABLE };

const trace = { file: 'calls.csv', format: 'azure-2021', table: 'table.csv' } as const;
const lifecycle = { keepAlive: { policy: 'fixed', time: '4s' } } as const;
const input = (more: Partial<FleetInput> = {}): FleetInput => ({
  version: 1,
  seed: 3,
  duration: '100s',
  hosts: [
    { type: 'small', count: 2, cores: 4, memory: '1GiB' },
    { type: 'large', count: 2, cores: 8, memory: '3GiB' },
  ],
  fidelity: 'full',
  simulate: { length: '100s', warmup: '0ns' },
  functions: { trace },
  lifecycle,
  ...more,
});

const GIB = 2 ** 30;
const BYTES = [GIB, GIB, 3 * GIB, 3 * GIB];

/** Hosts of a function: by draws over the memory of all, the next one where it has that already. */
function homesOf(name: string, spread: number): number[] {
  const stream = functionStream(3, name);
  stream.absorb(208);
  const homes: number[] = [];
  while (homes.length < spread) {
    let place = stream.unit() * 8 * GIB;
    let host = 0;
    while (place >= BYTES[host]!) place -= BYTES[host++]!;
    while (homes.includes(host)) host = (host + 1) % 4;
    homes.push(host);
  }
  return homes;
}

/** Of each row, in turns of its function. */
function dealt(spread: number): number[] {
  const turns = new Map<string, number>();
  return ROWS.map(({ fn }) => {
    const turn = turns.get(fn) ?? 0;
    turns.set(fn, turn + 1);
    return homesOf(fn, spread)[turn % spread]!;
  });
}

/** A host by itself. */
async function alone(host: number, rows: readonly Row[], [fromS, warmupS, lengthS]: readonly [number, number, number]) {
  const scenario = {
    version: 1 as const,
    seed: seedOf(3, host, fromS * 1e9),
    duration: `${lengthS}s`,
    warmup: `${warmupS}s`,
    host: { cores: host < 2 ? 4 : 8 },
    mechanism: 'hyperflux' as const,
    functions: { trace },
    lifecycle: { ...lifecycle, memory: host < 2 ? '1GiB' : '3GiB' },
  };
  const at = { ...files, 'calls.csv': traceOf(rows) };
  const simulation = await Simulation.create(scenario, { files: memoryHost(at) });
  await simulation.run();
  return simulation.metrics().lifecycle!;
}

const NAMED = [
  'arrived',
  'completed',
  'dropped',
  'inFlight',
  'underWay',
  'evictions',
  'expirations',
  'starts',
] as const;

/** All hosts, one after the other. */
async function together(spread: number, windows: readonly (readonly [number, number, number])[]) {
  const hosts = dealt(spread);
  const sums: Record<string, number> = {};
  const served: Record<string, number> = {};
  const byHost = BYTES.map(() => ({ served: 0, cold: 0, byteSeconds: 0 }));
  let [ends, ns] = [0, 0];
  for (const window of windows)
    for (let host = 0; host < 4; host++) {
      const [fromS, warmupS, lengthS] = window;
      const [begin, end] = [1000 * (fromS - warmupS), 1000 * (fromS + lengthS)];
      const rows = ROWS.filter(({ atMs }, i) => hosts[i] === host && atMs >= begin && atMs < end);
      const result = await alone(
        host,
        rows.map((row) => ({ ...row, atMs: row.atMs - begin })),
        window,
      );
      for (const name of NAMED) sums[name] = (sums[name] ?? 0) + result[name];
      for (const [tier, count] of Object.entries(result.served)) served[tier] = (served[tier] ?? 0) + count;
      const { active, joined, dormant, restore, vm, full } = result.served;
      byHost[host]!.served += active + joined + dormant + restore + vm + full;
      byHost[host]!.cold += restore + vm + full;
      byHost[host]!.byteSeconds += result.warmByteSeconds + result.busyByteSeconds + result.startingByteSeconds;
      ends += result.latencyNs.count;
      ns += result.latencyNs.count * (result.latencyNs.mean ?? 0);
    }
  const seconds = windows.reduce((sum, [, , length]) => sum + length, 0);
  const percents = byHost.map(({ served: all, cold, byteSeconds }, host) => [
    (100 * cold) / all,
    (100 * byteSeconds) / seconds / BYTES[host]!,
  ]);
  return { counts: { ...sums, served }, ends, ns, percents };
}

/** To a tenth of a per cent. */
function expectMap({ coldStartPercent, functionMemoryPercent }: FleetResult['map'], percents: number[][]): void {
  expect(coldStartPercent).toHaveLength(percents.length);
  percents.forEach(([cold, held], host) => {
    expect(Math.abs(coldStartPercent![host]! - cold!)).toBeLessThan(0.0501);
    expect(Math.abs(functionMemoryPercent![host]! - held!)).toBeLessThan(0.0501);
    expect(held).toBeGreaterThan(0.5);
  });
}

describe('functions of a fleet', () => {
  it.each([1, 3])('are on %s hosts each, and do there what they do by themselves', async (spread) => {
    const result = await fleet(input({ functions: { trace, spread } }), { files });
    const { functions, hosts, packing, overTime } = result;
    const { ends, ns, counts: naive, percents } = await together(spread, [[0, 0, 100]]);
    expect(functions).toMatchObject(naive);
    expect(functions!.arrived).toBe(ROWS.length);
    expect(functions!.requests).toBe(ROWS.length);
    expect(functions).toMatchObject({ functions: 12, nowhere: 0, latencyNs: { count: ends } });
    expect(functions!.latencyNs.mean! / (ns / ends)).toBeCloseTo(1, 12);
    expect(functions!.coldStartRate! * (ROWS.length - functions!.dropped)).toBeCloseTo(
      naive.served['full']! + naive.served['vm']!,
      6,
    );
    expect(functions!.evictions + functions!.dropped).toBeGreaterThan(0); // the budget of a host tells
    expect(hosts).toEqual({ simulated: 4, of: 4 });
    expect(packing).toMatchObject({ arrivals: 0, strandedCores: null, strandedMemory: null });
    expect(overTime[50]).toMatchObject({ open: 4, strandedCores: null, strandedMemory: null });
    const report = fleetReport(result);
    expect([report.title, report.good]).toEqual(['functions on 4 hosts', null]);
    expect(report.figures.map(({ id }) => id)).toEqual(['function-map']);
    expectMap(result.map, percents);
    const worst = Math.max(...percents.map(([cold]) => cold!));
    expect(report.figures[0]!.answer).toContain(
      `on host ${percents.findIndex(([cold]) => cold === worst)}, ${Math.round(10 * worst) / 10} %; `,
    );
    expect(report.verdict).toMatch(
      /^\d\d\.\d % of 905 requests of functions started cold; 99 % were in their VM within /,
    );
    expect(renderFleet(result)).toMatch(/12 on 4 hosts +905 /);
    expect(evaluateAssertion('functions.start.mean > 1ms', { functions }).holds).toBe(true);
  });

  it('are warm in a window as the warm-up made them, and come once in it', async () => {
    const simulate = { windows: 2, length: '20s', warmup: '10s' } as const;
    const { functions, map } = await fleet(input({ simulate }), { files });
    const [first, second] = [15, 65]; // the middles are a quarter and three quarters
    const { ends, ns, counts, percents } = await together(1, [
      [first, 10, 20],
      [second, 10, 20],
    ]);
    expectMap(map, percents);
    expect(functions).toMatchObject(counts);
    expect(functions!.latencyNs.count).toBe(ends);
    expect(ns).toBeGreaterThan(0);
    const within =
      (from: number) =>
      ({ atMs }: Row) =>
        atMs >= 1000 * from && atMs < 1000 * (from + 20);
    expect(functions!.arrived).toBe(ROWS.filter(within(first)).length + ROWS.filter(within(second)).length);
  });

  it('come once, also where they wait for memory from one window to the next', async () => {
    const simulate = { windows: 5, length: '20s', warmup: '10s' } as const;
    const hosts = [{ count: 2, cores: 4, memory: '1GiB' }];
    const waits = { ...lifecycle, overflow: { timeout: '20s' } } as const;
    const { functions } = await fleet(input({ simulate, hosts, lifecycle: waits }), { files });
    const { arrived, carried, served, dropped, timedOut, inFlight } = functions!;
    expect(arrived).toBe(ROWS.length);
    expect(carried).toBeGreaterThan(0);
    const all = Object.values(served).reduce((sum, one) => sum + one, dropped + timedOut + inFlight);
    expect(arrived + carried).toBe(all);
  });

  it('go elsewhere while a host is out, and come back', () => {
    const { fleet: resolved } = resolveFleet(input());
    const spec = { tenant: '', memoryBytes: 1, memoryPerRequestBytes: 0, initNs: 0, maxVcpus: 1, concurrency: 1 };
    const calls: FunctionCalls = {
      functions: NAMES.map((name) => ({ ...spec, name, minInstances: 0, confidential: false })),
      invocations: {
        atNs: Float64Array.from(ROWS, ({ atMs }) => atMs),
        fn: Uint32Array.from(ROWS, ({ fn }) => NAMES.indexOf(fn)),
        serviceNs: new Float64Array(ROWS.length),
      },
    };
    const isOut = (host: number, atMs: number): boolean => atMs >= 20_000 + 10_000 * host && atMs < 70_000;
    const sorted = new Outages();
    for (const host of [0, 1, 2, 3]) sorted.add(host, 20_000 + 10_000 * host, false);
    for (const host of [0, 1, 2, 3]) sorted.add(host, 70_000, true);
    const { hosts } = dealOut(resolved, calls, sorted);
    ROWS.forEach(({ fn, atMs }, i) => {
      const open = homesOf(fn, 4).find((host) => !isOut(host, atMs));
      expect(hosts[i]).toBe(open ?? NOWHERE);
    });
    expect(hosts.filter((host) => host === NOWHERE).length).toBe(
      ROWS.filter(({ atMs }) => atMs >= 50_000 && atMs < 70_000).length,
    );
    expect(sorted.openSince(1, 29_999)).toBe(-Infinity);
    expect([sorted.openSince(1, 30_000), sorted.openSince(1, 70_000)]).toEqual([undefined, 70_000]);
  });

  it('keep a share of every host from VMs', async () => {
    const vms = { trace: { file: 'v.csv' }, behaviour: {} };
    const rows = Array.from({ length: 40 }, (_, i) => `${i},50,1,0.25\n`).join('');
    const all = { ...files, 'v.csv': `arrivalS,lifetimeS,cores,memoryGiB\n${rows}` };
    const simulate = { length: '30s', warmup: '4s' } as const;
    const both = input({ vms, simulate, functions: { trace, reserve: { cores: 0.25, memory: 0.5 } } });
    const { packing, functions, classes, warnings } = await fleet(both, { files: all });
    const { functions: _, lifecycle: __, ...less } = input({ vms, fidelity: 'packing' });
    const hosts = [
      { count: 2, cores: 3, memory: '512MiB' },
      { count: 2, cores: 6, memory: '1536MiB' },
    ];
    const { packing: alike } = await fleet({ ...less, hosts }, { files: all });
    expect(packing).toEqual(alike);
    expect(packing.rejected).toBeGreaterThan(0);
    expect(classes[0]!.vms).toBeGreaterThan(0);
    expect(functions!.usedMaxBytes).toBeLessThanOrEqual(1.5 * GIB);
    expect(functions!.arrived).toBeGreaterThan(100);
    expect(warnings.map(({ code }) => code)).toEqual([]);
  });

  it('tell how often hosts failed, and what came when none was open', async () => {
    const down = input({ failures: { mtbf: '30s', repair: '40s' }, functions: { trace, spread: 4 } });
    const result = await fleet(down, { files });
    const { packing, functions } = result;
    expect(functions!.nowhere).toBeGreaterThan(0);
    expect(fleetReport(result).verdict).toContain(
      ` Hosts failed ${packing.failures} times; an instance is gone with its host; ${functions!.nowhere} requests of functions came when no host was open.`,
    );
  });

  it('are told of where they are not simulated, or begin too cold', async () => {
    const codes = async (more: Partial<FleetInput>): Promise<string[]> =>
      (await fleet(input(more), { files })).warnings.map(({ code }) => code);
    const lifetime = { dist: 'exponential', mean: '1s' } as const;
    const vms = { generated: { arrivals: { rate: 1 }, lifetime, sizes: [{ weight: 1, cores: 1, memory: '1MiB' }] } };
    expect(await codes({ fidelity: 'packing', vms, functions: { trace, reserve: 0.5 } })).toEqual(['not-simulated']);
    const simulate = { length: '1s', warmup: '3s' } as const;
    expect(await codes({ simulate })).toEqual(['short-warmup']);
    expect(await codes({ simulate: { ...simulate, warmup: '4s' } })).toEqual([]);
    expect(await codes({ simulate, lifecycle: { keepAlive: { policy: 'lru' } } })).toEqual(['short-warmup']);
    const hosts = [{ count: 2, cores: 4, memory: '600MiB' }];
    expect(await codes({ hosts })).toEqual(['never-fits']);
  });

  it('are told of beside hosts that were out, a rule that places nothing, and more hosts than there are', async () => {
    const drains = [{ at: '30s', hosts: 1, within: '0s', out: '20s' }];
    const simulate = { length: '40s', warmup: '4s' } as const;
    const out = input({ drains, simulate, functions: { trace, spread: 5 } });
    const result = await fleet(out, { files, policy: () => 7 });
    const nowhere = ROWS.filter(({ atMs }) => atMs >= 30_000 && atMs < 50_000);
    expect(result.functions!.nowhere).toBe(nowhere.length);
    expect(result.warnings).toMatchObject([
      { code: 'no-vms', field: 'placement' },
      {
        code: 'no-host',
        detail: `${nowhere.length} of the 905 requests of the whole time came when no host was open, and are not simulated: ${nowhere.length} of them in the windows`,
      },
      { code: 'wide-spread', detail: 'each function is on all 4 hosts, as there are no 5' },
    ]);
    const text = renderFleet(result);
    expect(text).toMatch(/hosts that failed +0\s+hosts that were drained +4\n/);
    expect(text).toContain('requests in the windows');
    expect(text).not.toContain('VMs that came');
    expect(fleetReport(result).facts[0]).not.toContain('placed');
    const later = await fleet({ ...out, simulate: { length: '10s', warmup: '4s' } }, { files });
    expect(later.warnings[0]!.detail).toContain(
      `: ${nowhere.filter(({ atMs }) => atMs >= 45_000).length} of them in the windows`,
    );
  });

  it('add up to the same in parts, and in any order', () => {
    const latency = (ns: number) => ({
      ...{ count: 1, sum: String(ns), sumSquares: String(ns * ns), min: ns, max: ns },
      ...{ buckets: [ns], counts: [1] },
    });
    const rows = [3, 7, 100].map((ns) => {
      const counts = Object.fromEntries(FUNCTION_COUNTS.map((name, i) => [name, ns * i]));
      return {
        counts,
        usedMaxBytes: 200 - ns,
        starts: latency(ns - 1),
        latency: latency(ns),
      } as unknown as RowFunctions;
    });
    const sumOf = (some: readonly RowFunctions[]): FunctionSums => {
      const sums = new FunctionSums();
      for (const row of some) sums.add(row);
      return sums;
    };
    const parts = sumOf(rows.slice(2));
    parts.absorb(sumOf(rows.slice(0, 2)).state());
    expect(parts.state()).toEqual(sumOf(rows).state());
    expect(parts.state()).toMatchObject({ usedMaxBytes: 197, requests: { sum: '110', min: 3, max: 100 } });
    expect(parts.requests.counts.get('completed')).toBe(110);
  });

  it('have the same bits in parts, and stand in the table of hosts; a run goes on with its own trace alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fluxhost-functions-'));
    try {
      const at = (name: string): string => join(folder, name);
      for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
      writeFileSync(at('f.yaml'), JSON.stringify(input({ functions: { trace, spread: 3 } })));
      const run = async (...args: string[]): Promise<string> => {
        const io = captureIo();
        const status = await main(args, io);
        return status === 0 ? '' : io.err;
      };
      expect(await run('fleet', at('f.yaml'), '--out', at('whole'))).toBe('');
      for (const part of ['1', '2'])
        expect(await run('fleet', at('f.yaml'), '--shard', `${part}/2`, '--out', at(part))).toBe('');
      expect(await run('merge', at('2'), at('1'), '--out', at('merged'))).toBe('');
      const bytes = (name: string): Buffer => readFileSync(at(`${name}/hosts.parquet`));
      expect(bytes('merged').equals(bytes('whole'))).toBe(true);
      const told = (name: string) =>
        (JSON.parse(readFileSync(at(`${name}/fleet.json`), 'utf8')) as FleetResult).functions!;
      expect(told('merged')).toEqual(told('whole'));
      const mapOf = (name: string) => (JSON.parse(readFileSync(at(`${name}/fleet.json`), 'utf8')) as FleetResult).map;
      expect(mapOf('merged')).toEqual(mapOf('whole'));
      const unknown = (name: string) => mapOf(name).functionMemoryPercent!.map((percent) => percent === null);
      expect(['1', '2', 'whole'].map((name) => unknown(name).filter(Boolean).length)).toEqual([2, 2, 0]);
      const table = new Uint8Array(bytes('whole')).buffer;
      const rows = await parquetReadObjects({ file: table, columns: ['functions_arrived', 'functions_full'] });
      const sum = (name: string): number => rows.reduce((all, row) => all + Number(row[name]), 0);
      expect([sum('functions_arrived'), sum('functions_full')]).toEqual([ROWS.length, told('whole').served.full]);
      expect(readFileSync(at('whole/latency.hlog'), 'utf8')).toContain('functions');
      // of four hosts all are sampled, of forty each second one
      const half = ['fleet', at('f.yaml'), '--set', 'fidelity={ kind: sampled, share: 0.5 }'];
      expect(await run(...half, '--out', at('all'))).toBe('');
      expect(told('all').confidence).toBeUndefined();
      const sampled = [...half, '--set', 'hosts.1.count=40', '--out'];
      expect(await run(...sampled, at('sampled'))).toBe('');
      expect(told('sampled').confidence).toHaveProperty('warmGibSecondsPer1000');
      expect(await run(...sampled, at('half'), '--shard', '1/2')).toBe('');
      expect([told('sampled'), told('half')].map(({ confidence }) => confidence === undefined)).toEqual([false, true]);
      writeFileSync(at('calls.csv'), traceOf(ROWS.slice(1)));
      expect(await run('fleet', at('f.yaml'), '--out', at('whole'), '--resume')).toMatch(
        /^--resume: given "[^ ]+", of another content of traces \(SHA-256\): [^\n]+\n$/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are refused with what a fleet cannot do', () => {
    const fields = (more: Partial<FleetInput>): string[] => {
      try {
        resolveFleet(input(more));
        return [];
      } catch (error) {
        return (error as InputError).problems.map(({ path }) => path);
      }
    };
    const vms = { trace: { file: 'v.csv' } };
    expect(fields({ vms, fidelity: 'packing' })).toEqual(['functions.reserve']);
    expect(fields({ vms, fidelity: 'packing', functions: { trace, reserve: 1 } })).toEqual(['functions.reserve']);
    expect(fields({ fidelity: 'packing' })).toEqual(['fidelity']);
    const { fidelity: _, ...unsaid } = input();
    expect(resolveFleet(unsaid).fleet.fidelity).toEqual({ kind: 'full', share: 1 });
    expect(fields({ lifecycle: { memory: '1GiB' } })).toEqual(['lifecycle.memory']);
    expect(fields({ lifecycle: { keepAlive: { policy: 'policy' } } })).toEqual(['lifecycle.keepAlive.policy']);
    expect(fields({ mechanism: 'static' })).toEqual(['mechanism.kind']);
    expect(fields({ functions: { trace, rate: 3 } })).toEqual(['functions.rate']);
    const few = [{ count: 1, cores: 2, memory: '1GiB' } as const, { count: 1, cores: 1, memory: '1GiB' } as const];
    expect(fields({ hosts: few })).toEqual(['hosts.1.cores']);
    expect(fields({ hosts: few, vms, fidelity: 'packing', functions: { trace, reserve: 0.5 } })).toEqual([]);
    expect(fields({ hosts: few, fidelity: undefined })).toEqual(['hosts.1.cores']);
  });
});
