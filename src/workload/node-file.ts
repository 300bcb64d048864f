// Traces from a folder on disk (Node). The only file of this folder that needs Node: a browser bundle leaves it out.

import { realpath, open, readdir } from 'node:fs/promises';
import { sep, resolve } from 'node:path';
import { InputError } from '../input/errors.js';
import { inOrder, partsOf, type TraceHost } from './text-source.js';

const READ_BYTES = 256 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'a file that does not exist',
  EACCES: 'a file that may not be read',
  EISDIR: 'a folder',
  ENOTDIR: 'a path that leads through something that is not a folder',
};

function refusal(path: string, error: unknown): InputError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const given =
    REASONS[code] ?? `a file that cannot be read (${error instanceof Error ? error.message : String(error)})`;
  return new InputError({ file: path, path: '', given, expected: 'a readable trace file' });
}

/** What may be read. */
export interface NodeHostOptions {
  /** Files outside this folder are refused, wherever their paths or links lead. Without it any readable file may be named. */
  readonly within?: string | undefined;
}

/** Where the file really is, links followed. @throws InputError for one outside `within` */
async function confined(path: string, full: string, within: string): Promise<string> {
  const [real, root] = [await realpath(full), await realpath(within)];
  if (real.startsWith(root.endsWith(sep) ? root : root + sep)) return real;
  throw new InputError({
    file: path,
    path: '',
    given: 'a file elsewhere',
    expected: `a file within ${JSON.stringify(within)}`,
  });
}

/**
 * Opens paths relative to a folder, normally the scenario's: `..` and absolute paths are followed unless `within` confines
 * them. Errors name the path as it was written.
 */
export function nodeHost(folder = '.', { within }: NodeHostOptions = {}): TraceHost {
  return {
    async list(path) {
      const { folder: of, matches } = partsOf(path);
      try {
        const full = resolve(folder, of === '' ? '.' : of);
        if (within !== undefined && (await realpath(full)) !== (await realpath(within)))
          await confined(path, full, within);
        const names = await readdir(full);
        return inOrder(names.filter(matches)).map((name) => (of === '' ? name : `${of}/${name}`));
      } catch (error) {
        throw error instanceof InputError ? error : refusal(path, error);
      }
    },
    async open(path) {
      try {
        const full = resolve(folder, path);
        const handle = await open(within === undefined ? full : await confined(path, full, within), 'r');
        if ((await handle.stat()).isDirectory()) {
          await handle.close();
          throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
        }
        return readChunks(path, handle.createReadStream({ highWaterMark: READ_BYTES }));
      } catch (error) {
        throw error instanceof InputError ? error : refusal(path, error);
      }
    },
  };
}

async function* readChunks(path: string, stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      let step: IteratorResult<Uint8Array>;
      try {
        step = await source.next();
      } catch (error) {
        throw refusal(path, error);
      }
      if (step.done) return;
      yield step.value;
    }
  } finally {
    await source.return?.();
  }
}
