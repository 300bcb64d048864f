// What docs/extending.md adds, laid over the sources: every file that it makes, every line that it puts into a table. The core is
// compiled from that, the library bundled from that; nothing on disk is changed.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from '../support/compiler.js';
import { build } from 'esbuild';
import { POLICY_IMPORTS, policyImports, policySources } from '../../scripts/policies.mjs';
import type * as program from '../../src/cli/program.js';
import type * as fluxhost from '../../src/index.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const text = (path: string): string => readFileSync(resolve(ROOT, path), 'utf8');
export const page = text('docs/extending.md');

const BLOCK = /<!-- (file|line in): (\S+)(?: before: (.+))? -->\n\n<!-- prettier-ignore -->\n```ts\n([\s\S]*?)```/g;

/** What the page adds to the files under the given folders. */
export interface Addition {
  /** Sources by path, the changed and the new ones. */
  readonly files: ReadonlyMap<string, string>;
  readonly made: readonly string[];
  /** Lines put into files that were there. */
  readonly lines: readonly { readonly path: string; readonly line: string }[];
}

/** `of`: which blocks, by a word of the path or the line. */
export function addition(of: RegExp): Addition {
  const files = new Map<string, string>();
  const made: string[] = [];
  const lines: { path: string; line: string }[] = [];
  for (const [, kind, path = '', anchor = '', code = ''] of page.matchAll(BLOCK)) {
    if (!of.test(path) && !of.test(code)) continue;
    if (kind === 'file') {
      made.push(path);
      files.set(path, code);
      continue;
    }
    const rows = (files.get(path) ?? text(path)).split('\n');
    const places = rows.flatMap((row, index) => (row.includes(anchor) ? [index] : []));
    if (places.length !== 1) throw new Error(`${path}: expected one line with ${anchor}, there are ${places.length}`);
    const added = code.trimEnd().split('\n');
    rows.splice(places[0]!, 0, ...added);
    lines.push(...added.map((line) => ({ path, line })));
    files.set(path, rows.join('\n'));
  }
  files.set(POLICY_IMPORTS, policyImports(new Map([...policySources(), ...files]))); // as the build does before it compiles
  return { files, made, lines };
}

/** A core of the changed sources; `entry` says which. */
export async function coreWith(
  files: ReadonlyMap<string, string>,
  entry = 'assembly/index.ts',
): Promise<Uint8Array<ArrayBuffer>> {
  let binary: Uint8Array | null = null;
  let said = '';
  const say = { write: (words: string | Uint8Array) => void (said += String(words)) };
  const where = ['--config', 'asconfig.json', '--target', 'debug', '--baseDir', ROOT, '--outFile', 'core.wasm'];
  const { error } = await main([entry, ...where], {
    async readFile(name: string, base: string) {
      return files.get(name) ?? readFile(resolve(base, name), 'utf8').catch(() => null);
    },
    writeFile(name: string, contents: string | Uint8Array) {
      if (name === 'core.wasm' && typeof contents !== 'string') binary = contents;
    },
    stdout: say,
    stderr: say,
  });
  if (error !== null || binary === null) throw new Error(`what the page adds does not compile:\n${said}`);
  return new Uint8Array(binary);
}

/** The library and the program. */
export type Library = typeof fluxhost & typeof program;

/** Both of the changed sources. */
export const libraryWith = (files: ReadonlyMap<string, string>): Promise<Library> =>
  bundleWith(files, "export * from './src/index.js'; export { main } from './src/cli/program.js';");

/** What a module of the changed sources exports. */
export async function bundleWith<T>(files: ReadonlyMap<string, string>, contents: string): Promise<T> {
  const made = await build({
    absWorkingDir: ROOT,
    stdin: {
      contents,
      resolveDir: ROOT,
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    // as the build bundles it (scripts/build.mjs)
    conditions: ['browser', 'import'],
    mainFields: ['module', 'browser', 'main'],
    logLevel: 'silent',
    loader: { '.yaml': 'text' },
    external: ['node:*', 'stream', 'assemblyscript/*', 'bullmq', 'ioredis'],
    plugins: [
      {
        name: 'changed',
        setup(hooks) {
          // from a new folder nothing is found on disk: what a changed or new file imports is resolved here, too
          hooks.onResolve({ filter: /^\.{1,2}\/.*\.js$/ }, ({ path, importer, resolveDir }) => {
            const source = resolve(resolveDir, path).replace(/\.js$/, '.ts');
            const known = files.has(relative(ROOT, source)) || files.has(relative(ROOT, importer));
            return known ? { path: source } : undefined;
          });
          hooks.onResolve({ filter: /^as-bind\// }, () => ({
            path: resolve(ROOT, 'node_modules/as-bind/dist/as-bind.esm.js'),
          }));
          hooks.onLoad({ filter: /\.ts$/ }, ({ path }) => {
            const contents = files.get(relative(ROOT, path));
            return contents === undefined ? undefined : { contents, loader: 'ts', resolveDir: resolve(path, '..') };
          });
        },
      },
    ],
  });
  const code = Buffer.from(made.outputFiles[0]!.contents).toString('base64');
  return (await import(`data:text/javascript;base64,${code}`)) as never;
}
