// Options and rows that are refused: file, line, what was given, what is expected, all problems at once.

import { describe, expect, it } from 'vitest';
import { memoryHost, openTrace, type TraceFormat, type TraceOptions } from '../../src/workload/index.js';
import { collect, collectCsv, problemsOf } from './helpers.js';

describe('options', () => {
  const host = memoryHost({});
  const refused = (options: object) => problemsOf(() => openTrace(options as TraceOptions, host));

  it('tells every one that is impossible', async () => {
    const problems = await refused({
      format: 'csv',
      file: '',
      timeScale: 0,
      serviceScale: Infinity,
      seed: -1,
      startNs: 0.5,
      limit: NaN,
      arrivalUnit: 'h',
      windowNs: '5',
      columns: { arival: 't', service: '' },
    });
    expect(problems.map(({ path }) => path).sort()).toEqual(
      [
        'arrivalUnit',
        'columns.arival',
        'columns.service',
        'file',
        'limit',
        'seed',
        'serviceScale',
        'startNs',
        'timeScale',
        'windowNs',
      ].sort(),
    );
    expect(problems.find(({ path }) => path === 'timeScale')).toEqual({
      path: 'timeScale',
      given: '0',
      expected: 'a finite number above 0',
    });
  });

  it('names the format meant', async () => {
    expect(await refused({ format: 'azure-2018', file: 'a' })).toMatchObject([
      {
        path: 'format',
        given: '"azure-2018"',
        expected: expect.stringContaining('did you mean "azure-2019"') as string,
      },
    ]);
    expect(await refused({ format: 'toString', file: 'a' })).toMatchObject([{ path: 'format' }]);
  });

  it('refuses options of another format, unknown ones and missing ones', async () => {
    expect(await refused({ format: 'csv', file: 'a', functions: 3, timescale: 1 })).toMatchObject([
      { path: 'functions' },
      { path: 'timescale', expected: expect.stringContaining('"timeScale"') as string },
    ]);
    expect(await refused({ format: 'azure-2019', file: 'a', spread: 'normal', functions: [] })).toMatchObject([
      { path: 'spread' },
      { path: 'functions' },
      { path: 'durations', given: 'nothing' },
    ]);
  });

  it('takes a format from outside the package by one more line in the table', async () => {
    const ticks: TraceFormat = {
      meaning: 'one arrival a second',
      options: [],
      required: [],
      async *read(options, _host, summary) {
        await Promise.resolve();
        const atNs = Float64Array.from({ length: options.limit ?? 1 }, (_, i) => i * 1e9);
        summary.arrivals = atNs.length;
        yield {
          count: atNs.length,
          atNs,
          serviceNs: new Float64Array(atNs.length).fill(-1),
          width: new Uint32Array(atNs.length),
        };
      },
    };
    let count = 0;
    for await (const batch of openTrace({ format: 'ticks', file: 'none', limit: 3 }, host, { ticks }))
      count += batch.count;
    expect(count).toBe(3);
  });
});

describe('csv rows', () => {
  const refused = (text: string, options: Partial<TraceOptions> = {}) => problemsOf(() => collectCsv(text, options));

  it('missing columns, all of them', async () => {
    expect(await refused('time,work\n1,2\n', { columns: { arrival: 't', service: 'w' } })).toEqual([
      { file: 'a.csv', line: 1, path: 't', given: 'a header without it: "time,work"', expected: 'a column named "t"' },
      { file: 'a.csv', line: 1, path: 'w', given: 'a header without it: "time,work"', expected: 'a column named "w"' },
    ]);
  });

  it('a column named twice', async () => {
    expect(await refused('arrival,service,arrival\n')).toMatchObject([
      { line: 1, path: 'arrival', given: 'the column twice' },
    ]);
  });

  it('cells that are no numbers of the kind, every one of the chunk up to ten', async () => {
    const cells = ['x', '', '0x10', '-1', 'NaN', 'Infinity', '1e999', '1_000', '5 6'];
    const text = `arrival,service\n${cells.map((cell) => `${cell},1\n`).join('')}`;
    const problems = await refused(text);
    expect(problems.map(({ line, path, given }) => ({ line, path, given }))).toEqual(
      cells.map((cell, i) => ({ line: i + 2, path: 'arrival', given: JSON.stringify(cell) })),
    );
    expect(problems[0]!.expected).toContain('a number of ns');
    expect((await refused(`arrival,service\n${'x,1\n'.repeat(1000)}`)).length).toBe(10);
    expect(await refused('arrival,service\n1,-2\n')).toMatchObject([{ line: 2, path: 'service', given: '"-2"' }]);
    expect(await refused('arrival,width\n1,1.5\n2,4294967296\n')).toMatchObject([
      { line: 2, path: 'width' },
      { line: 3, path: 'width' },
    ]);
  });

  it('rows with too few or too many cells, a cut last line among them', async () => {
    expect(await refused('arrival,service\n1,2\n3,4,5\n6\n')).toMatchObject([
      { line: 3, given: '3 cells: "3,4,5"', expected: '2 cells, one for each column of the header' },
      { line: 4, given: '1 cell: "6"' },
    ]);
    expect(await refused('arrival,service\n1,2\n3')).toMatchObject([{ line: 3, given: '1 cell: "3"' }]);
    expect(await refused('arrival,service\n1,2\n3,')).toMatchObject([{ line: 3, path: 'service', given: '""' }]);
  });

  it('quotes left open or closed in the middle', async () => {
    expect(await refused('arrival,note\n1,"a\n2,b\n')).toMatchObject([
      { line: 2, given: expect.stringContaining('malformed quoted cell') as string },
    ]);
    expect(await refused('arrival,note\n1,a\n2,"b"c\n3,d\n')).toMatchObject([{ line: 3 }]);
    const endless = `arrival,note\n1,"${'x\n'.repeat(3_000_000)}`;
    expect(await refused(endless)).toMatchObject([{ line: 2 }]);
  });

  it('rows out of order, with the window that would do', async () => {
    const text = 'arrival\n10\n20\n12\n';
    expect(await refused(text)).toEqual([
      {
        file: 'a.csv',
        line: 4,
        path: '',
        given: 'an arrival 8 ns behind the rows before it',
        expected: 'arrivals in order, at most 0 ns behind; window: 8ns or more reorders them',
      },
    ]);
    expect((await collectCsv(text, { windowNs: 8 })).atNs).toEqual([10, 12, 20]);
    expect(await refused('arrival\n10\n20\n30\n5\n', { windowNs: 10 })).toMatchObject([
      { line: 5, expected: expect.stringContaining('window: 25ns') as string },
    ]);
  });

  it('times beyond the clock', async () => {
    expect(await refused('arrival\n1600000000\n', { arrivalUnit: 's' })).toMatchObject([
      { line: 2, expected: expect.stringContaining(' start: first') as string },
    ]);
    expect(await refused('arrival,service\n1,1e16\n')).toMatchObject([
      { line: 2, given: expect.stringContaining('a service time') as string },
    ]);
  });
});

