// Reads a scenario from a file. Node only; everything about the text itself is in parse.ts.

import { createReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { MAX_TEXT_BYTES } from './document.js';
import { InputError } from './errors.js';
import { readFailure } from './read-failure.js';
import { parseScenario, type ParseOptions, type ParsedScenario } from './parse.js';

export interface LoadedScenario extends ParsedScenario {
  /** Absolute; the files that a scenario names are looked for from here. */
  readonly directory: string;
}

const EXPECTED = 'a scenario in YAML or JSON';

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

/**
 * @throws InputError as parseScenario does, and where the file cannot be read
 */
export async function loadScenario(path: string, { set }: Pick<ParseOptions, 'set'> = {}): Promise<LoadedScenario> {
  const text = await readText(path, EXPECTED);
  return { ...parseScenario(text, { file: path, set }), directory: dirname(resolve(path)) };
}
