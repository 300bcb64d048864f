// Page traces from files and from standard input (Node): plain, gzip and Zstandard. A name in `.gz` or `.zst` is a promise, held
// against the first bytes; without one the first bytes tell, since packed bytes read as records would be noise that counts.
// The only file of this folder that needs Node: a browser bundle leaves it out.

import { createHash } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { InputError } from '../scenario/errors.js';
import { type TraceFormat } from './formats/format.js';
import { type Digest, type TraceSource } from './replay.js';

const READ_BYTES = 256 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'a file that does not exist',
  EACCES: 'a file that may not be read',
  EISDIR: 'a folder',
  ENOTDIR: 'a path that leads through something that is not a folder',
};

const COMPRESSIONS = [
  // the third byte is the method, deflate, the only one there is: a plain trace begins like that once in 2^24 times
  { name: 'gzip', extension: '.gz', magic: [0x1f, 0x8b, 0x08], unpack: unpackGzip },
  { name: 'Zstandard', extension: '.zst', magic: [0x28, 0xb5, 0x2f, 0xfd], unpack: unpackZstandard },
] as const;

function refuse(file: string, given: string, expected: string): InputError {
  return new InputError({ file, path: '', given, expected });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function unreadable(file: string, error: unknown): InputError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return refuse(file, REASONS[code] ?? `a file that cannot be read (${messageOf(error)})`, 'a readable trace file');
}

/** The stream's bytes, its failures told as refusals of the file. */
async function* readFrom(file: string, stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw unreadable(file, error);
  }
}

async function* unpackGzip(file: string, packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: READ_BYTES });
  // Fed by hand: a pipeline would hand a refusal of the packed side on as a failure of the unpacking.
  let failure: unknown;
  const feeding = (async () => {
    for await (const bytes of packed) {
      if (gunzip.destroyed) return;
      if (!gunzip.write(bytes)) await new Promise<void>((go) => gunzip.once('drain', go).once('close', go));
    }
    gunzip.end();
  })().catch((error: unknown) => {
    failure = error;
    gunzip.destroy();
  });
  try {
    for await (const bytes of gunzip) yield bytes as Uint8Array;
  } catch (error) {
    await feeding;
    if (failure instanceof Error) throw failure;
    throw refuse(file, `gzip data that cannot be unpacked (${messageOf(error)})`, 'a whole gzip file');
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

async function* unpackZstandard(file: string, packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  // The decompressor hands out views of its own window, which it goes on writing to: each is passed on before the next push.
  const unpacker = new Decompress((bytes) => void ready.push(bytes));
  const push = (bytes: Uint8Array, last: boolean): void => {
    try {
      unpacker.push(bytes, last);
    } catch (error) {
      throw refuse(file, `Zstandard data that cannot be unpacked (${messageOf(error)})`, 'a whole Zstandard file');
    }
  };
  for await (const bytes of packed) {
    push(bytes, false);
    yield* ready.splice(0);
  }
  push(new Uint8Array(0), true);
  yield* ready.splice(0);
}

const hexadecimal = (bytes: readonly number[]): string =>
  bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** Holds the first bytes against what the name promises. */
async function* checked(
  file: string,
  bytes: AsyncIterable<Uint8Array>,
  magic: readonly number[],
  name: string,
): AsyncGenerator<Uint8Array> {
  let first = true;
  for await (const piece of bytes) {
    // Pieces of a file are large: only a file shorter than the magic itself comes in a shorter one.
    if (first && !magic.every((byte, at) => piece[at] === byte)) {
      const given = hexadecimal([...piece.subarray(0, magic.length)]);
      const expected = `a ${name} file, which begins with ${hexadecimal(magic)}`;
      throw refuse(file, `a file that begins with ${given}`, expected);
    }
    first = false;
    yield piece;
  }
  if (first) throw refuse(file, 'an empty file', `a ${name} file`);
}

const named = (path: string): (typeof COMPRESSIONS)[number] | undefined =>
  COMPRESSIONS.find(({ extension }) => path.endsWith(extension));

const begun = (head: Uint8Array): (typeof COMPRESSIONS)[number] | undefined =>
  COMPRESSIONS.find(({ magic }) => magic.every((byte, at) => head[at] === byte));

const HEAD_BYTES = Math.max(...COMPRESSIONS.map(({ magic }) => magic.length));

/** Unpacks what begins like packed bytes, and passes everything else on as it is. */
async function* unpackedByHead(file: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const rest = bytes[Symbol.asyncIterator]();
  let head = new Uint8Array(0);
  while (head.length < HEAD_BYTES) {
    const step = await rest.next();
    if (step.done === true) break;
    const joined = new Uint8Array(head.length + step.value.length);
    joined.set(head);
    joined.set(step.value, head.length);
    head = joined;
  }
  const whole = (async function* () {
    try {
      if (head.length > 0) yield head;
      yield* { [Symbol.asyncIterator]: () => rest };
    } finally {
      await rest.return?.();
    }
  })();
  yield* begun(head)?.unpack(file, whole) ?? whole;
}

function openFile(path: string): AsyncIterable<Uint8Array> {
  const stream: ReadStream = createReadStream(path, { highWaterMark: READ_BYTES });
  const plain = readFrom(path, stream);
  const packing = named(path);
  return packing === undefined
    ? unpackedByHead(path, plain)
    : packing.unpack(path, checked(path, plain, packing.magic, packing.name));
}

async function isPacked(path: string): Promise<boolean> {
  if (named(path) !== undefined) return true;
  const file = await open(path);
  try {
    const { buffer } = await file.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return begun(buffer) !== undefined;
  } finally {
    await file.close();
  }
}

/**
 * A trace file, or standard input for `-`. A file whose size its format rules out is refused at once.
 *
 * @throws InputError for a file that cannot be read or has another size
 */
export async function traceFile(path: string, format: TraceFormat): Promise<TraceSource> {
  if (path === '-') {
    const name = 'standard input';
    return { name, reopenable: false, open: () => unpackedByHead(name, readFrom(name, process.stdin)) };
  }
  let sizeBytes: number;
  let reopenable: boolean;
  let packed: boolean;
  try {
    const entry = await stat(path);
    if (entry.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    sizeBytes = entry.size;
    reopenable = entry.isFile();
    packed = !reopenable || (await isPacked(path));
  } catch (error) {
    throw unreadable(path, error);
  }
  const { recordBytes, name } = format;
  if (recordBytes !== undefined && !packed && sizeBytes % recordBytes !== 0) {
    const given = `${sizeBytes} bytes, ${sizeBytes % recordBytes} more than whole records`;
    throw refuse(path, given, `a file of format ${name}: whole records of ${recordBytes} bytes`);
  }
  return { name: path, reopenable, open: () => openFile(path) };
}

/** SHA-256 by Node. */
export function nodeDigest(): Digest {
  const hash = createHash('sha256');
  return { update: (bytes) => hash.update(bytes), hex: () => hash.digest('hex') };
}
