// Reads a server's file for `fluxhost reserve`. Node only; everything about the text itself is in parse.ts.

import { readText } from '../input/text.js';
import { type LoadedReserve, parseReserve } from './parse.js';

/** @throws InputError also where the file cannot be read */
export async function loadReserve(path: string, set: readonly string[] = []): Promise<LoadedReserve> {
  return parseReserve(await readText(path, 'a server in YAML or JSON'), { file: path, set });
}
