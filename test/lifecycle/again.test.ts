// Functions once more: under another seed on the same simulation, and another day made of a trace's blocks.

import { describe, expect, it } from 'vitest';
import { memoryHost, replicate, Simulation, type FunctionScenarioInput, type Result } from '../../src/index.js';
import { readLifecycle } from '../../src/lifecycle/read.js';
import { resolveScenario } from '../../src/scenario/resolve.js';
import { fn, host, invocations, lifecycle, S } from '../support/functions.js';

const input = (seed: number, more: Partial<FunctionScenarioInput> = {}): FunctionScenarioInput => ({
  version: 1,
  seed,
  duration: '60s',
  host: { cores: 64 },
  mechanism: 'hyperflux',
  functions: { count: 30, rate: 40, memory: { dist: 'lognormal', mean: '100MiB', cv: 1 }, service: '80ms' },
  ...more,
});

const timeless = ({ manifest: { wallSeconds: _, eventsPerSecond: __, ...manifest }, ...rest }: Result): unknown => ({
  manifest,
  ...rest,
});

async function outcome(simulation: Simulation): Promise<unknown> {
  await simulation.run();
  return timeless(simulation.metrics());
}

describe('a simulation of functions', () => {
  it('under another seed is what is created with it', async () => {
    const one = await Simulation.create(input(1));
    const first = await outcome(one);
    one.reset(2);
    expect(() => one.snapshot()).toThrow('runs first');
    const second = await outcome(one);
    expect(second).toEqual(await outcome(await Simulation.create(input(2))));
    expect(second).not.toEqual(first);
    one.reset(1);
    const copy = await one.fork();
    expect(await outcome(copy)).toEqual(first);
    expect(await outcome(one)).toEqual(first);
  });

  it('whose invocations are given keeps them', async () => {
    const spec = lifecycle({
      functions: [fn()],
      invocations: invocations([
        [S, 0, S],
        [5 * S, 0, 2 * S],
      ]),
    });
    const given = await Simulation.create(host(20 * S), { lifecycle: spec });
    const first = await outcome(given);
    given.reset(1);
    expect(given.snapshot().length).toBeGreaterThan(0);
    expect(await outcome(given)).toEqual(first);
  });
});

// 40 minutes, in minute m m calls, the k-th of function (m + k) mod 7 and of m ms and k ns
const MINUTES = 40;
const rows = Array.from({ length: MINUTES }, (_, m) =>
  Array.from({ length: m + 1 }, (_, k) => {
    const [startNs, serviceNs] = [m * 60e9 + k * 1e9, (m + 1) * 1e6 + k];
    return { m, k, startNs, serviceNs, fn: (m + k) % 7 };
  }),
).flat();
const seconds = (ns: number): string => `${Math.floor(ns / 1e9)}.${String(ns % 1e9).padStart(9, '0')}`;
const files = memoryHost({
  'calls.csv': `app,func,end_timestamp,duration\n${rows.map((row) => `a,f${row.fn},${seconds(row.startNs + row.serviceNs)},${seconds(row.serviceNs)}\n`).join('')}`,
  'functions.csv': `func,memoryMiB,initMs\n${Array.from({ length: 7 }, (_, i) => `f${i},64,100\n`).join('')}`,
});
const traced = (seed: number, resample?: string): FunctionScenarioInput =>
  input(seed, {
    duration: '30m',
    functions: {
      trace: {
        file: 'calls.csv',
        format: 'azure-2021',
        table: 'functions.csv',
        ...(resample === undefined ? {} : { resample }),
      },
    },
  });

describe('a function trace with resample', () => {
  it('is made of whole blocks, each with its calls, functions and services, as the seed draws them', async () => {
    const orders = await Promise.all(
      [1, 2].map(async (seed) => {
        const { spec, drawn } = await readLifecycle(resolveScenario(traced(seed, '1m')), files);
        const { atNs, fn: of, serviceNs } = spec.invocations;
        expect(drawn).toMatchObject({ file: 'calls.csv', blockNs: 60e9 });
        expect(drawn!.blocks).toBeGreaterThanOrEqual(MINUTES - 1);
        const places = Array.from({ length: 30 }, (_, place): number => {
          const calls = Array.from(atNs, (at, i) => ({
            at,
            fn: spec.functions[of[i]!]!.name,
            ns: serviceNs[i]!,
          })).filter(({ at }) => Math.floor(at / 60e9) === place);
          const m = calls.length - 1;
          const expected = rows.filter((row) => row.m === m);
          expect(calls.map((call) => [call.at - place * 60e9, call.fn, call.ns])).toEqual(
            expected.map((row) => [row.k * 1e9, `f${row.fn}`, row.serviceNs]),
          );
          return m;
        });
        expect(new Set(places).size).toBeGreaterThan(10);
        return places.join();
      }),
    );
    expect(orders[0]).not.toBe(orders[1]);
  });

  it('gives replications intervals, and one as it is none', async () => {
    const of = (resample?: string) => replicate(resolveScenario(traced(1, resample)), { replications: 3, files });
    const [days, same] = [await of('1m'), await of()];
    expect(days.warnings.map(({ code }) => code)).not.toContain('same-trace');
    expect(days.resampled).toMatchObject([{ vm: 'functions', file: 'calls.csv' }]);
    expect(same.warnings).toContainEqual(
      expect.objectContaining({ code: 'same-trace', field: 'functions.trace.file' }),
    );
  });
});
