// `fluxhost run`: simulates one scenario and prints its result as a table or as JSON.

import { join } from 'node:path';
import { dropBuckets, withBuckets } from '../result/buckets.js';
import type { Result } from '../result/result.js';
import { validityOf } from '../result/validity.js';
import { toStableJson } from '../result/json.js';
import { latencyFiles } from '../report/hdr.js';
import { renderRun } from '../report/run-table.js';
import { renderSeries, overTimeText } from '../report/series.js';
import { evaluateAssertion } from '../input/assert.js';
import { InputError } from '../input/errors.js';
import type { Scenario } from '../scenario/types.js';
import { changedScenario } from '../scenario/written.js';
import { combine } from '../study/study.js';
import { type CommandSpec, type Arguments, parseCommand, renderHelp } from './args.js';
import { ESTIMATE, printEstimate } from './estimate.js';
import { EXIT } from './exit.js';
import { prepareFolder, writeAtomically } from './files.js';
import { POLICY_TIMEOUT } from './guard.js';
import { type Io, lookOf } from './io.js';
import { type Tools, openStudy } from './replicate.js';
import { withSeries, checkSize, writeOut } from './out.js';
import { REPORT, commandOf } from './report.js';
import { openSnapshot, continuing, snapshotting } from './snapshot-file.js';
import { timelining } from './timeline-file.js';
import { FILES_WITHIN, toolsFor, simulationTools } from './tools.js';
import { unasked } from './unasked.js';

export const MAX_SEED = Number.MAX_SAFE_INTEGER;
export const MAX_REPLICATIONS = 1000;

export const runSpec: CommandSpec = {
  name: 'run',
  summary: 'Simulates one scenario: latencies and SLO per VM, core-seconds by state, core moves.',
  positionals: ['SCENARIO'],
  options: {
    seed: { value: 'N', help: "seed in place of the scenario's" },
    replications: { value: 'R', help: 'runs with seeds of their own; adds 95 % confidence intervals (default 1)' },
    set: { value: 'PATH=VALUE', multiple: true, help: 'changes a field of the scenario' },
    assert: { value: 'EXPRESSION', multiple: true, help: 'must hold in every replication, else exit status 3' },
    out: {
      value: 'DIR',
      help:
        'writes result.json, report.html, the distribution of latencies (cdf.csv,\n' +
        'latency.hlog for HdrHistogram) there, and what series and log ask for as CSV',
    },
    histograms: { help: 'puts every bucket of the latencies into the JSON (latencyNs.histogram)' },
    verbose: { help: 'adds what brackets this scenario and what has never been tested (docs/validity.md)' },
    series: { help: 'draws cores and queues over time; samples every 100us where the scenario does not sample' },
    snapshot: { value: 'FILE', help: 'writes a snapshot that --from and fluxhost fork go on from' },
    at: { value: 'TIME', help: 'simulated time of the snapshot, warm-up included (default: the end)' },
    timeline: { value: 'FILE', help: 'writes what happens, event by event, as a trace that ui.perfetto.dev opens' },
    'timeline-window': {
      value: 'A..B',
      help: 'simulated time that the timeline covers (default: the first 10ms after the warm-up)',
    },
    from: { value: 'FILE', help: 'goes on from a snapshot; there is no SCENARIO then' },
    files: { value: 'DIR', help: "with --from: where the scenario's files are (default: the snapshot's folder)" },
    core: {
      value: 'FILE',
      help: 'simulates on a core that fluxhost build has made; --from needs the one that wrote it',
    },
    policy: { value: 'FILE', help: 'takes the decisions of a policy in Wasm (docs/policy-abi.md)' },
    ...FILES_WITHIN,
    ...POLICY_TIMEOUT,
    ...ESTIMATE,
    json: { help: 'prints the result as one JSON document' },
  },
  details:
    "Replication 0 has the scenario's seed and its result is printed in full; the seeds of the others follow from it.\n" +
    'Ctrl-C ends with the result so far, marked incomplete; --snapshot without --at is then written of that instant.\n' +
    'What goes on --from a snapshot counts from the end of the warm-up, as the run that wrote it did; --set may change\n' +
    'mechanism, costs, seed, duration, guarantees, policies and rates, since all else is laid out in memory already.\n' +
    'Exit status: 0 done, 1 failed, 2 input refused, 3 an assertion does not hold, 130 interrupted.',
  examples: [
    'fluxhost run burst.yaml',
    'fluxhost run burst.yaml --set vms.0.workload.arrivals.onRate=2e6 --replications 10',
    "fluxhost run burst.yaml --json --assert 'api.latency.p99 < 200us'",
    'fluxhost run burst.yaml --series --out burst',
    'fluxhost run burst.yaml --snapshot burst.snapshot --at 100ms',
    'fluxhost run burst.yaml --timeline burst.pftrace --timeline-window 100ms..102ms',
    'fluxhost run --from burst.snapshot --set mechanism=ideal',
  ],
};

