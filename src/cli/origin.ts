// `origin.json` beside what `--out` writes: the command that made a document, and its scenario, for a report that is made later. It names
// the document by its hash, so that another one in the same folder is not taken for it.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { toStableJson } from '../result/json.js';
import { writeAtomically } from './files.js';

export const ORIGIN = 'origin.json';

export interface Origin {
  readonly command: string;
  /** As YAML, without what is as it would be anyway. */
  readonly scenario?: string;
  /** As YAML, with every default. */
  readonly resolved?: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export async function writeOrigin(
  folder: string,
  json: string,
  { command, scenario, resolved }: Origin,
): Promise<void> {
  const origin = { of: sha256(json), command, scenario, resolved };
  await writeAtomically(join(folder, ORIGIN), toStableJson(origin));
}

/** Of the document in `file`, whose text is `json`; undefined where it is not known. */
export async function readOrigin(file: string, json: string): Promise<Origin | undefined> {
  const text = await readFile(join(dirname(file), ORIGIN), 'utf8').catch(() => '{}');
  try {
    const { of, command, scenario, resolved } = JSON.parse(text) as Record<string, unknown>;
    if (of !== sha256(json) || typeof command !== 'string') return undefined;
    return {
      command,
      ...(typeof scenario === 'string' ? { scenario } : {}),
      ...(typeof resolved === 'string' ? { resolved } : {}),
    };
  } catch {
    return undefined;
  }
}