describe('azure files', () => {
  const DURATIONS =
    'HashFunction,percentile_Average_0,percentile_Average_1,percentile_Average_25,percentile_Average_50,percentile_Average_75,percentile_Average_99,percentile_Average_100\n';
  const refused2019 = (invocations: string, durations: string, options: Partial<TraceOptions> = {}) =>
    problemsOf(() =>
      collect(
        { format: 'azure-2019', file: 'i.csv', durations: 'd.csv', ...options },
        memoryHost({ 'i.csv': invocations, 'd.csv': durations }),
      ),
    );
  const durations = `${DURATIONS}f,0,1,2,3,4,5,6\n`;

  it('2019: columns, counts and percentiles', async () => {
    expect((await refused2019('HashFunction,1\nf,1\n', 'HashFunction,percentile_Average_0\n')).length).toBe(6);
    expect(await refused2019('HashFunction,Trigger\nf,http\n', durations)).toMatchObject([
      { file: 'i.csv', line: 1, path: '1..1440' },
    ]);
    expect(await refused2019('HashFunction,0,1441\nf,1,1\n', durations)).toMatchObject([
      { path: '0' },
      { path: '1441' },
    ]);
    expect(await refused2019('HashFunction,1,2\nf,1.5,-2\n', durations)).toMatchObject([
      { file: 'i.csv', line: 2, path: '1', given: '"1.5"' },
      { file: 'i.csv', line: 2, path: '2', given: '"-2"' },
    ]);
    expect(await refused2019('HashFunction,1\nf,1\n', `${DURATIONS}f,0,1,2,x,4,5,6\ng,0,1,2,1,4,5,6\n`)).toMatchObject([
      { file: 'd.csv', line: 2, path: 'percentile_Average_50', given: '"x"' },
      { file: 'd.csv', line: 2, path: 'percentile_Average_75' },
      { file: 'd.csv', line: 3, path: 'percentile_Average_50', given: '"1"' },
    ]);
  });

  it('2019: minutes and functions that the files do not have', async () => {
    const invocations = 'HashFunction,480,481\nf,1,2\n';
    expect(await refused2019(invocations, durations, { startMinute: 479 })).toMatchObject([
      { path: 'startMinute', expected: expect.stringContaining('480 to 481') as string },
    ]);
    expect(await refused2019(invocations, durations, { startMinute: 481, minutes: 2 })).toMatchObject([
      { path: 'minutes' },
    ]);
    expect(await refused2019(invocations, durations, { functions: 2 })).toMatchObject([
      { path: 'functions', given: '2', expected: expect.stringContaining('1 to 1') as string },
    ]);
    expect(await refused2019(invocations, durations, { functions: ['f', 'g', 'h'] })).toMatchObject([
      { given: '"g"' },
      { given: '"h"' },
    ]);
  });

  it('2021: columns, negative durations, a window too small', async () => {
    const refused2021 = (text: string, options: Partial<TraceOptions> = {}) =>
      problemsOf(() => collect({ format: 'azure-2021', file: 'i.csv', ...options }, memoryHost({ 'i.csv': text })));
    expect(await refused2021('app,func,end,duration\n')).toMatchObject([
      { file: 'i.csv', line: 1, path: 'end_timestamp' },
    ]);
    expect(await refused2021('app,func,end_timestamp,duration\na,f,5,-1\n')).toMatchObject([
      { file: 'i.csv', line: 2, path: 'duration', given: '"-1"' },
    ]);
    const late = 'app,func,end_timestamp,duration\na,f,5,1\na,f,6,1\na,f,7,6\n';
    expect(await refused2021(late, { windowNs: 1e9 })).toMatchObject([
      { line: 4, expected: expect.stringContaining('window: 4000000000ns') as string },
    ]);
  });
});
