// The files that a scenario or a fleet names, and what is in them: rows of one run are of the same content, whoever makes them and whenever.

import { createHash } from 'node:crypto';
import { nodeHost } from '../workload/node-file.js';
import type { TraceHost } from '../workload/text-source.js';

const FILE_FIELD = /(^|\.)(file|table|durations|memory)$/;

export const namesFile = (path: string): boolean => FILE_FIELD.test(path);

/** Names of all files, in their order. */
export function namedIn(value: unknown, more: Iterable<string> = []): string[] {
  const names = new Set(more);
  JSON.stringify(value, (key, field: unknown) => {
    if (namesFile(key) && typeof field === 'string') names.add(field);
    return field;
  });
  return [...names].sort();
}

async function oneSha256(host: TraceHost, name: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of await host.open(name)) hash.update(bytes);
  return hash.digest('hex');
}

/** SHA-256 of a file, or of all in a folder or of a pattern. @throws InputError for one that cannot be read */
export async function contentSha256(host: TraceHost, name: string): Promise<string> {
  try {
    return await oneSha256(host, name);
  } catch (error) {
    const files = (await host.list?.(name).catch(() => [])) ?? [];
    if (files.length === 0) throw error;
    const hash = createHash('sha256');
    for (const file of files) hash.update(`${file}\n${await oneSha256(host, file)}\n`);
    return hash.digest('hex');
  }
}

/** One for all of them; whoever reads a file that cannot be read tells why. */
export async function filesSha256(names: readonly string[], directory: string): Promise<string> {
  const [hash, host] = [createHash('sha256'), nodeHost(directory)];
  for (const name of names) hash.update(`${name}\n${await contentSha256(host, name).catch(() => 'none')}\n`);
  return hash.digest('hex');
}
