// `fluxhost suite`: fixed scenarios under each mechanism, one table and one score card a mechanism.

import { mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError, show } from '../input/errors.js';
import { readFailure } from '../input/read-failure.js';
import { buildCore } from '../policy-core.js';
import { renderSuite, suiteCsv } from '../report/suite-table.js';
import { toStableJson } from '../result/json.js';
import { writtenForm } from '../scenario/written.js';
import { AZURE_LIKE, azureLikeCsv } from '../study/suite/azure-like.js';
import { type SuiteScenario, SUITE_VERSION, chosen, suiteScenarios } from '../study/suite/scenarios.js';
import { SUITE_REPLICATIONS, type SuiteEntry, entryOf, plansOf, policyEntry, suiteAll } from '../study/suite/suite.js';
import { type Arguments, type CommandSpec, parseCommand, renderHelp } from './args.js';
import { keptCores } from './compiled-cores.js';
import { DEFAULT_HANG_MS, WORKERS, onCrew, workersOf } from './crew.js';
import { ESTIMATE, printEstimate } from './estimate.js';
import { EXIT } from './exit.js';
import { madeBy, writeDocument, yamlOf } from './out.js';
import { REPORT, commandOf } from './report.js';
import { prepareFolder, writeAtomically } from './files.js';
import { POLICY_TIMEOUT } from './guard.js';
import { type Io, lookOf } from './io.js';
import { readMechanisms } from './mechanisms.js';
import { type Tools, openStudy } from './replicate.js';
import { MAX_REPLICATIONS } from './run.js';
import { type Setup, createOn, simulationTools } from './tools.js';

const DEFAULT_MECHANISMS = 'ideal,hyperflux,caladan,shenango,cgroup,hotplug,static';

export const suiteSpec: CommandSpec = {
  name: 'suite',
  summary: 'Runs a fixed set of scenarios under each mechanism: one table, and one score card a mechanism.',
  positionals: [],
  options: {
    mechanisms: { value: 'A,B,...', help: `mechanisms side by side\n(default ${DEFAULT_MECHANISMS})` },
    policy: { value: 'FILE', help: 'ranks hyperflux with the decisions of an AssemblyScript file beside them' },
    own: { value: 'SCENARIO', help: 'a scenario of your own as one more, such as one that replays your trace' },
    only: { value: 'A,B,...', help: 'some of the scenarios, by name' },
    replications: {
      value: 'R',
      help: `seeds of each scenario (default ${SUITE_REPLICATIONS}, which the suite's hash stands for)`,
    },
    list: { help: 'prints the names of the scenarios and what each asks, and runs nothing' },
    ...WORKERS,
    out: {
      value: 'DIR',
      help: 'writes suite.json, suite.csv, report.html and every scenario as a file that run takes there',
    },
    ...POLICY_TIMEOUT,
    ...ESTIMATE,
    csv: { help: 'prints the table as CSV' },
    json: { help: 'prints table and score cards as one JSON document' },
  },
  details:
    'Scores are against ideal, which has the same arrivals and moves cores at no cost: 1 is the bound for tail and best-effort\n' +
    'work. The scenarios are fixed; whoever runs the same version of them with the same mechanisms gets the same SHA-256.',
  examples: [
    'fluxhost suite',
    'fluxhost suite --mechanisms hyperflux,hyperflux:signal=oldest,caladan --json',
    'fluxhost suite --policy my-policy.ts --mechanisms hyperflux',
    'fluxhost suite --own azure-replay.yaml --only azure-replay,bursts',
  ],
};

async function policySource(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    const given = `${show(file)}, ${readFailure(error)}`;
    throw new InputError({ path: '--policy', given, expected: 'a file of AssemblyScript' });
  });
}

/** The reader's own, with the folder that its files lie in. @throws InputError for one without an SLO: nothing could be scored */
async function ownScenario(file: string, tools: Tools): Promise<{ one: SuiteScenario; directory: string }> {
  const { scenario, directory } = await tools.load(file, { set: [] });
  const name = basename(file).replace(/\.(ya?ml|json)$/, '');
  if (!scenario.vms.some(({ slo }) => slo !== undefined))
    throw new InputError({ file, path: 'vms', given: 'no VM with an slo', expected: 'one, for the score of its tail' });
  if (suiteScenarios().some((one) => one.name === name))
    throw new InputError({ file, path: '--own', given: show(name), expected: 'another name than the suite has' });
  return { one: { name, about: 'your own', scenario }, directory };
}

