// `fluxhost fleet`: VMs on many hosts, from a YAML file of hosts, VMs and a placement rule.

import { loadFleet } from '../fleet/file.js';
import type { FleetResult } from '../fleet/result.js';
import { simulateFleet, vmsOf } from '../fleet/simulate.js';
import { evaluateAssertion } from '../input/assert.js';
import { renderFleet } from '../report/fleet-table.js';
import { toStableJson } from '../result/json.js';
import { nodeHost } from '../workload/node-file.js';
import { type CommandSpec, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import { prepareFolder } from './files.js';
import { CLEAR_LINE, type Io, lookOf } from './io.js';
import { writeDocument } from './out.js';
import { REPORT, commandOf } from './report.js';
import { MAX_SEED } from './run.js';
import { FILES_WITHIN } from './tools.js';

/** Classes are named in assertions as VMs are. */
const byClass = (result: FleetResult): object => ({
  ...result,
  vms: result.classes.map((one) => ({ ...one, name: one.class })),
});

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
    assert: { value: 'EXPRESSION', multiple: true, help: 'must hold, else exit status 3: packing.rejected == 0' },
    out: { value: 'DIR', help: 'writes fleet.json and report.html there' },
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

export async function fleet(args: readonly string[], io: Io): Promise<number> {
  const given = parseCommand(fleetSpec, args);
  if (given.help) {
    io.stdout(renderHelp(fleetSpec));
    return EXIT.done;
  }
  const seed = given.whole('seed', 0, MAX_SEED);
  given.check();
  const set = [...given.list('set'), ...(seed === undefined ? [] : [`seed=${seed}`])];
  const loaded = await loadFleet(given.positional(0), set);
  const folder = given.text('out');
  if (folder !== undefined) await prepareFolder(folder, ['fleet.json', REPORT]);
  const files = nodeHost(loaded.directory, { within: given.text('files-within') });
  const vms = await vmsOf(loaded.fleet, files, { onNote: (note) => io.stderr(`note: ${note}\n`) });
  const told = (done: number, all: number): void => {
    if (io.stderrIsTty === true) io.stderr(`${CLEAR_LINE}${Math.floor((100 * done) / all)} % of ${all} VMs placed`);
  };
  const result = await simulateFleet(loaded, vms, { onProgress: told });
  if (io.stderrIsTty === true) io.stderr(CLEAR_LINE);
  const expressions = given.list('assert');
  const verdicts = expressions.map((expression) => evaluateAssertion(expression, byClass(result)));
  const json = toStableJson(result);
  if (folder !== undefined)
    await writeDocument(folder, 'fleet.json', json, result, { command: commandOf('fleet', args) });
  io.stdout(given.flag('json') ? json : renderFleet(result, lookOf(io)));
  verdicts.forEach(({ holds, explanation }, i) => {
    if (!holds) io.stderr(`assertion does not hold: ${expressions[i]}: ${explanation}\n`);
  });
  return verdicts.every(({ holds }) => holds) ? EXIT.done : EXIT.assertionFailed;
}
