// The files that a scenario or a fleet names, and what is in them: rows of one run are of the same content, whoever makes them and whenever.

import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { nodeHost } from '../workload/node-file.js';
import type { TraceHost } from '../workload/text-source.js';

const FILE_FIELD = /(^|\.)(file|table|durations|memory)$/;

export const namesFile = (path: string): boolean => FILE_FIELD.test(path);

/** Names of all files, in their order. */
export function namedIn(value: unknown, more: Iterable<string> = []): string[] {
  const names = new Set(more);
  JSON.stringify(value, (key, field: unknown) => {
    if (key === 'calls') return undefined; // of functions: numbers, and many of them
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
async function contentSha256(host: TraceHost, name: string): Promise<string> {
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

/** SHA-256 by name. */
export type Hashes = Readonly<Record<string, string>>;

/** Of what chunks name, as it was when it was first asked for; what cannot be read here has none. */
export class FilesHere {
  private readonly known = new Map<string, Promise<string | undefined>>();

  constructor(private readonly directory: string) {}

  async of(value: unknown): Promise<Hashes> {
    const hashes: Record<string, string> = {};
    for (const name of namedIn(value)) {
      let hash = this.known.get(name);
      if (hash === undefined) {
        hash = contentSha256(nodeHost(this.directory), name).catch(() => undefined);
        this.known.set(name, hash);
      }
      const sha256 = await hash;
      if (sha256 !== undefined) hashes[name] = sha256;
    }
    return hashes;
  }
}

/** Whether files of this machine are those of whoever asks. A file is read again when it has changed. */
export class FilesThere {
  private readonly known = new Map<string, Promise<string>>();

  constructor(private readonly within: string | undefined) {}

  /** What is wrong with the first that is not the same. */
  async differing(directory: string, files: Hashes): Promise<string | undefined> {
    for (const [name, asked] of Object.entries(files)) {
      try {
        if ((await this.sha256(directory, name)) !== asked)
          return `${resolve(directory, name)} has another content here`;
      } catch (error) {
        return (error as Error).message;
      }
    }
    return undefined;
  }

  private async sha256(directory: string, name: string): Promise<string> {
    const path = resolve(directory, name);
    const found = await stat(path).catch(() => undefined);
    const read = (): Promise<string> => contentSha256(nodeHost(directory, { within: this.within }), name);
    if (found?.isFile() !== true) return read();
    const key = JSON.stringify([path, found.ino, found.size, found.mtimeMs]);
    const hash = this.known.get(key) ?? read();
    this.known.set(key, hash);
    return hash;
  }
}
