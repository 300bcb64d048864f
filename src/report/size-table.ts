// The answer of `size`: one row a mechanism, what stands in the way of less, and the command that shows it.

import { having } from '../input/argument.js';
import type { SizeResult, SizeRun } from '../study/size.js';
import { doubtsInWords } from './few.js';
import { type Look, type Cell, distinctNames, fitted, renderTable, widthOf, wrap } from './table.js';
import { type Side, oneSeed, trustText } from './trust.js';
import { formatExactDurationNs } from './units.js';
import { formatSize } from '../input/quantities.js';

const WIDTH = 100;
const NAME_COLUMNS = 32;

function valueText(value: number | null, unit: SizeResult['unit']): string {
  if (value === null) return '-';
  return unit === 'ns' ? formatExactDurationNs(value) : unit === 'bytes' ? formatSize(value) : String(value);
}

function row(run: SizeRun, result: SizeResult): (string | Cell)[] {
  const { unit, replications, most } = result;
  const ran = run.tried.filter(({ of }) => of > 0);
  const at = run.tried.find(({ value }) => value === run.value);
  const range = replications === 1 ? [] : [`${valueText(run.low, unit)} .. ${valueText(run.high, unit)}`];
  const bounded = run.incomplete === true ? (most === true ? '>= ' : '<= ') : '';
  const none = run.incomplete === true ? 'none so far' : 'none';
  const found = `${bounded}${valueText(run.value, unit)}`;
  const doubted = sizeDoubts(run, result).length > 0;
  const value =
    run.value === null
      ? { text: none, tone: doubted ? ('warn' as const) : ('bad' as const) }
      : doubted
        ? { text: found, tone: 'warn' as const }
        : found;
  const best = run.tried.at(-1);
  const seeds = at ?? best;
  return [
    run.mechanism,
    value,
    ...range,
    seeds === undefined ? '-' : `${seeds.attainedIn} of ${seeds.of}`,
    String(ran.length),
  ];
}

/** Of a latency in an assertion: `api.latency.p99`, `vms.api.latencyNs.p999`. */
const LATENCY = /\b([A-Za-z][A-Za-z0-9_-]*)\.latency(?:Ns)?\.(p\d+(?:\.\d+)?)/g;

/** The quantiles that the objectives look at, as paths of what stands behind them. */
const pathsOf = (objectives: readonly string[]): string[] =>
  objectives.flatMap((objective) => [
    ...(/(\w[\w-]*\.slo)\b/.exec(objective)?.slice(1) ?? []),
    ...[...objective.matchAll(LATENCY)].map(([, vm, key]) => `${vm}.latencyNs.${key!.replace('.', '')}`),
  ]);

/** What speaks against an answer, in words: too few requests, a warm-up that is too short, an objective without data. */
export const sizeDoubts = (run: SizeRun, { for: objectives, replications }: SizeResult): string[] => [
  ...doubtsInWords(run, pathsOf(objectives), replications),
  ...(run.noData ?? []).map(
    (one) => `without a request to judge ${one.for} by${one.of === 1 ? '' : ` in ${one.in} of ${one.of} seeds`}`,
  ),
];

/** `hyperflux:signal=oldest` as the fields that a command line sets. */
function mechanismFields(label: string): string {
  const [kind, ...knobs] = label.split(':');
  return [`--set mechanism=${kind}`, ...knobs.map((knob) => `--set mechanism.${knob}`)].join(' ');
}

/** The command that shows an answer, as far as the answer alone tells it. */
const plainCommand = (run: SizeRun): string =>
  `fluxhost run SCENARIO ${mechanismFields(run.mechanism)} --set ${run.set}`;

/**
 * The answers as text, ending in a line feed.
 *
 * @param command the command that shows an answer
 */
export function renderSize(result: SizeResult, look: Look = false, command = plainCommand): string {
  having('result', result, ['find', 'runs'], 'the result of size');
  const { find, runs, replications, unit } = result;
  const which = result.most === true ? 'greatest' : 'least';
  const head = [
    '',
    `${which} ${find}${runs.some(({ partial }) => partial) ? ' found' : ''}`,
    ...(replications === 1 ? [] : ['any .. every seed']),
    'met in',
    'values run',
  ];
  let text = `the ${which} ${find} for ${result.for.join(', ')}, ${replications} ${replications === 1 ? 'seed' : 'seeds'}\n\n`;
  const labels = distinctNames(
    runs.map(({ mechanism }) => mechanism),
    NAME_COLUMNS,
  );
  text += renderTable(
    [
      head.map((one): Cell => ({ text: one, tone: 'strong' })),
      ...runs.map((run, i) => [labels[i]!, ...row(run, result).slice(1)]),
    ],
    { look },
  );
  const notes = runs.flatMap((run) => [
    ...doubtsInWords(run, pathsOf(result.for), replications).map((one) => `${run.mechanism}: ${one}`),
    ...(run.noData ?? []).map(
      (one) =>
        `${run.mechanism}: no request came to judge ${one.for} by${one.of === 1 ? '' : ` in ${one.in} of ${one.of} seeds`}; it counts neither as met nor as missed`,
    ),
    ...(run.bound === null
      ? []
      : [
          run.bound.by === 'range' && run.value === null
            ? `${run.mechanism}, nothing in the range is enough: ${run.bound.detail}`
            : `${run.mechanism}, bound by ${run.bound.by}: ${run.bound.detail}`,
        ]),
    ...(run.cut === undefined
      ? []
      : [
          `${run.mechanism}: the range was cut at ${valueText(run.cut.at, unit)}, the scenario's checks refuse more of it (${run.cut.refused})`,
        ]),
    ...(run.missedAbove.length === 0
      ? []
      : [
          `${run.mechanism}: more does not always help, ${run.missedAbove.map((value) => valueText(value, unit)).join(', ')} misses again`,
        ]),
  ]);
  const lines = [
    ...notes.map((note) => wrap(note, widthOf(look, WIDTH) - 2).replaceAll('\n', '\n  ')),
    // whole, to be copied
    ...runs.flatMap((run) => (run.set === null ? [] : [`${run.mechanism}: ${command(run)}`])),
  ];
  if (lines.length > 0) text += `\n${lines.join('\n')}\n`;
  const sides = doubtsOf(result);
  const seeds = oneSeed(replications);
  const trust = sides.length + seeds.length === 0 ? '' : `\n${trustText(sides, seeds, look)}`;
  return fitted(text + trust, look);
}

/** What speaks against the runs that the answers stand on; none where no run says, as of a fleet. */
export const doubtsOf = ({ runs }: SizeResult): Side[] =>
  runs.flatMap(({ mechanism: name, warnings }) =>
    warnings === undefined
      ? []
      : [{ name, vms: [...new Set(warnings.map(({ field }) => field.split('.')[0]!))], warnings }],
  );
