// Files that were dropped onto the page: kept in it for scenarios that name them, sent nowhere.

import { replayOf } from './examples.js';
import { printable } from '../input/errors.js';
import { isOfArrivals } from '../input/tables.js';
import { hasService, headerOf, pageFormatOf } from './page-format.js';
import type { DroppedFile } from './protocol.js';
import type { Shared } from './share.js';

const MOST_FILE_BYTES = 256 * 2 ** 20;
const MOST_SHOWN = 60;

export interface Taken {
  readonly said: string;
  /** A trace of pages: no scenario runs. */
  readonly pages?: DroppedFile;
  /** What runs next; without a file it is the scenario that is there, read anew. Absent: nothing does. */
  readonly run?: { readonly text: string; readonly file?: string };
}

export class Dropped {
  files: readonly DroppedFile[] = [];
  /** The link whose scenario is there, as long as it has its own files. */
  shared: Shared | undefined;

  /** Files that came with a scenario in a link. */
  hold(shared: Shared): void {
    const { files, pages } = shared;
    if (pages !== undefined) return;
    this.shared = shared;
    if (files !== undefined)
      this.files = Object.entries(files).map(([name, text]) => ({ name, bytes: new TextEncoder().encode(text) }));
  }

  /** `text` is the scenario that is there. */
  async take(file: File, text: string): Promise<Taken> {
    const { name, size } = file;
    if (size > MOST_FILE_BYTES) return { said: `${name}: given ${size} bytes, expected at most ${MOST_FILE_BYTES}` };
    if (/\.ya?ml$/i.test(name)) return { said: '', run: { text: await file.text(), file: name } };
    const bytes = new Uint8Array(await file.arrayBuffer());
    // a scenario that names it has it, whatever it looks like
    const named = text.includes(name);
    if (!named && pageFormatOf(name, bytes) !== undefined) return { said: '', pages: { name, bytes } };
    this.shared = undefined;
    this.files = [...this.files.filter((other) => other.name !== name), { name, bytes }];
    const kept = `${name}: ${size} bytes, kept in this page alone`;
    if (named) return { said: kept, run: { text } };
    const header = await headerOf(bytes).catch(() => '');
    const service = hasService(header);
    if (isOfArrivals(header))
      return {
        said: `${kept}. ${unitsOf(service)}`,
        run: {
          text: replayOf(name, service),
          file: `replay-of-${name.replace(/[^\w.-]+/g, '_').replace(/(\.csv)?(\.gz)?$/i, '')}.yaml`,
        },
      };
    return { said: `${kept}. ${unclear(name, header)}` };
  }
}

/** Files do not say in which unit their times are. */
const unitsOf = (service: boolean): string =>
  service
    ? 'Arrivals and service times are taken as ns; arrivalUnit and serviceUnit in the scenario’s text change it.'
    : 'Arrivals are taken as ns; arrivalUnit in the scenario’s text changes it.';

/** What a file that could be anything would have to say. */
function unclear(name: string, header: string): string {
  const line = printable(header);
  const shown = line.length > MOST_SHOWN ? `${line.slice(0, MOST_SHOWN)}…` : line;
  return (
    `What is it? Its first line “${shown}” names neither a column “arrival” (arrivals, in ns) nor one “page”, “address” or “addr” ` +
    `(a trace of pages). A scenario can say which column is which: arrivals: { process: trace, format: csv, file: ${JSON.stringify(name)}, columns: { arrival: NAME } }.`
  );
}

export function onDrop(take: (files: readonly File[]) => void): void {
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    take([...(event.dataTransfer?.files ?? [])]);
  });
}
