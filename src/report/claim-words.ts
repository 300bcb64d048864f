// A claim's numbers in words, rounded in one way for the terminal, the table of claims and the page; and what speaks against them.

import type { ClaimNumbers, OwnNumber } from './claim-numbers.js';
import type { Remark } from './trust.js';
import { formatDurationNs } from './units.js';

const signed = (share: number): string => `${share >= 0 ? '+' : '-'}${Math.abs(100 * share).toFixed(1)} %`;

const WRITTEN: Readonly<Record<ClaimNumbers['unit'], (value: number) => string>> = {
  ns: formatDurationNs,
  bytes: (bytes) => (bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${(bytes / 2 ** 20).toFixed(2)} MiB`),
  MB: (bytes) => `${(bytes / 1e6).toPrecision(3)} MB`,
  share: (share) => `${(100 * share).toFixed(1)} %`,
  change: signed,
  ratio: (ratio) =>
    !Number.isFinite(ratio) ? String(ratio) : `${ratio >= 100 ? ratio.toFixed(0) : ratio.toPrecision(3)}x`,
};

function oneNumber({ where, value, reach }: OwnNumber, write: (value: number) => string): string {
  const at = where === '' ? '' : ` (${where})`;
  if (reach === undefined) return `${write(value)}${at}`;
  return reach.kind === 'range'
    ? `${write(value)}${at}; ${write(reach.low)} to ${write(reach.high)} in range`
    : `${write(value)}${at}, ${write(reach.low)} to ${write(reach.high)}`;
}

function numbersText({ unit, ours }: ClaimNumbers): string {
  const write = WRITTEN[unit];
  if (ours.length <= 2) return ours.map((one) => oneNumber(one, write)).join('; ');
  const sorted = [...ours].sort((a, b) => a.value - b.value);
  return [sorted[0]!, sorted.at(-1)!].map(({ where, value }) => `${write(value)} (${where})`).join(' to ');
}

/** `13.0 us`, `3.05 MiB`, `3.20 MB`, `+18.0 %`, `1.50x` */
export const numberText = (value: number, unit: ClaimNumbers['unit']): string => WRITTEN[unit](value);

/** What is said of a claim here. */
interface SaidClaim {
  readonly ours: string;
  readonly brief?: string;
  readonly unit: string;
  readonly numbers?: ClaimNumbers;
  readonly assumptions: readonly string[];
  readonly answer?: string;
}

/** Ours in few words: those of the experiment, or its numbers. */
const briefly = ({ brief, numbers, ours, unit }: SaidClaim): string =>
  brief ?? (numbers === undefined ? `${ours}${unit === '' ? '' : ` ${unit}`}` : numbersText(numbers));

/** A claim in a line, in the same words wherever claims stand in lines: the terminal's table and the report's. */
export const inALine = (said: SaidClaim & { readonly claim: string; readonly paper: string }): string[] => [
  said.claim,
  said.paper,
  briefly(said),
];

/** Whether it is a check of our own that no paper claims, where nothing is to come out: counted apart from claims. */
export const isControl = ({ claim }: { readonly claim: string }): boolean => claim.startsWith('negative control:');

/** `the negative control holds`, `1 of 2 negative controls hold`; '' where there is none. */
export function controlsText(verdicts: readonly string[]): string {
  const held = verdicts.filter((verdict) => /^(reproduced|reachable)$/.test(verdict)).length;
  const all = verdicts.length;
  if (all === 0) return '';
  const controls = `negative control${all === 1 ? '' : 's'}`;
  if (all === 1) return held === 1 ? `the ${controls} holds` : `the ${controls} does not hold`;
  return held === all ? `all ${all} ${controls} hold` : `${held === 0 ? 'none' : held} of ${all} ${controls} hold`;
}

/** What an experiment's answer rests on. */
interface SaidExperiment {
  /** What a paper claims, and what came out. */
  readonly claims: readonly (SaidClaim & { readonly claim: string })[];
  readonly tables: readonly { readonly rows: readonly (readonly string[])[] }[];
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly remarks?: readonly Remark[];
}

/** Why its numbers are not to be taken at their word: what is assumed, and what chance has drawn once. */
export function doubtsOfClaims({ claims, tables, parameters = {}, remarks = [] }: SaidExperiment): Remark[] {
  const answers = claims.filter((claim) => !isControl(claim));
  const assumed = answers.filter(({ assumptions }) => assumptions.length > 0).length;
  const drawn = parameters['seed'] !== undefined;
  const several =
    tables.some(({ rows }) => rows.some((row) => row.some((cell) => cell.includes('±')))) ||
    claims.some(({ numbers }) => numbers?.ours.some(({ reach }) => reach?.kind === 'interval')) ||
    ['replications', 'seeds'].some((name) => Number(parameters[name]) > 1);
  return [
    ...remarks,
    ...(assumed === 0
      ? []
      : [
          {
            code: 'assumed',
            detail: `${assumed} of ${answers.length} answers rest on something that is assumed; it is told claim by claim`,
          },
        ]),
    ...(drawn && !several
      ? [{ code: 'one-seed', detail: 'one seed: no interval tells chance from effect; --set seed=2 draws others' }]
      : []),
  ];
}
