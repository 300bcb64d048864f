// Bytes to text: the three encodings told apart by their content, from disk, memory and Web streams; damage is refused
// with the line up to which the file could be read.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryHost } from '../../src/workload/index.js';
import { nodeHost } from '../../src/workload/node-file.js';
import { choppedHost, collect, collectCsv, problemsOf } from './helpers.js';

const encoder = new TextEncoder();
const TEXT = `arrival,service\n${Array.from({ length: 200 }, (_, i) => `${i * 10},${100 + (i % 7)}\n`).join('')}`;
const ARRIVALS = Array.from({ length: 200 }, (_, i) => i * 10);

// `TEXT` compressed by zstd 1.5 -19.
const ZSTD = Uint8Array.from(
  atob(
    'KLUv/WSpBX0KADaiQhSgFxRzAGxC2q+qJ0REhCQBrIpPjUYAPwAzACKVkIVytVapU2kbveyFRQXFhEQj4mDcdk3Pco+fn5VAfCAJwweOIHygCOUDKwQf' +
      'GMJ84AL5QEEgYOCgQMBgIAA4GCgoAAjGixMfLrw8+Jz8zq6Obk6uF/fxzszKyMbEamEb7cqqimpKqhV1sY6MioiGhEpBE+nGpoZmRqYT83BOTEpIRgJz' +
      '55ifOZ9scskkjyxy5ZCXKV+3Xp36dOnt0e/sF1tcMcUTS9w44mPG9/b19PPy/fiffzxCt7tuuueWu3fc37zPNrtssscWu3bY27SvtrpqqqeWunXU16yP' +
      'NrpooocWunTQ06RvtrlmmmeWgMGkESB4fv/v0JtZAwOHBQIAAAAAAAAAAAAAAAAlSIEEiL/86otnfd/3fd/3fd/3fd93vqmmmWJ6qaX1AAAI6K4CU0vm' +
      'Eg==',
  ),
  (character) => character.charCodeAt(0),
);

describe('encodings', () => {
  const encoded: [string, Uint8Array][] = [
    ['plain text', encoder.encode(TEXT)],
    ['gzip', gzipSync(TEXT)],
    ['gzip in two members', Buffer.concat([gzipSync(TEXT.slice(0, 500)), gzipSync(TEXT.slice(500))])],
    ['Zstandard', ZSTD],
  ];
  for (const [name, bytes] of encoded) {
    it(`reads ${name}, in chunks of any size`, async () => {
      for (const chunkBytes of [1, 3, 100, 1e6]) {
        const host = choppedHost(bytes, chunkBytes);
        const read = await collect({ format: 'csv', file: 'a.csv' }, host);
        expect(read.atNs).toEqual(ARRIVALS);
        expect(host.closed).toBe(1);
      }
    });
  }

  it('reads a Web stream', async () => {
    const blob = new Blob([gzipSync(TEXT)]);
    const read = await collect({ format: 'csv', file: 'b' }, memoryHost({ b: () => blob.stream() }));
    expect(read.atNs).toEqual(ARRIVALS);
  });

  it('closes the source when left in the middle of a compressed file', async () => {
    const long = gzipSync(`arrival\n${Array.from({ length: 300_000 }, (_, i) => `${i}\n`).join('')}`);
    const host = choppedHost(long, 1000);
    expect((await collect({ format: 'csv', file: 'a.csv', limit: 10 }, host)).atNs.length).toBe(10);
    expect(host.closed).toBe(1);
  });
});

