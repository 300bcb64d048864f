// What `fluxhost reproduce vcao --set` changes. Of the paper (arXiv 2604.08291) the abstract and notes were at hand.

import { type ExperimentParameter, type ExperimentRow, experimentRows } from '../parameters.js';

const ABSTRACT = 'arXiv 2604.08291, abstract';
const ASSUMED = 'assumed: no figure is published';

const tool = (name: string, cost: number, tpr: number, fpr: number): ExperimentRow[] => [
  [
    `${name}.cost`,
    'number',
    cost,
    1e-6,
    1e6,
    `Of a look with the ${name} tool, in units of the budget.`,
    ASSUMED,
    'assumed',
  ],
  [`${name}.tpr`, 'share', tpr, 0, 1, 'Of its looks at a vulnerable target, those that hit.', ASSUMED, 'assumed'],
  [`${name}.fpr`, 'share', fpr, 0, 1, 'Of its looks at another target, those that hit.', ASSUMED, 'assumed'],
];

const ROWS: readonly ExperimentRow[] = [
  ['targets', 'count', 200, 1, 10_000, 'That may be vulnerable.', ASSUMED, 'assumed'],
  [
    'prior.a',
    'number',
    1,
    0.001,
    1e6,
    'Of Beta(a, b), from which the chances of targets are drawn.',
    ASSUMED,
    'assumed',
  ],
  ['prior.b', 'number', 19, 0.001, 1e6, 'The other one.', ASSUMED, 'assumed'],
  [
    'valueCv',
    'share',
    1,
    0,
    20,
    'Standard deviation over mean of what targets are worth; lognormal.',
    ASSUMED,
    'assumed',
  ],
  ...tool('static', 1, 0.5, 0.3),
  ...tool('fuzz', 5, 0.7, 0.05),
  ...tool('sanitizer', 8, 0.9, 0.01),
  ['rounds', 'count', 1000, 1, 100_000, 'In each of which the allocation is solved anew.', ASSUMED, 'assumed'],
  ['budget', 'number', 10, 1e-6, 1e6, 'A round, in units of cost.', ASSUMED, 'assumed'],
  ['subsystems', 'count', 5, 1, 1000, 'Parts of the targets, each with an agent of its own.', ABSTRACT, 'published'],
  ['report', 'share', 0.85, 0, 1, 'Belief from which on VCAO reports a target.', ASSUMED, 'assumed'],
  ['report.baseline', 'share', 0.5, 0, 1, 'Belief from which on the others do.', ASSUMED, 'assumed'],
  [
    'spreads',
    'list',
    '2,20,200',
    null,
    null,
    'Sums a + b of the prior, of the same mean, that the sweep takes.',
    'a choice',
    'assumed',
  ],
  ['replications', 'count', 20, 2, 1000, 'Of worlds drawn.', 'a choice', 'assumed'],
  ['seed', 'count', 1, 0, 2 ** 31, 'Of what is drawn.', 'a choice', 'assumed'],
];

export const VCAO_PARAMETERS: readonly ExperimentParameter[] = experimentRows(ROWS);
