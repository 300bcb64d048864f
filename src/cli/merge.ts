// `fluxhost merge`: parts of a fleet that were simulated apart (--shard) to the one result that a single run would have given.

import { FleetSum } from '../fleet/simulate.js';
import type { HostRow } from '../fleet/work.js';
import { InputError, type Problem, show } from '../input/errors.js';
import { renderFleet } from '../report/fleet-table.js';
import { toStableJson } from '../result/json.js';
import { type CommandSpec, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import { prepareFolder } from './files.js';
import { readPlan, writeFleet, writeTables } from './fleet-out.js';
import { type Io, lookOf } from './io.js';
import { REPORT, commandOf } from './report.js';
import { type RunIdentity, readIdentity, readRows } from './run-folder.js';

export const mergeSpec: CommandSpec = {
  name: 'merge',
  summary: 'Puts the parts of a fleet together that fluxhost fleet --shard has simulated.',
  positionals: ['DIR'],
  options: {
    out: { value: 'DIR', help: 'writes the whole result there, as one run would have' },
    json: { help: 'prints the result as one JSON document' },
  },
  details: 'Every part must be there once and be of the same fleet; the result has the same bits as a single run.',
  examples: ['fluxhost merge part-1 part-2 part-3 --out whole'],
};

interface Part {
  readonly folder: string;
  readonly identity: RunIdentity;
}

/** In their order. @throws InputError for parts that are missing, there twice, or of another fleet */
function ordered(parts: readonly Part[]): readonly Part[] {
  const [first] = parts;
  const problems: Problem[] = [];
  const of = first!.identity.shard[1];
  const seen = new Map<number, string>();
  for (const { folder, identity } of parts) {
    const [part] = identity.shard;
    for (const key of ['version', 'scenarioSha256', 'coreSha256', 'packing'] as const)
      if (identity[key] !== first!.identity[key])
        problems.push({
          path: 'DIR',
          given: `${show(folder)}, whose ${key} is ${show(identity[key])}`,
          expected: `${show(first!.identity[key])}, as in ${show(first!.folder)}`,
        });
    if (identity.shard[1] !== of)
      problems.push({
        path: 'DIR',
        given: `${show(folder)}, one of ${identity.shard[1]} parts`,
        expected: `one of ${of}`,
      });
    const other = seen.get(part);
    if (other !== undefined)
      problems.push({
        path: 'DIR',
        given: `${show(folder)}, part ${part}, which ${show(other)} is too`,
        expected: 'each part once',
      });
    seen.set(part, folder);
  }
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter((part) => !seen.has(part));
  if (missing.length > 0)
    problems.push({
      path: 'DIR',
      given: `${parts.length} of ${of} parts`,
      expected: `the missing ones too: ${missing.slice(0, 20).join(', ')}${missing.length > 20 ? ', …' : ''}`,
    });
  if (problems.length > 0) throw new InputError(problems);
  return [...parts].sort((a, b) => a.identity.shard[0] - b.identity.shard[0]);
}

/** Rows of all parts. @throws InputError for a part that is not done */
async function* rowsOfAll(parts: readonly Part[]): AsyncGenerator<HostRow> {
  for (const { folder, identity } of parts) {
    let rows = 0;
    for await (const row of readRows(folder)) {
      rows++;
      yield row;
    }
    if (rows !== identity.rows)
      throw new InputError({
        path: 'DIR',
        given: `${show(folder)}, which has ${rows} of ${identity.rows} rows`,
        expected: 'a part that has ended: fluxhost fleet --resume goes on with it',
      });
  }
}

export async function merge(args: readonly string[], io: Io): Promise<number> {
  // more than one folder: all but the first are taken here
  const words = [...args];
  const isFolder = (word: string, i: number): boolean => !word.startsWith('-') && words[i - 1] !== '--out';
  const folders = words.filter(isFolder);
  const [first] = folders;
  const given = parseCommand(
    mergeSpec,
    words.filter((word, i) => !isFolder(word, i) || word === first),
  );
  if (given.help) {
    io.stdout(renderHelp(mergeSpec));
    return EXIT.done;
  }
  given.check();
  const parts: Part[] = [];
  for (const folder of folders) parts.push({ folder, identity: await readIdentity(folder) });
  const all = ordered(parts);
  const planned = await readPlan(all[0]!.folder);
  const sum = new FleetSum(planned);
  for await (const row of rowsOfAll(all)) sum.add(row);
  const result = sum.result();
  const out = given.text('out');
  if (out !== undefined) {
    await prepareFolder(out, ['fleet.json', 'hosts.parquet', REPORT]);
    await writeTables(out, planned, sum, true, rowsOfAll(all));
    await writeFleet(out, result, commandOf('merge', args));
  }
  io.stdout(given.flag('json') ? toStableJson(result) : renderFleet(result, lookOf(io)));
  return EXIT.done;
}
