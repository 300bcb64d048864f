// What the other scripts share: the root, child processes, the install check and content hashes.
// Plain Node without dependencies: this file runs before anything is installed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Path of a file below the root. */
export const at = (...parts) => join(root, ...parts);

/** Ends the process with one line on standard error. */
export function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** Runs a program to its end; resolves with its exit status (a signal counts as 1). */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    child.once('error', reject);
    child.once('exit', (status) => resolve(status ?? 1));
  });
}

/** Runs a script of an installed package with this very Node: no shell, no search path. */
export const runTool = (script, args, options) => run(process.execPath, [at('node_modules', script), ...args], options);

/** The same, with what the tool says kept for the caller to judge rather than shown. */
export async function runToolQuietly(script, args) {
  let said = '';
  const child = spawn(process.execPath, [at('node_modules', script), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  return { status, said };
}

/** Files below `folder`, sorted, as paths relative to the root with forward slashes. */
export function listFiles(folder, keep = () => true) {
  if (!existsSync(at(folder))) return [];
  return readdirSync(at(folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(keep)
    .sort();
}

/** SHA-256 over names and contents; a missing file counts as such rather than as an error. */
export function hashFiles(paths, salt = '') {
  const hash = createHash('sha256').update(salt);
  for (const path of paths) {
    hash.update(`\0${path}\0`);
    hash.update(existsSync(at(path)) ? readFileSync(at(path)) : 'missing');
  }
  return hash.digest('hex');
}

/** Writes a file so that a reader sees the old content or the new one, never a half. */
export function writeAtomically(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}

/** Installs what package-lock.json names, unless node_modules already holds exactly that. */
export async function ensureInstalled() {
  const stampPath = at('node_modules', '.fluxhost-lock');
  const wanted = hashFiles(['package-lock.json']);
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === wanted) return;
  if (holdsTheLock()) {
    writeAtomically(stampPath, wanted);
    return;
  }
  process.stderr.write('installing dependencies\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const status = await run(npm, ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) fail(`npm ci failed with status ${status}`);
  writeAtomically(stampPath, wanted);
}

/** npm keeps its own record of what it installed; where every version in it is the lock's, nothing is to be done. */
function holdsTheLock() {
  const installedPath = at('node_modules', '.package-lock.json');
  if (!existsSync(installedPath)) return false;
  const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages;
  const locked = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')).packages;
  return Object.entries(locked).every(
    ([path, entry]) => path === '' || entry.optional || entry.peer || installed[path]?.version === entry.version,
  );
}

/** Where the last run of the tests left its counts. */
export const TEST_COUNTS = 'build/test-counts.json';

/**
 * The last line of a run that counts, which continuous integration reads; before it what failed, named once more, since of a long
 * output only the end may be kept.
 */
export function closingLines({ passed, failed, skipped, failures }) {
  const named = failures.map((failure) => `FAILED ${failure}\n`).join('');
  return `${named}${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`;
}

/** Counts of no test. */
export const NO_COUNTS = { passed: 0, failed: 0, skipped: 0, failures: [] };

/** The first line that says something, without a terminal's colours. */
const plain = (message) => stripVTControlCharacters(message).trim().split('\n')[0].slice(0, 300);

/** What fails of a file, each with the first line of its message. A file that failed outside its tests is one failure. */
function failuresOf(file) {
  const line = (name, message = '') => `${relative(root, file.name)}${name}: ${plain(message)}`;
  const tests = file.assertionResults.filter((test) => test.status === 'failed');
  if (tests.length > 0) return tests.map((test) => line(` > ${test.fullName}`, test.failureMessages[0]));
  return file.status === 'failed' ? [line('', file.message)] : [];
}

/** Counts of the JSON report. */
function countsOf(report) {
  const failures = report.testResults.flatMap(failuresOf);
  return {
    passed: report.numPassedTests,
    failed: failures.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  };
}

const REPORT = 'build/test-report.json';

/**
 * Runs vitest on the `short` tests, on the `long` ones (vitest.config.ts) or on `all`, with further arguments. A crash, a file that
 * cannot be loaded and a run without tests count as failures.
 */
export async function runTests(which, args = []) {
  rmSync(at(REPORT), { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
  const env = { ...process.env, FLUXHOST_TESTS: which };
  const status = await runTool('vitest/vitest.mjs', ['run', ...reporters, ...args], { env });
  const counts = existsSync(at(REPORT))
    ? countsOf(JSON.parse(readFileSync(at(REPORT), 'utf8')))
    : { ...NO_COUNTS, failures: [] };
  // A non-zero end that no test explains: a crash, an error outside the tests, or nothing to run.
  if (counts.failed === 0 && (status !== 0 || counts.passed === 0)) {
    counts.failed = 1;
    counts.failures.push(`the ${which} tests: vitest ended with status ${status} after ${counts.passed} passed`);
  }
  return { counts, status };
}
