// `fluxhost fleet`: VMs on many hosts, from a YAML file of hosts, VMs and a placement rule; hosts are simulated on all threads.

import { hashOf, compileCore } from '../core/load.js';
import { loadFleet, type FleetOnDisk } from '../fleet/file.js';
import { engineHere, rowsOf } from '../fleet/hosts.js';
import type { FleetResult } from '../fleet/result.js';
import { FleetSum, type PreparedFleet, jobsOf, prepareFleet, vmsOf } from '../fleet/simulate.js';
import type { ChunkEngine, Done } from '../fleet/work.js';
import { evaluateAssertion } from '../input/assert.js';
import { renderFleet } from '../report/fleet-table.js';
import { formatDurationNs } from '../report/units.js';
import { toStableJson } from '../result/json.js';
import { nodeHost } from '../workload/node-file.js';
import { type Arguments, type CommandSpec, parseCommand, renderHelp } from './args.js';
import { HANG_AFTER, hangMsOf, WORKERS, workersOf } from './crew.js';
import { EXIT } from './exit.js';
import { prepareFolder } from './files.js';
import { writeFleet, writeTables } from './fleet-out.js';
import { CLEAR_LINE, type Io, lookOf } from './io.js';
import { redisOf } from './queue.js';
import { REPORT, commandOf } from './report.js';
import { MAX_SEED } from './run.js';
import { readRows, RunFolder } from './run-folder.js';
import { createOn, FILES_WITHIN, HOST_SETUP } from './tools.js';

const MOST_SHARDS = 100_000;

export const fleetSpec: CommandSpec = {
  name: 'fleet',
  summary: 'Places VMs that come and go on many hosts, and simulates some or all of the hosts.',
  positionals: ['FLEET'],
  options: {
    seed: { value: 'N', help: "seed in place of the fleet's" },
    set: {
      value: 'PATH=VALUE',
      multiple: true,
      help: 'changes a field, such as placement=worst-fit or hosts.0.count=900',
    },
    ...WORKERS,
    ...HANG_AFTER,
    engine: { value: 'NAME', help: 'local (default), or bullmq: the machines that run fluxhost worker' },
    redis: { value: 'URL', help: 'with --engine bullmq: its queue, such as redis://127.0.0.1:6379' },
    assert: { value: 'EXPRESSION', multiple: true, help: 'must hold, else exit status 3: packing.rejected == 0' },
    out: {
      value: 'DIR',
      help: 'writes fleet.json and report.html there, and of simulated hosts a row each (hosts.parquet)',
    },
    resume: { help: 'with --out: goes on where a run in DIR was interrupted or killed' },
    shard: {
      value: 'I/N',
      help: 'with --out: simulates the I-th of N parts of the hosts; fluxhost merge puts them together',
    },
    ...FILES_WITHIN,
    json: { help: 'prints the result as one JSON document' },
  },
  details: 'docs/fleet.md tells every rule and every format of traces; fluxhost schema fleet is for editors.',
  examples: [
    'fluxhost fleet examples/fleet.yaml',
    'fluxhost fleet examples/fleet.yaml --set placement=dot-product --set overcommit.cores=2',
    "fluxhost fleet examples/fleet.yaml --set hosts.0.count=60 --assert 'packing.rejected == 0'",
  ],
};

/** Classes are named in assertions as VMs are. */
const byClass = (result: FleetResult): object => ({
  ...result,
  vms: result.classes.map((one) => ({ ...one, name: one.class })),
});

/** `3/8`: the third of eight. */
function shardOf(given: Arguments): readonly [number, number] {
  const text = given.text('shard');
  if (text === undefined) return [1, 1];
  const [part = NaN, of = NaN] = /^\d{1,6}\/\d{1,6}$/.test(text) ? text.split('/').map(Number) : [];
  if (part >= 1 && part <= of && of <= MOST_SHARDS) return [part, of];
  given.problems.push(`--shard: given ${JSON.stringify(text)}, expected I/N such as 1/8, I from 1 to N`);
  return [1, 1];
}

