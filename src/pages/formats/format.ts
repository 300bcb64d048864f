// What a trace format is: a name, and a reader that turns bytes as they come into requests. One file a format, one line in
// formats/index.ts. A reader keeps no more than one unfinished record or line, so a trace may be larger than memory.

import { type Problems } from '../problems.js';
import { PAGE_EXPECTED, PAGE_LIMIT, type RequestSink } from '../request-sink.js';

/** How a trace is to be read; what a format has no use for it ignores. */
export interface ReadOptions {
  /** Bytes of a page, for formats that give addresses; a power of two. */
  readonly pageSizeBytes: number;
  /** lackey: count instruction fetches too. */
  readonly instructions: boolean;
  /** csv: the column of page numbers, or the one of addresses, and the one that says whether the access writes. */
  readonly pageColumn?: string;
  readonly addressColumn?: string;
  readonly writeColumn?: string;
}

export interface TraceReader {
  /** Takes the next bytes; they may end anywhere. */
  push(bytes: Uint8Array): void;
  /** There are no more. */
  end(): void;
}

export interface TraceFormat {
  readonly name: string;
  /** One line for `--help`. */
  readonly summary: string;
  /** Bytes of every record, where they are all alike: a file of another size is refused before it is read. */
  readonly recordBytes?: number;
  read(sink: RequestSink, problems: Problems, options: ReadOptions): TraceReader;
}

/** Puts the page of a byte address, or says what is wrong with the address. */
export function putAddress(
  sink: RequestSink,
  problems: Problems,
  address: number,
  write: boolean,
  pageSizeBytes: number,
  line: number,
): void {
  if (address < PAGE_LIMIT) {
    sink.put(Math.floor(address / pageSizeBytes), write);
    return;
  }
  const given = Number.isSafeInteger(address) ? `0x${address.toString(16)}` : 'an address above 2^53';
  problems.add({ line, path: 'address', given, expected: PAGE_EXPECTED });
}
