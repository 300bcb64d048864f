// The links of a kit: each run that a document tells of as a scenario in an address, with the files that it reads, and the hash that the
// live page must come to. What a document tells of one run alone has its hash there; of several seeds, and of a sweep, whose rows are
// figures without results, the first seed is run once more when the kit is made.

import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { answerPages } from '../pages/answer.js';
import { kindOf } from '../report/html/document.js';
import { confidenceOf, replicationOf } from '../result/replications.js';
import type { Result } from '../result/result.js';
import { figuresSha256, pageSha256 } from '../result/same.js';
import { scenarioSha256 } from '../scenario/canonical.js';
import { parseScenario } from '../scenario/parse.js';
import { shortestForm } from '../scenario/shortest.js';
import type { Scenario } from '../scenario/types.js';
import { withFields } from '../scenario/written.js';
import { Simulation } from '../simulation.js';
import type { Comparison } from '../study/compare.js';
import type { SweepResult } from '../study/sweep.js';
import { parseVariants, scenariosOf } from '../study/variant.js';
import { MOST_CHARACTERS } from '../web/limits.js';
import { type Shared, toFragment } from '../web/share.js';
import { memoryHost } from '../workload/text-source.js';
import type { LiveLink } from './artifact-kit.js';
import { ORIGIN, type Origin, textsIn, wordsOf } from './origin.js';
import { yamlOf } from './out.js';
import { questionOf } from './pages.js';

/** Of one document. */
const MOST_LINKS = 64;
/** Options with which a command runs something else than its scenario says. */
const OTHERWISE = /\s--(core|from|policy|files|own)\b/;

/** A run that a document tells of. */
interface Told {
  /** Which of its runs. */
  readonly of: string;
  readonly scenario: Scenario;
  /** What it came to, where the document has it whole. */
  readonly result?: Result;
  /** Figures by path, where the document has those of this run alone. */
  readonly figures?: Readonly<Record<string, { readonly mean: number | null }>>;
}

const isWhole = (result: Result): boolean =>
  result.manifest.replications === 1 && !('series' in result) && !('log' in result);

/** Each under the label that its row has. */
function toldOf(document: unknown, base: Scenario): Told[] {
  switch (kindOf(document)) {
    case 'result': {
      const result = document as Result;
      return [{ of: '', scenario: base, ...(isWhole(result) ? { result } : {}) }];
    }
    case 'comparison': {
      const { runs, differences } = document as Comparison;
      const labels = [differences[0]?.baseline, ...differences.map(({ mechanism }) => mechanism)];
      return runs.flatMap((result, i): Told[] => {
        const label = labels[i] ?? result.manifest.mechanism;
        const [scenario] = scenariosOf(base, parseVariants(label, []));
        // what the label does not tell is left out
        if (scenario === undefined || scenarioSha256(scenario) !== result.manifest.scenarioSha256) return [];
        return [{ of: label, scenario, ...(isWhole(result) ? { result } : {}) }];
      });
    }
    case 'sweep':
      return (document as SweepResult).rows.flatMap((row): Told[] => {
        if (row.refused !== undefined) return [];
        const point = Object.entries(row.point).map(([path, value]) => `${path}=${value}`);
        const of = [...point, ...('mechanism' in row.point ? [] : [row.mechanism])].join(', ');
        const figures = row.replications === 1 ? { figures: row.figures } : {};
        return [{ of, scenario: withFields(base, row.set), ...figures }];
      });
    default:
      return [];
  }
}

/** The texts of files that a scenario names, by the names that it has for them; undefined where one is no text, or too long. */
async function filesOf(
  folder: string,
  { files = [], scenario = '' }: Origin,
): Promise<Record<string, string> | undefined> {
  const named = files.filter(({ word }) => word !== undefined);
  const [own] = named;
  if (own === undefined || named.length > 1) return undefined;
  const place = dirname(resolve(folder, own.file));
  const names = textsIn(parse(scenario));
  const found: Record<string, string> = {};
  for (const { file, word } of files) {
    if (word !== undefined) continue;
    const name = names.find((one) => resolve(place, one) === resolve(folder, file));
    const text = await textOf(resolve(folder, file));
    if (name === undefined || text === undefined) return undefined;
    found[name] = text;
  }
  return found;
}

async function textOf(path: string): Promise<string | undefined> {
  const bytes = await readFile(path);
  const text = bytes.toString('utf8');
  return bytes.length <= MOST_CHARACTERS && Buffer.from(text).equals(bytes) ? text : undefined;
}

/** What the page will come to: this run's result, or that of a run here. @throws Error where a figure of the document is another */
async function hashOf(
  { of, scenario, result, figures }: Told,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  if (result !== undefined) return pageSha256(result);
  const simulation = await Simulation.create(scenario, { files: memoryHost(files) });
  try {
    await simulation.run();
    const made = simulation.metrics();
    const own = confidenceOf([replicationOf(made, 0)]).figures;
    for (const [path, { mean }] of Object.entries(figures ?? {}))
      if (own[path]?.mean !== mean)
        throw new Error(`${of}: ${path} is ${mean} in the document and ${own[path]?.mean} in a run`);
    return pageSha256(made);
  } finally {
    simulation.close();
  }
}

async function linkOf(of: string, shared: Shared & { readonly expect: string }): Promise<LiveLink[]> {
  // as the page counts it
  if (JSON.stringify(shared).length > MOST_CHARACTERS) return [];
  const fragment = await toFragment(shared);
  return fragment.length > MOST_CHARACTERS ? [] : [{ of, fragment, sha256: shared.expect }];
}

/** A replay of a trace that fits into the link. */
async function pagesLinks(folder: string, document: unknown, { command, files = [] }: Origin): Promise<LiveLink[]> {
  const [file] = files;
  if (file === undefined || files.length > 1) return [];
  const text = await textOf(resolve(folder, file.file));
  if (text === undefined) return [];
  const trace = basename(file.file);
  const pages = { ...questionOf(wordsOf(command).slice(2)), trace };
  const expect = figuresSha256(document);
  const answer = await answerPages(pages, memoryHost({ [trace]: text }));
  if (figuresSha256(answer) !== expect) return []; // asked in a way that a link does not tell
  return linkOf('', { text: '', set: [], files: { [trace]: text }, pages, expect });
}

/** Of every run of the document in `folder` that a reader's browser can make, at most 64. */
export async function linksOf(folder: string, document: unknown): Promise<LiveLink[]> {
  const origin = JSON.parse(await readFile(join(folder, ORIGIN), 'utf8')) as Origin;
  if (kindOf(document) === 'pages') return pagesLinks(folder, document, origin);
  if (OTHERWISE.test(origin.command) || origin.resolved === undefined) return [];
  const files = await filesOf(folder, origin);
  if (files === undefined) return [];
  const { scenario: base } = parseScenario(origin.resolved);
  const links: LiveLink[] = [];
  for (const told of toldOf(document, base).slice(0, MOST_LINKS)) {
    const text = yamlOf(shortestForm(told.scenario));
    const some = Object.keys(files).length > 0 ? { files } : {};
    const expect = await hashOf(told, files);
    links.push(...(await linkOf(told.of, { text, set: [], ...some, expect })));
  }
  return links;
}
