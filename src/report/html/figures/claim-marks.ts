// Each number that a paper states beside ours: one row a claim, one panel a unit. Claims without such numbers are named in the table alone.

import type { ClaimNumbers, OwnNumber, PublishedNumber } from '../../claim-numbers.js';
import type { ClaimsPlot, Figure } from '../figure.js';
import { numberText as written } from '../../claim-words.js';
import { inMicroseconds, listed } from '../words.js';
import type { ExperimentDocument } from './claims.js';

type Claim = ExperimentDocument['claims'][number];
type Unit = ClaimNumbers['unit'];
type Row = ClaimsPlot['panels'][number]['rows'][number];

const TITLES: Readonly<Record<Unit, string>> = {
  ratio: 'times as much',
  change: 'change',
  share: 'share',
  ns: 'time',
  bytes: 'memory',
  MB: 'memory',
};

const BOUNDS: Readonly<Record<PublishedNumber['bound'], string>> = {
  '=': '',
  '≈': 'about ',
  '<': 'less than ',
  '≤': 'up to ',
  '>': 'more than ',
};

/** The paper's own words where they are no longer than this, in a picture with room and in one with little. */
const WORDS = 50;
const FEW_WORDS = 28;

/** As the terminal has it, in the report's signs. */
export const numberText = (value: number, unit: Unit): string =>
  inMicroseconds(written(value, unit))
    .replace(/^-/, '−')
    .replaceAll(/(\d) (%|[KMG]iB|MB|ns|ms|s)/g, '$1\u00a0$2');

/** What a paper states has no digits that it was not written with. */
const statedText = (value: number, unit: Unit): string =>
  numberText(value, unit)
    .replace(/\.0+(?!\d)/, '')
    .replace(/(\.\d*[1-9])0+(?!\d)/, '$1');

/** How a claim stands, in the words of `reproduce`; files of earlier versions do not say. */
export const verdictOf = ({ answer, verdict, supported }: Claim): string =>
  answer !== undefined
    ? 'open question, answered'
    : (verdict ?? { yes: 'reproduced', partly: 'reachable', no: 'not reached' }[supported]);

export function toneOf(verdict: string): Row['tone'] {
  if (verdict === 'reproduced') return 'good';
  if (verdict === 'reachable') return 'open';
  return verdict === 'not reached' || verdict.startsWith('refuted') ? 'missed' : 'quiet';
}

/** From where to where a published number reaches; null: without a bound on that side. */
export function reachOf({ bound, value, to = value }: PublishedNumber): { low: number | null; high: number | null } {
  if (bound === '>') return { low: value, high: null };
  return { low: bound === '<' || bound === '≤' ? null : value, high: to };
}

/** The paper's words, with the number where they have none; or the number alone where they are many. */
function paperText({ paper }: Claim, { unit, paper: { bound, value, to } }: ClaimNumbers, most: number): string {
  const range = to === undefined ? '' : ` to ${statedText(to, unit)}`;
  const number = `${BOUNDS[bound]}${statedText(value, unit)}${range}`;
  const words = paper.replace(/(\d) us\b/, '$1\u00a0µs').replace(/^-(?=\d)/, '−');
  const said = /\d/.test(paper) ? words : `${number}, ${words}`;
  return `paper: ${said.length <= most ? said : number}`;
}

function ownText({ value, reach }: OwnNumber, unit: Unit): string {
  const said = numberText(value, unit);
  return reach === undefined
    ? said
    : `${said} (${numberText(reach.low, unit)} to ${numberText(reach.high, unit)}${reach.kind === 'interval' ? ', 95 %' : ''})`;
}

/** JSON has null for what is no number. */
const finite = (values: readonly OwnNumber[]): OwnNumber[] => values.filter(({ value }) => Number.isFinite(value));

