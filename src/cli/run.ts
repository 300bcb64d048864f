// `fluxhost run`: simulates one scenario and prints its result as a table or as JSON.

import { access, constants, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toStableJson, type Result } from '../metrics/result.js';
import { renderRun } from '../report/run-table.js';
import { evaluateAssertion } from '../scenario/assert.js';
import { InputError } from '../scenario/errors.js';
import { parseCommand, renderHelp, type CommandSpec } from './args.js';
import { EXIT } from './exit.js';
import type { Io } from './io.js';
import { combine, Session, type Tools } from './replicate.js';
import { simulationTools } from './tools.js';

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
    out: { value: 'DIR', help: 'writes result.json there as well' },
    json: { help: 'prints the result as one JSON document' },
  },
  details:
    "Replication 0 has the scenario's seed and its result is printed in full; the seeds of the others follow from it.\n" +
    'Ctrl-C ends with the result so far, marked incomplete.\n' +
    'Exit status: 0 done, 1 failed, 2 input refused, 3 an assertion does not hold, 130 interrupted.',
  examples: [
    'fluxhost run burst.yaml',
    'fluxhost run burst.yaml --set vms.0.workload.arrivals.onRate=2e6 --replications 10',
    "fluxhost run burst.yaml --json --assert 'api.latency.p99 < 200us'",
  ],
};

/** Makes the folder and makes sure that it can be written to, before anything long is started. */
async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new InputError({
      path: '--out',
      given: `${JSON.stringify(folder)} (${reason})`,
      expected: 'a folder that can be made and written to',
    });
  }
}

/** A reader sees the old file or the new one, never half of it; a crash leaves no result.json that is not whole. */
async function writeAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

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

export async function run(args: readonly string[], io: Io, tools: Tools = simulationTools): Promise<number> {
  const given = parseCommand(runSpec, args);
  if (given.help) {
    io.stdout(renderHelp(runSpec));
    return EXIT.done;
  }
  const seed = given.whole('seed', 0, MAX_SEED);
  const replications = given.whole('replications', 1, MAX_REPLICATIONS) ?? 1;
  given.check();
  const expressions = given.list('assert');
  const folder = given.text('out');

  const loaded = await tools.load(given.positional(0), { set: overrides(given.list('set'), seed) });

  return Session.open(tools, loaded.directory, io, async (session) => {
    for (const warning of loaded.warnings) io.stderr(`warning: ${warning}\n`);
    // Written to only once the first simulation stands: a refused input leaves no folder behind.
    const results = await session.replications(loaded.scenario, replications, async (start) => {
      checkAssertions(expressions, start);
      if (folder !== undefined) await prepareFolder(folder);
    });
    const result = combine(results, replications);
    const json = toStableJson(result);
    if (folder !== undefined) await writeAtomically(join(folder, 'result.json'), json);
    io.stdout(given.flag('json') ? json : renderRun(result, io.isTty));
    if (result.incomplete === true) {
      io.stderr('interrupted: the result covers what was simulated so far\n');
      return EXIT.interrupted;
    }
    const failed = failedAssertions(expressions, results);
    for (const line of failed) io.stderr(`${line}\n`);
    return failed.length > 0 ? EXIT.assertionFailed : EXIT.done;
  });
}
