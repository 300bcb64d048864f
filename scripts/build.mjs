// The build, target by target: cores by asc, their bytes and the report's page as modules, bundles by esbuild, types by tsc.
// A target whose inputs and outputs hash as they did last time is skipped; `--force` builds all of them,
// names (`cores bytes bundle web types api`) build only those and what they need.
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { atOnce, inParts, onOneFile } from './later.mjs';
import { writePolicyImports } from './policies.mjs';
import {
  at,
  ensureInstalled,
  fail,
  hashFiles,
  listFiles,
  runTool,
  runToolQuietly,
  writeAtomically,
} from './support.mjs';

const TOOLING = [
  'package-lock.json',
  'scripts/branches.mjs',
  'scripts/build.mjs',
  'scripts/inline.mjs',
  'scripts/later.mjs',
  'scripts/policies.mjs',
  'scripts/size.mjs',
  'scripts/support.mjs',
];
/** What each core may take, bytes. */
const BUDGETS = { host: 258 * 1024, memory: 64 * 1024 };
const isSource = (path) => path.endsWith('.ts');
/** Of the core's sources, those that both languages read. */
const isShared = (path) => /\/(layout|ids)\.ts$/.test(path);
const sources = () => [...listFiles('src', isSource), ...listFiles('assembly', isShared)];

/** What the memory's own core is made of: none of it knows the host (scripts/layers.mjs). */
const isMemorySource = (path) =>
  isSource(path) && !path.startsWith('assembly/cpu/') && !/^assembly\/memory\/(pages|swap)\//.test(path);

/** One Wasm file: the host, or the parts of memory that need none (assembly/memory/index.ts says why they are apart). */
const core = (part, target) => {
  const name = part === 'host' ? 'fluxhost' : `fluxhost-${part}`;
  const binary = `build/${name}.${target}.wasm`;
  const outputs = target === 'debug' ? [binary, `${binary}.map`] : [binary];
  return {
    name: `core ${part} ${target}`,
    group: 'cores',
    inputs: () => [
      ...TOOLING,
      'asconfig.json',
      'scripts/as-bind-transform.mjs',
      ...listFiles('assembly', part === 'memory' ? isMemorySource : isSource),
    ],
    outputs,
    build: () => buildCore(part, target, outputs),
  };
};

/** The cores whose bytes are packed: all that `bytes` needs. */
const isRelease = (target) => target.name.endsWith(' release');

/** Declarations of what can be imported. */
const TYPES = ['index', 'core-entry', 'node-entry', 'report-entry'].map((name) => `src/${name}.d.ts`);

const TARGETS = [
  core('host', 'debug'),
  core('host', 'checked'),
  core('host', 'release'),
  core('memory', 'debug'),
  core('memory', 'checked'),
  core('memory', 'release'),
  {
    name: 'bytes',
    group: 'bytes',
    inputs: () => [...TOOLING, 'build/fluxhost.release.wasm', 'build/fluxhost-memory.release.wasm'],
    outputs: [
      'src/generated/zstd-bytes.ts',
      'src/generated/core-bytes.ts',
      'dist/fluxhost.wasm',
      'src/generated/memory-bytes.ts',
      'dist/fluxhost-memory.wasm',
    ],
    build: buildBytes,
  },
  {
    name: 'page',
    group: 'bytes',
    inputs: () => [...TOOLING, 'src/report/html/figure.ts', ...listFiles('src/report/html/page')],
    outputs: ['src/generated/report-page.ts', 'src/generated/report-page-packages.json'],
    build: buildPage,
  },
  {
    name: 'bundle',
    group: 'bundle',
    inputs: () => [...TOOLING, 'package.json', ...sources()],
    outputs: [
      ...['dist/index.js', 'dist/core.js', 'dist/standalone.js', 'dist/node.js', 'dist/report.js', 'dist/cli.js'],
      'dist/third-party-licenses.txt',
    ],
    build: buildBundle,
  },
  {
    name: 'web',
    group: 'web',
    inputs: () => [
      ...[...TOOLING, 'scripts/web.mjs', 'scripts/wordless.mjs'],
      ...[...sources(), ...listFiles('src/web'), ...listFiles('examples')],
    ],
    outputs: ['dist/web/index.html', 'dist/web/main.js', 'dist/web/worker.js', 'dist/web/fluxhost.wasm'],
    build: buildWeb,
  },
  {
    // takes longer than all bundles together: no test and no first run waits for it
    name: 'api reference',
    group: 'api',
    inputs: () => [...TOOLING, 'scripts/api.mjs', 'package.json', 'tsconfig.json', ...sources()],
    outputs: ['build/api/README.md'],
    build: buildApi,
  },
  {
    // with the API reference where that has been built
    name: 'docs site',
    group: 'web',
    inputs: () => [
      ...[...TOOLING, 'scripts/site.mjs', 'README.md', 'CHANGELOG.md', 'CONTRIBUTING.md'],
      ...listFiles('docs'),
      ...listFiles('src/web/docs'),
      ...['src/report/html/page/colours.css', 'build/api/README.md'],
    ],
    outputs: ['dist/web/docs/index.html', 'dist/web/docs/docs.css', 'dist/web/docs/search.js'],
    build: buildSite,
  },
  {
    name: 'types',
    group: 'types',
    inputs: () => [
      ...TOOLING,
      'scripts/declarations.mjs',
      'package.json',
      'tsconfig.json',
      'tsconfig.build.json',
      ...sources(),
    ],
    outputs: TYPES.map((path) => `dist/types/${path}`),
    build: buildTypes,
  },
];

