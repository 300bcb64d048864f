// The installed package in Chromium: by a plain `<script type="module">`, in a worker, with the core's file beside it, and built by
// esbuild and by Vite. All give, to the last digit, what Node gives, and a snapshot taken in Node goes on in a page.

import { copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as fluxhost from '../../src/index.js';
import {
  essencesOf,
  expectedEssences,
  installPackage,
  INPUTS,
  PROGRAM,
  type Installed,
} from '../package-proofs/installed.js';
import { PACKED } from '../pages/zstandard.js';
import { PAGE, REPORT, Site } from './site.js';

let installed: Installed;
let expected: string[];
let site: Site;

beforeAll(async () => {
  expected = await expectedEssences();
  installed = installPackage();
  site = await Site.open(join(installed.folder, 'site'));
});
afterAll(async () => {
  await site.close();
  installed.remove();
});

/** Lays a page out: the given files beside the ones that every page has. */
function page(name: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = join(installed.folder, 'site', name);
  mkdirSync(folder, { recursive: true });
  const all = { 'index.html': PAGE, 'report.js': REPORT, 'program.js': PROGRAM, ...files };
  for (const [file, content] of Object.entries(all)) writeFileSync(join(folder, file), content);
  return folder;
}

const visited = async (name: string): Promise<string[]> =>
  essencesOf((await site.visit(`${name}/index.html`)) as string[]);

/** Lays the package beside a page, as it is served: the index with its parts, or the one file. */
function withPackage(folder: string, files: readonly string[] = ['index.js', 'parts']): void {
  for (const name of files) cpSync(join(installed.path, 'dist', name), join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'fluxhost.js'), `export * from './${files[0]}';\n`);
}

async function bundled(contents: string): Promise<string> {
  const bundle = await build({
    stdin: { contents, resolveDir: installed.folder },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
  });
  expect(bundle.warnings).toEqual([]);
  return bundle.outputFiles[0]!.text;
}

