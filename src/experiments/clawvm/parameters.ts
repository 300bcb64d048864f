// What `fluxhost reproduce clawvm --set` changes. Of the paper (arXiv 2604.10352) the abstract and notes were at hand.

import { experimentRows } from '../parameters.js';

const ASSUMED = 'assumed: no figure is published';
const CHOICE = 'a choice';

export const CLAWVM_PARAMETERS = experimentRows([
  ['budget', 'count', 8000, 1, 1e9, 'Tokens of the prompt.', ASSUMED, 'assumed'],
  ['pages', 'count', 120, 2, 10_000, 'Of which a tenth each bootstrap, constraint and plan.', CHOICE, 'assumed'],
  ['size', 'count', 600, 50, 1e6, 'Tokens of a whole page, in the mean.', ASSUMED, 'assumed'],
  ['sizeCv', 'share', 0.8, 0, 10, 'Their deviation over the mean.', ASSUMED, 'assumed'],
  ['compressed', 'share', 0.3, 0.01, 0.99, 'Of a whole page.', ASSUMED, 'assumed'],
  ['structured', 'share', 0.1, 0.001, 0.98, 'Of a whole page.', ASSUMED, 'assumed'],
  ['pointer', 'count', 20, 1, 1e6, 'Tokens.', ASSUMED, 'assumed'],
  ['turns', 'count', 400, 1, 100_000, 'Of the session.', CHOICE, 'assumed'],
  ['references', 'count', 6, 1, 1000, 'In a turn.', ASSUMED, 'assumed'],
  ['skew', 'number', 0.8, 0, 10, "Zipf's exponent over pages.", ASSUMED, 'assumed'],
  ['needFull', 'share', 0.3, 0, 1, 'Of the references that need the whole page; others its floor.', ASSUMED, 'assumed'],
  ['writes', 'share', 0.1, 0, 1, 'Of the references that change the page.', ASSUMED, 'assumed'],
  ['compaction', 'share', 0.9, 0.01, 1, 'Of the budget; so full, a prompt is compacted.', ASSUMED, 'assumed'],
  ['resetEvery', 'count', 200, 1, 1e6, 'Turns between resets.', ASSUMED, 'assumed'],
  ['saveEvery', 'count', 20, 1, 1e6, 'Turns between saves.', ASSUMED, 'assumed'],
  ['invalid', 'share', 0.02, 0, 1, 'Of staged entries that are not valid.', ASSUMED, 'assumed'],
  [
    'trace',
    'file',
    '',
    null,
    null,
    'Mooncake requests (input_length, hash_ids), whose longest conversation is the session; none: a generated one.',
    CHOICE,
    'assumed',
  ],
  ['seed', 'count', 1, 0, 2 ** 31, 'Of all that is drawn.', CHOICE, 'assumed'],
]);
