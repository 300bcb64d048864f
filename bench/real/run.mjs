#!/usr/bin/env node
// usage: npm run real -- [--seconds N] [--repeats N] [--only NAME,...] [--cpus LIST] [--keep DIR] [--record-only] [--unrecorded N]
//        npm run real -- --costs [--json]    measures steps of Linux alone (costs.mjs)
// Records the loads of loads.mjs under CFS quotas on this machine and prints how far `mechanism: cgroup` is off, as docs/real.md does. Needs
// Linux, root, two CPUs and a C compiler: the load runs on the last CPU (or on those of --cpus), its dispatcher and the recorder on the first.
// Whatever else runs where the load does disturbs it; a quiet machine is worth more than repetitions.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { allowQuotas, cpuMount, limit } from './cgroups.mjs';
import { measureCosts, renderCosts } from './costs.mjs';
import { LOADS } from './loads.mjs';
import { tableOf } from './table.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(root, 'dist/cli.js');

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    repeats: { type: 'string', default: '3' },
    only: { type: 'string' },
    cpus: { type: 'string', default: String(cpus().length - 1) },
    keep: { type: 'string' },
    unrecorded: { type: 'string', default: '1' },
    costs: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'record-only': { type: 'boolean', default: false },
  },
});

function fail(why) {
  process.stderr.write(`npm run real: ${why}\n`);
  process.exit(1);
}

if (process.platform !== 'linux' || process.geteuid() !== 0) fail('needs Linux and root');
if (cpus().length < 2) fail('needs two CPUs: one for the load, one for what wakes and records it');
const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);
if (compiler === undefined) fail('needs a C compiler');

const machine = () => `${cpus()[0].model}, Linux ${release()}`;
if (values.costs) {
  const place = mkdtempSync(join(tmpdir(), 'fluxhost-costs-'));
  try {
    const costs = measureCosts(compiler, place, join(root, 'bench/real/costs.c'));
    const told = values.json
      ? JSON.stringify({ machine: machine(), costs }, null, 2)
      : `${machine()}\n\n${renderCosts(costs)}`;
    process.stdout.write(`${told.trimEnd()}\n`);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
  process.exit(0);
}
if (!existsSync(cli)) fail('needs a build: npm run build');

const controller = cpuMount();
if (controller === undefined) fail('needs the cpu controller of cgroups');
const mount = controller.place;
try {
  allowQuotas(controller);
} catch (error) {
  fail(error.message);
}

const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'fluxhost-real-'));
mkdirSync(folder, { recursive: true });
const load = join(folder, 'load');
execFileSync(compiler, ['-O2', '-o', load, join(root, 'bench/real/load.c'), '-lm', '-lpthread']);

const groups = ['fluxhost-real', 'fluxhost-real-neighbour'].map((name) => join(mount, name));
const words = (options) =>
  [
    load,
    '--seconds',
    values.seconds,
    '--cpus',
    values.cpus,
    '--leave',
    mount,
    '--workers',
    200,
    '--seed',
    5,
    ...options,
  ].join(' ');

/** In the neighbour's cgroup, beside the load. */
function commandOf({ options, neighbour }) {
  if (neighbour === undefined) return `exec ${words(options)}`;
  const beside = `(sh -c 'echo $$ > ${groups[1]}/cgroup.procs; exec ${words(neighbour)}' >/dev/null) &`;
  return `${beside} ${words(options)}; wait`;
}

/** What the load's workers ran without a recording: beside it, what a recording costs them. */
function unrecorded(one) {
  limit(controller, groups[0], one.quotaUs, one.periodUs);
  const enter = `echo $$ > ${groups[0]}/cgroup.procs; ${commandOf(one)}`;
  return JSON.parse(execFileSync('sh', ['-c', enter], { encoding: 'utf8' }));
}