describe('in Chromium', () => {
  it('a page that dies is an error, not a wait', async () => {
    page('dead', { 'main.js': "import './not-there.js';" });
    await expect(site.visit('dead/index.html')).rejects.toThrow(/dead\/index\.html: /);
    page('throwing', { 'main.js': "throw new Error('on purpose');" });
    await expect(site.visit('throwing/index.html')).rejects.toThrow(/on purpose/);
  });

  it.each([
    ['the index', undefined],
    ['the one file', ['standalone.js']],
  ])('a plain script imports %s, without a bundler', async (_, files) => {
    const main = `
      import * as fluxhost from './fluxhost.js';
      import { runAll } from './program.js';
      report({ value: await runAll(fluxhost) });`;
    const name = files === undefined ? 'plain' : 'plain-one-file';
    withPackage(page(name, { 'main.js': main }), files);
    expect(await visited(name)).toEqual(expected);
  });

  it('a worker runs on its own core and on one that the page compiled', async () => {
    const main = `
      import { compileCore } from './fluxhost.js';
      const results = [];
      for (const options of [{}, { module: await compileCore() }]) {
        const worker = new Worker('worker.js', { type: 'module' });
        results.push(...await new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error('worker: ' + message));
          worker.postMessage(options);
        }));
        worker.terminate();
      }
      report({ value: results });`;
    const worker = `
      import * as fluxhost from './fluxhost.js';
      import { runAll } from './program.js';
      onmessage = async ({ data }) => postMessage(await runAll(fluxhost, data));`;
    withPackage(page('worker', { 'main.js': main, 'worker.js': worker }));
    expect(await visited('worker')).toEqual([...expected, ...expected]);
  });

  it('a snapshot that Node has taken goes on', async () => {
    const hyperflux = INPUTS.findIndex(({ mechanism }) => mechanism === 'hyperflux');
    const simulation = await fluxhost.Simulation.create(INPUTS[hyperflux]!);
    await simulation.runUntil(2_345_678);
    const main = `
      import { Simulation, toStableJson } from './fluxhost.js';
      const bytes = new Uint8Array(await (await fetch('host.snapshot')).arrayBuffer());
      const simulation = await Simulation.restore(bytes);
      await simulation.run();
      report({ value: [toStableJson(simulation.metrics())] });`;
    withPackage(page('snapshot', { 'main.js': main, 'host.snapshot': simulation.snapshot() }));
    simulation.close();
    expect(await visited('snapshot')).toEqual([expected[hyperflux]]);
  });

  it('page traces and reserved memory, as in Node', async () => {
    const work = `
      const files = memoryHost({ 'mem.txt': '1000 R\\n2000 W\\n3000 R\\n1000 R\\n2000 W\\n' });
      const { trace, runs } = await replayPages('mem.txt', { files, format: 'addresses', policies: ['lru', 'opt'], capacities: [2] });
      const { points } = await missRatioCurve('mem.txt', { files, format: 'addresses' });
      const { runs: servers } = await reserve({ version: 1, server: { memory: '384GiB' }, boot: { sizes: ['4GiB'] } }, { against: ['thp'] });
      const misses = runs.map(({ misses }) => misses);
      return JSON.stringify({ trace, misses, points, servers });`;
    const names = ['memoryHost', 'replayPages', 'missRatioCurve', 'reserve'] as const;
    const AsyncFunction = (async () => undefined).constructor as new (
      ...text: string[]
    ) => (...values: unknown[]) => Promise<string>;
    const here = await new AsyncFunction(...names, work)(...names.map((name) => fluxhost[name]));
    const main = `
      import { ${names.join(', ')} } from './fluxhost.js';
      report({ value: [await (async () => {${work}})()] });`;
    withPackage(page('pages', { 'main.js': main }));
    const [there] = (await site.visit('pages/index.html')) as string[];
    expect(JSON.parse(there!)).toEqual(JSON.parse(here));
    expect(here).toContain('"misses":[5,4]');
  });

  it('packed traces, as in Node: members, padding, skippable frames, damage', async () => {
    const zeros = Buffer.alloc(600);
    const zstandard = Buffer.from(PACKED, 'base64');
    const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2]);
    const gzip = gzipSync('1000 R\n2000 W\n'.repeat(20_000));
    const packed = [
      Buffer.concat([gzip, zeros, gzip, zeros]),
      Buffer.concat([skippable, zstandard, zstandard]),
      Buffer.concat([gzip, Buffer.from('text')]),
      zstandard.subarray(0, 500),
    ].map((bytes) => bytes.toString('base64'));
    const work = `
      const told = [];
      for (const text of ${JSON.stringify(packed)}) {
        const files = memoryHost({ t: Uint8Array.from(atob(text), (character) => character.charCodeAt(0)) });
        try {
          const { trace } = await replayPages('t', { files, format: 'addresses', policies: ['lru'], capacities: [2] });
          told.push(trace);
        } catch (error) {
          told.push(error.message);
        }
      }
      return JSON.stringify(told);`;
    const AsyncFunction = (async () => undefined).constructor as new (
      ...text: string[]
    ) => (...values: unknown[]) => Promise<string>;
    const here = await new AsyncFunction('memoryHost', 'replayPages', work)(fluxhost.memoryHost, fluxhost.replayPages);
    const main = `
      import { memoryHost, replayPages } from './fluxhost.js';
      report({ value: [await (async () => {${work}})()] });`;
    withPackage(page('packed', { 'main.js': main }));
    const [there] = (await site.visit('packed/index.html')) as string[];
    expect(JSON.parse(there!)).toEqual(JSON.parse(here));
    expect(JSON.parse(here)).toMatchObject([
      { requests: 80_000 },
      { requests: 1200 },
      't: given damaged or incomplete gzip data (incorrect header check), expected a whole gzip file',
      't: given damaged or incomplete Zstandard data (its end is missing), expected a whole Zstandard file',
    ]);
  });

  it('the entry without bytes takes the file from the server', async () => {
    page('core', {});
    const main = await bundled(`
      import { compileCore, Simulation, toStableJson } from 'fluxhost/core';
      import { runAll } from './site/core/program.js';
      const module = await compileCore(fetch('fluxhost.wasm'));
      report({ value: await runAll({ Simulation, toStableJson }, { module }) });`);
    const folder = page('core', { 'main.js': main });
    copyFileSync(join(installed.path, 'dist', 'fluxhost.wasm'), join(folder, 'fluxhost.wasm'));
    expect(await visited('core')).toEqual(expected);
  });

  it('an esbuild bundle runs', async () => {
    page('esbuild', {});
    const main = await bundled(`
      import { Simulation, toStableJson } from 'fluxhost';
      import { runAll } from './site/esbuild/program.js';
      report({ value: await runAll({ Simulation, toStableJson }) });`);
    page('esbuild', { 'main.js': main });
    expect(await visited('esbuild')).toEqual(expected);
  });

  it('a Vite build runs, its worker too', async () => {
    const project = join(installed.folder, 'vite-project');
    mkdirSync(join(project, 'public'), { recursive: true });
    const files = {
      'index.html': PAGE,
      'public/report.js': REPORT,
      'program.js': PROGRAM,
      'main.js': `
        import { Simulation, toStableJson } from 'fluxhost';
        import { runAll } from './program.js';
        const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
        const there = new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error('worker: ' + message));
        });
        const here = await runAll({ Simulation, toStableJson });
        report({ value: [...here, ...await there] });`,
      'worker.js': `
        import * as fluxhost from 'fluxhost';
        import { runAll } from './program.js';
        postMessage(await runAll(fluxhost));`,
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(project, name), content);
    const vite = await import('vite');
    await vite.build({
      root: project,
      configFile: false,
      logLevel: 'error',
      base: './',
      worker: { format: 'es' },
      build: { outDir: join(installed.folder, 'site', 'vite'), target: 'es2022', modulePreload: false },
    });
    expect(await visited('vite')).toEqual([...expected, ...expected]);
  });
});