function checkEngine(given: Arguments): void {
  const engine = given.text('engine') ?? 'local';
  if (engine === 'bullmq') redisOf(given);
  else if (engine !== 'local')
    given.problems.push(`--engine: given ${JSON.stringify(engine)}, expected local or bullmq`);
  else if (given.text('redis') !== undefined)
    given.problems.push('--redis: given without --engine bullmq, expected both');
  if (engine === 'bullmq' && given.text('workers') !== undefined)
    given.problems.push('--workers: given with --engine bullmq, where each fluxhost worker has its own');
}

/** The hosts of one part, in their order. */
export const partOf = (order: readonly number[], [part, of]: readonly [number, number]): readonly number[] =>
  order.slice(Math.floor((order.length * (part - 1)) / of), Math.floor((order.length * part) / of));

async function engineOf(prepared: PreparedFleet, io: Io, directory: string, given: Arguments): Promise<ChunkEngine> {
  const setup = { within: given.text('files-within'), ...HOST_SETUP };
  if (given.text('engine') === 'bullmq') {
    const { queueEngine } = await import('./queue-engine.js');
    return queueEngine(given.text('redis')!, directory, prepared.context!, (line) => io.stderr(`${line}\n`));
  }
  const workers = workersOf(given);
  if (io.program === undefined || workers === 1)
    return engineHere(prepared.context!, (scenario) => createOn(setup, scenario, directory));
  const { fleetEngine } = await import('./pool.js');
  return fleetEngine(io.program, workers, { directory, setup }, prepared.context!, hangMsOf(given));
}

const MOST_SHOWN = 3;

const doneText = ({ worker, hosts, perSecond }: Done): string =>
  `${worker}: ${hosts} hosts, ${perSecond.toPrecision(3)} a second`;

/** `12 of 80 hosts, 41 s left; 2 workers: a 3.1, b 2.9 a second` */
export function progressText(done: number, all: number, leftMs: number, workers: readonly Done[] = []): string {
  const text = `${done} of ${all} hosts, ${formatDurationNs(leftMs * 1e6)} left`;
  if (workers.length === 0) return text;
  const rates = workers.slice(0, MOST_SHOWN).map(({ worker, perSecond }) => `${worker} ${perSecond.toPrecision(3)}`);
  const more = workers.length > MOST_SHOWN ? ', …' : '';
  return `${text}; ${workers.length} ${workers.length === 1 ? 'worker' : 'workers'}: ${rates.join(', ')}${more} a second`;
}

function progressOf(io: Io, all: number, before: number, engine: ChunkEngine): (done: number) => void {
  const begun = performance.now();
  return (done) => {
    if (io.stderrIsTty !== true || done === before) return;
    const left = ((performance.now() - begun) * (all - done)) / (done - before);
    io.stderr(CLEAR_LINE + progressText(done, all, left, engine.workers?.()));
  };
}

interface Running {
  readonly prepared: PreparedFleet;
  readonly hosts: readonly number[];
  readonly folder: RunFolder | undefined;
  readonly sum: FleetSum;
}

/** Simulates the hosts that have no row yet. */
async function simulate({ prepared, hosts, folder, sum }: Running, loaded: FleetOnDisk, io: Io, given: Arguments) {
  if (folder?.goesOn === true) for await (const row of readRows(folder.folder)) sum.add(row);
  const left = hosts.slice(sum.rows);
  if (prepared.context === undefined || left.length === 0) return;
  const engine = await engineOf(prepared, io, loaded.directory, given);
  const controller = new AbortController();
  const stop = io.onInterrupt?.(() => {
    controller.abort();
    engine.giveUp?.();
  });
  const progress = progressOf(io, hosts.length, sum.rows, engine);
  try {
    for await (const rows of rowsOf(engine, jobsOf(prepared, left), prepared.vms, controller.signal)) {
      for (const row of rows) sum.add(row);
      folder?.append(rows);
      progress(sum.rows);
    }
  } catch (error) {
    if (!controller.signal.aborted) throw error; // else it is what was given up
  } finally {
    stop?.();
    for (const one of engine.workers?.() ?? []) folder?.log(`worker ${doneText(one)}`);
    await engine.close();
    if (io.stderrIsTty === true) io.stderr(CLEAR_LINE);
  }
}

