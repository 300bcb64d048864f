// `--out DIR`: the document that --json prints, what the scenario samples and logs as CSV, and the page of figures beside it.

import { compileCore, hashOf } from '../core/load.js';
import { scenarioSha256 } from '../scenario/canonical.js';
import { defaultNumber } from '../scenario/table.js';
import { join } from 'node:path';
import type { Result } from '../result/result.js';
import type { Reportable } from '../report/html/document.js';
import { overTimeFiles } from '../report/series.js';
import { InputError, show } from '../input/errors.js';
import type { Scenario } from '../scenario/types.js';
import { shortestForm } from '../scenario/shortest.js';
import { writtenForm } from '../scenario/written.js';
import { Document, isPair, isScalar, visit } from 'yaml';
import { GrowingFile, writeAtomically } from './files.js';
import type { ParquetTable } from '../result/parquet.js';
import { writeHistograms } from './histograms.js';
import { REPORT, writeReport } from './report.js';
import { NAME, VERSION } from '../version.js';
import { type Origin, sha256, writeOrigin } from './origin.js';

/** As one would write it: what holds a few values and nothing else in one line, from the second depth on. */
export function yamlOf(fields: unknown): string {
  const document = new Document(fields);
  visit(document, {
    Collection(_, node, path) {
      const deep = path.length > 2 && node.items.length <= 5;
      if (deep && node.items.every((item) => isScalar(isPair(item) ? item.value : item))) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 100 });
}

/** Each file whole or not at all; CSV files of an earlier run that this one has no data for stay as they are. */
export async function writeOut(
  folder: string,
  name: string,
  json: string,
  results: readonly Result[],
  whole: Reportable,
  {
    command,
    scenario,
    module,
  }: { readonly command: string; readonly scenario: Scenario; readonly module?: CoreModule },
): Promise<void> {
  for (const file of overTimeFiles(results)) await writeAtomically(join(folder, file.name), file.text);
  await writeDocument(folder, name, json, whole, {
    command,
    scenario: yamlOf(shortestForm(scenario)),
    resolved: yamlOf(writtenForm(scenario)),
    manifest: await madeBy({ sha256: scenarioSha256(scenario), seed: scenario.seed, module }),
  });
}

type CoreModule = WebAssembly.Module | undefined;

/** What a run's manifest says, of what is made of many runs: on which core, of which scenario, from which seed on. */
export async function madeBy(of: {
  readonly sha256?: string;
  readonly seed?: number;
  readonly module?: CoreModule;
}): Promise<NonNullable<Origin['manifest']>> {
  const core = hashOf(of.module ?? (await compileCore()));
  return [
    ['program', `${NAME} ${VERSION}`],
    ...(of.sha256 === undefined ? [] : [['scenario (SHA-256)', of.sha256] as const]),
    ...(core === null ? [] : [['core (SHA-256)', core] as const]),
    ...(of.seed === undefined ? [] : [['seed', String(of.seed)] as const]),
  ];
}

/** The document, what it was made of, and its page. */
export async function writeDocument(
  folder: string,
  name: string,
  json: string,
  whole: Reportable,
  context: Origin,
): Promise<void> {
  const { manifest = await madeBy({}) } = context;
  const origin = { ...context, manifest: [...manifest, [`${name} (SHA-256)`, sha256(json)] as const] };
  await writeAtomically(join(folder, name), json);
  await writeHistograms(folder, json, whole);
  await writeOrigin(folder, json, origin);
  await writeReport(join(folder, REPORT), whole, origin);
}

/** A Parquet file, whole or not at all. @throws WriteError naming the file */
export async function writeTable<Row>(
  path: string,
  rows: AsyncIterable<Row> | Iterable<Row>,
  tableOf: (sink: (bytes: Uint8Array) => void) => ParquetTable<Row>,
): Promise<void> {
  const file = new GrowingFile(path);
  try {
    const table = tableOf((bytes) => file.write(bytes));
    for await (const row of rows) table.add(row);
    table.end();
    file.keep();
  } catch (error) {
    file.drop();
    throw error;
  }
}

/** The scenario with samples: its own, or those of the defaults. */
export function withSeries(scenario: Scenario): Scenario {
  if (scenario.series !== null) return scenario;
  const series = { intervalNs: defaultNumber('series.interval'), samples: defaultNumber('series.samples') };
  return { ...scenario, series };
}

/** Numbers in one JSON document. At some 20 bytes each, 16 M are 320 MB; no engine reads a text above 512 MiB. */
const MOST_NUMBERS = 16e6;
const NUMBERS_PER_EVENT = 3;
const NUMBERS_PER_VM = 4;
const NUMBERS_PER_GROUP = 14;

/** @throws InputError for series and logs that would make a document which nothing can read back */
export function checkSize(scenario: Scenario, runs: number): void {
  const vms = scenario.vms.reduce((sum, { count }) => sum + count, 0);
  const perSample = 1 + vms * NUMBERS_PER_VM + scenario.vms.length * NUMBERS_PER_GROUP;
  const room = MOST_NUMBERS / runs;
  const forSeries = (scenario.series?.samples ?? 0) * perSample;
  const forLog = (scenario.log?.events ?? 0) * NUMBERS_PER_EVENT;
  if (forSeries + forLog <= room) return;
  const [path, given, unit] =
    forSeries > forLog
      ? (['series.samples', scenario.series!.samples, perSample] as const)
      : (['log.events', scenario.log!.events, NUMBERS_PER_EVENT] as const);
  const most = Math.max(2, Math.floor((room - Math.min(forSeries, forLog)) / unit));
  const each = runs === 1 ? '' : `, ${runs} times`;
  throw new InputError({
    path,
    given: `${show(given)} of ${vms} VMs${each}`,
    expected: `at most ${most} for --json and --out: more than that is no JSON document that could be read back`,
  });
}
