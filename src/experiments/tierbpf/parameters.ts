// What `fluxhost reproduce tierbpf --set` changes. Of the paper (arXiv 2604.12300) the abstract and notes were at hand.

import { FORMATS } from '../../pages/formats/names.js';
import { type ExperimentRow, experimentRows } from '../parameters.js';

const ASSUMED = 'assumed: no figure is published';
const CHOICE = 'a choice';
const LINUX = 'Linux, kernel/sched/fair.c';

export const SIZES = ['4KiB', '2MiB'] as const;
export const DETECTORS = ['count', 'autonuma', 'tpp'] as const;

/** What two tiers are, and what reads or makes the accesses; shared with the tuner's experiment. */
export const TIER_ROWS: readonly ExperimentRow[] = [
  [
    'latFast',
    'ns',
    90,
    0,
    1e6,
    'Of an access to the fast tier.',
    'Azure VM noise 2024, Intel MLC idle: 88 to 91',
    'published',
  ],
  ['latSlow', 'ns', 250, 1, 1e6, 'Of an access to the slow tier (CXL: 200 to 400).', 'notes and memory', 'secondary'],
  ['migrate', 'us', 5, 0, 1e6, 'Of a page of 4 KiB, each way.', 'assumed; above 4 us (LKML, Zi Yan)', 'assumed'],
  ['migrate.huge', 'us', 699, 0, 1e6, 'Of a page of 2 MiB, each way.', 'derived: 3 GB/s (LKML, Zi Yan)', 'derived'],
  ['fast', 'share', 0.25, 1e-6, 0.999999, 'Of the pages that fit into the fast tier.', CHOICE, 'assumed'],
  ['gap', 'ns', 0, 0, 1e6, 'Between two accesses, no cost of memory.', CHOICE, 'assumed'],
  ['pages', 'count', 1024, 8, 1e7, 'Generated accesses: distinct pages.', CHOICE, 'assumed'],
  ['accesses', 'count', 300_000, 1, 1e8, 'Generated accesses.', CHOICE, 'assumed'],
  ['skew', 'number', 0.99, 0, 10, "Generated accesses: Zipf's exponent.", ASSUMED, 'assumed'],
  [
    'drift.every',
    'count',
    50_000,
    1,
    1e9,
    'Accesses after which a part of the ranks changes pages.',
    ASSUMED,
    'assumed',
  ],
  ['drift.share', 'share', 0.1, 0, 1, 'That part.', ASSUMED, 'assumed'],
  ['writes', 'share', 0.3, 0, 1, 'Generated accesses that write.', ASSUMED, 'assumed'],
  ['seed', 'count', 1, 0, 2 ** 31, 'Of the generated accesses.', CHOICE, 'assumed'],
  ['trace', 'file', '', null, null, 'A trace of pages in their place.', CHOICE, 'assumed'],
  ['trace.format', 'choice', 'ramulator', null, null, 'How it is written (fluxhost pages --help).', CHOICE, 'assumed'],
  [
    'shrink',
    'count',
    1000,
    1,
    1000,
    'Generated memory is so many times less than a machine has; times and sizes of scans are divided by it.',
    CHOICE,
    'assumed',
  ],
];

/** Of the detectors that hosts have. */
export const DETECTOR_ROWS: readonly ExperimentRow[] = [
  ['count', 'count', 2, 1, 2 ** 31, 'Slow accesses after which `count` promotes.', ASSUMED, 'assumed'],
  ['fault', 'ns', 1000, 0, 1e6, 'Of a hint fault.', ASSUMED, 'assumed'],
  ['scanPeriod', 'ms', 1000, 1, 60_000, 'Between two scans; the kernel: 1,000 to 60,000.', LINUX, 'source code'],
  ['scanSize', 'MiB', 256, 1, 1e6, 'That a scan marks.', LINUX, 'source code'],
  ['scanDelay', 'ms', 1000, 0, 1e6, 'Before the first scan.', LINUX, 'source code'],
  ['hotThreshold', 'ms', 1000, 1, 1e6, 'A fault sooner after its mark is a candidate, at first.', LINUX, 'source code'],
  ['rateLimit', 'number', 65_536, 1e-3, 1e9, 'MiB of candidates a second.', LINUX, 'source code'],
  ['adjust', 's', 60, 1, 1e3, 'Between two comparisons of candidates with the limit.', LINUX, 'source code'],
  [
    'tpp.faults',
    'count',
    2,
    1,
    1000,
    'Hint faults after which the TPP-like detector promotes.',
    'TPP, ASPLOS 2023',
    'published',
  ],
  [
    'watermark.low',
    'share',
    0.01,
    0,
    0.5,
    'Of the fast tier: with less room the TPP-like one demotes …',
    ASSUMED,
    'assumed',
  ],
  ['watermark.high', 'share', 0.02, 0, 0.5, '… until there is so much.', ASSUMED, 'assumed'],
];

export const TIERBPF_PARAMETERS = experimentRows(
  [
    ...TIER_ROWS,
    ['sizes', 'list', '4KiB,2MiB', null, null, 'Of the pages.', 'arXiv 2604.12300, abstract', 'published'],
    ['detectors', 'list', 'count,autonuma,tpp', null, null, 'Whose candidates are admitted or not.', CHOICE, 'assumed'],
    ...DETECTOR_ROWS,
    [
      'sketch.counters',
      'count',
      1024,
      1,
      65_536,
      'Of the sketch, in each of four rows; a power of two.',
      ASSUMED,
      'assumed',
    ],
    ['sketch.period', 'ms', 10_000, 1, 1e6, 'After which all are halved.', ASSUMED, 'assumed'],
    [
      'background',
      'yes or no',
      false,
      null,
      null,
      'Whether accesses go on while pages move, one after the other over the link.',
      ASSUMED,
      'assumed',
    ],
    [
      'price',
      'count',
      4,
      0,
      1e6,
      'Accesses that admission asks for beyond, for each page that waits for the link.',
      ASSUMED,
      'assumed',
    ],
    [
      'admit.factor',
      'number',
      1,
      0,
      1e6,
      'Of break-even: more accesses than so many times it admit.',
      ASSUMED,
      'assumed',
    ],
  ],
  { sizes: SIZES, detectors: DETECTORS, 'trace.format': FORMATS.map(({ name }) => name) },
);
