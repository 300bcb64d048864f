// The installed package in Node: imported, required, in a worker thread, through its command, bundled by esbuild, and its files alone
// far from everything. Every place gives the same results, to the last digit, as the sources of this repository.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/index.js';
import { essence } from '../support/bits.js';
import { essencesOf, expectedEssences, installPackage, INPUTS, PROGRAM, type Installed } from './installed.js';

let installed: Installed;
let expected: string[];

beforeAll(async () => {
  expected = await expectedEssences();
  installed = installPackage();
  writeFileSync(join(installed.folder, 'program.js'), PROGRAM);
});
afterAll(() => installed.remove());

/** Runs a file of the stranger's project, and reads the results that it printed. */
function essencesPrinted(name: string, code: string, folder = installed.folder): string[] {
  writeFileSync(join(folder, name), code);
  const printed = execFileSync(process.execPath, ['--no-warnings', name], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return essencesOf(JSON.parse(printed) as string[]);
}

describe('the installed package', () => {
  it('covers every mechanism by trajectories of their own', () => {
    const fingerprints = expected.map((text) => (JSON.parse(text) as Result).manifest.fingerprint);
    for (const fingerprint of fingerprints) expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(new Set(fingerprints).size).toBeGreaterThan(INPUTS.length / 2);
  });

  it('is installed with its dependencies alone', () => {
    expect(existsSync(join(installed.path, 'dist', 'index.js'))).toBe(true);
    expect(existsSync(join(installed.path, 'src'))).toBe(false);
    const names = execFileSync('npm', ['ls', '--all', '--parseable', '--omit=dev'], {
      cwd: installed.folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    expect(names).not.toMatch(/as-bind|assemblyscript/);
  });

  it('runs by import', () => {
    const code = `
      import * as fluxhost from 'fluxhost';
      import { runAll } from './program.js';
      console.log(JSON.stringify(await runAll(fluxhost)));`;
    expect(essencesPrinted('by-import.js', code)).toEqual(expected);
  });

  it('runs by require', () => {
    const code = `
      const fluxhost = require('fluxhost');
      const { runAll } = require('./program.js');
      runAll(fluxhost).then((results) => console.log(JSON.stringify(results)));`;
    expect(essencesPrinted('by-require.cjs', code)).toEqual(expected);
  });

  it('runs in a worker thread, on its own core and on one that was compiled outside', () => {
    const worker = `
      import { parentPort, workerData } from 'node:worker_threads';
      import * as fluxhost from 'fluxhost';
      import { runAll } from './program.js';
      parentPort.postMessage(await runAll(fluxhost, workerData));`;
    writeFileSync(join(installed.folder, 'worker.js'), worker);
    const code = `
      import { once } from 'node:events';
      import { Worker } from 'node:worker_threads';
      import { compileCore } from 'fluxhost';
      const results = [];
      for (const workerData of [{}, { module: await compileCore() }]) {
        const [message] = await once(new Worker(new URL('worker.js', import.meta.url), { workerData }), 'message');
        results.push(...message);
      }
      console.log(JSON.stringify(results));`;
    expect(essencesPrinted('by-worker.js', code)).toEqual([...expected, ...expected]);
  });

  it('runs through its command', () => {
    const input = INPUTS.findIndex(({ mechanism }) => mechanism === 'hyperflux');
    writeFileSync(join(installed.folder, 'scenario.json'), JSON.stringify(INPUTS[input]));
    const command = join(installed.folder, 'node_modules', '.bin', 'fluxhost');
    const printed = execFileSync(command, ['run', 'scenario.json', '--json'], {
      cwd: installed.folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    expect(essence(JSON.parse(printed) as Result)).toBe(expected[input]);
  });

  it('runs when bundled by esbuild, far from its dependencies', async () => {
    const bundle = await build({
      stdin: {
        contents: `
          import { Simulation, toStableJson } from 'fluxhost';
          import { runAll } from './program.js';
          console.log(JSON.stringify(await runAll({ Simulation, toStableJson })));`,
        resolveDir: installed.folder,
      },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      logLevel: 'silent',
    });
    expect(bundle.warnings).toEqual([]);
    alone((folder) => expect(essencesPrinted('bundle.mjs', bundle.outputFiles[0]!.text, folder)).toEqual(expected));
  });

  it.each([
    ['as its one file', ['standalone.js'], 'standalone.js'],
    ['as the index and its parts', ['index.js', 'parts'], 'index.js'],
  ])('runs %s, far from its dependencies: what a page without a bundler needs', (_, copied, entry) => {
    alone((folder) => {
      for (const name of copied) cpSync(join(installed.path, 'dist', name), join(folder, name), { recursive: true });
      writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
      writeFileSync(join(folder, 'program.js'), PROGRAM);
      const code = `
        import * as fluxhost from './${entry}';
        import { runAll } from './program.js';
        console.log(JSON.stringify(await runAll(fluxhost)));`;
      expect(essencesPrinted('main.js', code, folder)).toEqual(expected);
      const later = `
        import { experimentParameters, resolveScenario, replicate } from './${entry}';
        const { manifest } = await replicate(resolveScenario(${JSON.stringify(INPUTS[0])}), { replications: 2 });
        console.log(manifest.seed, (await experimentParameters('vmem')).length > 0);`;
      writeFileSync(join(folder, 'later.js'), later);
      const said = execFileSync(process.execPath, ['later.js'], { cwd: folder, encoding: 'utf8' });
      expect(said).toBe(`${INPUTS[0]!.seed} true\n`);
    });
  });
});

/** A folder without anything to import from. */
function alone(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'fluxhost-alone-'));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