/** Compiles one core beside its place and moves it there, so that a test run meanwhile never reads half a file. */
async function buildCore(part, target, outputs) {
  const folder = `build/.core-${part}-${target}-${process.pid}`;
  mkdirSync(at(folder), { recursive: true });
  try {
    const outFile = `${folder}/${outputs[0].slice('build/'.length)}`;
    const entry = part === 'host' ? 'assembly/index.ts' : `assembly/${part}/index.ts`;
    const names = target === 'release' ? ['--debug'] : []; // by which sizes are told; they are not kept
    const args = [entry, '--target', target, ...names, '--baseDir', at(), '--outFile', outFile];
    // asc writes the map's URL relative to the binary, so both may be moved together.
    const { status, said } = await runToolQuietly('assemblyscript/bin/asc.js', args);
    // The optimizer tells when its last pass did not shrink the file and was dropped: nothing that anyone should act on.
    const lines = said.split('\n').filter((line) => line.trim() !== '' && line !== 'Last converge was suboptimal.');
    if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
    if (status !== 0) throw new Error(`asc ${entry} --target ${target} ended with status ${status}`);
    if (target === 'release') {
      const rooms = await inline(outFile);
      weigh(part, statSync(at(outFile)).size, rooms);
    }
    for (const output of outputs) renameSync(at(folder, output.slice('build/'.length)), at(output));
  } finally {
    rmSync(at(folder), { recursive: true, force: true });
  }
}

/** In a process of its own: Binaryen would keep this one from watching the other compilers. */
async function inline(file) {
  const { status, said } = await runToolQuietly('../scripts/inline.mjs', [at(file)]);
  if (status !== 0) throw new Error(`inlining ${file} ended with status ${status}\n${said.slice(0, 2000)}`);
  return JSON.parse(said);
}

/** Says how large a core is and where its code comes from; one that outgrows its budget is not built. */
function weigh(part, bytes, rooms) {
  const budget = BUDGETS[part];
  const of = rooms.map(([room, size]) => `${room} ${(size / 1024).toFixed(1)}`).join(', ');
  const said = `core ${part}: ${(bytes / 1024).toFixed(1)} of ${budget / 1024} KiB (${of})`;
  if (bytes > budget) throw new Error(`too large: ${said}`);
  process.stderr.write(`${said}\n`);
}

function buildBytes() {
  inlineBytes('fluxhost', 'core');
  inlineBytes('fluxhost-memory', 'memory');
  copyDecoder();
}

/** zstddec's Wasm alone: what the package wraps it in fetches a data: URL, which a content security policy forbids. */
function copyDecoder() {
  const source = readFileSync(at('node_modules/zstddec/dist/zstddec-stream.mjs'), 'utf8');
  const base64 = /const wasm = "([A-Za-z0-9+/=]+)";/.exec(source)?.[1];
  if (base64 === undefined) throw new Error('zstddec holds no decoder where one is looked for');
  writeAtomically(
    at('src/generated/zstd-bytes.ts'),
    `// Copied by the build from zstddec; not kept in the repository.\nexport const ZSTD_BASE64: string =\n  '${base64}';\n`,
  );
}

