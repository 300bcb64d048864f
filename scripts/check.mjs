// Everything that is checked without running the simulator: lint, format, types, dead code, the packed tarball.
// All steps run even if one fails, so that one run tells everything; the exit status is 1 if any failed.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { at, ensureInstalled, fail, run, runTool } from './support.mjs';
import { USUAL } from './usual.mjs';

await ensureInstalled();
try {
  await build({ groups: USUAL });
} catch (error) {
  fail(`build failed: ${error.message}`);
}

const packed = mkdtempSync(join(tmpdir(), 'fluxhost-pack-'));
const tarball = () => join(packed, readdirSync(packed).find((name) => name.endsWith('.tgz')) ?? 'no-tarball.tgz');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const STEPS = [
  ['eslint', () => runTool('eslint/bin/eslint.js', ['--max-warnings', '0', '.'])],
  ['prettier', () => runTool('prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.'])],
  ['tsc', () => runTool('typescript-native/bin/tsc', ['--noEmit', '-p', 'tsconfig.json'])],
  ['knip', () => runTool('knip/bin/knip.js', ['--no-progress'])],
  ['docs', () => run(process.execPath, [at('scripts/docs.mjs'), '--check'])],
  [
    'pack',
    () =>
      run(npm, ['pack', '--silent', '--ignore-scripts', '--pack-destination', packed], {
        stdio: ['ignore', 'ignore', 2],
        shell: process.platform === 'win32',
      }),
  ],
  ['publint', () => runTool('publint/src/cli.js', ['run', tarball(), '--strict'])],
  [
    'attw',
    () =>
      runTool('@arethetypeswrong/cli/dist/index.js', [
        ...[tarball(), '--profile', 'esm-only', '--no-emoji', '--format', 'table-flipped'],
        ...['--exclude-entrypoints', 'fluxhost.wasm', 'fluxhost-memory.wasm'],
      ]),
  ],
];

const failed = [];
try {
  for (const [name, step] of STEPS) {
    process.stderr.write(`\n— ${name}\n`);
    if ((await step()) !== 0) failed.push(name);
  }
} finally {
  rmSync(packed, { recursive: true, force: true });
}
process.stderr.write(failed.length === 0 ? '\nall checks passed\n' : `\nfailed: ${failed.join(', ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
