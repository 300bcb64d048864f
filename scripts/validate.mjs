// Computes the tables of docs/validation.md and docs/reproduced.md anew and puts them into the pages, between their marks; the text around
// them is written by hand. README.md gets the claims of all experiments as one table, which is read off docs/reproduced.md. Names compute
// only those: `laws schedsim tandem nsdi22 control memory`, or an experiment's. The reference files lie beside the repository, in ../shared.
// `--check` writes nothing and fails where the page on disk is not what would be written: one seed gives one table, so that a page
// that differs is out of date, or a result has changed. Without names it runs the tests that are statistical and long as well. `--counts` ends with the line of the tests that ran before, this check counted in.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build as buildTargets } from './build.mjs';
import { frontTable, withTable } from './claims.mjs';
import { at, closingLine, ensureInstalled, fail, runTests, TEST_COUNTS, writeAtomically } from './support.mjs';

/** The pages, and what computes their tables. */
const PAGES = [
  { target: 'docs/validation.md', source: 'test/reference/validation.ts' },
  { target: 'docs/reproduced.md', source: 'test/reference/reproduced.ts' },
];
const FRONT = 'README.md';

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
function printed(names) {
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

async function tables(source, names) {
  await build({
    absWorkingDir: at(),
    entryPoints: [source],
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outfile: bundled,
    logLevel: 'warning',
    // The sources look for the references from where they lie themselves.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(at(source)).href) },
    alias: { 'as-bind/dist/as-bind.esm.js': at('node_modules/as-bind/dist/as-bind.esm.js') },
  });
  return printed(names);
}

async function formatted(target, page) {
  const options = (await prettier.resolveConfig(at(target))) ?? {};
  return prettier.format(page, { ...options, parser: 'markdown' });
}

/** Writes a page, or compares it with what is there. */
function keep(target, text) {
  if (!check) return writeAtomically(at(target), text);
  const differs = differences(readFileSync(at(target), 'utf8'), text);
  if (differs.length > 0) throw new Error(`${target} is out of date (npm run validate):\n${differs.join('\n')}`);
  process.stderr.write(`${target} is what the program gives\n`);
}

try {
  const marked = (target) =>
    [...readFileSync(at(target), 'utf8').matchAll(/<!-- end of (\S+) -->/g)].map(([, name]) => name);
  for (const { target, source } of PAGES) {
    // a name that no page has yet is that of an experiment
    const own = names.filter(
      (name) =>
        marked(target).includes(name) || (target !== PAGES[0].target && !marked(PAGES[0].target).includes(name)),
    );
    if (names.length > 0 && own.length === 0) continue;
    let page = readFileSync(at(target), 'utf8');
    for (const [name, text] of Object.entries(await tables(source, own))) page = withTable(page, name, text);
    page = await formatted(target, page);
    keep(target, page);
    if (target === 'docs/reproduced.md') {
      const readme = withTable(readFileSync(at(FRONT), 'utf8'), 'claims', frontTable(page));
      keep(FRONT, await formatted(FRONT, readme));
    }
  }
  tablesHold = true;
} catch (error) {
  fail(`validate failed: ${error.message}`);
} finally {
  rmSync(bundled, { force: true });
}
