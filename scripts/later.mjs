// What the index loads when it is asked for: files that only asynchronous functions of it reach are in parts of their own, so that
// whoever imports it reads little. Sources and types know nothing of this: `index.ts` exports from files, and the bundle of it calls them.
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { at, listFiles } from './support.mjs';

/** Files from which the index exports asynchronous functions alone, with much behind them that no simulation needs. */
const LATER = ['study', 'pages', 'experiments', 'reserve', 'fleet', 'abi', 'judge']
  .map((folder) => `${folder}/api`)
  .concat('judge/why-api', 'judge/conformance');
const INDEX = at('src/index.ts');
const IMPORT = /\bimport\(('\.[^']+')\)/g;
const sourceOf = (from, file) => resolve(dirname(from), file.replace(/\.js$/, '.ts'));

/** A function that loads its file when it is called. */
function calledLater(name, file) {
  const path = sourceOf(INDEX, file);
  const star = new RegExp(`^export async function(\\*?) ${name}\\b`, 'm').exec(readFileSync(path, 'utf8'))?.[1];
  if (star === undefined) throw new Error(`${path}: ${name} is no asynchronous function, and cannot be loaded later`);
  const body = `(await import('${file}')).${name}(...given)`;
  return `export async function${star} ${name}(...given) { ${star === '' ? 'return' : 'return yield*'} ${body}; }`;
}

/** The index, whose exports from `LATER` load them. */
function indexText() {
  const left = new Set(LATER.map((name) => `./${name}.js`));
  const text = readFileSync(INDEX, 'utf8').replaceAll(/^export \{([^}]*)\} from '([^']*)';/gm, (whole, names, file) => {
    if (!left.delete(file)) return whole;
    const values = names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type '));
    return values.map((name) => calledLater(name, file)).join(' ');
  });
  if (left.size > 0) throw new Error(`src/index.ts exports no function of ${[...left].join(', ')}`);
  return text;
}

/** Minified, functions lose their names; classes keep theirs, as an error is printed with its class. */
const named = (text) =>
  [...text.matchAll(/^export class (\w+)/gm)].map(
    ([, name]) => `Object.defineProperty(${name}, 'name', { value: '${name}' });`,
  );

/** A source, with what it imports later imported at once. */
function withImports(text) {
  const imports = [];
  const contents = text.replaceAll(IMPORT, (_, file) => {
    imports.push(`import * as later${imports.length} from ${file};`);
    return `Promise.resolve(later${imports.length - 1})`;
  });
  return imports.join(' ') + contents;
}

const sources = (contentsOf) => ({
  setup: (hooks) =>
    hooks.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      return { contents: [contentsOf(path, text), ...named(text)].join('\n'), loader: 'ts' };
    }),
});

/**
 * Everything in one file. esbuild would put all that a file imports later reaches into functions, which the engine reads twice: what is
 * imported later is imported at once.
 */
export const atOnce = { name: 'at-once', ...sources((_, text) => withImports(text)) };

/** What a source imports later. */
const laterIn = (path) =>
  [...readFileSync(path, 'utf8').matchAll(IMPORT)].map(([, quoted]) => sourceOf(path, quoted.slice(1, -1)));

/** In place of the files that carry the bytes of the cores. */
const NO_BYTES = "export const CORE_SHA256 = ''; export const CORE_BASE64 = '';";

/**
 * The index in as few files as load what is needed. Every file that is loaded later imports the index, if only by name: what the index has
 * at once is then reached from everywhere, which makes it one file to esbuild instead of forty. Experiments are one part. `bytes`: whether
 * the cores come with it.
 */
export function inParts({ bytes }) {
  const sourceFiles = listFiles('src', (name) => name.endsWith('.ts')).map((name) => at(name));
  const later = new Set([...LATER.map((name) => at('src', `${name}.ts`)), ...sourceFiles.flatMap(laterIn)]);
  const experiments = join(at('src/experiments'), '/');
  return {
    name: 'in-parts',
    ...sources((path, text) => {
      if (path === INDEX) return indexText();
      const isBytes = /[\\/]generated[\\/](core|memory)-bytes\.ts$/.test(path);
      const contents = isBytes && !bytes ? NO_BYTES : path.startsWith(experiments) ? withImports(text) : text;
      return later.has(path) ? `import ${JSON.stringify(INDEX)}; ${contents}` : contents;
    }),
  };
}

/** What a command that simulates needs, from `src`: all of it is in one file of the program. */
const OF_COMMANDS = [
  ...['simulation', 'scenario/load', 'workload/node-file', 'study/suite/azure-like'],
  ...['cli/run', 'cli/compare', 'cli/size'],
];
const COMMON = 'common-of-commands';
const STATIC = /^(?:import|export) (?!type)[^;]*? from '(\.[^']+)';/gm;

/** What a file has read before it runs, itself among it. */
function readWith(path, seen = new Set()) {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const [, file] of readFileSync(path, 'utf8').matchAll(STATIC)) readWith(sourceOf(path, file), seen);
  return seen;
}

/**
 * The program, whose commands are loaded when one is called. esbuild puts what several of them share into a file for each set of those
 * that share it, ninety for `compare`; so every file that is loaded later imports, if only by name, what most commands need.
 */
export const onOneFile = {
  name: 'on-one-file',
  setup(hooks) {
    const later = laterFrom(at('src/cli/main.ts'));
    hooks.onResolve({ filter: new RegExp(`^${COMMON}$`) }, () => ({
      path: COMMON,
      namespace: COMMON,
      sideEffects: true,
    }));
    hooks.onLoad({ filter: /./, namespace: COMMON }, () => {
      const contents = OF_COMMANDS.map((name) => `export * from './${name}.js';`).join(' ');
      return { contents, loader: 'js', resolveDir: at('src') };
    });
    sources((path, text) => (later.has(path) ? `import '${COMMON}'; ${text}` : text)).setup(hooks);
  },
};

/** Sources that are loaded later from one, at any depth. */
function laterFrom(entry) {
  const seen = readWith(entry);
  const atFirst = new Set(seen);
  const later = new Set();
  for (const path of seen)
    // grows as it is read
    for (const to of laterIn(path)) {
      if (atFirst.has(to) || !to.endsWith('.ts')) continue;
      later.add(to);
      readWith(to, seen);
    }
  return later;
}

/**
 * The page and its worker, by what each has at once. What is loaded later from one of them imports, if only by name, all that it has at
 * once: a few files in place of fifty. What only one of them needs stays its own, so that neither thread reads the other's.
 */
export function onFewFiles(entries, textOf) {
  const parts = entries.map((entry) => ({ entry: at(entry), later: laterFrom(at(entry)) }));
  return {
    name: 'on-few-files',
    setup: (hooks) =>
      hooks.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
        const imports = parts
          .filter(({ later }) => later.has(path))
          .map(({ entry }) => `import ${JSON.stringify(entry)};`);
        return imports.length > 0 ? { contents: `${imports.join(' ')} ${textOf(path)}`, loader: 'ts' } : undefined;
      }),
  };
}
