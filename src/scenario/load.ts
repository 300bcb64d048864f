// Reads a scenario from a file. Node only; everything about the text itself is in parse.ts.

import { dirname, resolve } from 'node:path';
import { type ParsedScenario, type ParseOptions, parseScenario } from './parse.js';
import { readText } from '../input/text.js';

export interface LoadedScenario extends ParsedScenario {
  /** Absolute; the files that a scenario names are looked for from here. */
  readonly directory: string;
}

const EXPECTED = 'a scenario in YAML or JSON';

/**
 * @throws InputError as parseScenario does, and where the file cannot be read
 */
export async function loadScenario(path: string, { set }: Pick<ParseOptions, 'set'> = {}): Promise<LoadedScenario> {
  const text = await readText(path, EXPECTED);
  return { ...parseScenario(text, { file: path, set }), directory: dirname(resolve(path)) };
}
