// The package as its user gets it: the tarball, unpacked where nothing else is. Looked at: what it holds, what the
// entries import, and that they load by `import`, by `require` and in a worker that is handed a compiled core.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  dependencies?: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional?: boolean }>;
  exports: Record<string, string | Record<string, string>>;
  bin: { fluxhost: string };
};

/** That have all of the index. */
const ENTRIES = ['dist/index.js', 'dist/core.js', 'dist/standalone.js'];

let project: string;
let installed: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'fluxhost-package-'));
  const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', project];
  execFileSync('npm', args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], shell: process.platform === 'win32' });
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz')) ?? '';
  execFileSync('tar', ['-xzf', tarball], { cwd: project });
  mkdirSync(join(project, 'node_modules'));
  installed = join(project, 'node_modules', 'fluxhost');
  renameSync(join(project, 'package'), installed);
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Runs a program in the user's project and gives back what it printed. */
function node(type: 'module' | 'commonjs', code: string): string {
  const file = type === 'module' ? 'main.mjs' : 'main.cjs';
  writeFileSync(join(project, file), code);
  return execFileSync(process.execPath, ['--no-warnings', file], { cwd: project, encoding: 'utf8' });
}

const IMPORT = /^(?:import|export)\b[^;'"]*["']([^"']+)["'];?$/gm;

interface Reached {
  /** The text of each of its own files, by name in the package. */
  readonly files: ReadonlyMap<string, string>;
  /** Names of other packages. */
  readonly packages: readonly string[];
}

/** Everything that an entry reaches, by what is imported as it stands and, unless `later` is false, by what is imported later. */
async function reach(entry: string, later = true): Promise<Reached> {
  const { metafile } = await build({
    absWorkingDir: installed,
    entryPoints: [entry],
    outdir: 'none',
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    packages: 'external',
    logLevel: 'silent',
  });
  const files = new Map<string, string>();
  const packages = new Set<string>();
  const visit = (path: string): void => {
    if (files.has(path)) return;
    files.set(path, readFileSync(join(installed, path), 'utf8'));
    for (const { path: name, kind, external } of metafile.inputs[path]!.imports) {
      if (external === true) packages.add(name);
      else if (later || kind !== 'dynamic-import') visit(name);
    }
  };
  visit(entry);
  return { files, packages: [...packages].sort() };
}

describe('the tarball', () => {
  it('holds what the manifest points at, and sources from which a core can be built', () => {
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    for (const target of [...targets, manifest.bin.fluxhost, 'LICENSE', 'assembly/index.ts', 'assembly/layout.ts']) {
      expect(existsSync(join(installed, target)), target).toBe(true);
    }
  });

  it('holds nothing else than that', () => {
    const top = readdirSync(installed).sort();
    const sources = ['assembly', 'asconfig.json', 'scripts']; // what `fluxhost build` compiles
    const allowed = [
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'LICENSE',
      'README.md',
      'dist',
      'docs',
      'examples',
      'package.json',
      ...sources,
    ];
    expect(top.filter((name) => !allowed.includes(name))).toEqual([]);
    const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'))!;
    expect(statSync(join(project, tarball)).size).toBeLessThan(7.5e6); // with source maps 12.5 MB
    expect(readdirSync(installed, { recursive: true }).filter((name) => String(name).endsWith('.map'))).toEqual([]);
  });

  it('holds what its pages link to', () => {
    const pages = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
    expect(pages).toContain('README.md');
    const dead = pages.flatMap((page) => {
      const text = readFileSync(join(installed, page), 'utf8').replaceAll(/```.*?```/gs, '');
      const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, to]) => decodeURI(to!));
      const own = links.filter((to) => !/^[a-z]+:/.test(to));
      return own.filter((to) => !existsSync(join(installed, page, '..', to))).map((to) => `${page}: ${to}`);
    });
    expect(dead).toEqual([]);
  });

  it('has the release core as its file', () => {
    const built = readFileSync(join(root, 'build/fluxhost.release.wasm'));
    expect(readFileSync(join(installed, 'dist/fluxhost.wasm')).equals(built)).toBe(true);
  });

  it('starts its command with a shebang and may run it', () => {
    const cli = join(installed, manifest.bin.fluxhost);
    expect(readFileSync(cli, 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true);
    if (process.platform !== 'win32') expect(statSync(cli).mode & 0o111).not.toBe(0);
    expect(execFileSync(process.execPath, [cli, '--version'], { encoding: 'utf8' })).toContain(manifest.version);
  });
});

