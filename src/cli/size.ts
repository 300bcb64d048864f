// `fluxhost size`: the least value of a field at which every objective is met.

import { toStableJson } from '../result/json.js';
import { renderSize } from '../report/size-table.js';
import { ladderOf } from '../study/ladder.js';
import { fitting, mechanismFields } from '../study/variant.js';
import { checkObjectives } from '../study/objectives.js';
import { RUN_ALL, type SizeRun, parseFind, sizeAll } from '../study/size.js';
import { type CommandSpec, parseCommand, renderHelp } from './args.js';
import { HANG_AFTER } from './crew.js';
import { ESTIMATE, printEstimate, searchRuns, sizeWhole } from './estimate.js';
import { EXIT } from './exit.js';
import { prepareFolder } from './files.js';
import { POLICY_TIMEOUT } from './guard.js';
import { type Io, lookOf } from './io.js';
import { readMechanisms, statusOf } from './mechanisms.js';
import { writeOut } from './out.js';
import { type Tools, openStudy } from './replicate.js';
import { PLACEMENT } from './placement-file.js';
import { REPORT, commandOf, runCommand } from './report.js';
import { MAX_SEED, MAX_REPLICATIONS, overrides } from './run.js';
import { FILES_WITHIN, setupOf, simulationTools, toolsFor } from './tools.js';

export const sizeSpec: CommandSpec = {
  name: 'size',
  summary: 'Finds the least value of a field (cores, a guarantee, a quota, memory) at which every objective is met.',
  positionals: ['SCENARIO'],
  options: {
    find: {
      value: 'PATH[=LOW..HIGH[:STEP]]',
      help: 'the field, and where to look (default host.cores, up to four times those of the scenario)',
    },
    for: {
      value: "'VM.slo, ...'",
      multiple: true,
      help: 'what must hold: SLOs, or assertions such as api.latency.p99 < 200us (default: every SLO)',
    },
    most: { help: 'finds the greatest value instead: how many functions a host holds (--find functions.count)' },
    mechanisms: { value: 'A,B,...', help: "mechanisms to size, each alone, or all (default: the scenario's own)" },
    replications: { value: 'R', help: 'seeds that must all meet the objectives (default 1)' },
    seed: { value: 'N', help: "seed in place of the scenario's" },
    set: { value: 'PATH=VALUE', multiple: true, help: 'changes a field of the scenario' },
    out: { value: 'DIR', help: 'writes size.json and report.html there' },
    workers: { value: 'N', help: "threads for a fleet's hosts (default: one for each processor)" },
    ...HANG_AFTER,
    ...PLACEMENT,
    ...PLACEMENT,
    core: { value: 'FILE', help: 'simulates on a core that fluxhost build has made' },
    ...FILES_WITHIN,
    ...POLICY_TIMEOUT,
    ...ESTIMATE,
    json: { help: 'prints the answers as one JSON document' },
  },
  details:
    'Every value is a scenario that passes its checks, and is run: fluxhost run with --set of the answer prints the same\n' +
    'figures. The values beside the answer are run too, since more does not always help. With --replications the answer is\n' +
    'the least value at which every seed meets the objectives, and low is the least at which any seed does. A name in\n' +
    '--mechanisms that is none is a row with its reason; then the exit status is 1.',
  examples: [
    'fluxhost size burst.yaml',
    'fluxhost size fleet.yaml --find hosts.0.count=250..400',
    'fluxhost size burst.yaml --find host.cores=8..40 --mechanisms ideal,hyperflux --replications 5',
    "fluxhost size functions.yaml --find lifecycle.memory=64MiB..4GiB --for 'lifecycle.coldStartRate < 0.05'",
    "fluxhost size functions.yaml --find functions.count=1..500 --most --for 'lifecycle.startNs.p99 < 600ms'",
    "fluxhost size colocated.yaml --find vms.api.vcpus.min --for 'api.latency.p99 < 200us' --json",
  ],
};

export async function size(args: readonly string[], io: Io, tools: Tools = simulationTools): Promise<number> {
  const given = parseCommand(sizeSpec, args);
  if (given.help) {
    io.stdout(renderHelp(sizeSpec));
    return EXIT.done;
  }
  const variants = readMechanisms(given, { rows: true });
  const seed = given.whole('seed', 0, MAX_SEED);
  const replications = given.whole('replications', 1, MAX_REPLICATIONS) ?? 1;
  const objectives = given
    .list('for')
    .flatMap((list) => list.split(','))
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const set = overrides(given.list('set'), seed);
  const { isFleet, sizeFleet } = await import('./fleet-size.js');
  if (await isFleet(given.positional(0)))
    return sizeFleet(given, io, { set, objectives, replications, command: commandOf('size', args) });
  for (const option of ['workers', 'hang-after', 'placement'])
    if (given.text(option) !== undefined)
      given.problems.push(`--${option}: given for a scenario, expected for a fleet only`);
  given.check();
  const find = parseFind(given.text('find') ?? 'host.cores');

  const loaded = await tools.load(given.positional(0), { set });
  const { scenario } = loaded;
  checkObjectives(scenario, objectives);
  const folder = given.text('out');
  const used = await toolsFor(given, tools);
  const own = { label: scenario.mechanism.kind, mechanism: { kind: scenario.mechanism.kind } };
  const question = { find, objectives, variants: variants ?? [own], replications, most: given.flag('most') };
  if (given.flag('estimate')) {
    const { count } = ladderOf(scenario, find);
    const values = count <= RUN_ALL ? count : searchRuns(count);
    const [runs, whole] = [values * replications, sizeWhole(values, objectives.length === 0) * replications];
    const plans = fitting(scenario, question.variants, given.positional(0)).fits.map((one) => ({
      scenario: one.scenario,
      ...{ runs, whole },
    }));
    return printEstimate(given, io, plans, (one) => used.create(one, loaded.directory));
  }
  return openStudy(used, loaded.directory, io, async (study) => {
    for (const warning of loaded.warnings) io.stderr(`warning: ${warning}\n`);
    const result = await sizeAll(study, scenario, question);
    const json = toStableJson(result);
    const fields = new Map(question.variants.map((one) => [one.label, mechanismFields(one, scenario)]));
    const command = ({ mechanism, set }: SizeRun): string =>
      runCommand(given, [...fields.get(mechanism)!, ...(set === null ? [] : [set])], replications);
    if (folder !== undefined) {
      await prepareFolder(folder, ['size.json', REPORT]);
      await writeOut(folder, 'size.json', json, [], result, {
        command: commandOf('size', args),
        scenario,
        ...(await setupOf(given)),
      });
    }
    io.stdout(given.flag('json') ? json : renderSize(result, lookOf(io), command));
    if (result.incomplete !== true) return statusOf(question.variants, io);
    io.stderr('interrupted: the values that had ended are shown\n');
    return EXIT.interrupted;
  });
}
