// The report of a paper's experiment: whether what is published comes out here, in one sentence; its numbers beside ours; each claim
// in a line; and, folded, each with all that had to be assumed for it.

import type { Report, Table, TitledTable } from './figure.js';
import { controlsText, doubtsOfClaims, inALine, isControl } from '../claim-words.js';
import { claimsFigure, verdictOf } from './figures/claim-marks.js';
import { type ExperimentDocument, experimentFigures, undrawnTables } from './figures/claims.js';
import { counted, listed } from './words.js';

type Claim = ExperimentDocument['claims'][number];

/** `HyperFlux: cores that move (APSys 2025)`: of what, what it is about, and where it stands. */
function partsOf(title: string): { name: string; about: string[] } {
  const [, name = title, about, source] = /^([^:]+): (.*?)(?: \(([^()]*)\))?$/.exec(title) ?? [];
  return { name, about: [about, source].filter((one) => one !== undefined) };
}

/** What a verdict says of one claim and of several, and beside others. */
const SAYS: readonly {
  readonly is: (verdict: string) => boolean;
  readonly one: string;
  readonly many: string;
  readonly beside?: string;
}[] = [
  {
    is: (verdict) => verdict === 'reproduced',
    one: 'comes out from published parameters alone',
    many: 'come out from published parameters alone',
  },
  {
    is: (verdict) => verdict === 'reachable',
    one: 'comes out only with what had to be assumed',
    many: 'come out only with what had to be assumed',
    beside: 'only with what had to be assumed',
  },
  { is: (verdict) => verdict === 'not reached', one: 'does not come out', many: 'do not come out' },
  { is: (verdict) => verdict.startsWith('refuted'), one: 'turns out the other way', many: 'turn out the other way' },
  { is: (verdict) => verdict === 'not testable here', one: 'cannot be tested here', many: 'cannot be tested here' },
];

/**
 * `2 of 5 claims come out from published parameters alone, 3 only with what had to be assumed. 8 open questions are answered.` Negative
 * controls are told behind them.
 */
export function paperVerdict(claims: readonly Claim[]): string {
  const compared = claims.filter(({ answer }) => answer === undefined);
  const verdicts = compared.filter((claim) => !isControl(claim)).map(verdictOf);
  const held = controlsText(compared.filter(isControl).map(verdictOf));
  const all = verdicts.length;
  const found = SAYS.flatMap((says) => {
    const count = verdicts.filter(says.is).length;
    return count === 0 ? [] : [{ ...says, count, says: count === 1 ? says.one : says.many }];
  });
  const [first, ...others] = found;
  const answered = claims.length - compared.length;
  const open = [
    ...(answered === 0 ? [] : [`${answered} open ${answered === 1 ? 'question is' : 'questions are'} answered.`]),
    ...(held === '' ? [] : [`${held[0]!.toUpperCase()}${held.slice(1)}.`]),
  ].join(' ');
  if (first === undefined) return open;
  const none = first.one.startsWith('does not ') ? first.one.replace('does not come', 'comes') : undefined;
  const whole =
    all === 1
      ? `The one claim ${first.says}`
      : none === undefined
        ? `All ${all} claims ${first.says}`
        : `None of the ${all} claims ${none}`;
  const some = [
    `${first.count} of ${all} claims ${first.says}`,
    // `come out` is said already
    ...others.map(({ count, says, beside }) => `${count} ${first.one.startsWith('comes') ? (beside ?? says) : says}`),
  ];
  return `${others.length === 0 ? whole : listed(some)}. ${open}`.trim();
}

function shortTables(claims: readonly Claim[]): TitledTable[] {
  const compared = claims.filter(({ answer }) => answer === undefined);
  const open = claims.filter(({ answer }) => answer !== undefined);
  const table = (title: string, head: readonly string[], rows: readonly string[][]): TitledTable[] =>
    rows.length === 0 ? [] : [{ title, table: { head, rows } }];
  return [
    ...table(
      'What is claimed, and what comes out?',
      ['claim', 'paper', 'ours', 'verdict'],
      compared.map((claim) => [...inALine(claim), claim.verdict ?? verdictOf(claim)]),
    ),
    ...table('What does it leave open, and what comes out?', ['question', 'paper', 'ours'], open.map(inALine)),
  ];
}

const SUPPORT = {
  yes: 'follows from parameters with a source',
  partly: 'follows in part; the rest is assumed',
  no: 'not supported: no sourced parameter carries it',
} as const;

function fullTable(claims: readonly Claim[]): Table {
  return {
    head: ['claim', 'paper', 'ours', 'verdict', 'assumed', 'command'],
    rows: claims.map((claim) => [
      claim.claim,
      `${claim.paper} (${claim.source})`,
      `${claim.answer === undefined ? '' : `${claim.answer} `}${claim.ours}${claim.unit === '' ? '' : ` [${claim.unit}]`}`,
      claim.answer === undefined ? `${verdictOf(claim)}; ${SUPPORT[claim.supported]}` : verdictOf(claim),
      claim.assumptions.join('; '),
      claim.command,
    ]),
  };
}

/** The seeds, where chance has a part. */
function drawnBy({ parameters = {} }: ExperimentDocument): string[] {
  const { seed, replications, seeds = replications } = parameters;
  if (typeof seed !== 'number') return [];
  return [typeof seeds === 'number' && seeds > 1 ? `${seeds} seeds from ${seed} on` : `seed ${seed}`];
}

/** How many of each kind. */
function kindsOf(claims: readonly Claim[]): string[] {
  const compared = claims.filter((claim) => claim.answer === undefined && !isControl(claim)).length;
  const open = claims.filter(({ answer }) => answer !== undefined).length;
  const kinds = [
    [compared, 'claim'],
    [open, 'open question'],
    [claims.length - compared - open, 'negative control'],
  ] as const;
  return kinds.flatMap(([count, kind]) => (count === 0 ? [] : [counted(count, kind)]));
}

export function experimentReport(document: ExperimentDocument): Report {
  const { claims, tables, title } = document;
  const { name, about } = partsOf(title);
  const numbers = claimsFigure(document);
  return {
    title,
    question: `Does what is published on ${name} come out here?`,
    verdict: paperVerdict(claims),
    good: null,
    facts: [...about, ...kindsOf(claims), counted(tables.length, 'table'), ...drawnBy(document)],
    remarks: doubtsOfClaims(document),
    madeOf: 'Parameters',
    claims: shortTables(claims),
    figures: [...(numbers === undefined ? [] : [numbers]), ...experimentFigures(document)],
    tables: [
      { title: 'Each claim in full: what had to be assumed, and the command that gives it', table: fullTable(claims) },
      ...undrawnTables(document),
    ],
    manifest: { head: [], rows: [] },
  };
}
