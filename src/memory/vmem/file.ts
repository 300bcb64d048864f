// Reads a server's file for `fluxhost reserve`. Node only; everything about the text itself is in parse.ts.

import { readFile } from 'node:fs/promises';
import { InputError } from '../../scenario/errors.js';
import { parseReserve, type LoadedReserve } from './parse.js';

/** @throws InputError also where the file cannot be read */
export async function loadReserve(path: string, set: readonly string[] = []): Promise<LoadedReserve> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (failure) {
    const code = (failure as NodeJS.ErrnoException).code ?? 'unknown';
    const given = code === 'ENOENT' ? 'a file that is not there' : `a file that cannot be read (${code})`;
    throw new InputError({ file: path, path: '', given, expected: 'a server in YAML or JSON' });
  }
  return parseReserve(text, { file: path, set });
}
