// Traces made in memory and in temporary files, read as the program reads them.
import { DenseIds } from '../../src/pages/dense-ids.js';
import { type ReadOptions, type TraceFormat } from '../../src/pages/formats/format.js';
import { formatNamed } from '../../src/pages/formats/names.js';
import { Problems } from '../../src/pages/problems.js';
import { RequestSink, WRITE_BIT, type TakeWindow } from '../../src/pages/request-sink.js';
import type { Request } from '../memory/support.js';

export const READ: ReadOptions = { pageSizeBytes: 4096, instructions: false };

export function format(name: string): TraceFormat {
  const found = formatNamed(name);
  if (found === undefined) throw new Error(`no format ${name}`);
  return found;
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Reads bytes in pieces of the given sizes (the last one again and again). */
export function read(
  name: string,
  bytes: Uint8Array,
  options: Partial<ReadOptions> = {},
  pieces: readonly number[] = [1 << 20],
): Request[] {
  const requests: Request[] = [];
  const problems = new Problems('trace');
  const take: TakeWindow = (words, count) => {
    for (let at = 0; at < 2 * count; at += 2) {
      const high = words[at + 1]!;
      requests.push({ page: (high & (WRITE_BIT - 1)) * 2 ** 32 + words[at]!, write: (high & WRITE_BIT) !== 0 });
    }
  };
  const sink = new RequestSink(take, options.hashIds === true ? new DenseIds() : undefined);
  const reader = format(name).read(sink, problems, { ...READ, ...options });
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const size = pieces[Math.min(piece, pieces.length - 1)]!;
    reader.push(bytes.slice(at, at + size));
    at += size;
  }
  reader.end();
  problems.check();
  sink.end();
  return requests;
}

/** libCacheSim's records for a list of pages. */
export function oracleGeneral(pages: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(24 * pages.length));
  pages.forEach((page, i) => {
    view.setUint32(24 * i, i, true);
    view.setBigUint64(24 * i + 4, BigInt(page), true);
    view.setUint32(24 * i + 12, 4096, true);
    view.setBigInt64(24 * i + 16, -1n, true);
  });
  return new Uint8Array(view.buffer);
}
