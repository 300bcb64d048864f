// From a result, a comparison, the answer of size or a sweep to all that a report says of it. Told apart by their own fields, so
// that a file read back needs no label.

import type { PagesResult } from '../../pages/result.js';
import type { FleetResult } from '../../fleet/result.js';
import type { ReserveComparison } from '../../reserve/result.js';
import type { Result, Warning } from '../../result/result.js';
import type { Comparison } from '../../study/compare.js';
import type { SizeResult } from '../../study/size.js';
import type { SuiteResult } from '../../study/suite/suite.js';
import type { SweepResult } from '../../study/sweep.js';
import { sloSentence } from '../compare-table.js';
import { fewJudge } from '../few.js';
import { meetsAll } from '../replications.js';
import { doubtsOf, sizeDoubts } from '../size-table.js';
import { seedsOfRows, sweepDoubted } from '../sweep-table.js';
import { type Remark, merged, oneSeed, seedsOf, sidesOf } from '../trust.js';
import { formatShare } from '../units.js';
import type { Figure, Report, Table } from './figure.js';
import { coreSecondsFigure } from './figures/core-seconds.js';
import { datapathFigure } from './figures/datapath.js';
import { coresFigure } from './figures/cores.js';
import { fleetReport } from './figures/fleet.js';
import { gpuFigure } from './figures/gpu.js';
import { latencyFigure } from './figures/latency.js';
import { functionsFigures, functionsSentence } from './figures/lifecycle.js';
import { movesFigure } from './figures/moves.js';
import type { Named } from './figures/named.js';
import { sizeAnswer, sizeFigure, sizingFigure } from './figures/needed.js';
import { sizeCurve } from './figures/size-curve.js';
import { stripsFigure } from './figures/strips.js';
import { sweepFigures } from './figures/sweep.js';
import type { ExperimentDocument } from './figures/claims.js';
import { type JudgedDocument, judgedReport } from './figures/judged.js';
import { memoryOverTime, swapInFigure, whereMemoryLies } from './figures/memory.js';
import { tierFigure } from './figures/tier.js';
import { pagesReport, reserveReport, suiteReport } from './others.js';
import { experimentReport } from './paper.js';
import { ofSeeds } from './seeds.js';
import { runVerdict } from './verdict.js';
import { counted, duration, grouped, inMicroseconds, inThousands, listed } from './words.js';

/** What a report can be made of. */
export type Reportable =
  | Result
  | Comparison
  | SizeResult
  | SweepResult
  | PagesResult
  | ReserveComparison
  | ExperimentDocument
  | SuiteResult
  | FleetResult
  | JudgedDocument;

type Kind =
  'result' | 'comparison' | 'size' | 'sweep' | 'pages' | 'reserve' | 'experiment' | 'suite' | 'fleet' | 'judge';

type Loose = Readonly<Record<string, unknown>>;

/** Of whose shape a JSON document is; undefined for something else. */
export function kindOf(value: unknown): Kind | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const document = value as Loose;
  const list = (key: string): boolean => Array.isArray(document[key]);
  if (typeof document['manifest'] === 'object' && list('vms')) return 'result';
  if (typeof document['packing'] === 'object' && list('classes')) return 'fleet';
  if (typeof document['judge'] === 'number' && list('stages') && list('faults')) return 'judge';
  if (list('scores') && list('scenarios') && list('rows')) return 'suite';
  if (list('axes') && list('rows')) return 'sweep';
  if (typeof document['find'] === 'string' && list('runs')) return 'size';
  if (list('claims') && list('tables')) return 'experiment';
  if (typeof document['trace'] === 'object' && list('runs')) return 'pages';
  if (list('differences') && list('runs')) return isReserve(document['runs']) ? 'reserve' : 'comparison';
  return undefined;
}

/** Servers have a manager, hosts a mechanism. */
const isReserve = (runs: unknown): boolean => {
  const [first] = runs as readonly { readonly manifest?: { readonly manager?: unknown } }[];
  return first?.manifest?.manager !== undefined;
};