/** The report's script and style sheet as text that a page carries; the script's hash is what its policy lets run. */
async function buildPage() {
  const { build } = await import('esbuild');
  const folder = 'src/report/html/page';
  const common = {
    absWorkingDir: at(),
    bundle: true,
    minify: true,
    write: false,
    target: 'es2022',
    logLevel: 'warning',
  };
  const [script, style] = await Promise.all([
    build({ ...common, entryPoints: [`${folder}/main.ts`], format: 'iife', legalComments: 'none', metafile: true }),
    build({ ...common, entryPoints: [`${folder}/style.css`] }),
  ]);
  const text = script.outputFiles[0].text.trim();
  if (/<\/script|<!--/i.test(text)) throw new Error("the report's script would end its own element");
  const packages = Object.keys(script.metafile.inputs).flatMap((path) => {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
    return name === undefined ? [] : [name];
  });
  writeAtomically(
    at('src/generated/report-page.ts'),
    [
      "// Made by the build from the report's page; not kept in the repository.",
      `export const PAGE_SCRIPT: string = ${JSON.stringify(text)};`,
      `export const PAGE_SCRIPT_SHA256: string = '${createHash('sha256').update(text).digest('base64')}';`,
      `export const PAGE_STYLE: string = ${JSON.stringify(style.outputFiles[0].text.trim())};`,
      '',
    ].join('\n'),
  );
  writeAtomically(at('src/generated/report-page-packages.json'), JSON.stringify([...new Set(packages)].sort()));
}

function inlineBytes(name, module) {
  const bytes = readFileSync(at(`build/${name}.release.wasm`));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  writeAtomically(
    at(`src/generated/${module}-bytes.ts`),
    [
      '// Made by the build from the release core; not kept in the repository.',
      `export const CORE_SHA256: string = '${sha256}';`,
      `export const CORE_BASE64: string =\n  '${bytes.toString('base64')}';`,
      '',
    ].join('\n'),
  );
  writeAtomically(at(`dist/${name}.wasm`), bytes);
}

/**
 * Six bundles: index, standalone and the program carry the bytes. Index is in parts, so that whoever imports it reads what a simulation
 * needs; standalone is the same in one file; the program is in chunks so that each command loads what it needs; core is the index without
 * bytes, so that whoever brings the file himself does not ship it twice; node has what needs Node, report tables and the page of figures with
 * its script.
 */
