// Runs of a sweep that are in its folder: what was made once is not made again, by --resume as by merge. A run is known by the hash of its
// scenario; lines stand in the order in which runs ended.

import { InputError, show } from '../input/errors.js';
import type { Maker, RunPlace, RunRow, RunTask } from '../study/runs.js';
import { keyOf } from './origin.js';
import { type Line, readLines, readRow, type RunFolder } from './run-folder.js';

/** A line of rows.ndjson. */
export interface KeptRun {
  readonly key: string;
  /** The row of the sweep, and which seed of it; null of a run that only tells how the others are to be made. */
  readonly row: number;
  readonly replication: number | null;
  readonly seed: number;
  readonly run: RunRow;
}

interface Place extends Pick<Line<never>, 'from' | 'bytes'> {
  readonly folder: string;
}

/** Whether it has to be made no more: whoever made it did not die or fail at it. */
export const isFinal = ({ run }: KeptRun): boolean => 'result' in run || 'limit' in run;

/** Where the runs of one or several folders are. */
export class RunIndex {
  private readonly places = new Map<string, Place>();

  add(key: string, place: Place): void {
    this.places.set(key, place);
  }

  async read(folder: string): Promise<void> {
    for await (const { row, from, bytes } of readLines<KeptRun>(folder)) this.add(row.key, { folder, from, bytes });
  }

  find(key: string): KeptRun | undefined {
    const place = this.places.get(key);
    return place === undefined ? undefined : readRow<KeptRun>(place.folder, place);
  }
}

/** Which runs the rows of a sweep are of, in order. */
class Asked {
  private readonly keys: { readonly row: number; readonly replication: number; readonly key: string }[] = [];

  add({ row, replication }: RunPlace, key: string): void {
    if (replication !== null) this.keys.push({ row, replication, key });
  }

  *inOrder(index: RunIndex): Generator<KeptRun> {
    this.keys.sort((a, b) => a.row - b.row || a.replication - b.replication);
    for (const { row, replication, key } of this.keys) yield { ...index.find(key)!, row, replication };
  }
}

/** Keeps what another maker makes in a folder, and takes from there what was made before. */
export class KeptRuns {
  private readonly asked = new Asked();

  private constructor(
    readonly folder: RunFolder,
    private readonly index: RunIndex,
  ) {}

  static async of(folder: RunFolder): Promise<KeptRuns> {
    const index = new RunIndex();
    if (folder.goesOn) await index.read(folder.folder);
    return new KeptRuns(folder, index);
  }

  readonly by = (maker: Maker): Maker => ({
    get width() {
      return maker.width;
    },
    make: (task, label, place) => this.make(maker, task, label, place!),
  });

  private async make(maker: Maker, task: RunTask, label: string, place: RunPlace): Promise<RunRow | null> {
    const key = keyOf(task);
    const known = this.index.find(key);
    const run = known === undefined ? await maker.make(task, label, place) : known.run;
    if (run === null) return null;
    if (known === undefined) {
      const { row, replication } = place;
      const line: KeptRun = { key, row, replication, seed: task.scenario.seed, run };
      this.index.add(key, { folder: this.folder.folder, ...this.folder.append([line])[0]! });
    }
    this.asked.add(place, key);
    return run;
  }

  /** Of the rows of the sweep, whichever ran first. */
  runs(): Iterable<KeptRun> {
    return this.asked.inOrder(this.index);
  }
}

/** Runs that parts have made, and no other. */
export class MergedRuns implements Maker {
  readonly width = 1;
  private readonly asked = new Asked();

  /** @param partOf the folder that a row of the sweep belongs to */
  constructor(
    private readonly index: RunIndex,
    private readonly partOf: (row: number) => string,
  ) {}

  /** @throws InputError for a part that has not ended */
  make(task: RunTask, _: string, place: RunPlace): Promise<RunRow> {
    const key = keyOf(task);
    const known = this.index.find(key);
    if (known === undefined)
      throw new InputError({
        path: 'DIR',
        given: `${show(this.partOf(place.row))}, in which runs of row ${place.row} are missing`,
        expected: 'a part that has ended: fluxhost sweep --resume goes on with it',
      });
    this.asked.add(place, key);
    return Promise.resolve(known.run);
  }

  runs(): Iterable<KeptRun> {
    return this.asked.inOrder(this.index);
  }
}
