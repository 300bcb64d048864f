// Accesses to units of memory: a trace of pages read into memory once, or made, to be run through many settings. Units are numbered in
// the order of their first use. 8 bytes an access.

import { InputError } from '../input/errors.js';
import { DenseIds } from '../pages/dense-ids.js';
import type { ReadOptions, TraceFormat } from '../pages/formats/format.js';
import { Problems } from '../pages/problems.js';
import { RequestSink, WRITE_BIT } from '../pages/request-sink.js';

/** Bytes of a unit: a page, or a huge page. */
export const PAGE_BYTES = 4096;
export const HUGE_PAGE_BYTES = 2 ** 21;

/** Some accesses in the form in which the core takes them: number, then bit 20 where it writes. */
export interface AccessWindow {
  readonly words: Uint32Array;
  readonly count: number;
}

export interface Accesses {
  readonly windows: readonly AccessWindow[];
  readonly count: number;
  readonly writes: number;
  /** Distinct ones. */
  readonly units: number;
}

/** Takes accesses one by one. */
export class AccessWriter {
  private readonly windows: AccessWindow[] = [];
  private writes = 0;
  private readonly ids = new DenseIds();
  readonly sink = new RequestSink((words, count, writes) => {
    this.windows.push({ words: words.slice(0, 2 * count), count });
    if (writes) for (let at = 1; at < 2 * count; at += 2) if ((words[at]! & WRITE_BIT) !== 0) this.writes++;
  }, this.ids);

  end(): Accesses {
    this.sink.end();
    return { windows: this.windows, count: this.sink.requests, writes: this.writes, units: this.ids.size };
  }
}

/** Accesses to units of any whole numbers below 2^52, in their order. */
export function accessesTo(units: Iterable<number>): Accesses {
  const writer = new AccessWriter();
  for (const unit of units) writer.sink.put(unit, false);
  return writer.end();
}

/**
 * A trace of pages, in any format of `fluxhost pages`.
 *
 * @throws InputError for a trace that is not of its format or holds no access
 */
export async function readAccesses(
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  format: TraceFormat,
  options: Omit<ReadOptions, 'hashIds'>,
): Promise<Accesses> {
  const problems = new Problems(name);
  const writer = new AccessWriter();
  const reader = format.read(writer.sink, problems, { ...options, hashIds: true });
  for await (const piece of bytes) reader.push(piece);
  reader.end();
  problems.check();
  const accesses = writer.end();
  if (accesses.count === 0)
    throw new InputError({ file: name, path: '', given: 'no access', expected: `a trace of format ${format.name}` });
  return accesses;
}

/** How often each unit is accessed. */
export function timesAccessed({ windows, units }: Accesses): Uint32Array {
  const times = new Uint32Array(units);
  for (const { words, count } of windows) for (let at = 0; at < 2 * count; at += 2) times[words[at]!]!++;
  return times;
}
