// The one test command: install if needed, build what is stale, run the tests, end with one line of counts. What is statistical
// and long (vitest.config.ts) is left to `npm run validate -- --check`.
// Arguments go to vitest (`npm test -- test/core`). A crash, a file that cannot be loaded and a run without
// tests count as failures.
import { existsSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { build } from './build.mjs';
import {
  at,
  closingLines,
  ensureInstalled,
  fail,
  listFiles,
  run,
  runTests,
  TEST_COUNTS,
  writeAtomically,
} from './support.mjs';
import { USUAL } from './usual.mjs';

const hasTests = (folder) => listFiles(folder, (path) => path.endsWith('.test.ts')).length > 0;

const BROWSERS = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Packages of Debian that tests drive: for which tests, whether they are there, and what helps instead. */
const DEBIAN = [
  {
    name: 'chromium',
    tests: 'test/browser',
    isThere: () => BROWSERS.some((path) => path !== undefined && existsSync(path)),
    otherwise: ' or set CHROMIUM_PATH',
  },
  {
    name: 'redis-server',
    tests: 'test/cluster',
    isThere: () => (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'redis-server'))),
    otherwise: '',
  },
];

/** What is missing of them is installed where that is possible and named where it is not. */
async function ensureDebian() {
  const missing = DEBIAN.filter(({ tests, isThere }) => hasTests(tests) && !isThere());
  if (missing.length === 0) return;
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  const needs = missing.map(
    ({ name, tests, otherwise }) => `${tests} needs Debian's package \`${name}\`: install it${otherwise}`,
  );
  if (!mayInstall) fail(needs.join('\n'));
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const names = missing.map(({ name }) => name);
  for (const step of [['update'], ['install', '-y', '--no-install-recommends', ...names]]) {
    const status = await run('apt-get', ['-q', ...step], options);
    if (status !== 0) fail(`apt-get ${step[0]} ended with status ${status} while installing ${names.join(', ')}`);
  }
}

await ensureInstalled();
const debian = ensureDebian(); // mostly waits for others
try {
  await build({ groups: USUAL });
} catch (error) {
  fail(`build failed: ${error.message}\n0 passed, 1 failed`);
}
await debian;

rmSync(at(TEST_COUNTS), { force: true });
const files = process.argv.slice(2);
const { counts, status } = await runTests(files.length > 0 ? 'all' : 'short', files);
writeAtomically(at(TEST_COUNTS), JSON.stringify(counts));
process.stdout.write(closingLines(counts));
process.exitCode = counts.failed > 0 || status !== 0 ? 1 : 0;
