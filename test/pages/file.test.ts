// Files: packed or not, whole or cut, what they claim to be or something else.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, test, expect } from 'vitest';
import { traceFile } from '../../src/pages/file.js';
import { InputError } from '../../src/input/errors.js';
import { temporaryFolder } from '../support/folder.js';
import { format, bytesOf, oracleGeneral } from './helpers.js';
import { PACKED, PACKED_TEXT } from './zstandard.js';

const temporary = temporaryFolder('pages').made;

async function contents(path: string, name = 'addresses'): Promise<Buffer> {
  const source = await traceFile(path, format(name));
  const pieces: Uint8Array[] = [];
  for await (const piece of source.open()) pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces);
}

async function refusal(path: string, name = 'addresses'): Promise<string> {
  try {
    await contents(path, name);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('was not refused');
}

const text = bytesOf('1000 R\n2000 W\n'.repeat(100_000));
const packed = Buffer.from(PACKED, 'base64');

describe('read as they are', () => {
  test('plain and gzip, also of several members', async () => {
    expect((await contents(temporary('a.txt', text))).equals(text)).toBe(true);
    const gzip = gzipSync(text);
    expect((await contents(temporary('a.gz', gzip))).equals(text)).toBe(true);
    const twice = Buffer.concat([gzip, gzip]);
    expect((await contents(temporary('b.gz', twice))).equals(Buffer.concat([text, text]))).toBe(true);
  });

  test('Zstandard, also of several frames', async () => {
    expect((await contents(temporary('a.zst', packed))).toString()).toBe(PACKED_TEXT);
    const twice = await contents(temporary('b.zst', Buffer.concat([packed, packed])));
    expect(twice.toString()).toBe(PACKED_TEXT + PACKED_TEXT);
  });

  test('packed whatever the name says: packed bytes taken for records would be noise', async () => {
    const records = oracleGeneral(Array.from({ length: 100 }, (_, i) => i % 7));
    expect((await contents(temporary('i.bin', gzipSync(records)), 'oracleGeneral')).equals(Buffer.from(records))).toBe(
      true,
    );
    expect((await contents(temporary('j.bin', packed), 'be32')).toString()).toBe(PACKED_TEXT);
    // shorter than what is looked at
    for (const length of [0, 1, 2, 3]) {
      const start = gzipSync(records).subarray(0, length);
      if (length < 3) expect((await contents(temporary(`k${length}`, start))).equals(start)).toBe(true);
      else await expect(contents(temporary(`k${length}`, start))).rejects.toThrow('expected a whole gzip file');
    }
  });

  test('the same file twice', async () => {
    const source = await traceFile(temporary('c.gz', gzipSync(text)), format('addresses'));
    expect(source.reopenable).toBe(true);
    for (let time = 0; time < 2; time++) {
      let bytes = 0;
      for await (const piece of source.open()) bytes += piece.length;
      expect(bytes).toBe(text.length);
    }
  });

  test('and left before the end', async () => {
    for (const path of [temporary('d.txt', text), temporary('d.gz', gzipSync(text))]) {
      const source = await traceFile(path, format('addresses'));
      for await (const piece of source.open()) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
    }
  });
});

describe('told by the first bytes', () => {
  test('gzip and Zstandard under another name', async () => {
    expect((await contents(temporary('k.trace', gzipSync(text)))).equals(text)).toBe(true);
    expect((await contents(temporary('l', packed))).toString()).toBe(PACKED_TEXT);
  });

  test('records of one size too, whose packed file has another', async () => {
    const records = oracleGeneral(Array.from({ length: 1000 }, (_, page) => page));
    const gzip = gzipSync(records);
    expect(gzip.length % 24).not.toBe(0);
    const path = temporary('m.bin', gzip);
    expect((await contents(path, 'oracleGeneral')).equals(Buffer.from(records))).toBe(true);
  });

  test('records that begin as gzip does but for its method are records', async () => {
    const keys = Uint8Array.from([0x1f, 0x8b, 0x07, 0x00, 0, 0, 0, 2]);
    expect((await contents(temporary('n.bin', keys), 'be32')).equals(Buffer.from(keys))).toBe(true);
  });

  test('on standard input', async () => {
    const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
    const args = [program, 'pages', '-', '--format', 'addresses', '--policy', 'lru', '--capacity', '1', '--json'];
    for (const input of [gzipSync(text), text]) {
      const { stdout, stderr, status } = spawnSync(process.execPath, args, { input, encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout)).toMatchObject({ trace: { requests: 200_000, distinctPages: 2 } });
    }
  });

  test('a large one without a word from Node about listeners', async () => {
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', listen);
    // little of it compresses, so that the packed side is written in many pieces
    const noise = Buffer.alloc(8 << 20);
    for (let at = 0, x = 1; at < noise.length; at++) {
      x = (Math.imul(x, 1664525) + 1013904223) | 0;
      noise[at] = x >>> 24;
    }
    const path = temporary('o.gz', gzipSync(noise, { level: 1 }));
    const source = await traceFile(path, format('be32'));
    let bytes = 0;
    for await (const piece of source.open()) {
      bytes += piece.length;
      await new Promise((resolve) => setImmediate(resolve)); // a reader slower than the file
    }
    process.off('warning', listen);
    expect(bytes).toBe(noise.length);
    expect(warnings).toEqual([]);
  });
});

describe('refused', () => {
  test('what is not there, or a folder', async () => {
    const missing = temporary('x', '').replace(/x$/, 'missing.txt');
    expect(await refusal(missing)).toBe(`${missing}: given a file that does not exist, expected a readable trace file`);
    const folder = missing.replace('/missing.txt', '');
    expect(await refusal(folder)).toBe(`${folder}: given a folder, expected a readable trace file`);
  });

  test('gzip of something else, cut, or damaged', async () => {
    const notGzip = temporary('e.gz', text);
    expect(await refusal(notGzip)).toBe(
      `${notGzip}: given a file that begins with 31 30 30, expected a gzip file, which begins with 1f 8b 08`,
    );
    expect(await refusal(temporary('empty.gz', ''))).toContain('given an empty file, expected a gzip file');
    const gzip = gzipSync(text);
    expect(await refusal(temporary('f.gz', gzip.subarray(0, gzip.length - 20)))).toContain(
      'expected a whole gzip file',
    );
    const damaged = Buffer.from(gzip);
    damaged[gzip.length - 6]! ^= 0xff; // in the checksum
    expect(await refusal(temporary('g.gz', damaged))).toContain(
      'given damaged or incomplete gzip data (incorrect data check)',
    );
  });

  test('Zstandard of something else, or cut', async () => {
    expect(await refusal(temporary('e.zst', text))).toContain(
      'expected a Zstandard file, which begins with 28 b5 2f fd',
    );
    const cut = temporary('f.zst', packed.subarray(0, packed.length - 30));
    expect(await refusal(cut)).toContain('given damaged or incomplete Zstandard data (its end is missing)');
  });

  test('a size that its records rule out, before anything is read', async () => {
    const path = temporary('g.oracleGeneral', oracleGeneral([1, 2, 3]).subarray(0, 71));
    expect(await refusal(path, 'oracleGeneral')).toBe(
      `${path}: given 71 bytes, 23 more than whole records, expected a file of format oracleGeneral: whole records of 24 bytes`,
    );
    expect(await refusal(temporary('h.bin', new Uint8Array(6)), 'be32')).toContain('whole records of 4 bytes');
  });
});
