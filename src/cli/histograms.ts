// `histograms.json` beside what `--out` writes: every bucket of the latencies, which the document itself leaves out, so that a report made
// later draws the same curves. It names the document by its hash, as origin.json does.

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeAtomically } from './files.js';
import { sha256 } from './origin.js';

export const HISTOGRAMS = 'histograms.json';

type Fields = Readonly<Record<string, unknown>>;

const isHistogram = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Array.isArray((value as Fields)['upTo']) &&
  Array.isArray((value as Fields)['count']);

/** Every histogram of a document, by its place: `runs.0.vms.2.latencyNs`. */
export function histogramsOf(value: unknown, path: readonly string[] = []): [place: string, histogram: unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]): [string, unknown][] =>
    name === 'histogram' && isHistogram(part) ? [[path.join('.'), part]] : histogramsOf(part, [...path, name]),
  );
}

/** The document with them in their places again. */
export function withHistograms<T>(value: T, histograms: Fields, path: readonly string[] = []): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return value.map((part: unknown, i) => withHistograms(part, histograms, [...path, String(i)])) as T;
  const parts = Object.entries(value).map(([name, part]: [string, unknown]): [string, unknown] => [
    name,
    withHistograms(part, histograms, [...path, name]),
  ]);
  const own = histograms[path.join('.')];
  return Object.fromEntries(isHistogram(own) ? [...parts, ['histogram', own]] : parts) as T;
}

/** Nothing where the document has all that the page draws. */
export async function writeHistograms(folder: string, json: string, drawn: unknown): Promise<void> {
  const known = new Set(histogramsOf(JSON.parse(json)).map(([place]) => place));
  const histograms = histogramsOf(drawn).filter(([place]) => !known.has(place));
  if (histograms.length === 0) return;
  const text = JSON.stringify({ of: sha256(json), histograms: Object.fromEntries(histograms) });
  await writeAtomically(join(folder, HISTOGRAMS), text);
}

/** Of the document in `file`, whose text is `json`; undefined where there are none of it. */
export async function readHistograms(file: string, json: string): Promise<Fields | undefined> {
  const text = await readFile(join(dirname(file), HISTOGRAMS), 'utf8').catch(() => '{}');
  try {
    const { of, histograms } = JSON.parse(text) as Record<string, unknown>;
    return of === sha256(json) && typeof histograms === 'object' && histograms !== null ? { ...histograms } : undefined;
  } catch {
    return undefined;
  }
}
