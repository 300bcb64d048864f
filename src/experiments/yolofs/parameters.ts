// What `fluxhost reproduce yolofs --set` changes. Sources are the abstract, and the system's own documents and benchmark results.

import { type ExperimentParameter, type ExperimentRow, experimentRows } from '../parameters.js';

const ABSTRACT = 'arXiv 2604.13536, abstract';
const DOCS = "YoloFS's documents";
const RESULTS = "YoloFS's published benchmark results";
const ASSUMED = 'assumed: no figure is published';

const ROWS: readonly ExperimentRow[] = [
  ['h', 'share', 0.01, 0, 1, 'Of operations, harmful.', ASSUMED, 'assumed'],
  [
    'q_a',
    'share',
    8 / 11,
    0,
    1,
    'Of harm, noticed by the agent within the command that did it.',
    `${ABSTRACT}: 8 of 11 tasks`,
    'published',
  ],
  [
    'q_u',
    'share',
    0.32,
    0,
    1,
    'Of harm, noticed by the user at the review.',
    'notes on arXiv 2604.13536: 68 % unnoticed',
    'secondary',
  ],
  ['q_p', 'share', 0.5, 0, 1, 'Of harmful operations, refused by the user who is asked.', ASSUMED, 'assumed'],
  ['operations', 'count', 100, 1, 100_000, 'Of a task.', ASSUMED, 'assumed'],
  ['subtrees', 'count', 12, 1, 1000, 'Folders that operations fall into.', ASSUMED, 'assumed'],
  ['tasks', 'count', 20_000, 1, 1e6, 'Simulated beside the arithmetic.', 'a choice', 'assumed'],
  ['ask.timeout', 's', 30, 0, 86_400, 'Without an answer a question is answered with no after.', DOCS, 'source code'],
  ['ask.think', 's', 5, 0, 86_400, 'The user takes for an answer.', ASSUMED, 'assumed'],
  ['commit', 'us', 35, 0, 1e6, 'To commit a file.', `${RESULTS}: 3.5 s for 100,000 files`, 'source code'],
  ['create', 'us', 39.3, 0, 1e6, 'To create a file under YoloFS.', RESULTS, 'source code'],
  ['create.overlay', 'us', 93, 0, 1e6, 'To create a file under OverlayFS.', RESULTS, 'source code'],
  ['write', 'us', 5.93, 0, 1e6, 'A random write under YoloFS.', RESULTS, 'source code'],
  ['write.native', 'us', 4.37, 0, 1e6, 'The same without it.', RESULTS, 'source code'],
  ['writes', 'share', 0.3, 0, 1, 'Of operations, writes; as many create a file as write one.', ASSUMED, 'assumed'],
  ['seed', 'count', 1, 0, 2 ** 31, 'Of what is drawn.', 'a choice', 'assumed'],
];

export const YOLOFS_PARAMETERS: readonly ExperimentParameter[] = experimentRows(ROWS);
