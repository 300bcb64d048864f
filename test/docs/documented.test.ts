// Every command line that README.md and docs/*.md show runs: on the files of examples/, on a trace made here in place of the reader's
// own, for a short simulated time. Those that take minutes, or never end, are only read: their options exist.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { captureIo } from '../cli/fake.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'fluxhost-documented-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Minutes long, for ever, or of files that only the reader has; each has tests of its own. */
const LONG = new Set([
  ...['suite', 'reproduce', 'serve', 'build', 'reserve', 'worker', 'merge', 'record', 'calibrate'],
  ...['verify', 'trace', 'artifact', 'lesson', 'judge'],
]);
const pages = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md') && name !== 'guide.md') // walked as a whole (guide.test.ts)
    .map((name) => `docs/${name}`),
];

/** A command that goes on behind a backslash is one line. */
const wholeLines = (page: string): string => readFileSync(join(ROOT, page), 'utf8').replace(/ \\\n +/g, ' ');

const commands = pages.flatMap((page) =>
  [...wholeLines(page).matchAll(/^(?: {4})?(?:npx )?fluxhost ([a-z]+(?: .*)?)$/gm)].map(([, line]) => ({
    page,
    line: line!.replace(/\s+#.*$/, '').trim(),
  })),
);

const words = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

const LACKEY = Array.from(
  { length: 400 },
  (_, i) => ` ${i % 3 === 0 ? 'S' : 'L'} ${(4096 * ((i * i) % 37)).toString(16)},4`,
).join('\n');

/** The reader's own files are made, what is written goes beside them. */
function placed(word: string): string {
  if (/^(TRACE|mem\.log)$/.test(word)) return join(folder, 'mem.log');
  if (/^[\w-]+\.yaml$/.test(word)) return `${ROOT}examples/${word}`;
  if (word.startsWith('examples/')) return ROOT + word;
  if (/^\d+ms\.\.\d+ms$/.test(word)) return '1ms..2ms'; // a window of the short run
  return /\.pftrace$|^(burst|run|part-3)$/.test(word) ? join(folder, word) : word;
}

describe('a documented command', () => {
  it('is found in README.md and in several pages of docs/', () => {
    expect(commands.length).toBeGreaterThan(25);
    expect(new Set(commands.map(({ page }) => page)).size).toBeGreaterThan(5);
  });

  it.each(commands)(
    '$page: fluxhost $line',
    async ({ line }) => {
      writeFileSync(join(folder, 'mem.log'), `${LACKEY}\n`);
      const [name = '', ...given] = words(line);
      const rest = given.map(placed);
      const io = captureIo();
      const own = rest.some((word) => /\.(zst|ts|wasm)$|^bullmq$|[|$]/.test(word));
      if (LONG.has(name) || own) {
        expect(await main([name, '--help'], io)).toBe(0);
        for (const [option] of line.matchAll(/--[a-z-]+/g)) expect(io.out).toContain(option);
        return;
      }
      const simulates = ['run', 'compare', 'size', 'sweep', 'why'].includes(name);
      const short = simulates ? ['--set', 'duration=2ms', '--set', 'warmup=0ns'] : [];
      // 3: an assertion of the example need not hold in so short a run
      expect([0, 3], io.err).toContain(await main([name, ...rest, ...short], io));
      expect(io.out).not.toBe('');
    },
    60_000,
  );
});
