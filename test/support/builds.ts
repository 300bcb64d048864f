// The three builds of the core: debug and checked keep every assertion, release has none. `npm run build` makes them.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const BUILDS = ['debug', 'checked', 'release'] as const;
export type Build = (typeof BUILDS)[number];

export function buildPath(build: Build): string {
  return fileURLToPath(new URL(`../../build/fluxhost.${build}.wasm`, import.meta.url));
}

export async function moduleOf(build: Build): Promise<WebAssembly.Module> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(buildPath(build));
  } catch {
    throw new Error(`no build/fluxhost.${build}.wasm: run \`npm run build\` first`);
  }
  return WebAssembly.compile(new Uint8Array(bytes));
}
