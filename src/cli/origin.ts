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
  /** As YAML: what differs from the defaults. */
  readonly scenario?: string;
  /** As YAML, with every default. */
  readonly resolved?: string;
  /** What made it, for documents that do not say so themselves: names and values. */
  readonly manifest?: readonly (readonly [name: string, value: string])[];
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export async function writeOrigin(
  folder: string,
  json: string,
  { command, scenario, resolved, manifest }: Origin,
): Promise<void> {
  const origin = { of: sha256(json), command, scenario, resolved, manifest };
  await writeAtomically(join(folder, ORIGIN), toStableJson(origin));
}

const isManifest = (value: unknown): value is NonNullable<Origin['manifest']> =>
  Array.isArray(value) &&
  value.every((row) => Array.isArray(row) && row.length === 2 && row.every((cell) => typeof cell === 'string'));

/** Of the document in `file`, whose text is `json`; undefined where it is not known. */
export async function readOrigin(file: string, json: string): Promise<Origin | undefined> {
  const text = await readFile(join(dirname(file), ORIGIN), 'utf8').catch(() => '{}');
  try {
    const { of, command, scenario, resolved, manifest } = JSON.parse(text) as Record<string, unknown>;
    if (of !== sha256(json) || typeof command !== 'string') return undefined;
    return {
      command,
      ...(typeof scenario === 'string' ? { scenario } : {}),
      ...(typeof resolved === 'string' ? { resolved } : {}),
      ...(isManifest(manifest) ? { manifest } : {}),
    };
  } catch {
    return undefined;
  }
}