function record(one, file) {
  limit(controller, groups[0], one.quotaUs, one.periodUs);
  const besides = one.neighbour === undefined ? [] : ['--cgroup', `/${groups[1].slice(mount.length + 1)}`];
  const args = ['record', '--seconds', String(Math.ceil(Number(values.seconds)) + 5), '--out', file, '--json'];
  const said = execFileSync(
    process.execPath,
    [cli, ...args, '--cgroup', `/${groups[0].slice(mount.length + 1)}`, ...besides, '--', 'sh', '-c', commandOf(one)],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const json = said.slice(said.indexOf('{\n'));
  const own = said.split('\n').find((line) => line.startsWith('{"sent"'));
  return { ...JSON.parse(json), load: own === undefined ? null : JSON.parse(own) };
}

/** Each repetition is calibrated, beside the others. */
function calibrate(name, files) {
  const repetitions = files.map((file, i) => {
    const repeats = files.filter((other) => other !== file).flatMap((other) => ['--repeat', other]);
    const out = join(folder, `${name}-${i + 1}`);
    execFileSync(process.execPath, [cli, 'calibrate', file, ...repeats, '--out', out], { stdio: 'ignore' });
    const { scenario, ...calibration } = JSON.parse(readFileSync(join(out, 'calibration.json'), 'utf8'));
    const traces = scenario.vms.map(({ workload }) => workload.arrivals.file);
    const read = Object.fromEntries(traces.map((trace) => [trace, readFileSync(join(out, trace), 'utf8')]));
    return { scenario, files: read, calibration };
  });
  return { name, repetitions };
}

/** What else ran on the load's CPUs, where it was much. */
function disturbances(loads) {
  return loads
    .flatMap(({ name, repetitions }) =>
      repetitions.flatMap(({ calibration }, i) =>
        calibration.warnings
          .filter((one) => one.startsWith('other threads'))
          .map((one) => `${name} ${i + 1}: ${one}\n`),
      ),
    )
    .join('');
}

function costOf({ recorded, unrecorded }) {
  const share = (part, whole) => `${((100 * part) / whole).toFixed(2)} %`;
  const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;
  const lost = recorded.flatMap(({ lostPerCpu }) => lostPerCpu).reduce((sum, one) => sum + one, 0);
  const machine = recorded.reduce((sum, { seconds }) => sum + seconds * cpus().length, 0);
  const recorder = recorded.reduce((sum, { recorderCpuSeconds }) => sum + recorderCpuSeconds, 0);
  const same = recorded.filter(({ name }) => name === wanted[0].name).map(({ workerSeconds }) => workerSeconds);
  const told = `the recorder took ${share(recorder, machine)} of the machine, ${lost} events were lost`;
  if (unrecorded.length === 0) return told;
  const alone = mean(unrecorded.map(({ workerSeconds }) => workerSeconds));
  return `${told}; workers of ${wanted[0].name} ran ${share(mean(same) - alone, alone)} longer than without a recording`;
}

const wanted = LOADS.filter(({ name }) => values.only === undefined || values.only.split(',').includes(name));
try {
  for (const group of groups) if (!existsSync(group)) mkdirSync(group);
  const files = Object.fromEntries(wanted.map(({ name }) => [name, []]));
  const costs = [];
  // One repetition of each after the other, so that what changes in time is in the spread.
  for (let repeat = 1; repeat <= Number(values.repeats); repeat++) {
    for (const one of wanted) {
      const file = join(folder, `${one.name}-${repeat}.fluxrec`);
      const { events, seconds, recorderCpuSeconds, lostPerCpu, load: own } = record(one, file);
      files[one.name].push(file);
      costs.push({ name: one.name, repeat, events, seconds, recorderCpuSeconds, lostPerCpu, ...own });
    }
  }
  const cost = {
    recorded: costs,
    unrecorded: Array.from({ length: Number(values.unrecorded) }, () => unrecorded(wanted[0])),
  };
  writeFileSync(join(folder, 'cost.json'), `${JSON.stringify(cost, null, 2)}\n`);
  if (!values['record-only']) {
    process.stdout.write(`${machine()}, cgroup version ${controller.version}\n\n`);
    const loads = wanted.map(({ name }) => calibrate(name, files[name]));
    process.stdout.write(`${tableOf(loads)}\n\n${disturbances(loads)}${costOf(cost)}\n`);
  }
} finally {
  for (const group of groups) {
    try {
      rmdirSync(group);
    } catch {
      process.stderr.write(`npm run real: ${group} could not be removed\n`);
    }
  }
  if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
}