async function openFolder(
  { base, context }: PreparedFleet,
  { given, shard, rows }: { given: Arguments; shard: readonly [number, number]; rows: number },
): Promise<RunFolder | undefined> {
  const folder = given.text('out');
  if (folder === undefined || context === undefined) return undefined;
  const { manifest } = base;
  const coreSha256 = hashOf(await compileCore()) ?? '';
  const { version, scenarioSha256, fingerprint } = manifest;
  return RunFolder.open(
    folder,
    { version, scenarioSha256, coreSha256, packing: fingerprint, shard, rows },
    given.flag('resume'),
  );
}

async function run(loaded: FleetOnDisk, io: Io, given: Arguments, command: string, shard: readonly [number, number]) {
  const files = nodeHost(loaded.directory, { within: given.text('files-within') });
  const vms = await vmsOf(loaded.fleet, files, { onNote: (note) => io.stderr(`note: ${note}\n`) });
  const told = (done: number, all: number): void => {
    if (io.stderrIsTty === true) io.stderr(`${CLEAR_LINE}${Math.floor((100 * done) / all)} % of ${all} VMs placed`);
  };
  const prepared = await prepareFleet(loaded, vms, { onProgress: told });
  if (io.stderrIsTty === true) io.stderr(CLEAR_LINE);
  const hosts = partOf(prepared.plan.order, shard);
  const sum = new FleetSum(prepared);
  const folder = await openFolder(prepared, { given, shard, rows: hosts.length });
  try {
    await simulate({ prepared, hosts, folder, sum }, loaded, io, given);
    const result = sum.result();
    const isDone = sum.rows === hosts.length;
    const out = given.text('out');
    if (out !== undefined) {
      if (folder !== undefined) {
        await writeTables(folder.folder, prepared, sum, isDone && shard[1] === 1);
        folder.log(isDone ? `done: ${sum.rows} rows` : `interrupted: ${sum.rows} of ${hosts.length} rows`);
      }
      await writeFleet(out, result, command);
    }
    return { result, isDone };
  } finally {
    folder?.close();
  }
}

export async function fleet(args: readonly string[], io: Io): Promise<number> {
  const given = parseCommand(fleetSpec, args);
  if (given.help) {
    io.stdout(renderHelp(fleetSpec));
    return EXIT.done;
  }
  const seed = given.whole('seed', 0, MAX_SEED);
  workersOf(given);
  hangMsOf(given);
  checkEngine(given);
  const shard = shardOf(given);
  const out = given.text('out');
  for (const option of ['resume', 'shard'] as const)
    if (out === undefined && (given.flag(option) || given.text(option) !== undefined))
      given.problems.push(`--${option}: given without --out, expected --out DIR as well`);
  given.check();
  const set = [...given.list('set'), ...(seed === undefined ? [] : [`seed=${seed}`])];
  const loaded = await loadFleet(given.positional(0), set);
  if (out !== undefined) await prepareFolder(out, ['fleet.json', 'hosts.parquet', 'rows.ndjson', REPORT]);
  const { result, isDone } = await run(loaded, io, given, commandOf('fleet', args), shard);
  const expressions = given.list('assert');
  const verdicts = expressions.map((expression) => evaluateAssertion(expression, byClass(result)));
  io.stdout(given.flag('json') ? toStableJson(result) : renderFleet(result, lookOf(io)));
  verdicts.forEach(({ holds, explanation }, i) => {
    if (!holds) io.stderr(`assertion does not hold: ${expressions[i]}: ${explanation}\n`);
  });
  if (!isDone) {
    io.stderr(`interrupted: what is finished is ${out === undefined ? 'shown' : 'kept, --resume goes on'}\n`);
    return EXIT.interrupted;
  }
  if (result.warnings.some(({ code }) => code === 'host-failed')) return EXIT.incomplete;
  return verdicts.every(({ holds }) => holds) ? EXIT.done : EXIT.assertionFailed;
}