const remarkOf = ({ warning: { code, field, detail }, where }: ReturnType<typeof merged>[number]): Remark => ({
  code,
  detail: `${field}${where}: ${detail}`,
});

/** What the terminal tells, and what can be seen without where the result is of an earlier version. */
function remarksOf(runs: readonly Named[]): Remark[] {
  const told = merged(sidesOf(runs)).map(remarkOf);
  const others = runs.flatMap(({ label, result }): Remark[] => {
    const where = runs.length === 1 ? '' : `${label}: `;
    const unstable = result.vms.filter((vm) => vm.unstable).map(({ name }) => name);
    const grows =
      unstable.length === 0 || told.some(({ code }) => code === 'unstable')
        ? []
        : [
            {
              code: 'unstable',
              detail: `${where}the backlog of ${listed(unstable.slice(0, 5))} grew all along: longer runs would give longer latencies`,
            },
          ];
    return result.incomplete === true
      ? [...grows, { code: 'incomplete', detail: `${where}interrupted: the figures cover what was simulated` }]
      : grows;
  });
  return [...told, ...others, ...seedsOf(runs.map(({ result }) => result))];
}

function factsOf(runs: readonly Named[]): string[] {
  const { manifest, histogram, host } = runs[0]!.result;
  const seeds =
    manifest.replications === 1 ? `seed ${manifest.seed}` : `${manifest.replications} seeds from ${manifest.seed} on`;
  const events = runs.reduce((total, { result }) => total + result.manifest.events, 0);
  return [
    seeds,
    counted(host.cores, 'core'),
    `${duration(manifest.measuredNs)} measured after ${duration(manifest.warmupNs)} of warm-up`,
    counted(events, 'event'),
    `quantiles within ${formatShare(histogram.precision)}`,
  ];
}

function manifestOf(runs: readonly Named[]): Table {
  const row = (name: string, of: (result: Result) => string): string[] => [
    name,
    ...runs.map(({ result }) => of(result)),
  ];
  return {
    head: ['', ...runs.map(({ label }) => label)],
    rows: [
      row('program', ({ manifest }) => `${manifest.name} ${manifest.version}`),
      row('scenario (SHA-256)', ({ manifest }) => manifest.scenarioSha256),
      row('core (SHA-256)', ({ manifest }) => manifest.coreSha256),
      row('fingerprint', ({ manifest }) => manifest.fingerprint),
      row('seed', ({ manifest }) => String(manifest.seed)),
      row('events', ({ manifest }) => grouped(manifest.events)),
    ],
  };
}

const some = (figures: readonly (Figure | undefined)[]): Figure[] => figures.filter((figure) => figure !== undefined);

function resultReport(result: Result): Report {
  const runs = [{ label: result.manifest.mechanism, result }];
  const names = result.vms.filter((vm) => vm.slo !== null).map(({ name }) => name);
  const what =
    names.length === 0
      ? result.vms.length === 1
        ? `How well is ${result.vms[0]!.name} served`
        : `How do ${counted(result.vms.length || (result.lifecycle?.functions.length ?? 0), result.vms.length === 0 ? 'function' : 'VM')} fare`
      : names.length === 1
        ? `Does ${names[0]!} meet its SLO`
        : `Do ${listed(names.length > 3 ? [...names.slice(0, 3), `${names.length - 3} more`] : names)} meet their SLOs`;
  return {
    title: `${result.manifest.mechanism} on ${counted(result.host.cores, 'core')}`,
    question: `${what} under ${result.manifest.mechanism} on ${counted(result.host.cores, 'core')}?`,
    ...runVerdict(runs[0]!),
    facts: factsOf(runs),
    remarks: remarksOf(runs),
    figures: ofSeeds(
      some([
        latencyFigure(runs),
        ...functionsFigures(runs),
        coreSecondsFigure(runs),
        stripsFigure(runs),
        coresFigure(runs[0]!, true),
        movesFigure(runs),
        datapathFigure(runs),
        gpuFigure(runs),
        swapInFigure(runs),
        tierFigure(runs),
        whereMemoryLies(runs),
        memoryOverTime(runs),
      ]),
      runs,
    ),
    manifest: manifestOf(runs),
  };
}

