// What `fluxhost reproduce verusage --set` changes. Of the paper (arXiv 2512.18436) the abstract and notes were at hand.

import { type ExperimentParameter, type ExperimentRow, experimentRows } from '../parameters.js';

const ABSTRACT = 'arXiv 2512.18436, abstract';
const NOTES = 'notes on arXiv 2512.18436';
const ASSUMED = 'assumed: no success by class is published';

const ROWS: readonly ExperimentRow[] = [
  ['tasks', 'count', 849, 1, 1e6, 'Proof tasks.', ABSTRACT, 'published'],
  ['shares', 'list', '0.5,0.3,0.2', null, null, 'Of tasks, by class; they add up to 1.', ASSUMED, 'assumed'],
  ['success.a', 'list', '0.6,0.25,0.02', null, null, 'Of an attempt by agent a, by class.', ASSUMED, 'assumed'],
  ['success.b', 'list', '0.3,0.3,0.1', null, null, 'Of an attempt by agent b, by class.', ASSUMED, 'assumed'],
  ['attempts', 'count', 8, 2, 1000, 'A task may have at most, over both agents.', 'a choice', 'assumed'],
  ['wanted', 'share', 0.8, 0, 0.999999, 'Of tasks, to be solved.', `${ABSTRACT}: more than 80 %`, 'published'],
  [
    'pretends',
    'share',
    0.1,
    0,
    1,
    'Of failed attempts that are given out as a success while no checker refuses them.',
    `assumed; ${NOTES}: one agent cheated on 14 % of the tasks`,
    'assumed',
  ],
  ['minutes', 'number', 7.2, 0, 1e6, 'A task takes, in minutes.', NOTES, 'secondary'],
  ['seed', 'count', 1, 0, 2 ** 31, 'Of what is drawn.', 'a choice', 'assumed'],
  ['replications', 'count', 20, 2, 1000, 'Of the draws.', 'a choice', 'assumed'],
];

export const VERUSAGE_PARAMETERS: readonly ExperimentParameter[] = experimentRows(ROWS);