/** Every scenario as `run` takes it, under `ideal`: `--set mechanism=KIND` makes each of its rows. */
async function writeScenarios(folder: string, scenarios: readonly SuiteScenario[]): Promise<void> {
  await mkdir(join(folder, dirname(AZURE_LIKE)), { recursive: true });
  await writeAtomically(join(folder, AZURE_LIKE), azureLikeCsv());
  for (const { name, scenario } of scenarios)
    await writeAtomically(join(folder, `${name}.json`), toStableJson(writtenForm(scenario)));
}

function listText(): string {
  const all = suiteScenarios();
  const width = Math.max(...all.map(({ name }) => name.length));
  return [`suite ${SUITE_VERSION}`, ...all.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`), ''].join(
    '\n',
  );
}

const namesOf = (given: Arguments): string[] | undefined =>
  given
    .text('only')
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

export async function suite(args: readonly string[], io: Io, tools: Tools = simulationTools): Promise<number> {
  const given = parseCommand(suiteSpec, args);
  if (given.help || given.flag('list')) {
    io.stdout(given.help ? renderHelp(suiteSpec) : listText());
    return EXIT.done;
  }
  const variants = readMechanisms(given, { otherwise: DEFAULT_MECHANISMS });
  const replications = given.whole('replications', 1, MAX_REPLICATIONS) ?? SUITE_REPLICATIONS;
  const workers = workersOf(given);
  if (given.flag('json') && given.flag('csv')) given.problems.push('--csv: given beside --json, expected one of them');
  given.check();
  const ownFile = given.text('own');
  const own = ownFile === undefined ? undefined : await ownScenario(ownFile, tools);
  const named = chosen(suiteScenarios(), namesOf(given));
  const scenarios = own === undefined ? named : [...named, own.one];
  const policy = given.text('policy');
  const entries: SuiteEntry[] = variants.map(entryOf);
  let setup: Setup = { suite: true };
  if (policy !== undefined) {
    const [{ compileCore }, binary] = await Promise.all([
      import('../core/load.js'),
      policySource(policy).then((source) => buildCore(source, { file: policy, ...keptCores() })),
    ]);
    setup = { ...setup, module: await compileCore(binary) };
    entries.push(policyEntry(basename(policy), { dispatch: true, firstVictim: true, coresWanted: true }));
  }
  const folder = given.text('out');
  if (folder !== undefined) {
    await prepareFolder(folder, ['suite.json', 'suite.csv', REPORT]);
    await writeScenarios(folder, named);
  }
  const directory = own?.directory ?? '';
  const used: Tools = { ...tools, create: (scenario, folder) => createOn(setup, scenario, folder) };
  return openStudy(used, directory, io, async (study) => {
    const where = { directory, setup, workers, rows: 'runs', hangMs: DEFAULT_HANG_MS };
    const question = { scenarios, entries, replications };
    if (given.flag('estimate'))
      return printEstimate(given, io, plansOf(question), (one) => used.create(one, directory), workers);
    const result = await onCrew(study, io, where, (crew) => suiteAll(question, crew));
    const json = toStableJson(result);
    if (folder !== undefined) {
      const [{ seed } = {}] = scenarios.map(({ scenario }) => scenario);
      await writeDocument(folder, 'suite.json', json, result, {
        command: commandOf('suite', args),
        scenario: yamlOf(Object.fromEntries(scenarios.map(({ name, about }) => [name, about]))),
        manifest: await madeBy({ module: setup.module, ...(seed === undefined ? {} : { seed }) }),
      });
      await writeAtomically(join(folder, 'suite.csv'), suiteCsv(result));
    }
    io.stdout(given.flag('json') ? json : given.flag('csv') ? suiteCsv(result) : renderSuite(result, lookOf(io)));
    if (result.incomplete !== true) return EXIT.done;
    io.stderr('interrupted: scores need every run\n');
    return EXIT.interrupted;
  });
}