describe('the entries', () => {
  it('import nothing: what they need is in the package, and nothing is installed with it', async () => {
    for (const entry of ENTRIES) expect((await reach(entry)).packages, entry).toEqual([]);
    expect(manifest.dependencies).toBeUndefined();
    const program = (await reach(manifest.bin.fluxhost)).packages.filter((name) => !name.startsWith('node:'));
    // of `build` and of the distributed engine alone, which say so where they are missing
    const optional = ['assemblyscript', 'bullmq', 'ioredis'];
    expect(program.filter((name) => !optional.includes(name.split('/')[0]!))).toEqual([]);
    expect(program).toEqual(expect.arrayContaining(['bullmq', 'ioredis']));
    for (const name of optional) expect(manifest.peerDependenciesMeta[name]).toEqual({ optional: true });
  });

  it('carry the bytes in the default entry and in the one file only', async () => {
    const head = readFileSync(join(root, 'build/fluxhost.release.wasm')).toString('base64').slice(0, 400);
    for (const entry of ENTRIES) {
      const text = [...(await reach(entry)).files.values()].join('\n').replaceAll('\\\n', ''); // long texts go on in the next line
      expect(text.includes(head), entry).toBe(entry !== 'dist/core.js');
    }
  });

  it('read two files at first, and what is asked for later in parts beside them; the one file reads none', async () => {
    expect([...(await reach('dist/standalone.js')).files.keys()]).toEqual(['dist/standalone.js']);
    for (const entry of ['dist/index.js', 'dist/core.js']) {
      const first = (await reach(entry, false)).files;
      expect([...first.keys()], entry).toEqual([entry, expect.stringMatching(/^dist\/parts\/[\w-]+\.js$/)]);
      const all = (await reach(entry)).files;
      for (const name of all.keys()) expect(name === entry || name.startsWith('dist/parts/'), name).toBe(true);
      const holding = (text: string) => [...all].filter(([, of]) => of.includes(text)).map(([name]) => name);
      const [part, ...others] = holding('Taiji: memory of a DPU, swapped'); // an experiment's title
      expect([others, first.has(part!)], entry).toEqual([[], false]);
    }
  });

  it('load what asynchronous functions need, whose refusals are those of the index', async () => {
    const code = (entry: string): string => `
      import { readFileSync } from 'node:fs';
      import { fileURLToPath } from 'node:url';
      import * as fluxhost from '${entry}';
      const { compileCore, InputError, memoryHost, resolveScenario } = fluxhost;
      const module = await compileCore(readFileSync(fileURLToPath(import.meta.resolve('fluxhost/fluxhost.wasm'))));
      const scenario = resolveScenario({ version: 1, seed: 1, duration: '1ms', host: { cores: 2 }, mechanism: 'ideal',
        vms: [{ name: 'a', vcpus: { min: 1, max: 1 } }] });
      const trace = { format: 'none', files: memoryHost({}), policies: [], capacities: [] };
      const asked = {
        replicate: [scenario, { replications: 0 }], compare: [scenario, { mechanisms: ['none'] }],
        size: [scenario, { find: 'none' }], sweep: [scenario, { vary: ['none'] }], suite: [{ only: ['none'] }],
        replayPages: ['t', trace], missRatioCurve: ['t', trace], missRatioCurves: ['t', trace],
        experimentParameters: ['none'], reserve: [{}], fleet: [{}], wasmPolicy: [new Uint8Array(3)],
        judge: [{}, { replications: 0 }], why: [scenario, { fromNs: 1, untilNs: 2, module }],
      };
      const refused = [];
      for (const [name, given] of Object.entries(asked))
        await fluxhost[name](...given).catch((error) => refused.push([name, error instanceof InputError]));
      await fluxhost.reproduce('none').next().catch((error) => refused.push(['reproduce', error instanceof InputError]));
      console.log(refused.map(([name, own]) => name + (own ? '' : ' of another')).join());
      console.log((await fluxhost.checkPolicy(new Uint8Array(3))).conforms);`;
    const said = `replicate,compare,size,sweep,suite,replayPages,missRatioCurve,missRatioCurves,experimentParameters,reserve,fleet,wasmPolicy,judge,why,reproduce
false
`;
    for (const entry of ['fluxhost', 'fluxhost/core', 'fluxhost/standalone'])
      expect(node('module', code(entry)), entry).toBe(said);
  });

  it('offer the same names', () => {
    const names = (entry: string): string =>
      node('module', `console.log(JSON.stringify(Object.keys(await import('${entry}')).sort()))`);
    for (const entry of ['fluxhost/core', 'fluxhost/standalone']) expect(names(entry), entry).toBe(names('fluxhost'));
    expect(names('fluxhost')).toContain('compileCore');
  });

  it('keep the names of classes, and lines that can be shown with an error', async () => {
    const unnamed = (entry: string): string =>
      node(
        'module',
        `const all = Object.entries(await import('${entry}')).filter(([, value]) => /^class\\b/.test(String(value)));
         console.log(all.length, all.filter(([name, value]) => value.name !== name).map(([name]) => name).join());`,
      ).trim();
    for (const entry of ['fluxhost', 'fluxhost/core', 'fluxhost/standalone'])
      expect(unnamed(entry), entry).toMatch(/^\d{1,2}$/);
    for (const entry of ENTRIES)
      for (const [name, text] of (await reach(entry)).files)
        expect(Math.max(...text.split('\n').map(({ length }) => length)), name).toBeLessThan(2000);
  });

  it('reads files through the entry for Node, whose refusals are those of the index', async () => {
    writeFileSync(join(project, 'pages.txt'), '1000 R\n2000 W\n');
    const code = `
      import { InputError, replayPages } from 'fluxhost';
      import { nodeHost } from 'fluxhost/node';
      const asked = { files: nodeHost(import.meta.dirname), format: 'addresses', policies: ['lru'], capacities: [1] };
      console.log((await replayPages('pages.txt', asked)).runs[0].misses);
      await replayPages('none.txt', asked).catch((error) => console.log(error instanceof InputError, error.message));`;
    expect(node('module', code)).toBe(
      '2\ntrue none.txt: given a file that does not exist, expected a readable trace file\n',
    );
    const { packages } = await reach('dist/node.js');
    expect(packages.filter((name) => !name.startsWith('node:'))).toEqual([]);
  });

  it('compile a policy through the entry for Node, whose refusals are those of the index', () => {
    const code = `
      import { InputError } from 'fluxhost';
      import { buildCore } from 'fluxhost/node';
      await buildCore('export function', { file: 'mine.ts' }).catch((error) => console.log(error instanceof InputError));`;
    expect(node('module', code)).toBe('true\n');
  });

  it('draw the page of figures, and know the experiments', () => {
    const code = `
      import { readFileSync } from 'node:fs';
      import { InputError, parseScenario, reproduce, Simulation } from 'fluxhost';
      import { renderHtml } from 'fluxhost/report';
      const text = readFileSync(${JSON.stringify(join(root, 'examples/burst.yaml'))}, 'utf8');
      const simulation = await Simulation.create(parseScenario(text, { set: ['duration=1ms'] }).scenario);
      await simulation.run();
      const page = renderHtml(simulation.metrics(), { command: 'mine' });
      console.log(page.startsWith('<!doctype html>'), page.includes('<script>'));
      await reproduce('none').next().catch((error) => console.log(error instanceof InputError, error.message));`;
    expect(node('module', code)).toMatch(/^true true\ntrue EXPERIMENT: given "none".*hyperflux\/task-size/);
  });

  it('compile nothing before somebody asks', () => {
    const code = `
      let asked = 0;
      for (const name of ['compile', 'instantiate', 'Module', 'Instance']) {
        const real = WebAssembly[name];
        WebAssembly[name] = new Proxy(real, {
          apply(target, self, args) { asked++; return Reflect.apply(target, self, args); },
          construct(target, args) { asked++; return Reflect.construct(target, args); },
        });
      }
      const { compileCore } = await import('fluxhost');
      const before = asked;
      await compileCore();
      console.log(before, asked);`;
    expect(node('module', code)).toBe('0 1\n');
  });

  it('know the version of the package', () => {
    expect(node('module', "console.log((await import('fluxhost')).VERSION)")).toBe(`${manifest.version}\n`);
  });

  it('have types that a strict project takes, the declarations themselves checked', () => {
    const consumer = `
      import { compileCore, CoreTrap, VERSION } from 'fluxhost';
      import * as core from 'fluxhost/core';
      export const module: Promise<WebAssembly.Module> = compileCore(new Uint8Array(8));
      export const same: typeof CoreTrap = core.CoreTrap;
      export const version: string = VERSION;
      // @ts-expect-error text is no number
      export const wrong: number = VERSION;`;
    writeFileSync(join(project, 'consumer.mts'), consumer);
    copyFileSync(join(root, 'examples/placement.ts'), join(project, 'placement.mts'));
    const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom'];
    const tsc = spawnSync(
      process.execPath,
      [join(root, 'node_modules/typescript-native/bin/tsc'), ...options, 'consumer.mts', 'placement.mts'],
      {
        cwd: project,
        encoding: 'utf8',
      },
    );
    expect(tsc.stdout).toBe('');
    expect(tsc.status).toBe(0);
  });

  it.each(['fluxhost', 'fluxhost/core', 'fluxhost/standalone'])(
    'go through a bundler for browsers, with nothing left to resolve: %s',
    async (entry) => {
      const base64 = readFileSync(join(root, 'build/fluxhost.release.wasm')).toString('base64');
      const source = entry !== 'fluxhost/core' ? '' : `Uint8Array.from(atob('${base64}'), (c) => c.charCodeAt(0))`;
      const bundled = await build({
        stdin: {
          contents: `import { compileCore } from '${entry}';
          export const done = compileCore(${source}).then((core) => console.log(core instanceof WebAssembly.Module));`,
          resolveDir: project,
        },
        bundle: true,
        write: false,
        format: 'esm',
        platform: 'browser',
        logLevel: 'silent',
      });
      expect(bundled.warnings).toEqual([]);
      const text = bundled.outputFiles[0]?.text ?? '';
      expect([...text.matchAll(IMPORT)]).toEqual([]);
      expect(node('module', text)).toBe('true\n');
    },
  );

  it('load by require', () => {
    const code = `require('fluxhost').compileCore().then((core) => console.log(core instanceof WebAssembly.Module));`;
    expect(node('commonjs', code)).toBe('true\n');
  });

  it('without bytes say so, and take the file', () => {
    const code = `
      import { readFileSync } from 'node:fs';
      import { fileURLToPath } from 'node:url';
      import { compileCore } from 'fluxhost/core';
      await compileCore().catch((error) => console.log(error.name, error.message));
      const core = await compileCore(readFileSync(fileURLToPath(import.meta.resolve('fluxhost/fluxhost.wasm'))));
      console.log(core instanceof WebAssembly.Module);`;
    expect(node('module', code)).toBe(
      'TypeError core: nothing given and no bytes inline, expected a WebAssembly.Module, bytes or a Response\ntrue\n',
    );
  });

  it('take a module that another thread compiled', () => {
    const worker = `
      import { parentPort } from 'node:worker_threads';
      import { compileCore } from 'fluxhost/core';
      parentPort.once('message', async (module) => parentPort.postMessage((await compileCore(module)) === module));`;
    writeFileSync(join(project, 'worker.mjs'), worker);
    const code = `
      import { Worker } from 'node:worker_threads';
      import { compileCore } from 'fluxhost';
      const worker = new Worker(new URL('worker.mjs', import.meta.url));
      worker.postMessage(await compileCore());
      worker.once('message', (same) => { console.log(same); void worker.terminate(); });`;
    expect(node('module', code)).toBe('true\n');
  });
});
