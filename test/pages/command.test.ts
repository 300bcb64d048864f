// `fluxhost pages` as a person runs it: what goes to which stream, with which exit status.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.js';
import { main } from '../../src/cli/program.js';
import type { PagesResult } from '../../src/pages/result.js';
import { renderPages } from '../../src/report/pages-table.js';
import { temporaryFolder } from '../support/folder.js';
import { bytesOf, oracleGeneral } from './helpers.js';

const temporary = temporaryFolder('pages').made;

interface Document {
  runs: { policy: string; capacityPages: number; misses: number; swapInNs: object; requestsPerSecond?: number }[];
}

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const io: Io = {
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    isTty: false,
  };
  const status = await main(['pages', ...args], io);
  return { status, out, err };
}

const pages = Array.from({ length: 4000 }, (_, i) => (i * i * 31) % 257);
const trace = temporary('trace.oracleGeneral', oracleGeneral(pages));
const usual = [trace, '--format', 'oracleGeneral', '--policy', 'lru,fifo', '--capacity', '16,64KiB'];

test('a table', async () => {
  const { status, out, err } = await run(...usual);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(out).toMatch(/^4,000 requests to \d+ distinct pages\n\npolicy +pages +hits +misses +miss ratio +swap-outs/);
  const [table, limits] = out.trimEnd().split('\n\ncan this be trusted?\n');
  expect(table!.split('\n')).toHaveLength(3 + 4);
  expect(limits).toMatch(/^ {2}one-trace: .*\n {2}counts-only: /);
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
});

test('a curve alone, without policies and capacities', async () => {
  const { status, out, err } = await run(trace, '--format', 'oracleGeneral', '--mrc');
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(out).toMatch(/^4,000 requests to \d+ distinct pages\n\nMiss ratio of lru by capacity \(exact\)\n/);
  const exact = JSON.parse((await run(trace, '--format', 'oracleGeneral', '--mrc', '--json')).out) as {
    runs: object[];
    mrc: { points: { capacityPages: number }[] }[];
  };
  expect(exact.runs).toEqual([]);
  expect(exact.mrc[0]!.points[0]!.capacityPages).toBe(1);
});

test('a sampled curve has no points that the sample cannot tell, and says so', async () => {
  const sampled = [trace, '--format', 'oracleGeneral', '--mrc', '--shards', '0.1'];
  const { out } = await run(...sampled);
  expect(out).toContain('below 10 pages it tells nothing');
  const { mrc } = JSON.parse((await run(...sampled, '--json')).out) as {
    mrc: { leastCapacityPages: number; points: { capacityPages: number }[] }[];
  };
  expect(mrc[0]!.leastCapacityPages).toBe(10);
  expect(mrc[0]!.points[0]!.capacityPages).toBe(10);
});

test('exactly one JSON document, the same twice but for requestsPerSecond', async () => {
  const parse = async (): Promise<Document> => {
    const { status, out, err } = await run(...usual, '--json', '--mrc', '--swap-in', '10us');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const document = JSON.parse(out) as Document;
    for (const each of document.runs) delete each.requestsPerSecond;
    return document;
  };
  const document = await parse();
  expect(await parse()).toEqual(document);
  expect(Object.keys(document).sort()).toEqual(['mrc', 'runs', 'trace']);
  expect(document.runs.map((each) => [each.policy, each.capacityPages])).toEqual([
    ['lru', 16],
    ['lru', 16],
    ['fifo', 16],
    ['fifo', 16],
  ]);
  expect(document.runs[0]!.swapInNs).toMatchObject({ count: document.runs[0]!.misses, p99: 10_000 });
});

