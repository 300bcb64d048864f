// Every benchmark of the simulator in one run and one table: npm run bench [-- --smoke] [--json] [--only NAME,…] [--save FILE] [--against FILE]
//   --save FILE     keeps the figures, free of the machine's speed (baseline.mjs); bench/baseline.json is the one of the repository
//   --against FILE  compares with figures that were kept; ends with 1 where one is worse
//   --smoke  one short turn of everything, in seconds: does it still run, are its counts right; its times mean nothing
// Contestants that are compared run in turns in this process; each figure is given as min, median and max over the turns.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { datapath, gpu } from './cases/datapath.mjs';
import { fault } from './cases/fault.mjs';
import { footprint } from './cases/footprint.mjs';
import { fork } from './cases/fork.mjs';
import { functions } from './cases/functions.mjs';
import { hyperflux, idleVms, microsecond } from './cases/hyperflux.mjs';
import { manyVms, mechanisms } from './cases/mechanisms.mjs';
import { policy } from './cases/policy.mjs';
import { ideal } from './cases/ideal.mjs';
import { against, readBaseline, save } from './baseline.mjs';
import { ChildError } from './children.mjs';
import { felt } from './cases/felt.mjs';
import { page } from './cases/page.mjs';
import { pages } from './cases/pages.mjs';
import { report } from './cases/report.mjs';
import { scale } from './cases/scale.mjs';
import { sweep } from './cases/sweep.mjs';
import { tiers } from './cases/tiers.mjs';
import { CLOCK, discardNothing, figuresTable, machine } from './measure.mjs';

const CASES = {
  ideal,
  hyperflux,
  idleVms,
  microsecond,
  mechanisms,
  manyVms,
  policy,
  fault,
  footprint,
  fork,
  functions,
  datapath,
  gpu,
  tiers,
  pages,
  felt,
  sweep,
  scale,
  page,
  report,
};
const NAMES = Object.keys(CASES);

function fail(message) {
  process.stderr.write(`bench: ${message}\n`);
  process.exit(2);
}

function given() {
  try {
    const { values } = parseArgs({
      options: {
        smoke: { type: 'boolean' },
        json: { type: 'boolean' },
        only: { type: 'string' },
        save: { type: 'string' },
        against: { type: 'string' },
      },
    });
    const baseline = values.against === undefined ? undefined : readBaseline(values.against);
    if (baseline === null) fail(`--against ${values.against}: there is no such file`);
    if (values.save !== undefined) {
      if (values.smoke) fail('--smoke measures nothing that is worth to --save');
      readBaseline(values.save);
    }
    return { values, baseline };
  } catch (error) {
    return fail(error.message);
  }
}

const { values, baseline } = given();
const chosen = values.only?.split(',') ?? NAMES;
const unknown = chosen.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) fail(`--only ${unknown.join(',') || "''"} unknown, expected any of ${NAMES.join(', ')}`);
// What hyperflux is compared with is measured in the same run.
if (!chosen.includes('ideal') && (chosen.includes('hyperflux') || values.save || values.against))
  chosen.unshift('ideal');

const library = await import(new URL('../dist/index.js', import.meta.url).href);
const options = { smoke: values.smoke === true };
if (options.smoke) discardNothing();
const about = `${machine()}, load average ${loadavg()[0].toFixed(1)}; ${CLOCK} unless another is named`;
const figures = [];
const counts = {};
/** Why cases came to no end: what the others measured is not lost. */
const failed = {};
let before = {};
for (const [name, run] of Object.entries(CASES)) {
  if (!chosen.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  try {
    const outcome = await run(library, options, before);
    if (name === 'ideal') before = outcome;
    figures.push(...outcome.figures);
    counts[name] = outcome.counts;
  } catch (error) {
    failed[name] = error instanceof ChildError ? error.message : error.stack;
    process.stderr.write(`bench: ${name}: ${failed[name]}\n`);
    process.exitCode = 1;
  }
}
if (values.json) process.stdout.write(`${JSON.stringify({ about, figures, counts, failed })}\n`);
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
    if (!same) process.exitCode = 1;
  }
}
if (values.save !== undefined) save(values.save, about, figures);
if (baseline !== undefined) {
  const { text, good } = against(values.against, baseline, figures);
  (values.json ? process.stderr : process.stdout).write(`\n${text}\n`);
  if (!good) process.exitCode = 1;
}
if (Object.keys(failed).length > 0) process.stderr.write(`bench: FAILED: ${Object.keys(failed).join(', ')}\n`);
// What a case that failed has left open would keep this process.
process.stdout.write('', () => process.exit());
