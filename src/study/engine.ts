// Work that others do: chunks go to whoever is free (threads of this machine, a queue of machines, Web Workers) and rows come back. Who
// does which chunk, in which order and how often has no part in any row.

/** What one of many workers has done. */
export interface Done {
  /** Its name. */
  readonly worker: string;
  /** Hosts of a fleet, runs of a sweep. */
  readonly rows: number;
  /** Of them. */
  readonly perSecond: number;
}

/** Someone who does chunks, several at once. */
export interface Engine<C, R> {
  /** Chunks that may be under way at once. */
  readonly width: number;
  /** @throws AbortError where it was closed meanwhile */
  run(chunk: C): Promise<readonly R[]>;
  /** Ends all `run`s at once where their rows may never come. */
  giveUp?(): void;
  /** Where several machines work: who has done how much. */
  workers?(): readonly Done[];
  /** Lets go of whoever does the work. */
  close(): Promise<void>;
}

/** Someone who opens engines for work of a kind, such as Web Workers. */
export interface Workers {
  /** `context`: what all chunks have in common. */
  engine<C, R>(context: object): Engine<C, R>;
}

/** What an engine must know of the work that it has done. */
export interface WorkKind<C, R> {
  /** What the rows are of, in the plural. */
  readonly name: string;
  /** A chunk for each row. */
  apart(chunk: C): readonly C[];
  /** The row of a chunk of one that nobody could do. */
  failed(one: C, reason: string): R;
}

/** A chunk that failed, taken apart, so that one part does not take others with it; `reason` is told of a part that fails by itself. */
export async function oneByOne<C, R>(
  kind: WorkKind<C, R>,
  chunk: C,
  run: (chunk: C) => Promise<readonly R[]>,
  reason: string,
): Promise<readonly R[]> {
  const parts = kind.apart(chunk);
  if (parts.length === 1) return [kind.failed(chunk, reason)];
  const rows: R[] = [];
  for (const part of parts) rows.push(...(await run(part)));
  return rows;
}

/** Chunks under way for each that can be: one is done, others lie ready, and a slow one does not stop those behind it. */
export const AHEAD = 4;
const MOST_PARTS = 1024;
/** Runs of a chunk on this machine: what a chunk costs beside them is little. */
export const CHUNK_MS = 50;

/** How large chunks are: each takes about as long as `chunkMs`, by what the last ones took. */
export class Pace {
  constructor(
    private readonly chunkMs: number,
    private partMs: number,
  ) {}

  get parts(): number {
    return Math.max(1, Math.min(MOST_PARTS, Math.round(this.chunkMs / this.partMs)));
  }

  /** A chunk came back after `ms`; behind others it waited for its turn, too. */
  took(ms: number, parts: number, turns: number): void {
    this.partMs = Math.max(0.01, (this.partMs + ms / turns / parts) / 2);
  }
}

/** One part of the work of many: the I-th of N, from 1; or several in a row, of which `to` is the last. */
export type Shard = readonly [part: number, of: number, to?: number];

export const WHOLE: Shard = [1, 1];

/** What of a list one part has, in its order. */
export const shareOf = <T>(list: readonly T[], [part, of, to = part]: Shard): readonly T[] =>
  list.slice(Math.floor((list.length * (part - 1)) / of), Math.floor((list.length * to) / of));

export const isWhole = ([part, of, to = part]: Shard): boolean => part === 1 && to === of;

/** `part 2 of 3`, `parts 1 to 2 of 3` */
export const shardText = ([part, of, to = part]: Shard): string =>
  `${part === to ? `part ${part}` : `parts ${part} to ${to}`} of ${of}`;
