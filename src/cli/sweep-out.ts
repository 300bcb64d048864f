// What a sweep leaves in its folder: the rows as JSON, CSV and a report, a table of its runs, and what `merge` needs.

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { compileCore, hashOf } from '../core/load.js';
import { InputError, show } from '../input/errors.js';
import { logLine, logText, SeedLatencies } from '../report/hdr.js';
import { sweepCsv } from '../report/sweep-table.js';
import { type Column, ParquetTable } from '../result/parquet.js';
import { headlineFigures } from '../result/replications.js';
import { scenarioSha256 } from '../scenario/canonical.js';
import type { Scenario } from '../scenario/types.js';
import type { Shard } from '../study/engine.js';
import { type SweepPlace, type SweepQuestion, type SweepResult, placesOf } from '../study/sweep.js';
import { NAME, VERSION } from '../version.js';
import { writeAtomically } from './files.js';
import { PLAN } from './fleet-out.js';
import type { KeptRun } from './kept-runs.js';
import { filesSha256, namedIn, namesFile } from './named-files.js';
import { sha256 } from './origin.js';
import { writeOut, writeTable } from './out.js';
import { REPORT } from './report.js';
import type { RunIdentity } from './run-folder.js';
import type { Setup } from './tools.js';

export const SWEEP_FILES = ['sweep.json', 'sweep.csv', 'runs.parquet', 'latency.hlog', 'rows.ndjson', REPORT];

/** What all parts of a sweep ask. */
export interface SweepPlan {
  readonly scenario: Scenario;
  readonly question: SweepQuestion;
}

/** Names of all files that a scenario, or an axis of it, names. */
const filesOf = ({ scenario, question }: SweepPlan): string[] =>
  namedIn(
    scenario,
    question.axes.filter(({ path }) => namesFile(path)).flatMap(({ values }) => values),
  );

export async function identityOf(
  plan: SweepPlan,
  {
    shard,
    rows,
    directory,
    setup,
  }: { readonly shard: Shard; readonly rows: number; readonly directory: string; readonly setup: Setup },
): Promise<RunIdentity> {
  return {
    of: 'sweep',
    version: VERSION,
    scenarioSha256: scenarioSha256(plan.scenario),
    coreSha256: hashOf(setup.module ?? (await compileCore())) ?? '',
    question: sha256(JSON.stringify(plan.question)),
    files: await filesSha256(filesOf(plan), directory),
    shard,
    rows,
  };
}

/** @throws InputError where it is not there */
export async function readSweepPlan(folder: string): Promise<SweepPlan> {
  const text = await readFile(join(folder, PLAN), 'utf8').catch(() => {
    throw new InputError({
      path: 'DIR',
      given: `${show(folder)} without ${PLAN}`,
      expected: 'the folder of a part of a sweep',
    });
  });
  return JSON.parse(text) as SweepPlan;
}

export const writeSweepPlan = (folder: string, { scenario, question }: SweepPlan): Promise<void> =>
  writeAtomically(join(folder, PLAN), JSON.stringify({ scenario, question }));

type Row = KeptRun & SweepPlace;

const figuresOf = ({ run }: KeptRun): Readonly<Record<string, number | null>> =>
  'result' in run ? headlineFigures(run.result) : {};

const reasonOf = ({ run }: KeptRun): string | null =>
  'result' in run ? null : 'limit' in run ? run.limit.message : 'lost' in run ? run.lost : JSON.stringify(run);

/** Every headline figure that some run has. */
function columnsOf(axes: SweepResult['axes'], figures: readonly string[]): Column<Row>[] {
  return [
    { name: 'row', type: 'INT32', of: ({ row }) => row },
    { name: 'replication', type: 'INT32', of: ({ replication }) => replication },
    { name: 'seed', type: 'INT64', of: ({ seed }) => seed },
    { name: 'mechanism', type: 'BYTE_ARRAY', of: ({ mechanism }) => mechanism },
    ...axes.map(({ path, values }): Column<Row> => {
      const type = values.every((value) => typeof value === 'number') ? 'DOUBLE' : 'BYTE_ARRAY';
      return {
        name: `point.${path}`,
        type,
        of: ({ point }) => (type === 'DOUBLE' ? Number(point[path]) : String(point[path])),
      };
    }),
    {
      name: 'events',
      type: 'INT64',
      of: ({ run }) => ('result' in run ? run.result.manifest.events : null),
    },
    { name: 'error', type: 'BYTE_ARRAY', of: reasonOf },
    ...figures.map((path): Column<Row> => ({ name: path, type: 'DOUBLE', of: (row) => figuresOf(row)[path] ?? null })),
  ];
}

async function writeRuns(folder: string, { axes }: SweepResult, plan: SweepPlan, runs: () => Iterable<KeptRun>) {
  const paths = new Set<string>();
  for (const run of runs()) for (const path of Object.keys(figuresOf(run))) paths.add(path);
  const places = placesOf(plan.scenario, plan.question);
  function* rows(): Generator<Row> {
    for (const run of runs()) yield { ...run, ...places[run.row]! };
  }
  const columns = columnsOf(axes, [...paths]);
  await writeTable(join(folder, 'runs.parquet'), rows(), (sink) => new ParquetTable(columns, sink));
}

/** One histogram for each row and VM, of all seeds. */
async function writeLatencies(folder: string, runs: Iterable<KeptRun>): Promise<void> {
  const lines: string[] = [];
  let latencies = new SeedLatencies();
  let at = -1;
  const end = (): void => void lines.push(...latencies.logged(`row-${at}/`).map(logLine));
  // runs of a row stand one behind the other
  for (const { row, run } of runs) {
    if (!('result' in run)) continue;
    if (row !== at) {
      end();
      [latencies, at] = [new SeedLatencies(), row];
    }
    latencies.add(run.result);
  }
  end();
  const path = join(folder, 'latency.hlog');
  if (lines.length === 0) await rm(path, { force: true });
  else await writeAtomically(path, logText(`${NAME} ${VERSION}`, 'VM of a row', lines));
}

/** @throws WriteError naming the file */
export async function writeSweep(
  folder: string,
  result: SweepResult,
  json: string,
  plan: SweepPlan,
  {
    command,
    runs,
    module,
  }: {
    readonly command: string;
    readonly runs: () => Iterable<KeptRun>;
    readonly module?: WebAssembly.Module | undefined;
  },
): Promise<void> {
  await writeRuns(folder, result, plan, runs);
  await writeLatencies(folder, runs());
  await writeAtomically(join(folder, 'sweep.csv'), sweepCsv(result));
  await writeOut(folder, 'sweep.json', json, [], result, { command, scenario: plan.scenario, module });
}
