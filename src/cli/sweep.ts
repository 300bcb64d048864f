// `fluxhost sweep`: one scenario at many points, under several mechanisms, with several seeds.

import { renderSweep, sweepCsv } from '../report/sweep-table.js';
import { toStableJson } from '../result/json.js';
import type { Study } from '../study/study.js';
import { type Axis, MOST_POINTS, parseAxes } from '../study/axes.js';
import { type Shard, shareOf } from '../study/engine.js';
import { alone } from '../study/runs.js';
import { UNTIL_REPLICATIONS, parseUntil, pilotsOf, placesOf, sweepAll } from '../study/sweep.js';
import { type Variant, parseVariants } from '../study/variant.js';
import { type CommandSpec, parseCommand, renderHelp } from './args.js';
import { HANG_AFTER, hangMsOf, WORKERS, onCrew, workersOf } from './crew.js';
import { ESTIMATE, printEstimate } from './estimate.js';
import { EXIT } from './exit.js';
import { prepareFolder } from './files.js';
import { POLICY_TIMEOUT } from './guard.js';
import { type Io, lookOf } from './io.js';
import { readMechanisms, statusOf } from './mechanisms.js';
import { type Tools, openStudy } from './replicate.js';
import { commandOf, runCommand } from './report.js';
import { MAX_REPLICATIONS, MAX_SEED, overrides } from './run.js';
import { isFinal, KeptRuns } from './kept-runs.js';
import { RunFolder } from './run-folder.js';
import { sharedBy, sharingOf } from './share.js';
import { identityOf, SWEEP_FILES, type SweepPlan, writeSweep, writeSweepPlan } from './sweep-out.js';
import { FILES_WITHIN, type Setup, setupOf, simulationTools, toolsFor } from './tools.js';

export const sweepSpec: CommandSpec = {
  name: 'sweep',
  summary: 'Simulates a scenario at every point of a grid, a list or a Latin hypercube, under each mechanism.',
  positionals: ['SCENARIO'],
  options: {
    vary: {
      value: 'PATH=VALUES',
      multiple: true,
      help: 'a field and its values: host.cores=8,16,32, load=0.5..0.95:10, vms.api.quantum=5us..500us:7:log',
    },
    latin: { value: 'N', help: 'N points of a Latin hypercube over the ranges, in place of the grid' },
    mechanisms: { value: 'A,B,...', help: "mechanisms side by side, or all (default: the scenario's own)" },
    replications: { value: 'R', help: 'seeds of each row, the same for all (default 1)' },
    until: {
      value: 'p99±2%',
      help: 'more seeds until the interval of the latency is so narrow (at most --replications, or 64)',
    },
    ...WORKERS,
    ...HANG_AFTER,
    ...sharedBy('simulates', 'rows'),
    seed: { value: 'N', help: "seed in place of the scenario's" },
    set: { value: 'PATH=VALUE', multiple: true, help: 'changes a field of the scenario first' },
    out: {
      value: 'DIR',
      help: 'writes sweep.json, sweep.csv and report.html there, and of every run a row (runs.parquet)',
    },
    core: { value: 'FILE', help: 'simulates on a core that fluxhost build has made' },
    ...FILES_WITHIN,
    ...POLICY_TIMEOUT,
    ...ESTIMATE,
    csv: { help: 'prints every row with every headline figure as CSV' },
    json: { help: 'prints the rows as one JSON document' },
  },
  details:
    'The axis load is no field: it scales all arrivals so that the service time that arrives is that share of the time of all\n' +
    'cores. Rows of one seed have the same arrivals, so what differs is the point and the mechanism. A point that makes no\n' +
    'scenario is a row with its reason. a name that is none too, and then the exit status is 1.\n' +
    'fluxhost run with --set of a row prints its first seed.',
  examples: [
    'fluxhost sweep burst.yaml --vary host.cores=12..30:7 --mechanisms ideal,hyperflux',
    'fluxhost sweep burst.yaml --vary load=0.5..0.95:10 --replications 5 --out load',
    'fluxhost sweep burst.yaml --vary host.cores=8..64:2 --vary load=0.3..0.9:2 --latin 40 --until p99±2% --json',
  ],
};

/** The mechanisms of the rows: those that are listed, and those of an axis. */
const namedIn = (variants: readonly Variant[], axes: readonly Axis[]): Variant[] => {
  const words = axes.find(({ path }) => path === 'mechanism')?.values.filter((text) => !text.startsWith('{')) ?? [];
  return words.length === 0 ? [...variants] : [...variants, ...parseVariants(words.join(','), [], true)];
};

