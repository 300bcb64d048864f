// The folder of a run: what was asked (run.json), a row a host or run as it is done (rows.ndjson), what happened when (run.log), and at the
// end tables, the result and its report. Rows are appended whole, and synced every second: after a kill
// at any instant the file begins with rows that are whole, and --resume goes on behind them. A lock names the process that writes.

import {
  closeSync,
  createReadStream,
  fsyncSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Shard } from '../study/engine.js';
import { InputError, show } from '../input/errors.js';
import { toStableJson } from '../result/json.js';
import { GrowingFile, WriteError, writeAtomically } from './files.js';

const RUN = 'run.json';
const ROWS = 'rows.ndjson';
const LOG = 'run.log';
const LOCK = 'run.lock';
const SYNC_MS = 1000;
const TAIL_BYTES = 64 * 1024;

/** What must be the same for rows of one folder to belong together. */
export interface RunIdentity {
  readonly of: 'fleet' | 'sweep';
  readonly version: string;
  readonly scenarioSha256: string;
  /** Of the core that simulates. */
  readonly coreSha256: string;
  /** Of a fleet's placement, over every VM: the traces are the same too. */
  readonly packing?: string;
  /** Of what a sweep asks. */
  readonly question?: string;
  /** Of the files that are read while it is simulated. */
  readonly files?: string;
  /** Part and number of parts; 1 of 1 for the whole. */
  readonly shard: Shard;
  /** Rows that this part has when it is done. */
  readonly rows: number;
}

const place = (folder: string): string => join(folder, LOCK);

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** @throws InputError where another run writes there */
async function lock(folder: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = openSync(place(folder), 'wx');
      writeSync(handle, JSON.stringify({ pid: process.pid, host: hostname() }));
      closeSync(handle);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw new WriteError(place(folder), error);
    }
    const text = await readFile(place(folder), 'utf8').catch(() => '');
    const holder = /"pid":(\d+),"host":"([^"]*)"/.exec(text);
    const isElsewhere = holder !== null && holder[2] !== hostname();
    const pid = Number(holder?.[1]);
    // one that was killed leaves its lock behind; a half-written one is of a run that is beginning, or was killed right then
    if (attempt > 0 || isElsewhere || (holder !== null && pid !== process.pid && isRunning(pid)))
      throw new InputError({
        path: '--out',
        given: `${show(folder)}, where ${isElsewhere ? `a run on ${holder[2]}` : `process ${pid}`} is writing`,
        expected: `a folder that no other run uses (${LOCK} names the run; delete it if there is none)`,
      });
    unlinkSync(place(folder));
  }
}

/** Bytes of the file up to the last row that is whole. */
function wholeBytes(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return 0;
  const handle = openSync(path, 'r');
  try {
    for (let end = size; end > 0; end -= TAIL_BYTES) {
      const from = Math.max(0, end - TAIL_BYTES);
      const tail = Buffer.alloc(end - from);
      readSync(handle, tail, 0, tail.length, from);
      const at = tail.lastIndexOf(10);
      if (at >= 0) return from + at + 1;
    }
    return 0;
  } finally {
    closeSync(handle);
  }
}

/** A row as it stands in the file. */
export interface Line<R> {
  readonly row: R;
  readonly from: number;
  readonly bytes: number;
}

/** Every row of a folder, as it was written. @throws InputError for a line that is none */
export async function* readLines<R>(folder: string): AsyncGenerator<Line<R>> {
  const path = join(folder, ROWS);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return;
  let [line, from] = [0, 0];
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    line++;
    let row: R;
    try {
      row = JSON.parse(text) as R;
    } catch {
      throw new InputError({ file: path, line, path: '', given: 'no row', expected: 'the file as it was written' });
    }
    const bytes = Buffer.byteLength(text);
    yield { row, from, bytes };
    from += bytes + 1;
  }
}

export async function* readRows<R>(folder: string): AsyncGenerator<R> {
  for await (const { row } of readLines<R>(folder)) yield row;
}

/** Of the rows that are there. */
export const rowsBytes = (folder: string): number => statSync(join(folder, ROWS), { throwIfNoEntry: false })?.size ?? 0;

type Place = Pick<Line<never>, 'from' | 'bytes'>;

