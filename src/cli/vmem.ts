// `fluxhost reserve SCENARIO [--against M,…]`: a server whose memory is reserved and sold to VMs, under Vmem and under Linux's
// ways, with one workload and one seed.

import { toStableJson } from '../result/json.js';
import { loadReserve } from '../reserve/file.js';
import { MANAGER_KINDS, type ManagerKind } from '../reserve/schema.js';
import { compareReserve } from '../reserve/simulate.js';
import { renderReserve } from '../report/reserve-table.js';
import { evaluateAssertion } from '../input/assert.js';
import { parseAssertion } from '../input/assert-syntax.js';
import { nearest, type Problem, InputError } from '../input/errors.js';
import { type CommandSpec, type Arguments, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import { type Io, lookOf } from './io.js';
import { prepareFolder } from './files.js';
import { writeDocument, yamlOf } from './out.js';
import { REPORT, commandOf } from './report.js';
import { FILES_WITHIN } from './tools.js';

export const reserveSpec: CommandSpec = {
  name: 'reserve',
  summary: 'Simulates a server whose memory is reserved for VMs: what can be sold, boots, fragmentation, hot upgrades.',
  positionals: ['SCENARIO'],
  options: {
    against: {
      value: 'M[,M...]',
      multiple: true,
      help: `compares with these managers too: ${MANAGER_KINDS.join(', ')}, or all`,
    },
    seed: { value: 'N', help: "instead of the scenario's" },
    set: { value: 'PATH=VALUE', multiple: true, help: 'changes a field, such as zeroing.threads=8' },
    assert: {
      value: 'EXPRESSION',
      multiple: true,
      help: "must hold under the scenario's own manager, else exit status 3",
    },
    out: { value: 'DIR', help: 'writes result.json and report.html there as well' },
    ...FILES_WITHIN,
    json: { help: 'prints { runs, differences } as one JSON document' },
  },
  details:
    'fluxhost explain reserve lists every parameter with the source of its default; docs/vmem.md tells the model.',
  examples: [
    'fluxhost reserve examples/vmem-server.yaml --against hugetlb,hvo,thp',
    'fluxhost reserve examples/vm-boot.yaml --against all --set zeroing.threads=1',
    "fluxhost reserve examples/vmem-upgrade.yaml --assert 'memory.vms.failed == 0 && memory.upgrades.pause.max < 2ms'",
  ],
};

function managers(given: Arguments): ManagerKind[] {
  const kinds: ManagerKind[] = [];
  for (const text of given.list('against').flatMap((list) => list.split(','))) {
    const found = MANAGER_KINDS.find((kind) => kind === text);
    if (found !== undefined) kinds.push(found);
    else if (text === 'all') kinds.push(...MANAGER_KINDS);
    else {
      const near = nearest(text, MANAGER_KINDS);
      const hint = near === undefined ? `expected one of ${MANAGER_KINDS.join(', ')}, all` : `did you mean ${near}?`;
      given.problems.push(`--against: given ${JSON.stringify(text)}, ${hint}`);
    }
  }
  return kinds;
}

function problemsOf(work: () => unknown): readonly Problem[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
}

/** `module`: another core than the one in the package. */
export async function reserve(args: readonly string[], io: Io, module?: WebAssembly.Module): Promise<number> {
  const given = parseCommand(reserveSpec, args);
  if (given.help) {
    io.stdout(renderHelp(reserveSpec));
    return EXIT.done;
  }
  const against = managers(given);
  const seed = given.whole('seed', 0, Number.MAX_SAFE_INTEGER);
  given.check();
  const set = [...given.list('set'), ...(seed === undefined ? [] : [`seed=${seed}`])];
  const expressions = given.list('assert');
  const problems = expressions.flatMap((expression) => problemsOf(() => parseAssertion(expression)));
  if (problems.length > 0) throw new InputError(problems);
  const loaded = await loadReserve(given.positional(0), set, given.text('files-within'));
  const folder = given.text('out');
  if (folder !== undefined) await prepareFolder(folder, ['result.json', REPORT]);
  const comparison = await compareReserve(loaded, against, module);
  // names are checked on what there is: a mistaken one refuses the input and writes nothing
  const verdicts = expressions.map((expression) => evaluateAssertion(expression, comparison.runs[0]!));
  const json = toStableJson(comparison);
  if (folder !== undefined)
    await writeDocument(folder, 'result.json', json, comparison, {
      command: commandOf('reserve', args),
      scenario: yamlOf(loaded.scenario),
    });
  io.stdout(given.flag('json') ? json : renderReserve(comparison, lookOf(io)));
  verdicts.forEach(({ holds, explanation }, index) => {
    if (!holds) io.stderr(`assertion does not hold: ${expressions[index]}: ${explanation}\n`);
  });
  return verdicts.every(({ holds }) => holds) ? EXIT.done : EXIT.assertionFailed;
}
