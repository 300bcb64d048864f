// Page traces from files and from standard input (Node): plain, gzip and Zstandard, told by the first bytes; a name that ends in
// `.gz` or `.zst` is held to what it says. The only file of this folder that needs Node: a browser bundle leaves it out.

import { createHash } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { InputError } from '../scenario/errors.js';
import { packingOf, SIGNATURE_BYTES } from '../workload/text-source.js';
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
  const source = Readable.from(packed);
  // By pipe, not by a pipeline: that would hand a refusal of the packed side on as a failure of the unpacking.
  let failure: unknown;
  source.on('error', (error: unknown) => {
    failure = error;
    gunzip.destroy();
  });
  source.pipe(gunzip);
  try {
    for await (const bytes of gunzip) yield bytes as Uint8Array;
  } catch (error) {
    if (failure instanceof Error) throw failure;
    throw refuse(file, `gzip data that cannot be unpacked (${messageOf(error)})`, 'a whole gzip file');
  } finally {
    gunzip.destroy();
    source.destroy();
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

/** The stream with its first bytes in one piece, as many as tell what it is. */
async function* withWholeHead(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array(0);
  for await (const piece of bytes) {
    if (head === undefined) yield piece;
    else {
      const joined: Uint8Array = head.length === 0 ? piece : Buffer.concat([head, piece]);
      head = joined.length < SIGNATURE_BYTES ? joined : undefined;
      if (head === undefined) yield joined;
    }
  }
  if (head !== undefined && head.length > 0) yield head;
}

/** Passes on what it was begun with, and then the rest. */
async function* beginningWith(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let step = await rest.next(); step.done !== true; step = await rest.next()) yield step.value;
  } finally {
    await rest.return?.();
  }
}

/** @param promised what the name says it is */
async function* unpacked(
  file: string,
  bytes: AsyncIterable<Uint8Array>,
  promised: (typeof COMPRESSIONS)[number] | undefined,
): AsyncGenerator<Uint8Array> {
  const source = withWholeHead(bytes)[Symbol.asyncIterator]();
  const first = await source.next();
  if (first.done === true) {
    if (promised !== undefined) throw refuse(file, 'an empty file', `a ${promised.name} file`);
    return;
  }
  const found = COMPRESSIONS.find(({ name }) => name === packingOf(first.value));
  if (promised !== undefined && found !== promised) {
    await source.return(undefined);
    const { name, magic } = promised;
    const hex = (some: Iterable<number>): string =>
      [...some].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const given = `a file that begins with ${hex(first.value.subarray(0, magic.length))}`;
    throw refuse(file, given, `a ${name} file, which begins with ${hex(magic)}`);
  }
  const whole = beginningWith(first.value, source);
  yield* found === undefined ? whole : found.unpack(file, whole);
}

const promisedBy = (path: string): (typeof COMPRESSIONS)[number] | undefined =>
  COMPRESSIONS.find(({ extension }) => path.endsWith(extension));

function openFile(path: string): AsyncIterable<Uint8Array> {
  const stream: ReadStream = createReadStream(path, { highWaterMark: READ_BYTES });
  return unpacked(path, readFrom(path, stream), promisedBy(path));
}

/** The first bytes of a file. */
async function headOf(path: string): Promise<Uint8Array> {
  for await (const piece of readFrom(path, createReadStream(path, { end: SIGNATURE_BYTES - 1 }))) return piece;
  return new Uint8Array(0);
}

/**
 * A trace file, or standard input for `-`. A file whose size its format rules out is refused at once.
 *
 * @throws InputError for a file that cannot be read or has another size
 */
export async function traceFile(path: string, format: TraceFormat): Promise<TraceSource> {
  if (path === '-') {
    const name = 'standard input';
    return { name, reopenable: false, open: () => unpacked(name, readFrom(name, process.stdin), undefined) };
  }
  let sizeBytes: number;
  let reopenable: boolean;
  try {
    const entry = await stat(path);
    if (entry.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    sizeBytes = entry.size;
    reopenable = entry.isFile();
  } catch (error) {
    throw unreadable(path, error);
  }
  const { recordBytes, name } = format;
  const odd = recordBytes !== undefined && reopenable && sizeBytes % recordBytes !== 0;
  if (odd && promisedBy(path) === undefined && packingOf(await headOf(path)) === undefined) {
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
