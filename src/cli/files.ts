// Files that commands write: whole or not at all, in folders that are made and tried before anything long is started.

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { open, rename, rm, mkdir, stat, access, constants, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { printable, InputError, show } from '../input/errors.js';

/** What cannot be written, and why: a full disk, a folder that is gone. */
export class WriteError extends Error {
  override readonly name = 'WriteError';

  constructor(path: string, cause: unknown) {
    const code = codeOf(cause);
    const reason = REASONS[code];
    super(`${printable(path)} cannot be written: ${reason === undefined ? code : `${reason} (${code})`}`, { cause });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the quota of the disk is used up',
  EFBIG: 'it would be larger than this process may write',
  ENOENT: 'its folder is gone',
  EACCES: 'its folder may not be written to',
  EROFS: 'the disk is read-only',
};

/**
 * A reader sees the old file or the new one, never half of it; a crash leaves no file that is not whole.
 *
 * @throws WriteError naming the file
 */
export async function writeAtomically(path: string, content: string | Uint8Array | Iterable<string>): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      const whole = typeof content === 'string' || content instanceof Uint8Array;
      for (const chunk of whole ? [content] : content) await file.writeFile(chunk); // each where the last one ended
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new WriteError(path, error);
  }
}

/** A file that is written piece by piece and stands in its place only once it is whole. */
export class GrowingFile {
  private readonly temporary: string;
  private readonly handle: number;

  /** @throws WriteError naming the file */
  constructor(private readonly path: string) {
    this.temporary = `${path}.${process.pid}.tmp`;
    this.handle = this.attempt(() => openSync(this.temporary, 'w'));
  }

  /** @throws WriteError naming the file */
  write(bytes: Uint8Array): void {
    this.attempt(() => {
      for (let at = 0; at < bytes.length;) at += writeSync(this.handle, bytes, at);
    });
  }

  /** It is whole. @throws WriteError naming the file */
  keep(): void {
    this.attempt(() => {
      fsyncSync(this.handle);
      closeSync(this.handle);
      renameSync(this.temporary, this.path);
    });
  }

  /** Nothing of it stays. */
  drop(): void {
    try {
      closeSync(this.handle);
    } catch {
      // closed before
    }
    rmSync(this.temporary, { force: true });
  }

  private attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new WriteError(this.path, error);
    }
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/**
 * The folder and those above it. Not by mkdir's `recursive`: where nothing can be made although the folder above is there,
 * as in /proc, that tries for ever (Node 20.20).
 */
async function makeFolder(folder: string): Promise<string[]> {
  try {
    await mkdir(folder);
    return [folder];
  } catch (error) {
    const above = dirname(folder);
    if (codeOf(error) === 'EEXIST' && (await stat(folder)).isDirectory()) return [];
    if (codeOf(error) !== 'ENOENT' || above === folder || (await stat(above).catch(() => undefined)) !== undefined) {
      throw error;
    }
    const made = await makeFolder(above);
    await mkdir(folder);
    return [...made, folder];
  }
}

/**
 * Makes the folder and makes sure that it can be written to, and that no folder stands where a file is to go.
 *
 * @returns takes the folders away again that had to be made, where nothing was written into them
 * @throws InputError naming `option`
 */
export async function prepareFolder(
  folder: string,
  files: readonly string[],
  option = '--out',
): Promise<() => Promise<void>> {
  let made: string[] = [];
  try {
    if (folder === '') throw Object.assign(new Error('no name'), { code: 'ENOENT' });
    made = await makeFolder(folder);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new InputError({
      path: option,
      given: `${show(folder)} (${codeOf(error)})`,
      expected: 'a folder that can be made and written to',
    });
  }
  for (const name of files) {
    const there = await stat(join(folder, name)).catch(() => undefined);
    if (there?.isDirectory() !== true) continue;
    throw new InputError({
      path: option,
      given: `${show(join(folder, name))}, which is a folder`,
      expected: 'a file there, or nothing yet',
    });
  }
  return async () => {
    for (const empty of made.reverse()) await rmdir(empty).catch(() => undefined);
  };
}

/**
 * Makes sure, before anything long is started, that a file will find its place.
 *
 * @throws InputError naming `option`
 */
export async function checkTarget(path: string, option: string): Promise<void> {
  const refuse = (reason: string): InputError =>
    new InputError({
      path: option,
      given: `${show(path)} (${reason})`,
      expected: 'a file in a folder that can be written to',
    });
  try {
    await access(dirname(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw refuse((error as NodeJS.ErrnoException).code ?? String(error));
  }
  const there = await stat(path).catch(() => undefined);
  if (basename(path) === '' || there?.isDirectory() === true) throw refuse('a folder');
}