/** A row whose place is known. */
export function readRow<R>(folder: string, { from, bytes }: Place): R {
  const handle = openSync(join(folder, ROWS), 'r');
  try {
    const text = Buffer.alloc(bytes);
    readSync(handle, text, 0, bytes, from);
    return JSON.parse(text.toString()) as R;
  } finally {
    closeSync(handle);
  }
}

/** The rows at these places and no other, in this order: a reader, or a kill, finds the old file or the new one. */
function rewrite(folder: string, places: readonly Place[]): void {
  const path = join(folder, ROWS);
  const from = openSync(path, 'r');
  const to = new GrowingFile(path);
  try {
    for (const place of places) {
      const line = Buffer.alloc(place.bytes + 1);
      readSync(from, line, 0, line.length, place.from);
      to.write(line);
    }
    to.keep();
  } catch (error) {
    to.drop();
    throw error;
  } finally {
    closeSync(from);
  }
}

/** Takes rows away that are to be made again. */
async function dropRows<R>(folder: string, isFinal: (row: R) => boolean): Promise<void> {
  const kept: Place[] = [];
  let dropped = 0;
  for await (const { row, ...place } of readLines<R>(folder))
    if (isFinal(row)) kept.push(place);
    else dropped++;
  if (dropped > 0) rewrite(folder, kept);
}

/** What a folder is of. @throws InputError for one of no run */
export async function readIdentity(folder: string): Promise<RunIdentity> {
  const path = join(folder, RUN);
  const expected = 'the folder of a fleet or sweep that was run with --out';
  const text = await readFile(path, 'utf8').catch(() => {
    throw new InputError({ path: 'DIR', given: `${show(folder)} without ${RUN}`, expected });
  });
  try {
    return JSON.parse(text) as RunIdentity;
  } catch {
    throw new InputError({ file: path, path: '', given: 'no JSON', expected });
  }
}

/** What another run's folder is of, where nobody writes rows: parts that were put together. @throws WriteError naming the file */
export const writeIdentity = (folder: string, identity: RunIdentity): Promise<void> =>
  writeAtomically(join(folder, RUN), toStableJson(identity));

/** The rows of several folders, one after the other. @throws WriteError naming the file */
export async function joinRows(out: string, folders: readonly string[]): Promise<void> {
  const file = new GrowingFile(join(out, ROWS));
  try {
    for (const folder of folders)
      for await (const bytes of createReadStream(join(folder, ROWS))) file.write(bytes as Buffer);
    file.keep();
  } catch (error) {
    file.drop();
    throw error;
  }
}

/** What differs, in words. */
export const WORDS: Readonly<Record<Exclude<keyof RunIdentity, 'shard'>, string>> = {
  of: 'kind',
  version: 'version of fluxhost',
  scenarioSha256: 'fleet, scenario or seed (SHA-256)',
  coreSha256: 'core (SHA-256)',
  packing: 'placement of VMs or functions (fingerprint)',
  question: 'question: axes, mechanisms, seeds or precision (SHA-256)',
  files: 'content of traces (SHA-256)',
  rows: 'number of rows',
};

/** What differs, without what follows from something else that does: how many rows there are, and who is where where another file is read. */
export function causesOf<T extends string>(differing: readonly T[]): readonly T[] {
  const [of, ...others] = differing.filter((key) => key !== 'rows');
  if (of === undefined) return differing;
  const all = [of, ...others];
  return all.includes('files' as T) ? all.filter((key) => key !== 'packing') : all;
}

function checkSame(folder: string, before: RunIdentity, now: RunIdentity): void {
  const all = (Object.keys(now) as (keyof RunIdentity)[]).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]),
  );
  if (all.length === 0) return;
  // what follows from another is not told
  const differing = all.includes('of') ? (['of'] as const) : causesOf(all);
  throw new InputError(
    differing.map((key) => {
      const words = key === 'shard' ? 'part' : WORDS[key];
      return {
        path: '--resume',
        given: `${show(folder)}, of another ${words}: ${show(before[key])}`,
        expected: `a run of the same ${now.of}, ${show(now[key])}; or another folder`,
      };
    }),
  );
}