function rowOf(claim: Claim, numbers: ClaimNumbers): Row {
  const { unit, paper } = numbers;
  const ours = finite(numbers.ours);
  const values = ours.map(({ value }) => value);
  const verdict = verdictOf(claim);
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => numberText(value, unit));
  const each = ours.map((one) => `${one.where === '' ? '' : `${one.where}: `}${ownText(one, unit)}`);
  return {
    claim: claim.claim,
    verdict,
    tone: toneOf(verdict),
    paper: {
      ...reachOf(paper),
      text: paperText(claim, numbers, WORDS),
      short: paperText(claim, numbers, FEW_WORDS),
    },
    ours: ours.map(({ value, reach }, i) => ({ value, reach: reach ?? null, text: each[i]! })),
    text: `ours: ${each.join('; ')}`,
    short: ours.length === 1 ? `ours: ${numberText(values[0]!, unit)}` : `ours: ${least} to ${most}`,
  };
}

/** A logarithmic axis where what is on it is far apart and above 0. */
const SPREAD = 5;

function isLog(unit: Unit, rows: readonly Row[]): boolean {
  if (unit === 'share' || unit === 'change') return false;
  const all = rows.flatMap(({ paper, ours }) => [
    ...[paper.low, paper.high].filter((one) => one !== null),
    ...ours.flatMap(({ value, reach }) => (reach === null ? [value] : [value, reach.high])),
  ]);
  return Math.min(...all) > 0 && Math.max(...all) > SPREAD * Math.min(...all);
}

type Drawn = Claim & { readonly numbers: ClaimNumbers };

const isDrawn = (claim: Claim): claim is Drawn => claim.numbers !== undefined && finite(claim.numbers.ours).length > 0;

function answerOf(drawn: readonly Claim[], undrawn: number): string {
  const verdicts = drawn.map(verdictOf);
  const counted = listed(
    [...new Set(verdicts)].map((verdict) => `${verdicts.filter((one) => one === verdict).length} ${verdict}`),
  );
  const number = drawn.length === 1 ? 'One claim states a number' : `${drawn.length} claims state numbers`;
  return (
    `${number} that can be set beside ours: ${counted}.` +
    (undrawn === 0
      ? ''
      : ` ${undrawn} ${undrawn === 1 ? 'claim without one stands' : 'claims without one stand'} in the table only.`)
  );
}

function tableRows(claim: Claim): string[][] {
  const { paper, numbers } = claim;
  const verdict = verdictOf(claim);
  if (!isDrawn(claim) || numbers === undefined)
    return [[claim.claim, paper, 'not drawn: no number to compare', '', '', verdict]];
  return finite(numbers.ours).map(({ where, value, reach }) => [
    claim.claim,
    paper,
    numberText(value, numbers.unit),
    reach === undefined
      ? ''
      : `${numberText(reach.low, numbers.unit)} to ${numberText(reach.high, numbers.unit)} (${reach.kind === 'interval' ? '95 % interval' : 'range of what is assumed'})`,
    where,
    verdict,
  ]);
}

export function claimsFigure({ claims }: ExperimentDocument): Figure | undefined {
  const drawn = claims.filter(isDrawn);
  if (drawn.length === 0) return undefined;
  const panels = [...new Set(drawn.map(({ numbers }) => numbers.unit))].map((unit) => {
    const rows = drawn.filter(({ numbers }) => numbers.unit === unit).map((claim) => rowOf(claim, claim.numbers));
    return { title: TITLES[unit], unit, log: isLog(unit, rows), rows };
  });
  const kinds = new Set(drawn.flatMap(({ numbers }) => numbers.ours.flatMap(({ reach }) => reach?.kind ?? [])));
  const reaches = [
    ...(kinds.has('interval') ? ['thin bars are 95 % intervals over the seeds'] : []),
    ...(kinds.has('range') ? ['pale bands are ranges over what is assumed'] : []),
  ];
  return {
    id: 'claims',
    question: 'Which of the published numbers hold here?',
    answer: answerOf(drawn, claims.length - drawn.length),
    caption:
      'Upright lines and bands in the colour of the text are what the paper states; an arrow is a bound that is open to that side (up to, less than, more than). ' +
      `Dots are ours, one for each condition, in the colour of the verdict${reaches.length === 0 ? '' : `; ${listed(reaches)}`}.`,
    drawing: { kind: 'claims', panels },
    table: { head: ['claim', 'paper', 'ours', 'reaches', 'where', 'verdict'], rows: claims.flatMap(tableRows) },
  };
}
