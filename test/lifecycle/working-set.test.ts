// Working sets of restored instances, brought in by the host's swap: against a naive model, and the laws of systems that have no swap.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.js';
import { brokenLaws } from '../../src/result/laws.js';
import type { Result } from '../../src/result/result.js';
import { Simulation } from '../../src/simulation.js';
import { memoryHost } from '../../src/workload/index.js';
import { moduleOf } from '../support/builds.js';
import { restored, type Call, type RestoredHost } from '../oracle/lifecycle/restored.js';

const PAGE = 4096;
const FAULT = { exit: 700, lock: 100, map: 300, resume: 200 };
const IN_NS = 5000;

interface Given extends RestoredHost {
  readonly calls: readonly Call[];
  /** Of the host; absent: the memory is not swapped. */
  readonly memoryBytes?: number;
  /** Share of it that is free at time 0; absent: every page is out. */
  readonly high?: number;
}

const seconds = (ns: number): string => `${Math.floor(ns / 1e9)}.${String(ns % 1e9).padStart(9, '0')}`;

function text({ functions, pages, keepNs, restoreNs, bootNs, workers, endNs, memoryBytes, high: free }: Given): string {
  const swapped = memoryBytes !== undefined;
  // pages go out until so much is free: a fifth of them short of all memory, and each keeps a quarter of itself
  const high = free ?? (swapped ? 1 - (0.2 * functions * pages * PAGE) / memoryBytes : 0);
  const { exit, lock, map, resume } = FAULT;
  const memory = `memory: { size: ${memoryBytes}B, workers: ${workers}, watermarks: { high: ${high}, low: 0, min: 0 }, content: { zstd: 1 },
    backends: { zstd: { in: { dist: constant, value: ${IN_NS}ns }, ratio: 4 } }, fault: { exit: ${exit}ns, lock: ${lock}ns, map: ${map}ns, resume: ${resume}ns } }`;
  return `version: 1
duration: ${endNs}ns
host: { cores: 64${swapped ? `, ${memory}` : ''} }
mechanism: ideal
costs: none
lifecycle:
  keepAlive: { policy: fixed, time: ${keepNs}ns }
  snapshots: onExpiry
  tier: { dormant: 0ns, restore: ${restoreNs}ns, vmBoot: ${bootNs}ns }
  ${swapped ? `workingSet: ${pages * PAGE}B` : ''}
functions: { trace: { file: calls.csv, format: azure-2021, table: functions.csv } }
`;
}

async function run(given: Given, build: 'debug' | 'release' = 'release'): Promise<Result> {
  const { calls, functions } = given;
  const rows = calls.map((c) => `app,f${c.fn},${seconds(c.atNs + c.serviceNs)},${seconds(c.serviceNs)}\n`);
  const table = Array.from({ length: functions }, (_, i) => `f${i},64,0\n`);
  const files = memoryHost({
    'calls.csv': `app,func,end_timestamp,duration\n${rows.join('')}`,
    'functions.csv': `func,memoryMiB,initMs\n${table.join('')}`,
  });
  const { scenario } = parseScenario(text(given));
  const simulation = await Simulation.create(scenario, { files, module: await moduleOf(build) });
  await simulation.run();
  const result = simulation.metrics();
  simulation.close();
  expect(brokenLaws(result)).toEqual([]);
  return result;
}

/** Room for every page. */
const roomFor = (functions: number, pages: number): number => (2 * functions * pages + 8) * PAGE;

const made = fc.record({
  functions: fc.integer({ min: 1, max: 3 }),
  pages: fc.integer({ min: 1, max: 12 }),
  keepNs: fc.integer({ min: 0, max: 300_000 }),
  restoreNs: fc.integer({ min: 0, max: 30_000 }),
  workers: fc.integer({ min: 1, max: 3 }),
  calls: fc.array(
    fc.record({
      atNs: fc.integer({ min: 0, max: 2_000_000 }),
      fn: fc.nat(2),
      serviceNs: fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.constant(0)),
    }),
    { minLength: 5, maxLength: 60 },
  ),
});

