// The text of a file, or why there is none. Node only.

import { createReadStream } from 'node:fs';
import { MAX_TEXT_BYTES } from './document.js';
import { InputError } from './errors.js';
import { readFailure } from './read-failure.js';

/**
 * The text of a file, `expected` where it is none. Stops at the limit, so that a pipe or a device without end is refused
 * instead of filling the memory.
 */
export async function readText(path: string, expected: string): Promise<string> {
  const chunks: Buffer[] = [];
  let total = 0;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      total += chunk.length;
      if (total > MAX_TEXT_BYTES)
        throw new InputError({ file: path, path: '', given: 'a file of more than 8 MiB', expected });
      chunks.push(chunk);
    }
  } catch (failure) {
    if (failure instanceof InputError) throw failure;
    throw new InputError({ file: path, path: '', given: readFailure(failure), expected });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new InputError({
      file: path,
      path: '',
      given: 'a file that is not text (its bytes are not UTF-8)',
      expected,
    });
  }
}
