// `fluxhost merge`: parts of a fleet or sweep that were simulated apart (--shard) to the one result that a single run would have given.

import { FleetSum } from '../fleet/simulate.js';
import type { HostRow } from '../fleet/work.js';
import { InputError, type Problem, show } from '../input/errors.js';
import { renderFleet } from '../report/fleet-table.js';
import { renderSweep } from '../report/sweep-table.js';
import { toStableJson } from '../result/json.js';
import { crewOf } from '../study/runs.js';
import { sweepAll } from '../study/sweep.js';
import { type Arguments, type CommandSpec, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import { prepareFolder } from './files.js';
import { readPlan, writeFleet, writeTables } from './fleet-out.js';
import { type Io, lookOf } from './io.js';
import { REPORT, commandOf } from './report.js';
import { MergedRuns, RunIndex } from './kept-runs.js';
import { type RunIdentity, readIdentity, readRows, WORDS } from './run-folder.js';
import { readSweepPlan, SWEEP_FILES, writeSweep } from './sweep-out.js';

export const mergeSpec: CommandSpec = {
  name: 'merge',
  summary: 'Puts the parts together that fluxhost fleet or sweep --shard has simulated.',
  positionals: ['DIR'],
  options: {
    out: { value: 'DIR', help: 'writes the whole result there, as one run would have' },
    json: { help: 'prints the result as one JSON document' },
  },
  details:
    'Every part must be there once and be of the same fleet or sweep; the result has the same bits as a single run.',
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
    const isOther = identity.of !== first!.identity.of;
    const keys = ['version', 'scenarioSha256', 'coreSha256', 'packing', 'question', 'files'] as const;
    for (const key of isOther ? (['of'] as const) : keys)
      if (identity[key] !== first!.identity[key])
        problems.push({
          path: 'DIR',
          given: `${show(folder)}, of another ${WORDS[key]}: ${show(identity[key])}`,
          expected: `${show(first!.identity[key])}, as in ${show(first!.folder)}`,
        });
    if (isOther) continue;
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
    for await (const row of readRows<HostRow>(folder)) {
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
  const asked = { given, io, command: commandOf('merge', args) };
  return all[0]!.identity.of === 'sweep' ? mergeSweep(all, asked) : mergeFleet(all, asked);
}

interface Asked {
  readonly given: Arguments;
  readonly io: Io;
  readonly command: string;
}

async function mergeFleet(all: readonly Part[], { given, io, command }: Asked): Promise<number> {
  const planned = await readPlan(all[0]!.folder);
  const sum = new FleetSum(planned, false);
  for await (const row of rowsOfAll(all)) sum.add(row, true);
  const result = sum.result();
  const out = given.text('out');
  if (out !== undefined) {
    await prepareFolder(out, ['fleet.json', 'hosts.parquet', REPORT]);
    await writeTables(out, planned, sum, true, rowsOfAll(all));
    await writeFleet(out, result, command);
  }
  io.stdout(given.flag('json') ? toStableJson(result) : renderFleet(result, lookOf(io)));
  return result.warnings.some(({ code }) => code === 'host-failed') ? EXIT.incomplete : EXIT.done;
}

/** The sweep again, with the runs that the parts have made. */
async function mergeSweep(all: readonly Part[], { given, io, command }: Asked): Promise<number> {
  const plan = await readSweepPlan(all[0]!.folder);
  const index = new RunIndex();
  for (const { folder } of all) await index.read(folder);
  const ends: number[] = [];
  for (const { identity } of all) ends.push((ends.at(-1) ?? 0) + identity.rows);
  const made = new MergedRuns(index, (row) => all[ends.findIndex((end) => row < end)]!.folder);
  const result = await sweepAll(plan.scenario, plan.question, crewOf(made, true));
  const json = toStableJson(result);
  const out = given.text('out');
  if (out !== undefined) {
    await prepareFolder(out, SWEEP_FILES);
    await writeSweep(out, result, json, plan, { command, runs: () => made.runs() });
  }
  io.stdout(given.flag('json') ? json : renderSweep(result, lookOf(io)));
  return result.rows.some(({ failed }) => failed === true) ? EXIT.incomplete : EXIT.done;
}
