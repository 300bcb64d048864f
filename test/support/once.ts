// What the long tests and the tables of docs/validation.md and docs/reproduced.md ask for alike, computed once: `npm run validate -- --check`
// runs the ones before the others, on the same sources, and names a folder of its own for what they come to (FLUXHOST_ONCE). Without
// it everything is computed where it is asked for.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';

/** `what` says everything that the value follows from, but for the sources. */
export async function once<T>(what: unknown, compute: () => Promise<T>): Promise<T> {
  const folder = process.env['FLUXHOST_ONCE'] ?? '';
  if (folder === '') return compute();
  const path = join(folder, createHash('sha256').update(JSON.stringify(what)).digest('hex'));
  if (existsSync(path)) return deserialize(readFileSync(path)) as T;
  const value = await compute();
  const aside = `${path}.${process.pid}`; // two may compute it at the same time: either is whole
  writeFileSync(aside, serialize(value));
  renameSync(aside, path);
  return value;
}
