// `npm run oracle -- --seeds A..B`: the naive simulator of test/oracle beside the program, on random scenarios, in two processes.
// Prints the seed of each difference and the smallest scenario that shows it; `--keep-going` names the others too. What a seed means
// hangs on `--without` and `--always` (FEATURES of test/oracle/generate.ts; `mechanism` always has one drawn), and on `--mechanisms`.
// `--functions` compares scenarios of functions (test/oracle/lifecycle), with `--cores` on hosts whose cores move, with `--traces` every
// policy and budget on the real traces.
// `--statistics` runs the tests of what both draw instead.

import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { build } from 'esbuild';

if (process.argv.includes('--statistics')) {
  const vitest = spawn('npx', ['vitest', 'run', 'test/oracle/statistics'], { stdio: 'inherit' });
  process.exit(await new Promise((resolve) => vitest.on('exit', (code) => resolve(code ?? 1))));
}

/** Functions whose VMs come and go have a naive simulator of their own. */
const folder = process.argv.includes('--functions') ? 'test/oracle/lifecycle' : 'test/oracle';
// as deep as the folder, which finds the traces from where it lies
const out = `${folder.replace('test', 'build')}/main.mjs`;
await mkdir(dirname(out), { recursive: true });
await build({
  entryPoints: [`${folder}/main.ts`],
  outfile: out,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
const parts = 2;
const codes = await Promise.all(
  Array.from({ length: parts }, (_, part) => {
    const child = spawn(process.execPath, [out, ...process.argv.slice(2), '--part', `${part}`, '--parts', `${parts}`], {
      stdio: 'inherit',
    });
    return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
  }),
);
process.exitCode = Math.max(...codes);
