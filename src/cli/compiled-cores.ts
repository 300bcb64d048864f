// Cores that were compiled from a policy, kept for the next run of the same: a compilation takes seconds, what is simulated
// with it often less. A folder of the user's, where programs keep what they can make again; nothing depends on what is there.

import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CompiledCores } from '../policy-core.js';
import { writeAtomically } from './files.js';

/** Of about 250 kB each. */
const MOST_KEPT = 64;
const ENDING = '.wasm';

/**
 * The folder that FLUXHOST_CACHE names, else `fluxhost` where the system keeps such things (XDG_CACHE_HOME, ~/.cache); `undefined` where
 * FLUXHOST_CACHE is empty.
 */
export function cacheFolder(env: NodeJS.ProcessEnv): string | undefined {
  const own = env['FLUXHOST_CACHE'];
  if (own !== undefined) return own === '' ? undefined : own;
  const caches = env['XDG_CACHE_HOME'];
  return join(caches === undefined || caches === '' ? join(homedir(), '.cache') : caches, 'fluxhost');
}

/** What is kept in `folder`. One that cannot be read or written keeps nothing, which is no fault: it is compiled instead. */
export function compiledCores(folder: string): CompiledCores {
  const pathOf = (key: string): string => join(folder, `${key}${ENDING}`);
  return {
    async get(key) {
      try {
        const binary = Uint8Array.from(await readFile(pathOf(key)));
        if (!WebAssembly.validate(binary)) return undefined;
        const now = new Date();
        await utimes(pathOf(key), now, now).catch(() => undefined); // the one that was used last goes last
        return binary;
      } catch {
        return undefined;
      }
    },
    async put(key, binary) {
      try {
        await mkdir(folder, { recursive: true });
        await writeAtomically(pathOf(key), binary);
        await prune(folder);
      } catch {
        // it is compiled again next time
      }
    },
  };
}

async function prune(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ENDING));
  if (names.length <= MOST_KEPT) return;
  const aged = await Promise.all(names.map(async (name) => ({ name, used: (await stat(join(folder, name))).mtimeMs })));
  aged.sort((a, b) => b.used - a.used);
  for (const { name } of aged.slice(MOST_KEPT)) await rm(join(folder, name), { force: true });
}

/** Those of this user. */
export function keptCores(): { readonly kept?: CompiledCores } {
  const folder = cacheFolder(process.env);
  return folder === undefined ? {} : { kept: compiledCores(folder) };
}
