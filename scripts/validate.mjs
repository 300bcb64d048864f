// Computes the tables of docs/validation.md and docs/reproduced.md anew and puts them into the pages, between their marks; the text around
// them is written by hand. README.md gets the claims of all experiments as one table, which is read off docs/reproduced.md; pages of systems get
// their pictures (docs/pictures/NAME.svg). Names compute
// only those: `laws schedsim tandem nsdi22 control memory`, or an experiment's. The reference files lie beside the repository, in ../shared.
// `--check` writes nothing and fails where the page on disk is not what would be written: one seed gives one table, so that a page
// that differs is out of date, or a result has changed. Without names it runs the tests that are statistical and long as well. `--counts` ends with the line of the tests that ran before, this check counted in.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build as buildTargets } from './build.mjs';
import { frontTable, withTable } from './claims.mjs';
import {
  at,
  closingLines,
  ensureInstalled,
  fail,
  NO_COUNTS,
  runTests,
  TEST_COUNTS,
  writeAtomically,
} from './support.mjs';

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
let long = NO_COUNTS;
/** Why the tables are not what they should be; of a check that did not come to its end that it did not. */
let tablesFail = 'ended early';

if (words.includes('--counts')) {
  // whatever ends this process; tests that left no counts have failed
  process.on('exit', () => {
    const counted = existsSync(at(TEST_COUNTS));
    const short = counted
      ? JSON.parse(readFileSync(at(TEST_COUNTS), 'utf8'))
      : { ...NO_COUNTS, failed: 1, failures: ['npm test: it left no counts'] };
    const tables = tablesFail === undefined ? { passed: 1 } : { failed: 1, failures: [`validate: ${tablesFail}`] };
    const parts = [short, long, { ...NO_COUNTS, ...tables }];
    const sum = (key) => parts.reduce((of, part) => of + part[key], 0);
    const failures = parts.flatMap((part) => part.failures);
    process.stdout.write(
      closingLines({ passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped'), failures }),
    );
  });
}

await ensureInstalled();
try {
  await buildTargets({ groups: ['cores', 'bytes'] });
} catch (error) {
  fail(`build failed: ${error.message}`);
}
if (check && names.length === 0) {
  // what the long tests compute is not computed again for the tables (test/support/once.ts)
  const computed = mkdtempSync(at('build', '.once-'));
  process.env.FLUXHOST_ONCE = computed;
  process.on('exit', () => rmSync(computed, { recursive: true, force: true }));
  const { counts } = await runTests('long');
  long = counts;
  if (counts.failed > 0) process.exitCode = 1;
}
const { build } = await import('esbuild');
const prettier = await import('prettier');
const bundleOf = (source) => at('build', `.${basename(source, '.ts')}-${process.pid}.mjs`);
mkdirSync(at('build'), { recursive: true });

/** The first lines that are other than they would be. */
function differences(found, wanted) {
  const [before, after] = [found.split('\n'), wanted.split('\n')];
  const lines = after.flatMap((line, i) => (line === before[i] ? [] : [`- ${before[i] ?? ''}`, `+ ${line}`]));
  return lines.slice(0, 20);
}

/** Computes one table in a process of its own, or lists them (`--names`); answers what it prints. */
function printed(source, name) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bundleOf(source), name], {
      cwd: at(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (part) => (text += part));
    child.once('error', reject);
    child.once('exit', (status) =>
      status === 0 ? resolve(JSON.parse(text)) : reject(new Error(`it ended with status ${status}`)),
    );
  });
}

const bundle = (source) =>
  build({
    absWorkingDir: at(),
    entryPoints: [source],
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outfile: bundleOf(source),
    logLevel: 'warning',
    // The sources look for the references from where they lie themselves.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(at(source)).href) },
    alias: { 'as-bind/dist/as-bind.esm.js': at('node_modules/as-bind/dist/as-bind.esm.js') },
  });

/** The tables that are asked for, as many at a time as there are processors. @returns {Promise<Map<string, string>>} */
async function computed(jobs) {
  const waiting = [...jobs];
  const texts = new Map();
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift())
      for (const [name, text] of Object.entries(await printed(job.source, job.name))) texts.set(name, text);
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), jobs.length) }, worker));
  return texts;
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
  const pages = await Promise.all(
    PAGES.map(async (page) => {
      await bundle(page.source);
      const known = await printed(page.source, '--names');
      return { ...page, known, own: names.length === 0 ? known : names.filter((name) => known.includes(name)) };
    }),
  );
  const known = pages.flatMap((page) => page.known);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`no table ${unknown.join(', ')}: there are ${known.join(', ')}`);
  const texts = await computed(pages.flatMap(({ source, own }) => own.map((name) => ({ source, name }))));
  for (const { target, own } of pages.filter(({ own }) => own.length > 0)) {
    let page = readFileSync(at(target), 'utf8');
    for (const name of own) page = withTable(page, name, texts.get(name));
    page = await formatted(target, page);
    keep(target, page);
    if (target === 'docs/reproduced.md') {
      const readme = withTable(readFileSync(at(FRONT), 'utf8'), 'claims', frontTable(page));
      keep(FRONT, await formatted(FRONT, readme));
    }
  }
  for (const [target, text] of texts) if (target.endsWith('.svg')) keep(target, text);
  tablesFail = undefined;
} catch (error) {
  process.exitCode = 1;
  tablesFail = error.message.split('\n')[0];
  process.stderr.write(`validate failed: ${error.message}\n`);
} finally {
  for (const { source } of PAGES) rmSync(bundleOf(source), { force: true });
}