/** One line per assertion that fails in some replication. */
function failedAssertions(expressions: readonly string[], results: readonly Result[]): string[] {
  return expressions.flatMap((expression) => {
    const failures = results.flatMap((result, r) => {
      const { holds, explanation } = evaluateAssertion(expression, result);
      const where = results.length > 1 ? ` in replication ${r} (seed ${result.manifest.seed})` : '';
      return holds ? [] : [`assertion does not hold${where}: ${expression}: ${explanation}`];
    });
    const [first] = failures;
    if (first === undefined) return [];
    return [failures.length === 1 ? first : `${first}; and in ${failures.length - 1} more replications`];
  });
}

/** Refuses unknown names and bad syntax in assertions, all at once, on the metrics of time zero. */
function checkAssertions(expressions: readonly string[], result: Result): void {
  const problems = expressions.flatMap((expression) => {
    try {
      evaluateAssertion(expression, result);
      return [];
    } catch (error) {
      if (error instanceof InputError) return error.problems;
      throw error;
    }
  });
  if (problems.length > 0) throw new InputError(problems);
}

/** The seed is a field like any other, so `--seed` takes the way of `--set` and ends up in the scenario's hash. */
export function overrides(set: readonly string[], seed: number | undefined): string[] {
  return seed === undefined ? [...set] : [...set, `seed=${seed}`];
}

/** What is simulated, and with what: a scenario from its start, or a snapshot from its instant. */
interface Start {
  readonly scenario: Scenario;
  readonly directory: string;
  readonly warnings: readonly string[];
  readonly tools: Tools;
  close(): void;
}

async function startOf(given: Arguments, set: readonly string[], own: Tools): Promise<Start> {
  const from = given.text('from');
  if (from === undefined) {
    const tools = await toolsFor(given, own);
    const loaded = await tools.load(given.positional(0), { set });
    const silent = tools.decisions && unasked(`--policy ${given.text('policy')!}`, tools.decisions, loaded.scenario);
    const warnings = silent === undefined ? loaded.warnings : [...loaded.warnings, silent];
    return { ...loaded, warnings, tools, close: () => undefined };
  }
  const base = await openSnapshot(from, given);
  try {
    const scenario = changedScenario(base.scenario, set, from);
    return { scenario, directory: '', warnings: [], tools: continuing(base, own), close: () => base.close() };
  } catch (error) {
    base.close();
    throw error;
  }
}

/** `--series` turns sampling on where the scenario leaves it off; in a snapshot memory is laid out already. */
function sampled({ scenario }: Start, given: Arguments): Scenario {
  if (!given.flag('series') || scenario.series !== null) return scenario;
  if (given.text('from') === undefined) return withSeries(scenario);
  throw new InputError({
    path: '--series',
    given: 'a snapshot of a run without series',
    expected: 'a snapshot of one that samples: run --series --snapshot, or with series in its scenario',
  });
}

function overTime(result: Result, given: Arguments, folder: string | undefined): string {
  const drawn = given.flag('series') && result.series !== undefined ? renderSeries(result.series) : '';
  return (
    drawn +
    overTimeText(result, folder, '--out DIR writes that as CSV, --json prints it, --series draws cores and queues')
  );
}

