// The parameters of replacement policies, as `fluxhost pages --policy NAME:PARAMETER=VALUE` takes them: bounds, published defaults
// and where those are from. policies.ts reads what a person gives; `fluxhost explain pages` prints this table.

import type { Confidence, Parameter } from '../input/parameter.js';

/** A whole number within bounds, or a share of the capacity. */
export interface PolicyParameter {
  readonly policy: string;
  readonly name: string;
  /** '' where it comes from outside (--seed). */
  readonly default: string;
  readonly least: number;
  readonly most: number;
  /** Whether it may be written as a share of the capacity; it counts pages or requests then. */
  readonly share: boolean;
  /** A few words, for --help. */
  readonly meaning: string;
  readonly source: string;
  readonly confidence: Confidence;
}

export const WHOLE = 2 ** 32 - 1;
const TAIJI =
  'Taiji, arXiv:2511.09936, names multi-level LRU and scans of access bits, no number; a study should vary it';

export const PARAMETER_TABLE: readonly PolicyParameter[] = [
  {
    policy: 'clock',
    name: 'bits',
    default: '1',
    least: 1,
    most: 2,
    share: false,
    meaning: 'bits of the use counter',
    source: 'one reference bit is the classic CLOCK (Corbato 1968); with two a page survives up to three rounds',
    confidence: 'published',
  },
  {
    policy: 'random',
    name: 'seed',
    default: '',
    least: 0,
    most: Number.MAX_SAFE_INTEGER,
    share: false,
    meaning: 'in place of --seed',
    source: 'a choice of this program, not a figure of any system',
    confidence: 'assumed',
  },
  {
    policy: '2q',
    name: 'kin',
    default: '25%',
    least: 0,
    most: WHOLE,
    share: true,
    meaning: 'pages of A1in',
    source: 'Johnson & Shasha, VLDB 1994: Kin should be 25 % of the page slots',
    confidence: 'published',
  },
  {
    policy: '2q',
    name: 'kout',
    default: '50%',
    least: 0,
    most: WHOLE,
    share: true,
    meaning: 'page numbers remembered in A1out',
    source:
      'Johnson & Shasha, VLDB 1994: Kout should hold identifiers for as many pages as would fit on 50 % of the buffer',
    confidence: 'published',
  },
  {
    policy: 's3fifo',
    name: 'small',
    default: '10%',
    least: 0,
    most: WHOLE,
    share: true,
    meaning: 'pages of the small queue',
    source: 'Yang et al., SOSP 2023, and libCacheSim: a tenth of the cache',
    confidence: 'published',
  },
  {
    policy: 's3fifo',
    name: 'ghost',
    default: '90%',
    least: 0,
    most: WHOLE,
    share: true,
    meaning: 'page numbers remembered',
    source: 'libCacheSim: as many entries as the main queue has',
    confidence: 'source code',
  },
  {
    policy: 'taiji',
    name: 'levels',
    default: '4',
    least: 1,
    most: 64,
    share: false,
    meaning: 'levels from hot to cold',
    source: TAIJI,
    confidence: 'assumed',
  },
  {
    policy: 'taiji',
    name: 'scan',
    default: '100%',
    least: 1,
    most: WHOLE,
    share: true,
    meaning: 'requests between two scans',
    source: TAIJI,
    confidence: 'assumed',
  },
];

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;

/** Under `pages.`, beside the parameters of scenarios. */
export const POLICY_PARAMETERS: readonly Parameter[] = PARAMETER_TABLE.map(
  ({ policy, name, share, default: value, meaning, source, confidence }) => ({
    name,
    path: `pages.${policy}.${name}`,
    unit: share ? 'pages' : 'count',
    default: value === '' ? '--seed' : value,
    meaning: sentence(meaning),
    source,
    confidence,
  }),
);