async function buildBundle() {
  const { build } = await import('esbuild');
  const asBind = pathToFileURL(at('node_modules/as-bind/dist/as-bind.esm.js'));
  // `packages: external` would leave as-bind to be installed, and its peers are a compiler of 2021: it is bundled.
  const bundleAsBind = {
    name: 'bundle-as-bind',
    setup: (hooks) => hooks.onResolve({ filter: /^as-bind\// }, () => ({ path: asBind.pathname, sideEffects: false })),
  };
  // what it throws must be the index's InputError: a second copy would be another class
  const errorsOfIndex = {
    name: 'errors-of-index',
    setup: (hooks) => hooks.onResolve({ filter: /input\/errors\.js$/ }, () => ({ path: './index.js', external: true })),
  };
  // Piscina is CommonJS, and starts threads from a file beside its own: that is bundled too, and lies with the chunks
  const bundlePiscina = {
    name: 'bundle-piscina',
    setup: (hooks) =>
      hooks.onLoad({ filter: /piscina[\\/]dist[\\/]index\.js$/ }, ({ path }) => ({
        contents: readFileSync(path, 'utf8').replace("(0, node_path_1.resolve)(__dirname, 'worker.js')", 'threadFile'),
        loader: 'js',
      })),
  };
  const requiring = {
    js: `import { createRequire as requireOf } from 'node:module';
const require = requireOf(import.meta.url);
const threadFile = require('node:url').fileURLToPath(
  new URL(import.meta.url.includes('/chunks/') ? './thread.mjs' : './chunks/thread.mjs', import.meta.url),
);`,
  };
  const common = {
    absWorkingDir: at(),
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    // Everything is bundled: a file or two start in half the time of a hundred (77 against 160 ms of processor time to the first
    // event), and a page needs no import map. yaml's and papaparse's browser builds run in Node as well.
    conditions: ['browser', 'import'],
    mainFields: ['module', 'browser', 'main'],
    external: ['node:*', 'stream', 'assemblyscript/*', '@napi-rs/nice', 'bullmq', 'ioredis'],
    legalComments: 'inline',
    outdir: 'dist',
    logLevel: 'warning',
  };
  // 0.9 of the processor time to the first event; of an error that is not caught, Node prints the whole line
  const small = { minify: true, lineLimit: 140 };
  const parts = (entryPoints, options) =>
    build({
      ...common,
      ...small,
      platform: 'neutral',
      entryPoints,
      splitting: true,
      chunkNames: 'parts/[name]-[hash]',
      plugins: [bundleAsBind, inParts(options)],
      logOverride: { 'ignored-bare-import': 'silent' }, // of the index, by which its parts are told from one another
    });
  const bundles = await Promise.all([
    parts({ index: 'src/index.ts' }, { bytes: true }),
    parts({ core: 'src/core-entry.ts' }, { bytes: false }),
    build({
      ...common,
      ...small,
      platform: 'neutral',
      entryPoints: { standalone: 'src/index.ts' },
      footer: { js: 'export {};' }, // by which publint tells a module: the other export stands behind a brace
      plugins: [bundleAsBind, atOnce],
    }),
    build({
      ...common,
      // not `node`: its condition would choose yaml's CommonJS. The index has no `node:` import, which a test of the bundle checks.
      platform: 'neutral',
      splitting: true,
      entryPoints: { cli: 'src/cli/main.ts' },
      chunkNames: 'chunks/[name]-[hash]',
      banner: requiring,
      plugins: [bundleAsBind, bundlePiscina, onOneFile],
      logOverride: { 'ignored-bare-import': 'silent' },
      minifyWhitespace: true,
      minifySyntax: true, // names stay: of an error that nobody expected they are what is told
      lineLimit: 140,
    }),
    build({
      ...common,
      platform: 'node',
      entryPoints: { 'chunks/thread': 'node_modules/piscina/dist/worker.js' },
      outExtension: { '.js': '.mjs' },
      banner: requiring,
    }),
    build({
      ...common,
      platform: 'neutral',
      entryPoints: { node: 'src/node-entry.ts' },
      plugins: [errorsOfIndex],
    }),
    build({
      ...common,
      platform: 'neutral',
      entryPoints: { report: 'src/report-entry.ts' },
    }),
  ]);
  const files = bundles.flatMap(({ outputFiles }) => outputFiles);
  for (const file of files) writeAtomically(file.path, file.contents);
  writeAtomically(at('dist/third-party-licenses.txt'), bundledLicenses());
  chmodSync(at('dist/cli.js'), 0o755);
  const fresh = new Set(files.map((file) => file.path));
  const isMap = (name) => name.endsWith('.map'); // of before: they were half of the package
  for (const stale of [...listFiles('dist/chunks'), ...listFiles('dist/parts'), ...listFiles('dist', isMap)])
    if (!fresh.has(at(stale))) rmSync(at(stale), { force: true });
}

async function buildWeb() {
  const { web } = await import('./web.mjs');
  process.stderr.write(await web());
}

async function buildApi() {
  const { apiReference } = await import('./api.mjs');
  await apiReference(at('build/api'));
}

async function buildSite() {
  const { site } = await import('./site.mjs');
  process.stderr.write(await site(at('dist/web/docs'), { api: 'build/api' }));
}

/** What is bundled keeps its terms: the packages, and the loader that as-bind holds a copy of. */
function bundledLicenses() {
  const bundled = [
    ...[
      'as-bind',
      '@assemblyscript/loader',
      'uplot',
      'zod',
      'yaml',
      'papaparse',
      'pako',
      'zstddec',
      '@noble/hashes',
      'pbf',
      'piscina',
      'hyparquet-writer',
      // of the live page's editor
      ...['autocomplete', 'commands', 'lang-yaml', 'language', 'lint', 'state', 'view'].map(
        (part) => `@codemirror/${part}`,
      ),
      ...['common', 'highlight', 'lr', 'yaml'].map((part) => `@lezer/${part}`),
      ...['@marijn/find-cluster-break', 'crelt', 'style-mod', 'w3c-keyname'],
    ],
    ...JSON.parse(readFileSync(at('src/generated/report-page-packages.json'), 'utf8')),
  ];
  const texts = bundled.map((name) => {
    const { version, license } = JSON.parse(readFileSync(at('node_modules', name, 'package.json'), 'utf8'));
    const file = readdirSync(at('node_modules', name)).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined && name === 'as-bind') throw new Error(`${name} ${version} holds no license text`);
    // The loader's package holds no text of its own: its terms are those of this package, Apache-2.0.
    const text = file === undefined ? '' : `\n${readFileSync(at('node_modules', name, file), 'utf8').trim()}\n`;
    return `${name} (${license}), parts of which are in the files beside this one\n${text}`;
  });
  return texts.join('\n---\n\n');
}

/**
 * Emitted aside and swapped in, so that types of files that are gone do not stay in the package. Of what tsc emits, the
 * declarations inferred from a schema give way to printed ones (declarations.mjs), and what no entry reaches is left out.
 */
async function buildTypes() {
  const aside = `build/.types-${process.pid}`;
  try {
    // one checker: of several each asks anew what the schemas infer, and the other processors have the rest of the build
    const args = ['-p', 'tsconfig.build.json', '--outDir', aside, '--checkers', '1'];
    const status = await runTool('typescript-native/bin/tsc', args, { stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new Error(`tsc ended with status ${status}`);
    const { declarations, reached } = await import('./declarations.mjs');
    for (const [path, text] of Object.entries(await declarations())) writeAtomically(at(aside, path), text);
    const wanted = new Set(reached(TYPES, (path) => readFileSync(at(aside, path), 'utf8')));
    for (const path of listFiles(aside)) if (!wanted.has(path.slice(aside.length + 1))) rmSync(at(path));
    rmSync(at('dist/types'), { recursive: true, force: true });
    mkdirSync(at('dist'), { recursive: true });
    renameSync(at(aside), at('dist/types'));
  } finally {
    rmSync(at(aside), { recursive: true, force: true });
  }
}

const stampOf = (target) => at('build/.stamp', target.name.replace(' ', '-'));

function isFresh(target, inputHash) {
  const path = stampOf(target);
  if (!existsSync(path) || !target.outputs.every((output) => existsSync(at(output)))) return false;
  return readFileSync(path, 'utf8') === `${inputHash} ${hashFiles(target.outputs)}`;
}

async function make(target, force) {
  const inputHash = hashFiles(target.inputs());
  if (!force && isFresh(target, inputHash)) return;
  const start = process.hrtime.bigint();
  rmSync(stampOf(target), { force: true });
  await target.build();
  // The hash of the inputs as they were before: a file changed meanwhile makes the target stale, not wrongly fresh.
  writeAtomically(stampOf(target), `${inputHash} ${hashFiles(target.outputs)}`);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  process.stderr.write(`built ${target.name} in ${seconds.toFixed(1)} s\n`);
}

/** Builds what is stale. `groups` empty means everything. */
export async function build({ groups = [], force = false } = {}) {
  mkdirSync(at('build'), { recursive: true });
  writePolicyImports();
  for (const name of readdirSync(at('build'))) {
    // A build that was killed leaves its folder behind.
    const pid = /^\.(?:core|types)[\w-]*-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(at('build', name), { recursive: true, force: true });
  }
  const wants = (group) => groups.length === 0 || groups.includes(group);
  const of = (group) => TARGETS.filter((target) => target.group === group);
  const LAST = ['bundle', 'web', 'types', 'api'];
  const any = LAST.some(wants);
  const all = (targets) => Promise.all(targets.map((target) => make(target, force)));
  if (wants('cores') || wants('bytes') || any) await all(of('cores').filter(isRelease));
  if (wants('bytes') || any) for (const target of of('bytes')) await make(target, force);
  // what nothing waits for is made beside the rest: a compilation, and the type checker, keep one processor busy each
  const unawaited = wants('cores') ? of('cores').filter((target) => !isRelease(target)) : [];
  const rest = TARGETS.filter((target) => LAST.includes(target.group) && wants(target.group));
  const api = rest.filter(({ group }) => group === 'api').map((target) => make(target, force));
  const others = rest.filter(({ group }) => group !== 'api');
  const after = ({ name }) => (name === 'docs site' ? Promise.allSettled(api) : undefined);
  const made = others.map(async (target) => {
    await after(target);
    await make(target, force);
  });
  const cores = unawaited.map((target) => make(target, force));
  const failures = (await Promise.allSettled([...cores, ...api, ...made])).filter(
    (outcome) => outcome.status === 'rejected',
  );
  if (failures.length > 0) throw new Error(failures.map((failure) => failure.reason.message).join('\n'));
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const words = process.argv.slice(2);
  const known = ['--force', ...new Set(TARGETS.map((target) => target.group))];
  const unknown = words.filter((word) => !known.includes(word));
  if (unknown.length > 0) fail(`build: ${unknown.join(' ')} unknown, expected any of ${known.join(' ')}`);
  await ensureInstalled();
  try {
    await build({ groups: words.filter((word) => word !== '--force'), force: words.includes('--force') });
  } catch (error) {
    fail(`build failed: ${error.message}`);
  }
}