/** A snapshot is one run at one instant, and what goes on from it shares its past. */
function checkCombinations(given: Arguments, replications: number): void {
  const has = (name: string): boolean => given.text(name) !== undefined;
  if (has('at') && !has('snapshot')) given.problems.push('--at: given without --snapshot, expected both');
  if (has('files') && !has('from')) given.problems.push('--files: given without --from, expected both');
  if (has('timeline-window') && !has('timeline'))
    given.problems.push('--timeline-window: given without --timeline, expected both');
  if (has('timeline') && has('snapshot'))
    given.problems.push('--timeline: given with --snapshot, expected one of them');
  if (replications === 1) return;
  if (has('timeline')) given.problems.push(`--replications: given ${replications} with --timeline, expected one run`);
  if (has('snapshot')) given.problems.push(`--replications: given ${replications} with --snapshot, expected one run`);
  if (has('from')) {
    given.problems.push(
      `--replications: given ${replications} with --from, expected one run: runs that share a past are not independent`,
    );
  }
}

export async function run(args: readonly string[], io: Io, tools: Tools = simulationTools): Promise<number> {
  // A snapshot holds its scenario: naming another one beside it is refused as an argument too many.
  const goesOn = args.some((arg) => arg === '--from' || arg.startsWith('--from='));
  const given = parseCommand(goesOn ? { ...runSpec, positionals: [] } : runSpec, args);
  if (given.help) {
    io.stdout(renderHelp(runSpec));
    return EXIT.done;
  }
  const seed = given.whole('seed', 0, MAX_SEED);
  const replications = given.whole('replications', 1, MAX_REPLICATIONS) ?? 1;
  checkCombinations(given, replications);
  given.check();
  const expressions = given.list('assert');
  const folder = given.text('out');
  const file = given.text('snapshot');

  const start = await startOf(given, overrides(given.list('set'), seed), tools);
  const timeline = given.text('timeline');
  const used =
    timeline !== undefined
      ? timelining(start.tools, { file: timeline, window: given.text('timeline-window') }, io)
      : file !== undefined
        ? snapshotting(start.tools, { file, at: given.text('at') }, io)
        : start.tools;
  try {
    const scenario = sampled(start, given);
    if (folder !== undefined || given.flag('json')) checkSize(scenario, 1);
    if (given.flag('estimate')) {
      const { directory } = start;
      return await printEstimate(given, io, [{ scenario, runs: replications }], (one) =>
        start.tools.create(one, directory),
      );
    }
    return await openStudy(
      used,
      start.directory,
      io,
      async (study) => {
        for (const warning of start.warnings) io.stderr(`warning: ${warning}\n`);
        // Written to only once the first simulation stands: a refused input leaves no folder behind.
        const results = await study.replications(scenario, replications, async (first) => {
          checkAssertions(expressions, first);
          if (folder !== undefined) await prepareFolder(folder, ['result.json', 'cdf.csv', 'latency.hlog', REPORT]);
        });
        const result = combine(results, replications);
        if (given.flag('verbose'))
          result.validity = validityOf({ scenario, replications, ownCore: given.text('core') !== undefined });
        const files = folder === undefined ? [] : latencyFiles(result);
        // the page draws every bucket, also where the JSON beside it has none
        const shown = withBuckets(result);
        if (!given.flag('histograms')) dropBuckets(result);
        const json = toStableJson(result);
        if (folder !== undefined) {
          for (const { name, text } of files) await writeAtomically(join(folder, name), text);
          await writeOut(folder, 'result.json', json, [result], shown, { command: commandOf('run', args), scenario });
        }
        io.stdout(given.flag('json') ? json : renderRun(shown, lookOf(io)) + overTime(result, given, folder));
        if (result.incomplete === true) {
          io.stderr('interrupted: the result covers what was simulated so far\n');
          return EXIT.interrupted;
        }
        const failed = failedAssertions(expressions, results);
        for (const line of failed) io.stderr(`${line}\n`);
        return failed.length > 0 ? EXIT.assertionFailed : EXIT.done;
      },
      // a terminal gets them as a line each
      {
        strips: folder !== undefined,
        histograms:
          given.flag('histograms') || folder !== undefined || (io.columns !== undefined && !given.flag('json')),
      },
    );
  } finally {
    start.close();
  }
}
