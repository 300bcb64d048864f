// "How much is needed?": the least value at which every objective is met, one row a mechanism, with every value that was run. From
// `size`, and from the search for cores that `compare` makes.

import { formatSize } from '../../../input/quantities.js';
import type { Sizing } from '../../../study/sizing.js';
import { needsSentences } from '../../needs-words.js';
import { sizeDoubts } from '../../size-table.js';
import type { SizeResult, SizeRun } from '../../../study/size.js';
import type { Figure, NeededPlot } from '../figure.js';
import { exactDuration, listed, mechanismHues } from '../words.js';

type Row = NeededPlot['rows'][number];

const textOf = (value: number, unit: SizeResult['unit']): string =>
  unit === 'ns' ? exactDuration(value) : unit === 'bytes' ? formatSize(value) : String(value);

const plotUnit = (unit: SizeResult['unit']): NeededPlot['unit'] => (unit === 'ns' || unit === 'bytes' ? unit : '');

function sizeRow(run: SizeRun, hue: Row['hue'], unit: SizeResult['unit']): Row {
  const ran = run.tried.filter(({ of }) => of > 0);
  const values = run.tried.map(({ value }) => value);
  const word = run.value === null ? `none: ${run.bound?.by ?? 'range'}` : (run.bound?.by ?? '');
  return {
    name: run.mechanism,
    hue,
    value: run.value,
    low: run.low,
    word: run.value === null ? word : [textOf(run.value, unit), word].filter((one) => one !== '').join(', '),
    tried: ran.map(({ value, attainedIn, of }) => ({ value, share: attainedIn / of })),
    from: Math.min(...values),
    to: Math.max(...values),
  };
}

/**
 * `ideal needs host.cores = 15 and hyperflux 16; static does not meet the objectives at any value that was run.` Behind each what
 * speaks against it.
 */
export function sizeAnswer(result: SizeResult): string {
  const { runs, find, unit, most } = result;
  const doubted = (run: SizeRun): string => {
    const words = sizeDoubts(run, result);
    return words.length === 0 ? '' : ` (${words.join('; ')})`;
  };
  const found = runs.filter(({ value }) => value !== null);
  const none = runs.filter(({ value }) => value === null).map((run) => `${run.mechanism}${doubted(run)}`);
  const needs = found.map((run, i) => {
    const { mechanism, value } = run;
    const amount = `${textOf(value!, unit)}${doubted(run)}`;
    return i > 0 ? `${mechanism} ${amount}` : `${mechanism} ${most === true ? 'holds' : 'needs'} ${find} = ${amount}`;
  });
  const failed = `${listed(none)} ${none.length === 1 ? 'does' : 'do'} not meet the objectives at any value of ${find} that was run`;
  if (found.length === 0) return `${failed}.`;
  return `${listed(needs)}${none.length === 0 ? '' : `; ${failed}`}.`;
}

/** `5 values from 8 to 24 were run under hyperflux.` */
const triedText = ({ runs, unit }: SizeResult): string => {
  // a value that makes no scenario was not run
  const ran = runs.map(({ mechanism, tried }) => ({ mechanism, tried: tried.filter(({ of }) => of > 0) }));
  const all = ran.filter(({ tried }) => tried.length > 0);
  const said = all.map(({ mechanism, tried }, i) => {
    const [from, to] = [textOf(tried[0]!.value, unit), textOf(tried.at(-1)!.value, unit)];
    const values = tried.length === 1 ? `the value ${from}` : `${tried.length} values from ${from} to ${to}`;
    return `${values} ${i > 0 ? '' : tried.length === 1 ? 'was run ' : 'were run '}under ${mechanism}`;
  });
  return said.length === 0 ? '' : `${said.join(', ')}.`.replace(/^t/, 'T');
};

export function sizeFigure(result: SizeResult): Figure | undefined {
  if (result.runs.length === 0) return undefined;
  const hues = mechanismHues(result.runs.map(({ mechanism }) => mechanism));
  const rows = result.runs.map((run) => sizeRow(run, hues.get(run.mechanism)!, result.unit));
  const bounds = result.runs.flatMap(({ mechanism, bound }) =>
    bound === null ? [] : [`${mechanism} is bound by ${bound.by}: ${bound.detail}.`],
  );
  return {
    id: 'needed',
    question: `What is the ${result.most === true ? 'greatest' : 'least'} ${result.find} that meets the objectives?`,
    answer: [...bounds, triedText(result)].filter((one) => one !== '').join(' '), // the answer is the report's headline
    caption:
      'Every value that was run: filled where all seeds meet the objectives, half-filled where some do, hollow where none does. ' +
      `The large dot is the ${result.most === true ? 'greatest' : 'least'} value at which all do, the line beside it reaches to where any does.`,
    drawing: { kind: 'needed', of: result.find, unit: plotUnit(result.unit), rows },
    table: {
      head: ['mechanism', result.find, 'seeds that meet the objectives', ''],
      rows: result.runs.flatMap(({ mechanism, tried, value: best }) =>
        tried.map(({ value, attainedIn, of, refused }) => [
          mechanism,
          textOf(value, result.unit),
          refused === undefined ? `${attainedIn} of ${of}` : `refused: ${refused}`,
          value === best ? (result.most === true ? 'the greatest' : 'the least') : '',
        ]),
      ),
    },
  };
}

export function sizingFigure(sizing: readonly Sizing[]): Figure | undefined {
  if (sizing.length === 0) return undefined;
  const hues = mechanismHues(sizing.map(({ mechanism }) => mechanism));
  const counted = (one: Sizing): string =>
    one.of === 'host.cores' ? 'cores' : one.of === 'quotas' ? 'whole cores of quota' : 'guaranteed cores';
  const rows = sizing.map((one): Row => ({
    name: one.mechanism,
    group: one.of === 'host.cores' ? 'cores of the host' : counted(one),
    hue: hues.get(one.mechanism)!,
    value: one.cores,
    low: one.cores,
    word: one.cores === null ? `none found up to ${one.searchedTo}` : `${one.cores} ${counted(one)}`,
    tried: [],
    from: one.searchedFrom,
    to: one.searchedTo,
  }));
  return {
    id: 'needed',
    question: 'How many cores are needed?',
    answer: needsSentences(sizing, 'every SLO').join(' '),
    caption:
      'The least number at which every SLO is met with the scenario’s seed; the thin line is the range that was searched. ' +
      'What is counted otherwise has an axis of its own. A polling core counts; static counts the vCPUs that it pins, cgroup the quotas of VMs with an SLO.',
    drawing: { kind: 'needed', of: 'cores', unit: '', rows },
    table: {
      head: ['mechanism', 'needed', 'of', 'searched', 'runs'],
      rows: sizing.map((one) => [
        one.mechanism,
        one.cores === null ? 'none' : String(one.cores),
        one.of,
        `${one.searchedFrom} to ${one.searchedTo}`,
        String(one.runs),
      ]),
    },
  };
}