describe('refused', () => {
  const line = (bytes: Uint8Array) => problemsOf(() => collectCsv(bytes));

  it('a gzip file that breaks off', async () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => `${i * 7}\n`).join('');
    const whole = gzipSync(`arrival\n${rows}`);
    const [problem] = await line(whole.subarray(0, whole.length - 20));
    expect(problem).toMatchObject({ file: 'a.csv', expected: 'a whole gzip file' });
    expect(problem!.given).toContain('damaged or incomplete gzip data');
    expect(problem!.line).toBeGreaterThan(1000);
    expect(problem!.line).toBeLessThanOrEqual(100_001);
  });

  it('a gzip file with a byte changed', async () => {
    const damaged = Uint8Array.from(gzipSync(TEXT));
    damaged[damaged.length - 6]! ^= 0xff;
    expect(await line(damaged)).toMatchObject([{ file: 'a.csv', expected: 'a whole gzip file' }]);
  });

  it('gzip of something else', async () => {
    const noise = Uint8Array.from({ length: 1000 }, (_, i) => (i * 37 + 11) & 0xff);
    expect(await line(gzipSync(noise))).toMatchObject([
      { file: 'a.csv', line: 1, given: 'bytes that are not UTF-8 text' },
    ]);
  });

  it('a Zstandard file that breaks off', async () => {
    expect(await line(ZSTD.subarray(0, 200))).toMatchObject([{ file: 'a.csv', expected: 'a whole Zstandard file' }]);
  });

  it('binary garbage in the middle of text, with its line', async () => {
    const garbled = Buffer.concat([encoder.encode('arrival\n1\n2\n'), Uint8Array.of(0xff, 0xfe, 0x80)]);
    expect(await line(garbled)).toMatchObject([{ file: 'a.csv', line: 4, given: 'bytes that are not UTF-8 text' }]);
    expect(await line(encoder.encode('arrival\n1\n2\0\n'))).toMatchObject([
      { file: 'a.csv', line: 3, given: 'binary data' },
    ]);
  });

  it('a character cut by the end of the file', async () => {
    const cut = encoder.encode('arrival,note\n1,é').subarray(0, -1);
    expect(await line(cut)).toMatchObject([
      { file: 'a.csv', line: 2, given: expect.stringContaining('cut in the middle') as string },
    ]);
  });

  it.each([
    ['PK\u0003\u0004rest', 'a zip archive'],
    ['Rar!\u001a\u0007', 'a rar archive'],
    ['BZh91AY', 'bzip2 data'],
    ['PAR1....', 'a Parquet file'],
  ])('%j, told as what it is', async (text, given) => {
    expect(await line(encoder.encode(text))).toMatchObject([{ file: 'a.csv', given }]);
  });

  it('an empty file', async () => {
    expect(await line(new Uint8Array(0))).toMatchObject([{ file: 'a.csv', given: 'an empty file' }]);
    expect(await line(gzipSync(''))).toMatchObject([{ file: 'a.csv', given: 'an empty file' }]);
  });

  it('an error of the source itself is passed on as it is, through a decompressor too', async () => {
    for (const bytes of [encoder.encode(TEXT), gzipSync(TEXT)]) {
      const failing = {
        open: () =>
          Promise.resolve(
            (async function* () {
              await Promise.resolve();
              yield bytes.subarray(0, 100);
              throw new RangeError('the disk is gone');
            })(),
          ),
      };
      await expect(collect({ format: 'csv', file: 'a.csv' }, failing)).rejects.toThrow(
        new RangeError('the disk is gone'),
      );
    }
  });
});

describe('files on disk', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fluxhost-traces-'));
    writeFileSync(join(folder, 'a.csv.gz'), gzipSync(TEXT));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are read relative to the given folder', async () => {
    expect((await collect({ format: 'csv', file: 'a.csv.gz' }, nodeHost(folder))).atNs).toEqual(ARRIVALS);
  });

  it('are refused by the name that was written where they are missing or folders', async () => {
    const problems = (file: string) => problemsOf(() => collect({ format: 'csv', file }, nodeHost(folder)));
    expect(await problems('b.csv')).toMatchObject([{ file: 'b.csv', given: 'a file that does not exist' }]);
    expect(await problems('.')).toMatchObject([{ file: '.', given: 'a folder' }]);
    expect(await problems('a.csv.gz/x')).toMatchObject([
      { file: 'a.csv.gz/x', given: expect.stringContaining('not a folder') as string },
    ]);
  });

  it('are unknown to a host in memory that does not hold them', async () => {
    const problems = await problemsOf(() => collect({ format: 'csv', file: 'c' }, memoryHost({ a: '', b: '' })));
    expect(problems).toMatchObject([{ file: 'c', expected: 'one of: a, b' }]);
  });
});
