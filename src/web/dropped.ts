// Files that were dropped onto the page: kept in it for scenarios that name them, sent nowhere.

import { replayOf } from './examples.js';
import { pageFormatOf } from './page-format.js';
import type { DroppedFile } from './protocol.js';

const MOST_FILE_BYTES = 256 * 2 ** 20;

export interface Taken {
  readonly said: string;
  /** What runs next; without a file it is the scenario that is there, read anew. */
  /** A trace of pages: no scenario runs. */
  readonly pages?: DroppedFile;
  readonly run?: { readonly text: string; readonly file?: string };
}

export class Dropped {
  files: readonly DroppedFile[] = [];

  /** `text` is the scenario that is there. */
  async take(file: File, text: string): Promise<Taken> {
    const { name, size } = file;
    if (size > MOST_FILE_BYTES) return { said: `${name}: given ${size} bytes, expected at most ${MOST_FILE_BYTES}` };
    if (/\.ya?ml$/i.test(name)) return { said: '', run: { text: await file.text(), file: name } };
    const bytes = new Uint8Array(await file.arrayBuffer());
    // a scenario that names it has it, whatever it looks like
    if (!text.includes(name) && pageFormatOf(name, bytes) !== undefined) return { said: '', pages: { name, bytes } };
    this.files = [...this.files.filter((other) => other.name !== name), { name, bytes }];
    const run = text.includes(name) ? { text } : { text: replayOf(name), file: `replay of ${name}` };
    return { said: `${name}: ${size} bytes, kept in this page alone`, run };
  }
}

export function onDrop(take: (files: readonly File[]) => void): void {
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    take([...(event.dataTransfer?.files ?? [])]);
  });
}