/** Two runs may be of one kind: then what they were called stands in the differences. */
function labelled({ runs, differences }: Comparison): Named[] {
  const labels = [differences[0]?.baseline, ...differences.map(({ mechanism }) => mechanism)];
  return runs.map((result, i) => ({ label: labels[i] ?? result.manifest.mechanism, result }));
}

function comparisonReport(comparison: Comparison): Report {
  const runs = labelled(comparison);
  const labels = runs.map(({ label }) => label);
  const [first] = runs;
  if (first === undefined) return emptyReport('comparison', 'interrupted before any run had ended');
  const headed = runs.map(({ label, result }) => ({ ...result, manifest: { ...result.manifest, mechanism: label } }));
  const judged = first.result.vms.some((vm) => vm.slo !== null);
  const met = runs.map(({ result }) => meetsAll(result));
  const few = runs.some(({ result }) => result.vms.some(fewJudge));
  const functions = first.result.vms.length === 0 ? functionsSentence(runs) : '';
  return {
    title: `${listed(labels)} on ${counted(first.result.host.cores, 'core')}`,
    question: `Which of ${listed(labels)} ${judged ? 'meet every SLO' : 'serves best'}, and at what cost?`,
    verdict: functions === '' ? sloSentence({ ...comparison, runs: headed }) : functions,
    good: judged && !few ? allOf(met) : null,
    facts: factsOf(runs),
    remarks: remarksOf(runs),
    figures: ofSeeds(
      some([
        latencyFigure(runs),
        ...functionsFigures(runs),
        coreSecondsFigure(runs),
        stripsFigure(runs),
        ...runs.map((run) => coresFigure(run, false)),
        movesFigure(runs),
        datapathFigure(runs),
        gpuFigure(runs),
        swapInFigure(runs),
        tierFigure(runs),
        whereMemoryLies(runs),
        memoryOverTime(runs),
        comparison.sizing === undefined ? undefined : sizingFigure(comparison.sizing),
      ]),
      runs,
    ),
    manifest: manifestOf(runs),
  };
}

/** Null where some do and some do not: neither mark would be right. */
const allOf = (met: readonly boolean[]): boolean | null =>
  met.every(Boolean) ? true : met.some(Boolean) ? null : false;

const emptyReport = (title: string, detail: string): Report => ({
  title,
  question: `What does the ${title} say?`,
  verdict: 'Nothing yet: no run has ended.',
  good: null,
  facts: [],
  remarks: [{ code: 'incomplete', detail }],
  figures: [],
  manifest: { head: [], rows: [] },
});

const interrupted = (incomplete: true | undefined): Remark[] =>
  incomplete === true ? [{ code: 'incomplete', detail: 'interrupted: what had ended is shown' }] : [];

/** So many kinds of warnings are told. */
const MOST_REMARKS = 16;

/** Warnings of one code and field together, of the first place that has it, with how many have it. */
function doubted(places: readonly { readonly where: string; readonly warnings: readonly Warning[] }[]): Remark[] {
  const found = new Map<string, { warning: Warning; where: string[] }>();
  for (const { where, warnings } of places)
    for (const warning of warnings) {
      const key = `${warning.code} ${warning.field}`;
      const before = found.get(key);
      if (before === undefined) found.set(key, { warning, where: [where] });
      else before.where.push(where);
    }
  const all = [...found.values()].map(({ warning: { code, field, detail }, where }): Remark => {
    const lead = places.length === 1 ? '' : `${where.length} of ${places.length} rows, the first at ${where[0]!}: `;
    return { code, detail: `${lead}${field}: ${detail}` };
  });
  const left = all.length - MOST_REMARKS;
  return left <= 0
    ? all
    : [...all.slice(0, MOST_REMARKS), { code: 'more', detail: `${left} more kinds of warnings are in the JSON` }];
}

