// What a trace format is: a name, and a reader that turns bytes as they come into requests. One file a format, one line in
// formats/index.ts. A reader keeps no more than one unfinished record or line, so a trace may be larger than memory.

import { type Problems } from '../problems.js';
import { type RequestSink } from '../request-sink.js';

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
  /** csv: the values of the write column that mean a write; every other one means a read. */
  readonly writeValues?: readonly string[];
  /** csv: the column of the objects' sizes in bytes. */
  readonly sizeColumn?: string;
  /** Renumber pages, whose ids may be any 64 bits, or any text in a csv. */
  readonly hashIds?: boolean;
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
