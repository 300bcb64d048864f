// Every benchmark of the simulator in one run and one table: npm run bench [-- --smoke] [--json] [--only NAME,…]
//   --smoke  one short turn of everything, in seconds: does it still run, are its counts right; its times mean nothing
// Contestants that are compared run in turns in this process; each figure is given as min, median and max over the turns.
import { loadavg } from 'node:os';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fault } from './cases/fault.mjs';
import { footprint } from './cases/footprint.mjs';
import { fork } from './cases/fork.mjs';
import { hyperflux, idleVms, microsecond } from './cases/hyperflux.mjs';
import { manyVms, mechanisms } from './cases/mechanisms.mjs';
import { policy } from './cases/policy.mjs';
import { ideal } from './cases/ideal.mjs';
import { CLOCK, figuresTable, machine } from './measure.mjs';
import { root } from './programs.mjs';

const CASES = { ideal, hyperflux, idleVms, microsecond, mechanisms, manyVms, policy, fault, footprint, fork };
const NAMES = [...Object.keys(CASES), 'pages'];

const { values } = parseArgs({
  options: { smoke: { type: 'boolean' }, json: { type: 'boolean' }, only: { type: 'string' } },
});
const chosen = values.only?.split(',') ?? (values.smoke ? Object.keys(CASES) : NAMES);
const unknown = chosen.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`bench: --only ${unknown.join(',')} unknown, expected any of ${NAMES.join(', ')}\n`);
  process.exit(2);
}
// What hyperflux is compared with is measured in the same run.
if (chosen.includes('hyperflux') && !chosen.includes('ideal')) chosen.unshift('ideal');

const library = await import(new URL('../dist/index.js', import.meta.url).href);
const options = { smoke: values.smoke === true };
const about = `${machine()}, load average ${loadavg()[0].toFixed(1)}; ${CLOCK} unless another is named`;
const figures = [];
const counts = {};
let before = {};
for (const [name, run] of Object.entries(CASES)) {
  if (!chosen.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  const outcome = await run(library, options, before);
  if (name === 'ideal') before = outcome;
  figures.push(...outcome.figures);
  counts[name] = outcome.counts;
}
if (values.json) process.stdout.write(`${JSON.stringify({ about, figures, counts })}\n`);
else {
  process.stdout.write(`${about}\n\n${figuresTable(figures)}\n`);
  if (counts.ideal?.skipped !== undefined) process.stdout.write(`\n${counts.ideal.skipped}\n`);
  const totals = counts.ideal;
  if (totals?.anchor !== undefined) {
    const same =
      totals.anchor.latencySum === totals.kernel.latencySum && `${totals.anchorHashes}` === `${totals.kernelHashes}`;
    process.stdout.write(
      `\nC and kernel totals ${same ? 'equal to the bit' : 'DIFFER'}; events ${totals.anchor.events}, API ${totals.api.events}\n`,
    );
  }
}
if (chosen.includes('pages')) {
  process.stderr.write('pages …\n');
  const { status } = spawnSync(process.execPath, [join(root, 'bench', 'pages', 'replacement.mjs')], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
