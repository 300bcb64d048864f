// Bytes to text: plain UTF-8, gzip and Zstandard, told apart by their first bytes whatever the name says.
// Streams; holds one chunk at a time. Free of node: imports, so that a browser reads traces with the same code.
// Leaves out archives (.zip, .rar, .tar).

import { having } from '../input/argument.js';
import { InputError, type Problem } from '../input/errors.js';
import { expectedOneOf } from '../input/names.js';
import { DamagedStream } from './damaged.js';
import { TextPieces } from './text-pieces.js';
import { unpack, startsWith } from './unpack.js';

/** Where bytes come from: a folder on disk, memory, the network. */
export interface TraceHost {
  /** Opens a file for one reading from its start. Throws an InputError where it cannot be had. */
  open(path: string): Promise<AsyncIterable<Uint8Array>>;
  /** The files of a folder, or those whose names match `*` and `?` in the last part of the path, in `inOrder`. */
  list?(path: string): Promise<readonly string[]>;
}

/** As people count: 2.csv before 10.csv. */
export function inOrder(names: readonly string[]): string[] {
  const keyOf = (name: string): string => name.replace(/\d+/g, (digits) => digits.padStart(16, '0'));
  const keyed = names.map((name) => [keyOf(name), name] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, name]) => name);
}

/** What of a folder is meant: the folder, and which of its names. */
export function partsOf(path: string): { readonly folder: string; readonly matches: (name: string) => boolean } {
  const at = path.lastIndexOf('/');
  const last = path.slice(at + 1);
  if (!/[*?]/.test(last))
    return { folder: path.replace(/\/$/, ''), matches: (name) => /\.csv(\.gz|\.zst)?$/.test(name) };
  const escaped = last.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
  return { folder: at < 0 ? '' : path.slice(0, at), matches: (name) => pattern.test(name) };
}

interface Signature {
  readonly bytes: readonly number[];
  readonly name: string;
}

/** What is often handed over in place of a trace; anything else that is not text is caught by the decoder. */
const FOREIGN: readonly Signature[] = [
  { bytes: [0x50, 0x4b, 0x03, 0x04], name: 'a zip archive' },
  { bytes: [0x52, 0x61, 0x72, 0x21], name: 'a rar archive' },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], name: 'a 7z archive' },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], name: 'xz data' },
  { bytes: [0x42, 0x5a, 0x68], name: 'bzip2 data' },
  { bytes: [0x50, 0x41, 0x52, 0x31], name: 'a Parquet file' },
  { bytes: [0xff, 0xfe], name: 'UTF-16 text' },
  { bytes: [0xfe, 0xff], name: 'UTF-16 text' },
];

const EXPECTED_FILE = 'UTF-8 text, plain or compressed with gzip or Zstandard';

function refuse(file: string, given: string, expected: string, line?: number): InputError {
  const problem: Problem = { file, path: '', given, expected };
  return new InputError(line === undefined ? problem : { ...problem, line });
}

/** The text of a file in chunks, a byte order mark taken off. A refusal names the line the file is readable up to. */
export async function* readText(host: TraceHost, file: string): AsyncGenerator<string> {
  const pieces = new TextPieces(file);
  try {
    for await (const chunk of unpackText(await host.open(file), file)) {
      const text = pieces.piece(chunk);
      if (text.length > 0) yield text;
    }
    pieces.end();
  } catch (error) {
    if (error instanceof DamagedStream) throw refuse(file, error.given, error.expected, pieces.line);
    throw error;
  }
}

/** The bytes of a file, unpacked where they begin as gzip or Zstandard does, whatever its name says. */
export async function* readBytes(host: TraceHost, file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* unpack(await host.open(file), () => undefined);
  } catch (error) {
    if (error instanceof DamagedStream) throw refuse(file, error.given, error.expected);
    throw error;
  }
}

function unpackText(bytes: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  return unpack(bytes, (head) => {
    const foreign = FOREIGN.find(({ bytes: signature }) => startsWith(head, signature));
    if (foreign) throw refuse(file, foreign.name, EXPECTED_FILE);
  });
}

export type HeldFile = string | Uint8Array | (() => ReadableStream<Uint8Array>);

/** A host whose files are texts, bytes, or functions that open a Web stream anew (`() => blob.stream()`). */
export function memoryHost(files: Readonly<Record<string, HeldFile>>): TraceHost {
  return {
    list(path) {
      const { folder, matches } = partsOf(path);
      const start = folder === '' ? '' : `${folder}/`;
      const names = Object.keys(files).filter((name) => name.startsWith(start));
      return Promise.resolve(inOrder(names.filter((name) => matches(name.slice(start.length)))));
    },
    open(path) {
      const file = Object.hasOwn(files, path) ? files[path] : undefined;
      if (file === undefined) {
        const known = Object.keys(files);
        const expected = known.length === 0 ? 'a file (there is none)' : expectedOneOf('one of', path, known);
        return Promise.reject(refuse(path, 'the name of no file', expected));
      }
      if (typeof file === 'function') return Promise.resolve(fromWebStream(file()));
      return Promise.resolve(once(typeof file === 'string' ? new TextEncoder().encode(file) : file));
    },
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield bytes;
}

/** Not `for await` over the stream itself: not every current browser iterates one. */
export async function* fromWebStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  having('stream', stream, ['getReader'], 'a ReadableStream');
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
