// The live page as a folder that any web server can host: the page's script, its worker, the core's file, and what is loaded on
// demand in chunks of its own. Says what the first run loads, packed; a page that outgrows its budget is not built.
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { onFewFiles } from './later.mjs';
import { at, listFiles, writeAtomically } from './support.mjs';
import { wordless, wordlessText } from './wordless.mjs';

const FOLDER = 'dist/web';
/** Packed, bytes: what the first run loads, and each part that is loaded on demand. */
const FIRST = 300_000;
const LATER = 150_000;

const packed = (content) => gzipSync(content, { level: 9 }).length;

/** Everything that an output imports before it runs. */
function reached(outputs, entry, seen = new Set()) {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  for (const { path, kind } of outputs[entry].imports) if (kind === 'import-statement') reached(outputs, path, seen);
  return seen;
}

/** The editor's schema as JSON: what the library says, asked of it once. */
async function scenarioSchema(build) {
  const { outputFiles } = await build({
    absWorkingDir: at(),
    entryPoints: ['src/web/scenario-schema.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  const { scenarioSchema: make } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
  return JSON.stringify(make());
}

/** The same exports, none of which does anything: what methods are made by makes some that do not. */
function withoutDeeds(path) {
  const names = [...readFileSync(path, 'utf8').matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name);
  const said = 'a JSON Schema is made by the build of the page, not on it';
  return [
    `const none = () => { throw new Error('${said}'); };`,
    ...names.map((name) => `export const ${name} = ${name.startsWith('create') ? '() => none' : 'none'};`),
  ].join('\n');
}

export async function web() {
  const { build } = await import('esbuild');
  const schema = await scenarioSchema(build);
  const asBind = pathToFileURL(at('node_modules/as-bind/dist/as-bind.esm.js'));
  const plugins = [
    {
      name: 'as-bind',
      setup: (hooks) =>
        hooks.onResolve({ filter: /^as-bind\// }, () => ({ path: asBind.pathname, sideEffects: false })),
    },
    {
      name: 'schema-made-before', // 6 kB of zod, packed, that only make it
      setup: (hooks) => {
        hooks.onLoad({ filter: /src[\\/]web[\\/]scenario-schema\.ts$/ }, () => ({
          contents: `export const scenarioSchema = () => (${schema});`,
          loader: 'js',
        }));
        hooks.onLoad(
          { filter: /zod[\\/]v4[\\/]core[\\/](json-schema-processors|to-json-schema)\.js$/ },
          ({ path }) => ({
            contents: withoutDeeds(path),
            loader: 'js',
          }),
        );
      },
    },
    {
      name: 'without-bytes', // the core is a file beside the page
      setup: (hooks) =>
        hooks.onLoad({ filter: /src[\\/]generated[\\/](core|memory)-bytes\.ts$/ }, () => ({
          contents: "export const CORE_SHA256 = ''; export const CORE_BASE64 = '';",
          loader: 'js',
        })),
    },
    onFewFiles(['src/web/app.ts', 'src/web/runner.ts'], wordlessText),
    wordless,
  ];
  const built = await build({
    absWorkingDir: at(),
    entryPoints: { main: 'src/web/main.ts', worker: 'src/web/worker.ts' },
    outdir: FOLDER,
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['browser', 'import'],
    mainFields: ['module', 'browser', 'main'],
    external: ['node:*', 'stream'],
    loader: { '.yaml': 'text' },
    legalComments: 'none',
    chunkNames: 'chunks/[name]-[hash]',
    logLevel: 'warning',
    logOverride: { 'ignored-bare-import': 'silent' },
    plugins,
  });
  mkdirSync(at(FOLDER), { recursive: true });
  const sizes = new Map();
  for (const file of built.outputFiles) {
    // the page's styles once more, for each part that imports the page: nobody asks for them
    if (file.path.endsWith('.css') && file.path !== at(FOLDER, 'main.css')) continue;
    writeAtomically(file.path, file.contents);
    sizes.set(file.path, packed(file.contents));
  }
  const fresh = new Set(sizes.keys());
  for (const name of ['index.html']) writeAtomically(at(FOLDER, name), readFileSync(at('src/web', name)));
  for (const name of ['fluxhost.wasm', 'fluxhost-memory.wasm']) copyFileSync(at('dist', name), at(FOLDER, name));
  for (const stale of listFiles(`${FOLDER}/chunks`)) if (!fresh.has(at(stale))) rmSync(at(stale));
  return weigh(built.metafile.outputs, sizes);
}

function weigh(outputs, sizes) {
  const size = (path) => sizes.get(at(path)) ?? 0;
  const entries = [`${FOLDER}/main.js`, `${FOLDER}/worker.js`];
  const first = new Set(entries.flatMap((entry) => [...reached(outputs, entry)]));
  const sum = (paths) => [...paths].reduce((total, path) => total + size(path), 0);
  const total =
    sum(first) +
    size(`${FOLDER}/main.css`) +
    packed(readFileSync(at(FOLDER, 'index.html'))) +
    packed(readFileSync(at(FOLDER, 'fluxhost.wasm')));
  const kB = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;
  const parts = [`page: ${kB(total)} of ${kB(FIRST)} for the first run`];
  if (total > FIRST) throw new Error(`too large: ${parts[0]}, packed`);
  const later = new Set(
    [...first].flatMap((path) =>
      outputs[path].imports.filter(({ kind }) => kind === 'dynamic-import').map(({ path: to }) => to),
    ),
  );
  for (const path of later) {
    const more = sum([...reached(outputs, path)].filter((one) => !first.has(one)));
    const part = `${basename(path).replace(/-[A-Z0-9]+\.js$/, '')} ${kB(more)}`;
    if (more >= 2000) parts.push(part);
    if (more > LATER) throw new Error(`too large: ${part} on demand, of ${kB(LATER)}, packed`);
  }
  return `${parts.join(', ')}\n`;
}
