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

/** A package of Debian that tests drive is installed where that is possible and named where it is not. */
async function installDebian(name, tests, otherwise = '') {
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!mayInstall) fail(`${tests} needs Debian's package \`${name}\`: install it${otherwise}`);
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const steps = [['update'], ['install', '-y', '--no-install-recommends', name]];
  for (const step of steps) {
    const status = await run('apt-get', ['-q', ...step], options);
    if (status !== 0) fail(`apt-get ${step[0]} ended with status ${status} while installing ${name} for ${tests}`);
  }
}

async function ensureChromium() {
  const candidates = [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  if (candidates.some((path) => path !== undefined && existsSync(path))) return;
  await installDebian('chromium', 'test/browser', ' or set CHROMIUM_PATH');
}

async function ensureRedis() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  if (!folders.some((folder) => existsSync(join(folder, 'redis-server'))))
    await installDebian('redis-server', 'test/cluster');
}

await ensureInstalled();
try {
  await build({ groups: USUAL });
} catch (error) {
  fail(`build failed: ${error.message}\n0 passed, 1 failed`);
}
if (listFiles('test/browser', (path) => path.endsWith('.test.ts')).length > 0) await ensureChromium();
if (listFiles('test/cluster', (path) => path.endsWith('.test.ts')).length > 0) await ensureRedis();

rmSync(at(TEST_COUNTS), { force: true });
const files = process.argv.slice(2);
const { counts, status } = await runTests(files.length > 0 ? 'all' : 'short', files);
writeAtomically(at(TEST_COUNTS), JSON.stringify(counts));
process.stdout.write(closingLines(counts));
process.exitCode = counts.failed > 0 || status !== 0 ? 1 : 0;