describe('a restored instance', () => {
  it('brings its working set in as a naive model says, on 30 random hosts', async () => {
    let faults = 0;
    const property = fc.asyncProperty(made, async (genes) => {
      const named = genes.calls.map((call) => ({ ...call, fn: call.fn % genes.functions }));
      const fns = [...new Set(named.map(({ fn }) => fn))];
      const calls = named
        .map((call) => ({ ...call, fn: fns.indexOf(call.fn) }))
        .map((call, row) => ({ call, row }))
        .sort((a, b) => a.call.atNs - b.call.atNs || a.row - b.row)
        .map(({ call }) => call);
      const given: Given = {
        ...genes,
        calls,
        functions: fns.length,
        bootNs: 40_000,
        exitNs: FAULT.exit + FAULT.lock,
        inNs: IN_NS + FAULT.map + FAULT.resume,
        endNs: 60_000_000,
        memoryBytes: roomFor(fns.length, genes.pages),
      };
      const ours = restored(given, calls);
      const { lifecycle, memory } = await run(given);
      faults += ours.faults;
      expect(lifecycle!.served).toMatchObject({ restore: ours.served.restore, dormant: ours.served.dormant });
      expect(lifecycle!.completed).toBe(ours.completed);
      expect(Math.round(lifecycle!.latencyNs.mean! * ours.completed)).toBe(ours.latencySumNs);
      const { faults: all, joined, swapIns, stallNs } = memory;
      expect({ all, joined, swapIns }).toEqual({
        all: ours.faults,
        joined: ours.joined,
        swapIns: ours.faults - ours.joined,
      });
      if (ours.faults > 0) expect(Math.round((stallNs?.mean ?? 0) * ours.faults)).toBe(ours.stallNs);
    });
    await fc.assert(property, { seed: 13, numRuns: 30 });
    expect(faults).toBeGreaterThan(100);
  });

  const many: Given = {
    functions: 4,
    pages: 64,
    keepNs: 100_000,
    restoreNs: 20_000,
    bootNs: 40_000,
    workers: 2,
    exitNs: 0,
    inNs: 0,
    endNs: 60_000_000,
    calls: Array.from({ length: 300 }, (_, i) => ({
      atNs: i * 70_000,
      fn: ((i * i + i) / 2) % 4,
      serviceNs: 50_000 + (i % 7) * 9000,
    })),
  };

  it('finds in a host with memory enough what it finds in one that is not swapped', async () => {
    const without = await run(many);
    const enough = await run({ ...many, memoryBytes: roomFor(4, 64), high: 0.1 });
    expect(without.lifecycle!.served.restore).toBeGreaterThan(50);
    expect(enough.memory.touches).toBe(64 * enough.lifecycle!.served.restore);
    expect(enough.memory.faults).toBe(0);
    expect(enough.lifecycle).toEqual(without.lifecycle);
    const short = await run({ ...many, memoryBytes: roomFor(4, 64) }, 'debug');
    expect(short.lifecycle!.latencyNs.mean!).toBeGreaterThan(without.lifecycle!.latencyNs.mean!);
    // every page comes in once, since nothing has to go out again
    expect(short.memory.swapIns).toBe(4 * 64);
  });

  it('whose working set is more than a request can touch touches the rest by the next', async () => {
    const pages = 6144;
    const calls = [0, 1, 2, 3, 4].map((i) => ({ atNs: i * 200e6 + (i > 0 ? 300e6 : 0), fn: 0, serviceNs: 10e6 }));
    const given = { ...many, functions: 1, pages, calls, keepNs: 250e6, endNs: 3e9, memoryBytes: roomFor(1, pages) };
    const { lifecycle, memory } = await run(given);
    expect(lifecycle!.served).toMatchObject({ restore: 1, dormant: 3 });
    expect(memory.swapIns).toBe(pages);
    expect(memory.touches).toBe(2 * 4095);
  });

  it('asks for memory, snapshots and every page', () => {
    const parse = (lines: string) => () => parseScenario(`${lines}\n`).scenario;
    const written = text({ ...many, memoryBytes: roomFor(4, 64) });
    for (const [from, to, told] of [
      [/memory: \{ size[^]*ns \} \}/, 'smt: 1', 'host.memory'],
      ['snapshots: onExpiry', 'snapshots: none', 'lifecycle.workingSet'],
      ['workers: 2', 'workers: 2, pageSample: 4', 'host.memory.pageSample'],
    ] as const)
      expect(parse(written.replace(from, to)), told).toThrow(told);
    expect(() => parse(written)()).not.toThrow();
  });
});
