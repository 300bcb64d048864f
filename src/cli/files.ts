// Files that commands write: whole or not at all, in folders that are made and tried before anything long is started.

import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
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

/** Where bytes go first, and what they replace then: links are followed; a device or a pipe is written to as it is. */
function placeOf(path: string): { readonly to: string; readonly from?: string } {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined) return { to: path, from: `${path}.${process.pid}.tmp` };
  if (!there.isFile() && !there.isDirectory()) return { to: path };
  const to = realpathSync(path);
  return { to, from: `${to}.${process.pid}.tmp` };
}

/**
 * A reader sees the old file or the new one, never half of it; a crash leaves no file that is not whole.
 *
 * @throws WriteError naming the file
 */
export async function writeAtomically(path: string, content: string | Uint8Array | Iterable<string>): Promise<void> {
  let temporary: string | undefined;
  try {
    const { to, from } = placeOf(path);
    temporary = from;
    const file = await open(from ?? to, 'w');
    try {
      const whole = typeof content === 'string' || content instanceof Uint8Array;
      for (const chunk of whole ? [content] : content) await file.writeFile(chunk); // each where the last one ended
      if (from !== undefined) await file.sync();
    } finally {
      await file.close();
    }
    if (from !== undefined) await rename(from, to);
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => undefined);
    throw new WriteError(path, error);
  }
}

/** A file that is written piece by piece and stands in its place only once it is whole. */
export class GrowingFile {
  private readonly place: ReturnType<typeof placeOf>;
  private readonly handle: number;

  /** @throws WriteError naming the file */
  constructor(private readonly path: string) {
    this.place = this.attempt(() => placeOf(path));
    this.handle = this.attempt(() => openSync(this.place.from ?? this.place.to, 'w'));
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
      if (this.place.from !== undefined) fsyncSync(this.handle);
      closeSync(this.handle);
      if (this.place.from !== undefined) renameSync(this.place.from, this.place.to);
    });
  }

  /** Nothing of it stays. */
  drop(): void {
    try {
      closeSync(this.handle);
    } catch {
      // closed before
    }
    if (this.place.from !== undefined) rmSync(this.place.from, { force: true });
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
  const there = await stat(path).catch(() => undefined);
  const isOther = there !== undefined && !there.isFile() && !there.isDirectory();
  try {
    await (isOther ? access(path, constants.W_OK) : access(dirname(path), constants.W_OK | constants.X_OK));
  } catch (error) {
    throw refuse((error as NodeJS.ErrnoException).code ?? String(error));
  }
  if (basename(path) === '' || there?.isDirectory() === true) throw refuse('a folder');
}
