// Files that tests make, in a folder of their own.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

interface Folder {
  readonly at: (name: string) => string;
  /** Makes a file there. */
  readonly made: (name: string, content: string | Uint8Array) => string;
}

/** One that is gone after the tests of whoever asks for it. */
export function temporaryFolder(name: string): Folder {
  const folder = mkdtempSync(join(tmpdir(), `fluxhost-${name}-`));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const at = (file: string): string => join(folder, file);
  const made = (file: string, content: string | Uint8Array): string => {
    writeFileSync(at(file), content);
    return at(file);
  };
  return { at, made };
}
