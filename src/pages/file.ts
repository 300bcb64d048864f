// Page traces from files and from standard input (Node): plain, gzip and Zstandard, told by the first bytes; a name that ends in
// `.gz` or `.zst` is held to what it says. The only file of this folder that needs Node: a browser bundle leaves it out.

import { createHash } from 'node:crypto';
import { type ReadStream, createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { InputError } from '../input/errors.js';
import { DamagedStream } from '../workload/damaged.js';
import { packingOf, unpack, SIGNATURE_BYTES } from '../workload/unpack.js';
import type { TraceFormat } from './formats/format.js';
import type { TraceSource, Digest } from './replay.js';

const READ_BYTES = 256 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'a file that does not exist',
  EACCES: 'a file that may not be read',
  EISDIR: 'a folder',
  ENOTDIR: 'a path that leads through something that is not a folder',
};

const COMPRESSIONS = [
  { name: 'gzip', extension: '.gz', magic: [0x1f, 0x8b, 0x08] },
  { name: 'Zstandard', extension: '.zst', magic: [0x28, 0xb5, 0x2f, 0xfd] },
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

const hex = (some: Iterable<number>): string => [...some].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** @param promised what the name says it is */
async function* unpacked(
  file: string,
  bytes: AsyncIterable<Uint8Array>,
  promised: (typeof COMPRESSIONS)[number] | undefined,
): AsyncGenerator<Uint8Array> {
  const look = (head: Uint8Array): void => {
    if (promised === undefined || packingOf(head) === promised.name) return;
    const { name, magic } = promised;
    if (head.length === 0) throw refuse(file, 'an empty file', `a ${name} file`);
    const given = `a file that begins with ${hex(head.subarray(0, magic.length))}`;
    throw refuse(file, given, `a ${name} file, which begins with ${hex(magic)}`);
  };
  try {
    yield* unpack(bytes, look);
  } catch (error) {
    if (error instanceof DamagedStream) throw refuse(file, error.given, error.expected);
    throw error;
  }
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
