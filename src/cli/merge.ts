// `fluxhost merge`: parts of a fleet or sweep that were simulated apart (--shard) to the one result that a single run would have given.

import { resolve } from 'node:path';
import type { HostValues } from '../fleet/host-table.js';
import type { FleetResult } from '../fleet/result.js';
import { FleetSum } from '../fleet/simulate.js';
import type { HostRow } from '../fleet/work.js';
import { InputError, type Problem, show } from '../input/errors.js';
import { renderFleet } from '../report/fleet-table.js';
import { renderSweep } from '../report/sweep-table.js';
import { toStableJson } from '../result/json.js';
import { isWhole, shardText, shareOf } from '../study/engine.js';
import { crewOf } from '../study/runs.js';
import { placesOf, sweepAll } from '../study/sweep.js';
import { type Arguments, type CommandSpec, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import { prepareFolder } from './files.js';
import { readPlan, valuesIn, writeFleet, writeTables } from './fleet-out.js';
import { type Io, lookOf } from './io.js';
import { REPORT, commandOf } from './report.js';
import { MergedRuns, RunIndex } from './kept-runs.js';
import { absorbSums, readHosts, readSums } from './kept-sums.js';
import {
  causesOf,
  checkFree,
  joinRows,
  type RunIdentity,
  readIdentity,
  readRows,
  WORDS,
  writeIdentity,
} from './run-folder.js';
import { readSweepPlan, SWEEP_FILES, writeSweep, writeSweepPlan } from './sweep-out.js';

const mergeSpec: CommandSpec = {
  name: 'merge',
  summary: 'Puts the parts together that fluxhost fleet or sweep --shard has simulated.',
  positionals: ['DIR'],
  options: {
    out: { value: 'DIR', help: 'writes the whole result there, as one run would have' },
    partial: {
      help: 'takes some of the parts, in a row: what comes of them is a part, to be merged with others later',
    },
    json: { help: 'prints the result as one JSON document' },
  },
  details:
    'Every part must be there once and be of the same fleet or sweep; the result has the same bits as a single run, also where\n' +
    'parts were put together before (--partial).',
  examples: [
    'fluxhost merge part-1 part-2 part-3 --out whole',
    'fluxhost merge part-1 part-2 --partial --out first && fluxhost merge first part-3 --out whole',
  ],
};

interface Part {
  readonly folder: string;
  readonly identity: RunIdentity;
}

const lastOf = ({ identity: { shard } }: Part): number => shard[2] ?? shard[0];

/** What of a part is another fleet's. */
function otherwise({ folder, identity }: Part, first: Part): Problem[] {
  const isOther = identity.of !== first.identity.of;
  const keys = ['version', 'scenarioSha256', 'coreSha256', 'packing', 'question', 'files'] as const;
  const differing = keys.filter((key) => identity[key] !== first.identity[key]);
  return (isOther ? (['of'] as const) : causesOf(differing)).map((key) => ({
    path: 'DIR',
    given: `${show(folder)}, of another ${WORDS[key]}: ${show(identity[key])}`,
    expected: `${show(first.identity[key])}, as in ${show(first.folder)}`,
  }));
}

const MOST_NAMED = 20;

/** Which parts are there twice, or not at all; with `partial` those before and behind may be missing. */
function gaps(parts: readonly Part[], of: number, partial: boolean): Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<number, string>();
  for (const part of parts)
    for (let i = part.identity.shard[0]; i <= lastOf(part); i++) {
      const other = seen.get(i);
      if (other !== undefined)
        problems.push({
          path: 'DIR',
          given: `${show(part.folder)}, part ${i}, which ${show(other)} is too`,
          expected: 'each part once',
        });
      seen.set(i, part.folder);
    }
  const [from, to] = partial ? [Math.min(...seen.keys()), Math.max(...seen.keys())] : [1, of];
  const missing = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((part) => !seen.has(part));
  if (missing.length > 0)
    problems.push({
      path: 'DIR',
      given: `${seen.size} of ${of} parts`,
      expected: `the missing ones too: ${missing.slice(0, MOST_NAMED).join(', ')}${missing.length > MOST_NAMED ? ', …' : ''}`,
    });
  return problems;
}

