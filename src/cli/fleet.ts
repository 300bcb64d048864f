// `fluxhost fleet`: VMs on many hosts, from a YAML file of hosts, VMs and a placement rule; hosts are simulated on all threads.

import { hashOf, compileCore } from '../core/load.js';
import { loadFleet, type FleetOnDisk } from '../fleet/file.js';
import { engineHere, rowsOf } from '../fleet/hosts.js';
import type { FleetResult } from '../fleet/result.js';
import { STEADY } from '../fleet/simulator.js';
import { callsOf, FleetSum, type PreparedFleet, jobsOf, prepareFleet, vmsOf } from '../fleet/simulate.js';
import { type ChunkContext, type ChunkEngine, type HostRow, HOSTS } from '../fleet/work.js';
import { type Done, isWhole, shardText, shareOf } from '../study/engine.js';
import { evaluateAssertion } from '../input/assert.js';
import { InputError } from '../input/errors.js';
import { renderFleet } from '../report/fleet-table.js';
import { formatDurationNs } from '../report/units.js';
import { toStableJson } from '../result/json.js';
import { nodeHost } from '../workload/node-file.js';
import { type Arguments, type CommandSpec, parseCommand, renderHelp } from './args.js';
import { HANG_AFTER, hangMsOf, logWorkers, ratesText, toldAndLogged, WORKERS, workersOf } from './crew.js';
import { EXIT } from './exit.js';
import { prepareFolder } from './files.js';
import { dropTables, writeFleet, writeTables } from './fleet-out.js';
import { dropSums } from './kept-sums.js';
import { CLEAR_LINE, type Io, lookOf } from './io.js';
import { filesSha256, namedIn } from './named-files.js';
import { loadPlacement, PLACEMENT } from './placement-file.js';
import { REPORT, commandOf } from './report.js';
import { MAX_SEED } from './run.js';
import { checkFree, readRows, RunFolder } from './run-folder.js';
import { type Sharing, sharedBy, sharingOf } from './share.js';
import { createOn, FILES_WITHIN } from './tools.js';

export const fleetSpec: CommandSpec = {
  name: 'fleet',
  summary: 'Places VMs on many hosts and deals out requests of functions there; simulates some or all of the hosts.',
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
    ...sharedBy('simulates', 'hosts'),
    ...PLACEMENT,
    assert: { value: 'EXPRESSION', multiple: true, help: 'must hold, else exit status 3: packing.rejected == 0' },
    out: {
      value: 'DIR',
      help: 'writes fleet.json and report.html there, and of simulated hosts a row each (hosts.parquet)',
    },
    ...FILES_WITHIN,
    json: { help: 'prints the result as one JSON document' },
  },
  details: 'docs/fleet.md tells every rule and every format of traces; fluxhost schema fleet is for editors.',
  examples: [
    'fluxhost fleet examples/fleet.yaml',
    'fluxhost fleet examples/fleet.yaml --set placement=dot-product --set overcommit.cores=2',
    'fluxhost fleet examples/fleet-functions.yaml --set functions.spread=4',
    'fluxhost fleet examples/fleet.yaml --placement examples/placement.ts',
    "fluxhost fleet examples/fleet.yaml --set hosts.0.count=60 --assert 'packing.rejected == 0'",
  ],
};

/** @throws InputError where hosts are to be shared out, and none is simulated */
function checkSharing({ fleet }: FleetOnDisk, { redis, shard }: Sharing): void {
  if (fleet.fidelity.kind !== 'packing') return;
  const given = 'for a fleet with fidelity packing';
  const expected = 'fidelity full or sampled (--set fidelity=full): placement alone runs on this thread, undivided';
  const options = [...(redis === undefined ? [] : ['--engine']), ...(shard[1] === 1 ? [] : ['--shard'])];
  if (options.length > 0) throw new InputError(options.map((path) => ({ path, given, expected })));
}

/** Classes are named in assertions as VMs are. */
export const byClass = (result: FleetResult): object => ({
  ...result,
  vms: result.classes.map((one) => ({ ...one, name: one.class })),
});

/** On all threads of this machine; on this one where no other can be started. */
export async function localEngine(
  context: ChunkContext,
  io: Io,
  directory: string,
  given: Arguments,
): Promise<ChunkEngine> {
  const setup = { within: given.text('files-within') };
  if (io.program === undefined)
    return engineHere(context, (scenario, lifecycle) =>
      createOn({ ...setup, ...STEADY }, scenario, directory, lifecycle),
    );
  const { threadEngine } = await import('./pool.js');
  return threadEngine(io.program, workersOf(given), { directory, setup }, context, { silenceMs: hangMsOf(given) });
}

async function engineOf(
  context: ChunkContext,
  io: Io,
  directory: string,
  { given, sharing: { redis } }: Asked,
  folder: RunFolder | undefined,
) {
  if (redis === undefined) return localEngine(context, io, directory, given);
  const { queueEngine } = await import('./queue-engine.js');
  return queueEngine(redis, directory, context, toldAndLogged(io, folder));
}

/** `12 of 80 hosts, 41 s left; 2 workers: a 3.1, b 2.9 a second` */
const progressText = (done: number, all: number, leftMs: number, workers?: readonly Done[]): string =>
  `${done} of ${all} hosts, ${formatDurationNs(leftMs * 1e6)} left${ratesText(workers)}`;

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
}

interface Left extends Running {
  readonly sum: FleetSum;
  readonly left: readonly number[];
}

