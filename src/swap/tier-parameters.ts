// Defaults of `host.memory.tier`: a slow tier whose pages are read where they lie, and what moves them up.

import { type Field, type Parameter, fieldOf, parametersOf } from '../input/parameter.js';

const LINUX = 'Linux, kernel/sched/fair.c, memory tiering';
const CHOICE = 'a choice of this program, not a figure of any system';
const NO_FIGURE = 'no figure is published';

export const DETECTORS = ['none', 'count', 'autonuma', 'tpp'] as const;
export const ADMISSIONS = ['always', 'never', 'sketch'] as const;

/** What has no default. */
export const TIER_FIELDS: readonly Field[] = [
  fieldOf('host.memory.tier.tuner.round', 'ns', 'How long a round is; the first begins with the run.'),
  fieldOf(
    'host.memory.tier.tuner.choices',
    'count',
    'The counts that are tried in place of `accesses`, a list in the order in which they are.',
  ),
].map((field) => ({ ...field, name: field.path.slice('host.memory.'.length) }));

const PREFIX = 'host.memory.tier.';

export const TIER_PARAMETERS: readonly Parameter[] = parametersOf(
  [
    [
      'fast',
      'ns',
      90,
      "An access to a page in the host's own memory: part of a task's service.",
      'Azure VM noise 2024, Intel MLC idle: 88 to 91',
      'published',
    ],
    [
      'slow',
      'ns',
      250,
      'An access to a page in the slow tier: lengthens the task by what it takes beyond `fast`.',
      'CXL: 200 to 400, from notes and memory',
      'secondary',
    ],
    [
      'detector',
      'choice',
      'count',
      'Which pages are to come up: none; count: at so many slow accesses; autonuma: at a hint fault soon after the mark; tpp: at so many hint faults.',
      CHOICE,
      'assumed',
      DETECTORS,
    ],
    [
      'accesses',
      'count',
      2,
      'Slow accesses (count) or hint faults (tpp) since a page came down at which it is to come up.',
      'tpp: 2, TPP, ASPLOS 2023; count: assumed',
      'assumed',
    ],
    [
      'tuner.explore',
      'count',
      1,
      'Rounds in which each of the counts is tried; then the one whose rounds cost least is kept.',
      'explore then commit; PTMT, arXiv:2604.12165, tunes online by a rule that is not known here',
      'assumed',
    ],
    [
      'tuner.keep',
      'count',
      0,
      'Rounds for which it is kept before all are tried anew; 0: for ever.',
      CHOICE,
      'assumed',
    ],
    ['hintFault', 'ns', 1000, 'What a hint fault adds to the access.', NO_FIGURE, 'assumed'],
    ['scan.delay', 'ns', 1e9, 'autonuma, tpp: before the first scan, which marks slow pages.', LINUX, 'source code'],
    ['scan.period', 'ns', 1e9, 'Between two scans; the kernel: 1 to 60 s.', LINUX, 'source code'],
    ['scan.size', 'bytes', 256 * 2 ** 20, 'Memory that a scan looks at.', LINUX, 'source code'],
    ['hot', 'ns', 1e9, 'autonuma: a fault sooner after its mark finds a candidate, at first.', LINUX, 'source code'],
    [
      'limit',
      'bytes per second',
      65_536 * 2 ** 20,
      'autonuma: candidates of a second, to which the threshold is moved too.',
      LINUX,
      'source code',
    ],
    ['adjust', 'ns', 60e9, 'autonuma: between two comparisons of candidates with the limit.', LINUX, 'source code'],
    [
      'admit',
      'choice',
      'always',
      'Which of those do come up: always, never, or those that a sketch has seen oftener than break-even.',
      'sketch: TierBPF, arXiv:2604.12300, whose rule is not known here',
      'assumed',
      ADMISSIONS,
    ],
    ['factor', 'count', 1, 'sketch: of break-even, `in` over (slow - fast).', NO_FIGURE, 'assumed'],
    [
      'price',
      'count',
      0,
      'sketch: accesses more for each page that waits to come up, or does.',
      'TierBPF prices the queue at the link; no figure is published',
      'assumed',
    ],
    ['sketch.counters', 'count', 1024, 'In each of four rows; a power of two.', NO_FIGURE, 'assumed'],
    ['sketch.halve', 'ns', 10e9, 'All are halved that often.', NO_FIGURE, 'assumed'],
  ],
  PREFIX,
).map((parameter) => ({ ...parameter, name: parameter.path.slice('host.memory.'.length) }));
