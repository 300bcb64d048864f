// What unpacks files: both gzip decoders on one rule, Zstandard with its checksums, nothing that never ends or grows with content.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createGunzip, gzipSync } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import { gunzip, inflateByNode } from '../../src/workload/gunzip.js';
import { inflateByPako } from '../../src/workload/inflate.js';
import { packingOf, unpack } from '../../src/workload/unpack.js';
import { unzstd } from '../../src/workload/zstandard.js';
import { PACKED, PACKED_TEXT } from '../pages/zstandard.js';

const SHARED = fileURLToPath(new URL('../../../shared/cases/', import.meta.url));

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function whole(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const held: Uint8Array[] = [];
  for await (const bytes of stream) held.push(bytes.slice());
  return Buffer.concat(held).toString();
}

const SIZES = [1, 7, 64, 1000, 1e6];
const TEXT = Array.from({ length: 30_000 }, (_, i) => `${(i * i * 37) % 1009} R\n`).join('');
const zeros = (count: number): Buffer => Buffer.alloc(count);

describe.each([
  ['Node', inflateByNode(createGunzip)],
  ['pako', inflateByPako],
])('gzip by %s', (_, inflate) => {
  const read = (bytes: Uint8Array, size: number): Promise<string> => whole(gunzip(pieces(bytes, size), inflate));
  const [first, second] = [gzipSync(TEXT), gzipSync('one more\n')];

  it.each([
    ['one member', [first], TEXT],
    ['members side by side', [first, second, first], `${TEXT}one more\n${TEXT}`],
    ['zeros at the end', [first, zeros(512)], TEXT],
    ['zeros between members', [second, zeros(1), first, zeros(700), second], `one more\n${TEXT}one more\n`],
    ['nothing in it', [gzipSync('')], ''],
  ])('%s, in pieces of any size', async (_name, parts, text) => {
    const bytes = Buffer.concat(parts);
    for (const size of bytes.length > 10_000 ? SIZES.slice(2) : SIZES) expect(await read(bytes, size)).toBe(text);
  });

  it.each([
    ['cut', first.subarray(0, -9), 'unexpected end'],
    ['cut within the header', first.subarray(0, 5), 'unexpected end'],
    ['with another length', Buffer.concat([first.subarray(0, -1), zeros(1).fill(9)]), 'incorrect length check'],
    ['with another checksum', Buffer.concat([first.subarray(0, -8), zeros(8)]), 'incorrect data check'],
    ['with text behind it', Buffer.concat([first, Buffer.from('text')]), 'incorrect header check'],
    ['with text behind zeros', Buffer.concat([first, zeros(9), Buffer.from('text')]), 'incorrect header check'],
    ['with half a member behind it', Buffer.concat([first, second.subarray(0, 12)]), 'unexpected end'],
  ])('%s: refused', async (_name, bytes, why) => {
    for (const size of [64, 1e6])
      await expect(read(bytes, size)).rejects.toThrow(new RegExp(`^damaged or incomplete gzip data \\((${why})`));
  });

  it('hands on what the source fails with, and closes a source that is left', async () => {
    let closed = 0;
    async function* failing(): AsyncGenerator<Uint8Array> {
      try {
        yield* pieces(first.subarray(0, 500), 100);
        throw new RangeError('the disk is gone');
      } finally {
        closed++;
      }
    }
    await expect(whole(gunzip(failing(), inflate))).rejects.toThrow(new RangeError('the disk is gone'));
    for await (const bytes of gunzip(failing(), inflate)) {
      expect(bytes.length).toBeGreaterThan(0);
      break;
    }
    expect(closed).toBe(2);
  });
});

describe('Zstandard', () => {
  const packed = Buffer.from(PACKED, 'base64');
  const skippable = (kind: number, content: Buffer): Buffer => {
    const head = Buffer.from([0x50 + kind, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);
    head.writeUInt32LE(content.length, 4);
    return Buffer.concat([head, content]);
  };
  const read = (bytes: Uint8Array, size = 1e6): Promise<string> => whole(unzstd(pieces(bytes, size)));

  it('frames side by side, in pieces of any size', async () => {
    for (const size of SIZES) expect(await read(Buffer.concat([packed, packed]), size)).toBe(PACKED_TEXT + PACKED_TEXT);
  });

  it('begins with a frame to pass over of any kind, as pzstd writes them', async () => {
    for (let kind = 0; kind < 16; kind++) {
      const bytes = Buffer.concat([skippable(kind, zeros(4)), packed, skippable(15 - kind, packed)]);
      expect(packingOf(bytes)).toBe('Zstandard');
      for (const size of [5, 1e6]) expect(await whole(unpack(pieces(bytes, size), () => undefined))).toBe(PACKED_TEXT);
    }
    expect(packingOf(Buffer.from([0x60, 0x2a, 0x4d, 0x18]))).toBeUndefined();
  });

  it('refuses any byte that differs in a frame with a checksum, and any cut', async () => {
    for (let at = 0; at < packed.length; at += 13) {
      const changed = Uint8Array.from(packed);
      changed[at]! ^= 0x10;
      await expect(read(changed), `byte ${at}`).rejects.toThrow(/^damaged or incomplete Zstandard data/);
      if (at > 0)
        await expect(read(packed.subarray(0, at), 100)).rejects.toThrow('damaged or incomplete Zstandard data');
    }
    const checksum = Uint8Array.from(packed);
    checksum[packed.length - 1]! ^= 1;
    await expect(read(checksum)).rejects.toThrow('(a checksum that does not match)');
    await expect(read(Buffer.concat([packed, Buffer.from('text')]))).rejects.toThrow('bytes that begin no frame');
  });

  it('a damaged file that kept a decoder busy for ever', async () => {
    await expect(read(readFileSync(`${SHARED}faults/03/hang.zst`))).rejects.toThrow('(corrupted blocks)');
  });
});

test('a gibibyte out of 36 KiB takes the memory of a piece, plain text refused at its first line', () => {
  const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
  const bomb = `${SHARED}faults/04/bomb.zst`;
  // the mark of this program's own memory: what getrusage tells a child begins with what its parent held when it started it
  const peak = `import { readFileSync } from 'node:fs';
    process.on('exit', () => console.error(/VmHWM.*/.exec(readFileSync('/proc/self/status', 'utf8'))[0]))`;
  const ways = [`data:text/javascript,${encodeURIComponent(peak)}`, program];
  const run = (...args: string[]) => spawnSync(process.execPath, ['--import', ...ways, ...args], { encoding: 'utf8' });
  const replayed = run('pages', bomb, '--format', 'be32', '--policy', 'lru', '--capacity', '2', '--json');
  expect(JSON.parse(replayed.stdout)).toMatchObject({ trace: { requests: 2 ** 28, distinctPages: 1 } });
  expect(Number(/VmHWM:\s*(\d+)/.exec(replayed.stderr)![1])).toBeLessThan(256 * 1024);
  const text = run('pages', bomb, '--format', 'lackey', '--policy', 'lru', '--capacity', '2');
  expect(text.stderr).toContain('bomb.zst:1: given a line of more than 65536 bytes');
});
