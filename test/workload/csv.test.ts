// The CSV reader: what is written comes back, whatever the chunks, the quotes and the line ends.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eachArrival, memoryHost, openTrace, summaryNotes } from '../../src/workload/index.js';
import { choppedHost, collect, collectCsv } from './helpers.js';

const encoder = new TextEncoder();

const rowsArbitrary = fc
  .array(
    fc.record({
      at: fc.integer({ min: 0, max: 2 ** 50 }),
      service: fc.integer({ min: 0, max: 2 ** 40 }),
      width: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      note: fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', 'é', ' ') }),
    }),
    { maxLength: 40 },
  )
  .map((rows) => rows.sort((a, b) => a.at - b.at));

const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;

describe('csv', () => {
  it('reads back what was written, whatever quotes, line ends and chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        rowsArbitrary,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 50 }),
        async (rows, newline, quoted, lastNewline, chunkBytes) => {
          const cell = (value: number) => (quoted ? quote(String(value)) : String(value));
          const lines = rows.map(({ at, service, width, note }) =>
            [quote(note), cell(width), cell(at), cell(service)].join(','),
          );
          const text = ['note,width,arrival,service', ...lines].join(newline) + (lastNewline ? newline : '');
          const host = choppedHost(encoder.encode(text), chunkBytes);
          const read = await collect({ format: 'csv', file: 'a.csv' }, host);
          expect(read.atNs).toEqual(rows.map(({ at }) => at));
          expect(read.serviceNs).toEqual(rows.map(({ service }) => service));
          expect(read.width).toEqual(rows.map(({ width }) => width));
          expect(read.summary.rows).toBe(rows.length);
          expect(host.closed).toBe(1);
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  it('names the line of a faulty cell, whatever quotes, line ends and chunks come before it', async () => {
    await fc.assert(
      fc.asyncProperty(
        rowsArbitrary,
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 50 }),
        async (rows, newline, chunkBytes) => {
          const lines = rows.map(({ at, note }) => `${quote(note)},${at}`);
          const before = ['note,arrival', ...lines, ''].join(newline);
          const text = `${before}x,y${newline}`;
          const host = choppedHost(encoder.encode(text), chunkBytes);
          await expect(collect({ format: 'csv', file: 'a.csv' }, host)).rejects.toMatchObject({
            problems: [{ file: 'a.csv', line: before.split('\n').length, path: 'arrival', given: '"y"' }],
          });
          expect(host.closed).toBe(1);
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  it('takes columns and units by option', async () => {
    const text = 't_ms,work_us,fan\n0.5,1.5,3\n2,0,1\n';
    const columns = { arrival: 't_ms', service: 'work_us', width: 'fan' };
    const read = await collectCsv(text, { columns, arrivalUnit: 'ms', serviceUnit: 'us' });
    expect(read.atNs).toEqual([500_000, 2_000_000]);
    expect(read.serviceNs).toEqual([1500, 0]);
    expect(read.width).toEqual([3, 1]);
  });

  it('leaves service and width to the VM where the file has no such columns', async () => {
    const read = await collectCsv('arrival\n5\n');
    expect([read.atNs, read.serviceNs, read.width]).toEqual([[5], [-1], [0]]);
  });

  it('scales arrivals and service times apart', async () => {
    const read = await collectCsv('arrival,service\n1000,40\n2000,1\n', { timeScale: 0.001, serviceScale: 0.1 });
    expect(read.atNs).toEqual([1, 2]);
    // 0.1 ns is not no time.
    expect(read.serviceNs).toEqual([4, 1]);
  });

  it('starts where it is told, counts what lies before, and stops at the limit', async () => {
    const read = await collectCsv('arrival\n1\n5\n7\n9\n', { startNs: 5, limit: 2 });
    expect(read.atNs).toEqual([0, 2]);
    expect(read.summary.beforeStart).toBe(1);
    expect(summaryNotes(read.summary)).toEqual(['1 arrivals lie before the start and were left out']);
    expect((await collectCsv('arrival\n1\n', { limit: 0 })).atNs).toEqual([]);
  });

  it('keeps microseconds of seconds since 1970 when the first arrival is time 0', async () => {
    const read = await collectCsv('arrival\n1600000000.000001\n1600000000.000003\n', {
      arrivalUnit: 's',
      startNs: 'first',
    });
    // A double of that size is exact to 0.24 us.
    expect(Math.abs(read.atNs[1]! - 2000)).toBeLessThan(480);
  });

  it('reorders within the window, equal times in the order of the file', async () => {
    const read = await collectCsv('arrival,width\n30,1\n10,2\n30,3\n20,4\n50,5\n', { windowNs: 20 });
    expect(read.atNs).toEqual([10, 20, 30, 30, 50]);
    expect(read.width).toEqual([2, 4, 1, 3, 5]);
  });

  it('reorders any file with a window as wide as the file, as a stable sort does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 300 }), { maxLength: 3000 }), async (times) => {
        const text = `arrival,width\n${times.map((at, i) => `${at},${i}\n`).join('')}`;
        const sorted = times.map((at, i) => ({ at, i })).sort((a, b) => a.at - b.at);
        const read = await collectCsv(text, { windowNs: 300 });
        expect(read.atNs).toEqual(sorted.map(({ at }) => at));
        expect(read.width).toEqual(sorted.map(({ i }) => i));
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it('skips empty lines and a byte order mark, and takes old line ends', async () => {
    expect((await collectCsv('\uFEFFarrival\n1\n\n2\n\n')).atNs).toEqual([1, 2]);
    expect((await collectCsv('arrival,service\r1,2\r3,4\r')).serviceNs).toEqual([2, 4]);
  });

  it('reads a file anew at every iteration, and gives arrivals as objects', async () => {
    const trace = openTrace({ format: 'csv', file: 'a.csv' }, memoryHost({ 'a.csv': 'arrival\n1\n2\n' }));
    for (let pass = 0; pass < 2; pass++) {
      const arrivals = [];
      for await (const arrival of eachArrival(trace)) arrivals.push(arrival);
      expect(arrivals).toEqual([
        { atNs: 1, serviceNs: -1, width: 0 },
        { atNs: 2, serviceNs: -1, width: 0 },
      ]);
      expect(trace.summary.arrivals).toBe(2);
    }
  });

  it('hands out full batches before the file is read to its end, and closes it when left early', async () => {
    const rows = 50_000;
    const bytes = encoder.encode(`arrival\n${Array.from({ length: rows }, (_, i) => `${i}\n`).join('')}`);
    const host = choppedHost(bytes, 1000);
    const trace = openTrace({ format: 'csv', file: 'a.csv' }, host);
    for await (const batch of trace) {
      expect(batch.count).toBe(4096);
      expect(trace.summary.rows).toBeLessThan(rows / 2);
      break;
    }
    expect([host.opened, host.closed]).toEqual([1, 1]);
    expect((await collect({ format: 'csv', file: 'a.csv' }, host)).atNs.length).toBe(rows);
  });
});

describe('a last line without a newline', () => {
  it('is read and noted: a file cut within its last digits looks the same', async () => {
    const whole = 'arrival,service\n1,20\n2,3000\n';
    expect((await collectCsv(whole)).summary.openEnded).toEqual([]);
    for (const cut of [1, 2, 3]) {
      const { summary, serviceNs } = await collectCsv(whole.slice(0, -cut));
      expect(serviceNs).toEqual([20, Math.floor(3000 / 10 ** (cut - 1))]);
      expect(summaryNotes(summary)).toEqual(['the last line of a.csv has no newline: it may be cut']);
    }
    for (const end of ['\r\n', '\r']) {
      expect((await collectCsv(whole.replaceAll('\n', end))).summary.openEnded).toEqual([]);
    }
  });

  it('is not known of a file that is not read to its end', async () => {
    expect((await collectCsv('arrival\n1\n2', { limit: 1 })).summary.openEnded).toEqual([]);
  });

  it('is noted once for each file of an Azure trace, also where it is read twice', async () => {
    const header = 'app,func,end_timestamp,duration\n';
    const options = { format: 'azure-2021', file: 'z.txt' };
    const { summary } = await collect(options, memoryHost({ 'z.txt': `${header}a,f,2,1` }));
    expect(summary.openEnded).toEqual(['z.txt']);
    const percentiles = [0, 1, 25, 50, 75, 99, 100];
    const durations = `HashFunction,${percentiles.map((p) => `percentile_Average_${p}`).join(',')}\nf,1,1,1,1,1,1,1`;
    const both = await collect(
      { format: 'azure-2019', file: 'i.csv', durations: 'd.csv' },
      memoryHost({ 'i.csv': 'HashFunction,1,2\nf,1,0', 'd.csv': durations }),
    );
    expect(both.summary.openEnded).toEqual(['d.csv', 'i.csv']);
  });
});
