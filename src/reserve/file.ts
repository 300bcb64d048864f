// Reads a server's file for `fluxhost reserve`. Node only; everything about the text itself is in parse.ts.

import { dirname } from 'node:path';
import { readText } from '../input/text.js';
import { nodeHost } from '../workload/node-file.js';
import { type LoadedReserve, parseReserve, withArrivals } from './parse.js';

/**
 * `within`: a file that it names must lie in this folder.
 *
 * @throws InputError also where the file or a file that it names cannot be read
 */
export async function loadReserve(path: string, set: readonly string[] = [], within?: string): Promise<LoadedReserve> {
  const loaded = parseReserve(await readText(path, 'a server in YAML or JSON'), { file: path, set });
  return withArrivals(loaded, nodeHost(dirname(path), { within }));
}