test('the speed of replays too short to tell one is left out of the table', () => {
  const run = (requestsPerSecond: number | null): string =>
    renderPages({
      trace: { requests: 1e6, distinctPages: 10, sha256: '', writes: true },
      runs: [
        {
          policy: 'lru',
          parameters: {},
          capacityPages: 5,
          requests: 1e6,
          hits: 0,
          misses: 1e6,
          missRatio: 1,
          swapInNs: null,
          swapOuts: 0,
          writebacks: 0,
          requestsPerSecond,
        },
      ],
    });
  expect(run(9e6)).toMatch(/req\/s\n.* 9,000,000\n/);
  for (const cold of [11e6, null]) expect(run(cold)).not.toContain('req/s');
});

test('the sample of examples/ has writes, sizes and scans that LRU pays for', async () => {
  const sample = fileURLToPath(new URL('../../examples/data/object-cache.csv', import.meta.url));
  const args = [
    '--format',
    'csv',
    '--write-values',
    'set',
    '--policy',
    'lru,s3fifo,opt',
    '--capacity',
    '1%..100%:8:log',
  ];
  const { status, out } = await run(sample, ...args, '--json');
  expect(status).toBe(0);
  const { trace: read, runs } = JSON.parse(out) as PagesResult;
  expect([read.requests, read.distinctPages, read.writes]).toEqual([3880, 956, true]);
  const at = (policy: string) => runs.filter((one) => one.policy === policy);
  const [lru, s3fifo, opt] = [at('lru'), at('s3fifo'), at('opt')];
  expect(lru).toHaveLength(8);
  for (const [i, { missRatio, byteMissRatio }] of lru.entries()) {
    expect(byteMissRatio).not.toBe(missRatio);
    expect(opt[i]!.missRatio).toBeLessThanOrEqual(Math.min(missRatio, s3fifo[i]!.missRatio));
    if (i > 0 && i < 6) expect(s3fifo[i]!.missRatio).toBeLessThan(missRatio);
  }
});

test('packed files, page sizes, columns', async () => {
  const csv = temporary('t.csv.gz', gzipSync('va,kind\n0x0,R\n0x1fffff,W\n0x200000,R\n'));
  const args = [
    csv,
    '--format',
    'csv',
    '--address-column',
    'va',
    '--write-column',
    'kind',
    '--policy',
    'lru',
    '--capacity',
    '1',
    '--json',
  ];
  const small = JSON.parse((await run(...args)).out);
  const large = JSON.parse((await run(...args, '--page-size', '2MiB')).out);
  expect([small.trace.distinctPages, large.trace.distinctPages]).toEqual([3, 2]);
  expect(large.runs[0]).toMatchObject({ hits: 1, misses: 2, swapOuts: 1, writebacks: 1 });
});

test('a last line without a newline is noted once, also where the file is read twice', async () => {
  const open = temporary('open.csv', 'page\n12\n345');
  const { status, out, err } = await run(open, '--format', 'csv', '--policy', 'lru', '--capacity', '50%');
  expect({ status, err }).toEqual({ status: 0, err: `note: ${open}: the last line has no newline: it may be cut\n` });
  expect(out).toContain('2 requests');
});

test('help tells formats and policies', async () => {
  const { status, out } = await run('--help');
  expect(status).toBe(0);
  for (const word of ['oracleGeneral', 'ramulator', 's3fifo', 'taiji', '--page-size', '--shards'])
    expect(out).toContain(word);
});

const header = temporary('header.csv', 'page,rw\n');
const empty = temporary('empty.bin', '');