export async function sweep(args: readonly string[], io: Io, tools: Tools = simulationTools): Promise<number> {
  const given = parseCommand(sweepSpec, args);
  if (given.help) {
    io.stdout(renderHelp(sweepSpec));
    return EXIT.done;
  }
  const variants = readMechanisms(given, { rows: true });
  const seed = given.whole('seed', 0, MAX_SEED);
  const latin = given.whole('latin', 1, MOST_POINTS);
  const asked = given.whole('replications', 1, MAX_REPLICATIONS);
  const workers = workersOf(given);
  const hangMs = hangMsOf(given);
  const { redis, shard, resume } = sharingOf(given);
  if (given.flag('json') && given.flag('csv')) given.problems.push('--csv: given beside --json, expected one of them');
  given.check();
  const axes = parseAxes(given.list('vary'));
  const precision = given.text('until');
  const until = precision === undefined ? undefined : parseUntil(precision);
  const replications = asked ?? (until === undefined ? 1 : UNTIL_REPLICATIONS);

  const loaded = await tools.load(given.positional(0), { set: overrides(given.list('set'), seed) });
  const { scenario, directory } = loaded;
  const out = given.text('out');
  if (out !== undefined) await prepareFolder(out, SWEEP_FILES);
  const used = await toolsFor(given, tools);
  const setup = await setupOf(given);
  const drawn = out !== undefined;
  const work = async (study: Study): Promise<number> => {
    for (const warning of loaded.warnings) io.stderr(`warning: ${warning}\n`);
    const own = { label: scenario.mechanism.kind, mechanism: { kind: scenario.mechanism.kind } };
    const question = { axes, latin, variants: variants ?? [own], replications, until };
    if (given.flag('estimate')) {
      const plans = await pilotsOf(scenario, question, alone(study));
      return printEstimate(given, io, plans, (one) => used.create(one, directory), workers);
    }
    const asked = shareOf(placesOf(scenario, question), shard).length;
    const plan = { scenario, question };
    const kept =
      out === undefined ? undefined : await keep(out, plan, { shard, resume, rows: asked, directory, setup });
    try {
      const simulates = drawn ? { ...setup, histograms: true as const } : setup;
      const where = { directory, setup: simulates, workers, rows: 'rows', hangMs, redis, kept };
      const result = await onCrew(study, io, where, (crew) => sweepAll(scenario, question, crew, shard));
      const isDone = result.rows.length === asked && result.rows.every(({ incomplete }) => incomplete !== true);
      const points = new Set(result.rows.map(({ point }) => JSON.stringify(point))).size;
      if (latin !== undefined && points < latin && result.incomplete !== true)
        io.stderr(`note: of ${latin} points ${latin - points} fall on others, and each is run once\n`);
      const json = toStableJson(result);
      if (kept !== undefined) {
        await writeSweep(kept.folder.folder, result, json, plan, {
          command: commandOf('sweep', args),
          module: setup.module,
          runs: () => kept.runs(),
        });
        kept.folder.log(isDone ? `done: ${asked} rows` : `interrupted: ${result.rows.length} of ${asked} rows`);
      }
      const text = (): string => renderSweep(result, lookOf(io), (row) => runCommand(given, row.set, row.replications));
      io.stdout(given.flag('json') ? json : given.flag('csv') ? sweepCsv(result) : text());
      if (!isDone) {
        const left = out === undefined ? 'are shown' : 'are kept, --resume goes on';
        io.stderr(`interrupted: the rows and seeds that had ended ${left}\n`);
        return EXIT.interrupted;
      }
      const status = statusOf(namedIn(question.variants, axes), io);
      return status === EXIT.done && result.rows.some(({ failed }) => failed === true) ? EXIT.incomplete : status;
    } finally {
      kept?.folder.close();
    }
  };
  return openStudy(used, directory, io, work, { histograms: drawn });
}

/** Takes the folder, with the runs that are in it where the sweep goes on. */
async function keep(
  out: string,
  plan: SweepPlan,
  asked: { shard: Shard; resume: boolean; rows: number; directory: string; setup: Setup },
): Promise<KeptRuns> {
  const folder = await RunFolder.open(out, await identityOf(plan, asked), asked.resume, isFinal);
  try {
    await writeSweepPlan(out, plan);
    return await KeptRuns.of(folder);
  } catch (error) {
    folder.close();
    throw error;
  }
}
