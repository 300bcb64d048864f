// `fluxhost compare`: one workload and seed under several mechanisms, side by side, with paired differences and the
// number of cores that each needs to meet every SLO.

import { differenceOf } from '../metrics/replications.js';
import { toStableJson, type Result } from '../metrics/result.js';
import { renderComparison, type Comparison, type Sizing } from '../report/compare-table.js';
import { overTimeText } from '../report/series.js';
import { InputError, type Problem } from '../scenario/errors.js';
import { withMechanism } from '../scenario/mechanisms.js';
import type { MechanismKind, Scenario } from '../scenario/types.js';
import { parseCommand, renderHelp, type CommandSpec } from './args.js';
import { EXIT } from './exit.js';
import { prepareFolder } from './files.js';
import { POLICY_TIMEOUT } from './guard.js';
import type { Io } from './io.js';
import { combine, Session, type Tools } from './replicate.js';
import { MAX_REPLICATIONS, MAX_SEED, overrides } from './run.js';
import { LIMIT_FACTOR, sizeFor } from './sizing.js';
import { checkSize, writeOut } from './out.js';
import { readMechanisms } from './mechanisms.js';
import { FILES_WITHIN, simulationTools, toolsFor } from './tools.js';

const DEFAULT_MECHANISMS = 'ideal,hyperflux,hotplug,static';
const MAX_SIZING_CORES = 65_536;

export const compareSpec: CommandSpec = {
  name: 'compare',
  summary: 'Runs one scenario under several mechanisms with the same arrivals and service times, side by side.',
  positionals: ['SCENARIO'],
  options: {
    mechanisms: { value: 'A,B,...', help: `mechanisms, the first being the baseline\n(default ${DEFAULT_MECHANISMS})` },
    seed: { value: 'N', help: "seed in place of the scenario's" },
    replications: { value: 'R', help: 'runs per mechanism; adds 95 % intervals of the paired differences (default 1)' },
    set: { value: 'PATH=VALUE', multiple: true, help: 'changes a field of the scenario' },
    'no-sizing': { help: 'leaves out the search for the cores that each mechanism needs' },
    'max-cores': { value: 'N', help: `upper end of that search (default ${LIMIT_FACTOR} times the scenario's cores)` },
    out: { value: 'DIR', help: 'writes comparison.json there, and what series and log ask for as CSV' },
    core: { value: 'FILE', help: 'simulates on a core that fluxhost build has made' },
    ...FILES_WITHIN,
    ...POLICY_TIMEOUT,
    json: { help: 'prints runs, differences and sizing as one JSON document' },
  },
  details:
    "The scenario's own mechanism keeps its settings, the others take their defaults (fluxhost explain lists them).\n" +
    "The search counts a polling core among the host's cores, and under static the vCPUs pinned by all VMs.\n" +
    'Ctrl-C ends with what is finished, marked incomplete.',
  examples: [
    'fluxhost compare burst.yaml',
    'fluxhost compare burst.yaml --mechanisms ideal,hyperflux --replications 10 --json',
  ],
};

/** One scenario per mechanism; what any of them cannot run is refused before the first one starts. */
function scenariosFor(scenario: Scenario, kinds: readonly MechanismKind[], file: string): Scenario[] {
  const problems: Problem[] = [];
  const scenarios = kinds.flatMap((kind) => {
    try {
      return [withMechanism(scenario, kind)];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems.map((problem) => ({ ...problem, file: `${file} under ${kind}` })));
      return [];
    }
  });
  if (problems.length > 0) throw new InputError(problems);
  return scenarios;
}

async function sizeAll(
  session: Session,
  scenarios: readonly Scenario[],
  bases: readonly Result[],
  most: number,
): Promise<Sizing[]> {
  const found: Sizing[] = [];
  for (const [i, scenario] of scenarios.entries()) {
    const base = bases[i];
    if (base === undefined || base.incomplete === true) break;
    const sizing = await sizeFor(scenario, base, most, async (candidate) => {
      if (session.interrupted) return null;
      const label = `sizing ${scenario.mechanism.kind} ${candidate.host.cores} cores`;
      const result = await session.once(candidate, label, { overTime: false });
      return session.interrupted ? null : result;
    });
    if (sizing === null) break;
    found.push(sizing);
  }
  return found;
}

export async function compare(args: readonly string[], io: Io, tools: Tools = simulationTools): Promise<number> {
  const given = parseCommand(compareSpec, args);
  if (given.help) {
    io.stdout(renderHelp(compareSpec));
    return EXIT.done;
  }
  const kinds = readMechanisms(given, DEFAULT_MECHANISMS);
  const seed = given.whole('seed', 0, MAX_SEED);
  const replications = given.whole('replications', 1, MAX_REPLICATIONS) ?? 1;
  const limit = given.whole('max-cores', 1, MAX_SIZING_CORES);
  given.check();

  const file = given.positional(0);
  const loaded = await tools.load(file, { set: overrides(given.list('set'), seed) });
  const scenarios = scenariosFor(loaded.scenario, kinds, file);

  const folder = given.text('out');
  if (folder !== undefined || given.flag('json')) checkSize(loaded.scenario, scenarios.length);

  const used = await toolsFor(given, tools);
  return Session.open(used, loaded.directory, io, async (session) => {
    for (const warning of loaded.warnings) io.stderr(`warning: ${warning}\n`);
    const runs: Result[] = [];
    const bases: Result[] = [];
    for (const scenario of scenarios) {
      if (session.interrupted) break;
      // Written to only once the first simulation stands: a refused input leaves no folder behind.
      const results = await session.replications(scenario, replications, async () => {
        if (folder !== undefined) await prepareFolder(folder, ['comparison.json']);
      });
      bases.push(results[0]!);
      runs.push(combine(results, replications));
    }
    const [first, ...others] = runs;
    const comparison: Comparison = { runs, differences: others.map((other) => differenceOf(first!, other)) };
    const sized = !given.flag('no-sizing') && loaded.scenario.vms.some((vm) => vm.slo !== undefined);
    if (sized) {
      const most = Math.min(limit ?? LIMIT_FACTOR * loaded.scenario.host.cores, MAX_SIZING_CORES);
      comparison.sizing = await sizeAll(session, scenarios, bases, most);
    }
    if (session.interrupted) comparison.incomplete = true;
    const json = toStableJson(comparison);
    if (folder !== undefined) await writeOut(folder, 'comparison.json', json, runs);
    const overTime = overTimeText(first!, folder, '--out DIR writes that of every run as CSV, --json prints it');
    io.stdout(given.flag('json') ? json : renderComparison(comparison, io.isTty) + overTime);
    if (!session.interrupted) return EXIT.done;
    io.stderr('interrupted: what is finished is shown\n');
    return EXIT.interrupted;
  });
}
