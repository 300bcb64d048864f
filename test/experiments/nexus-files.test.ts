// Nexus from files: calls of a trace instead of Poisson arrivals, sizes of payloads by their percentiles, and what is refused of both.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { meanSize, type Payloads, readPayloads, sizeAt } from '../../src/experiments/nexus/payload.js';
import { callsOfFunctions } from '../../src/experiments/traced.js';
import { memoryHost } from '../../src/workload/index.js';
import type { ClaimNumbers } from '../../src/report/claim-numbers.js';
import { fn, invocations, S } from '../support/functions.js';
import { printed, refused } from './reproduced.js';

const folder = mkdtempSync('.nexus-');
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return relative('.', join(folder, name));
};

const HEAD =
  'direction,method,total_weighted_count,req_bytes_p50,req_bytes_p90,req_bytes_p99,req_bytes_max,resp_bytes_p50,resp_bytes_p90,resp_bytes_p99,resp_bytes_max\n';
const SIZES = `${HEAD}in,a,3,100,200,1000,2000,4,4,4,4\nout,a,1,1000000,1000000,1000000,1000000,10,20,30,40\n`;
const read = (text: string): Promise<Payloads> => readPayloads(memoryHost({ 'sizes.csv': text }), 'sizes.csv');

describe('sizes by percentiles', () => {
  it('are linear between them, and the median below it', () => {
    const sizes = [100, 200, 1000, 2000];
    expect([0, 0.3, 0.5, 0.7, 0.9, 0.945, 0.99, 0.995, 1].map((share) => sizeAt(sizes, share))).toEqual(
      [100, 100, 100, 150, 200, 600, 1000, 1500, 2000].map((size): unknown => expect.closeTo(size, 9)),
    );
    const steps = 100_000;
    let sum = 0;
    for (let i = 0; i < steps; i++) sum += sizeAt(sizes, (i + 0.5) / steps);
    expect(meanSize(sizes)).toBeCloseTo(sum / steps, 4);
  });

  it('are of methods as often as they were counted', async () => {
    const payloads = await read(SIZES);
    const picked = Array.from({ length: 400 }, (_, i) => payloads.method((i + 0.5) / 400).name);
    expect(picked.filter((name) => name === 'in a')).toHaveLength(300);
    expect(payloads.method(0.999999).name).toBe('out a');
    expect(payloads.mean('input')).toBeCloseTo(0.75 * meanSize([100, 200, 1000, 2000]) + 0.25 * 1e6, 6);
  });

  it.each([
    ['falling', `${HEAD}in,a,3,100,90,1000,2000,4,4,4,4\n`, /csv:2: req_bytes_p90.*at least 100/],
    ['none', `${HEAD}in,a,3,x,90,1000,2000,4,4,4,4\n`, /csv:2: req_bytes_p50/],
    ['counted never', `${HEAD}in,a,0,1,1,1,1,4,4,4,4\n`, /csv:2: total_weighted_count.*above 0/],
    ['told twice', `${HEAD}in,a,1,1,1,1,1,4,4,4,4\nin,a,1,1,1,1,1,4,4,4,4\n`, /csv:3: .*line 2 has it already/],
    ['of nothing', HEAD, /expected a row for a method/],
    ['without a column', 'method,total_weighted_count\na,1\n', /req_bytes_p50/],
  ])('that are %s are refused', async (_, text, complaint) => {
    await expect(read(text)).rejects.toThrow(complaint);
  });
});

describe('copies of a trace', () => {
  const functions = [fn({ name: 'f' }), fn({ name: 'g' })];
  const calls = {
    functions,
    invocations: invocations([
      [1 * S, 0, 5],
      [2 * S, 1, 6],
      [9 * S, 0, 7],
    ]),
    durationNs: 10 * S,
  };

  it('are turned round by golden sections of the window', () => {
    const { at, fn: of, serviceNs } = callsOfFunctions(calls, 3);
    const turn = ((Math.sqrt(5) - 1) / 2) * 10 * S; // 6.18 s: 1 s comes at 7.18, 9 s at 5.18
    expect([...at]).toEqual([1 * S, 2 * S, Math.floor((9 * S + turn) % (10 * S)), Math.floor(1 * S + turn), 9 * S]);
    expect([...of]).toEqual([0, 1, 2, 2, 0]);
    expect([...serviceNs]).toEqual([5, 6, 7, 5, 7]);
  });

  it('leave out what is beyond the number that is asked for', () => {
    expect([...callsOfFunctions(calls, 1).at]).toEqual([1 * S, 9 * S]);
    expect(callsOfFunctions(calls, 20).at).toHaveLength(30);
  });
});

describe('reproduce nexus from files', () => {
  const rows = Array.from({ length: 300 }, (_, i) => `a,${i % 3 === 0 ? 'f' : 'g'},${0.5 + i / 10},0.05\n`);
  const trace = file('calls.csv', `app,func,end_timestamp,duration\n${rows.join('')}`);
  const table = file('table.csv', 'func,memoryMiB,initMs\nf,128,0\ng,256,0\n');
  const small = ['duration=40s', 'precision=0.5', 'opCosts=20', 'workerCounts=2', 'functions=4', 'host.cores=4'];
  const traced = [...small, `trace=${trace}`, `trace.table=${table}`];

  it('takes calls, computations and memory from a trace, and sizes from percentiles', async () => {
    const { claims, figures } = await printed<{
      claims: { id: string; ours: string; numbers?: ClaimNumbers }[];
      figures: { load: string; node: { requests: number }; idle: { tcp: { guestWarmMs: number } } };
    }>('nexus', ...traced, `payload.file=${file('sizes.csv', SIZES)}`, 'payload.bandwidth=1');
    expect(figures.load).toMatch(/calls\.csv, 2 functions, 300 calls; sizes of 2 methods$/);
    expect(figures.node.requests).toBe(600); // four functions of two: a copy
    for (const { ours, numbers } of claims.filter(({ id }) => id.endsWith('-latency'))) {
      expect(ours).toContain("over the trace's computations (50.0 ms to 50.0 ms) and 11 to 36 ms to restore");
      const [{ value, reach }] = numbers!.ours as [ClaimNumbers['ours'][number]];
      expect(value).toBeGreaterThanOrEqual(reach!.low);
      expect(value).toBeLessThanOrEqual(reach!.high);
    }
    // 18 + 22 + 1 ms, 50 ms of computation, the mean sizes at 1 Gbit/s
    const input = 0.75 * meanSize([100, 200, 1000, 2000]) + 0.25 * 1e6;
    const output = 0.75 * 4 + 0.25 * meanSize([10, 20, 30, 40]);
    expect(figures.idle.tcp.guestWarmMs).toBeCloseTo(91 + ((input + output) * 8) / 1e6, 6);
  });

  it('refuses what does not fit, and files that are not there', async () => {
    expect(await refused('nexus', ...traced, 'host.memory=0.2', 'memory=64')).toMatch(
      /host\.memory: given 0\.2, expected room for the trace's largest function \(256 MiB\)/,
    );
    expect(await refused('nexus', ...small, 'trace=none.csv', `trace.table=${table}`)).toContain('none.csv');
    expect(await refused('nexus', ...small, 'payload.file=none.csv')).toContain('none.csv');
    expect(await refused('nexus', ...small, `trace=${trace}`)).toMatch(/table/);
  });
});
