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
import { dirname, join } from 'node:path';
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
const DYNAMIC_IMPORT = /\bimport\(\s*["']([^"']+)["']\s*\)/g;

/** Everything that an entry reaches, statically or later: its own files' text, and the names of other packages. */
function reach(entry: string): { text: string; packages: string[] } {
  const seen = new Map<string, string>();
  const packages = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    const text = readFileSync(path, 'utf8');
    seen.set(path, text);
    const found = [IMPORT, DYNAMIC_IMPORT].flatMap((pattern) => [...text.matchAll(pattern)]);
    for (const [, name = ''] of found) {
      if (name.startsWith('.')) visit(join(dirname(path), name));
      else packages.add(name);
    }
  };
  visit(join(installed, entry));
  return { text: [...seen.values()].join('\n'), packages: [...packages].sort() };
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
    const allowed = ['LICENSE', 'README.md', 'dist', 'docs', 'examples', 'package.json', ...sources];
    expect(top.filter((name) => !allowed.includes(name))).toEqual([]);
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
  it('import nothing: what they need is in them, and nothing is installed with them', () => {
    for (const entry of ['dist/index.js', 'dist/core.js']) expect(reach(entry).packages, entry).toEqual([]);
    expect(manifest.dependencies).toBeUndefined();
    const program = reach(manifest.bin.fluxhost).packages.filter((name) => !name.startsWith('node:'));
    // of `build` and of the distributed engine alone, which say so where they are missing
    const optional = ['assemblyscript', 'bullmq', 'ioredis'];
    expect(program.filter((name) => !optional.includes(name.split('/')[0]!))).toEqual([]);
    expect(program).toEqual(expect.arrayContaining(['bullmq', 'ioredis']));
    for (const name of optional) expect(manifest.peerDependenciesMeta[name]).toEqual({ optional: true });
  });

  it('carry the bytes in the default entry only', () => {
    const head = readFileSync(join(root, 'build/fluxhost.release.wasm')).toString('base64').slice(0, 400);
    const textOf = (entry: string): string => reach(entry).text.replaceAll('\\\n', ''); // long texts go on in the next line
    expect(textOf('dist/index.js').includes(head)).toBe(true);
    expect(textOf('dist/core.js').includes(head)).toBe(false);
  });

  it('offer the same names', () => {
    const names = (entry: string): string =>
      node('module', `console.log(JSON.stringify(Object.keys(await import('${entry}')).sort()))`);
    expect(names('fluxhost/core')).toBe(names('fluxhost'));
    expect(names('fluxhost')).toContain('compileCore');
  });

  it('keep the names of classes, and lines that can be shown with an error', () => {
    const unnamed = (entry: string): string =>
      node(
        'module',
        `const all = Object.entries(await import('${entry}')).filter(([, value]) => /^class\\b/.test(String(value)));
         console.log(all.length, all.filter(([name, value]) => value.name !== name).map(([name]) => name).join());`,
      ).trim();
    for (const entry of ['fluxhost', 'fluxhost/core']) expect(unnamed(entry), entry).toMatch(/^\d{1,2}$/);
    const lines = readFileSync(join(installed, 'dist/index.js'), 'utf8').split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(2000);
  });

  it('reads files through the entry for Node, whose refusals are those of the index', () => {
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
    expect(reach('dist/node.js').packages.filter((name) => !name.startsWith('node:'))).toEqual([]);
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
      [join(root, 'node_modules/typescript/bin/tsc'), ...options, 'consumer.mts', 'placement.mts'],
      {
        cwd: project,
        encoding: 'utf8',
      },
    );
    expect(tsc.stdout).toBe('');
    expect(tsc.status).toBe(0);
  });

  it.each(['fluxhost', 'fluxhost/core'])(
    'go through a bundler for browsers, with nothing left to resolve: %s',
    async (entry) => {
      const base64 = readFileSync(join(root, 'build/fluxhost.release.wasm')).toString('base64');
      const source = entry === 'fluxhost' ? '' : `Uint8Array.from(atob('${base64}'), (c) => c.charCodeAt(0))`;
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
