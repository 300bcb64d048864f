// Files that commands write: whole or not at all, in folders that are made and tried before anything long is started.

import { access, constants, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError, show } from '../scenario/errors.js';

/** A reader sees the old file or the new one, never half of it; a crash leaves no file that is not whole. */
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
    await rm(temporary, { force: true });
    throw error;
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/**
 * The folder and those above it. Not by mkdir's `recursive`: where nothing can be made although the folder above is there,
 * as in /proc, that tries for ever (Node 20.20).
 */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const above = dirname(folder);
    if (codeOf(error) === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    if (codeOf(error) !== 'ENOENT' || above === folder || (await stat(above).catch(() => undefined)) !== undefined) {
      throw error;
    }
    await makeFolder(above);
    await mkdir(folder);
  }
}

/**
 * Makes the folder and makes sure that it can be written to, and that no folder stands where a file is to go.
 *
 * @throws InputError naming `option`
 */
export async function prepareFolder(folder: string, files: readonly string[], option = '--out'): Promise<void> {
  try {
    if (folder === '') throw Object.assign(new Error('no name'), { code: 'ENOENT' });
    await makeFolder(folder);
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
}