/** Simulates the hosts that have no row yet. Of those that failed before, rows come behind those of hosts after them, and are put in order. */
async function simulate(running: Running, loaded: FleetOnDisk, io: Io, asked: Asked): Promise<FleetSum> {
  const { prepared, hosts, folder } = running;
  const before = new FleetSum(prepared);
  const known = new Set<number>();
  if (folder?.goesOn === true)
    for await (const row of readRows<HostRow>(folder.folder)) {
      before.add(row, true);
      known.add(row.host);
    }
  await simulateLeft({ ...running, sum: before, left: hosts.filter((host) => !known.has(host)) }, loaded, io, asked);
  if (folder === undefined || hosts.slice(0, known.size).every((host) => known.has(host))) return before;
  await folder.sort<HostRow>(({ host }) => host);
  const sum = before.again();
  for await (const row of readRows<HostRow>(folder.folder)) sum.add(row, true);
  return sum;
}

async function simulateLeft({ prepared, hosts, folder, sum, left }: Left, loaded: FleetOnDisk, io: Io, asked: Asked) {
  if (prepared.context === undefined || left.length === 0) return;
  const controller = new AbortController();
  let engine: Awaited<ReturnType<typeof engineOf>> | undefined = undefined;
  // before there is an engine: what it says may be answered by an interrupt at once
  const stop = io.onInterrupt?.(() => {
    controller.abort();
    engine?.giveUp?.();
  });
  try {
    engine = await engineOf(prepared.context, io, loaded.directory, asked, folder);
    const progress = progressOf(io, hosts.length, sum.rows, engine);
    for await (const rows of rowsOf(engine, jobsOf(prepared, left), prepared.vms, controller.signal)) {
      for (const row of rows) sum.add(row);
      folder?.append(rows);
      progress(sum.rows);
    }
  } catch (error) {
    if (!controller.signal.aborted) throw error; // else it is what was given up
  } finally {
    stop?.();
    logWorkers(engine, HOSTS.name, folder);
    await engine?.close();
    if (io.stderrIsTty === true) io.stderr(CLEAR_LINE);
  }
}

async function openFolder(
  { base, context }: PreparedFleet,
  { given, sharing }: Asked,
  { rows, loaded }: { readonly rows: number; readonly loaded: FleetOnDisk },
): Promise<RunFolder | undefined> {
  const folder = given.text('out');
  if (folder === undefined) return undefined;
  if (context === undefined) return void (await checkFree(folder, 'fleet'));
  const { manifest } = base;
  const coreSha256 = hashOf(await compileCore()) ?? '';
  const { version, scenarioSha256, fingerprint } = manifest;
  const { shard, resume } = sharing;
  const identity = { of: 'fleet', version, scenarioSha256, coreSha256, packing: fingerprint, shard, rows } as const;
  const names = namedIn({ context, functions: loaded.fleet.functions?.given });
  const files = names.length === 0 ? {} : { files: await filesSha256(names, loaded.directory) };
  return RunFolder.open<HostRow>(folder, { ...identity, ...files }, resume, ({ error }) => error === undefined);
}

interface Asked {
  readonly given: Arguments;
  readonly sharing: Sharing;
}

async function run(loaded: FleetOnDisk, io: Io, asked: Asked, command: string) {
  const { given, sharing } = asked;
  const files = nodeHost(loaded.directory, { within: given.text('files-within') });
  const onNote = (note: string): void => io.stderr(`note: ${note}\n`);
  const vms = await vmsOf(loaded.fleet, files, { onNote });
  const calls = await callsOf(loaded.fleet, vms, files, onNote);
  const told = (done: number, all: number): void => {
    if (io.stderrIsTty === true) io.stderr(`${CLEAR_LINE}${Math.floor((100 * done) / all)} % of ${all} VMs placed`);
  };
  const policyName = given.text('placement');
  const policy = await loadPlacement(policyName);
  const prepared = await prepareFleet(loaded, vms, { policy, policyName, onProgress: told, calls });
  if (io.stderrIsTty === true) io.stderr(CLEAR_LINE);
  const hosts = shareOf(prepared.plan.order, sharing.shard);
  const folder = await openFolder(prepared, asked, { rows: hosts.length, loaded });
  if (folder !== undefined) await dropSums(folder.folder);
  try {
    const sum = await simulate({ prepared, hosts, folder }, loaded, io, asked);
    const part = isWhole(sharing.shard) ? {} : { part: shardText(sharing.shard) };
    const result: FleetResult = { ...sum.result(), ...part };
    const isDone = sum.rows === hosts.length;
    const out = given.text('out');
    if (out !== undefined) {
      if (folder !== undefined) {
        await writeTables(folder.folder, prepared, sum, isDone && sharing.shard[1] === 1);
        folder.log(isDone ? `done: ${sum.rows} hosts` : `interrupted: ${sum.rows} of ${hosts.length} hosts`);
      } else await dropTables(out);
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
  const sharing = sharingOf(given);
  const out = given.text('out');
  given.check();
  const set = [...given.list('set'), ...(seed === undefined ? [] : [`seed=${seed}`])];
  const loaded = await loadFleet(given.positional(0), set);
  checkSharing(loaded, sharing);
  if (out !== undefined) await prepareFolder(out, ['fleet.json', 'hosts.parquet', 'rows.ndjson', REPORT]);
  const { result, isDone } = await run(loaded, io, { given, sharing }, commandOf('fleet', args));
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
