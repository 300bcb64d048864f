// The three builds of the reserved-memory part alone, with the options of asconfig.json's targets: its tests need nothing else
// of the core, and what is optimised away shows as a difference between them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from '../../support/compiler.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Config {
  targets: Record<string, Record<string, unknown>>;
}

export type BuildName = 'debug' | 'checked' | 'release';
export const BUILD_NAMES: readonly BuildName[] = ['debug', 'checked', 'release'];

const made = new Map<BuildName, Promise<WebAssembly.Module>>();

/** Compiled once a test file: about two seconds. */
export function buildOf(name: BuildName): Promise<WebAssembly.Module> {
  const known = made.get(name);
  if (known !== undefined) return known;
  const fresh = compile(name);
  made.set(name, fresh);
  return fresh;
}

async function compile(name: BuildName): Promise<WebAssembly.Module> {
  const folder = mkdtempSync(join(tmpdir(), 'fluxhost-vmem-'));
  try {
    const config = JSON.parse(readFileSync(join(root, 'asconfig.json'), 'utf8')) as Config;
    const target = { ...config.targets[name], outFile: join(folder, 'vmem.wasm'), sourceMap: false };
    const options = {
      runtime: 'stub',
      exportRuntime: true,
      transform: [join(root, 'scripts/as-bind-transform.mjs')],
      baseDir: root,
    };
    const configFile = join(folder, 'asconfig.json');
    writeFileSync(configFile, JSON.stringify({ options, targets: { it: target } }));
    const stderr: string[] = [];
    const { error } = await main(
      ['assembly/memory/vmem/exports.ts', '--config', configFile, '--target', 'it', '--baseDir', root],
      { stderr: { write: (chunk: string | Uint8Array) => void stderr.push(String(chunk)) } },
    );
    if (error) throw new Error(`${error.message}\n${stderr.join('')}`);
    return await WebAssembly.compile(readFileSync(join(folder, 'vmem.wasm')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