/** In their order. @throws InputError for parts that are missing, there twice, or of another fleet */
function ordered(parts: readonly Part[], partial: boolean): readonly Part[] {
  const [first] = parts;
  const of = first!.identity.shard[1];
  const alike = parts.filter(({ identity }) => identity.of === first!.identity.of);
  const problems = [
    ...parts.flatMap((part) => otherwise(part, first!)),
    ...alike
      .filter(({ identity }) => identity.shard[1] !== of)
      .map(({ folder, identity }) => ({
        path: 'DIR',
        given: `${show(folder)}, one of ${identity.shard[1]} parts`,
        expected: `one of ${of}`,
      })),
    ...gaps(alike, of, partial),
  ];
  if (problems.length > 0) throw new InputError(problems);
  return [...parts].sort((a, b) => a.identity.shard[0] - b.identity.shard[0]);
}

/** What parts are together. */
function together(all: readonly Part[]): RunIdentity {
  const { identity } = all[0]!;
  const shard = [identity.shard[0], identity.shard[1], lastOf(all.at(-1)!)] as const;
  return { ...identity, shard, rows: all.reduce((sum, part) => sum + part.identity.rows, 0) };
}

/** Adds a part's hosts, by their sums where they are there. @throws InputError for a part that is not done */
async function addPart(sum: FleetSum, { folder, identity }: Part): Promise<() => AsyncIterable<HostValues>> {
  const state = await readSums(folder, identity.rows);
  if (state !== undefined) {
    await absorbSums(sum, folder, state);
    return () => readHosts(folder);
  }
  let rows = 0;
  for await (const row of readRows<HostRow>(folder)) {
    rows++;
    sum.add(row, true);
  }
  if (rows !== identity.rows)
    throw new InputError({
      path: 'DIR',
      given: `${show(folder)}, which has ${rows} of ${identity.rows} rows`,
      expected: 'a part that has ended: fluxhost fleet --resume goes on with it',
    });
  return () => valuesIn(folder);
}

async function* oneByOne<T>(all: readonly (() => AsyncIterable<T>)[]): AsyncGenerator<T> {
  for (const one of all) yield* one();
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
  const out = given.text('out');
  const isPart = parts.find(({ folder }) => out !== undefined && resolve(folder) === resolve(out));
  if (isPart !== undefined)
    throw new InputError({ path: '--out', given: `${show(out)}, which is a part`, expected: 'another folder' });
  const all = ordered(parts, given.flag('partial'));
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
  const hosts: (() => AsyncIterable<HostValues>)[] = [];
  for (const part of all) hosts.push(await addPart(sum, part));
  const identity = together(all);
  const whole = isWhole(identity.shard);
  const result: FleetResult = { ...sum.result(), ...(whole ? {} : { part: shardText(identity.shard) }) };
  const out = given.text('out');
  if (out !== undefined) {
    await prepareFolder(out, ['fleet.json', 'hosts.parquet', REPORT]);
    await checkFree(out, 'fleet');
    await writeTables(out, planned, sum, whole, oneByOne(hosts));
    await writeFleet(out, result, command);
    if (!whole) await writeIdentity(out, identity);
  }
  io.stdout(given.flag('json') ? toStableJson(result) : renderFleet(result, lookOf(io)));
  return result.warnings.some(({ code }) => code === 'host-failed') ? EXIT.incomplete : EXIT.done;
}

/** The sweep again, with the runs that the parts have made. */
async function mergeSweep(all: readonly Part[], { given, io, command }: Asked): Promise<number> {
  const plan = await readSweepPlan(all[0]!.folder);
  const index = new RunIndex();
  for (const { folder } of all) await index.read(folder);
  const identity = together(all);
  const before = shareOf(placesOf(plan.scenario, plan.question), [1, identity.shard[1], identity.shard[0] - 1]).length;
  const ends: number[] = [];
  for (const part of all) ends.push((ends.at(-1) ?? before) + part.identity.rows);
  const made = new MergedRuns(index, (row) => all[ends.findIndex((end) => row < end)]!.folder);
  const result = await sweepAll(plan.scenario, plan.question, crewOf(made, true), identity.shard);
  const json = toStableJson(result);
  const out = given.text('out');
  if (out !== undefined) {
    await prepareFolder(out, SWEEP_FILES);
    await checkFree(out, 'sweep');
    await writeSweep(out, result, json, plan, { command, runs: () => made.runs() });
    if (!isWhole(identity.shard)) {
      const folders = all.map(({ folder }) => folder);
      await joinRows(out, folders);
      await writeSweepPlan(out, plan);
      await writeIdentity(out, identity);
    }
  }
  io.stdout(given.flag('json') ? json : renderSweep(result, lookOf(io)));
  return result.rows.some(({ failed }) => failed === true) ? EXIT.incomplete : EXIT.done;
}