function sizeReport(result: SizeResult): Report {
  return {
    title: `the ${result.most === true ? 'greatest' : 'least'} ${result.find}`,
    question: `What is the ${result.most === true ? 'greatest' : 'least'} ${result.find} that meets ${listed(result.for)}?`,
    verdict: sizeAnswer(result),
    good:
      result.runs.length === 0 || result.runs.some((run) => sizeDoubts(run, result).length > 0)
        ? null
        : allOf(result.runs.map(({ value }) => value !== null)),
    facts: [`${counted(result.replications, 'seed')} each`, 'every value shown was run'],
    remarks: [
      ...interrupted(result.incomplete),
      ...result.runs.flatMap(({ mechanism, noData = [] }) =>
        noData.map((one) => ({
          code: 'no-data',
          detail: `${mechanism}: no request came to judge ${one.for} by in ${one.in} of ${one.of} seeds; it counts neither as met nor as missed`,
        })),
      ),
      ...merged(doubtsOf(result)).map(remarkOf),
      ...oneSeed(result.replications),
    ],
    figures: some([sizeFigure(result), sizeCurve(result)]),
    manifest: { head: [], rows: [] },
  };
}

function sweepReport(result: SweepResult): Report {
  const figures = sweepFigures(result);
  const paths = listed(result.axes.map(({ path }) => path));
  const seeds = Math.min(...result.rows.filter(({ refused }) => refused === undefined).map((row) => row.replications));
  const refused = result.rows.filter((row) => row.refused !== undefined).length;
  const judged = result.rows.filter(({ figures: all }) =>
    Object.keys(all).some((path) => path.endsWith('.slo.attained')),
  );
  const metIn = (row: (typeof result.rows)[number]): boolean =>
    Object.entries(row.figures).every(([path, { mean }]) => !path.endsWith('.slo.attained') || mean === 1);
  return {
    title: `sweep of ${paths}`,
    question: `How does the host respond to ${paths}?`,
    verdict: figures[0]?.answer ?? 'Nothing yet: no row has ended.',
    good: judged.length === 0 || judged.some(sweepDoubted) ? null : allOf(judged.map(metIn)),
    facts: [
      counted(result.rows.length, 'row'),
      ...(Number.isFinite(seeds) ? [`${counted(seeds, 'seed')} each, the same for all`] : []),
    ],
    remarks: [
      ...(result.part === undefined
        ? interrupted(result.incomplete)
        : [
            {
              code: 'part',
              detail: `${result.part}: rows of the others are not in it; fluxhost merge puts all together`,
            },
          ]),
      ...(refused === 0
        ? []
        : [
            {
              code: 'refused',
              detail: `${refused} ${refused === 1 ? 'point has' : 'points have'} no result: the table says why`,
            },
          ]),
      ...doubted(
        result.rows
          .filter((row) => row.refused === undefined)
          .map(({ point, mechanism, warnings }) => ({
            where: `${Object.entries(point)
              .map(([path, value]) => `${path} = ${value}`)
              .join(', ')} under ${mechanism}`,
            warnings,
          })),
      ),
      ...seedsOfRows(result.rows),
    ],
    figures,
    manifest: { head: [], rows: [] },
  };
}

/** @throws TypeError for what is of none of the shapes; `kindOf` tells before */
export function reportOf(value: Reportable): Report {
  const report = inMicroseconds(written(value));
  // what identifies stays as it is
  return { ...inThousands(report), manifest: report.manifest };
}

function written(value: Reportable): Report {
  switch (kindOf(value)) {
    case 'result':
      return resultReport(value as Result);
    case 'comparison':
      return comparisonReport(value as Comparison);
    case 'size':
      return sizeReport(value as SizeResult);
    case 'sweep':
      return sweepReport(value as SweepResult);
    case 'pages':
      return pagesReport(value as PagesResult);
    case 'reserve':
      return reserveReport(value as ReserveComparison);
    case 'suite':
      return suiteReport(value as SuiteResult);
    case 'judge':
      return judgedReport(value as JudgedDocument);
    case 'fleet':
      return fleetReport(value as FleetResult);
    case 'experiment':
      return experimentReport(value as ExperimentDocument);
    case undefined:
      throw new TypeError('nothing that a report is made of');
  }
}
