// A recording from a file, whatever wrote it: told apart by its first bytes, gzip and Zstandard taken off. Held whole in memory.

import { InputError } from '../input/errors.js';
import { type TraceHost, readBytes } from '../workload/text-source.js';
import { TextPieces } from '../workload/text-pieces.js';
import { MAGIC, readContainer } from './container.js';
import type { Recording } from './events.js';
import { readPerfetto } from './perfetto.js';
import { TextEvents } from './text.js';

/** What a file may unpack to: some ten million events. */
const BYTES_MAX = 2 ** 30;
/** Perfetto's first byte: field 1 (packet), a message. */
const PACKET = 0x0a;

/** @throws InputError for a file that cannot be read or holds no recording */
export async function readRecording(host: TraceHost, file: string): Promise<Recording> {
  const bytes = await whole(host, file);
  const begins = (mark: string): boolean => new TextDecoder('latin1').decode(bytes.subarray(0, mark.length)) === mark;
  if (begins(MAGIC)) return readContainer(bytes, file);
  // A trace's first byte is a line feed as well: text has no zero in it.
  if (bytes[0] === PACKET && bytes.subarray(0, 4096).some((byte) => byte < 7)) return readPerfetto(bytes, file);
  const [pieces, text] = [new TextPieces(file), new TextEvents(file)];
  for (let at = 0; at < bytes.length; at += 1 << 20) text.push(pieces.piece(bytes.subarray(at, at + (1 << 20))));
  pieces.end();
  return text.end();
}

async function whole(host: TraceHost, file: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of readBytes(host, file)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > BYTES_MAX) {
      const given = `more than ${BYTES_MAX} bytes`;
      throw new InputError({ file, path: '', given, expected: 'a shorter recording' });
    }
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
