// Traces from a folder on disk (Node). The only file of this folder that needs Node: a browser bundle leaves it out.

import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError } from '../scenario/errors.js';
import type { TraceHost } from './text-source.js';

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

/** Opens paths relative to a folder, normally the scenario's. Errors name the path as it was written. */
export function nodeHost(folder = '.'): TraceHost {
  return {
    async open(path) {
      try {
        const handle = await open(resolve(folder, path), 'r');
        if ((await handle.stat()).isDirectory()) {
          await handle.close();
          throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
        }
        return readChunks(path, handle.createReadStream({ highWaterMark: READ_BYTES }));
      } catch (error) {
        throw refusal(path, error);
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
