// The suite as text: how near each scenario comes to its targets under each mechanism, and the score cards; and as CSV.

import { having } from '../input/argument.js';
import type { SuiteFigure, SuiteResult, SuiteRow, SuiteScore } from '../study/suite/suite.js';
import { csvText } from './series.js';
import { type Look, type Cell, fitted, renderTable, widthOf, wrap } from './table.js';
import { type Remark, oneSeed, trustText } from './trust.js';
import { formatShare } from './units.js';

const WIDTH = 100;

const short = (value: number): string =>
  value >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));

/** `1.23 ± 0.04`: the mean, and half of its interval where there is one. */
function withHalf({ mean, low, high }: SuiteFigure, format = short): string {
  if (mean === null) return '-';
  if (low === null || high === null) return format(mean);
  const half = (high - low) / 2;
  // What rounding alone makes is none.
  return `${format(mean)} ± ${half < 1e-9 * Math.abs(mean) ? '0' : format(Number(half.toPrecision(2)))}`;
}

function cell(row: SuiteRow | undefined): Cell {
  if (row?.figures === null || row === undefined) return { text: 'does not fit', tone: 'dim' };
  const { attainedIn, of } = row.slo;
  const met = attainedIn === of;
  const text = row.figures.tailOverTarget.mean === null ? '-' : short(row.figures.tailOverTarget.mean);
  return { text: met ? text : `${text} (${attainedIn}/${of})`, tone: met ? 'good' : 'bad' };
}

function scenarioTable({ scenarios, rows }: SuiteResult, mechanisms: readonly string[], look: Look): string {
  const head = ['latency over target', ...mechanisms].map((text): Cell => ({ text, tone: 'strong' }));
  const lines = scenarios.map(({ name }) => [
    name,
    ...mechanisms.map((mechanism) => cell(rows.find((row) => row.scenario === name && row.mechanism === mechanism))),
  ]);
  return renderTable([head, ...lines], { look });
}

function scoreTable(scores: readonly SuiteScore[], all: number, look: Look): string {
  const head = ['score', 'runs with every SLO', 'tail', 'worst tail', 'cores', 'best-effort', 'moves/s', 'scenarios'];
  const lines = scores.map(({ rank, mechanism, slo, worst, scenarios, ...score }): (string | Cell)[] => [
    `${rank}. ${mechanism}`,
    { text: `${slo.attainedIn} of ${slo.of}`, tone: slo.attainedIn === slo.of ? 'good' : 'bad' },
    withHalf(score.tail),
    worst === null ? '-' : `${short(worst.tail)} ${worst.scenario}`,
    withHalf(score.cores),
    withHalf(score.bestEffort, formatShare),
    withHalf(score.movesPerSecond),
    `${scenarios} of ${all}`,
  ]);
  return renderTable([head.map((text): Cell => ({ text, tone: 'strong' })), ...lines], { look });
}

/** Table and score cards, ending in a line feed. */
export function renderSuite(result: SuiteResult, look: Look = false): string {
  having('result', result, ['suite', 'rows'], 'the result of suite');
  const { rows, scores, scenarios, replications, sha256, suite } = result;
  if (result.incomplete === true) return `suite ${suite}: incomplete\n`;
  const mechanisms = [...new Set(rows.map(({ mechanism }) => mechanism))];
  const refusals = rows.flatMap(({ scenario, mechanism, refused }) =>
    refused === undefined ? [] : [`${mechanism} does not fit ${scenario}: ${refused}`],
  );
  const notes = [
    ...refusals,
    'latency over target: at the quantile of the SLO, of the VM nearest to its target or furthest beyond, mean over the ' +
      `seeds; 1 is the target, in brackets the seeds of ${replications} that attain every SLO where not all do`,
    'tail and best-effort: latency at the quantile of the SLO (geometric mean), and core time of best-effort tasks, over those ' +
      'under ideal; cores: held by latency-critical VMs and by the mechanism, whatever they did there; ' +
      'moves: cores that arrived at a VM',
    ...(replications > 1 ? ['± is half of a 95 % interval over the seeds (Student t)'] : []),
    'rank: by the share of runs with every SLO, then by tail',
  ];
  return fitted(
    `suite ${suite}, ${scenarios.length} ${scenarios.length === 1 ? 'scenario' : 'scenarios'}, ${replications} ${replications === 1 ? 'seed' : 'seeds'} each\n\n` +
      `${scenarioTable(result, mechanisms, look)}\n${scoreTable(scores, scenarios.length, look)}\n` +
      `${notes.map((note) => wrap(note, widthOf(look, WIDTH) - 2).replaceAll('\n', '\n  ')).join('\n')}\n` +
      `sha256 of the rows: ${sha256}\n${trustText([], doubtsOfSuite(result), look)}`,
    look,
  );
}

/** Why its ranks are not to be taken at their word. */
export function doubtsOfSuite({ rows, replications }: SuiteResult): Remark[] {
  const refused = rows.filter(({ figures }) => figures === null);
  const who = refused.map(({ mechanism, scenario }) => `${mechanism} does not fit ${scenario}`);
  return [
    ...(refused.length === 0 ? [] : [{ code: 'does-not-fit', detail: who.join(', ') }]),
    ...oneSeed(replications),
    {
      code: 'made-up',
      detail:
        'the scenarios are made to tell mechanisms apart: on your load another may win; --own SCENARIO ranks them there',
    },
  ];
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const FIGURES = ['tailOverTarget', 'tail', 'cores', 'bestEffort', 'movesPerSecond'] as const;
const NONE: SuiteFigure = { mean: null, low: null, high: null };

/** Every row. */
export function suiteCsv(result: SuiteResult): string {
  const { rows } = having('result', result, ['suite', 'rows'], 'the result of suite');
  const head = [
    'scenario',
    'mechanism',
    'attainedIn',
    'of',
    ...FIGURES.flatMap((name) => [name, `${name}.low`, `${name}.high`]),
    'scenarioSha256',
    'refused',
  ];
  const lines = rows.map(({ scenario, mechanism, slo, figures, scenarioSha256, refused }) => [
    scenario,
    mechanism,
    slo.attainedIn,
    slo.of,
    ...FIGURES.flatMap((name) => {
      const { mean, low, high } = figures?.[name] ?? NONE;
      return [mean, low, high];
    }),
    scenarioSha256,
    refused === undefined ? '' : quoted(refused),
  ]);
  return [...csvText(head, lines)].join('');
}
