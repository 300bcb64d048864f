// Computes the tables of docs/validation.md anew and puts them into it, between their marks; the text around them is written by
// hand. Names (`laws schedsim tandem nsdi22 control memory`) compute only those. The reference files lie beside the repository, in ../shared.
// `--check` writes nothing and fails where the page on disk is not what would be written: one seed gives one table, so that a page
// that differs is out of date, or a result has changed. Without names it runs the tests that are statistical and long as well. `--counts` ends with the line of the tests that ran before, this check counted in.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build as buildTargets } from './build.mjs';
import { at, closingLine, ensureInstalled, fail, runTests, TEST_COUNTS, writeAtomically } from './support.mjs';

const SOURCE = 'test/reference/validation.ts';
const TARGET = 'docs/validation.md';

const words = process.argv.slice(2);
const check = words.includes('--check');
const names = words.filter((word) => !['--check', '--counts'].includes(word));
/** Of the tests that are statistical and long. */
let long = { passed: 0, failed: 0, skipped: 0 };
let tablesHold = false;

if (words.includes('--counts')) {
  // whatever ends this process; tests that left no counts have failed
  process.on('exit', () => {
    const counted = existsSync(at(TEST_COUNTS));
    const tests = counted ? JSON.parse(readFileSync(at(TEST_COUNTS), 'utf8')) : { passed: 0, failed: 1, skipped: 0 };
    for (const key of Object.keys(tests)) tests[key] += long[key];
    tests[tablesHold ? 'passed' : 'failed']++;
    process.stdout.write(closingLine(tests));
  });
}

await ensureInstalled();
try {
  await buildTargets({ groups: ['cores', 'bytes'] });
} catch (error) {
  fail(`build failed: ${error.message}`);
}
if (check && names.length === 0) {
  const { counts } = await runTests('long');
  long = counts;
  if (counts.failed > 0) process.exitCode = 1;
}
const { build } = await import('esbuild');
const prettier = await import('prettier');
const bundled = at('build', `.validation-${process.pid}.mjs`);
mkdirSync(at('build'), { recursive: true });

/** The first lines that are other than they would be. */
function differences(found, wanted) {
  const [before, after] = [found.split('\n'), wanted.split('\n')];
  const lines = after.flatMap((line, i) => (line === before[i] ? [] : [`- ${before[i] ?? ''}`, `+ ${line}`]));
  return lines.slice(0, 20);
}

/** Runs the bundled tables in a process of their own; answers what it prints. */
function tables(names) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bundled, ...names], { cwd: at(), stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (part) => (text += part));
    child.once('error', reject);
    child.once('exit', (status) =>
      status === 0 ? resolve(JSON.parse(text)) : reject(new Error(`it ended with status ${status}`)),
    );
  });
}

try {
  await build({
    absWorkingDir: at(),
    entryPoints: [SOURCE],
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outfile: bundled,
    logLevel: 'warning',
    // The sources look for the references from where they lie themselves.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(at(SOURCE)).href) },
    alias: { 'as-bind/dist/as-bind.esm.js': at('node_modules/as-bind/dist/as-bind.esm.js') },
  });
  let page = readFileSync(at(TARGET), 'utf8');
  for (const [name, text] of Object.entries(await tables(names))) {
    const [from, to] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    const [start, end] = [page.indexOf(from), page.indexOf(to)];
    if (start < 0 || end < start) fail(`${TARGET}: the marks ${from} and ${to} are not in it`);
    page = `${page.slice(0, start + from.length)}\n\n${text}\n\n${page.slice(end)}`;
  }
  const options = (await prettier.resolveConfig(at(TARGET))) ?? {};
  const text = await prettier.format(page, { ...options, parser: 'markdown' });
  if (!check) writeAtomically(at(TARGET), text);
  else {
    const differs = differences(readFileSync(at(TARGET), 'utf8'), text);
    if (differs.length > 0) throw new Error(`${TARGET} is out of date (npm run validate):\n${differs.join('\n')}`);
    process.stderr.write(`${TARGET} is what the program gives\n`);
  }
  tablesHold = true;
} catch (error) {
  fail(`validate failed: ${error.message}`);
} finally {
  rmSync(bundled, { force: true });
}