test('a binary file in the place of a csv leaves the terminal alone', async () => {
  const noise = temporary(
    'noise.csv',
    Uint8Array.from({ length: 3000 }, (_, i) => (i * 7 + 27) % 256),
  );
  const { status, out, err } = await run(noise, '--format', 'csv', '--policy', 'lru', '--capacity', '1');
  expect({ status, out }).toEqual({ status: 2, out: '' });
  // eslint-disable-next-line no-control-regex -- what must not be there
  expect(err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  expect(err.length).toBeLessThan(1000);
});

test('one page more than there are is legal, for opt too', async () => {
  const { status, out } = await run(...usual.slice(0, 4), 'lru,opt', '--capacity', '300,100%,1000%', '--json');
  expect(status).toBe(0);
  const { runs, trace: read } = JSON.parse(out) as Document & { trace: { distinctPages: number } };
  expect(runs.map(({ misses }) => misses)).toEqual(runs.map(() => read.distinctPages));
});

describe('refused with status 2, nothing on standard output', () => {
  const cases: [string, string[], string[]][] = [
    [
      'everything at once',
      [trace, '--format', 'oracle', '--policy', 'lru,x', '--capacity', '0,10%'],
      ['--format: ', '--policy: ', '--capacity: '],
    ],
    ['missing options', [trace], ['--format: missing', '--policy: missing', '--capacity: missing']],
    ['no trace', ['--format', 'be32', '--policy', 'lru', '--capacity', '1'], ['TRACE: missing']],
    ['an unknown option', [...usual, '--polcy', 'x'], ['--polcy: unknown option, did you mean --policy?']],
    ['a page size', [...usual, '--page-size', '3KiB'], ['--page-size: given "3KiB", expected a power of two']],
    ['a bare page size', [...usual, '--page-size', '4096'], ['--page-size: given "4096", expected a size with a unit']],
    [
      'a swap-in without unit',
      [...usual, '--swap-in', '10'],
      ['--swap-in: given "10", expected a duration with a unit'],
    ],
    ['a rate', [...usual, '--mrc', '--shards', '1.5'], ['--shards: given "1.5", expected a share above 0 and up to 1']],
    ['a curve and policies without capacities', [...usual.slice(0, 5), '--mrc'], ['--capacity: missing, expected one']],
    ['a rate of nothing', [...usual, '--shards', '0.1'], ['--shards: given no --mrc']],
    ['a seed', [...usual, '--seed', '-3'], ['--seed']],
    ['a missing file', [`${trace}.not`, ...usual.slice(1)], ['given a file that does not exist']],
    [
      'a share of a stream for opt',
      ['-', '--format', 'csv', '--policy', 'opt', '--capacity', '10%'],
      ['standard input: --capacity: given 10% of a stream, expected a page count or a size'],
    ],
    ['nothing at all', [...usual.slice(0, -1), ''], ['--capacity: given "", expected a page count']],
    ['less than nothing', [...usual.slice(0, -1), '-1'], ['--capacity: given "-1", expected a page count']],
    [
      '2^60 pages',
      [...usual.slice(0, -1), '1152921504606846976'],
      ['--capacity: given "1152921504606846976", expected'],
    ],
    [
      'less than a page',
      [...usual.slice(0, -1), '64MiB', '--page-size', '1GiB'],
      ['--capacity: given "64MiB", expected at least one page of 1073741824 bytes'],
    ],
    [
      'a header alone',
      [header, '--format', 'csv', ...usual.slice(3)],
      [`${header}: given no request, expected a trace`],
    ],
    [
      'an empty file',
      [empty, ...usual.slice(1)],
      [`${empty}: given no request, expected a trace of format oracleGeneral`],
    ],
    ['another format', [trace, '--format', 'lackey', '--policy', 'lru', '--capacity', '1'], [`${trace}:1: given`]],
  ];
  test.each(cases)('%s', async (_, args, messages) => {
    const { status, out, err } = await run(...args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    for (const message of messages) expect(err).toContain(message);
  });

  test('a file that is cut, with file and place', async () => {
    const cut = temporary('cut.oracleGeneral.gz', gzipSync(oracleGeneral(pages).subarray(0, 100)));
    const { status, out, err } = await run(cut, ...usual.slice(1));
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toBe(`${cut}: record 5: given 4 bytes at the end, expected whole records of 24 bytes\n`);
    const text = temporary('cut.txt', bytesOf('1000 R\n2000'));
    const second = await run(text, '--format', 'addresses', '--policy', 'opt', '--capacity', '1');
    expect(second).toEqual({
      status: 2,
      out: '',
      err: `${text}:2: given "2000", expected a hexadecimal address and R or W\n`,
    });
  });
});
