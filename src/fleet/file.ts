// Reads a fleet's file for `fluxhost fleet`. Node only; everything about the text itself is in parse.ts.

import { dirname, resolve } from 'node:path';
import { readText } from '../input/text.js';
import { type LoadedFleet, parseFleet } from './parse.js';

export interface FleetOnDisk extends LoadedFleet {
  /** Absolute; the files that a fleet names are looked for from here. */
  readonly directory: string;
}

/** @throws InputError also where the file cannot be read */
export async function loadFleet(path: string, set: readonly string[] = []): Promise<FleetOnDisk> {
  const text = await readText(path, 'a fleet in YAML or JSON');
  return { ...parseFleet(text, { file: path, set }), directory: dirname(resolve(path)) };
}