/** @throws InputError for a folder of another kind of run, or of one whose rows would be lost */
export async function checkFree(folder: string, of: RunIdentity['of']): Promise<void> {
  if (statSync(join(folder, RUN), { throwIfNoEntry: false }) === undefined) return;
  const before = await readIdentity(folder);
  if (before.of !== of)
    throw new InputError({
      path: '--out',
      given: `${show(folder)}, the folder of a ${before.of}`,
      expected: `an empty one, or that of a ${of}`,
    });
  const log = await readFile(join(folder, LOG), 'utf8').catch(() => '');
  const last = log.trimEnd().split('\n').at(-1)!;
  if (last.split(' ')[1] === 'done:' || wholeBytes(join(folder, ROWS)) === 0) return;
  throw new InputError({
    path: '--out',
    given: `${show(folder)}, where a ${of} has not ended: its finished rows would be lost`,
    expected: '--resume, which goes on with them, or an empty folder',
  });
}

export class RunFolder {
  private syncedMs = performance.now();
  private failed = false;
  private end: number;

  private constructor(
    readonly folder: string,
    private rows: number,
    private readonly logged: number,
    /** Bytes of the rows of a run before. */
    kept: number,
  ) {
    this.end = kept;
    this.goesOn = kept > 0;
  }

  /** Whether there are rows of a run before. */
  readonly goesOn: boolean;

  /**
   * Takes the folder, which is there. Rows that are not final are made again where the run goes on.
   *
   * @throws InputError where another run uses it or has not ended, or `resume` is asked for of another fleet
   */
  static async open<R>(
    folder: string,
    identity: RunIdentity,
    resume: boolean,
    isFinal: (row: R) => boolean,
  ): Promise<RunFolder> {
    await lock(folder);
    try {
      const path = join(folder, ROWS);
      const isThere = statSync(join(folder, RUN), { throwIfNoEntry: false }) !== undefined;
      if (resume && isThere) checkSame(folder, await readIdentity(folder), identity);
      else await checkFree(folder, identity.of);
      const goesOn = resume && isThere;
      truncate(path, goesOn ? wholeBytes(path) : 0);
      if (goesOn) await dropRows(folder, isFinal);
      const rows = attempt(path, () => openSync(path, 'a'));
      const keep = goesOn ? statSync(path).size : 0;
      const logged = attempt(join(folder, LOG), () => openSync(join(folder, LOG), 'a'));
      const made = new RunFolder(folder, rows, logged, keep);
      await writeIdentity(folder, identity);
      made.log(keep > 0 ? 'resumed' : 'begun');
      return made;
    } catch (error) {
      unlinkSync(place(folder));
      throw error;
    }
  }

  /** @returns where they stand. @throws WriteError naming the file */
  append(rows: readonly object[]): Place[] {
    const path = join(this.folder, ROWS);
    const texts = rows.map((row) => JSON.stringify(row));
    const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
    this.failed = true;
    attempt(path, () => {
      for (let at = 0; at < bytes.length;) at += writeSync(this.rows, bytes, at);
      if (performance.now() - this.syncedMs < SYNC_MS) return;
      fsyncSync(this.rows);
      this.syncedMs = performance.now();
    });
    this.failed = false;
    return texts.map((text) => {
      const place = { from: this.end, bytes: Buffer.byteLength(text) };
      this.end += place.bytes + 1;
      return place;
    });
  }

  /** Rows in the order of what `rankOf` says. */
  async sort<R>(rankOf: (row: R) => number): Promise<void> {
    const ranked: (Place & { readonly rank: number })[] = [];
    for await (const { row, ...place } of readLines<R>(this.folder)) ranked.push({ ...place, rank: rankOf(row) });
    ranked.sort((a, b) => a.rank - b.rank);
    rewrite(this.folder, ranked);
    const path = join(this.folder, ROWS);
    closeSync(this.rows);
    this.rows = attempt(path, () => openSync(path, 'a'));
  }

  /** Its lines alone tell the time on the wall. */
  log(line: string): void {
    attempt(join(this.folder, LOG), () => writeSync(this.logged, `${new Date().toISOString()} ${line}\n`));
  }

  /** Lets go of the folder; what is written stays. */
  close(): void {
    try {
      // what failed before has been told
      if (!this.failed) attempt(join(this.folder, ROWS), () => fsyncSync(this.rows));
    } finally {
      closeSync(this.rows);
      closeSync(this.logged);
      unlinkSync(place(this.folder));
    }
  }
}

/** Leaves so many bytes; a device has none. */
function truncate(path: string, bytes: number): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > bytes) attempt(path, () => truncateSync(path, bytes));
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new WriteError(path, error);
  }
}
